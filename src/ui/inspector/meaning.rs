//! A field's value, and what it means where it stands.

use super::absent::default_meaning;
use super::model::{Row, RowName, Sheet};
use crate::language::Strings;
use crate::mqtt::{FieldId, Label, PropertyId, Value, hex_groups};
use crate::ui::format::{binary_size, capped, duration, grouped};

/// Characters of a value in the field tree, and in the explanation.
const IN_TREE: usize = 120;
const IN_FULL: usize = 2000;

/// The value for the field tree.
pub fn value(sheet: &Sheet, row: usize) -> String {
    value_of(sheet, row, IN_TREE)
}

/// The value at greater length, for the explanation.
pub fn full_value(sheet: &Sheet, row: usize) -> String {
    value_of(sheet, row, IN_FULL)
}

fn value_of(sheet: &Sheet, at: usize, limit: usize) -> String {
    let row = &sheet.rows[at];
    if sheet.bits_of(at).is_some_and(|(byte, _)| byte == at) {
        let byte = sheet.bytes.get(row.range.start).copied().unwrap_or_default();
        return format!("{:04b} {:04b}", byte >> 4, byte & 0x0F);
    }
    match (&row.value, row.name) {
        (Value::Number(n), RowName::Field(Label::Field(FieldId::PropertyIdentifier))) => {
            format!("0x{n:02X}")
        }
        (Value::Number(n), _) if row.bits.is_some() => in_binary(row, *n),
        (Value::Number(n) | Value::Named(n, _), _) => grouped((*n).into()),
        (Value::None, _) => String::new(),
        (Value::Flag(flag), _) => u8::from(*flag).to_string(),
        (Value::Text(text), _) => capped(text, limit),
        (Value::Bytes(bytes), _) => text_or_hex(bytes, limit),
        (Value::ReasonCode(code, _), _) => format!("0x{:02X}", code.value()),
        (Value::Pair(name, value), _) => {
            format!("{} = {}", capped(name, limit), capped(value, limit))
        }
    }
}

/// What the value means; `None` where the value says it all.
pub fn meaning(sheet: &Sheet, at: usize, strings: &Strings) -> Option<String> {
    let row = &sheet.rows[at];
    let label = match row.name {
        RowName::Field(label) => label,
        RowName::Unread => return Some(strings.inspector_bytes(grouped(row.range.len() as u64))),
        RowName::Default(label) => {
            return sheet.packet_type.map(|packet| default_meaning(label, packet, strings));
        }
        RowName::Absent => return Some(strings.inspector_absent_defaults().to_owned()),
        RowName::Missing => return None,
    };
    if let Some((byte, bits)) = sheet.bits_of(at)
        && byte == at
    {
        return summary(sheet, &bits);
    }
    match (&row.value, label) {
        (Value::Flag(flag), Label::Field(FieldId::CleanStart)) if !sheet.version.is_5() => Some(
            match flag {
                false => strings.inspector_clean_session_0(),
                true => strings.inspector_clean_session_1(),
            }
            .to_owned(),
        ),
        (Value::Flag(flag), _) => flag_meaning(label, *flag, strings).map(str::to_owned),
        (Value::Number(_), Label::Property(PropertyId::TopicAlias, _)) => {
            sheet.aliased.as_ref().map(|(topic, _)| strings.inspector_stands_for(topic))
        }
        (Value::Number(n), _) => number_meaning(label, *n, strings),
        (Value::Named(n, _), Label::Field(FieldId::RetainHandling)) => Some(
            match n {
                0 => strings.inspector_retain_handling_0(),
                1 => strings.inspector_retain_handling_1(),
                _ => strings.inspector_retain_handling_2(),
            }
            .to_owned(),
        ),
        (Value::Named(_, name) | Value::ReasonCode(_, name), _) => Some((*name).to_owned()),
        (Value::Text(text), Label::Field(FieldId::ClientIdentifier)) if text.is_empty() => {
            Some(match sheet.version.is_5() {
                true => strings.inspector_client_identifier_empty().to_owned(),
                false => strings.inspector_client_identifier_unnamed().to_owned(),
            })
        }
        (Value::Text(text), Label::Field(FieldId::TopicName)) if text.is_empty() => {
            Some(match &sheet.aliased {
                Some((topic, _)) => strings.inspector_stands_for(topic),
                None => strings.inspector_topic_name_empty().to_owned(),
            })
        }
        (Value::Text(text), _) if text.is_empty() => Some(strings.inspector_empty().to_owned()),
        (Value::Bytes(bytes), _) if bytes.is_empty() => Some(strings.inspector_empty().to_owned()),
        (Value::Bytes(bytes), _) => {
            let size = grouped(bytes.len() as u64);
            Some(match binary_size(bytes.len() as u64) {
                Some(larger) => strings.inspector_bytes_in_units(larger, size),
                None => strings.inspector_bytes(size),
            })
        }
        _ => None,
    }
}

