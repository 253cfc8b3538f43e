//! The app: context for everything below, the address, the page it names, the keys.

use leptos::ev::{DragEvent, KeyboardEvent, dragover, drop, hashchange, keydown};
use leptos::prelude::*;
use wasm_bindgen::JsCast;

use super::entries::{course_nav, keys_dialog};
use super::header::Header;
use super::parts::{self, Shown};
use crate::course::{chapter_title, exercise_title};
use crate::language::Language;
use crate::ui::broker_view::view::BrokerView;
use crate::ui::browser::is_typing;
use crate::ui::browser::storage::{self, Key};
use crate::ui::captures::view::{CaptureShelf, LINK};
use crate::ui::components::IconSprite;
use crate::ui::components::Lazy;
use crate::ui::erased::erased;
use crate::ui::loading::locale::{self, Locale, use_locale};
use crate::ui::loading::prefetch::Prefetch;
use crate::ui::navigation::address::{BROKER, LANGUAGE, Page, Place};
use crate::ui::navigation::kept_page::KeptPage;
use crate::ui::navigation::pane::{Pane, provide_pane};
use crate::ui::navigation::route::Route;
use crate::ui::pages::{HomePage, begin};
use crate::ui::state::broker_panel::BrokerPanel;
use crate::ui::state::progress::ProgressStore;
use crate::ui::state::remembered_broker;
use crate::ui::state::store::Store;
use crate::ui::state::theme::Theme;

/// Everything there is to see.
#[component]
pub fn App() -> impl IntoView {
    view! {
        <IconSprite/>
        <Shell/>
    }
}

#[component]
fn Shell() -> impl IntoView {
    let route = Route::provide();
    let from_query = move |key: &str| route.value(key);
    let place = Memo::new(move |_| Place::from_query(from_query));

    let locale = Locale::provide(locale::initial(untrack(|| from_query(LANGUAGE)).as_deref()));
    Effect::new(move || {
        if let Some(language) = from_query(LANGUAGE).as_deref().and_then(Language::from_tag) {
            locale.set(language);
        }
    });
    let store =
        Store::provide(remembered_broker::initial(untrack(|| from_query(BROKER)).as_deref()));
    let behind = KeptPage::provide(place);
    let shelf = CaptureShelf::provide();
    let inside = BrokerPanel::provide();
    let progress = ProgressStore::provide();
    progress.watch(store);
    // The next visit begins with it, before the program runs.
    Effect::new(move || {
        let language = locale.language();
        let (href, label) = begin(progress, language);
        storage::save(Key::Begin, &[language.tag(), &href, &label]);
    });
    let theme = Theme::begin();
    let pane = provide_pane();
    let keys = RwSignal::new(false);

    Effect::new(move || {
        let language = locale.language();
        storage::save(Key::Language, &language);
        if let Some(root) = document().document_element() {
            let _ = root.set_attribute("lang", language.tag());
        }
        let strings = language.strings();
        let title = match place.get() {
            Place::Home => None,
            Place::Chapter(id) => chapter_title(&id, language).map(|words| words.title),
            Place::Exercise(id) => exercise_title(&id, language),
            Place::Page(page) => Some(page.name(strings)),
        };
        document().set_title(&match title {
            Some(title) => format!("{title} – {}", strings.app_name()),
            None => strings.app_name().to_owned(),
        });
    });

    // A link with a capture in it leads to where captures are shown, whatever else it names.
    let to_link = move || {
        let hash = window().location().hash().unwrap_or_default();
        let captures = Place::Page(Page::Captures);
        if hash.starts_with(LINK) && untrack(|| place.get()) != captures {
            route.go(&format!("{}{hash}", untrack(|| captures.href(locale.language()))));
        }
    };
    request_animation_frame(to_link);
    let on_hash = window_event_listener(hashchange, move |_| to_link());
    on_cleanup(move || on_hash.remove());

    // A file that is dropped anywhere is opened; the browser would leave the page for it.
    let holds_files = |event: &DragEvent| {
        let types = event.data_transfer().map(|data| data.types());
        types.is_some_and(|types| types.includes(&"Files".into(), 0))
    };
    let on_drag = window_event_listener(dragover, move |event| {
        if holds_files(&event) {
            event.prevent_default();
        }
    });
    let on_drop = window_event_listener(drop, move |event: DragEvent| {
        if event.default_prevented() || !holds_files(&event) {
            return;
        }
        event.prevent_default();
        if let Some(files) = event.data_transfer().and_then(|data| data.files()) {
            shelf.hand_over((0..files.length()).filter_map(|at| files.get(at)).collect());
            let captures = Place::Page(Page::Captures);
            route.go(&untrack(|| captures.href(locale.language())));
        }
    });
    on_cleanup(move || {
        on_drag.remove();
        on_drop.remove();
    });

    // `g` and then a letter goes places.
    let go = StoredValue::new(false);
    let handle = window_event_listener(keydown, move |event: KeyboardEvent| {
        let plain = !event.ctrl_key() && !event.meta_key() && !event.alt_key();
        if !plain || is_typing(&event) || event.default_prevented() {
            return;
        }
        let after_go = go.get_value();
        go.set_value(false);
        let to = match (after_go, event.key().as_str()) {
            (false, "g") => return go.set_value(true),
            (false, "?") => return keys.set(true),
            (true, "l") => Pane::Learn,
            (true, "b") => Pane::Bench,
            (true, "w") => Pane::Wire,
            (true, "i") => {
                event.prevent_default();
                return inside.toggle();
            }
            (true, "h") => {
                let home = untrack(|| Place::Home.href(locale.language()));
                return route.go(&home);
            }
            (true, key) => {
                let Some(page) = Page::ALL.iter().find(|page| page.letter() == key) else { return };
                event.prevent_default();
                let page = untrack(|| Place::Page(*page).href(locale.language()));
                return route.go(&page);
            }
            _ => return,
        };
        event.prevent_default();
        pane.set(to);
        // It may have been hidden until now.
        request_animation_frame(move || focus(&format!("pane-{}", to.key())));
    });
    on_cleanup(move || handle.remove());

    let is_opened = RwSignal::new(false);
    let is_drawn =
        Prefetch::begin(locale, parts::ahead()).or(course_nav::part(), move || is_opened.get());
    let page = move |place: Place| match parts::of(&place, locale.language_untracked()) {
        None => view! { <HomePage/> }.into_any(),
        Some(Shown { part, view, words }) => view! { <Lazy part view words page=true/> }.into_any(),
    };
    view! {
        <a class="skip-link" href="#main" on:click=|event| {
            event.prevent_default();
            focus("main");
        }>{erased(move || locale.strings().app_skip())}</a>
        <div class="app">
            <Header place theme on_keys=Callback::new(move |()| keys.set(true))/>
            {erased(move || behind.place().map(page))}
            {erased(move || Some(place.get()).filter(|place| !place.has_bench()).map(page))}
            <BrokerView/>
        </div>
        <div
            class="drawer"
            id="course"
            popover="auto"
            on:toggle=move |_| is_opened.set(true)
            on:click=close_after_link
        >
            <Show when=erased(is_drawn)>
                <Lazy part=course_nav::part() view=erased(move || course_nav::view(place.into()))/>
            </Show>
        </div>
        <Show when=erased(move || keys.get())>
            <Lazy part=keys_dialog::part() view=erased(move || keys_dialog::view(keys))/>
        </Show>
        {erased(move || locale.failed().map(|language| view! { <LanguageFailed language/> }))}
        <NotKept progress/>
    }
}

