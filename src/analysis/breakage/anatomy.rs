//! Where everything in a packet is, and edits that keep the lengths around them right.

use std::ops::Range;

use bytes::Bytes;

use crate::mqtt::{
    Field, FieldId, Holder, Label, PacketType, PropertyId, PropertyKind, Sender, Value, dissect,
    variable_byte_integer,
};

/// A sound packet, opened for an edit.
pub(super) struct Anatomy {
    pub(super) frame: Bytes,
    pub(super) sender: Sender,
    pub(super) packet: PacketType,
    /// Whose properties are edited: those of the packet itself, not of a Will.
    pub(super) holder: Option<Holder>,
    fields: Vec<Field>,
    /// What owns bytes, in wire order.
    pub(super) leaves: Vec<Leaf>,
}

#[derive(Clone)]
pub(super) struct Leaf {
    pub(super) label: Label,
    pub(super) range: Range<usize>,
    number: Option<usize>,
}

impl Anatomy {
    /// `None` for a packet that is broken already.
    pub(super) fn of(frame: &Bytes, sender: Sender) -> Option<Anatomy> {
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
    pub(super) fn leaf(&self, id: FieldId) -> Option<Range<usize>> {
        let leaf = self.leaves.iter().find(|leaf| leaf.label == id.into())?;
        Some(leaf.range.clone())
    }

    pub(super) fn remaining_length(&self) -> Range<usize> {
        self.leaf(FieldId::RemainingLength).expect("every packet has a Remaining Length")
    }

    pub(super) fn number_at(&self, range: &Range<usize>) -> usize {
        let leaf = self.leaves.iter().find(|leaf| leaf.range == *range);
        leaf.and_then(|leaf| leaf.number).unwrap_or_default()
    }

    /// A group of fields, found at the top or one level below.
    pub(super) fn group(&self, id: FieldId) -> Option<Range<usize>> {
        fn find(fields: &[Field], id: FieldId) -> Option<Range<usize>> {
            fields.iter().find_map(|field| match field.label == id.into() {
                true => Some(field.range.clone()),
                false => find(&field.children, id),
            })
        }
        find(&self.fields, id)
    }

    /// The packet's own properties, each with its bytes.
    pub(super) fn properties(&self) -> impl Iterator<Item = (PropertyId, Range<usize>)> + '_ {
        fn find(fields: &[Field]) -> Option<&Field> {
            fields.iter().find_map(|field| match field.label == FieldId::Properties.into() {
                true => Some(field),
                false => find(&field.children),
            })
        }
        let children = find(&self.fields).map_or(&[][..], |group| &group.children);
        children.iter().filter_map(|field| match field.label {
            Label::Property(id, _) => Some((id, field.range.clone())),
            Label::Field(_) | Label::Unread => None,
        })
    }

    pub(super) fn property(&self, id: PropertyId) -> Option<Range<usize>> {
        self.properties().find(|(there, _)| *there == id).map(|(_, range)| range)
    }

    /// The first property of this kind that is allowed here.
    pub(super) fn allowed(&self, is_meant: impl Fn(PropertyId) -> bool) -> Option<PropertyId> {
        let holder = self.holder?;
        let may_stand = |id: &&PropertyId| id.section_in(holder).is_some() && is_meant(**id);
        PropertyId::ALL.iter().find(may_stand).copied()
    }

    /// The text that says most about the packet, without its length; the Protocol Name has errors of its
    /// own.
    pub(super) fn text(&self) -> Option<Range<usize>> {
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

    pub(super) fn replaced(&self, range: Range<usize>, with: &[u8]) -> Vec<u8> {
        [&self.frame[..range.start], with, &self.frame[range.end..]].concat()
    }

    pub(super) fn with_byte(&self, at: usize, byte: u8) -> Vec<u8> {
        self.replaced(at..at + 1, &[byte])
    }

    pub(super) fn has_bits(&self, id: FieldId, bits: u8) -> bool {
        self.leaf(id).is_some_and(|range| self.frame[range.start] & bits == bits)
    }

    /// Sets bits in a byte of flags.
    pub(super) fn with_bits(&self, id: FieldId, bits: u8) -> Option<Vec<u8>> {
        let at = self.leaf(id)?.start;
        Some(self.with_byte(at, self.frame[at] | bits))
    }

    /// Puts bytes in front of a text.
    pub(super) fn with_text(&self, text: Range<usize>, first: &[u8]) -> Option<Vec<u8>> {
        Some(self.spliced(text.start..text.start, first))
    }

    /// Writes another first Topic Filter.
    pub(super) fn with_filter(&self, filter: &[u8]) -> Option<Vec<u8>> {
        let group =
            self.group(FieldId::TopicFilter).or_else(|| self.group(FieldId::UnsubscribeFilter))?;
        Some(self.spliced(group.start + 2..group.end, filter))
    }

    /// Writes another first Reason Code, where need be into room made for it.
    pub(super) fn with_reason_code(&self, code: u8) -> Option<Vec<u8>> {
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
    pub(super) fn may_be_short(&self) -> bool {
        use PacketType as P;
        matches!(
            self.packet,
            P::PubAck | P::PubRec | P::PubRel | P::PubComp | P::Disconnect | P::Auth
        )
    }

    /// The packet with its block of properties written out; `None` where there is none at all.
    pub(super) fn with_property_block(&self) -> Option<Vec<u8>> {
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
    pub(super) fn with_properties(&self, properties: &[u8]) -> Option<Vec<u8>> {
        let long = Anatomy::of(&self.with_property_block()?.into(), self.sender)?;
        // In CONNECT, the packet's own block comes before that of a Will.
        let at = long.leaf(FieldId::PropertyLength)?.end;
        Some(long.spliced(at..at, properties))
    }

    /// Puts the property in the place of those of its kind.
    pub(super) fn with_only_property(&self, id: PropertyId, property: &[u8]) -> Option<Vec<u8>> {
        match self.property(id) {
            Some(there) => Some(self.spliced(there, property)),
            None => self.with_properties(property),
        }
    }

    /// Replaces bytes and sets every length around them right.
    ///
    /// A length counts the bytes behind it. Bytes that are added at the end of the packet belong to the
    /// packet alone, whatever ends there too.
    pub(super) fn spliced(&self, range: Range<usize>, with: &[u8]) -> Vec<u8> {
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
    pub(super) fn spliced_only_outside(&self, range: Range<usize>, with: &[u8]) -> Vec<u8> {
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
pub(super) fn length_bytes(length: usize) -> Vec<u8> {
    variable_byte_integer(length).map(|(bytes, width)| bytes[..width].to_vec()).unwrap_or_default()
}