fn number_meaning(label: Label, number: u32, strings: &Strings) -> Option<String> {
    let seconds = |number| match duration(number, strings) {
        Some(longer) => strings.inspector_seconds_in_units(longer),
        None => strings.inspector_seconds().to_owned(),
    };
    let one_of = |zero: &str, one: &str| match number {
        0 => Some(zero.to_owned()),
        1 => Some(one.to_owned()),
        _ => None,
    };
    match label {
        Label::Field(id) => match id {
            FieldId::RemainingLength
            | FieldId::PropertyLength
            | FieldId::StringLength
            | FieldId::BinaryLength
            | FieldId::PairNameLength
            | FieldId::PairValueLength => Some(strings.inspector_bytes_follow().to_owned()),
            FieldId::PropertyIdentifier => {
                PropertyId::from_value(number).map(|id| id.name().to_owned())
            }
            FieldId::ProtocolVersion => match number {
                3 => Some("MQTT 3.1".to_owned()),
                4 => Some("MQTT 3.1.1".to_owned()),
                5 => Some("MQTT 5.0".to_owned()),
                _ => None,
            },
            FieldId::KeepAlive => Some(match number {
                0 => strings.inspector_keep_alive_off().to_owned(),
                _ => seconds(number),
            }),
            FieldId::FixedFlags => Some(strings.inspector_fixed_flags().to_owned()),
            _ => None,
        },
        Label::Property(id, _) => match id {
            PropertyId::SessionExpiryInterval => Some(match number {
                0 => strings.inspector_session_ends_with_connection().to_owned(),
                u32::MAX => strings.inspector_never_expires().to_owned(),
                _ => seconds(number),
            }),
            PropertyId::ServerKeepAlive if number == 0 => {
                Some(strings.inspector_keep_alive_off().to_owned())
            }
            PropertyId::ServerKeepAlive
            | PropertyId::MessageExpiryInterval
            | PropertyId::WillDelayInterval => Some(seconds(number)),
            PropertyId::MaximumPacketSize => Some(match binary_size(number.into()) {
                Some(larger) => strings.inspector_size_in_units(larger),
                None => strings.inspector_size().to_owned(),
            }),
            PropertyId::PayloadFormatIndicator => {
                one_of(strings.inspector_payload_bytes(), strings.inspector_payload_text())
            }
            PropertyId::RequestProblemInformation => one_of(
                strings.inspector_problem_information_0(),
                strings.inspector_problem_information_1(),
            ),
            PropertyId::RequestResponseInformation => {
                one_of(strings.inspector_not_asked_for(), strings.inspector_asked_for())
            }
            PropertyId::RetainAvailable
            | PropertyId::WildcardSubscriptionAvailable
            | PropertyId::SubscriptionIdentifierAvailable
            | PropertyId::SharedSubscriptionAvailable => {
                one_of(strings.inspector_not_available(), strings.inspector_available())
            }
            PropertyId::MaximumQoS => Some(strings.inspector_at_most_qos(number)),
            PropertyId::ReceiveMaximum => Some(strings.inspector_receive_maximum().to_owned()),
            PropertyId::TopicAliasMaximum => Some(match number {
                0 => strings.inspector_no_aliases().to_owned(),
                _ => strings.inspector_aliases_up_to(number),
            }),
            _ => None,
        },
        Label::Unread => None,
    }
}

fn flag_meaning(label: Label, flag: bool, strings: &Strings) -> Option<&'static str> {
    let Label::Field(id) = label else { return None };
    let (unset, set) = match id {
        FieldId::Dup => (strings.inspector_dup_0(), strings.inspector_dup_1()),
        FieldId::Retain | FieldId::WillRetain => {
            (strings.inspector_retain_0(), strings.inspector_retain_1())
        }
        FieldId::CleanStart => {
            (strings.inspector_clean_start_0(), strings.inspector_clean_start_1())
        }
        FieldId::SessionPresent => {
            (strings.inspector_session_present_0(), strings.inspector_session_present_1())
        }
        FieldId::UserNameFlag | FieldId::PasswordFlag | FieldId::WillFlag => {
            (strings.inspector_part_absent(), strings.inspector_part_present())
        }
        FieldId::NoLocal => (strings.inspector_no_local_0(), strings.inspector_no_local_1()),
        FieldId::RetainAsPublished => {
            (strings.inspector_retain_as_published_0(), strings.inspector_retain_as_published_1())
        }
        FieldId::ConnectReserved => {
            (strings.inspector_reserved(), strings.inspector_reserved_set())
        }
        _ => return None,
    };
    Some(if flag { set } else { unset })
}

