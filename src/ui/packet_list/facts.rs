//! What one record says in one line.

use super::flaws::flaws_in_short;
use crate::capture::{Capture, Entry, Hole, LinkClose, Record, Touch};
use crate::glossary;
use crate::language::{Language, Strings};
use crate::link::Target;
use crate::mqtt::{
    DecodeError, FieldId, Packet, PacketType, Properties, Property, PropertyId, PropertyKind,
    PropertyValue, QoS, ReasonCode, RetainHandling, Sender, Subscription, Text, Version,
};
use crate::ui::broker_choice;
use crate::ui::format::{capped, grouped};
use crate::ui::packet_family::PacketFamily;

/// The key facts of a packet, most telling first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// What identifies it among its like: a topic, a Client Identifier, a Reason Code.
    pub key: Option<String>,
    pub more: Vec<String>,
}

/// One record as a line of the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Line {
    Packet {
        packet_type: PacketType,
        facts: Facts,
    },
    /// Bytes that break a rule; the type and the facts are there as far as they tell them.
    Malformed {
        packet_type: Option<PacketType>,
        facts: Facts,
        /// The first broken rule, and how many more there are.
        words: String,
    },
    /// Something that happened to the link.
    Link {
        words: String,
        is_wrong: bool,
    },
}

/// What somebody in between did to a packet.
fn touched(touch: Touch, strings: &Strings) -> &str {
    match touch {
        Touch::Delayed => strings.touched_delayed(),
        Touch::Held => strings.touched_held(),
        Touch::Dropped => strings.touched_dropped(),
        Touch::Repeated => strings.touched_repeated(),
        Touch::Edited => strings.touched_edited(),
        Touch::Cut => strings.touched_cut(),
    }
}

/// Characters of a text that one fact shows.
pub(super) const TEXT: usize = 60;

impl Line {
    /// What the record says, with what the records before it add: the topic behind a Topic Alias, who ended the
    /// connection.
    pub fn among(capture: &Capture, record: &Record, language: Language) -> Line {
        let mut line = Line::of(record, language);
        if let Entry::Closed(close) = &record.entry
            && let Some(said) = told_to_close(capture, record, close)
        {
            let words = closed(close, Some(said), language.strings());
            return Line::Link { words, is_wrong: false };
        }
        if let Entry::Opening { address } = &record.entry
            && let Some(peer) = capture.peer(record.connection)
        {
            let strings = language.strings();
            let words = strings.wire_opening_from(broker(address, strings), capped(peer, TEXT));
            return Line::Link { words, is_wrong: false };
        }
        if let Line::Packet { facts, .. } | Line::Malformed { facts, .. } = &mut line
            && let Some(touch) = capture.touched(record.id)
        {
            facts.more.insert(0, touched(touch, language.strings()).to_owned());
        }
        if let Line::Packet { facts, .. } | Line::Malformed { facts, .. } = &mut line
            && let Some(aliased) = capture.aliased(record)
        {
            facts.key = Some(format!("alias {} → {}", aliased.alias, capped(aliased.topic, TEXT)));
        }
        line
    }

    /// What the record says by itself.
    pub fn of(record: &Record, language: Language) -> Line {
        let strings = language.strings();
        let packet_type = record.packet_type();
        match record.packet() {
            None => link_event(&record.entry, strings),
            Some(Ok(packet)) => Line::Packet {
                packet_type: packet.packet_type(),
                facts: Facts::of(&packet, record.version, strings),
            },
            Some(Err(_)) => {
                let length = record.bytes().len();
                let dissection = record.dissect();
                let facts = dissection.as_ref().zip(packet_type.or(record.begun_type()));
                Line::Malformed {
                    packet_type,
                    facts: facts.map_or_else(Facts::default, |(dissection, packet)| {
                        Facts::of_fields(dissection, packet, strings)
                    }),
                    words: dissection.map_or_else(String::new, |dissection| {
                        flaws_in_short(&dissection, length, language)
                    }),
                }
            }
        }
    }

