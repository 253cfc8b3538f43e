//! CONNECT and PUBLISH beside what 3.1.1 would have written, and what it cannot say; packets of older versions beside
//! what 5.0 writes to mean the same.

use super::model::{Diff, Labelled};
use crate::analysis::answered_by;
use crate::capture::{Capture, Record};
use crate::language::Strings;
use crate::mqtt::{
    Connect, Packet, PacketType, Properties, PropertyId, Publish, Version, encode, encode_as,
    meant_in_5,
};
use crate::ui::inspector::Sheet;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Versions {
    /// The older version on the left, 5.0 on the right.
    pub diff: Diff,
    pub notes: Vec<Note>,
}

/// Where the two do not mean the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Note {
    /// What 5.0 says in these properties has no place in 3.1.1.
    Properties(Vec<&'static str>),
    /// The same for those of the Will.
    WillProperties(Vec<&'static str>),
    /// Clean Session 1 would also end the Session with the connection.
    NewAndKept,
    /// Clean Session 0 would keep the Session without end.
    KeptWithoutEnd,
    /// Both begin anew, and both end with the connection.
    SameSessionNew,
    /// Both go on, and both keep the Session without end.
    SameSessionKept,
    /// 3.1.1 takes a Password only with a User Name.
    PasswordAlone,
    /// 3.1.1 takes no empty Client Identifier with Clean Session 0.
    ClientIdentifierEmpty,
    /// The topic is written out instead of its alias.
    AliasWrittenOut { alias: u16, topic: String },
    /// It is not known which topic the alias stands for.
    AliasUnknown { alias: u16 },
    /// Nothing is lost: 5.0 only adds a byte for the length of no properties.
    NothingLost,
    /// The same seen from 3.1.1.
    OnlyLength,
    /// 5.0 has nothing to add to this packet.
    SameBytes,
    /// A return code, and the Reason Code that took its place.
    CodeBefore { before: String, now: String },
    /// UNSUBACK has Reason Codes only in 5.0.
    CodeForEach,
}

/// Whether another version is laid beside this packet: beside CONNECT and PUBLISH of 5.0, and beside everything
/// older.
pub fn has_versions(record: &Record) -> bool {
    match (record.version, record.packet_type()) {
        (Version::V5, packet) => {
            matches!(packet, Some(PacketType::Connect | PacketType::Publish))
        }
        (Version::V3_1 | Version::V3_1_1, packet) => packet.is_some(),
    }
}

/// `None` for other packets, and for those that break a rule.
pub fn versions(capture: &Capture, record: &Record) -> Option<Versions> {
    match record.version {
        Version::V5 => in_3_1_1(record, capture.aliased(record).map(|aliased| aliased.topic)),
        Version::V3_1 | Version::V3_1_1 => in_5(capture, record),
    }
}

/// An older packet beside what 5.0 writes to mean the same.
fn in_5(capture: &Capture, record: &Record) -> Option<Versions> {
    let packet = record.packet()?.ok()?;
    let asked = answered_by(capture, record.id).and_then(|asked| asked.packet()?.ok());
    let filters = match asked {
        Some(Packet::Unsubscribe(asked)) => asked.topic_filters.len(),
        _ => 1,
    };
    let note = match &packet {
        Packet::Connect(connect) if connect.clean_start => Note::SameSessionNew,
        Packet::Connect(_) => Note::SameSessionKept,
        Packet::ConnAck(connack) => Note::CodeBefore {
            before: connack.reason_code.in_words_as(PacketType::ConnAck, record.version)?,
            now: connack.reason_code.in_words(PacketType::ConnAck),
        },
        Packet::UnsubAck(_) => Note::CodeForEach,
        Packet::Publish(_) | Packet::Subscribe(_) | Packet::SubAck(_) | Packet::Unsubscribe(_) => {
            Note::OnlyLength
        }
        _ => Note::SameBytes,
    };
    let bytes = encode(&meant_in_5(packet, filters)).ok()?;
    let left = Labelled::of(&format!("MQTT {}", record.version.name()), record)?;
    let right = Labelled::of_sheet("MQTT 5.0", &Sheet::read(bytes, record.sender()?));
    Some(Versions { diff: Diff::new(left, right), notes: vec![note] })
}

/// `topic` is what the packet's Topic Alias stands for, where it carries no Topic Name.
fn in_3_1_1(record: &Record, topic: Option<&str>) -> Option<Versions> {
    let (packet, notes) = match record.valid_packet()? {
        Packet::Connect(packet) => {
            let notes = connect_notes(&packet);
            (Packet::Connect(packet), notes)
        }
        Packet::Publish(packet) => {
            let written = match packet.topic.as_str() {
                "" => topic.unwrap_or_default(),
                topic => topic,
            };
            let notes = publish_notes(&packet, topic);
            (Packet::Publish(Publish { topic: written.into(), ..packet }), notes)
        }
        _ => return None,
    };
    let bytes = encode_as(&packet, Version::V3_1_1).ok()?;
    let sheet = Sheet::read_as(bytes, record.sender()?, Version::V3_1_1);
    let left = Labelled::of_sheet("MQTT 3.1.1", &sheet);
    let right = Labelled::of("MQTT 5.0", record)?;
    Some(Versions { diff: Diff::new(left, right), notes })
}

fn connect_notes(connect: &Connect) -> Vec<Note> {
    let mut notes = Vec::new();
    notes.extend(lost(&connect.properties).map(Note::Properties));
    if let Some(will) = &connect.will {
        notes.extend(lost(&will.properties).map(Note::WillProperties));
    }
    let expiry = connect.properties.session_expiry_interval().unwrap_or(0);
    notes.push(match (connect.clean_start, expiry) {
        (true, 0) => Note::SameSessionNew,
        (true, _) => Note::NewAndKept,
        (false, u32::MAX) => Note::SameSessionKept,
        (false, _) => Note::KeptWithoutEnd,
    });
    if connect.password.is_some() && connect.user_name.is_none() {
        notes.push(Note::PasswordAlone);
    }
    if connect.client_id.is_empty() && !connect.clean_start {
        notes.push(Note::ClientIdentifierEmpty);
    }
    notes
}

fn publish_notes(publish: &Publish, topic: Option<&str>) -> Vec<Note> {
    let mut notes: Vec<Note> =
        lost(&publish.properties).map(Note::Properties).into_iter().collect();
    if let (Some(alias), "") = (publish.properties.topic_alias(), publish.topic.as_str()) {
        notes.push(match topic {
            Some(topic) => Note::AliasWrittenOut { alias, topic: topic.to_owned() },
            None => Note::AliasUnknown { alias },
        });
    }
    if notes.is_empty() {
        notes.push(Note::NothingLost);
    }
    notes
}

/// The names of the properties, each once.
fn lost(properties: &Properties) -> Option<Vec<&'static str>> {
    let mut ids: Vec<PropertyId> = Vec::new();
    for property in properties.iter() {
        if !ids.contains(&property.id()) {
            ids.push(property.id());
        }
    }
    (!ids.is_empty()).then(|| ids.into_iter().map(PropertyId::name).collect())
}

