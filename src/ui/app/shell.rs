//! The app: context for everything below, the address, the page it names.

use leptos::ev::MouseEvent;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

use super::entries::{course_nav, keys_dialog};
use super::header::Header;
use super::keys::{self, Reach};
use super::language_failed::LanguageFailed;
use super::new_version::NewVersion;
use super::not_kept::NotKept;
use super::parts::{self, Shown};
use super::{captures, title};
use crate::language::Language;
use crate::ui::broker_view::view::BrokerView;
use crate::ui::browser::focus_part;
use crate::ui::browser::storage::{self, Key};
use crate::ui::captures::view::DroppedFiles;
use crate::ui::components::IconSprite;
use crate::ui::components::{Extent, Lazy};
use crate::ui::erased::erased;
use crate::ui::loading::locale::{self, Locale};
use crate::ui::loading::prefetch::Prefetch;
use crate::ui::navigation::address::{BROKER, LANGUAGE, Place};
use crate::ui::navigation::kept_page::KeptPage;
use crate::ui::navigation::pane::provide_pane;
use crate::ui::navigation::route::Route;
use crate::ui::pages::{HomePage, begin};
use crate::ui::state::broker::Broker;
use crate::ui::state::broker_panel::BrokerPanel;
use crate::ui::state::on_demand;
use crate::ui::state::progress::ProgressStore;
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
    on_demand::provide_owner();
    Broker::provide(untrack(|| from_query(BROKER)).as_deref());
    let behind = KeptPage::provide(place);
    let dropped = DroppedFiles::provide();
    let inside = BrokerPanel::provide();
    let progress = ProgressStore::provide();
    // The next visit begins with it, before the program runs.
    let first = Memo::new(move |_| {
        let language = locale.language();
        let (href, label) = begin(progress, language);
        [language.tag().to_owned(), href, label]
    });
    Effect::new(move || first.with(|first| storage::save(Key::Begin, first)));
    let theme = Theme::begin();
    let pane = provide_pane();
    let keys = RwSignal::new(false);

    title::follow(place, locale);
    captures::follow_links(place, locale, route);
    captures::take_dropped_files(locale, route, dropped);
    keys::listen(Reach { locale, route, pane, inside, keys });

    let is_opened = RwSignal::new(false);
    let (words, ahead) = untrack(|| {
        place.with(|place| {
            let language = locale.language_untracked();
            let words = parts::of(place, language).and_then(|shown| shown.words);
            (words, parts::ahead(place, language))
        })
    });
    let is_drawn =
        Prefetch::begin(locale, words, ahead).or(course_nav::part(), move || is_opened.get());
    let page = move |place: Place| match parts::of(&place, locale.language_untracked()) {
        None => view! { <HomePage/> }.into_any(),
        Some(Shown { part, view, words, meanwhile }) => {
            let extent = if place.has_bench() { Extent::KeptPage } else { Extent::Page };
            view! { <Lazy part view words extent meanwhile/> }.into_any()
        }
    };
    view! {
        <a class="skip-link" href="#main" on:click=|event| {
            event.prevent_default();
            focus_part("main");
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
        <div class="toasts">
            {erased(move || locale.failed().map(|language| view! { <LanguageFailed language/> }))}
            <NotKept progress/>
            <NewVersion/>
        </div>
    }
}

/// The drawer closes once a link in it has been followed.
fn close_after_link(event: MouseEvent) {
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