    /// The packet's name; `None` for an event of the link.
    pub fn name(&self, strings: &'static Strings) -> Option<&'static str> {
        match self {
            Line::Packet { packet_type, .. } => Some(packet_type.name()),
            Line::Malformed { packet_type: Some(packet_type), .. } => Some(packet_type.name()),
            Line::Malformed { packet_type: None, .. } => Some(strings.wire_no_packet()),
            Line::Link { .. } => None,
        }
    }

    pub fn family(&self) -> Option<PacketFamily> {
        match self {
            Line::Packet { packet_type, .. } => Some(PacketFamily::of(*packet_type)),
            Line::Malformed { packet_type, .. } => packet_type.map(PacketFamily::of),
            Line::Link { .. } => None,
        }
    }

    pub fn is_malformed(&self) -> bool {
        matches!(self, Line::Malformed { .. })
    }

    /// The facts one after another, as text.
    pub fn words(&self) -> String {
        match self {
            Line::Packet { facts, .. } => facts.words(None),
            Line::Malformed { facts, words, .. } => facts.words(Some(words)),
            Line::Link { words, .. } => words.clone(),
        }
    }
}

/// The broken rule in one sentence of the language, without its reference.
pub fn explain_error(error: DecodeError, language: Language) -> String {
    match glossary::error(error.kind, language) {
        Some(entry) => without_tags(entry.short),
        None => error.kind.to_string(),
    }
}

impl Facts {
    fn of(packet: &Packet, version: Version, strings: &Strings) -> Facts {
        let mut facts = Facts::default();
        match packet {
            Packet::Connect(p) => {
                facts.key = Some(match p.client_id.as_str() {
                    "" => strings.wire_no_client_identifier().to_owned(),
                    client_id => capped(client_id, TEXT),
                });
                if !version.is_5() {
                    facts.add(format!("MQTT {}", version.name()));
                }
                let clean = FieldId::CleanStart.name_in(version);
                facts.add(format!("{clean} {}", u8::from(p.clean_start)));
                facts.add(format!("Keep Alive {} s", p.keep_alive));
                if let Some(will) = &p.will {
                    facts.add(format!("Will {}", capped(&will.topic, TEXT)));
                }
                if let Some(user_name) = &p.user_name {
                    facts.add(format!("User Name {}", capped(user_name, TEXT)));
                }
                if p.password.is_some() {
                    facts.add("Password".to_owned());
                }
            }
            Packet::ConnAck(p) => {
                facts.key = p.reason_code.in_words_as(PacketType::ConnAck, version);
                if version > Version::V3_1 {
                    facts.add(format!("Session Present {}", u8::from(p.session_present)));
                }
            }
            Packet::Publish(p) => {
                let alias = p.properties.topic_alias();
                facts.key = Some(match (p.topic.as_str(), alias) {
                    ("", Some(alias)) => format!("Topic Alias {alias}"),
                    (topic, _) => capped(topic, TEXT),
                });
                facts.add(qos(p.qos));
                if p.dup {
                    facts.add("DUP".to_owned());
                }
                if p.retain {
                    facts.add("RETAIN".to_owned());
                }
                if let (Some(alias), false) = (alias, p.topic.is_empty()) {
                    facts.add(format!("Topic Alias {alias}"));
                }
            }
            Packet::PubAck(p) | Packet::PubRec(p) | Packet::PubRel(p) | Packet::PubComp(p) => {
                facts.key = p.reason_code.in_words_as(packet.packet_type(), version);
            }
            Packet::Subscribe(p) => {
                if let [only] = &p.subscriptions[..] {
                    facts.key = Some(capped(&only.topic_filter, TEXT));
                    facts.more.extend(options(only));
                } else {
                    facts.filters(p.subscriptions.iter().map(|s| &*s.topic_filter), strings);
                }
            }
            Packet::Unsubscribe(p) => {
                facts.filters(p.topic_filters.iter().map(Text::as_str), strings);
            }
            Packet::SubAck(p) => facts.codes(&p.reason_codes, PacketType::SubAck, version),
            Packet::UnsubAck(p) => facts.codes(&p.reason_codes, PacketType::UnsubAck, version),
            Packet::PingReq | Packet::PingResp => {}
            Packet::Disconnect(p) => {
                facts.key = p.reason_code.in_words_as(PacketType::Disconnect, version);
            }
            Packet::Auth(p) => facts.key = Some(p.reason_code.in_words(PacketType::Auth)),
        }
        if let Some(packet_id) = packet.packet_id() {
            facts.add(strings.wire_packet_identifier(packet_id));
        }
        facts.properties(packet.properties(), strings);
        if let Packet::Publish(p) = packet
            && let Some(text) = payload_preview(&p.payload)
        {
            facts.add(text);
        }
        facts
    }

