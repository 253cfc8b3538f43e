//! One entry of the reference, with everything there is to say about it.

use leptos::prelude::*;

use super::grid::seen_mark;
use super::uses::Uses;
use crate::course::{Seen, Sight, exercise_title};
use crate::language::Language;
use crate::mqtt::{Holder, PacketType, PropertyId, ReasonCode, Sender};
use crate::ui::components::{Icon, SpecRef};
use crate::ui::erased::erased;
use crate::ui::loading::locale::use_locale;
use crate::ui::navigation::address::Place;
use crate::ui::reference::model::{Entry, href, layout, packets_with, senders};
use crate::ui::state::progress::use_progress;

/// So many exercises are named; of packets that every exercise sends, more would tell nothing.
const EXERCISES: usize = 6;

#[component]
pub fn Detail(entry: Entry, uses: Uses) -> impl IntoView {
    let (locale, progress) = (use_locale(), use_progress());
    let seen = move || progress.with(|progress| entry.is_in(progress.seen()));
    let status = move || {
        let strings = locale.strings();
        match seen() {
            true => ("met", "met", strings.reference_seen()),
            false => ("not-yet", "not-yet", strings.reference_not_seen()),
        }
    };
    let sections = match entry.sections().as_slice() {
        // Each place has its own section, which stands beside it below.
        [] | [_, _, ..] => None,
        [section] => Some(*section),
    };
    let words = move || {
        entry.explanation(locale.language()).map(|words| {
            view! {
                <p inner_html=words.short></p>
                {(!words.long.is_empty()).then(|| view! { <div inner_html=words.long></div> })}
            }
        })
    };
    let facts = move || {
        let language = locale.language();
        progress.with(|progress| {
            let seen = progress.seen();
            match entry {
                Entry::Packet(packet) => packet_facts(packet, seen, language).into_any(),
                Entry::Property(id) => property_facts(id, seen, language).into_any(),
                Entry::ReasonCode(code) => code_facts(code, seen, language).into_any(),
                Entry::Field(id) => {
                    let packets = packets_with(id);
                    (!packets.is_empty())
                        .then(|| {
                            let places = packets.into_iter().map(|packet| {
                                let what =
                                    place(packet.name(), Entry::Packet(packet), None, "", language);
                                view! { <li>{what}</li> }
                            });
                            view! {
                                <h3>{language.strings().reference_in_packets()}</h3>
                                <ul class="reference-places">{places.collect_view()}</ul>
                            }
                        })
                        .into_any()
                }
            }
        })
    };
    view! {
        <article class="reference-detail" id="entry" tabindex="-1">
            <header class="reference-detail__head">
                <h2 class="reference-detail__name">{entry.name()}</h2>
                {entry.written_number().map(|number| view! { <code class="bytes">{number}</code> })}
                {sections.map(|section| view! { <SpecRef section/> })}
                <span class="status reference-detail__seen" data-state=erased(move || status().0)>
                    <Icon name=Signal::derive(move || status().1)/>
                    {erased(move || status().2)}
                </span>
            </header>
            <div class="prose reference-detail__words">{erased(words)}</div>
            {erased(facts)}
            {erased(move || exercises(entry, uses, locale.language()))}
        </article>
    }
}

fn exercises(entry: Entry, uses: Uses, language: Language) -> impl IntoView + use<> {
    let strings = language.strings();
    let found = uses.of(entry);
    let is_complete = uses.is_complete();
    let further = found.len().saturating_sub(EXERCISES);
    let is_about = found.first().is_some_and(|found| found.is_subject);
    let links = found.iter().take(EXERCISES).map(|found| {
        let id = found.exercise;
        let title = exercise_title(id, language).unwrap_or(id);
        let href = Place::Exercise(id.to_owned()).href(language);
        view! { <li><a href=href data-subject=found.is_subject.then_some("")>{title}</a></li> }
    });
    let head = match is_about {
        true => strings.reference_about(),
        false => strings.reference_uses(),
    };
    let body = match (found.is_empty(), is_complete) {
        (true, true) => view! { <p class="reference__note">{strings.reference_uses_none()}</p> }.into_any(),
        (true, false) => view! {
            <p class="waiting">
                <Icon name="waiting" class="spinner"/>
                {strings.reference_waiting()}
            </p>
        }
        .into_any(),
        (false, _) => view! {
            <ul class="reference-exercises">{links.collect_view()}</ul>
            {(further > 0).then(|| view! { <p class="reference__note">{strings.reference_also(further)}</p> })}
        }
        .into_any(),
    };
    view! { <h3>{head}</h3> {body} }
}

