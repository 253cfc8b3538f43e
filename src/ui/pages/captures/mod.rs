//! Captures beside the live one: opened, looked at, compared.

mod compare_view;
mod look;

use leptos::ev::{DragEvent, hashchange};
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{FileList, HtmlInputElement};

use crate::capture::Capture;
use crate::ui::captures::view::{CaptureShelf, Item, use_capture_shelf};
use crate::ui::captures::{Source, error_try, error_words, not_read_words};
use crate::ui::components::Icon;
use crate::ui::erased::erased;
use crate::ui::loading::locale::use_locale;
use crate::ui::navigation::address::Place;
use crate::ui::navigation::kept_page::use_behind;
use crate::ui::state::store::{Store, use_store};
use compare_view::CompareView;
use look::Look;

#[component]
pub fn CapturesPage() -> impl IntoView {
    let (locale, shelf, store) = (use_locale(), use_capture_shelf(), use_store());
    shelf.open_link();
    Effect::new(move || shelf.open_dropped());
    let handle = window_event_listener(hashchange, move |_| shelf.open_link());
    on_cleanup(move || handle.remove());
    let is_dragging = RwSignal::new(false);
    let drag = move |event: DragEvent, is_over: bool| {
        event.prevent_default();
        is_dragging.set(is_over);
    };
    let drop = move |event: DragEvent| {
        event.prevent_default();
        is_dragging.set(false);
        if let Some(files) = event.data_transfer().and_then(|data| data.files()) {
            shelf.open_files(all(&files));
        }
    };
    let is_empty = Memo::new(move |_| shelf.count() == 0);
    let shown = Memo::new(move |_| (shelf.shown(), shelf.compared()));
    let content = move || {
        let (shown, compared) = shown.get();
        let couple = compared.and_then(|(l, r)| untrack(|| shelf.item(l).zip(shelf.item(r))));
        if let Some((left, right)) = couple {
            return view! { <CompareView left right/> }.into_any();
        }
        match shown.and_then(|id| untrack(|| shelf.item(id))) {
            Some(item) => view! { <Banner item=item.clone()/> <Look item/> }.into_any(),
            None => ().into_any(),
        }
    };
    view! {
        <main
            id="main"
            class="captures"
            data-dragging=erased(move || is_dragging.get().then_some(""))
            on:dragover=move |event| drag(event, true)
            on:dragleave=move |event| drag(event, false)
            on:drop=drop
        >
            <header class="captures__head">
                <h1 class="captures__title">{erased(move || locale.strings().page_captures())}</h1>
                <OpenFile shelf/>
                <SetAside shelf store/>
                <Back/>
            </header>
            {erased(move || shelf.failure().map(|(source, error)| {
                let strings = locale.strings();
                view! {
                    <div class="notice" data-state="error" role="alert">
                        <Icon name="warning"/>
                        <h2 class="notice__title">{strings.captures_failed(source.name(strings))}</h2>
                        <button
                            class="button button--quiet button--icon button--small notice__close"
                            aria-label=strings.close()
                            on:click=move |_| shelf.forget_failure()
                        >
                            <Icon name="close"/>
                        </button>
                        <div class="notice__body">
                            <p class="notice__why">{error_words(&error, strings)}</p>
                            <ul class="notice__try"><li>{error_try(&error, strings).to_owned()}</li></ul>
                        </div>
                    </div>
                }
            }))}
            {erased(move || shelf.reading().map(|(name, percent)| view! {
                <p class="captures__banner" role="status">
                    <Icon name="waiting"/>
                    <span>{locale.strings().captures_reading(name, percent)}</span>
                </p>
            }))}
            <Show when=erased(move || !is_empty.get()) fallback=Empty>
                <Items shelf/>
            </Show>
            {erased(content)}
        </main>
    }
}

/// What to do while there is nothing.
#[component]
fn Empty() -> impl IntoView {
    let locale = use_locale();
    view! {
        <div class="empty captures__empty">
            <Icon name="file"/>
            <p class="empty__title">{erased(move || locale.strings().captures_empty())}</p>
            <p class="empty__how">{erased(move || locale.strings().captures_empty_how())}</p>
        </div>
    }
}

