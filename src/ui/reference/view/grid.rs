//! The tables of the reference: what may stand where, and what of it has been seen.

use leptos::prelude::*;

use crate::course::{Seen, Sight};
use crate::language::Language;
use crate::mqtt::{Holder, PacketType, PropertyId, ReasonCode};
use crate::ui::components::PacketName;
use crate::ui::erased::erased;
use crate::ui::loading::locale::use_locale;
use crate::ui::packet_family::PacketFamily;
use crate::ui::reference::model::{Entry, href};
use crate::ui::state::progress::use_progress;

/// Properties × packets.
#[component]
pub fn PropertiesGrid(#[prop(into)] chosen: Signal<Option<Entry>>) -> impl IntoView {
    let columns = Holder::ALL.map(|holder| (holder.name(), Entry::Packet(holder.packet())));
    let rows = PropertyId::ALL
        .iter()
        .map(|id| {
            let cell = |holder: Holder| id.section_in(holder).map(|_| Sight::Property(holder, *id));
            (Entry::Property(*id), Holder::ALL.map(cell).to_vec())
        })
        .collect();
    view! { <Grid columns=columns.to_vec() rows chosen/> }
}

/// Reason Codes × packets.
#[component]
pub fn CodesGrid(#[prop(into)] chosen: Signal<Option<Entry>>) -> impl IntoView {
    let packets = || {
        let has_codes = |packet: &PacketType| {
            ReasonCode::ALL.iter().any(|code| code.packets().contains(packet))
        };
        PacketType::ALL.into_iter().filter(has_codes)
    };
    let columns = packets().map(|packet| (packet.name(), Entry::Packet(packet))).collect();
    let rows = ReasonCode::ALL
        .iter()
        .map(|code| {
            let cell = |packet: PacketType| {
                code.packets().contains(&packet).then_some(Sight::ReasonCode(packet, *code))
            };
            (Entry::ReasonCode(*code), packets().map(cell).collect())
        })
        .collect();
    view! { <Grid columns rows chosen/> }
}

type Column = (&'static str, Entry);
type Row = (Entry, Vec<Option<Sight>>);

/// A table with a mark where something may stand, filled once it has been seen.
#[component]
fn Grid(columns: Vec<Column>, rows: Vec<Row>, chosen: Signal<Option<Entry>>) -> impl IntoView {
    let (locale, progress) = (use_locale(), use_progress());
    let table = move || {
        let language = locale.language();
        let strings = language.strings();
        let here = chosen.get();
        let heads = columns.iter().map(|(name, entry)| {
            view! {
                <th scope="col" class="reference-grid__column" data-chosen=(here == Some(*entry)).then_some("")>
                    <a href=href(*entry, language)>{*name}</a>
                </th>
            }
        });
        let row = |(entry, cells): &Row, seen: &Seen| {
            let cells = cells.iter().map(|sight| match sight {
                None => view! { <td></td> }.into_any(),
                Some(sight) => {
                    let is_seen = seen.has(*sight);
                    let words = match is_seen {
                        true => strings.reference_seen(),
                        false => strings.reference_allowed(),
                    };
                    view! { <td>{mark(is_seen, words)}</td> }.into_any()
                }
            });
            view! {
                <tr data-chosen=(here == Some(*entry)).then_some("")>
                    <th scope="row" class="reference-grid__row">
                        <a
                            href=href(*entry, language)
                            aria-current=(here == Some(*entry)).then_some("true")
                        >
                            <span class="reference-grid__code">{entry.written_number()}</span>
                            {entry.name()}
                        </a>
                    </th>
                    {cells.collect_view()}
                </tr>
            }
        };
        let body = progress
            .with(|progress| rows.iter().map(|each| row(each, progress.seen())).collect_view());
        view! {
            <thead><tr><td class="reference-grid__corner"></td>{heads.collect_view()}</tr></thead>
            <tbody>{body}</tbody>
        }
    };
    view! {
        <p class="reference__legend" aria-hidden="true">
            <span class="seen-mark" data-seen=""></span>
            " "
            {erased(move || locale.strings().reference_seen())}
            " · "
            <span class="seen-mark"></span>
            " "
            {erased(move || locale.strings().reference_allowed())}
        </p>
        <div class="reference-grid" tabindex="0" role="group" aria-label=erased(move || locale.strings().page_reference())>
            <table class="reference-grid__table">{erased(table)}</table>
        </div>
    }
}

/// Entries with their number and one sentence each.
#[component]
pub fn EntryList(
    #[prop(into)] entries: Signal<Vec<Entry>>,
    #[prop(into)] chosen: Signal<Option<Entry>>,
) -> impl IntoView {
    let (locale, progress) = (use_locale(), use_progress());
    let rows = move || {
        let language = locale.language();
        let here = chosen.get();
        progress.with(|progress| {
            entries.with(|entries| {
                entries
                    .iter()
                    .map(|entry| row(*entry, here, progress.seen(), language))
                    .collect_view()
            })
        })
    };
    let has_sections = move || {
        entries.with(|entries| entries.iter().any(|entry| entry.number().is_none())).then_some("")
    };
    view! { <ul class="reference-list" data-sections=erased(has_sections)>{erased(rows)}</ul> }
}

fn row(
    entry: Entry,
    here: Option<Entry>,
    seen: &Seen,
    language: Language,
) -> impl IntoView + use<> {
    let name = match entry {
        Entry::Packet(packet) => {
            view! { <PacketName name=packet.name() family=Some(PacketFamily::of(packet))/> }
                .into_any()
        }
        _ => view! { <span class="reference-list__name">{entry.name()}</span> }.into_any(),
    };
    let number = entry.written_number().unwrap_or_else(|| {
        entry.sections().first().map(|section| format!("§{section}")).unwrap_or_default()
    });
    view! {
        <li>
            <a
                class="reference-list__entry"
                href=href(entry, language)
                aria-current=(here == Some(entry)).then_some("true")
            >
                <span class="reference-list__number">{number}</span>
                {name}
                {seen_mark(entry.is_in(seen), language)}
                <span
                    class="reference-list__short"
                    inner_html=entry.explanation(language).map_or("", |words| words.short)
                ></span>
            </a>
        </li>
    }
}

/// Filled for what has been seen.
fn mark(is_seen: bool, words: &'static str) -> impl IntoView {
    view! {
        <span class="seen-mark" data-seen=is_seen.then_some("") title=words>
            <span class="visually-hidden">{words}</span>
        </span>
    }
}

pub(super) fn seen_mark(is_seen: bool, language: Language) -> impl IntoView {
    let strings = language.strings();
    mark(is_seen, if is_seen { strings.reference_seen() } else { strings.reference_not_seen() })
}
