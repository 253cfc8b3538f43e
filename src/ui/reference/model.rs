//! What can be looked up, found and shown of a packet's layout: all of it read from the tables of `mqtt`.

use crate::course::{Exercise, Seen, Sight};
use crate::glossary;
use crate::language::{Language, Strings};
use crate::mqtt::{
    Ack, Auth, Bits, ConnAck, Connect, Disconnect, Field, FieldId, Holder, Label, Packet, PacketId,
    PacketType, Properties, Property, PropertyId, Publish, QoS, ReasonCode, Sender, SubAck,
    Subscribe, Subscription, UnsubAck, Unsubscribe, Will, dissect, encode,
};
use crate::ui::navigation::address::{Page, Place};

/// One thing that can be looked up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entry {
    Packet(PacketType),
    Property(PropertyId),
    ReasonCode(ReasonCode),
    Field(FieldId),
}

/// The parts of the reference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    Packets,
    Properties,
    ReasonCodes,
    Fields,
}

impl Part {
    pub const ALL: [Part; 4] = [Part::Packets, Part::Properties, Part::ReasonCodes, Part::Fields];

    pub fn name(self, strings: &Strings) -> &'static str {
        match self {
            Part::Packets => strings.reference_packets(),
            Part::Properties => strings.reference_properties(),
            Part::ReasonCodes => strings.reference_codes(),
            Part::Fields => strings.reference_fields(),
        }
    }
}

impl Entry {
    /// Everything there is, part by part.
    pub fn all() -> impl Iterator<Item = Entry> {
        PacketType::ALL
            .into_iter()
            .map(Entry::Packet)
            .chain(PropertyId::ALL.iter().copied().map(Entry::Property))
            .chain(ReasonCode::ALL.iter().copied().map(Entry::ReasonCode))
            .chain(FieldId::ALL.iter().copied().map(Entry::Field))
    }

    /// The key under which the glossary explains it, which is also its name in addresses.
    pub fn key(self) -> String {
        match self {
            Entry::Packet(packet) => format!("packet_{}", packet.key()),
            Entry::Property(id) => id.key().to_owned(),
            Entry::ReasonCode(code) => format!("reason_0x{:02x}", code.value()),
            Entry::Field(id) => id.key().to_owned(),
        }
    }

    pub fn from_key(key: &str) -> Option<Entry> {
        Entry::all().find(|entry| entry.key() == key)
    }

    pub fn of_label(label: Label) -> Option<Entry> {
        match label {
            Label::Field(id) => Some(Entry::Field(id)),
            Label::Property(id, _) => Some(Entry::Property(id)),
            Label::Unread => None,
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Entry::Packet(packet) => packet.name(),
            Entry::Property(id) => id.name(),
            Entry::ReasonCode(code) => code.name(),
            Entry::Field(id) => id.name(),
        }
    }

    /// Its number on the wire, where it has one.
    pub fn number(self) -> Option<u8> {
        match self {
            Entry::Packet(packet) => Some(packet.value()),
            Entry::Property(id) => Some(id.value()),
            Entry::ReasonCode(code) => Some(code.value()),
            Entry::Field(_) => None,
        }
    }

    /// The number as it is usually written: packet types in decimal, the rest in hexadecimal.
    pub fn written_number(self) -> Option<String> {
        let number = self.number()?;
        Some(match self {
            Entry::Packet(_) => number.to_string(),
            _ => format!("0x{number:02X}"),
        })
    }

    /// The sections that describe it, without `§`.
    pub fn sections(self) -> Vec<&'static str> {
        match self {
            Entry::Packet(packet) => vec![packet_section(packet)],
            Entry::Property(id) => id.holders().iter().map(|(_, section)| *section).collect(),
            Entry::ReasonCode(_) => vec!["2.4"],
            Entry::Field(id) => vec![id.section()],
        }
    }

    pub fn part(self) -> Part {
        match self {
            Entry::Packet(_) => Part::Packets,
            Entry::Property(_) => Part::Properties,
            Entry::ReasonCode(_) => Part::ReasonCodes,
            Entry::Field(_) => Part::Fields,
        }
    }

    pub fn explanation(self, language: Language) -> Option<glossary::Entry> {
        match self {
            Entry::Packet(packet) => glossary::packet(packet, language),
            Entry::ReasonCode(code) => glossary::reason_code(code, language),
            Entry::Property(_) | Entry::Field(_) => glossary::entry(&self.key(), language),
        }
    }

    /// Where it can be seen on the wire. A field has been seen where its packet has.
    pub fn sights(self) -> Vec<Sight> {
        match self {
            Entry::Packet(packet) => vec![Sight::Packet(packet)],
            Entry::Property(id) => {
                id.holders().iter().map(|(holder, _)| Sight::Property(*holder, id)).collect()
            }
            Entry::ReasonCode(code) => {
                code.packets().iter().map(|packet| Sight::ReasonCode(*packet, code)).collect()
            }
            Entry::Field(id) => packets_with(id).into_iter().map(Sight::Packet).collect(),
        }
    }

    pub fn is_in(self, seen: &Seen) -> bool {
        self.sights().into_iter().any(|sight| seen.has(sight))
    }

    /// Whether the exercise is about a section that describes it.
    pub fn is_subject_of(self, exercise: &Exercise) -> bool {
        self.sections().iter().any(|section| exercise.spec.contains(section))
    }
}

