//! Makes a valid packet break exactly one rule, and predicts the error a strict receiver reports.
//!
//! A [`Breakage`] edits the bytes of a packet so that it breaks exactly its own rule; lengths around the
//! edit stay right, unless a length is what is wrong. The predicted rule and Reason Code come from decoding
//! the edited bytes.

use std::ops::Range;

use bytes::Bytes;

use crate::mqtt::{
    Class, DecodeError, ErrorKind, Field, FieldId, Holder, Label, PacketType, PropertyId,
    PropertyKind, ReasonCode, Sender, Value, dissect, variable_byte_integer,
};

/// A packet with one rule broken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    /// The way in which it was broken.
    pub breakage: Breakage,
    /// The packet after the edit.
    pub bytes: Bytes,
    /// What a receiver finds, and where.
    pub error: DecodeError,
}

impl Broken {
    /// With which Reason Code a receiver answers (§4.13); `None` where it cannot see anything wrong and
    /// waits for more.
    pub fn reason_code(&self) -> Option<ReasonCode> {
        (self.error.kind.class() != Class::Framing).then(|| self.error.kind.reason_code())
    }
}

/// Declares the ways to break a packet together with their keys.
macro_rules! breakages {
    ($($(#[$doc:meta])* $variant:ident, $key:literal;)*) => {
        /// One way to break a packet.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Breakage { $($(#[$doc])* $variant,)* }

        impl Breakage {
            /// In the order of a packet's fields.
            pub const ALL: &[Breakage] = &[$(Breakage::$variant,)*];

            /// A stable name in snake_case.
            pub fn key(self) -> &'static str {
                match self { $(Breakage::$variant => $key,)* }
            }
        }
    };
}

breakages! {
    PacketTypeZero, "packet_type_zero";
    /// Turns one of the Fixed Header flags that are prescribed (§2.1.3).
    FixedHeaderFlags, "fixed_header_flags";
    QoS3, "qos_3";
    DupOnQoS0, "dup_on_qos_0";
    RemainingLengthNotMinimal, "remaining_length_not_minimal";
    RemainingLengthTooLong, "remaining_length_too_long";
    /// Announces bytes that never come: no rule is broken yet, the receiver waits.
    RemainingLengthAhead, "remaining_length_ahead";
    /// The packet ends in the middle of its last field.
    Truncated, "truncated";
    UnexpectedBytes, "unexpected_bytes";
    ProtocolName, "protocol_name";
    ProtocolVersion, "protocol_version";
    ConnectFlagReserved, "connect_flag_reserved";
    WillQoS3, "will_qos_3";
    WillQoSWithoutWill, "will_qos_without_will";
    WillRetainWithoutWill, "will_retain_without_will";
    ConnectAcknowledgeFlags, "connect_acknowledge_flags";
    SessionPresentOnError, "session_present_on_error";
    PacketIdentifierZero, "packet_identifier_zero";
    IllFormedUtf8, "ill_formed_utf8";
    /// Half of a surrogate pair, which UTF-8 does not have.
    Surrogate, "surrogate";
    NullCharacter, "null_character";
    /// A String Length beyond the end of the packet.
    StringLength, "string_length";
    TopicNameEmpty, "topic_name_empty";
    TopicNameWildcard, "topic_name_wildcard";
    TopicFilterEmpty, "topic_filter_empty";
    MultiLevelWildcard, "multi_level_wildcard";
    SingleLevelWildcard, "single_level_wildcard";
    ShareNameEmpty, "share_name_empty";
    ShareNameWildcard, "share_name_wildcard";
    ShareWithoutFilter, "share_without_filter";
    NoLocalOnShared, "no_local_on_shared";
    SubscriptionOptionsReserved, "subscription_options_reserved";
    SubscriptionQoS3, "subscription_qos_3";
    RetainHandling3, "retain_handling_3";
    NoFilters, "no_filters";
    NoReasonCodes, "no_reason_codes";
    ReasonCodeUnknown, "reason_code_unknown";
    ReasonCodeNotAllowed, "reason_code_not_allowed";
    ReasonCodeFromWrongSide, "reason_code_from_wrong_side";
    PropertyLength, "property_length";
    PropertyUnknown, "property_unknown";
    PropertyNotAllowed, "property_not_allowed";
    PropertyFromWrongSide, "property_from_wrong_side";
    PropertyRepeated, "property_repeated";
    PropertyNotZeroOrOne, "property_not_zero_or_one";
    PropertyZero, "property_zero";
    TopicAliasZero, "topic_alias_zero";
    ResponseTopicWildcard, "response_topic_wildcard";
    AuthenticationDataWithoutMethod, "authentication_data_without_method";
    AuthenticationMethodMissing, "authentication_method_missing";
}

impl Breakage {
    /// The breakage with this [`key`](Breakage::key).
    pub fn from_key(key: &str) -> Option<Breakage> {
        Breakage::ALL.iter().copied().find(|breakage| breakage.key() == key)
    }

    /// Breaks a sound packet; `None` where this way does not apply to it, or the packet is not sound.
    pub fn of(self, frame: &Bytes, sender: Sender) -> Option<Broken> {
        let anatomy = Anatomy::of(frame, sender)?;
        let bytes = Bytes::from(self.edit(&anatomy)?);
        let error = dissect(&bytes, Some(sender)).outcome.err()?;
        self.is_meant(error.kind).then_some(Broken { breakage: self, bytes, error })
    }

    /// Every way that applies to this packet.
    pub fn all_of(frame: &Bytes, sender: Sender) -> Vec<Broken> {
        Breakage::ALL.iter().filter_map(|breakage| breakage.of(frame, sender)).collect()
    }

    /// The edit that breaks the rule; `None` where the packet has no place for it.
    fn edit(self, a: &Anatomy) -> Option<Vec<u8>> {
        use Breakage as B;
        let is_publish = a.packet == PacketType::Publish;
        match self {
            B::PacketTypeZero => Some(a.with_byte(0, a.frame[0] & 0x0F)),
            B::FixedHeaderFlags => a
                .packet
                .fixed_flags()
                .map(|flags| a.with_byte(0, a.frame[0] ^ if flags == 0 { 0b0001 } else { flags })),
            B::QoS3 => is_publish.then(|| a.with_byte(0, a.frame[0] | 0b0110)),
            B::DupOnQoS0 => (is_publish && a.frame[0] & 0b1110 == 0)
                .then(|| a.with_byte(0, a.frame[0] | 0b1000)),
            B::RemainingLengthNotMinimal => {
                let mut length = a.frame[a.remaining_length()].to_vec();
                if length.len() == 4 {
                    return None;
                }
                *length.last_mut()? |= 0x80;
                length.push(0);
                Some(a.replaced(a.remaining_length(), &length))
            }
            B::RemainingLengthTooLong => {
                Some(a.replaced(a.remaining_length(), &[0xFF, 0xFF, 0xFF, 0xFF, 0x7F]))
            }
            B::RemainingLengthAhead => {
                let body = a.frame.len() - a.remaining_length().end;
                Some(a.replaced(a.remaining_length(), &length_bytes(body + AHEAD)))
            }
            B::Truncated => {
                let last =
                    a.leaves.last().filter(|leaf| leaf.range.start > a.remaining_length().end)?;
                // Of an Application Message any part is a message too.
                (last.label != FieldId::ApplicationMessage.into())
                    .then(|| a.spliced(a.frame.len() - 1..a.frame.len(), &[]))
            }
            B::UnexpectedBytes => Some(a.spliced(a.frame.len()..a.frame.len(), &[0x00])),
            B::ProtocolName => {
                let name = a.leaf(FieldId::ProtocolName)?;
                Some(a.with_byte(name.start + 3, b'X'))
            }
            B::ProtocolVersion => Some(a.with_byte(a.leaf(FieldId::ProtocolVersion)?.start, 6)),
            B::ConnectFlagReserved => a.with_bits(FieldId::ConnectFlags, 0b0000_0001),
            B::WillQoS3 => a
                .has_bits(FieldId::ConnectFlags, WILL_FLAG)
                .then(|| a.with_bits(FieldId::ConnectFlags, 0b0001_1000))?,
            B::WillQoSWithoutWill => (!a.has_bits(FieldId::ConnectFlags, WILL_FLAG))
                .then(|| a.with_bits(FieldId::ConnectFlags, 0b0000_1000))?,
            B::WillRetainWithoutWill => (!a.has_bits(FieldId::ConnectFlags, WILL_FLAG))
                .then(|| a.with_bits(FieldId::ConnectFlags, 0b0010_0000))?,
            B::ConnectAcknowledgeFlags => {
                a.with_bits(FieldId::ConnectAcknowledgeFlags, 0b0000_0010)
            }
            B::SessionPresentOnError => {
                let flags = a.leaf(FieldId::ConnectAcknowledgeFlags)?.start;
                let code = ReasonCode::NotAuthorized.value();
                Some(a.replaced(flags..flags + 2, &[0x01, code]))
            }
            B::PacketIdentifierZero => {
                Some(a.replaced(a.leaf(FieldId::PacketIdentifier)?, &[0, 0]))
            }
            B::IllFormedUtf8 => a.with_text(a.text()?, &[0xFF]),
            B::Surrogate => a.with_text(a.text()?, &[0xED, 0xA0, 0x80]),
            B::NullCharacter => a.with_text(a.text()?, &[0x00]),
            B::StringLength => {
                let text = a.text()?;
                Some(a.replaced(text.start - 2..text.start, &[0xFF, 0xFF]))
            }
            B::TopicNameEmpty => {
                let topic = a.leaf(FieldId::TopicName)?;
                Some(a.spliced(topic, &[]))
            }
            B::TopicNameWildcard => {
                let topic = a.leaf(FieldId::TopicName)?;
                let text = [&a.frame[topic.clone()], b"/#"].concat();
                Some(a.spliced(topic, &text))
            }
            B::TopicFilterEmpty => a.with_filter(b""),
            B::MultiLevelWildcard => a.with_filter(b"#/after"),
            B::SingleLevelWildcard => a.with_filter(b"room+/temperature"),
            B::ShareNameEmpty => a.with_filter(b"$share//topic"),
            B::ShareNameWildcard => a.with_filter(b"$share/a+/topic"),
            B::ShareWithoutFilter => a.with_filter(b"$share/group"),
            B::NoLocalOnShared => {
                let options = a.leaf(FieldId::SubscriptionOptions)?.start;
                let filter = a.leaf(FieldId::TopicFilter)?;
                let mut bytes = a.spliced(filter, b"$share/group/topic");
                // Everything that grew or shrank comes before the options.
                let at = options + bytes.len() - a.frame.len();
                bytes[at] |= 0b0000_0100;
                Some(bytes)
            }
            B::SubscriptionOptionsReserved => {
                a.with_bits(FieldId::SubscriptionOptions, 0b0100_0000)
            }
            B::SubscriptionQoS3 => a.with_bits(FieldId::SubscriptionOptions, 0b0000_0011),
            B::RetainHandling3 => a.with_bits(FieldId::SubscriptionOptions, 0b0011_0000),
            B::NoFilters | B::NoReasonCodes => {
                let is_meant = match a.packet {
                    PacketType::Subscribe | PacketType::Unsubscribe => self == B::NoFilters,
                    PacketType::SubAck | PacketType::UnsubAck => self == B::NoReasonCodes,
                    _ => false,
                };
                let payload = a.group(FieldId::Payload)?;
                is_meant.then(|| a.spliced(payload, &[]))
            }
            B::ReasonCodeUnknown => a.with_reason_code(UNKNOWN_REASON_CODE),
            B::ReasonCodeNotAllowed => {
                let not_here = |code: &&ReasonCode| !code.allowed_in(a.packet, None);
                a.with_reason_code(ReasonCode::ALL.iter().rev().find(not_here)?.value())
            }
            B::ReasonCodeFromWrongSide => {
                let other_side = |code: &&ReasonCode| {
                    code.allowed_in(a.packet, None) && !code.allowed_in(a.packet, Some(a.sender))
                };
                a.with_reason_code(ReasonCode::ALL.iter().find(other_side)?.value())
            }
            B::PropertyLength => {
                let a = Anatomy::of(&a.with_property_block()?.into(), a.sender)?;
                let leaf = a.leaf(FieldId::PropertyLength)?;
                let beyond = (a.frame.len() - leaf.end + 1).max(a.number_at(&leaf) + 1);
                Some(a.spliced_only_outside(leaf, &length_bytes(beyond)))
            }
            B::PropertyUnknown => a.with_properties(&[UNKNOWN_PROPERTY, 0x00]),
            B::PropertyNotAllowed => {
                let holder = a.holder?;
                let not_here = |id: &&PropertyId| id.section_in(holder).is_none();
                a.with_properties(&sample(*PropertyId::ALL.iter().find(not_here)?, 1))
            }
            B::PropertyFromWrongSide => {
                let id = match (a.packet, a.sender) {
                    (PacketType::Publish, Sender::Client) => PropertyId::SubscriptionIdentifier,
                    (PacketType::Disconnect, Sender::Client) => PropertyId::ServerReference,
                    (PacketType::Disconnect, Sender::Server) => PropertyId::SessionExpiryInterval,
                    _ => return None,
                };
                a.with_properties(&sample(id, 1))
            }
            B::PropertyRepeated => {
                let holder = a.holder?;
                let once =
                    |id: &&PropertyId| id.section_in(holder).is_some() && !id.may_repeat_in(holder);
                // One that is there already, or two more.
                let there = a.properties().find(|(id, _)| !id.may_repeat_in(holder));
                match there {
                    Some((_, range)) => {
                        let again = a.frame[range].to_vec();
                        a.with_properties(&again)
                    }
                    None => {
                        let one = sample(*PropertyId::ALL.iter().find(once)?, 1);
                        a.with_properties(&[one.clone(), one].concat())
                    }
                }
            }
            B::PropertyNotZeroOrOne => {
                let id = a.allowed(|id| id.kind() == PropertyKind::Byte)?;
                a.with_only_property(id, &sample(id, 2))
            }
            B::PropertyZero => {
                let never_zero = [
                    PropertyId::ReceiveMaximum,
                    PropertyId::MaximumPacketSize,
                    PropertyId::SubscriptionIdentifier,
                ];
                let id = a.allowed(|id| never_zero.contains(&id))?;
                a.with_only_property(id, &sample(id, 0))
            }
            B::TopicAliasZero => {
                let id = a.allowed(|id| id == PropertyId::TopicAlias)?;
                a.with_only_property(id, &sample(id, 0))
            }
            B::ResponseTopicWildcard => {
                let id = a.allowed(|id| id == PropertyId::ResponseTopic)?;
                let wildcard = [&[id.value(), 0, 9][..], b"answers/#"].concat();
                a.with_only_property(id, &wildcard)
            }
            B::AuthenticationDataWithoutMethod => {
                (a.packet == PacketType::Connect).then_some(())?;
                let id = PropertyId::AuthenticationData;
                match a.property(PropertyId::AuthenticationMethod) {
                    Some(method) if a.property(id).is_some() => Some(a.spliced(method, &[])),
                    Some(_) => None,
                    None => a.with_properties(&sample(id, 1)),
                }
            }
            B::AuthenticationMethodMissing => {
                (a.packet == PacketType::Auth).then_some(())?;
                match a.property(PropertyId::AuthenticationMethod) {
                    Some(method) => Some(a.spliced(method, &[])),
                    None => a.with_reason_code(ReasonCode::ContinueAuthentication.value()),
                }
            }
        }
    }

    /// Whether the error that was found is the one this breakage is for.
    fn is_meant(self, kind: ErrorKind) -> bool {
        use Breakage as B;
        use ErrorKind as E;
        match self {
            B::PacketTypeZero => kind == E::PacketTypeReserved,
            B::RemainingLengthNotMinimal => kind == E::VariableByteIntegerNotMinimal,
            B::RemainingLengthTooLong => kind == E::VariableByteIntegerTooLong,
            B::RemainingLengthAhead => kind == E::Incomplete,
            B::Surrogate => kind == E::IllFormedUtf8,
            B::Truncated | B::StringLength | B::PropertyLength => kind == E::Truncated,
            B::TopicNameEmpty => kind == E::TopicNameMissing,
            B::NoFilters => matches!(kind, E::SubscribeEmpty | E::UnsubscribeEmpty),
            B::NoReasonCodes => matches!(kind, E::ReasonCodesEmpty(_)),
            // The other keys are those of the errors they are for.
            _ => kind.key() == self.key(),
        }
    }
}

/// A sound packet, opened for an edit.
struct Anatomy {
    frame: Bytes,
    sender: Sender,
    packet: PacketType,
    /// Whose properties are edited: those of the packet itself, not of a Will.
    holder: Option<Holder>,
    fields: Vec<Field>,
    /// What owns bytes, in wire order.
    leaves: Vec<Leaf>,
}

#[derive(Clone)]
struct Leaf {
    label: Label,
    range: Range<usize>,
    number: Option<usize>,
}

impl Anatomy {
    /// `None` for a packet that is broken already.
    fn of(frame: &Bytes, sender: Sender) -> Option<Anatomy> {
        let dissection = dissect(frame, Some(sender));
        let packet = dissection.outcome.as_ref().ok()?.packet_type();
        let leaves = dissection
            .leaves()
            .into_iter()
            .map(|leaf| Leaf {
                label: leaf.label,
                range: leaf.range.clone(),
                number: match leaf.value {
                    Value::Number(number) => Some(number as usize),
                    _ => None,
                },
            })
            .collect();
        let holder = Holder::ALL
            .into_iter()
            .find(|holder| holder.packet() == packet && *holder != Holder::Will);
        let frame = frame.clone();
        Some(Anatomy { frame, sender, packet, holder, fields: dissection.fields, leaves })
    }

    /// The first leaf of that name.
    fn leaf(&self, id: FieldId) -> Option<Range<usize>> {
        let leaf = self.leaves.iter().find(|leaf| leaf.label == id.into())?;
        Some(leaf.range.clone())
    }

    fn remaining_length(&self) -> Range<usize> {
        self.leaf(FieldId::RemainingLength).expect("every packet has a Remaining Length")
    }

    fn number_at(&self, range: &Range<usize>) -> usize {
        let leaf = self.leaves.iter().find(|leaf| leaf.range == *range);
        leaf.and_then(|leaf| leaf.number).unwrap_or_default()
    }

    /// A group of fields, found at the top or one level below.
    fn group(&self, id: FieldId) -> Option<Range<usize>> {
        fn find(fields: &[Field], id: FieldId) -> Option<Range<usize>> {
            fields.iter().find_map(|field| match field.label == id.into() {
                true => Some(field.range.clone()),
                false => find(&field.children, id),
            })
        }
        find(&self.fields, id)
    }

    /// The packet's own properties, each with its bytes.
    fn properties(&self) -> impl Iterator<Item = (PropertyId, Range<usize>)> + '_ {
        fn find(fields: &[Field]) -> Option<&Field> {
            fields.iter().find_map(|field| match field.label == FieldId::Properties.into() {
                true => Some(field),
                false => find(&field.children),
            })
        }
        let children = find(&self.fields).map_or(&[][..], |group| &group.children);
        children.iter().filter_map(|field| match field.label {
            Label::Property(id, _) => Some((id, field.range.clone())),
            Label::Field(_) => None,
        })
    }

    fn property(&self, id: PropertyId) -> Option<Range<usize>> {
        self.properties().find(|(there, _)| *there == id).map(|(_, range)| range)
    }

    /// The first property of this kind that is allowed here.
    fn allowed(&self, is_meant: impl Fn(PropertyId) -> bool) -> Option<PropertyId> {
        let holder = self.holder?;
        let may_stand = |id: &&PropertyId| id.section_in(holder).is_some() && is_meant(**id);
        PropertyId::ALL.iter().find(may_stand).copied()
    }

    /// The text that says most about the packet, without its length; the Protocol Name has errors of its
    /// own.
    fn text(&self) -> Option<Range<usize>> {
        let by_name = [FieldId::TopicName, FieldId::ClientIdentifier, FieldId::TopicFilter]
            .into_iter()
            .chain([FieldId::UnsubscribeFilter]);
        by_name
            .filter_map(|id| self.group(id))
            .next()
            .map(|group| group.start + 2..group.end)
            .or_else(|| {
                let texts = self.properties().find(|(id, _)| id.kind() == PropertyKind::Utf8String);
                texts.map(|(_, range)| range.start + 3..range.end)
            })
    }

    fn replaced(&self, range: Range<usize>, with: &[u8]) -> Vec<u8> {
        [&self.frame[..range.start], with, &self.frame[range.end..]].concat()
    }

    fn with_byte(&self, at: usize, byte: u8) -> Vec<u8> {
        self.replaced(at..at + 1, &[byte])
    }

    fn has_bits(&self, id: FieldId, bits: u8) -> bool {
        self.leaf(id).is_some_and(|range| self.frame[range.start] & bits == bits)
    }

    /// Sets bits in a byte of flags.
    fn with_bits(&self, id: FieldId, bits: u8) -> Option<Vec<u8>> {
        let at = self.leaf(id)?.start;
        Some(self.with_byte(at, self.frame[at] | bits))
    }

    /// Puts bytes in front of a text.
    fn with_text(&self, text: Range<usize>, first: &[u8]) -> Option<Vec<u8>> {
        Some(self.spliced(text.start..text.start, first))
    }

    /// Writes another first Topic Filter.
    fn with_filter(&self, filter: &[u8]) -> Option<Vec<u8>> {
        let group =
            self.group(FieldId::TopicFilter).or_else(|| self.group(FieldId::UnsubscribeFilter))?;
        Some(self.spliced(group.start + 2..group.end, filter))
    }

    /// Writes another first Reason Code, where need be into room made for it.
    fn with_reason_code(&self, code: u8) -> Option<Vec<u8>> {
        let ids = [
            FieldId::ConnectReasonCode,
            FieldId::PubAckReasonCode,
            FieldId::PubRecReasonCode,
            FieldId::PubRelReasonCode,
            FieldId::PubCompReasonCode,
            FieldId::SubAckReasonCode,
            FieldId::UnsubAckReasonCode,
            FieldId::DisconnectReasonCode,
            FieldId::AuthReasonCode,
        ];
        match ids.into_iter().find_map(|id| self.leaf(id)) {
            Some(there) => Some(self.replaced(there, &[code])),
            None if self.may_be_short() => {
                Some(self.spliced(self.frame.len()..self.frame.len(), &[code, 0x00]))
            }
            None => None,
        }
    }

    /// Whether this packet may leave out Reason Code and properties (§3.4.2.1, §3.14.2.1, §3.15.2.1).
    fn may_be_short(&self) -> bool {
        use PacketType as P;
        matches!(
            self.packet,
            P::PubAck | P::PubRec | P::PubRel | P::PubComp | P::Disconnect | P::Auth
        )
    }

    /// The packet with its block of properties written out; `None` where there is none at all.
    fn with_property_block(&self) -> Option<Vec<u8>> {
        if self.leaf(FieldId::PropertyLength).is_some() {
            return Some(self.frame.to_vec());
        }
        self.may_be_short().then_some(())?;
        let end = self.frame.len();
        let id_length = if self.leaf(FieldId::PacketIdentifier).is_some() { 2 } else { 0 };
        let has_code = end - self.remaining_length().end > id_length;
        let rest: &[u8] = if has_code { &[0x00] } else { &[0x00, 0x00] };
        Some(self.spliced(end..end, rest))
    }

    /// Puts properties in front of those that are there.
    fn with_properties(&self, properties: &[u8]) -> Option<Vec<u8>> {
        let long = Anatomy::of(&self.with_property_block()?.into(), self.sender)?;
        // In CONNECT, the packet's own block comes before that of a Will.
        let at = long.leaf(FieldId::PropertyLength)?.end;
        Some(long.spliced(at..at, properties))
    }

    /// Puts the property in the place of those of its kind.
    fn with_only_property(&self, id: PropertyId, property: &[u8]) -> Option<Vec<u8>> {
        match self.property(id) {
            Some(there) => Some(self.spliced(there, property)),
            None => self.with_properties(property),
        }
    }

    /// Replaces bytes and sets every length around them right.
    ///
    /// A length counts the bytes behind it. Bytes that are added at the end of the packet belong to the
    /// packet alone, whatever ends there too.
    fn spliced(&self, range: Range<usize>, with: &[u8]) -> Vec<u8> {
        let at_end = range.is_empty() && range.start == self.frame.len();
        let holds = |leaf: &&Leaf| {
            let counted = leaf.range.end..leaf.range.end + leaf.number.unwrap_or_default();
            let is_around = counted.start <= range.start && range.end <= counted.end;
            length_form(leaf.label).is_some()
                && is_around
                && (!at_end || leaf.label == FieldId::RemainingLength.into())
        };
        let mut edits = vec![(range.clone(), with.to_vec())];
        let mut growth = with.len() as isize - range.len() as isize;
        // From the innermost outwards: a length may itself become longer.
        for leaf in self.leaves.iter().filter(holds).rev() {
            let length = leaf.number.unwrap_or_default().saturating_add_signed(growth);
            let bytes = match length_form(leaf.label) {
                Some(LengthForm::Variable) => length_bytes(length),
                _ => (length as u16).to_be_bytes().to_vec(),
            };
            growth += bytes.len() as isize - leaf.range.len() as isize;
            edits.push((leaf.range.clone(), bytes));
        }
        edits.sort_by_key(|(range, _)| range.start);
        let mut out = Vec::with_capacity(self.frame.len() + with.len() + 8);
        let mut done = 0;
        for (range, bytes) in edits {
            out.extend_from_slice(&self.frame[done..range.start]);
            out.extend(bytes);
            done = range.end;
        }
        out.extend_from_slice(&self.frame[done..]);
        out
    }

    /// The same for a length itself, of which only the Remaining Length has to follow.
    fn spliced_only_outside(&self, range: Range<usize>, with: &[u8]) -> Vec<u8> {
        let length = self.remaining_length();
        let body = self.frame.len() - length.end + with.len() - range.len();
        let inside =
            [&self.frame[length.end..range.start], with, &self.frame[range.end..]].concat();
        [&self.frame[..length.start], &length_bytes(body)[..], &inside[..]].concat()
    }
}

