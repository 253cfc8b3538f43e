//! The payload of a packet in a format that can be chosen.

pub mod entry;
mod values;

use bytes::Bytes;
use leptos::prelude::*;

use super::{Piece, fault_words, hex_dump, name, pieces, reason, text};
use crate::capture::RecordId;
use crate::payload::{Fault, Hint, View, guess, unpack};
use crate::ui::components::Icon;
use crate::ui::erased::erased;
use crate::ui::format::grouped;
use crate::ui::loading::locale::use_locale;
use crate::ui::state::store::use_store;
use crate::ui::visible::visible_lines;
use values::Values;

/// Bytes of text or hex that are shown at first; each press shows four times as much.
const BYTES: usize = 4096;
/// What is unpacked of a payload.
const UNPACKED: usize = 1 << 20;
/// Base64 in gzip in Base64 is enough.
const MOST_LEVELS: usize = 3;

/// Everything in a packet that has a format of its own.
#[component]
pub fn Payloads(id: RecordId) -> impl IntoView {
    let store = use_store();
    let found = store.peek(|lab| {
        lab.capture().get(id).map_or_else(Vec::new, |record| pieces(lab.capture(), record))
    });
    let piece = |piece: Piece| {
        let Piece { name, bytes, hint } = piece;
        let size = grouped(bytes.len() as u64);
        view! {
            <section class="payload-view">
                <h2 class="payload-view__name">{name} " " <span class="payload-view__size">{size} " B"</span></h2>
                {looked_at(bytes, hint, 0)}
            </section>
        }
    };
    found.into_iter().map(piece).collect_view()
}

/// The bytes in one view, with the choice between all of them.
fn looked_at(bytes: Bytes, hint: Hint, level: usize) -> AnyView {
    let locale = use_locale();
    let (first, basis) = guess(&bytes, &hint);
    let chosen = RwSignal::new(first);
    let options = move || {
        let strings = locale.strings();
        View::ALL
            .map(|view| {
                let value = View::ALL.iter().position(|other| *other == view).unwrap_or(0);
                let is_chosen = move || chosen.get() == view;
                view! {
                    <option value=value.to_string() prop:selected=erased(is_chosen)>
                        {name(view, strings)}
                    </option>
                }
            })
            .collect_view()
    };
    let choose = move |event| {
        let at: Option<usize> = event_target_value(&event).parse().ok();
        if let Some(view) = at.and_then(|at| View::ALL.get(at)) {
            chosen.set(*view);
        }
    };
    let why = move || (chosen.get() == first).then(|| reason(basis, locale.strings()));
    let body = move || {
        let (view, bytes) = (chosen.get(), bytes.clone());
        match view {
            View::Text | View::Hex => view! { <Plain bytes is_hex=view == View::Hex/> }.into_any(),
            View::Base64 | View::Compressed => inner(view, &bytes, level),
            _ => view! { <Values bytes view/> }.into_any(),
        }
    };
    view! {
        <p class="payload-view__choice">
            <label>
                {erased(move || locale.strings().payload_view())}
                " "
                <select class="payload-view__views" on:change=choose>{erased(options)}</select>
            </label>
            " "
            <span class="payload-view__why">{erased(why)}</span>
        </p>
        {erased(body)}
    }
    .into_any()
}

/// What is in packed bytes, in a view of its own.
fn inner(view: View, bytes: &[u8], level: usize) -> AnyView {
    let locale = use_locale();
    let Some(unpacked) = unpack(view, bytes, UNPACKED) else { return ().into_any() };
    let (length, is_cut) = (unpacked.bytes.len(), unpacked.is_cut);
    let size = move || {
        let length = grouped(length as u64);
        match is_cut {
            true => locale.strings().payload_unpacked_cut(length),
            false => locale.strings().payload_unpacked(length),
        }
    };
    let held = Bytes::from(unpacked.bytes);
    let looked = match (length, level + 1 < MOST_LEVELS) {
        (0, _) => ().into_any(),
        (_, true) => looked_at(held, Hint::default(), level + 1),
        (_, false) => view! { <Plain bytes=held is_hex=true/> }.into_any(),
    };
    view! {
        {unpacked.fault.map(|fault| view! { <Wrong fault/> })}
        <div class="payload-view__inner">
            <p class="payload-view__note">{erased(size)}</p>
            {looked}
        </div>
    }
    .into_any()
}

/// The bytes as text with what cannot be seen made visible, or as hexadecimal digits.
#[component]
fn Plain(bytes: Bytes, is_hex: bool) -> impl IntoView {
    let most = RwSignal::new(BYTES);
    let length = bytes.len();
    let shown = move || {
        let most = most.get();
        let (words, fault) = match is_hex {
            true => (hex_dump(&bytes, most), None),
            false => {
                let (words, fault) = text(&bytes, most);
                (visible_lines(&words).into_owned(), fault)
            }
        };
        view! {
            {fault.map(|fault| view! { <Wrong fault/> })}
            <pre class="payload-view__plain" class:payload-view__plain--hex=is_hex tabindex="0">{words}</pre>
        }
    };
    view! {
        {erased(shown)}
        <More most is_cut=Signal::derive(move || most.get() < length)/>
    }
}

/// What ended the reading.
#[component]
fn Wrong(fault: Fault) -> impl IntoView {
    let locale = use_locale();
    view! {
        <p class="payload-view__fault" role="status">
            <Icon name="malformed" small=true/>
            " "
            {erased(move || fault_words(fault, locale.strings()))}
        </p>
    }
}

/// Shows more of what is bounded.
#[component]
fn More(most: RwSignal<usize>, is_cut: Signal<bool>) -> impl IntoView {
    let locale = use_locale();
    view! {
        <Show when=erased(move || is_cut.get())>
            <button
                type="button"
                class="button button--small payload-view__more"
                on:click=move |_| most.update(|most| *most *= 4)
            >
                {erased(move || locale.strings().payload_more())}
            </button>
        </Show>
    }
}
