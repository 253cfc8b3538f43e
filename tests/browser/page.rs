//! The page in the browser: it mounts, reacts, and remembers.

use js_sys::Promise;
use leptos::mount::{UnmountHandle, mount_to};
use mqtt5_playground::language::Language;
use mqtt5_playground::ui::App;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::{Document, Element, Event, HtmlElement, HtmlInputElement, Storage};

/// The app within an element of its own, gone when dropped.
struct Mounted<S: leptos::tachys::view::Mountable> {
    root: HtmlElement,
    _app: UnmountHandle<S>,
}

impl<S: leptos::tachys::view::Mountable> Drop for Mounted<S> {
    fn drop(&mut self) {
        self.root.remove();
    }
}

fn mount() -> Mounted<impl leptos::tachys::view::Mountable> {
    let root: HtmlElement =
        document().create_element("div").expect("a name of an element").unchecked_into();
    document().body().expect("the page has one").append_child(&root).expect("it takes elements");
    Mounted { _app: mount_to(root.clone(), App), root }
}

impl<S: leptos::tachys::view::Mountable> Mounted<S> {
    /// The first element that fits, as soon as it is there.
    async fn see(&self, selector: &str) -> Element {
        for _ in 0..MOST_FRAMES {
            if let Some(found) = self.root.query_selector(selector).expect("it is a selector") {
                return found;
            }
            next_frame().await;
        }
        panic!("there is no {selector} in: {}", self.root.inner_text());
    }

    /// Clicks once the page has come to rest.
    async fn click(&self, selector: &str) {
        next_frame().await;
        self.see(selector).await.unchecked_into::<HtmlElement>().click();
    }
}

#[wasm_bindgen_test]
async fn the_live_bench_reaches_the_broker_in_the_tab() {
    forget_everything();
    let page = mount();
    let empty = page.see(".live .empty").await;
    page.click(".live__head .button").await;
    // CONNECT and CONNACK, and the CONNACK opens by itself.
    page.see(".packet-row[data-direction=out]").await;
    page.see(".packet-row[data-direction=in]").await;
    page.see(".inspector").await;
    assert!(!empty.is_connected(), "the list still says that it is empty");

    // The same button is a PINGREQ now.
    let button = page.see(".live__head .button:not([disabled])").await;
    assert_eq!(button.text_content().as_deref(), Some(Language::En.strings().home_ping()));
    page.click(".live__head .button").await;
    page.see(".packet-row[data-direction=in] ~ .packet-row[data-direction=in]").await;
}

#[wasm_bindgen_test]
async fn what_was_chosen_is_remembered() {
    let storage = forget_everything();
    {
        let page = mount();
        page.click("#broker input[type=radio]:not(:checked)").await;
        let address = page.see("#broker-address").await;
        type_into(&address, "mqtt://127.0.0.1:1883");
        page.click("#broker form .button--primary").await;
        page.see("#broker .field__error").await;
        assert_eq!(storage.get_item(BROKER), Ok(None), "a wrong address is not remembered");

        type_into(&address, " ws://127.0.0.1:9001/mqtt ");
        page.click("#broker form .button--primary").await;
        page.click(&format!("[aria-label={:?}]", Language::En.strings().app_theme())).await;
        next_frame().await;
    }
    assert_eq!(storage.get_item(BROKER), Ok(Some("\"ws://127.0.0.1:9001/mqtt\"".into())));

    let page = mount();
    let chosen = page.see(".live__head").await.text_content().unwrap_or_default();
    assert!(chosen.contains("127.0.0.1:9001"), "{chosen}");
    let root = document().document_element().expect("every document has one");
    let theme = storage.get_item("mqtt5-playground.theme").expect("it can be read");
    assert_eq!(theme, root.get_attribute("data-theme").map(|theme| format!("{theme:?}")));
    assert!(theme.is_some(), "the other theme was chosen");

    // What is stored and makes no sense is as good as nothing.
    storage.set_item(BROKER, "{").expect("there is room");
    drop(page);
    let chosen = mount().see(".live__head").await.text_content().unwrap_or_default();
    assert!(chosen.contains(Language::En.strings().broker_in_tab()), "{chosen}");
}

/// Empties what the browser keeps for the page.
fn forget_everything() -> Storage {
    let storage = web_sys::window().and_then(|window| window.local_storage().ok()?);
    let storage = storage.expect("a page has storage");
    storage.clear().expect("it can be emptied");
    storage
}

fn type_into(input: &Element, text: &str) {
    input.unchecked_ref::<HtmlInputElement>().set_value(text);
    let event = Event::new("input").expect("the name is one of an event");
    input.dispatch_event(&event).expect("nobody forbids it");
}

fn document() -> Document {
    web_sys::window().and_then(|window| window.document()).expect("tests run in a page")
}

async fn next_frame() {
    let frame = Promise::new(&mut |wake, _| {
        let window = web_sys::window().expect("tests run in a page");
        window.request_animation_frame(&wake).expect("it is a function");
    });
    JsFuture::from(frame).await.expect("it is never rejected");
}

/// Ten seconds or more.
const MOST_FRAMES: usize = 600;

/// Never changes, since learners' browsers hold it.
const BROKER: &str = "mqtt5-playground.broker";