/// One of the places where something may stand.
fn place(
    name: &'static str,
    entry: Entry,
    seen: Option<bool>,
    note: &'static str,
    language: Language,
) -> impl IntoView + use<> {
    let mark = seen.map(|is_seen| seen_mark(is_seen, language));
    view! {
        <span class="reference-places__place">
            {mark}
            <a href=href(entry, language)>{name}</a>
            {(!note.is_empty()).then(|| view! { <span class="reference-places__note">{note}</span> })}
        </span>
    }
}

fn property_facts(id: PropertyId, seen: &Seen, language: Language) -> impl IntoView + use<> {
    let strings = language.strings();
    let rows = id.holders().iter().map(|(holder, section)| {
        let is_seen = seen.has(Sight::Property(*holder, id));
        let note = if id.may_repeat_in(*holder) { strings.reference_repeats() } else { "" };
        let what =
            place(holder.name(), Entry::Packet(holder.packet()), Some(is_seen), note, language);
        view! {
            <li class="reference-row">
                {what}
                <SpecRef section=*section/>
            </li>
        }
    });
    view! {
        <p class="reference__note">{id.kind().name()}</p>
        <h3>{strings.reference_in_packets()}</h3>
        <ul class="reference-places reference-places--rows">{rows.collect_view()}</ul>
    }
}

fn code_facts(code: ReasonCode, seen: &Seen, language: Language) -> impl IntoView + use<> {
    let strings = language.strings();
    let rows = code.packets().iter().map(|packet| {
        let is_seen = seen.has(Sight::ReasonCode(*packet, code));
        let name = code.name_in(*packet);
        // 0x00 has other names in some packets.
        let note = if name == code.name() { "" } else { name };
        let what = place(packet.name(), Entry::Packet(*packet), Some(is_seen), note, language);
        view! { <li>{what}</li> }
    });
    view! {
        <h3>{strings.reference_in_packets()}</h3>
        <ul class="reference-places">{rows.collect_view()}</ul>
    }
}

fn packet_facts(packet: PacketType, seen: &Seen, language: Language) -> impl IntoView + use<> {
    let strings = language.strings();
    let side = match senders(packet).as_slice() {
        [Sender::Client] => strings.reference_client(),
        [Sender::Server] => strings.reference_server(),
        _ => strings.reference_both(),
    };
    let properties = |holder: Holder| {
        let allowed = PropertyId::ALL.iter().filter(|id| id.section_in(holder).is_some());
        let places: Vec<_> = allowed
            .map(|id| {
                let is_seen = seen.has(Sight::Property(holder, *id));
                let note = if id.may_repeat_in(holder) { strings.reference_repeats() } else { "" };
                let what = place(id.name(), Entry::Property(*id), Some(is_seen), note, language);
                view! { <li>{what}</li> }
            })
            .collect();
        view! { <ul class="reference-places">{places}</ul> }
    };
    let rows = layout(packet).into_iter().map(|row| {
        let entry = Entry::Field(row.field);
        view! {
            <tr>
                <th
                    scope="row"
                    data-outer=(row.depth == 0).then_some("")
                    style:--depth=row.depth.to_string()
                >
                    <a href=href(entry, language)>{entry.name()}</a>
                </th>
                <td>{row.kind.words(strings)}</td>
                <td><SpecRef section=row.field.section()/></td>
            </tr>
            {row.properties.map(|holder| view! {
                <tr><td class="reference-layout__properties" colspan="3">{properties(holder)}</td></tr>
            })}
        }
    });
    let codes: Vec<_> = ReasonCode::ALL
        .iter()
        .filter(|code| code.packets().contains(&packet))
        .map(|code| {
            let is_seen = seen.has(Sight::ReasonCode(packet, *code));
            view! {
                <li class="reference-places__place">
                    {seen_mark(is_seen, language)}
                    <a href=href(Entry::ReasonCode(*code), language)>
                        <span class="reference-grid__code">{format!("0x{:02X}", code.value())}</span>
                        {code.name_in(packet)}
                    </a>
                </li>
            }
        })
        .collect();
    let codes = (!codes.is_empty()).then(|| {
        view! {
            <h3>{strings.reference_codes()}</h3>
            <ul class="reference-places reference-places--codes">{codes}</ul>
        }
    });
    view! {
        <p class="reference__note">{strings.reference_sent_by(side)}</p>
        <h3>{strings.reference_layout()}</h3>
        <div class="table-scroll">
            <table class="table reference-layout"><tbody>{rows.collect_view()}</tbody></table>
        </div>
        {codes}
    }
}
