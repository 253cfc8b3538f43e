//! What the field in sight means; before one is chosen, what the packet is, or what broke it.

use leptos::prelude::*;
use wasm_bindgen::JsCast;

use super::bits::Bits;
use super::capability_card::CapabilityCard;
use super::field_tree::row_name;
use super::reading::Reading;
use crate::analysis::why::why;
use crate::analysis::{Reaction, reaction};
use crate::capture::RecordId;
use crate::glossary::{self, Entry};
use crate::language::{Language, Strings};
use crate::mqtt::{
    Class, ErrorKind, FieldId, Flaw, Label, PacketType, PropertyId, ReasonCode, Sender, Value,
    Version,
};
use crate::ui::components::{Evidence, Icon, SpecRef};
use crate::ui::erased::erased;
use crate::ui::inspector::aspect::Aspect;
use crate::ui::inspector::meaning::{full_value, meaning};
use crate::ui::inspector::model::{RowName, Sheet};
use crate::ui::loading::locale::use_locale;
use crate::ui::packet_list::{explain_error, field_at_fault, flaw_line, flaw_words};
use crate::ui::reference;
use crate::ui::state::store::use_store;

#[component]
pub fn Explanation(
    reading: Reading,
    /// The way of looking at the packet, for the buttons that lead to another one.
    chosen: RwSignal<Aspect>,
) -> impl IntoView {
    let locale = use_locale();
    let sheet = StoredValue::new(reading.sheet());
    // Chosen from the list: a field may break several rules.
    let asked = RwSignal::new(0);
    // The error stays in sight until the learner turns to a field that is sound.
    let error = Memo::new(move |_| {
        let (asked, in_sight) = (asked.get(), reading.in_sight());
        sheet.with_value(|sheet| match in_sight {
            None => (!sheet.flaws.is_empty()).then_some(0),
            row if sheet.row_of_flaw(asked) == row => Some(asked),
            Some(row) => sheet.flaw_in(row),
        })
    });
    let id = sheet.with_value(|sheet| sheet.record);
    let words = move || {
        let language = locale.language();
        sheet.with_value(|sheet| match (error.get(), reading.in_sight()) {
            (Some(flaw), _) => view! {
                {broken(sheet, flaw, language)}
                <Flaws reading asked/>
            }
            .into_any(),
            (None, Some(row)) => field(sheet, row, language).into_any(),
            (None, None) => view! {
                {id.map(|id| view! { <Ended id chosen/> })}
                {packet(sheet, language)}
                {id.map(|id| view! { <CapabilityCard id/> })}
            }
            .into_any(),
        })
    };
    // The pointer changes nothing about them, so that it can move over them.
    let bits = Memo::new(move |_| {
        let selected = reading.selected();
        sheet.with_value(|sheet| shown_flags(sheet, selected))
    });
    let has_flags = sheet.with_value(|sheet| !sheet.flag_bytes().is_empty());
    // The byte at fault counts as looked at.
    let bits_in_sight = move || {
        let in_sight = reading.in_sight();
        sheet
            .with_value(|sheet| in_sight.or(sheet.first_fault()).and_then(|row| sheet.bits_of(row)))
            .is_some()
    };
    view! {
        <div
            class="explanation"
            data-state=erased(move || error.get().map(|_| "malformed"))
            on:click=bring_up
        >
            {has_flags.then(|| view! {
                <div
                    class="flags"
                    role="group"
                    aria-label=erased(move || locale.strings().inspector_flags())
                    data-in-sight=erased(move || bits_in_sight().then_some(""))
                >
                    <For
                        each=move || bits.get()
                        key=|(byte, _)| *byte
                        children=move |(byte, fields)| view! { <Bits reading byte fields/> }
                    />
                </div>
            })}
            <div class="explanation__text" aria-live="polite">{erased(words)}</div>
        </div>
    }
}

/// Where only its beginning is in sight, below the fields, the rest comes when it is pressed.
fn bring_up(event: leptos::ev::MouseEvent) {
    let Some(words) = event.current_target().and_then(|it| it.dyn_into::<web_sys::Element>().ok())
    else {
        return;
    };
    let Some(body) = words.parent_element() else { return };
    let above = body.query_selector(".hex").ok().flatten().map_or(0, |hex| hex.client_height());
    let room = (body.client_height() - above).max(0);
    let beyond = body.scroll_height() - body.client_height();
    if beyond > 0 {
        body.set_scroll_top(beyond - (words.scroll_height() - room).max(0));
    }
}

