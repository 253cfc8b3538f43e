//! What a packet that breaks a rule says all the same, and the rules that it breaks, in words.

use super::facts::{Facts, TEXT, explain_error, options_fact, payload_preview, property_number};
use crate::language::{Language, Strings};
use crate::mqtt::{
    Dissection, ErrorKind, Field, FieldId, Flaw, Label, PacketType, PropertyId, PropertyKind,
    ReasonCode, RetainHandling, Value, Version, hex,
};
use crate::ui::format::{capped, grouped};

/// Characters of a value at fault.
const VALUE: usize = 30;

/// The field at fault and its value: `Payload Format Indicator 0x58`. `None` where something is missing that has
/// no name.
pub fn field_at_fault(flaw: &Flaw, version: Version) -> Option<String> {
    let label = flaw.label?;
    let name = label.name_in(version);
    let value = match &flaw.value {
        // What a length says stands in the sentence, and what is cut has no value.
        _ if matches!(flaw.error.kind, ErrorKind::Truncated { .. } | ErrorKind::Incomplete) => {
            String::new()
        }
        Value::Number(number) => number_at_fault(label, *number),
        Value::Named(number, _) => number.to_string(),
        Value::Bytes(bytes) if bytes.len() > VALUE / 2 => {
            format!("{}…", hex(&bytes[..VALUE / 2]))
        }
        Value::ReasonCode(code, name) => format!("0x{:02X} {name}", code.value()),
        value => capped(&value.to_string(), VALUE),
    };
    Some(match value.as_str() {
        "" => name.to_owned(),
        value => format!("{name} {value}"),
    })
}

fn number_at_fault(label: Label, number: u32) -> String {
    match label {
        Label::Property(id, _) if id.kind() == PropertyKind::Byte => format!("0x{number:02X}"),
        Label::Field(FieldId::PropertyIdentifier) => format!("0x{number:02X}"),
        Label::Field(FieldId::FixedFlags) => format!("{number:04b}"),
        Label::Field(
            FieldId::ConnectReasonCode
            | FieldId::PubAckReasonCode
            | FieldId::PubRecReasonCode
            | FieldId::PubRelReasonCode
            | FieldId::PubCompReasonCode
            | FieldId::SubAckReasonCode
            | FieldId::UnsubAckReasonCode
            | FieldId::DisconnectReasonCode
            | FieldId::AuthReasonCode,
        ) => format!("0x{number:02X}"),
        _ => grouped(number.into()),
    }
}

/// What is wrong, in a sentence behind the name of the field; a length with both numbers.
pub fn flaw_words(flaw: &Flaw, length: usize, language: Language) -> String {
    let strings = language.strings();
    let of_length = matches!(
        flaw.label,
        Some(Label::Field(FieldId::PropertyLength | FieldId::RemainingLength))
    );
    match (flaw.error.kind, &flaw.value) {
        // At the end of what there is, it is the field itself that does not fit.
        (ErrorKind::Truncated { says, left }, _) if flaw.error.at == flaw.range.end => {
            strings.wire_flaw_needs(left, says)
        }
        (ErrorKind::Truncated { says, left }, _) if of_length => strings.wire_flaw_says(left, says),
        (ErrorKind::Truncated { says, left }, _) => strings.wire_flaw_its_length_says(left, says),
        (ErrorKind::Incomplete, Value::Number(says)) if of_length => {
            let left = length.saturating_sub(flaw.range.end);
            strings.wire_flaw_says(left, *says as usize)
        }
        // Where it stands under its name, what is wrong is said of this one.
        (ErrorKind::FixedHeaderFlags(packet), _) => {
            let bits = packet.fixed_flags().unwrap_or_default();
            strings.wire_flaw_flags(format!("{bits:04b}"), packet.name())
        }
        (ErrorKind::PropertyNotAllowed(_, holder), _) => {
            strings.wire_flaw_not_allowed(holder.name())
        }
        (ErrorKind::PropertyRepeated(_, holder), _) => strings.wire_flaw_repeated(holder.name()),
        (ErrorKind::ReasonCodeNotAllowed(_, packet), _) => {
            strings.wire_flaw_not_allowed(packet.name())
        }
        (ErrorKind::PacketTooLarge { size, maximum }, _) => {
            strings.wire_flaw_size(grouped(maximum as u64), grouped(size as u64))
        }
        _ => explain_error(flaw.error, language),
    }
}