/// Progress is not kept, said once.
#[component]
fn NotKept(progress: ProgressStore) -> impl IntoView {
    let locale = use_locale();
    let is_read = RwSignal::new(false);
    let is_lost = Memo::new(move |_| progress.not_kept().is_some());
    view! {
        <Show when=erased(move || is_lost.get() && !is_read.get())>
            <div class="toasts">
                <div class="toast" role="status">
                    {erased(move || locale.strings().progress_not_kept())}
                    <button type="button" class="button button--small" on:click=move |_| is_read.set(true)>
                        {erased(move || locale.strings().close())}
                    </button>
                </div>
            </div>
        </Show>
    }
}

/// The words of a language did not arrive; the page goes on in the one it speaks.
#[component]
fn LanguageFailed(language: Language) -> impl IntoView {
    let locale = use_locale();
    view! {
        <div class="toasts">
            <div class="toast" role="alert">
                {erased(move || locale.strings().lazy_language_failed(language.name()))}
                <button type="button" class="button button--small" on:click=move |_| locale.set(language)>
                    {erased(move || locale.strings().lazy_again())}
                </button>
                <button type="button" class="button button--small" on:click=move |_| locale.stay()>
                    {erased(move || locale.strings().close())}
                </button>
            </div>
        </div>
    }
}

fn focus(id: &str) {
    let element = document().get_element_by_id(id);
    if let Some(element) = element.and_then(|found| found.dyn_into::<web_sys::HtmlElement>().ok()) {
        if !element.has_attribute("tabindex") {
            let _ = element.set_attribute("tabindex", "-1");
        }
        let _ = element.focus();
    }
}

/// The drawer closes once a link in it has been followed.
fn close_after_link(event: leptos::ev::MouseEvent) {
    let target = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
    let on_link = target.is_some_and(|t| t.closest("a").is_ok_and(|found| found.is_some()));
    let drawer = event
        .current_target()
        .and_then(|drawer| drawer.dyn_into::<web_sys::HtmlElement>().ok())
        .filter(|_| on_link);
    if let Some(drawer) = drawer {
        let _ = drawer.hide_popover();
    }
}