impl Note {
    pub fn words(&self, strings: &Strings) -> String {
        match self {
            Note::Properties(names) => strings.diff_note_properties(names.join(", ")),
            Note::WillProperties(names) => strings.diff_note_will_properties(names.join(", ")),
            Note::NewAndKept => strings.diff_note_new_and_kept().to_owned(),
            Note::KeptWithoutEnd => strings.diff_note_kept_without_end().to_owned(),
            Note::SameSessionNew => strings.diff_note_same_session_new().to_owned(),
            Note::SameSessionKept => strings.diff_note_same_session_kept().to_owned(),
            Note::PasswordAlone => strings.diff_note_password_alone().to_owned(),
            Note::ClientIdentifierEmpty => strings.diff_note_client_identifier_empty().to_owned(),
            Note::AliasWrittenOut { alias, topic } => {
                strings.diff_note_alias_written_out(alias, topic)
            }
            Note::AliasUnknown { alias } => strings.diff_note_alias_unknown(alias),
            Note::NothingLost => strings.diff_note_nothing_lost().to_owned(),
            Note::OnlyLength => strings.diff_note_only_length().to_owned(),
            Note::SameBytes => strings.diff_note_same_bytes().to_owned(),
            Note::CodeBefore { before, now } => strings.diff_note_code_before(before, now),
            Note::CodeForEach => strings.diff_note_code_for_each().to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;
    use crate::capture::ClientSlot;
    use crate::language::Language;
    use crate::mqtt::{ConnectionId, Property, Sender, Will};
    use crate::time::Instant;

    fn beside(packet: Packet, topic: Option<&str>) -> Versions {
        let mut capture = Capture::default();
        let bytes = encode(&packet).expect("it has a representation");
        let (slot, connection) = (ClientSlot(0), ConnectionId(1));
        let id = capture.push_packet(Instant::START, slot, connection, Sender::Client, bytes);
        in_3_1_1(capture.get(id).expect("it was just pushed"), topic).expect("it has two versions")
    }

    fn connect(connect: Connect) -> Versions {
        beside(Packet::Connect(Box::new(connect)), None)
    }

    fn told(versions: &Versions) -> Vec<(char, &str, isize)> {
        let diff = &versions.diff;
        diff.rows.iter().map(|row| (row.fate.sign(), diff.name(row), diff.more_in(row))).collect()
    }

    #[test]
    fn a_connect_differs_in_version_length_and_properties() {
        let versions = connect(Connect {
            clean_start: true,
            client_id: "sensor".into(),
            properties: [Property::SessionExpiryInterval(300), Property::user("a", "b")].into(),
            will: Some(Will {
                topic: "w".into(),
                payload: Bytes::from_static(b"x"),
                ..Will::default()
            }),
            ..Connect::default()
        });
        assert_eq!(
            told(&versions),
            [
                ('=', "Control Packet type and flags", 0),
                ('≠', "Remaining Length", 0),
                ('=', "Protocol Name", 0),
                ('≠', "Protocol Version", 0),
                ('=', "Connect Flags", 0),
                ('=', "Keep Alive", 0),
                ('+', "Property Length", 1),
                ('+', "Session Expiry Interval", 5),
                ('+', "User Property", 7),
                ('=', "Client Identifier", 0),
                ('+', "Property Length", 1),
                ('=', "Will Topic", 0),
                ('=', "Will Payload", 0),
            ]
        );
        assert_eq!(versions.diff.more_on_the_right(), 14);
        assert_eq!(
            versions.notes,
            [Note::Properties(vec!["Session Expiry Interval", "User Property"]), Note::NewAndKept]
        );
        let level = &versions.diff.left.parts[3];
        assert_eq!((level.value.as_str(), &versions.diff.right.parts[3].value[..]), ("4", "5"));
    }

    #[test]
    fn an_alias_is_written_out_for_3_1_1() {
        let publish = Publish {
            properties: [Property::TopicAlias(1)].into(),
            payload: Bytes::from_static(b"21.5"),
            ..Publish::default()
        };
        let versions = beside(Packet::Publish(publish.clone()), Some("a/b"));
        assert_eq!(
            told(&versions),
            [
                ('=', "Control Packet type and flags", 0),
                ('≠', "Remaining Length", 0),
                ('≠', "Topic Name", -3),
                ('+', "Property Length", 1),
                ('+', "Topic Alias", 3),
                ('=', "Application Message", 0),
            ]
        );
        let written = Note::AliasWrittenOut { alias: 1, topic: "a/b".into() };
        assert_eq!(versions.notes, [Note::Properties(vec!["Topic Alias"]), written]);
        let unknown = beside(Packet::Publish(publish), None);
        assert_eq!(unknown.notes[1], Note::AliasUnknown { alias: 1 });
    }

    #[test]
    fn the_session_means_the_same_only_at_the_two_ends() {
        for (clean_start, expiry, expect) in [
            (true, None, Note::SameSessionNew),
            (true, Some(0), Note::SameSessionNew),
            (true, Some(60), Note::NewAndKept),
            (false, None, Note::KeptWithoutEnd),
            (false, Some(60), Note::KeptWithoutEnd),
            (false, Some(u32::MAX), Note::SameSessionKept),
        ] {
            let properties: Vec<_> =
                expiry.map(Property::SessionExpiryInterval).into_iter().collect();
            let versions = connect(Connect {
                clean_start,
                client_id: "c".into(),
                properties: properties.into(),
                ..Connect::default()
            });
            assert_eq!(versions.notes.last(), Some(&expect), "{clean_start} {expiry:?}");
        }
    }

    #[test]
    fn what_3_1_1_forbids_is_named() {
        let versions =
            connect(Connect { password: Some(Bytes::from_static(b"p")), ..Connect::default() });
        assert_eq!(
            versions.notes,
            [Note::KeptWithoutEnd, Note::PasswordAlone, Note::ClientIdentifierEmpty]
        );
        for language in Language::ALL {
            for note in &versions.notes {
                assert!(!note.words(language.strings()).is_empty());
            }
        }
        let plain =
            beside(Packet::Publish(Publish { topic: "t".into(), ..Publish::default() }), None);
        assert_eq!(plain.notes, [Note::NothingLost]);
    }

    /// What is told of each packet of a conversation in 3.1.1: the notes, and how many bytes 5.0 adds.
    #[test]
    fn what_3_1_1_says_is_laid_beside_what_5_0_would() {
        use Sender::{Client, Server};
        let mut capture = Capture::default();
        let code =
            |before: &str, now: &str| Note::CodeBefore { before: before.into(), now: now.into() };
        for (sender, bytes, more, note) in [
            (Client, &b"\x10\x0D\0\x04MQTT\x04\0\0\x3C\0\x01c"[..], 6, Note::SameSessionKept),
            (Server, b"\x20\x02\0\0", 1, code("0x00 Connection Accepted", "0x00 Success")),
            (
                Server,
                b"\x20\x02\0\x05",
                1,
                code("0x05 Connection Refused, not authorized", "0x87 Not authorized"),
            ),
            (Client, b"\x30\x05\0\x01thi", 1, Note::OnlyLength),
            (Client, b"\x82\x06\0\x01\0\x01a\x01", 1, Note::OnlyLength),
            (Server, b"\x90\x03\0\x01\x80", 1, Note::OnlyLength),
            (Client, b"\xA2\x08\0\x02\0\x01a\0\x01b", 1, Note::OnlyLength),
            (Server, b"\xB0\x02\0\x02", 3, Note::CodeForEach),
            (Client, b"\x40\x02\0\x01", 0, Note::SameBytes),
            (Client, b"\xC0\0", 0, Note::SameBytes),
            (Client, b"\xE0\0", 0, Note::SameBytes),
        ] {
            let bytes = Bytes::from_static(bytes);
            let (slot, connection) = (ClientSlot(0), ConnectionId(1));
            let id = capture.push_packet(Instant::START, slot, connection, sender, bytes);
            let record = capture.get(id).expect("it was just pushed");
            assert!(has_versions(record));
            let versions = versions(&capture, record).expect("it obeys the rules");
            let found = (versions.diff.more_on_the_right(), versions.notes);
            assert_eq!(found, (more, vec![note]), "{record:?}");
            assert_eq!(versions.diff.left.title, "MQTT 3.1.1");
        }
    }
}