/// A link to an entry of the reference.
pub fn href(entry: Entry, language: Language) -> String {
    format!("{}&entry={}", Place::Page(Page::Reference).href(language), entry.key())
}

/// The section of a packet, as text that lives as long as the page.
fn packet_section(packet: PacketType) -> &'static str {
    const SECTIONS: [&str; 15] = [
        "3.1", "3.2", "3.3", "3.4", "3.5", "3.6", "3.7", "3.8", "3.9", "3.10", "3.11", "3.12",
        "3.13", "3.14", "3.15",
    ];
    SECTIONS[usize::from(packet.value()) - 1]
}

/// Entries that fit what was typed, the best first: a name or part of it, a number (`0x87`, `135`), a
/// section (`3.3.2` and all below it), or words of the explanation.
pub fn search(text: &str, language: Language) -> Vec<Entry> {
    let text = text.trim().to_lowercase();
    if text.is_empty() {
        return Vec::new();
    }
    let mut found: Vec<(u8, Entry)> =
        Entry::all().filter_map(|entry| Some((rank(entry, &text, language)?, entry))).collect();
    // Of names that hold the words, the shortest is the closest.
    found.sort_by_key(|(rank, entry)| (*rank, if *rank < 3 { entry.name().len() } else { 0 }));
    found.into_iter().map(|(_, entry)| entry).collect()
}

/// How well an entry fits, 0 best.
fn rank(entry: Entry, text: &str, language: Language) -> Option<u8> {
    let section = text.trim_start_matches('§').trim_end_matches('.');
    let is_section = section.starts_with(|c: char| c.is_ascii_digit())
        && section.chars().all(|c| c == '.' || c.is_ascii_digit())
        && (section.contains('.') || text.starts_with('§'));
    if is_section {
        let within = |full: &&str| {
            full.strip_prefix(section).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        };
        let sections = entry.sections();
        return match sections.contains(&section) {
            true => Some(0),
            false => sections.iter().any(within).then_some(1),
        };
    }
    let number = match text.strip_prefix("0x") {
        Some(digits) => u8::from_str_radix(digits, 16).ok(),
        None => text.parse().ok(),
    };
    if number.is_some() && entry.number() == number {
        return Some(0);
    }
    let name = entry.name().to_lowercase();
    let all_words = |hay: &str| text.split_whitespace().all(|word| hay.contains(word));
    match () {
        () if name == text => Some(0),
        () if name.starts_with(text) => Some(1),
        () if all_words(&name) || all_words(&entry.key()) => Some(2),
        () if text.len() > 2 => {
            let entry = entry.explanation(language)?;
            let words = format!("{} {}", entry.short, entry.long).to_lowercase();
            all_words(&words).then_some(3)
        }
        () => None,
    }
}

/// How a field is written (§1.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Fields together.
    Group,
    Bits(Bits),
    Byte,
    TwoByteInteger,
    FourByteInteger,
    VariableByteInteger,
    Utf8String,
    BinaryData,
    /// Whatever is left of the packet.
    Rest,
}

impl Kind {
    /// The specification's name; for bits, which ones.
    pub fn words(self, strings: &Strings) -> String {
        let name = match self {
            Kind::Bits(bits) if bits.high == bits.low => return strings.reference_bit(bits.high),
            Kind::Bits(bits) => return strings.reference_bits(bits.high, bits.low),
            Kind::Group => "",
            Kind::Byte => "Byte",
            Kind::TwoByteInteger => "Two Byte Integer",
            Kind::FourByteInteger => "Four Byte Integer",
            Kind::VariableByteInteger => "Variable Byte Integer",
            Kind::Utf8String => "UTF-8 Encoded String",
            Kind::BinaryData => "Binary Data",
            Kind::Rest => strings.reference_rest(),
        };
        name.to_owned()
    }
}

/// A field of a packet's layout.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LayoutRow {
    pub depth: usize,
    pub field: FieldId,
    pub kind: Kind,
    /// Where properties stand: whose.
    pub properties: Option<Holder>,
}

