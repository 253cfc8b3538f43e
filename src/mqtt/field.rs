//! Annotated fields: what the inspector shows, collected by the same reader that decodes.

use std::fmt;
use std::ops::Range;

use bytes::Bytes;

use super::error::{Class, DecodeError};
use super::packet::Packet;
use super::property::PropertyId;
use super::reason_code::ReasonCode;
use super::v3;
use super::version::Version;

/// Declares every field that is not a property, with its name and section.
macro_rules! fields {
    ($($variant:ident, $key:literal, $name:literal, $section:literal;)*) => {
        /// A field that is not a property, as the specification names it. Properties are [`PropertyId`]s.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum FieldId {
            $(#[doc = concat!($name, " (§", $section, ").")] $variant,)*
        }

        impl FieldId {
            /// Every field: what all packets share first, the rest packet by packet.
            pub const ALL: &[FieldId] = &[$(FieldId::$variant,)*];

            /// A name in snake_case that does not change, for JSON and the glossary. No two fields share
            /// one, whereas [`name`](FieldId::name) is "Reserved" for three of them.
            pub fn key(self) -> &'static str {
                match self { $(FieldId::$variant => $key,)* }
            }

            /// The specification's name.
            pub fn name(self) -> &'static str {
                match self { $(FieldId::$variant => $name,)* }
            }

            /// The number of the section that describes it, without `§`: `3.1.2.10`.
            pub fn section(self) -> &'static str {
                match self { $(FieldId::$variant => $section,)* }
            }
        }
    };
}

fields! {
    FixedHeader, "fixed_header", "Fixed Header", "2.1.1";
    VariableHeader, "variable_header", "Variable Header", "2.2";
    Payload, "payload", "Payload", "2.3";
    PacketTypeAndFlags, "packet_type_and_flags", "Control Packet type and flags", "2.1.1";
    PacketType, "packet_type", "Control Packet type", "2.1.2";
    FixedFlags, "fixed_flags", "Flags", "2.1.3";
    Dup, "dup", "DUP", "3.3.1.1";
    PublishQoS, "qos", "QoS", "3.3.1.2";
    Retain, "retain", "RETAIN", "3.3.1.3";
    RemainingLength, "remaining_length", "Remaining Length", "2.1.4";
    PacketIdentifier, "packet_identifier", "Packet Identifier", "2.2.1";
    Properties, "properties", "Properties", "2.2.2";
    PropertyLength, "property_length", "Property Length", "2.2.2.1";
    PropertyIdentifier, "property_identifier", "Property Identifier", "2.2.2.2";
    StringLength, "string_length", "String Length", "1.5.4";
    BinaryLength, "binary_length", "Binary Data Length", "1.5.6";
    PairNameLength, "pair_name_length", "Name Length", "1.5.7";
    PairName, "pair_name", "Name", "1.5.7";
    PairValueLength, "pair_value_length", "Value Length", "1.5.7";
    PairValue, "pair_value", "Value", "1.5.7";
    ProtocolName, "protocol_name", "Protocol Name", "3.1.2.1";
    ProtocolVersion, "protocol_version", "Protocol Version", "3.1.2.2";
    ConnectFlags, "connect_flags", "Connect Flags", "3.1.2.3";
    UserNameFlag, "user_name_flag", "User Name Flag", "3.1.2.8";
    PasswordFlag, "password_flag", "Password Flag", "3.1.2.9";
    WillRetain, "will_retain", "Will Retain", "3.1.2.7";
    WillQoS, "will_qos", "Will QoS", "3.1.2.6";
    WillFlag, "will_flag", "Will Flag", "3.1.2.5";
    CleanStart, "clean_start", "Clean Start", "3.1.2.4";
    ConnectReserved, "connect_reserved", "Reserved", "3.1.2.3";
    KeepAlive, "keep_alive", "Keep Alive", "3.1.2.10";
    ClientIdentifier, "client_identifier", "Client Identifier", "3.1.3.1";
    WillProperties, "will_properties", "Will Properties", "3.1.3.2";
    WillTopic, "will_topic", "Will Topic", "3.1.3.3";
    WillPayload, "will_payload", "Will Payload", "3.1.3.4";
    UserName, "user_name", "User Name", "3.1.3.5";
    Password, "password", "Password", "3.1.3.6";
    ConnectAcknowledgeFlags, "connect_acknowledge_flags", "Connect Acknowledge Flags", "3.2.2.1";
    ConnectAcknowledgeReserved, "connect_acknowledge_reserved", "Reserved", "3.2.2.1";
    SessionPresent, "session_present", "Session Present", "3.2.2.1.1";
    ConnectReasonCode, "connect_reason_code", "Connect Reason Code", "3.2.2.2";
    TopicName, "topic_name", "Topic Name", "3.3.2.1";
    ApplicationMessage, "application_message", "Application Message", "3.3.3";
    PubAckReasonCode, "puback_reason_code", "PUBACK Reason Code", "3.4.2.1";
    PubRecReasonCode, "pubrec_reason_code", "PUBREC Reason Code", "3.5.2.1";
    PubRelReasonCode, "pubrel_reason_code", "PUBREL Reason Code", "3.6.2.1";
    PubCompReasonCode, "pubcomp_reason_code", "PUBCOMP Reason Code", "3.7.2.1";
    SubscriptionEntry, "subscription", "Subscription", "3.8.3";
    TopicFilter, "topic_filter", "Topic Filter", "3.8.3";
    SubscriptionOptions, "subscription_options", "Subscription Options", "3.8.3.1";
    SubscriptionReserved, "subscription_reserved", "Reserved", "3.8.3.1";
    RetainHandling, "retain_handling", "Retain Handling", "3.8.3.1";
    RetainAsPublished, "retain_as_published", "Retain As Published", "3.8.3.1";
    NoLocal, "no_local", "No Local", "3.8.3.1";
    SubscriptionQoS, "subscription_maximum_qos", "Maximum QoS", "3.8.3.1";
    SubAckReasonCode, "suback_reason_code", "SUBACK Reason Code", "3.9.3";
    UnsubscribeFilter, "unsubscribe_topic_filter", "Topic Filter", "3.10.3";
    UnsubAckReasonCode, "unsuback_reason_code", "UNSUBACK Reason Code", "3.11.3";
    DisconnectReasonCode, "disconnect_reason_code", "Disconnect Reason Code", "3.14.2.1";
    AuthReasonCode, "authenticate_reason_code", "Authenticate Reason Code", "3.15.2.1";
}