    /// One after another; what breaks a rule follows what identifies the packet.
    fn words(&self, broken: Option<&String>) -> String {
        let all = self.key.iter().chain(broken).chain(&self.more);
        all.map(String::as_str).collect::<Vec<_>>().join(" · ")
    }

    pub(super) fn add(&mut self, fact: String) {
        self.more.push(fact);
    }

    fn filters<'a>(
        &mut self,
        mut filters: impl ExactSizeIterator<Item = &'a str>,
        strings: &Strings,
    ) {
        let count = filters.len();
        self.key = filters.next().map(|first| capped(first, TEXT));
        if count > 1 {
            self.add(strings.wire_topic_filters(count));
        }
    }

    fn codes(&mut self, codes: &[ReasonCode], packet: PacketType, version: Version) {
        let mut words = codes.iter().filter_map(|code| code.in_words_as(packet, version));
        self.key = words.next();
        self.more.extend(words.take(3));
        if codes.len() > 4 {
            self.add(format!("+ {}", codes.len() - 4));
        }
    }

    /// All but the alias, which stands further ahead; User Properties are counted.
    fn properties(&mut self, properties: &Properties, strings: &Strings) {
        for property in properties.iter() {
            match property.id() {
                PropertyId::TopicAlias | PropertyId::UserProperty => {}
                _ => self.add(property_fact(property)),
            }
        }
        match properties.user_properties().count() {
            0 => {}
            1 => self.add(strings.wire_user_property_one().to_owned()),
            count => self.add(strings.wire_user_property_many(count)),
        }
    }
}

fn qos(qos: QoS) -> String {
    format!("QoS {}", qos.bits())
}

fn options(subscription: &Subscription) -> Vec<String> {
    options_fact(
        subscription.qos.bits(),
        subscription.no_local,
        subscription.retain_as_published,
        subscription.retain_handling.bits(),
    )
}

/// The options of a subscription by their values, which may be none that exist.
pub(super) fn options_fact(
    qos: u8,
    no_local: bool,
    retain_as_published: bool,
    retain_handling: u8,
) -> Vec<String> {
    let mut facts = vec![format!("QoS {qos}")];
    if no_local {
        facts.push("No Local".to_owned());
    }
    if retain_as_published {
        facts.push("Retain As Published".to_owned());
    }
    if retain_handling != RetainHandling::Send.bits() {
        facts.push(format!("Retain Handling {retain_handling}"));
    }
    facts
}

fn property_fact(property: &Property) -> String {
    let name = property.id().name();
    let number = |value| format!("{name} {}", property_number(property.id().kind(), value));
    match property.value() {
        PropertyValue::Byte(v) => number(v.into()),
        PropertyValue::TwoByteInteger(v) => number(v.into()),
        PropertyValue::FourByteInteger(v) | PropertyValue::VariableByteInteger(v) => number(v),
        PropertyValue::Utf8String(text) => format!("{name} {}", capped(text, TEXT)),
        PropertyValue::BinaryData(bytes) => format!("{name} {} B", grouped(bytes.len() as u64)),
        PropertyValue::StringPair(key, value) => {
            format!("{} = {}", capped(key, TEXT), capped(value, TEXT))
        }
    }
}