/// Where, what, and why: one line for each broken rule.
pub fn flaw_line(flaw: &Flaw, length: usize, version: Version, language: Language) -> String {
    let strings = language.strings();
    let words = flaw_words(flaw, length, language);
    let place = match flaw.range.len() {
        0 | 1 => strings.inspector_at(flaw.error.at),
        _ => strings.inspector_range(flaw.range.start, flaw.range.end - 1),
    };
    match field_at_fault(flaw, version) {
        Some(field) => strings.wire_flaw(field, place, words),
        None => strings.wire_flaw_of(place, words),
    }
}

/// The first broken rule, and how many more there are.
pub fn flaws_in_short(dissection: &Dissection, length: usize, language: Language) -> String {
    let Some(first) = dissection.flaws.first() else { return String::new() };
    let words = flaw_line(first, length, dissection.version, language);
    match dissection.flaws.len() - 1 {
        0 => words,
        more => format!("{words} {}", language.strings().wire_flaw_more(more)),
    }
}

/// One thing that a packet says.
type Said = (Label, Value);

impl Facts {
    /// The facts of a packet that breaks a rule, as far as it can be read: those that [`Facts::of`] gives for a sound
    /// one.
    pub(super) fn of_fields(
        dissection: &Dissection,
        packet: PacketType,
        strings: &Strings,
    ) -> Facts {
        let version = dissection.version;
        let mut said = Vec::new();
        dissection.fields.iter().for_each(|field| collect(field, &mut said));
        let mut facts = Facts::default();
        let all = |id: FieldId| said.iter().filter(move |(label, _)| *label == id.into());
        let find = |id: FieldId| all(id).map(|(_, value)| value).next();
        let text = |id: FieldId| find(id).and_then(as_text);
        let is_set = |id: FieldId| find(id) == Some(&Value::Flag(true));
        let alias = said.iter().find_map(|(label, value)| match (label, value) {
            (Label::Property(PropertyId::TopicAlias, _), Value::Number(alias)) => Some(*alias),
            _ => None,
        });
        match packet {
            PacketType::Connect => {
                facts.key = text(FieldId::ClientIdentifier).map(|client_id| match &*client_id {
                    "" => strings.wire_no_client_identifier().to_owned(),
                    client_id => capped(client_id, TEXT),
                });
                if !version.is_5() {
                    facts.add(format!("MQTT {}", version.name()));
                }
                if find(FieldId::CleanStart).is_some() {
                    let name = FieldId::CleanStart.name_in(version);
                    facts.add(format!("{name} {}", u8::from(is_set(FieldId::CleanStart))));
                }
                if let Some(seconds) = find(FieldId::KeepAlive) {
                    facts.add(format!("Keep Alive {seconds} s"));
                }
                if let Some(topic) = text(FieldId::WillTopic) {
                    facts.add(format!("Will {}", capped(&topic, TEXT)));
                }
                if let Some(user_name) = text(FieldId::UserName) {
                    facts.add(format!("User Name {}", capped(&user_name, TEXT)));
                }
                if find(FieldId::Password).is_some() {
                    facts.add("Password".to_owned());
                }
            }
            PacketType::Publish => {
                let topic = text(FieldId::TopicName);
                let is_aliased = topic.as_deref() == Some("");
                facts.key = match (topic, alias) {
                    (Some(_), Some(alias)) if is_aliased => Some(format!("Topic Alias {alias}")),
                    (topic, _) => topic.map(|topic| capped(&topic, TEXT)),
                };
                if let Some(Value::Named(qos, _) | Value::Number(qos)) = find(FieldId::PublishQoS) {
                    facts.add(format!("QoS {qos}"));
                }
                if is_set(FieldId::Dup) {
                    facts.add("DUP".to_owned());
                }
                if is_set(FieldId::Retain) {
                    facts.add("RETAIN".to_owned());
                }
                if let (Some(alias), false) = (alias, is_aliased) {
                    facts.add(format!("Topic Alias {alias}"));
                }
            }
            PacketType::Subscribe | PacketType::Unsubscribe => {
                let id = match packet {
                    PacketType::Subscribe => FieldId::TopicFilter,
                    _ => FieldId::UnsubscribeFilter,
                };
                let count = all(id).count();
                facts.key = text(id).map(|filter| capped(&filter, TEXT));
                match count {
                    1 if packet == PacketType::Subscribe => facts.more.extend(options(&said)),
                    0 | 1 => {}
                    count => facts.add(strings.wire_topic_filters(count)),
                }
            }
            _ => {
                let mut codes = said.iter().filter_map(|(label, value)| code(*label, value));
                facts.key = codes.next().or_else(|| omitted(packet, dissection));
                let codes: Vec<String> = codes.collect();
                facts.more.extend(codes.iter().take(3).cloned());
                if codes.len() > 3 {
                    facts.add(format!("+ {}", codes.len() - 3));
                }
                if packet == PacketType::ConnAck && find(FieldId::SessionPresent).is_some() {
                    let present = u8::from(is_set(FieldId::SessionPresent));
                    facts.add(format!("Session Present {present}"));
                }
            }
        }
        if let Some(id) = find(FieldId::PacketIdentifier) {
            facts.add(strings.wire_packet_identifier(id));
        }
        facts.properties_said(&said, strings);
        if let Some(Value::Bytes(payload)) = find(FieldId::ApplicationMessage)
            && let Some(text) = payload_preview(payload)
        {
            facts.add(text);
        }
        facts
    }