/// The fields of a packet in wire order, as the codec reads them from a packet that has everything
/// optional.
pub fn layout(packet: PacketType) -> Vec<LayoutRow> {
    let Ok(bytes) = encode(&specimen(packet)) else { return Vec::new() };
    let mut rows = Vec::new();
    for field in &dissect(&bytes, None).fields {
        add_rows(field, packet, 0, &mut rows);
    }
    rows
}

fn add_rows(field: &Field, packet: PacketType, depth: usize, rows: &mut Vec<LayoutRow>) {
    let Label::Field(id) = field.label else { return };
    let kind = kind_of(field, id);
    let properties = match id {
        FieldId::Properties => {
            Holder::ALL.into_iter().find(|h| h.packet() == packet && *h != Holder::Will)
        }
        FieldId::WillProperties => Some(Holder::Will),
        _ => None,
    };
    rows.push(LayoutRow { depth, field: id, kind, properties });
    if matches!(kind, Kind::Utf8String | Kind::BinaryData) {
        return;
    }
    for child in &field.children {
        add_rows(child, packet, depth + 1, rows);
    }
}

fn kind_of(field: &Field, id: FieldId) -> Kind {
    let begins_with =
        |id: FieldId| field.children.first().is_some_and(|child| child.label == Label::Field(id));
    match field.bits {
        Some(bits) => return Kind::Bits(bits),
        None if begins_with(FieldId::StringLength) => return Kind::Utf8String,
        None if begins_with(FieldId::BinaryLength) => return Kind::BinaryData,
        None => {}
    }
    match id {
        FieldId::RemainingLength | FieldId::PropertyLength => Kind::VariableByteInteger,
        FieldId::ApplicationMessage => Kind::Rest,
        _ if !field.is_leaf() => Kind::Group,
        _ => match field.range.len() {
            1 => Kind::Byte,
            2 => Kind::TwoByteInteger,
            4 => Kind::FourByteInteger,
            _ => Kind::Group,
        },
    }
}

/// The packets in which a field stands.
pub fn packets_with(field: FieldId) -> Vec<PacketType> {
    let has = |packet: &PacketType| layout(*packet).iter().any(|row| row.field == field);
    PacketType::ALL.into_iter().filter(has).collect()
}

/// Which sides may send it.
pub fn senders(packet: PacketType) -> Vec<Sender> {
    [Sender::Client, Sender::Server].into_iter().filter(|side| packet.sent_by(*side)).collect()
}