pub(super) fn property_number(kind: PropertyKind, value: u32) -> String {
    match kind {
        PropertyKind::Byte | PropertyKind::TwoByteInteger => value.to_string(),
        _ => grouped(value.into()),
    }
}

/// The beginning of a payload that is text.
pub(super) fn payload_preview(payload: &[u8]) -> Option<String> {
    // A character has at most four bytes: no need to look at a megabyte for sixty of them.
    let head = &payload[..payload.len().min(4 * TEXT + 4)];
    let text = match std::str::from_utf8(head) {
        Ok(text) => text,
        Err(error) if error.error_len().is_none() => {
            std::str::from_utf8(&head[..error.valid_up_to()]).ok()?
        }
        Err(_) => return None,
    };
    let is_text = |c: char| !c.is_control() || matches!(c, '\n' | '\r' | '\t');
    (!text.is_empty() && text.chars().all(is_text)).then(|| capped(text, TEXT))
}

/// Who the client of a record is: its Client Identifier, and the address it came from, as far as they are known.
pub fn who(capture: &Capture, record: &Record) -> Option<String> {
    let client_id = capture.client_id(record.client).map(|client_id| capped(client_id, TEXT));
    let peer = capture.peer(record.connection).map(|peer| capped(peer, TEXT));
    let parts: Vec<String> = client_id.into_iter().chain(peer).collect();
    (!parts.is_empty()).then(|| parts.join(" · "))
}

/// What the page calls a broker at that address.
fn broker(address: &str, strings: &Strings) -> String {
    let target = Target::parse(address).ok();
    target.map_or_else(|| capped(address, TEXT), |target| broker_choice::name(&target, strings))
}

fn link_event(entry: &Entry, strings: &Strings) -> Line {
    let (words, is_wrong) = match entry {
        Entry::Opening { address } => (strings.wire_opening(broker(address, strings)), false),
        Entry::Opened => (strings.wire_opened().to_owned(), false),
        Entry::Text { length } => (strings.wire_text_message(length), true),
        Entry::Closed(close) => (closed(close, None, strings), !close.was_open),
        Entry::Missing(hole) => (missing(hole, strings), true),
        Entry::Packet { .. } | Entry::Broken { .. } => (String::new(), false),
    };
    Line::Link { words, is_wrong }
}

/// What a file lacks, and what cannot be read for that.
pub fn missing(hole: &Hole, strings: &Strings) -> String {
    if hole.missing == 0 {
        return strings.wire_unread(grouped(hole.unread));
    }
    let mut words = strings.wire_missing(grouped(hole.missing));
    if let Some(packet) = hole.begun_type() {
        words.push_str(&strings.wire_missing_in(packet.name()));
    }
    if hole.unread > 0 {
        words.push_str(&strings.wire_missing_unread(grouped(hole.unread)));
    }
    words
}

/// What the Server said to end the connection, where the client only closed it after that [MQTT-4.13.1-1]:
/// its DISCONNECT, or the CONNACK that refused.
fn told_to_close(capture: &Capture, record: &Record, close: &LinkClose) -> Option<String> {
    if !close.was_open || close.by != Some(Sender::Client) {
        return None;
    }
    // What the client had sent before it heard of that may stand in between.
    let said = |before: &Record| {
        let ends = matches!(before.packet_type()?, PacketType::Disconnect | PacketType::ConnAck);
        if !ends || before.sender() != Some(Sender::Server) {
            return None;
        }
        match before.packet()?.ok()? {
            Packet::Disconnect(packet) => Some((PacketType::Disconnect, packet.reason_code)),
            Packet::ConnAck(packet) if packet.reason_code.is_error() => {
                Some((PacketType::ConnAck, packet.reason_code))
            }
            _ => None,
        }
        .and_then(|(packet, code)| {
            Some(format!("{} {}", packet.name(), code.in_words_as(packet, before.version)?))
        })
    };
    let goes_first = |before: &&Record| {
        before.sender() == Some(Sender::Client)
            && before.packet_type() == Some(PacketType::Disconnect)
    };
    let last = capture.preceding(record.id).filter(|before| before.sender().is_some());
    last.take(LATE).take_while(|before| !goes_first(before)).find_map(said)
}