    fn properties_said(&mut self, said: &[Said], strings: &Strings) {
        let mut user_properties = 0;
        for (label, value) in said {
            let Label::Property(id, _) = label else { continue };
            match (id, value) {
                (PropertyId::TopicAlias, _) => {}
                (PropertyId::UserProperty, _) => user_properties += 1,
                (_, Value::Number(number)) => {
                    self.add(format!("{} {}", id.name(), property_number(id.kind(), *number)));
                }
                // Of a number that breaks off nothing is known.
                (id, Value::Bytes(_)) if !is_long(id.kind()) => {}
                (_, Value::None) => {}
                (_, Value::Bytes(bytes)) => {
                    self.add(format!("{} {} B", id.name(), grouped(bytes.len() as u64)));
                }
                (_, value) => {
                    self.add(format!("{} {}", id.name(), capped(&value.to_string(), TEXT)));
                }
            }
        }
        match user_properties {
            0 => {}
            1 => self.add(strings.wire_user_property_one().to_owned()),
            count => self.add(strings.wire_user_property_many(count)),
        }
    }
}

fn is_long(kind: PropertyKind) -> bool {
    matches!(kind, PropertyKind::Utf8String | PropertyKind::BinaryData | PropertyKind::StringPair)
}

/// What the fields say, each thing once. A Will has properties of its own, which a line leaves out.
fn collect(field: &Field, said: &mut Vec<(Label, Value)>) {
    if field.label == FieldId::WillProperties.into() {
        return;
    }
    let has_bits = field.children.iter().any(|child| child.bits.is_some());
    let value = field.own_value();
    let is_property = matches!(field.label, Label::Property(..));
    if (value == Value::None && !is_property) || has_bits {
        field.children.iter().for_each(|child| collect(child, said));
    } else {
        said.push((field.label, value));
    }
}

/// Text, also where it is not well-formed or breaks off.
fn as_text(value: &Value) -> Option<String> {
    match value {
        Value::Text(text) => Some(text.clone()),
        Value::Bytes(bytes) => Some(String::from_utf8_lossy(bytes).into_owned()),
        _ => None,
    }
}

fn code(label: Label, value: &Value) -> Option<String> {
    let is_code = number_at_fault(label, 0) == "0x00" && matches!(label, Label::Field(_));
    match value {
        Value::ReasonCode(code, name) => Some(format!("0x{:02X} {name}", code.value())),
        Value::Named(number, name) if is_code => Some(format!("0x{number:02X} {name}")),
        Value::Number(number) if is_code && label != FieldId::PropertyIdentifier.into() => {
            Some(format!("0x{number:02X}"))
        }
        _ => None,
    }
}

/// A Reason Code that is left out means Success, if the packet could be read to its end.
fn omitted(packet: PacketType, dissection: &Dissection) -> Option<String> {
    let is_read = dissection.leaves().iter().all(|leaf| leaf.label != Label::Unread);
    let has_one = !matches!(
        packet,
        PacketType::PingReq | PacketType::PingResp | PacketType::SubAck | PacketType::UnsubAck
    );
    let may_omit = dissection.version.is_5() && packet != PacketType::ConnAck && has_one;
    (is_read && may_omit).then(|| ReasonCode::Success.in_words(packet))
}

fn options(said: &[(Label, Value)]) -> Vec<String> {
    let number = |id: FieldId| {
        said.iter().find_map(|(label, value)| match value {
            Value::Named(number, _) | Value::Number(number) if *label == id.into() => Some(*number),
            Value::Flag(flag) if *label == id.into() => Some(u32::from(*flag)),
            _ => None,
        })
    };
    let is_set = |id| number(id) == Some(1);
    let Some(qos) = number(FieldId::SubscriptionQoS) else { return Vec::new() };
    options_fact(
        qos as u8,
        is_set(FieldId::NoLocal),
        is_set(FieldId::RetainAsPublished),
        number(FieldId::RetainHandling).unwrap_or(RetainHandling::Send.bits().into()) as u8,
    )
}