/// A packet of that type with everything optional in it.
fn specimen(packet: PacketType) -> Packet {
    let properties = || Properties::from([Property::user("a", "b")]);
    let packet_id = PacketId::MIN;
    let ack = |reason_code| Ack { packet_id, reason_code, properties: properties() };
    let text = || "a".to_owned();
    match packet {
        PacketType::Connect => Packet::Connect(Box::new(Connect {
            properties: properties(),
            client_id: text().into(),
            will: Some(Will { topic: text().into(), properties: properties(), ..Will::default() }),
            user_name: Some(text().into()),
            password: Some(vec![0].into()),
            ..Connect::default()
        })),
        PacketType::ConnAck => Packet::ConnAck(ConnAck {
            session_present: false,
            reason_code: ReasonCode::Success,
            properties: properties(),
        }),
        PacketType::Publish => Packet::Publish(Publish {
            qos: QoS::AtLeastOnce,
            topic: text().into(),
            packet_id: Some(packet_id),
            properties: properties(),
            payload: vec![0].into(),
            ..Publish::default()
        }),
        PacketType::PubAck => Packet::PubAck(ack(ReasonCode::NoMatchingSubscribers)),
        PacketType::PubRec => Packet::PubRec(ack(ReasonCode::NoMatchingSubscribers)),
        PacketType::PubRel => Packet::PubRel(ack(ReasonCode::PacketIdentifierNotFound)),
        PacketType::PubComp => Packet::PubComp(ack(ReasonCode::PacketIdentifierNotFound)),
        PacketType::Subscribe => Packet::Subscribe(Subscribe {
            packet_id,
            properties: properties(),
            subscriptions: vec![Subscription {
                topic_filter: text().into(),
                ..Subscription::default()
            }],
        }),
        PacketType::SubAck => Packet::SubAck(SubAck {
            packet_id,
            properties: properties(),
            reason_codes: vec![ReasonCode::Success],
        }),
        PacketType::Unsubscribe => Packet::Unsubscribe(Unsubscribe {
            packet_id,
            properties: properties(),
            topic_filters: vec![text().into()],
        }),
        PacketType::UnsubAck => Packet::UnsubAck(UnsubAck {
            packet_id,
            properties: properties(),
            reason_codes: vec![ReasonCode::Success],
        }),
        PacketType::PingReq => Packet::PingReq,
        PacketType::PingResp => Packet::PingResp,
        PacketType::Disconnect => Packet::Disconnect(Disconnect {
            reason_code: ReasonCode::ProtocolError,
            properties: properties(),
        }),
        PacketType::Auth => Packet::Auth(Auth {
            reason_code: ReasonCode::ContinueAuthentication,
            properties: Properties::from([
                Property::AuthenticationMethod(text().into()),
                Property::user("a", "b"),
            ]),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_entry_has_a_key_of_its_own_and_an_explanation() {
        let mut keys = Vec::new();
        for entry in Entry::all() {
            let key = entry.key();
            assert_eq!(Entry::from_key(&key), Some(entry), "{key}");
            assert!(!keys.contains(&key), "{key}");
            for language in Language::ALL {
                assert!(entry.explanation(language).is_some(), "{key}");
            }
            assert!(!entry.sections().is_empty(), "{key}");
            keys.push(key);
        }
        assert_eq!(Entry::from_key("nothing"), None);
        let alias = Entry::Property(PropertyId::TopicAlias);
        assert_eq!(href(alias, Language::Ja), "?page=reference&lang=ja&entry=topic_alias");
    }

    #[test]
    fn entries_are_found_by_name_number_and_section() {
        let first = |text: &str| search(text, Language::En).first().map(|entry| entry.key());
        for (text, expect) in [
            ("topic alias", "topic_alias"),
            ("Alias topic", "topic_alias"),
            ("topic_alias", "topic_alias"),
            ("publish", "packet_publish"),
            ("0x87", "reason_0x87"),
            ("135", "reason_0x87"),
            ("not auth", "reason_0x87"),
            ("3.3.2.3.4", "topic_alias"),
            ("§3.14", "packet_disconnect"),
            ("keep alive", "keep_alive"),
        ] {
            assert_eq!(first(text).as_deref(), Some(expect), "{text}");
        }
        let keys = |text: &str, language| {
            search(text, language).iter().map(|entry| entry.key()).collect::<Vec<_>>()
        };
        // Everything below a section belongs to it; the one around it does not.
        let below = keys("3.1.3", Language::En);
        assert!(below.contains(&"will_topic".to_owned()), "{below:?}");
        assert!(!below.contains(&"packet_connect".to_owned()), "{below:?}");
        assert_eq!(keys("  ", Language::En), [""; 0]);
        assert_eq!(keys("xyzzy", Language::En), [""; 0]);
        assert!(!keys("クライアント", Language::Ja).is_empty());
    }

    #[test]
    fn layouts_come_from_the_codec() {
        let rows = |packet| {
            let rows = layout(packet).into_iter().map(|row| {
                let kind = row.kind.words(Language::En.strings());
                format!("{}{}: {kind}", "  ".repeat(row.depth), row.field.name())
            });
            rows.collect::<Vec<_>>()
        };
        assert_eq!(
            rows(PacketType::PubAck),
            [
                "Fixed Header: ",
                "  Control Packet type and flags: Byte",
                "    Control Packet type: bits 7–4",
                "    Flags: bits 3–0",
                "  Remaining Length: Variable Byte Integer",
                "Variable Header: ",
                "  Packet Identifier: Two Byte Integer",
                "  PUBACK Reason Code: Byte",
                "  Properties: ",
                "    Property Length: Variable Byte Integer",
            ]
        );
        let connect = rows(PacketType::Connect);
        for expect in [
            "  Protocol Name: UTF-8 Encoded String",
            "    Clean Start: bit 1",
            "  Keep Alive: Two Byte Integer",
            "  Will Payload: Binary Data",
            "  Password: Binary Data",
        ] {
            assert!(connect.contains(&expect.to_owned()), "{expect} in {connect:#?}");
        }
        for packet in PacketType::ALL {
            let is_sound =
                encode(&specimen(packet)).map(|bytes| dissect(&bytes, None).outcome.is_ok());
            assert_eq!(is_sound, Ok(true), "{packet:?}");
        }
    }

    #[test]
    fn every_field_stands_in_some_packet() {
        let nowhere: Vec<_> = FieldId::ALL
            .iter()
            .filter(|field| packets_with(**field).is_empty())
            .map(|field| field.key())
            .collect();
        let parts_of_values = [
            "property_identifier",
            "string_length",
            "binary_length",
            "pair_name_length",
            "pair_name",
            "pair_value_length",
            "pair_value",
        ];
        assert_eq!(nowhere, parts_of_values);
    }
}