impl FieldId {
    /// The [`key`](FieldId::key) of the field in any version: what 3.1.1 has in the same place is explained
    /// by itself.
    pub fn key_in(self, version: Version) -> &'static str {
        self.renamed(version).map_or(self.key(), |(key, _)| key)
    }

    /// The name that the version gives it: Clean Start is Clean Session in 3.1.1.
    pub fn name_in(self, version: Version) -> &'static str {
        self.renamed(version).map_or(self.name(), |(_, name)| name)
    }

    /// The number of the section that describes it in the version; for 3.1 that of 3.1.1.
    pub fn section_in(self, version: Version) -> &'static str {
        match version {
            Version::V5 => self.section(),
            Version::V3_1 | Version::V3_1_1 => v3::section(self),
        }
    }

    /// Whether it is only a part of a string, of binary data or of a pair.
    fn is_part(self) -> bool {
        matches!(
            self,
            FieldId::StringLength
                | FieldId::BinaryLength
                | FieldId::PairNameLength
                | FieldId::PairName
                | FieldId::PairValueLength
                | FieldId::PairValue
        )
    }

    /// Whether it holds several fields that have nothing more in common.
    fn is_group(self) -> bool {
        matches!(
            self,
            FieldId::FixedHeader
                | FieldId::VariableHeader
                | FieldId::Payload
                | FieldId::Properties
                | FieldId::WillProperties
                | FieldId::SubscriptionEntry
        )
    }

    fn renamed(self, version: Version) -> Option<(&'static str, &'static str)> {
        match version {
            Version::V5 => None,
            Version::V3_1 | Version::V3_1_1 => v3::renamed(self),
        }
    }
}

/// Which field a range of bytes is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Label {
    /// A field with a fixed place in its packet, or a group of such fields.
    Field(FieldId),
    /// A property with its identifier, or the value inside it, and the number of the section that describes
    /// it in this packet.
    Property(PropertyId, &'static str),
    /// Bytes that cannot be told into fields, because a broken rule before them leaves open what they are.
    Unread,
}

