//! A table whose cells open how to provoke them, and the same as text.

use leptos::html::Div;
use leptos::prelude::*;

use super::model::{Cell, Light, Lights, Reading, codes_in, columns};
use crate::glossary;
use crate::language::{Language, Strings};
use crate::mqtt::{PacketType, ReasonCode};
use crate::ui::erased::erased;
use crate::ui::lesson::view::LessonSession;
use crate::ui::loading::locale::use_locale;
use crate::ui::pictures::view::sight;
use crate::ui::reference::{Entry, href};
use crate::ui::state::progress::use_progress;
use crate::ui::state::store::use_store;

#[component]
pub fn CodesPicture(session: LessonSession) -> impl IntoView {
    let (store, locale, progress) = (use_store(), use_locale(), use_progress());
    let reading = StoredValue::new_local((0, Reading::default()));
    let lights = Memo::new(move |_| {
        let starts = session.starts();
        let ever = progress.with(|progress| progress.seen().clone());
        let read = store.with_capture(|capture| {
            reading.try_update_value(|(of, reading)| {
                if *of != starts {
                    (*of, *reading) = (starts, Reading::default());
                }
                reading.take_in(capture);
                reading.lights(ever)
            })
        });
        read.unwrap_or_default()
    });
    let latest = Memo::new(move |_| lights.with(|lights| lights.latest));
    let frame = NodeRef::<Div>::new();
    sight::follow(frame, move || latest.get());
    let chosen = RwSignal::new(None::<Cell>);
    let count = move || {
        let (run, ever) = lights.with(|lights| (codes_in(&lights.run), codes_in(&lights.ever)));
        locale.strings().codes_count(ReasonCode::ALL.len(), run, ever)
    };
    let legend = move || {
        let strings = locale.strings();
        let all = [Light::ThisRun, Light::Earlier, Light::Never];
        let line = |light| view! { <li><span class="seen-mark" data-seen=mark(light)></span>{state(light, strings)}</li> };
        all.map(line).collect_view()
    };
    let table = move || {
        let language = locale.language();
        let heads =
            columns().map(|packet| view! { <th scope="col"><span>{packet.name()}</span></th> });
        let rows = ReasonCode::ALL.iter().map(|code| row(*code, lights, chosen, language));
        view! {
            <thead><tr><td></td>{heads.collect_view()}</tr></thead>
            <tbody>{rows.collect_view()}</tbody>
        }
    };
    let as_text = move || {
        let strings = locale.strings();
        let line = |code: &ReasonCode, lights: &Lights| {
            let (here, missing) = lights.places(*code);
            let mut words = Vec::new();
            if !here.is_empty() {
                words.push(strings.codes_seen_in(names(&here)));
            }
            if !missing.is_empty() {
                words.push(strings.codes_missing_in(names(&missing)));
            }
            view! { <li><strong>{title(*code)}</strong>{strings.colon()}{words.join(" ")}</li> }
        };
        lights.with(|lights| ReasonCode::ALL.iter().map(|code| line(code, lights)).collect_view())
    };
    view! {
        <section
            class="card picture"
            data-picture="codes"
            aria-label=erased(move || locale.strings().codes_title())
        >
            <header class="card__head">
                <h3 class="card__title">{erased(move || locale.strings().codes_title())}</h3>
                <span class="codes__count" role="status">{erased(count)}</span>
            </header>
            <div class="card__body codes" node_ref=frame>
                <p class="codes__choose">{erased(move || locale.strings().codes_choose())}</p>
                <ul class="codes__legend">{erased(legend)}</ul>
                <table class="codes__table" aria-label=erased(move || locale.strings().codes_title())>
                    {erased(table)}
                </table>
                <details class="codes__text">
                    <summary>{erased(move || locale.strings().codes_as_text())}</summary>
                    <ul>{erased(as_text)}</ul>
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

/// As the style knows it.
fn mark(light: Light) -> Option<&'static str> {
    match light {
        Light::Never => None,
        Light::Earlier => Some("earlier"),
        Light::ThisRun => Some(""),
    }
}

fn state(light: Light, strings: &Strings) -> &'static str {
    match light {
        Light::Never => strings.codes_never(),
        Light::Earlier => strings.codes_earlier(),
        Light::ThisRun => strings.codes_this_run(),
    }
}

/// A code's cells, and below them how the chosen one is lit.
fn row(
    code: ReasonCode,
    lights: Memo<Lights>,
    chosen: RwSignal<Option<Cell>>,
    language: Language,
) -> AnyView {
    let cells = columns().map(|packet| match code.packets().contains(&packet) {
        true => cell((packet, code), lights, chosen, language),
        false => view! { <td></td> }.into_any(),
    });
    let how = move || {
        let cell = chosen.get().filter(|(_, chosen)| *chosen == code)?;
        Some(how(cell, lights.with(|lights| lights.of(cell)), language))
    };
    view! {
        <tr>
            <th scope="row">
                <span>
                    <code>{format!("{:02X}", code.value())}</code>
                    " "
                    {code.name()}
                </span>
            </th>
            {cells.collect_view()}
        </tr>
        {erased(how)}
    }
    .into_any()
}

fn cell(
    cell: Cell,
    lights: Memo<Lights>,
    chosen: RwSignal<Option<Cell>>,
    language: Language,
) -> AnyView {
    let light = Memo::new(move |_| lights.with(|lights| lights.of(cell)));
    let is_chosen = move || chosen.get() == Some(cell);
    let is_latest = move || lights.with(|lights| lights.latest == Some(cell));
    let name = move || {
        let (packet, code) = (cell.0.name(), title(cell.1));
        format!("{packet}, {code}: {}", state(light.get(), language.strings()))
    };
    let press = move |_| {
        chosen.update(|chosen| *chosen = Some(cell).filter(|cell| *chosen != Some(*cell)));
    };
    view! {
        <td>
            <button
                class="codes__cell"
                aria-label=erased(name)
                title=erased(name)
                aria-expanded=erased(move || is_chosen().to_string())
                data-latest=erased(move || is_latest().then_some(""))
                on:click=press
            >
                <span class="seen-mark" data-seen=erased(move || mark(light.get()))></span>
            </button>
        </td>
    }
    .into_any()
}

fn how((packet, code): Cell, light: Light, language: Language) -> AnyView {
    let way = glossary::provoke(code, packet, language).unwrap_or_default();
    view! {
        <tr class="codes__how">
            <td colspan=columns().count() + 1>
                <div role="status">
                    <h4 class="codes__name">
                        <a href=href(Entry::ReasonCode(code), language)>
                            {code.in_words(packet)}
                        </a>
                        " · "
                        {packet.name()}
                        <small>{state(light, language.strings())}</small>
                    </h4>
                    <p inner_html=way></p>
                </div>
            </td>
        </tr>
    }
    .into_any()
}