/// The byte of flags where the learner stands; before a field is chosen, the first ones.
fn shown_flags(sheet: &Sheet, selected: Option<usize>) -> Vec<(usize, Vec<usize>)> {
    match selected {
        Some(row) => sheet.bits_of(row).into_iter().collect(),
        None => {
            let first = sheet.flag_bytes().into_iter().take(FLAG_BYTES);
            first.filter_map(|byte| sheet.bits_of(byte)).collect()
        }
    }
}

/// A SUBSCRIBE may hold hundreds of bytes of options.
const FLAG_BYTES: usize = 3;

/// The rule behind a refusal, and the way to what led to it.
#[component]
fn Ended(id: RecordId, chosen: RwSignal<Aspect>) -> impl IntoView {
    let (store, locale) = (use_store(), use_locale());
    let cause = store.peek(|lab| why(lab.capture(), id))?.cause;
    let rule =
        move || glossary::why(cause.key(), locale.language()).map_or("", |entry| entry.short);
    Some(view! {
        <div class="explanation__ended">
            <p class="explanation__words" inner_html=erased(rule)></p>
            <button
                type="button"
                class="button button--small"
                on:click=move |_| chosen.set(Aspect::Why)
            >
                {erased(move || locale.strings().why_more())}
            </button>
        </div>
    })
}

fn packet(sheet: &Sheet, language: Language) -> impl IntoView + use<> {
    let entry = sheet.packet_type.and_then(|packet| glossary::packet(packet, language));
    let name = sheet.packet_type.map_or(language.strings().wire_no_packet(), PacketType::name);
    let section = sheet.packet_type.map(section);
    let version = sheet.version;
    view! {
        <div class="explanation__head">
            <h2 class="explanation__name">{name}</h2>
            {section.map(|section| view! { <SpecRef section version=sheet.version/> })}
            {sheet.packet_type.map(|packet| in_reference(reference::Entry::Packet(packet), language))}
        </div>
        {sheet.version_words(language.strings()).map(|words| {
            view! { <p class="explanation__words">{words}</p> }
        })}
        {entry.map(|entry| explained_in(version, entry))}
        <p class="explanation__words explanation__words--aside">
            {language.strings().inspector_overview()}
        </p>
    }
}

fn field(sheet: &Sheet, row: usize, language: Language) -> impl IntoView + use<> {
    let strings = language.strings();
    let name = sheet.rows[row].name;
    let said = meaning(sheet, row, strings);
    let label = name.label();
    let entry = label.and_then(|label| glossary::field(label, sheet.version, language));
    let section = label.map(|label| label.section_in(sheet.version));
    let version = sheet.version;
    // What an older version calls otherwise has an entry of its own.
    let entry_of = match label.is_some_and(|label| label.key_in(version) != label.key()) {
        true => Version::V5,
        false => version,
    };
    // What an alias stands for was said by an earlier packet.
    let set_by = match label {
        Some(Label::Field(FieldId::TopicName) | Label::Property(PropertyId::TopicAlias, _)) => {
            sheet.aliased.as_ref().map(|(_, set_by)| *set_by)
        }
        _ => None,
    };
    let further = match (&sheet.rows[row].value, name) {
        (Value::ReasonCode(code, _), _) => glossary::reason_code(*code, language),
        (Value::Named(..), RowName::Field(Label::Field(FieldId::PacketType))) => {
            sheet.packet_type.and_then(|packet| glossary::packet(packet, language))
        }
        _ => None,
    };
    let looked_up = match (&sheet.rows[row].value, name) {
        (Value::ReasonCode(code, _), _) => Some(reference::Entry::ReasonCode(*code)),
        (_, RowName::Field(label)) => reference::Entry::of_label(label),
        _ => None,
    };
    let unread = matches!(name, RowName::Unread | RowName::Missing)
        .then_some(strings.inspector_unread_words());
    view! {
        <div class="explanation__head">
            <h2 class="explanation__name">{row_name(sheet.rows[row].name, sheet.version, strings)}</h2>
            <span class="explanation__value">{full_value(sheet, row)}</span>
            {said.map(|said| view! { <span>{said}</span> })}
            {set_by.map(|id| view! { <span>{strings.inspector_set_by()} " " <Evidence id/></span> })}
            {section.map(|section| view! { <SpecRef section version=sheet.version/> })}
            {looked_up.map(|entry| in_reference(entry, language))}
        </div>
        {further.map(|entry| explained_in(version, entry))}
        {entry.map(|entry| explained_in(entry_of, entry))}
        {unread.map(|words| view! { <p class="explanation__words">{words}</p> })}
    }
}

