//! A table whose cells open how to provoke them, and the same as text.

use leptos::prelude::*;

use super::model::{Cell, codes_seen, columns, places, row};
use crate::course::Seen;
use crate::glossary;
use crate::language::Language;
use crate::mqtt::{PacketType, ReasonCode};
use crate::ui::live::live;
use crate::ui::locale::use_locale;
use crate::ui::progress::use_progress;
use crate::ui::reference::{Entry, href};

#[component]
pub fn CodesPicture() -> impl IntoView {
    let (locale, progress) = (use_locale(), use_progress());
    let seen = Memo::new(move |_| progress.with(|progress| progress.seen().clone()));
    let chosen = RwSignal::new(None::<Cell>);
    let count = move || {
        let there = seen.with(codes_seen);
        locale.strings().codes_count(there, ReasonCode::ALL.len())
    };
    let table = move || {
        let language = locale.language();
        let heads =
            columns().map(|packet| view! { <th scope="col"><span>{packet.name()}</span></th> });
        let rows = seen.with(|seen| {
            ReasonCode::ALL
                .iter()
                .map(|code| row_view(*code, seen, chosen, language))
                .collect_view()
        });
        view! {
            <thead><tr><td></td>{heads.collect_view()}</tr></thead>
            <tbody>{rows}</tbody>
        }
    };
    let detail = move || match chosen.get() {
        Some(cell) => seen.with(|seen| detail(cell, seen, locale.language())).into_any(),
        None => view! { <p class="picture__empty">{locale.strings().codes_choose}</p> }.into_any(),
    };
    let as_text = move || {
        let strings = locale.strings();
        let line = |code: &ReasonCode, seen: &Seen| {
            let (here, missing) = places(*code, seen);
            let mut words = Vec::new();
            if !here.is_empty() {
                words.push(strings.codes_seen_in(names(&here)));
            }
            if !missing.is_empty() {
                words.push(strings.codes_missing_in(names(&missing)));
            }
            view! { <li><strong>{title(*code)}</strong>": " {words.join(" ")}</li> }
        };
        seen.with(|seen| ReasonCode::ALL.iter().map(|code| line(code, seen)).collect_view())
    };
    view! {
        <section class="card picture" aria-label=live(move || locale.strings().codes_title)>
            <header class="card__head">
                <h3 class="card__title">{live(move || locale.strings().codes_title)}</h3>
                <span class="codes__count">{live(count)}</span>
            </header>
            <div class="card__body codes">
                <div class="codes__detail" aria-live="polite">{live(detail)}</div>
                <div class="codes__scroll" tabindex="0" role="region" aria-label=live(move || locale.strings().codes_title)>
                    <table class="codes__table">{live(table)}</table>
                </div>
                <details class="codes__text">
                    <summary>{live(move || locale.strings().codes_as_text)}</summary>
                    <ul>{live(as_text)}</ul>
                </details>
            </div>
        </section>
    }
}

fn title(code: ReasonCode) -> String {
    format!("0x{:02X} {}", code.value(), code.name())
}

fn names(packets: &[PacketType]) -> String {
    packets.iter().map(|packet| packet.name()).collect::<Vec<_>>().join(", ")
}

fn row_view(
    code: ReasonCode,
    seen: &Seen,
    chosen: RwSignal<Option<Cell>>,
    language: Language,
) -> AnyView {
    let strings = language.strings();
    let cells = row(code, seen).into_iter().map(|(packet, lit)| {
        let Some(lit) = lit else { return view! { <td></td> }.into_any() };
        let state = match lit {
            true => strings.reference_seen,
            false => strings.reference_not_seen,
        };
        let name = format!("{}, {}: {state}", packet.name(), title(code));
        let cell = (packet, code);
        view! {
            <td>
                <button
                    class="codes__cell"
                    aria-label=name.clone()
                    title=name
                    aria-pressed=live(move || (chosen.get() == Some(cell)).to_string())
                    on:click=move |_| chosen.set(Some(cell))
                >
                    <span class="seen-mark" data-seen=lit.then_some("")></span>
                </button>
            </td>
        }
        .into_any()
    });
    view! {
        <tr>
            <th scope="row"><code>{format!("{:02X}", code.value())}</code> " " {code.name()}</th>
            {cells.collect_view()}
        </tr>
    }
    .into_any()
}

fn detail((packet, code): Cell, seen: &Seen, language: Language) -> AnyView {
    let strings = language.strings();
    let (here, _) = places(code, seen);
    let state = match here.contains(&packet) {
        true => strings.reference_seen,
        false => strings.reference_not_seen,
    };
    let how = glossary::provoke(code, language).unwrap_or_default();
    view! {
        <h4 class="codes__name">
            <a href=href(Entry::ReasonCode(code), language)>
                {format!("0x{:02X} {}", code.value(), code.name_in(packet))}
            </a>
            " · "
            {packet.name()}
            <small>{state}</small>
        </h4>
        <div class="prose" inner_html=how></div>
    }
    .into_any()
}