impl Label {
    /// The specification's name.
    pub fn name(self) -> &'static str {
        match self {
            Label::Field(id) => id.name(),
            Label::Property(id, _) => id.name(),
            Label::Unread => "Not read",
        }
    }

    /// A name in snake_case that does not change; the glossary explains fields and properties under it.
    pub fn key(self) -> &'static str {
        match self {
            Label::Field(id) => id.key(),
            Label::Property(id, _) => id.key(),
            Label::Unread => "unread",
        }
    }

    /// The section's number, without `§`.
    pub fn section(self) -> &'static str {
        match self {
            Label::Field(id) => id.section(),
            Label::Property(_, section) => section,
            Label::Unread => "4.13",
        }
    }

    /// The name that the version gives it. Properties are of 5.0 alone.
    pub fn name_in(self, version: Version) -> &'static str {
        match self {
            Label::Field(id) => id.name_in(version),
            Label::Property(..) | Label::Unread => self.name(),
        }
    }

    /// The [`key`](Label::key) of what the version has in this place.
    pub fn key_in(self, version: Version) -> &'static str {
        match self {
            Label::Field(id) => id.key_in(version),
            Label::Property(..) | Label::Unread => self.key(),
        }
    }

    /// The section's number in the specification of the version.
    pub fn section_in(self, version: Version) -> &'static str {
        match self {
            Label::Field(id) => id.section_in(version),
            Label::Unread if !version.is_5() => "4.8",
            Label::Property(..) | Label::Unread => self.section(),
        }
    }
}

impl From<FieldId> for Label {
    fn from(id: FieldId) -> Label {
        Label::Field(id)
    }
}

/// Some bits of one byte, both ends included; bit 7 is the most significant, as the specification counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bits {
    /// The most significant of the bits, 0 to 7.
    pub high: u8,
    /// The least significant of the bits, at most `high`.
    pub low: u8,
}

impl Bits {
    /// The bits from `high` down to `low`, for instance 7 to 4 for the packet type.
    pub const fn new(high: u8, low: u8) -> Bits {
        Bits { high, low }
    }

    /// Their value within `byte`, shifted down to bit 0.
    pub fn of(self, byte: u8) -> u8 {
        let width = self.high - self.low + 1;
        (byte >> self.low) & (0xFF >> (8 - width))
    }
}

/// What a field says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// A group of fields, or a field that has no value of its own.
    None,
    /// One bit.
    Flag(bool),
    /// A Byte, Two Byte, Four Byte or Variable Byte Integer (§1.5), or several bits.
    Number(u32),
    /// A UTF-8 Encoded String (§1.5.4), or one half of a pair.
    Text(String),
    /// Binary Data (§1.5.6), a payload, or what is left of a field that breaks off.
    Bytes(Bytes),
    /// A number that means a name, such as a packet type or a QoS.
    Named(u32, &'static str),
    /// A Reason Code and its name [in this packet](ReasonCode::name_in).
    ReasonCode(ReasonCode, &'static str),
    /// Name and value of a UTF-8 String Pair (§1.5.7).
    Pair(String, String),
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::None => Ok(()),
            Value::Flag(flag) => write!(f, "{}", u8::from(*flag)),
            Value::Number(number) => write!(f, "{number}"),
            Value::Text(text) => f.write_str(text),
            Value::Bytes(bytes) => bytes.iter().try_for_each(|byte| write!(f, "{byte:02x}")),
            Value::Named(number, name) => write!(f, "{number} ({name})"),
            Value::ReasonCode(code, name) => write!(f, "0x{:02X} ({name})", code.value()),
            Value::Pair(name, value) => write!(f, "{name} = {value}"),
        }
    }
}

/// One field of a packet. Fields nest; those without byte-ranged children are leaves, and the leaves
/// tile the packet, whether or not it obeys the rules. Bit fields are children of the byte they share.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// Which field of the specification this is.
    pub label: Label,
    /// Byte offsets from the packet's first byte, the end excluded.
    pub range: Range<usize>,
    /// Which bits of the byte at `range`; `None` for a field of whole bytes.
    pub bits: Option<Bits>,
    /// What it says; [`Value::None`] for a group.
    pub value: Value,
    /// The parts of a group in wire order, or the bit fields of a byte from bit 7 down.
    pub children: Vec<Field>,
}

impl Field {
    /// Whether it has no children but bit fields.
    pub fn is_leaf(&self) -> bool {
        self.bits.is_none() && self.children.iter().all(|child| child.bits.is_some())
    }