fn broken(sheet: &Sheet, at: usize, language: Language) -> impl IntoView + use<> {
    let strings = language.strings();
    let flaw = &sheet.flaws[at];
    let error = flaw.error;
    let class = match error.kind.class() {
        Class::Framing => strings.inspector_framing(),
        Class::MalformedPacket => strings.inspector_malformed_packet(),
        Class::ProtocolError => strings.inspector_protocol_error(),
    };
    let at_fault = flaw.range.start..flaw.range.end.min(flaw.range.start + 16);
    let field = field_at_fault(flaw, sheet.version);
    // Both numbers of a length, where the entry speaks of any length.
    let numbers = flaw_words(flaw, sheet.bytes.len(), language);
    let numbers = (numbers != explain_error(error, language)).then_some(numbers);
    let numbers = numbers.map(|words| match &field {
        Some(field) => strings.wire_flaw_of(field, words),
        None => words,
    });
    let entry = glossary::error(error.kind, language);
    // A rule that 5.0 does not have is explained as that of the older versions.
    let entry_of = match error.kind.is_only_before_5() {
        true => Version::V5,
        false => sheet.version,
    };
    let words = entry.is_none().then(|| error.kind.to_string());
    let may = match error.kind.class() {
        Class::Framing => strings.inspector_error_may_wait().to_owned(),
        _ if !sheet.version.is_5() => strings.inspector_error_closes().to_owned(),
        Class::MalformedPacket | Class::ProtocolError => {
            let code = reason(error.kind.reason_code());
            strings.inspector_error_may_close(code, answering_packet(sheet).name())
        }
    };
    let may_rule = match (error.kind.class(), sheet.sender) {
        (Class::Framing, _) => ErrorKind::Incomplete.rule_in(sheet.version),
        _ if !sheet.version.is_5() => "§4.8",
        (_, Sender::Client) => "[MQTT-4.13.1-1]",
        (_, Sender::Server) => "§4.13.1",
    };
    let reacted = sheet.record.map(|id| view! { <Reacted id sender=sheet.sender/> });
    view! {
        <div class="explanation__head">
            <h2 class="explanation__name">
                <Icon name="malformed"/>
                {strings.inspector_error_title(class, place(flaw, strings))}
            </h2>
            {field.map(|field| view! { <span class="explanation__value">{field}</span> })}
            <span class="explanation__value">{sheet.hex(at_fault)}</span>
            <SpecRef section=error.kind.rule_in(sheet.version) version=sheet.version/>
        </div>
        {numbers.map(|words| view! { <p class="explanation__words">{words}</p> })}
        {entry.map(|entry| explained_in(entry_of, entry))}
        {words.map(|words| view! { <p class="explanation__words">{words}</p> })}
        <p class="explanation__words">{may} " " <SpecRef section=may_rule version=sheet.version/></p>
        {reacted}
    }
}

/// All rules that the packet breaks, where there are several: each leads to its bytes.
#[component]
fn Flaws(
    reading: Reading,
    /// The one asked for last.
    asked: RwSignal<usize>,
) -> impl IntoView {
    let locale = use_locale();
    let sheet = reading.sheet();
    let all = sheet.flaws.len();
    if all < 2 {
        return None;
    }
    let list = move || {
        let language = locale.language();
        let button = |at: usize| {
            let words = flaw_line(&sheet.flaws[at], sheet.bytes.len(), sheet.version, language);
            let row = sheet.row_of_flaw(at);
            let go = move |_| {
                asked.set(at);
                if let Some(row) = row {
                    reading.open_to(row);
                }
            };
            view! {
                <li>
                    <button type="button" class="explanation__flaw" on:click=go>{words}</button>
                </li>
            }
        };
        let shown = all.min(FLAWS);
        let strings = language.strings();
        view! {
            <p class="explanation__words">{strings.inspector_flaws(all)}</p>
            <ol class="explanation__flaws">{(0..shown).map(button).collect_view()}</ol>
            {(shown < all).then(|| view! {
                <p class="explanation__words">{strings.wire_flaw_more(all - shown)}</p>
            })}
        }
    };
    Some(view! { <div>{erased(list)}</div> })
}