#[component]
fn OpenFile(shelf: CaptureShelf) -> impl IntoView {
    let locale = use_locale();
    let choose = move |event: leptos::ev::Event| {
        let input = event.target().and_then(|target| target.dyn_into::<HtmlInputElement>().ok());
        if let Some((input, files)) = input.and_then(|input| input.files().map(|f| (input, f))) {
            shelf.open_files(all(&files));
            // The same file can be chosen again.
            input.set_value("");
        }
    };
    view! {
        <label class="button button--primary">
            <Icon name="file"/>
            {erased(move || locale.strings().captures_open_file())}
            <input
                class="visually-hidden"
                type="file"
                multiple
                accept=".json,.pcapng,.pcap,.cap,.gz,application/json,application/gzip"
                on:change=choose
            />
        </label>
    }
}

/// Keeps what is on the live wire as it is now.
#[component]
fn SetAside(shelf: CaptureShelf, store: Store) -> impl IntoView {
    let locale = use_locale();
    let is_empty = move || store.with_capture(|capture| capture.is_empty());
    let keep = move |_| {
        let all = |capture: &Capture| capture.excerpt(capture.records().cloned());
        shelf.keep(store.peek(|lab| all(lab.capture())));
    };
    view! {
        <button class="button" disabled=erased(is_empty) on:click=keep>
            <Icon name="bench"/>
            {erased(move || locale.strings().captures_set_aside())}
        </button>
    }
}

/// To where the learner came from.
#[component]
fn Back() -> impl IntoView {
    let locale = use_locale();
    let behind = use_behind();
    let href = move || behind.place().unwrap_or(Place::Home).href(locale.language());
    view! {
        <a class="button button--quiet captures__back" href=erased(href)>
            <Icon name="back"/>
            {erased(move || locale.strings().captures_back())}
        </a>
    }
}

/// Says that this is not the live wire.
#[component]
fn Banner(item: Item) -> impl IntoView {
    let locale = use_locale();
    let words = move || {
        let strings = locale.strings();
        let name = item.source.name(strings);
        let mut words = vec![strings.captures_banner(name)];
        words.extend(not_read_words(&item.not_read, strings));
        words.join(" ")
    };
    view! {
        <p class="captures__banner" role="status">
            <Icon name="info"/>
            <span>{erased(words)}</span>
        </p>
    }
}

/// The captures there are; one is looked at.
#[component]
fn Items(shelf: CaptureShelf) -> impl IntoView {
    let locale = use_locale();
    let item = move |item: Item| {
        let id = item.id;
        let name = {
            let source = item.source.clone();
            move || source.name(locale.strings())
        };
        let remove = {
            let name = name.clone();
            move || locale.strings().captures_remove(name())
        };
        let is_shown = move || {
            let is_shown = match shelf.compared() {
                Some((left, right)) => left == id || right == id,
                None => shelf.shown() == Some(id),
            };
            is_shown.to_string()
        };
        let icon = item.source.icon();
        let is_link = item.source == Source::Link;
        view! {
            <li class="captures__item">
                <button
                    class="captures__choose"
                    aria-pressed=erased(is_shown)
                    on:click=move |_| shelf.show(id)
                >
                    <Icon name=icon/>
                    <span class="captures__name">{erased(name)}</span>
                    <span class="captures__summary">
                        {erased(move || item.summary.words(locale.strings()))}
                    </span>
                </button>
                <button
                    class="button button--quiet button--icon button--small"
                    aria-label=erased(remove)
                    on:click=move |_| {
                        shelf.remove(id);
                        if is_link {
                            forget_link();
                        }
                    }
                >
                    <Icon name="close"/>
                </button>
            </li>
        }
    };
    let is_comparing = move || shelf.compared().is_some();
    view! {
        <div class="captures__shelf">
            <ul class="captures__items" aria-label=erased(move || locale.strings().page_captures())>
                <For each=move || shelf.items() key=|item| item.id children=item/>
            </ul>
            <button
                class="button"
                aria-pressed=erased(move || is_comparing().to_string())
                disabled=erased(move || shelf.count() < 2)
                title=erased(move || locale.strings().captures_compare_how())
                on:click=move |_| shelf.compare_shown()
            >
                <Icon name="swap"/>
                {erased(move || locale.strings().captures_compare())}
            </button>
        </div>
    }
}

/// A link that was put away does not come back with a reload.
fn forget_link() {
    let location = window().location();
    if let (Ok(path), Ok(query), Ok(history)) =
        (location.pathname(), location.search(), window().history())
    {
        let address = format!("{path}{query}");
        let nothing = wasm_bindgen::JsValue::NULL;
        let _ = history.replace_state_with_url(&nothing, "", Some(&address));
    }
}

fn all(files: &FileList) -> Vec<web_sys::File> {
    (0..files.length()).filter_map(|index| files.get(index)).collect()
}
