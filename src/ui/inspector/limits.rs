//! What a CONNACK allows: every limit, stated or by default, in words, and beside that of another broker.

use crate::analysis::answered_by;
use crate::capture::{Capture, ClientSlot, Entry, Record, RecordId};
use crate::client::{Limit, Limits};
use crate::language::Strings;
use crate::mqtt::{
    ConnAck, Connect, Holder, Packet, PacketType, Properties, PropertyId, QoS, ReasonCode,
};
use crate::ui::format::grouped;

/// One limit of the card.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LimitRow {
    /// The property that states it.
    pub property: PropertyId,
    pub value: String,
    /// Whether the CONNACK states it; otherwise the specification's default holds.
    pub sent: bool,
    /// What the learner may and may not do for it.
    pub means: String,
}

impl LimitRow {
    /// The section that describes it in CONNACK, without `§`.
    pub fn section(&self) -> &'static str {
        self.property.section_in(Holder::ConnAck).unwrap_or("3.2.2.3")
    }
}

/// What to lay beside a card.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Beside {
    /// What holds where a CONNACK states nothing.
    Defaults,
    /// Another accepted CONNACK of the capture.
    Answer(RecordId),
}

/// An accepted CONNACK of the capture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Card {
    pub id: RecordId,
    pub client: ClientSlot,
    /// Where its connection went, as far as the capture still knows.
    pub address: Option<String>,
}

/// How many other cards there are to choose from.
const CARDS: usize = 20;

/// The limits of an accepted CONNACK whose CONNECT is still there.
pub fn limits_of(capture: &Capture, id: RecordId) -> Option<Limits> {
    let (connect, connack) = handshake(capture, id)?;
    Some(Limits::new(&connect, &connack))
}

/// The limits to lay beside those of `id`. The defaults go with what its own CONNECT asked for.
pub fn limits_beside(capture: &Capture, id: RecordId, beside: Beside) -> Option<Limits> {
    match beside {
        Beside::Answer(other) => limits_of(capture, other),
        Beside::Defaults => {
            let (connect, _) = handshake(capture, id)?;
            let silent = ConnAck {
                session_present: false,
                reason_code: ReasonCode::Success,
                properties: Properties::NONE,
            };
            Some(Limits::new(&connect, &silent))
        }
    }
}

/// The other accepted CONNACKs, latest first.
pub fn other_cards(capture: &Capture, id: RecordId) -> Vec<Card> {
    capture
        .records()
        .rev()
        .filter(|record| record.id != id && record.packet_type() == Some(PacketType::ConnAck))
        .filter(|record| limits_of(capture, record.id).is_some())
        .take(CARDS)
        .map(|record| card(capture, record))
        .collect()
}

/// What to lay beside a card before the learner chooses: another broker's, or else the defaults.
pub fn first_beside(capture: &Capture, id: RecordId) -> Beside {
    let own = capture.get(id).and_then(|record| address_of(capture, record));
    let other = other_cards(capture, id).into_iter().find(|card| card.address != own);
    other.map_or(Beside::Defaults, |card| Beside::Answer(card.id))
}

pub fn card(capture: &Capture, record: &Record) -> Card {
    Card { id: record.id, client: record.client, address: address_of(capture, record) }
}

fn address_of(capture: &Capture, record: &Record) -> Option<String> {
    capture.preceding(record.id).find_map(|earlier| match &earlier.entry {
        Entry::Opening { address } => Some(address.clone()),
        _ => None,
    })
}

fn handshake(capture: &Capture, id: RecordId) -> Option<(Connect, ConnAck)> {
    match (answered_by(capture, id)?.valid_packet()?, capture.get(id)?.valid_packet()?) {
        (Packet::Connect(connect), Packet::ConnAck(connack))
            if connack.reason_code == ReasonCode::Success =>
        {
            Some((*connect, connack))
        }
        _ => None,
    }
}

