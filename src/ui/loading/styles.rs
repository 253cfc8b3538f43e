//! The stylesheets of the parts that arrive later. `cargo xtask dist` joins them behind a link with the id
//! `later`, disabled, so that no browser fetches them yet; in other builds there is no such link, since all
//! stylesheets are there from the beginning.

use std::cell::RefCell;
use std::future::Future;

use js_sys::Promise;
use leptos::prelude::document;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::{JsFuture, future_to_promise};
use web_sys::Element;

thread_local! {
    /// Settled when they are applied. All who ask wait for the same answer.
    static ASKED: RefCell<Option<Promise>> = const { RefCell::new(None) };
}

/// Asks for them at once, unless that has been done, and says in the end whether they are applied.
pub fn fetch() -> impl Future<Output = bool> {
    let link = document().get_element_by_id("later");
    let asked = link
        .map(|link| ASKED.with_borrow_mut(|asked| asked.get_or_insert_with(|| ask(link)).clone()));
    // Listens from now on: a promise that fails unheard is reported as a fault of the page.
    let asked = asked.map(JsFuture::from);
    async move {
        match asked {
            Some(asked) => asked.await.is_ok(),
            None => true,
        }
    }
}

fn ask(link: Element) -> Promise {
    let loaded = Promise::new(&mut |resolve, reject| {
        // Adding a listener cannot fail.
        let _ = link.add_event_listener_with_callback("load", &resolve);
        let _ = link.add_event_listener_with_callback("error", &reject);
    });
    let _ = link.remove_attribute("disabled");
    future_to_promise(async move {
        let loaded = JsFuture::from(loaded).await;
        if loaded.is_err() {
            // A link asks again only when it is enabled again.
            let _ = link.set_attribute("disabled", "");
            ASKED.set(None);
        }
        loaded.map(|_| JsValue::UNDEFINED)
    })
}