/// Packets that a client may still send after the Server has ended the connection.
const LATE: usize = 12;

/// How a Network Connection ended, and what the Server had said to end it.
fn closed(close: &LinkClose, said: Option<String>, strings: &Strings) -> String {
    let mut words = match (said, close.was_open, close.by) {
        (Some(said), ..) => strings.wire_closed_after_disconnect(said),
        (None, false, _) => strings.wire_never_opened().to_owned(),
        (None, true, None) => strings.wire_closed().to_owned(),
        (None, true, Some(Sender::Client)) => strings.wire_closed_by_client().to_owned(),
        (None, true, Some(Sender::Server)) => strings.wire_closed_by_server().to_owned(),
    };
    if let Some(code) = close.code {
        words.push_str(&strings.wire_close_code(code));
    }
    if !close.reason.is_empty() {
        words.push_str(&strings.wire_close_reason(capped(&close.reason, TEXT)));
    }
    words
}

/// The words of a line of HTML from the glossary.
pub fn without_tags(html: &str) -> String {
    let mut text = String::with_capacity(html.len());
    let mut rest = html;
    while let Some((before, tag)) = rest.split_once('<') {
        text.push_str(before);
        rest = tag.split_once('>').map_or("", |(_, after)| after);
    }
    text.push_str(rest);
    // The renderer escapes these four.
    for (entity, char) in [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&amp;", "&")] {
        text = text.replace(entity, char);
    }
    text
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;
    use crate::capture::{Capture, ClientSlot, RecordId};
    use crate::mqtt::{
        Ack, ConnAck, Connect, ConnectionId, Disconnect, PacketId, Publish, SubAck, Subscribe,
        UnsubAck, Unsubscribe, Will, dissect_as, encode, encode_as,
    };
    use crate::time::Instant;

    const ID: PacketId = PacketId::new(7).unwrap();

    fn facts(packet: &Packet) -> String {
        facts_in(packet, Version::V5)
    }

    fn facts_in(packet: &Packet, version: Version) -> String {
        let strings = Language::En.strings();
        let facts = Facts::of(packet, version, strings);
        // What is read from a packet that breaks a rule is read in the same way.
        let bytes = encode_as(packet, version).expect("it has a representation");
        let dissection = dissect_as(&bytes, None, version);
        assert_eq!(facts, Facts::of_fields(&dissection, packet.packet_type(), strings));
        facts.key.into_iter().chain(facts.more).collect::<Vec<_>>().join(" · ")
    }

    fn publish(topic: &str, properties: impl Into<Properties>, payload: &'static [u8]) -> Publish {
        Publish {
            dup: false,
            qos: QoS::AtMostOnce,
            retain: false,
            topic: topic.into(),
            packet_id: None,
            properties: properties.into(),
            payload: Bytes::from_static(payload),
        }
    }

    #[test]
    fn each_packet_says_what_tells_it_from_its_like() {
        let filter = |name: &str| Subscription { topic_filter: name.into(), ..Default::default() };
        let will = Will { topic: "gone".into(), ..Default::default() };
        for (packet, expect) in [
            (
                Packet::Connect(Box::new(Connect { keep_alive: 60, ..Default::default() })),
                "no Client Identifier · Clean Start 0 · Keep Alive 60 s",
            ),
            (
                Packet::Connect(Box::new(Connect {
                    client_id: "sensor".into(),
                    clean_start: true,
                    will: Some(will),
                    properties: [Property::SessionExpiryInterval(86_400)].into(),
                    ..Default::default()
                })),
                "sensor · Clean Start 1 · Keep Alive 0 s · Will gone · Session Expiry Interval 86,400",
            ),
            (
                Packet::Publish(Publish {
                    qos: QoS::AtLeastOnce,
                    dup: true,
                    packet_id: Some(ID),
                    ..publish("a/b", [Property::TopicAlias(2), Property::user("k", "v")], b"21.5")
                }),
                "a/b · QoS 1 · DUP · Topic Alias 2 · id 7 · 1 User Property · 21.5",
            ),
            (
                Packet::Publish(publish("", [Property::TopicAlias(2)], &[0xFF])),
                "Topic Alias 2 · QoS 0",
            ),
            (Packet::PubAck(Ack::success(ID)), "0x00 Success · id 7"),
            (
                Packet::Subscribe(Subscribe {
                    packet_id: ID,
                    properties: Properties::NONE,
                    subscriptions: vec![Subscription { no_local: true, ..filter("a/#") }],
                }),
                "a/# · QoS 0 · No Local · id 7",
            ),
            (
                Packet::Unsubscribe(Unsubscribe {
                    packet_id: ID,
                    properties: Properties::NONE,
                    topic_filters: vec!["a".into(), "b".into()],
                }),
                "a · 2 Topic Filters · id 7",
            ),
            (
                Packet::SubAck(SubAck {
                    packet_id: ID,
                    properties: Properties::NONE,
                    reason_codes: vec![ReasonCode::Success, ReasonCode::NotAuthorized],
                }),
                "0x00 Granted QoS 0 · 0x87 Not authorized · id 7",
            ),
            (
                Packet::Disconnect(Disconnect::new(ReasonCode::SessionTakenOver)),
                "0x8E Session taken over",
            ),
            (Packet::PingReq, ""),
        ] {
            assert_eq!(facts(&packet), expect, "{packet:?}");
        }
    }

    #[test]
    fn a_preview_shows_text_only_and_never_half_a_character() {
        for (payload, expect) in [
            ("温度".as_bytes(), Some("温度")),
            (b"", None),
            (b"\x00\x01", None),
            (b"\xFF", None),
            (b"two\nlines", Some("two␊lines")),
        ] {
            assert_eq!(payload_preview(payload).as_deref(), expect, "{payload:?}");
        }
        let long = "あ".repeat(1000);
        assert_eq!(payload_preview(long.as_bytes()), Some(format!("{}…", "あ".repeat(TEXT))));
    }

    #[test]
    fn broken_bytes_and_link_events_are_told_in_words() {
        let mut capture = Capture::default();
        let slot = ClientSlot(0);
        let mut line = |entry| {
            let id = capture.push(Instant::START, slot, ConnectionId(1), entry);
            Line::of(capture.get(id).expect("it was just pushed"), Language::En)
        };
        let bytes = Bytes::from_static(&[0x32, 0x05, 0, 1, b'a', 0, 0]);
        let broken = line(Entry::Packet { sender: Sender::Client, bytes });
        assert_eq!(broken.name(Language::En.strings()), Some("PUBLISH"));
        assert!(broken.is_malformed());
        assert_eq!(
            broken.words(),
            "a · bytes 5–6, Packet Identifier 0: A Packet Identifier must not be 0. +1 more · QoS 1 · id 0"
        );
        for (entry, wrong) in [
            (Entry::Opening { address: "ws://localhost".to_owned() }, false),
            (Entry::Opened, false),
            (Entry::Text { length: 3 }, true),
            (
                Entry::Closed(LinkClose {
                    by: None,
                    was_open: false,
                    code: Some(1006),
                    reason: String::new(),
                }),
                true,
            ),
        ] {
            match line(entry) {
                Line::Link { words, is_wrong } => assert_eq!(is_wrong, wrong, "{words}"),
                other => panic!("{other:?}"),
            }
        }
        assert_eq!(capture.at(0).map(|record| record.id), Some(RecordId(0)));
    }

    #[test]
    fn a_packet_that_breaks_rules_keeps_its_facts_and_names_what_is_wrong() {
        for (bytes, expect) in [
            (
                &b"\x32\x12\0\x03a/b\0\x07\x08\x01\x58\x23\0\x02\x02\0\0hi"[..],
                "a/b · byte 11, Payload Format Indicator 0x58: The value must be 0 or 1. +1 more · QoS 1 · \
                 Topic Alias 2 · id 7 · Payload Format Indicator 88 · hi",
            ),
            (
                b"\x30\x09\0\x01a\xFF\x21abcd",
                "a · bytes 5–6, Property Length: it says 4351 bytes, but 4 are left. · QoS 0",
            ),
            (
                b"\x30\x05\0\x09abc",
                "abc · bytes 2–3, Topic Name: its length says 9 bytes, but 3 are left. · QoS 0",
            ),
            (
                b"\x40\x03\0\x07\x05",
                "0x05 · byte 4, PUBACK Reason Code 0x05: The specification has no Reason Code of this value. · id 7",
            ),
            (
                b"\x82\x07\0\x01\0\0\x01a\x33",
                "a · byte 8, Retain Handling 3: Retain Handling must be 0, 1 or 2. +1 more · QoS 3 · \
                 Retain Handling 3 · id 1",
            ),
            (
                b"\xE0\x02\x81\x05",
                "0x81 Malformed Packet · byte 3, Property Length: it says 5 bytes, but 0 are left.",
            ),
            (
                b"\x80\x0A\0\x01\x03\x21\0\x05\0\x01a\0",
                "a · byte 0, Flags 0000: in SUBSCRIBE they must be 0010. +1 more · QoS 0 · id 1 · Receive Maximum 5",
            ),
            (
                b"\x40\x07\0\x07\0\x03\x21\0\x05",
                "0x00 Success · byte 6, Receive Maximum 5: it must not appear in PUBACK. · id 7 · Receive Maximum 5",
            ),
        ] {
            let mut capture = Capture::default();
            let (slot, connection) = (ClientSlot(0), ConnectionId(1));
            let bytes = Bytes::copy_from_slice(bytes);
            let id = capture.push_packet(Instant::START, slot, connection, Sender::Client, bytes);
            let line = Line::of(capture.get(id).expect("it was just pushed"), Language::En);
            assert_eq!(line.words(), expect);
        }
    }

    #[test]
    fn an_opening_tells_from_where_it_came() {
        let mut capture = Capture::default();
        let (slot, connection) = (ClientSlot(0), ConnectionId(1));
        let address = "198.51.100.7:1883".to_owned();
        capture.push(Instant::START, slot, connection, Entry::Opening { address });
        let words = |capture: &Capture| {
            Line::among(capture, capture.at(0).expect("it was just pushed"), Language::En).words()
        };
        assert_eq!(words(&capture), "Network Connection: 198.51.100.7:1883 …");
        capture.set_peer(connection, slot, "10.0.0.5:51544".to_owned());
        assert_eq!(words(&capture), "Network Connection: 198.51.100.7:1883, from 10.0.0.5:51544 …");
        let who = |capture: &Capture| who(capture, capture.at(0).expect("it was just pushed"));
        assert_eq!(who(&capture).as_deref(), Some("10.0.0.5:51544"));
        capture.name_client(slot, "dev-1".to_owned());
        assert_eq!(who(&capture).as_deref(), Some("dev-1 · 10.0.0.5:51544"));
    }

    #[test]
    fn who_ended_a_connection_is_told_where_the_client_closes_it() {
        let refusal = Packet::ConnAck(ConnAck {
            session_present: false,
            reason_code: ReasonCode::NotAuthorized,
            properties: Properties::NONE,
        });
        let taken = Packet::Disconnect(Disconnect::new(ReasonCode::SessionTakenOver));
        let goodbye = Packet::Disconnect(Disconnect::new(ReasonCode::Success));
        use Sender::{Client, Server};
        for (packets, expect) in [
            (vec![(Server, taken.clone())], Some("DISCONNECT 0x8E Session taken over")),
            // It crossed the client's last packet.
            (
                vec![(Server, taken.clone()), (Client, Packet::PingReq)],
                Some("DISCONNECT 0x8E Session taken over"),
            ),
            (vec![(Server, refusal)], Some("CONNACK 0x87 Not authorized")),
            // The client had ended it before.
            (vec![(Server, taken), (Client, goodbye.clone())], None),
            (vec![(Client, goodbye)], None),
            (vec![], None),
        ] {
            let mut capture = Capture::default();
            let (slot, connection) = (ClientSlot(0), ConnectionId(1));
            for (sender, packet) in packets {
                let bytes = encode(&packet).expect("it obeys the rules");
                capture.push_packet(Instant::START, slot, connection, sender, bytes);
            }
            let (by, reason) = (Some(Client), String::new());
            let close = Entry::Closed(LinkClose { by, was_open: true, code: None, reason });
            let id = capture.push(Instant::START, slot, connection, close);
            let record = capture.get(id).expect("it was just pushed");
            let words = Line::among(&capture, record, Language::En).words();
            let strings = Language::En.strings();
            match expect {
                Some(said) => assert_eq!(words, strings.wire_closed_after_disconnect(said)),
                None => assert_eq!(words, strings.wire_closed_by_client()),
            }
        }
    }

    #[test]
    fn older_packets_are_told_in_the_words_of_their_version() {
        let connect = Connect { client_id: "c".into(), keep_alive: 60, ..Default::default() };
        let connack = |reason_code| {
            Packet::ConnAck(ConnAck {
                session_present: false,
                reason_code,
                properties: Properties::NONE,
            })
        };
        let suback = SubAck {
            packet_id: ID,
            properties: Properties::NONE,
            reason_codes: vec![ReasonCode::GrantedQoS1, ReasonCode::UnspecifiedError],
        };
        let unsuback =
            UnsubAck { packet_id: ID, properties: Properties::NONE, reason_codes: Vec::new() };
        for (packet, version, expect) in [
            (
                Packet::Connect(Box::new(connect.clone())),
                Version::V3_1_1,
                "c · MQTT 3.1.1 · Clean Session 0 · Keep Alive 60 s",
            ),
            (
                Packet::Connect(Box::new(connect)),
                Version::V3_1,
                "c · MQTT 3.1 · Clean Session 0 · Keep Alive 60 s",
            ),
            (
                connack(ReasonCode::Success),
                Version::V3_1_1,
                "0x00 Connection Accepted · Session Present 0",
            ),
            (
                connack(ReasonCode::UnsupportedProtocolVersion),
                Version::V3_1,
                "0x01 Connection Refused, unacceptable protocol version",
            ),
            (Packet::PubAck(Ack::success(ID)), Version::V3_1_1, "id 7"),
            (
                Packet::SubAck(suback),
                Version::V3_1_1,
                "0x01 Success - Maximum QoS 1 · 0x80 Failure · id 7",
            ),
            (Packet::UnsubAck(unsuback), Version::V3_1_1, "id 7"),
            (Packet::Disconnect(Disconnect::new(ReasonCode::Success)), Version::V3_1_1, ""),
        ] {
            assert_eq!(facts_in(&packet, version), expect);
        }
    }

    #[test]
    fn tags_and_entities_of_the_glossary_become_text() {
        assert_eq!(without_tags("a <code>#</code> &amp; <em>b</em> &lt;c&gt;"), "a # & b <c>");
    }

    #[test]
    fn facts_of_a_large_packet_stay_short() {
        let packet = Packet::Publish(publish(&"t".repeat(60_000), Properties::NONE, b""));
        assert!(facts(&packet).len() < 200);
        assert!(encode(&packet).is_ok());
    }
}
