//! One row of the packet list.

use leptos::prelude::*;

use super::wire_state::{WireState, use_wire};
use crate::analysis::why::has_why;
use crate::capture::{Entry, Record, RecordId};
use crate::language::Strings;
use crate::ui::components::{Icon, PacketName, PacketWay, direction};
use crate::ui::erased::erased;
use crate::ui::format::{grouped, short_size};
use crate::ui::loading::locale::use_locale;
use crate::ui::packet_list::facts::{Facts, Line, who};
use crate::ui::packet_list::model::Filter;
use crate::ui::state::store::use_store;

/// A packet as a button that opens it, or an event of the link.
#[component]
pub fn PacketRow(
    record: Record,
    /// Whether the inspector shows it.
    #[prop(into)]
    selected: Signal<bool>,
    /// Whether the keyboard stands here.
    #[prop(into)]
    at_cursor: Signal<bool>,
    /// Whether it came while the learner watched.
    is_new: bool,
    on_open: Callback<RecordId>,
) -> impl IntoView {
    let (store, wire, locale) = (use_store(), use_wire(), use_locale());
    let id = record.id;
    let letter = record.client.letter().to_string();
    let size = record.bytes().len();
    let is_link = size == 0;
    let is_hole = record.hole().is_some();
    // A close can be opened where there is something to say about it.
    let is_explained = matches!(record.entry, Entry::Closed(_) | Entry::Text { .. })
        && store.peek(|lab| has_why(lab.capture(), id));
    let is_broken = record.packet().is_some_and(|packet| packet.is_err());
    let time = time_view(wire, &record);
    let sender = record.side();
    let who = store.peek(|lab| who(lab.capture(), &record));
    let client = record.client;
    let tab = move || if at_cursor.get() { "0" } else { "-1" };

    let what = move || {
        let language = locale.language();
        let line = store.peek(|lab| Line::among(lab.capture(), &record, language));
        line_view(line, &wire.asked.get(), language.strings(), None)
    };
    let start = view! {
        <span class="packet-row__time">
            <span class="packet-row__number">{format!("#{}", id.number())}</span>
            <span>{time}</span>
        </span>
        <PacketWay client sender who/>
    };
    let content = match is_link {
        true if is_explained || is_hole => view! {
            <button class="packet-row__button" tabindex=erased(tab) on:click=move |_| on_open.run(id)>
                {start}
                {erased(what)}
                {is_explained.then(|| view! {
                    <span class="packet-row__why">{erased(move || locale.strings().why_button())}</span>
                })}
            </button>
        }
        .into_any(),
        true => view! {
            <div class="packet-row__button" tabindex=erased(tab)>
                {start}
                {erased(what)}
            </div>
        }
        .into_any(),
        false => {
            let (short, unit) = short_size(size);
            view! {
                <button class="packet-row__button" tabindex=erased(tab) on:click=move |_| on_open.run(id)>
                    {start}
                    {erased(what)}
                    <span class="packet-row__size" title=format!("{} B", grouped(size as u64))>
                        {short}
                        " "
                        <span class="packet-row__unit">{unit}</span>
                    </span>
                </button>
            }
            .into_any()
        }
    };
    view! {
        <li
            class="packet-row"
            class:packet-row--link=is_link
            class:packet-row--new=is_new
            data-row=id.0.to_string()
            data-record=id.0.to_string()
            data-client=letter
            data-direction=direction(sender)
            data-state=is_broken.then_some("malformed")
            aria-current=erased(move || selected.get().then_some("true"))
        >
            {content}
        </li>
    }
}

/// The number and the unit in the column of times.
pub fn time_view(wire: WireState, record: &Record) -> impl IntoView + use<> {
    let (id, at) = (record.id, record.at);
    erased(move || {
        let (number, unit) = wire.time_of(id, at);
        view! {
            {number}
            " "
            <span class="packet-row__unit">{unit}</span>
        }
    })
}

/// What a record says: the packet's name and its facts, with what the filter found in them.
pub fn line_view(
    line: Line,
    filter: &Filter,
    strings: &'static Strings,
    // Stands between the name and the facts.
    between: Option<AnyView>,
) -> AnyView {
    let name = line.name(strings);
    let family = line.family();
    let all = line.words();
    match line {
        Line::Link { words, is_wrong } => view! {
            <span class="packet-row__event" title=all>
                {is_wrong.then(|| view! { <Icon name="malformed" small=true/> })}
                <span>{marked(filter, &words)}</span>
            </span>
        }
        .into_any(),
        Line::Malformed { facts, words, .. } => view! {
            <PacketName name=name.unwrap_or_default() family malformed=true/>
            {between}
            {facts_view(facts, Some(words), all, filter)}
        }
        .into_any(),
        Line::Packet { facts, .. } => view! {
            <PacketName name=name.unwrap_or_default() family/>
            {between}
            {facts_view(facts, None, all, filter)}
        }
        .into_any(),
    }
}

fn facts_view(
    facts: Facts,
    broken: Option<String>,
    all: String,
    filter: &Filter,
) -> impl IntoView + use<> {
    view! {
        <span class="packet-row__facts" title=all>
            {facts
                .key
                .map(|key| {
                    let is_long = key.chars().count() > LONG;
                    view! {
                        <span class="packet-row__key" class:packet-row__key--long=is_long>
                            {marked(filter, &key)}
                        </span>
                        " "
                    }
                })}
            {broken.map(|words| view! {
                <span class="packet-row__broken">{marked(filter, &words)}</span>
                " "
            })}
            {facts
                .more
                .into_iter()
                .map(|fact| view! { <span>{marked(filter, &fact)}</span> " " })
                .collect_view()}
        </span>
    }
}

/// Characters from which the first fact gives way before the others.
const LONG: usize = 20;

/// A fact with what the filter found in it.
fn marked(filter: &Filter, text: &str) -> impl IntoView + use<> {
    filter
        .marked(text)
        .into_iter()
        .map(|(is_found, piece)| {
            let piece = piece.to_owned();
            match is_found {
                true => view! { <mark>{piece}</mark> }.into_any(),
                false => piece.into_any(),
            }
        })
        .collect_view()
}
