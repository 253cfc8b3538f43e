//! One message as strands from its sender by the Server to a receiver.

use leptos::prelude::*;

use super::words::{access_words, fate, fate_key, part_name};
use crate::capture::ClientSlot;
use crate::language::Strings;
use crate::mqtt::{PacketType, PropertyId};
use crate::ui::components::{Evidence, Icon, Topic};
use crate::ui::format::{capped, grouped};
use crate::ui::packet_family::PacketFamily;
use crate::ui::pictures::metadata::model::{Fate, Journey, Leg, Place, Reader, Sight, Strand};
use crate::ui::role_names::role_name;
use crate::ui::state::store::Store;

/// Characters of a value that a strand shows.
const TEXT: usize = 80;

/// To the `nth` of its receivers.
pub fn draw(journey: &Journey, nth: usize, store: Store, strings: &'static Strings) -> AnyView {
    let strands = journey.strands(nth);
    let is_will = journey.sent.as_ref().is_some_and(|sent| sent.packet == PacketType::Connect);
    let rows = strands.iter().map(|strand| row(strand, is_will, strings)).collect_view();
    let sender = match &journey.sent {
        Some(sight) => station(sight, store, strings),
        None => view! { <span class="strands__nobody">{strings.metadata_from_server()}</span> }
            .into_any(),
    };
    let arrived = match journey.arrived.get(nth) {
        Some(sight) => station(sight, store, strings),
        None => {
            view! { <span class="strands__nobody">{strings.metadata_fate_open()}</span> }.into_any()
        }
    };
    view! {
        <div class="strands" role="group" aria-label=strings.metadata_strands(journey.id().number())>
            <div class="strands__stations" data-latest="">
                <div class="strands__station">{sender}</div>
                <div class="strands__station strands__station--server">
                    <Icon name="broker"/>
                    {strings.metadata_server()}
                </div>
                <div class="strands__station strands__station--end">{arrived}</div>
            </div>
            <ol class="strands__list">{rows}</ol>
        </div>
    }
    .into_any()
}

/// A client at its end of the way, with its packet.
fn station(sight: &Sight, store: Store, strings: &Strings) -> AnyView {
    let letter = sight.client.letter().to_string();
    view! {
        <span class="client-letter" data-client=letter.clone()>{letter.clone()}</span>
        <span class="strands__role">{role(sight.client, store, strings)}</span>
        <Evidence id=sight.id/>
        <span class="strands__size">{format!("{} B", grouped(sight.total() as u64))}</span>
    }
    .into_any()
}

fn role(client: ClientSlot, store: Store, strings: &Strings) -> String {
    let name = store.peek(|lab| lab.client(client).map(|c| c.role().to_owned()));
    role_name(&name.unwrap_or_default(), strings)
}

fn row(strand: &Strand, is_will: bool, strings: &'static Strings) -> AnyView {
    let part = strand.part();
    let kind = kind(strand.place, is_will, strings);
    let name = (!strand.name.is_empty()).then(|| {
        view! { <b class="strand__name">{capped(&strand.name, TEXT)}</b> }
    });
    let packet = strand.packet.map(|(id, packet)| {
        view! {
            <span class="strand__packet" data-family=PacketFamily::of(packet).key()>{packet.name()}</span>
            <Evidence id/>
        }
    });
    let value = |value: &Option<String>| {
        value.as_ref().map(|value| match strand.place {
            Place::Topic => {
                view! { <Topic topic=capped(value, TEXT) class="strand__value"/> }.into_any()
            }
            _ => view! { <code class="strand__value">{capped(value, TEXT)}</code> }.into_any(),
        })
    };
    let fate = fate(strand, strings);
    // What arrived as it was sent needs no words beside it.
    let is_plain = strand.fate == Fate::Through;
    let note = (!is_plain).then(|| {
        view! { <span class="strand__fate" data-fate=fate_key(strand.fate)>{fate}</span> }
    });
    let in_words = is_plain.then(|| view! { <span class="visually-hidden">{fate}</span> });
    let server = strand.access(Reader::Server);
    let receiver = strand.access(Reader::Receiver);
    let end = match (strand.second, receiver) {
        (Leg::Open, _) => Some(("open", "?", strings.metadata_fate_open())),
        (_, Some(access)) => Some((access.key(), access.sign(), access_words(access, strings))),
        _ => None,
    };
    let end = end.map(|(key, sign, words)| {
        view! { <i class="strand__node" data-access=key title=words>{sign}</i> }
    });
    let server = server.map(|access| {
        let words = access_words(access, strings);
        view! { <i class="strand__node" data-access=access.key() title=words>{access.sign()}</i> }
    });
    view! {
        <li class="strand" data-part=part.key() data-fate=fate_key(strand.fate)>
            <span class="strand__what">
                <span class="metadata-view__item">
                    <span class="metadata-view__swatch" data-part=part.key() title=part_name(part, strings)></span>
                </span>
                {packet}
                <span class="strand__kind">{kind}</span>
                {name}
                {value(&strand.value)}
            </span>
            <span class="strand__way" aria-hidden="true">
                <i class="strand__leg" data-leg=strand.first.key()></i>
                {server}
                <i class="strand__leg" data-leg=strand.second.key()></i>
                {end}
            </span>
            <span class="strand__arrived">{value(&strand.arrived)} {note} {in_words}</span>
        </li>
    }
    .into_any()
}

/// What it is, beside its name where it has one of its own.
fn kind(place: Place, is_will: bool, strings: &Strings) -> String {
    let words = match place {
        Place::Topic => strings.metadata_topic(),
        Place::Property(id) => id.name(),
        Place::Member | Place::Whole => strings.metadata_payload(),
        Place::Code => "Reason Code",
    };
    let of_will = match place {
        Place::Topic | Place::Member | Place::Whole => is_will,
        Place::Property(id) => is_will && id == PropertyId::WillDelayInterval,
        Place::Code => false,
    };
    match of_will {
        true => format!("Will: {words}"),
        false => words.to_owned(),
    }
}