/// Every Reason Code of a SUBACK may be wrong, and it may have thousands.
const FLAWS: usize = 20;

fn place(flaw: &Flaw, strings: &Strings) -> String {
    match flaw.range.len() {
        0 | 1 => strings.inspector_at(flaw.error.at),
        _ => strings.inspector_range(flaw.range.start, flaw.range.end - 1),
    }
}

/// What the receiver of this capture really did, beside what it may do.
#[component]
fn Reacted(id: RecordId, sender: Sender) -> impl IntoView {
    let (store, locale) = (use_store(), use_locale());
    let reacted = Memo::new(move |_| store.with_capture(|capture| reaction(capture, id)));
    let words = move || {
        let strings = locale.strings();
        let side = match sender {
            Sender::Client => strings.inspector_receiver_server(),
            Sender::Server => strings.inspector_receiver_client(),
        };
        let (words, at, code) = match reacted.get()? {
            Reaction::Took(at, code) => (strings.inspector_reaction_took(side), at, code),
            Reaction::Refused(at, code) => {
                (strings.inspector_reaction_refused(side), at, Some(code))
            }
            Reaction::Closed(at, code) => (strings.inspector_reaction_closed(side), at, Some(code)),
            Reaction::ClosedSilently(at) => {
                (strings.inspector_reaction_closed_silently(side), at, None)
            }
            Reaction::WentOn(at) => (strings.inspector_reaction_went_on(side), at, None),
            Reaction::Untold(at) => (strings.inspector_reaction_untold(side), at, None),
        };
        let packet = store.record(at).and_then(|record| record.packet_type());
        let code = code.zip(packet).map(|(code, packet)| code.in_words(packet));
        Some(view! {
            <p class="explanation__words explanation__reaction">
                {words} " " <Evidence id=at/> {code.map(|code| format!(" {code}"))}
            </p>
        })
    };
    erased(words)
}

/// Before CONNECT is accepted a Server says no with CONNACK; everyone else uses DISCONNECT (§4.13).
fn answering_packet(sheet: &Sheet) -> PacketType {
    match (sheet.packet_type, sheet.sender) {
        (Some(PacketType::Connect), Sender::Client) => PacketType::ConnAck,
        _ => PacketType::Disconnect,
    }
}

fn reason(code: ReasonCode) -> String {
    format!("0x{:02X} {}", code.value(), code.name())
}

/// A link to where more stands about it: the packets it may stand in, the exercises that use it.
fn in_reference(entry: reference::Entry, language: Language) -> impl IntoView {
    view! {
        <a class="term" href=reference::href(entry, language)>
            {language.strings().reference_in_reference()}
        </a>
    }
}

/// The first sentence alone where what follows is about 5.0.
fn explained_in(version: Version, entry: Entry) -> impl IntoView {
    explained(match version {
        Version::V5 => entry,
        Version::V3_1 | Version::V3_1_1 => Entry { long: "", ..entry },
    })
}

/// The glossary's words, which are HTML made at build time from our own Markdown.
fn explained(entry: Entry) -> impl IntoView {
    view! {
        <p class="explanation__words" inner_html=entry.short></p>
        {(!entry.long.is_empty())
            .then(|| view! { <div class="explanation__words" inner_html=entry.long></div> })}
    }
}

/// The section of a packet, as text that lives as long as the page.
fn section(packet: PacketType) -> &'static str {
    const SECTIONS: [&str; 15] = [
        "3.1", "3.2", "3.3", "3.4", "3.5", "3.6", "3.7", "3.8", "3.9", "3.10", "3.11", "3.12",
        "3.13", "3.14", "3.15",
    ];
    SECTIONS[usize::from(packet.value()) - 1]
}
