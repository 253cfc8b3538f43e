//! A payload as a tree of values.

use bytes::Bytes;
use leptos::ev::KeyboardEvent;
use leptos::html::Div;
use leptos::prelude::*;

use super::{More, Wrong};
use crate::mqtt::hex_groups;
use crate::payload::{Step, Tree, View, diagnostic, read};
use crate::ui::browser::{bring_into_sight, focus_within};
use crate::ui::components::CopyButton;
use crate::ui::erased::erased;
use crate::ui::format::grouped;
use crate::ui::loading::locale::use_locale;
use crate::ui::visible::visible;

/// Values that are shown at first; each press shows four times as many.
const VALUES: usize = 250;
/// Characters of a value in its row, the rest is told where it is chosen.
const IN_ROW: usize = 120;
/// Bytes of the chosen value.
const BYTES: usize = 32;
/// A line of diagnostic notation is for what can be read at once.
const DIAGNOSTIC: usize = 4000;
/// Levels that are moved in.
const DEEPEST: usize = 12;

#[component]
pub fn Values(bytes: Bytes, view: View) -> impl IntoView {
    let locale = use_locale();
    let most = RwSignal::new(VALUES);
    let bytes = StoredValue::new(bytes);
    let tree = Memo::new(move |_| {
        bytes.with_value(|bytes| read(view, bytes, most.get())).unwrap_or_default()
    });
    let chosen = RwSignal::new(None::<usize>);
    let root = NodeRef::<Div>::new();
    let go = move |row: usize| {
        chosen.set(Some(row));
        if let Some(root) = root.get_untracked() {
            let row = format!("[data-at=\"{row}\"]");
            focus_within(&root, &row);
            // What is said about it takes room first.
            request_animation_frame(move || {
                if let Ok(Some(row)) = root.query_selector(&row) {
                    bring_into_sight(&row);
                }
            });
        }
    };
    let on_key = move |event: KeyboardEvent| {
        let last = tree.with_untracked(|tree| tree.rows.len().saturating_sub(1));
        let here = chosen.get_untracked();
        let parent = |row: usize| tree.with_untracked(|tree| tree.rows.get(row)?.parent);
        let to = match (event.key().as_str(), here) {
            ("ArrowDown", Some(row)) => (row + 1).min(last),
            ("ArrowUp", Some(row)) => row.saturating_sub(1),
            ("ArrowDown" | "ArrowUp" | "Home", _) => 0,
            ("ArrowLeft", Some(row)) => parent(row).unwrap_or(row),
            ("End", _) => last,
            _ => return,
        };
        event.prevent_default();
        go(to);
    };
    let row = move |at: usize| {
        let (name, value, kind, depth, is_guess) = tree.with_untracked(|tree| {
            let row = &tree.rows[at];
            (step_name(&row.step), in_row(&row.value), row.kind, row.depth, row.is_guess)
        });
        let is_chosen = move || chosen.get() == Some(at);
        let is_stop = move || chosen.get().unwrap_or(0) == at;
        view! {
            <div
                class="payload-row"
                role="treeitem"
                data-at=at.to_string()
                attr:aria-level=(depth + 1).to_string()
                aria-selected=erased(move || is_chosen().to_string())
                tabindex=erased(move || if is_stop() { "0" } else { "-1" })
                style:--depth=depth.min(DEEPEST).to_string()
                on:click=move |_| go(at)
            >
                <span class="payload-row__name">{name}</span>
                <span class="payload-row__value">{value}</span>
                <span class="payload-row__kind">
                    {kind}
                    {is_guess.then(|| view! {
                        <span title=erased(move || locale.strings().payload_guess())>" ?"</span>
                    })}
                </span>
            </div>
        }
    };
    let count = Memo::new(move |_| tree.with(|tree| tree.rows.len()));
    let fault = Memo::new(move |_| tree.with(|tree| tree.fault));
    let is_cut = Signal::derive(move || tree.with(|tree| tree.is_cut));
    let shown_count = move || {
        is_cut.get().then(|| {
            let count = grouped(count.get() as u64);
            view! { <p class="payload-view__note">{locale.strings().payload_values_cut(count)}</p> }
        })
    };
    let notation = move || {
        (view == View::Cbor).then(|| {
            let line = tree.with(|tree| bytes.with_value(|bytes| notation(tree, bytes)));
            let copied = line.clone();
            view! {
                <p class="payload-view__line">
                    <code>{visible(&line).into_owned()}</code>
                    <CopyButton
                        label=Signal::derive(move || locale.strings().payload_copy_notation())
                        text=Callback::new(move |()| copied.clone())
                    />
                </p>
            }
        })
    };
    let about = move || {
        let at = chosen.get()?;
        let (path, range, value, is_guess) = tree.with(|tree| {
            let row = tree.rows.get(at)?;
            Some((tree.path(at), row.range.clone(), row.value.clone(), row.is_guess))
        })?;
        let digits = bytes.with_value(|bytes| {
            let end = range.end.min(range.start + BYTES);
            let more = if end < range.end { " …" } else { "" };
            format!("{}{more}", hex_groups(bytes.get(range.start..end).unwrap_or_default(), 1))
        });
        let strings = locale.strings();
        let place = match range.len() {
            0 | 1 => strings.inspector_at(range.start),
            _ => strings.inspector_range(range.start, range.end - 1),
        };
        let copied = path.clone();
        Some(view! {
            <div class="payload-view__chosen">
                <p class="payload-view__line">
                    <code class="payload-view__path">{visible(&path).into_owned()}</code>
                    <CopyButton
                        label=Signal::derive(move || locale.strings().payload_copy_path())
                        text=Callback::new(move |()| copied.clone())
                    />
                </p>
                <p class="payload-view__whole">{visible(&value).into_owned()}</p>
                <p class="payload-view__note">{place} ": " <code>{digits}</code></p>
                {is_guess.then(|| view! { <p class="payload-view__note">{strings.payload_guess()}</p> })}
            </div>
        })
    };
    view! {
        {erased(move || fault.get().map(|fault| view! { <Wrong fault/> }))}
        {erased(notation)}
        <div
            class="payload-tree"
            role="tree"
            node_ref=root
            aria-label=erased(move || super::name(view, locale.strings()))
            on:keydown=on_key
        >
            <For each=move || 0..count.get() key=|at| *at children=row/>
        </div>
        {erased(shown_count)}
        <More most is_cut/>
        <div class="payload-view__about" aria-live="polite">{erased(about)}</div>
    }
}

/// One line, as far as it can be read at once.
fn notation(tree: &Tree, bytes: &[u8]) -> String {
    let mut line = diagnostic(tree, bytes);
    if let Some((end, _)) = line.char_indices().nth(DIAGNOSTIC) {
        line.truncate(end);
    }
    if tree.is_cut || tree.fault.is_some() || line.chars().count() >= DIAGNOSTIC {
        line.push('…');
    }
    line
}

fn step_name(step: &Step) -> String {
    match step {
        Step::Root => "$".to_owned(),
        Step::Key(key) => visible(key).into_owned(),
        Step::Index(index) => index.to_string(),
        Step::Tagged => "…".to_owned(),
        Step::Field(number, None, _) => number.to_string(),
        Step::Field(_, Some(name), _) => (*name).to_owned(),
    }
}

fn in_row(value: &str) -> String {
    match value.char_indices().nth(IN_ROW) {
        Some((end, _)) => format!("{}…", visible(&value[..end])),
        None => visible(value).into_owned(),
    }
}