    /// Its value; for a group such as a string with its length, or a property with its identifier, the
    /// value inside. [`Value::None`] for a group of several fields.
    pub fn own_value(&self) -> Value {
        if self.value != Value::None {
            return self.value.clone();
        }
        let part = |id| {
            let found = self.children.iter().find(|child| child.label == Label::Field(id));
            found.map(|child| &child.value)
        };
        if let (Some(Value::Text(name)), Some(Value::Text(value))) =
            (part(FieldId::PairName), part(FieldId::PairValue))
        {
            return Value::Pair(name.clone(), value.clone());
        }
        let same = self.children.iter().find(|child| child.label == self.label);
        same.map_or(Value::None, |child| child.value.clone())
    }

    /// Calls `visit` for every leaf in wire order, with the groups around it.
    pub fn leaves<'a>(
        &'a self,
        path: &mut Vec<&'a Field>,
        visit: &mut impl FnMut(&[&'a Field], &'a Field),
    ) {
        if self.is_leaf() {
            visit(path, self);
        } else {
            path.push(self);
            for child in &self.children {
                child.leaves(path, visit);
            }
            path.pop();
        }
    }
}

/// A broken rule, with what there is to say about it.
#[derive(Clone, Debug, PartialEq)]
pub struct Flaw {
    /// Which rule, and where.
    pub error: DecodeError,
    /// The bytes at fault; empty where something is missing.
    pub range: Range<usize>,
    /// The field or property that they are, or belong to: for the length of a string, what the string is.
    pub label: Option<Label>,
    /// What that says.
    pub value: Value,
}

/// The fields of a packet, and every rule that it breaks: what [`dissect`](super::dissect) returns.
#[derive(Clone, Debug, PartialEq)]
pub struct Dissection {
    /// The version in which the packet was read.
    pub version: Version,
    /// The outermost groups in wire order: Fixed Header, Variable Header, Payload. Where an error leaves open
    /// what the bytes behind it are, they are a leaf of their own, [`Label::Unread`].
    pub fields: Vec<Field>,
    /// The rules that the packet breaks, in the order in which they were found; none in a good packet.
    pub flaws: Vec<Flaw>,
    /// What [`decode`](super::decode) returns for the same bytes; the error is that of the first flaw.
    pub outcome: Result<Packet, DecodeError>,
}

impl Dissection {
    /// Names what ended a stream of packets, of which these are the last bytes. It may lie beyond the reading of
    /// one packet, such as its size; and that the bytes are less or more than a packet is then no error.
    pub fn broke_the_stream(&mut self, error: DecodeError) {
        self.flaws.retain(|flaw| {
            flaw.error.kind.class() != Class::Framing && flaw.error.kind != error.kind
        });
        let remaining_length = |field: &&Field| field.label == FieldId::RemainingLength.into();
        let field = match error.at {
            0 => self.fields.first().and_then(|header| header.children.first()),
            _ => self.fields.iter().flat_map(|header| &header.children).find(remaining_length),
        };
        let range = field.map_or(error.at..error.at, |field| field.range.clone());
        let (label, value) = at_fault(&self.fields, error, &range).unzip();
        let value = value.unwrap_or(Value::None);
        self.flaws.insert(0, Flaw { error, range, label, value });
        self.outcome = Err(error);
    }

    /// The leaves in wire order. They cover the bytes without gap or overlap.
    pub fn leaves(&self) -> Vec<&Field> {
        let mut leaves = Vec::new();
        for field in &self.fields {
            field.leaves(&mut Vec::new(), &mut |_, leaf| leaves.push(leaf));
        }
        leaves
    }
}

/// Takes what the reader reports. The empty sink costs nothing: its calls vanish when compiled.
pub(super) trait Sink: Default {
    /// Whether the reading goes on behind a broken rule where it can.
    const READS_ON: bool;
    fn open(&mut self, label: Label, at: usize);
    fn close(&mut self, at: usize);
    fn leaf(&mut self, label: Label, range: Range<usize>, value: impl FnOnce() -> Value);
    /// A bit field of the byte that was reported last.
    fn bits(&mut self, label: Label, bits: Bits, value: impl FnOnce() -> Value);
    /// A broken rule and the bytes at fault, which may be known to be of a field that is not there.
    fn flaw(&mut self, error: DecodeError, range: Range<usize>, label: Option<Label>);
}

/// The sink of the decoder, which stops at the first error.
#[derive(Default)]
pub(super) struct NoSink;

impl Sink for NoSink {
    const READS_ON: bool = false;
    fn open(&mut self, _: Label, _: usize) {}
    fn close(&mut self, _: usize) {}
    fn leaf(&mut self, _: Label, _: Range<usize>, _: impl FnOnce() -> Value) {}
    fn bits(&mut self, _: Label, _: Bits, _: impl FnOnce() -> Value) {}
    fn flaw(&mut self, _: DecodeError, _: Range<usize>, _: Option<Label>) {}
}