/// Every limit of a connection, those that bind soonest first.
pub fn rows(limits: &Limits, strings: &Strings) -> Vec<LimitRow> {
    let available = |limit: Limit<bool>, yes: &str, no: &str| {
        let (word, means) = match limit.value {
            true => (strings.limit_available(), yes),
            false => (strings.limit_not_available(), no),
        };
        (word.to_owned(), limit.sent, means.to_owned())
    };
    let unfinished = grouped(limits.receive_maximum.value.into());
    let receive = strings.limit_means_receive_maximum(&unfinished);
    let aliases = match limits.topic_alias_maximum.value {
        0 => (strings.limit_no_aliases().to_owned(), strings.limit_means_no_aliases().to_owned()),
        maximum => (grouped(maximum.into()), strings.limit_means_aliases(grouped(maximum.into()))),
    };
    let qos = match limits.maximum_qos.value {
        QoS::AtMostOnce => strings.limit_means_qos_0(),
        QoS::AtLeastOnce => strings.limit_means_qos_1(),
        QoS::ExactlyOnce => strings.limit_means_qos_2(),
    };
    let size = match limits.maximum_packet_size.value {
        None => (strings.limit_any_size().to_owned(), strings.limit_means_any_size().to_owned()),
        Some(bytes) => {
            let bytes = grouped(bytes.into());
            (strings.limit_bytes(&bytes), strings.limit_means_size(&bytes))
        }
    };
    let keep_alive = match (limits.keep_alive.value, limits.keep_alive.sent) {
        (0, _) => (strings.limit_off().to_owned(), strings.limit_means_no_keep_alive().to_owned()),
        (seconds, sent) => {
            let seconds = grouped(seconds.into());
            let means = match sent {
                true => strings.limit_means_server_keep_alive(&seconds),
                false => strings.limit_means_keep_alive(&seconds),
            };
            (strings.limit_seconds(&seconds), means)
        }
    };
    let expiry = match limits.session_expiry_interval.value {
        0 => strings.limit_ends_with_connection().to_owned(),
        u32::MAX => strings.limit_never().to_owned(),
        seconds => strings.limit_seconds(grouped(seconds.into())),
    };
    let expiry_means = match limits.session_expiry_interval.sent {
        true => strings.limit_means_server_expiry(),
        false => strings.limit_means_expiry(),
    };
    [
        (PropertyId::ReceiveMaximum, (unfinished, limits.receive_maximum.sent, receive)),
        (PropertyId::TopicAliasMaximum, (aliases.0, limits.topic_alias_maximum.sent, aliases.1)),
        (
            PropertyId::MaximumQoS,
            (
                format!("QoS {}", limits.maximum_qos.value.bits()),
                limits.maximum_qos.sent,
                qos.to_owned(),
            ),
        ),
        (PropertyId::MaximumPacketSize, (size.0, limits.maximum_packet_size.sent, size.1)),
        (
            PropertyId::RetainAvailable,
            available(
                limits.retain_available,
                strings.limit_means_retain(),
                strings.limit_means_no_retain(),
            ),
        ),
        (
            PropertyId::WildcardSubscriptionAvailable,
            available(
                limits.wildcard_subscription_available,
                strings.limit_means_wildcard(),
                strings.limit_means_no_wildcard(),
            ),
        ),
        (
            PropertyId::SubscriptionIdentifierAvailable,
            available(
                limits.subscription_identifier_available,
                strings.limit_means_identifier(),
                strings.limit_means_no_identifier(),
            ),
        ),
        (
            PropertyId::SharedSubscriptionAvailable,
            available(
                limits.shared_subscription_available,
                strings.limit_means_shared(),
                strings.limit_means_no_shared(),
            ),
        ),
        (PropertyId::ServerKeepAlive, (keep_alive.0, limits.keep_alive.sent, keep_alive.1)),
        (
            PropertyId::SessionExpiryInterval,
            (expiry, limits.session_expiry_interval.sent, expiry_means.to_owned()),
        ),
    ]
    .map(|(property, (value, sent, means))| LimitRow { property, value, sent, means })
    .into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::Language;
    use crate::mqtt::{ConnectionId, Property, Sender, encode};
    use crate::time::Instant;

    fn table(properties: Properties) -> Vec<LimitRow> {
        let connect = Connect { keep_alive: 60, ..Connect::default() };
        let connack =
            ConnAck { session_present: false, reason_code: ReasonCode::Success, properties };
        rows(&Limits::new(&connect, &connack), Language::En.strings())
    }

    #[test]
    fn what_is_absent_stands_with_its_default() {
        let card = table(Properties::NONE);
        assert!(card.iter().all(|row| !row.sent));
        let value = |property| {
            card.iter().find(|row| row.property == property).map(|row| row.value.as_str())
        };
        for (property, expect) in [
            (PropertyId::ReceiveMaximum, "65,535"),
            (PropertyId::TopicAliasMaximum, "none"),
            (PropertyId::MaximumQoS, "QoS 2"),
            (PropertyId::MaximumPacketSize, "any size"),
            (PropertyId::RetainAvailable, "available"),
            (PropertyId::ServerKeepAlive, "60 s"),
            (PropertyId::SessionExpiryInterval, "ends with the connection"),
        ] {
            let found = value(property).map(|text| text.replace('\u{a0}', " "));
            assert_eq!(found.as_deref(), Some(expect), "{}", property.name());
        }
    }

    #[test]
    fn what_is_stated_is_marked_as_sent() {
        let card = table([Property::ReceiveMaximum(20), Property::MaximumQoS(1)].into());
        let sent: Vec<_> =
            card.iter().filter(|row| row.sent).map(|row| row.value.as_str()).collect();
        assert_eq!(sent, ["20", "QoS 1"]);
    }

    /// Two brokers: the first with limits of its own, the second with none; then a refusal.
    fn two_brokers() -> Capture {
        let mut capture = Capture::default();
        for (connection, address, reason_code, properties) in [
            (1, "in-tab", ReasonCode::Success, vec![Property::ReceiveMaximum(20)]),
            (2, "ws://127.0.0.1:9001", ReasonCode::Success, vec![]),
            (3, "in-tab", ReasonCode::Banned, vec![]),
        ] {
            let (slot, connection) = (ClientSlot(0), ConnectionId(connection));
            let opening = Entry::Opening { address: address.to_owned() };
            capture.push(Instant::START, slot, connection, opening);
            let connect = Packet::Connect(Box::default());
            let properties = properties.into();
            let connack =
                Packet::ConnAck(ConnAck { session_present: false, reason_code, properties });
            for (sender, packet) in [(Sender::Client, connect), (Sender::Server, connack)] {
                let bytes = encode(&packet).expect("it has a representation");
                capture.push_packet(Instant::START, slot, connection, sender, bytes);
            }
        }
        capture
    }

    #[test]
    fn cards_of_other_brokers_are_found_and_compared() {
        let capture = two_brokers();
        let [first, second, refused] = [2, 5, 8].map(RecordId);
        let other = Card {
            id: second,
            client: ClientSlot(0),
            address: Some("ws://127.0.0.1:9001".to_owned()),
        };
        assert_eq!(other_cards(&capture, first), [other]);
        assert_eq!(first_beside(&capture, first), Beside::Answer(second));
        assert_eq!(limits_of(&capture, refused), None);
        let receive = |beside| {
            limits_beside(&capture, first, beside).map(|limits| limits.receive_maximum.value)
        };
        assert_eq!(limits_of(&capture, first).map(|l| l.receive_maximum.value), Some(20));
        assert_eq!(receive(Beside::Answer(second)), Some(65_535));
        assert_eq!(receive(Beside::Defaults), Some(65_535));
    }

    #[test]
    fn every_limit_says_what_it_forbids() {
        for properties in [
            Properties::NONE,
            [
                Property::MaximumQoS(0),
                Property::RetainAvailable(0),
                Property::WildcardSubscriptionAvailable(0),
                Property::SubscriptionIdentifierAvailable(0),
                Property::SharedSubscriptionAvailable(0),
                Property::MaximumPacketSize(1000),
                Property::ServerKeepAlive(5),
                Property::TopicAliasMaximum(10),
            ]
            .into(),
        ] {
            for row in table(properties) {
                assert!(!row.means.is_empty(), "{}", row.property.name());
            }
        }
    }
}