/// How a length is written.
enum LengthForm {
    TwoBytes,
    Variable,
}

fn length_form(label: Label) -> Option<LengthForm> {
    match label {
        Label::Field(
            FieldId::StringLength
            | FieldId::BinaryLength
            | FieldId::PairNameLength
            | FieldId::PairValueLength,
        ) => Some(LengthForm::TwoBytes),
        Label::Field(FieldId::RemainingLength | FieldId::PropertyLength) => {
            Some(LengthForm::Variable)
        }
        _ => None,
    }
}

/// A length in the fewest bytes; none for one that no packet can have.
fn length_bytes(length: usize) -> Vec<u8> {
    variable_byte_integer(length).map(|(bytes, width)| bytes[..width].to_vec()).unwrap_or_default()
}

/// A property with a small value, as bytes.
fn sample(id: PropertyId, value: u8) -> Vec<u8> {
    let mut out = vec![id.value()];
    out.extend(match id.kind() {
        PropertyKind::Byte | PropertyKind::VariableByteInteger => vec![value],
        PropertyKind::TwoByteInteger => vec![0, value],
        PropertyKind::FourByteInteger => vec![0, 0, 0, value],
        PropertyKind::Utf8String | PropertyKind::BinaryData => vec![0, 1, b'x'],
        PropertyKind::StringPair => vec![0, 1, b'k', 0, 1, b'v'],
    });
    out
}

