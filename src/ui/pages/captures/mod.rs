//! Captures beside the live one: opened, looked at, compared.

mod compare_view;
mod look;
mod playing;
mod replay_bar;

use leptos::ev::{DragEvent, KeyboardEvent, hashchange};
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlInputElement;

use crate::capture::Capture;
use crate::ui::bench::view::delete_others;
use crate::ui::browser::storage::NotKept;
use crate::ui::browser::{all_files, focus_element, forget_fragment};
use crate::ui::captures::kept::{MOST_BYTES, MOST_CAPTURES};
use crate::ui::captures::view::{CaptureShelf, Item, use_capture_shelf, use_dropped_files};
use crate::ui::captures::{Source, error_try, error_words, not_read_words};
use crate::ui::components::controls::{IconButton, SmallButton, said};
use crate::ui::components::{Back, ClosableNotice, Icon};
use crate::ui::erased::erased;
use crate::ui::loading::locale::use_locale;
use crate::ui::state::store::{Store, use_store};
use compare_view::CompareView;
use look::Look;
use replay_bar::ReplayBar;

#[component]
pub fn CapturesPage() -> impl IntoView {
    let (locale, shelf, store) = (use_locale(), use_capture_shelf(), use_store());
    shelf.begin();
    shelf.open_link();
    let dropped = use_dropped_files();
    Effect::new(move || shelf.open_files(dropped.take()));
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
            shelf.open_files(all_files(&files));
        }
    };
    let is_empty = Memo::new(move |_| shelf.count() == 0);
    // Those in sight, and whether they have been read.
    let shown = Memo::new(move |_| {
        let ids = match shelf.compared() {
            Some((left, right)) => vec![left, right],
            None => shelf.shown().into_iter().collect(),
        };
        let is_read = |id: &u32| shelf.item(*id).is_some_and(|item| item.capture.is_some());
        let are_read = ids.iter().all(is_read);
        (ids, are_read)
    });
    let content = move || {
        let (ids, are_read) = shown.get();
        let items: Vec<Item> = ids.iter().filter_map(|id| untrack(|| shelf.item(*id))).collect();
        match (are_read, items.as_slice()) {
            (false, [_, ..]) => view! {
                <p class="captures__banner" role="status">
                    <Icon name="waiting"/>
                    <span>{locale.strings().captures_reading_kept()}</span>
                </p>
            }
            .into_any(),
            (true, [left, right]) => {
                view! { <CompareView left=left.clone() right=right.clone()/> }.into_any()
            }
            (true, [item]) => {
                view! { <Banner id=item.id shelf/> <Look item=item.clone()/> }.into_any()
            }
            _ => ().into_any(),
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
                let title = strings.captures_failed(source.name(strings));
                let title = view! { <h2 class="notice__title">{title}</h2> };
                view! {
                    <ClosableNotice
                        state="error"
                        title=title.into_any()
                        on_close=Callback::new(move |()| shelf.forget_failure())
                    >
                        <p class="notice__why">{error_words(&error, strings)}</p>
                        <ul class="notice__try"><li>{error_try(&error, strings).to_owned()}</li></ul>
                    </ClosableNotice>
                }
            }))}
            {erased(move || shelf.not_kept().map(|why| {
                let strings = locale.strings();
                let title = match why {
                    NotKept::Full => strings.captures_not_kept_full(),
                    NotKept::Forbidden => strings.captures_not_kept_forbidden(),
                };
                let title = view! { <p class="notice__title">{title}</p> };
                view! {
                    <ClosableNotice
                        state="warning"
                        title=title.into_any()
                        on_close=Callback::new(move |()| shelf.forget_not_kept())
                    />
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
            <div class="captures__tools">
                <ReplayBar shelf store/>
                <InBrowser shelf/>
            </div>
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
            shelf.open_files(all_files(&files));
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
        <button
            class="button"
            aria-label=erased(move || locale.strings().captures_set_aside())
            disabled=erased(is_empty)
            on:click=keep
        >
            <Icon name="bench"/>
            <span class="wide-only">{erased(move || locale.strings().captures_set_aside())}</span>
        </button>
    }
}

/// Says that this is not the live wire.
#[component]
fn Banner(id: u32, shelf: CaptureShelf) -> impl IntoView {
    let locale = use_locale();
    let words = move || {
        let item = shelf.item(id)?;
        let strings = locale.strings();
        let mut words = vec![strings.captures_banner(item.name(strings))];
        words.extend(not_read_words(&item.not_read, strings));
        let hidden = item.kept.map_or(0, |kept| kept.hidden);
        if hidden > 0 {
            words.push(strings.captures_kept_hidden(hidden));
        }
        Some(words.join(" "))
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
    let is_comparing = move || shelf.compared().is_some();
    view! {
        <div class="captures__shelf">
            <ul class="captures__items" aria-label=erased(move || locale.strings().page_captures())>
                <For
                    each=move || shelf.items()
                    key=|item| item.id
                    children=move |item| view! { <OnShelf item shelf/> }
                />
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

/// One of them: to be shown, named or removed.
#[component]
fn OnShelf(item: Item, shelf: CaptureShelf) -> impl IntoView {
    let locale = use_locale();
    let id = item.id;
    let icon = item.source.icon();
    let is_link = item.source == Source::Link;
    let summary = item.summary;
    let first_name = Memo::new(move |_| {
        let strings = locale.strings();
        shelf.item(id).map_or_else(|| item.name(strings), |item| item.name(strings))
    });
    let name = move || first_name.get();
    let is_naming = RwSignal::new(false);
    let is_shown = move || {
        let is_shown = match shelf.compared() {
            Some((left, right)) => left == id || right == id,
            None => shelf.shown() == Some(id),
        };
        is_shown.to_string()
    };
    let field_id = format!("capture-name-{id}");
    let begin = {
        let field_id = field_id.clone();
        move |()| {
            is_naming.set(true);
            let field_id = field_id.clone();
            request_animation_frame(move || focus_element(&field_id));
        }
    };
    let field = move || {
        let end = move |is_kept: bool, name: String| {
            // Leaving the field as it disappears ends it a second time.
            if is_naming.get_untracked() {
                is_naming.set(false);
                if is_kept {
                    shelf.rename(id, &name);
                }
            }
        };
        let on_key = move |event: KeyboardEvent| match event.key().as_str() {
            "Enter" if !event.is_composing() => end(true, event_target_value(&event)),
            "Escape" => end(false, String::new()),
            _ => {}
        };
        view! {
            <input
                type="text"
                class="captures__field"
                id=field_id.clone()
                autocomplete="off"
                aria-label=locale.strings().captures_name()
                prop:value=untrack(name)
                on:keydown=on_key
                on:change=move |event| end(true, event_target_value(&event))
                on:blur=move |_| end(false, String::new())
            />
        }
        .into_any()
    };
    let choose = move || {
        view! {
            <button
                class="captures__choose"
                aria-pressed=erased(is_shown)
                on:click=move |_| shelf.show(id)
            >
                <Icon name=icon/>
                <span class="captures__name">{erased(name)}</span>
                <span class="captures__summary">
                    {erased(move || summary.words(locale.strings()))}
                </span>
            </button>
        }
        .into_any()
    };
    let remove = move |()| {
        shelf.remove(id);
        if is_link {
            // A link that was put away does not come back with a reload.
            forget_fragment();
        }
    };
    view! {
        <li class="captures__item">
            {erased(move || if is_naming.get() { field() } else { choose() })}
            <IconButton
                words=Signal::derive(move || locale.strings().captures_rename(name()))
                icon="edit"
                on_press=Callback::new(begin)
            />
            <IconButton
                words=Signal::derive(move || locale.strings().captures_remove(name()))
                icon="close"
                on_press=Callback::new(remove)
            />
        </li>
    }
}

/// What the browser keeps of all this, and the way to be rid of it.
#[component]
fn InBrowser(shelf: CaptureShelf) -> impl IntoView {
    let locale = use_locale();
    let is_asking = RwSignal::new(false);
    let count = Memo::new(move |_| shelf.in_browser().0);
    let words = move || {
        let strings = locale.strings();
        let (count, bytes) = shelf.in_browser();
        strings.captures_in_browser(count, size(bytes))
    };
    let most = move || {
        let most = (MOST_BYTES >> 20).to_string();
        locale.strings().captures_in_browser_most(MOST_CAPTURES, most)
    };
    let remove = move |()| {
        is_asking.set(false);
        shelf.remove_kept();
        delete_others();
    };
    let buttons = move || match is_asking.get() {
        false => view! {
            <SmallButton
                words=said(|s| s.captures_delete_kept())
                icon=Some("remove")
                on_press=Callback::new(move |()| is_asking.set(true))
            />
        }
        .into_any(),
        true => view! {
            <SmallButton
                words=Signal::derive(move || locale.strings().captures_delete_really(count.get()))
                icon=Some("remove")
                on_press=Callback::new(remove)
            />
            <SmallButton
                words=said(|s| s.bench_offer_leave())
                on_press=Callback::new(move |()| is_asking.set(false))
            />
        }
        .into_any(),
    };
    view! {
        <Show when=erased(move || count.get() > 0)>
            <details class="disclosure captures__kept">
                <summary class="disclosure__summary">
                    <Icon name="chevron" small=true/>
                    {erased(words)}
                </summary>
                <p class="field__hint">{erased(most)}</p>
                <div class="button-row">{erased(buttons)}</div>
            </details>
        </Show>
    }
}

fn size(bytes: usize) -> String {
    match bytes {
        ..1024 => format!("{bytes} B"),
        1024..0x10_0000 => format!("{:.1} kB", bytes as f64 / 1024.0),
        _ => format!("{:.1} MB", bytes as f64 / (1024.0 * 1024.0)),
    }
}