/// A byte of flags in words: what its bits say, those that are 0 left out.
fn summary(sheet: &Sheet, bits: &[usize]) -> Option<String> {
    let words: Vec<String> = bits
        .iter()
        .filter_map(|at| {
            let row = &sheet.rows[*at];
            let RowName::Field(label) = row.name else { return None };
            match (&row.value, label) {
                (Value::Named(_, name), Label::Field(FieldId::PacketType)) => {
                    Some((*name).to_owned())
                }
                (Value::Named(n, _), Label::Field(FieldId::PublishQoS)) => Some(format!("QoS {n}")),
                (Value::Flag(true), _) => Some(label.name_in(sheet.version).to_owned()),
                (Value::Named(n @ 1.., _), _) => {
                    Some(format!("{} {n}", label.name_in(sheet.version)))
                }
                _ => None,
            }
        })
        .collect();
    (!words.is_empty()).then(|| words.join(" · "))
}

/// As many digits as the field has bits.
fn in_binary(row: &Row, number: u32) -> String {
    let width = row.bits.map_or(8, |bits| usize::from(bits.high - bits.low) + 1);
    format!("{number:0width$b}")
}

/// Bytes as text where they are text, else as digits.
fn text_or_hex(bytes: &[u8], limit: usize) -> String {
    // A character has at most four bytes.
    let head = &bytes[..bytes.len().min(4 * limit)];
    let text = match std::str::from_utf8(head) {
        Ok(text) => Some(text),
        Err(error) if error.error_len().is_none() && head.len() < bytes.len() => {
            std::str::from_utf8(&head[..error.valid_up_to()]).ok()
        }
        Err(_) => None,
    };
    let is_text = |c: char| !c.is_control() || matches!(c, '\n' | '\r' | '\t');
    match text.filter(|text| text.chars().all(is_text)) {
        Some(text) if head.len() < bytes.len() => {
            format!("{}…", capped(text, limit).trim_end_matches('…'))
        }
        Some(text) => capped(text, limit),
        None => {
            let shown = bytes.len().min(limit / 3);
            let rest = if shown < bytes.len() { " …" } else { "" };
            format!("{}{rest}", hex_groups(&bytes[..shown], 1))
        }
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;
    use crate::capture::{Capture, ClientSlot, RecordId};
    use crate::language::Language;
    use crate::mqtt::{
        Connect, ConnectionId, Packet, Properties, Property, Publish, QoS, RetainHandling, Sender,
        Subscribe, Subscription, encode,
    };
    use crate::time::Instant;

    fn sheet(packet: &Packet) -> Sheet {
        let mut capture = Capture::default();
        let bytes = encode(packet).expect("it has a representation");
        let (slot, connection) = (ClientSlot(0), ConnectionId(1));
        capture.push_packet(Instant::START, slot, connection, Sender::Client, bytes);
        Sheet::open(capture.get(RecordId(0)).expect("it was just pushed")).expect("it has bytes")
    }

    /// Value and meaning of the first row with that name.
    fn said(sheet: &Sheet, name: &str) -> (String, Option<String>) {
        let is_named = |row: &Row| matches!(row.name, RowName::Field(l) if l.name() == name);
        let at = sheet.rows.iter().position(is_named).unwrap_or_else(|| panic!("{name} is there"));
        (value(sheet, at), meaning(sheet, at, Language::En.strings()))
    }

    fn connect(keep_alive: u16, properties: impl Into<Properties>) -> Packet {
        let properties = properties.into();
        Packet::Connect(Box::new(Connect { keep_alive, properties, ..Default::default() }))
    }

    #[test]
    fn numbers_are_told_in_the_fields_own_units() {
        let from = |property: Property| connect(300, [property]);
        for (packet, name, expect, means) in [
            (connect(300, []), "Keep Alive", "300", Some("s = 5 min")),
            (connect(30, []), "Keep Alive", "30", Some("s")),
            (connect(0, []), "Keep Alive", "0", Some("off")),
            (
                from(Property::SessionExpiryInterval(u32::MAX)),
                "Session Expiry Interval",
                "4,294,967,295",
                Some("never expires"),
            ),
            (
                from(Property::MaximumPacketSize(1 << 20)),
                "Maximum Packet Size",
                "1,048,576",
                Some("B = 1 MiB"),
            ),
            (
                from(Property::TopicAliasMaximum(10)),
                "Topic Alias Maximum",
                "10",
                Some("aliases 1 to 10"),
            ),
            (connect(0, []), "Client Identifier", "", Some("the server assigns one")),
            (connect(0, []), "Protocol Version", "5", Some("MQTT 5.0")),
            (connect(0, []), "Property Length", "0", Some("B follow")),
        ] {
            let (value, meaning) = said(&sheet(&packet), name);
            assert_eq!((value.as_str(), meaning.as_deref()), (expect, means), "{name}");
        }
    }

    #[test]
    fn flags_are_told_bit_by_bit_and_together() {
        let publish = sheet(&Packet::Publish(Publish {
            dup: false,
            qos: QoS::AtLeastOnce,
            retain: true,
            topic: "t".into(),
            packet_id: std::num::NonZeroU16::new(1),
            properties: Properties::NONE,
            payload: Bytes::from_static("温".as_bytes()),
        }));
        for (name, expect, means) in [
            ("Control Packet type and flags", "0011 0011", Some("PUBLISH · QoS 1 · RETAIN")),
            ("Control Packet type", "3", Some("PUBLISH")),
            ("QoS", "1", Some("At least once")),
            ("Application Message", "温", Some("3 B")),
        ] {
            let (value, meaning) = said(&publish, name);
            assert_eq!((value.as_str(), meaning.as_deref()), (expect, means), "{name}");
        }
        let subscribe = sheet(&Packet::Subscribe(Subscribe {
            packet_id: std::num::NonZeroU16::MIN,
            properties: Properties::NONE,
            subscriptions: vec![Subscription {
                topic_filter: "t".into(),
                retain_handling: RetainHandling::DoNotSend,
                ..Default::default()
            }],
        }));
        let (value, meaning) = said(&subscribe, "Subscription Options");
        assert_eq!((value.as_str(), meaning.as_deref()), ("0010 0000", Some("Retain Handling 2")));
        assert_eq!(said(&subscribe, "Reserved").0, "00");
    }

    #[test]
    fn an_alias_says_which_topic_it_stands_for() {
        let mut capture = Capture::default();
        for topic in ["a/b", ""] {
            let bytes = encode(&Packet::Publish(Publish {
                topic: topic.into(),
                properties: [Property::TopicAlias(1)].into(),
                ..Publish::default()
            }));
            let bytes = bytes.expect("it has a representation");
            let (slot, connection) = (ClientSlot(0), ConnectionId(1));
            capture.push_packet(Instant::START, slot, connection, Sender::Client, bytes);
        }
        let record = capture.get(RecordId(1)).expect("it was just pushed");
        let sheet = Sheet::among(&capture, record).expect("it has bytes");
        assert_eq!(sheet.aliased, Some(("a/b".to_owned(), RecordId(0))));
        for name in ["Topic Name", "Topic Alias"] {
            assert_eq!(said(&sheet, name).1.as_deref(), Some("stands for a/b"), "{name}");
        }
    }

    #[test]
    fn a_large_payload_is_compared_with_units_people_know() {
        let packet = Packet::Publish(Publish {
            dup: false,
            qos: QoS::AtMostOnce,
            retain: false,
            topic: "t".into(),
            packet_id: None,
            properties: Properties::NONE,
            payload: Bytes::from(vec![0; 2048]),
        });
        let (_, means) = said(&sheet(&packet), "Application Message");
        assert_eq!(means.as_deref(), Some("2048 B, 2 KiB"));
    }

    #[test]
    fn bytes_are_text_where_they_are_text_and_never_long() {
        for (bytes, expect) in [
            (&b"21.5"[..], "21.5"),
            (b"a\nb", "a␊b"),
            (&[0x00, 0xFF], "00 ff"),
            ("温度".as_bytes(), "温度"),
        ] {
            assert_eq!(text_or_hex(bytes, 100), expect);
        }
        let large = vec![b'x'; 1 << 20];
        assert_eq!(text_or_hex(&large, 100), format!("{}…", "x".repeat(100)));
        let large = vec![0; 1 << 20];
        assert!(text_or_hex(&large, 100).len() < 200);
    }
}