const WILL_FLAG: u8 = 0b0000_0100;

/// No property has it (§2.2.2.2).
const UNKNOWN_PROPERTY: u8 = 0x7F;

/// No Reason Code has it (§2.4).
const UNKNOWN_REASON_CODE: u8 = 0x7F;

/// How many bytes more than there are the Remaining Length announces.
const AHEAD: usize = 16;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mqtt::{
        Ack, Auth, ConnAck, Connect, Disconnect, Packet, PacketId, Properties, Property, Publish,
        QoS, SubAck, Subscribe, Subscription, UnsubAck, Unsubscribe, Will, encode,
    };

    const ID: PacketId = PacketId::MIN;

    fn connect(change: impl FnOnce(&mut Connect)) -> Packet {
        let mut connect = Connect { client_id: "c".into(), ..Connect::default() };
        change(&mut connect);
        Packet::Connect(Box::new(connect))
    }

    fn publish(qos: QoS, properties: impl Into<Properties>) -> Packet {
        Packet::Publish(Publish {
            qos,
            topic: "a/b".into(),
            packet_id: (qos > QoS::AtMostOnce).then_some(ID),
            properties: properties.into(),
            payload: Bytes::from_static(b"hello"),
            ..Publish::default()
        })
    }

    /// Each packet bare and with much in it.
    fn samples() -> Vec<(Packet, Sender)> {
        use Sender::{Client, Server};
        let reason = || Properties::from([Property::ReasonString("why".into())]);
        let long = || Properties::from([Property::user("k", "v".repeat(126))]);
        let subscription = Subscription { topic_filter: "a/#".into(), ..Subscription::default() };
        let will = Will { topic: "w".into(), qos: QoS::AtLeastOnce, ..Will::default() };
        let ack = Ack { packet_id: ID, reason_code: ReasonCode::Success, properties: reason() };
        let method = Property::AuthenticationMethod("m".into());
        let data = Property::AuthenticationData(Bytes::from_static(b"d"));
        vec![
            (connect(|_| {}), Client),
            (connect(|c| c.will = Some(will.clone())), Client),
            (
                connect(|c| {
                    c.properties = [method.clone(), data, Property::ReceiveMaximum(3)].into();
                    c.will = Some(Will { properties: long(), ..will.clone() });
                    (c.user_name, c.password) = (Some("u".into()), Some(Bytes::from_static(b"p")));
                }),
                Client,
            ),
            (publish(QoS::AtMostOnce, []), Client),
            (publish(QoS::AtLeastOnce, [Property::TopicAlias(1)]), Client),
            (publish(QoS::ExactlyOnce, long()), Server),
            (Packet::PubAck(Ack::success(ID)), Client),
            (Packet::PubRec(Ack::new(ID, ReasonCode::NotAuthorized)), Client),
            (Packet::PubRel(ack.clone()), Client),
            (Packet::PubComp(ack), Server),
            (
                Packet::Subscribe(Subscribe {
                    packet_id: ID,
                    properties: Properties::NONE,
                    subscriptions: vec![subscription.clone()],
                }),
                Client,
            ),
            (
                Packet::Subscribe(Subscribe {
                    packet_id: ID,
                    properties: [Property::SubscriptionIdentifier(7)].into(),
                    subscriptions: vec![subscription.clone(), subscription],
                }),
                Client,
            ),
            (
                Packet::Unsubscribe(Unsubscribe {
                    packet_id: ID,
                    properties: Properties::NONE,
                    topic_filters: vec!["a".into(), "b".into()],
                }),
                Client,
            ),
            (
                Packet::SubAck(SubAck {
                    packet_id: ID,
                    properties: Properties::NONE,
                    reason_codes: vec![ReasonCode::GrantedQoS1],
                }),
                Server,
            ),
            (
                Packet::UnsubAck(UnsubAck {
                    packet_id: ID,
                    properties: reason(),
                    reason_codes: vec![ReasonCode::Success],
                }),
                Server,
            ),
            (
                Packet::ConnAck(ConnAck {
                    session_present: false,
                    reason_code: ReasonCode::Success,
                    properties: [Property::ReceiveMaximum(20), Property::MaximumQoS(1)].into(),
                }),
                Server,
            ),
            (Packet::PingReq, Client),
            (Packet::PingResp, Server),
            (Packet::Disconnect(Disconnect::new(ReasonCode::Success)), Client),
            (Packet::Disconnect(Disconnect::new(ReasonCode::ServerBusy)), Server),
            (
                Packet::Auth(Auth {
                    reason_code: ReasonCode::ContinueAuthentication,
                    properties: [method].into(),
                }),
                Client,
            ),
        ]
    }

    #[test]
    fn keys_are_unique_and_read_back() {
        for &breakage in Breakage::ALL {
            assert_eq!(Breakage::from_key(breakage.key()), Some(breakage));
        }
    }

    #[test]
    fn every_way_applies_to_some_packet() {
        let samples = samples();
        for &breakage in Breakage::ALL {
            let applies = samples.iter().any(|(packet, sender)| {
                breakage.of(&encode(packet).expect("it is small"), *sender).is_some()
            });
            assert!(applies, "{}", breakage.key());
        }
    }

    #[test]
    fn a_broken_packet_keeps_its_frame_unless_the_frame_is_what_breaks() {
        use crate::mqtt::FrameHeader;
        for (packet, sender) in samples() {
            let frame = encode(&packet).expect("it is small");
            for broken in Breakage::all_of(&frame, sender) {
                let name = broken.breakage.key();
                // Where the Fixed Header itself is wrong there is no frame.
                if let Ok(Some(header)) = FrameHeader::read(&broken.bytes) {
                    let ahead = match broken.breakage {
                        Breakage::RemainingLengthAhead => AHEAD,
                        _ => 0,
                    };
                    assert_eq!(header.length, broken.bytes.len() + ahead, "{name} of {packet:?}");
                }
                assert!(broken.error.at <= broken.bytes.len(), "{name} of {packet:?}");
            }
        }
    }

    #[test]
    fn which_ways_apply_to_which_packet() {
        let keys = |packet: &Packet, sender| {
            let frame = encode(packet).expect("it is small");
            let all = Breakage::all_of(&frame, sender);
            all.into_iter().map(|broken| broken.breakage.key()).collect::<Vec<_>>()
        };
        let anything = [
            "packet_type_zero",
            "fixed_header_flags",
            "remaining_length_not_minimal",
            "remaining_length_too_long",
            "remaining_length_ahead",
            "unexpected_bytes",
        ];
        assert_eq!(keys(&Packet::PingReq, Sender::Client), anything);
        let found = keys(&publish(QoS::AtMostOnce, []), Sender::Client);
        for expect in [
            "qos_3",
            "dup_on_qos_0",
            "ill_formed_utf8",
            "null_character",
            "topic_name_empty",
            "topic_name_wildcard",
            "property_not_allowed",
            "property_from_wrong_side",
            "property_repeated",
            "topic_alias_zero",
        ] {
            assert!(found.contains(&expect), "{expect} in {found:?}");
        }
        assert!(!found.contains(&"packet_identifier_zero"), "QoS 0 has none");
    }

    #[test]
    fn the_answer_is_known_before() {
        let frame = encode(&publish(QoS::AtLeastOnce, [])).expect("it is small");
        for (breakage, rule, code) in [
            (Breakage::QoS3, "[MQTT-3.3.1-4]", Some(ReasonCode::MalformedPacket)),
            (Breakage::TopicAliasZero, "[MQTT-3.3.2-8]", Some(ReasonCode::TopicAliasInvalid)),
            (Breakage::PacketIdentifierZero, "[MQTT-2.2.1-3]", Some(ReasonCode::ProtocolError)),
            (Breakage::PropertyRepeated, "§3.3.2.3.2", Some(ReasonCode::ProtocolError)),
            (Breakage::RemainingLengthAhead, "§2.1.4", None),
        ] {
            let broken = breakage.of(&frame, Sender::Client).expect("it applies");
            let told = (broken.error.kind.rule(), broken.reason_code());
            assert_eq!(told, (rule, code), "{}", breakage.key());
        }
    }

    #[test]
    fn edits_change_nothing_but_what_they_are_for() {
        let frame = encode(&publish(QoS::AtLeastOnce, [])).expect("it is small");
        #[rustfmt::skip]
        let rows: [(Breakage, &[u8], usize); 4] = [
            (Breakage::TopicAliasZero,
             &[0x32, 0x10, 0, 3, b'a', b'/', b'b', 0, 1, 3, 0x23, 0, 0, b'h', b'e', b'l', b'l', b'o'], 11),
            (Breakage::NullCharacter,
             &[0x32, 0x0E, 0, 4, 0, b'a', b'/', b'b', 0, 1, 0, b'h', b'e', b'l', b'l', b'o'], 4),
            (Breakage::PacketIdentifierZero,
             &[0x32, 0x0D, 0, 3, b'a', b'/', b'b', 0, 0, 0, b'h', b'e', b'l', b'l', b'o'], 7),
            (Breakage::RemainingLengthNotMinimal,
             &[0x32, 0x8D, 0x00, 0, 3, b'a', b'/', b'b', 0, 1, 0, b'h', b'e', b'l', b'l', b'o'], 2),
        ];
        for (breakage, bytes, at) in rows {
            let broken = breakage.of(&frame, Sender::Client).expect("it applies");
            assert_eq!((&broken.bytes[..], broken.error.at), (bytes, at), "{}", breakage.key());
        }
    }

    #[test]
    fn a_broken_packet_is_not_broken_again() {
        let broken = Bytes::from_static(&[0xC1, 0x00]);
        assert_eq!(Breakage::all_of(&broken, Sender::Client), []);
    }
}