/// The sink of the dissector.
#[derive(Default)]
pub(super) struct Collector {
    done: Vec<Field>,
    open: Vec<Field>,
    flaws: Vec<(DecodeError, Range<usize>, Option<Label>)>,
}

impl Collector {
    /// The collected tree, and the broken rules with the fields of the tree that they belong to.
    pub(super) fn finish(self) -> (Vec<Field>, Vec<Flaw>) {
        let fields = self.done;
        let flaw = |(error, range, missing): (DecodeError, Range<usize>, Option<Label>)| {
            let (label, value) = match missing.filter(|_| range.is_empty()) {
                Some(label) => (Some(label), value_before(&fields, label, range.end)),
                None => at_fault(&fields, error, &range).unzip(),
            };
            Flaw { error, range, label, value: value.unwrap_or(Value::None) }
        };
        let flaws = self.flaws.into_iter().map(flaw).collect();
        (fields, flaws)
    }

    fn siblings(&mut self) -> &mut Vec<Field> {
        match self.open.last_mut() {
            Some(group) => &mut group.children,
            None => &mut self.done,
        }
    }
}

/// What the last field of that name says that ends here.
fn value_before(fields: &[Field], label: Label, end: usize) -> Option<Value> {
    let here = fields.iter().filter(|field| field.range.start <= end && end <= field.range.end);
    here.rev().find_map(|field| match field.label == label && field.range.end == end {
        true => Some(field.own_value()),
        false => value_before(&field.children, label, end),
    })
}

/// The field that the bytes are or belong to, and what it says.
fn at_fault(fields: &[Field], error: DecodeError, range: &Range<usize>) -> Option<(Label, Value)> {
    let mut path: Vec<&Field> = Vec::new();
    let mut siblings = fields;
    loop {
        // Of the fields that begin at or before the bytes, the last.
        let after = siblings.partition_point(|field| field.range.start <= range.start);
        let Some(field) = after.checked_sub(1).map(|at| &siblings[at]) else { break };
        if field.bits.is_some() || field.range.end < range.end || field.range.end <= range.start {
            break;
        }
        path.push(field);
        siblings = &field.children;
    }
    let inner = path.pop()?;
    if let Some(id) = error.kind.bits()
        && let Some(bits) = inner.children.iter().find(|bits| bits.label == Label::Field(id))
    {
        return Some((bits.label, bits.value.clone()));
    }
    let belongs_to = |group: &&Field| {
        let is_part = matches!(inner.label, Label::Field(id) if id.is_part());
        is_part || matches!(group.label, Label::Property(..))
    };
    let field = path.pop().filter(belongs_to).unwrap_or(inner);
    (field.label != Label::Unread).then(|| (field.label, field.own_value()))
}

impl Sink for Collector {
    const READS_ON: bool = true;

    fn open(&mut self, label: Label, at: usize) {
        self.open.push(Field {
            label,
            range: at..at,
            bits: None,
            value: Value::None,
            children: Vec::new(),
        });
    }

    /// A group in which nothing could be read is none.
    fn close(&mut self, at: usize) {
        if let Some(mut group) = self.open.pop()
            && !group.children.is_empty()
        {
            group.range.end = at;
            self.siblings().push(group);
        }
    }

    fn leaf(&mut self, label: Label, range: Range<usize>, value: impl FnOnce() -> Value) {
        let field = Field { label, range, bits: None, value: value(), children: Vec::new() };
        self.siblings().push(field);
    }

    fn bits(&mut self, label: Label, bits: Bits, value: impl FnOnce() -> Value) {
        if let Some(byte) = self.siblings().last_mut() {
            let range = byte.range.clone();
            let value = value();
            byte.children.push(Field {
                label,
                range,
                bits: Some(bits),
                value,
                children: Vec::new(),
            });
        }
    }

    /// Of what is missing within a string or a property, that is told instead of its part.
    fn flaw(&mut self, error: DecodeError, range: Range<usize>, label: Option<Label>) {
        let around = self.open.last().map(|group| group.label);
        let label = match (around, label) {
            (Some(property @ Label::Property(..)), _) => Some(property),
            (around, Some(Label::Field(id))) if id.is_part() => around,
            (Some(Label::Field(id)), None) if !id.is_group() => around,
            (_, label) => label,
        };
        self.flaws.push((error, range, label));
    }
}
