//! The one reader of fields: it knows its offset, and reports every range to a sink. Decoding and
//! dissecting differ only in that sink.

use bytes::Bytes;

use super::error::{DecodeError, ErrorKind};
use super::field::{Bits, FieldId, Label, Sink, Value};
use super::packet::{PacketId, PacketType, Sender};
use super::property::Holder;
use super::property::Properties;
use super::reason_code::ReasonCode;
use super::v3;
use super::version::Version;

pub(super) struct Reader<'a, S> {
    bytes: &'a Bytes,
    at: usize,
    /// Where the packet, or the block of properties being read, ends.
    end: usize,
    sender: Option<Sender>,
    version: Version,
    sink: S,
}

impl<'a, S: Sink> Reader<'a, S> {
    pub(super) fn new(bytes: &'a Bytes, sender: Option<Sender>, version: Version) -> Reader<'a, S> {
        Reader { bytes, at: 0, end: bytes.len(), sender, version, sink: S::default() }
    }

    pub(super) fn into_sink(self) -> S {
        self.sink
    }

    pub(super) fn at(&self) -> usize {
        self.at
    }

    pub(super) fn at_end(&self) -> bool {
        self.at == self.end
    }

    pub(super) fn remaining(&self) -> usize {
        self.end - self.at
    }

    pub(super) fn sender(&self) -> Option<Sender> {
        self.sender
    }

    pub(super) fn version(&self) -> Version {
        self.version
    }

    /// The bytes not read yet, whatever holds them.
    pub(super) fn rest(&self) -> &'a [u8] {
        &self.bytes[self.at..self.end]
    }

    /// Reads a group of fields that belong together.
    pub(super) fn group<T>(
        &mut self,
        label: Label,
        read: impl FnOnce(&mut Self) -> Result<T, DecodeError>,
    ) -> Result<T, DecodeError> {
        self.sink.open(label, self.at);
        let value = read(self)?;
        self.sink.close(self.at, || Value::None);
        Ok(value)
    }

    /// Reads within the next `length` bytes; `read` is expected to use them up. Where fewer are left, it
    /// reads those, so that the sink gets their fields, and returns an error in any case.
    pub(super) fn limited<T>(
        &mut self,
        length: usize,
        read: impl FnOnce(&mut Self) -> Result<T, DecodeError>,
    ) -> Result<T, DecodeError> {
        let there = length.min(self.remaining());
        let outer = std::mem::replace(&mut self.end, self.at + there);
        let outcome = read(self);
        self.end = outer;
        match there == length {
            true => outcome,
            false => Err(DecodeError { at: outer, kind: ErrorKind::Truncated }),
        }
    }

    pub(super) fn byte(&mut self, label: Label) -> Result<u8, DecodeError> {
        let [value] = self.take(label, |[v]| Value::Number(v.into()))?;
        Ok(value)
    }

    /// A byte made of bit fields, given from bit 7 down.
    pub(super) fn flags(
        &mut self,
        label: Label,
        parts: &[(FieldId, Bits)],
        check: impl FnOnce(u8) -> Result<(), ErrorKind>,
    ) -> Result<u8, DecodeError> {
        let at = self.at;
        let byte = self.byte(label)?;
        for &(id, bits) in parts {
            self.sink.bits(id.into(), bits, || bit_value(id, bits, byte));
        }
        check(byte).map_err(|kind| DecodeError { at, kind })?;
        Ok(byte)
    }

    pub(super) fn two_byte_integer(&mut self, label: Label) -> Result<u16, DecodeError> {
        let bytes = self.take(label, |b| Value::Number(u16::from_be_bytes(b).into()))?;
        Ok(u16::from_be_bytes(bytes))
    }

    pub(super) fn four_byte_integer(&mut self, label: Label) -> Result<u32, DecodeError> {
        let bytes = self.take(label, |b| Value::Number(u32::from_be_bytes(b)))?;
        Ok(u32::from_be_bytes(bytes))
    }

    pub(super) fn variable_byte_integer(&mut self, label: Label) -> Result<u32, DecodeError> {
        let (value, length) = self.measure_variable_byte_integer(label)?;
        self.sink.leaf(label, self.at..self.at + length, || Value::Number(value));
        self.at += length;
        Ok(value)
    }

    /// The next Variable Byte Integer without moving on; `label` names what breaks if there is none.
    pub(super) fn peek_variable_byte_integer(&mut self, label: Label) -> Result<u32, DecodeError> {
        self.measure_variable_byte_integer(label).map(|(value, _)| value)
    }

    fn measure_variable_byte_integer(&mut self, label: Label) -> Result<(u32, usize), DecodeError> {
        read_variable_byte_integer(self.rest(), self.version)
            .and_then(|read| read.ok_or((self.remaining(), ErrorKind::Truncated)))
            .map_err(|(offset, kind)| self.cut_off(label, self.at + offset, kind))
    }

    /// A UTF-8 Encoded String (§1.5.4) with its length, as a group.
    pub(super) fn string(&mut self, label: impl Into<Label>) -> Result<String, DecodeError> {
        self.string_checked(label, |_| Ok(()))
    }

    /// The same, with a further rule on the text; the rule's offset counts from the text's start.
    pub(super) fn string_checked(
        &mut self,
        label: impl Into<Label>,
        check: impl FnOnce(&str) -> Result<(), (usize, ErrorKind)>,
    ) -> Result<String, DecodeError> {
        let label = label.into();
        self.group(label, |r| {
            let text = r.string_body(label)?;
            let start = r.at - text.len();
            check(&text).map_err(|(offset, kind)| DecodeError { at: start + offset, kind })?;
            Ok(text)
        })
    }

    /// The length and text of a string whose group is already open.
    pub(super) fn string_body(&mut self, label: Label) -> Result<String, DecodeError> {
        let length = self.two_byte_integer(FieldId::StringLength.into())?;
        self.text(label, length)
    }

    pub(super) fn string_pair_body(&mut self) -> Result<(String, String), DecodeError> {
        let length = self.two_byte_integer(FieldId::PairNameLength.into())?;
        let name = self.text(FieldId::PairName.into(), length)?;
        let length = self.two_byte_integer(FieldId::PairValueLength.into())?;
        let value = self.text(FieldId::PairValue.into(), length)?;
        Ok((name, value))
    }

    /// Binary Data (§1.5.6) with its length, as a group.
    pub(super) fn binary(&mut self, label: impl Into<Label>) -> Result<Bytes, DecodeError> {
        let label = label.into();
        self.group(label, |r| r.binary_body(label))
    }

    pub(super) fn binary_body(&mut self, label: Label) -> Result<Bytes, DecodeError> {
        let length = self.two_byte_integer(FieldId::BinaryLength.into())?;
        self.opaque(label, length.into())
    }

    /// Everything up to the end, uninterpreted.
    pub(super) fn opaque_rest(&mut self, label: Label) -> Bytes {
        let bytes = self.bytes.slice(self.at..self.end);
        self.sink.leaf(label, self.at..self.end, || Value::Bytes(bytes.clone()));
        self.at = self.end;
        bytes
    }

    pub(super) fn packet_id(&mut self) -> Result<PacketId, DecodeError> {
        let at = self.at;
        let value = self.two_byte_integer(FieldId::PacketIdentifier.into())?;
        PacketId::new(value).ok_or(DecodeError { at, kind: ErrorKind::PacketIdentifierZero })
    }

    /// A Reason Code that `packet` may carry, or before 5.0 a return code.
    pub(super) fn reason_code(
        &mut self,
        id: FieldId,
        packet: PacketType,
    ) -> Result<ReasonCode, DecodeError> {
        if !self.version.is_5() {
            return self.return_code(id, packet);
        }
        let at = self.at;
        let [value] = self.take(id.into(), |[v]| match ReasonCode::from_value(v) {
            Some(code) => Value::ReasonCode(code, code.name_in(packet)),
            None => Value::Number(v.into()),
        })?;
        let checked = match ReasonCode::from_value(value) {
            None => Err(ErrorKind::ReasonCodeUnknown(value, packet)),
            Some(code) => self.check_reason_code(code, packet),
        };
        checked.map_err(|kind| DecodeError { at, kind })
    }

    fn return_code(&mut self, id: FieldId, packet: PacketType) -> Result<ReasonCode, DecodeError> {
        let at = self.at;
        let [value] = self.take(id.into(), |[v]| match v3::from_return_code(v, packet) {
            Some((_, name)) => Value::Named(v.into(), name),
            None => Value::Number(v.into()),
        })?;
        let kind = ErrorKind::ReturnCodeReserved(value, packet);
        v3::from_return_code(value, packet).map(|(code, _)| code).ok_or(DecodeError { at, kind })
    }

    /// The Reason Code of a packet that ends before it, which means Success; that must be allowed too.
    pub(super) fn omitted_reason_code(
        &self,
        packet: PacketType,
    ) -> Result<ReasonCode, DecodeError> {
        self.check_reason_code(ReasonCode::Success, packet)
            .map_err(|kind| DecodeError { at: self.at, kind })
    }

    fn check_reason_code(
        &self,
        code: ReasonCode,
        packet: PacketType,
    ) -> Result<ReasonCode, ErrorKind> {
        if !code.allowed_in(packet, None) {
            Err(ErrorKind::ReasonCodeNotAllowed(code, packet))
        } else if !code.allowed_in(packet, self.sender) {
            Err(ErrorKind::ReasonCodeFromWrongSide(code, packet))
        } else {
            Ok(code)
        }
    }

    /// The block of properties, which no packet has before 5.0.
    pub(super) fn properties(&mut self, holder: Holder) -> Result<Properties, DecodeError> {
        match self.version {
            Version::V5 => Properties::read(self, holder),
            Version::V3_1 | Version::V3_1_1 => Ok(Properties::NONE),
        }
    }

    /// Refuses bytes after the last field.
    pub(super) fn expect_end(&self) -> Result<(), DecodeError> {
        match self.at_end() {
            true => Ok(()),
            false => Err(DecodeError { at: self.at, kind: ErrorKind::UnexpectedBytes }),
        }
    }

    /// The error of a field that breaks at `at`. The part of the field before `at` is reported as bytes, so
    /// that the dissection reaches the byte that breaks the rule.
    fn cut_off(&mut self, label: Label, at: usize, kind: ErrorKind) -> DecodeError {
        if at > self.at {
            let bytes = self.bytes.slice(self.at..at);
            self.sink.leaf(label, self.at..at, || Value::Bytes(bytes));
            self.at = at;
        }
        DecodeError { at, kind }
    }

    fn take<const N: usize>(
        &mut self,
        label: Label,
        value: impl FnOnce([u8; N]) -> Value,
    ) -> Result<[u8; N], DecodeError> {
        let Some(&bytes) = self.rest().first_chunk::<N>() else {
            return Err(self.cut_off(label, self.end, ErrorKind::Truncated));
        };
        self.sink.leaf(label, self.at..self.at + N, || value(bytes));
        self.at += N;
        Ok(bytes)
    }

    fn opaque(&mut self, label: Label, length: usize) -> Result<Bytes, DecodeError> {
        if length > self.remaining() {
            return Err(self.cut_off(label, self.end, ErrorKind::Truncated));
        }
        let range = self.at..self.at + length;
        let bytes = self.bytes.slice(range.clone());
        self.sink.leaf(label, range, || Value::Bytes(bytes.clone()));
        self.at += length;
        Ok(bytes)
    }

    fn text(&mut self, label: Label, length: u16) -> Result<String, DecodeError> {
        let Some(bytes) = self.rest().get(..length.into()) else {
            return Err(self.cut_off(label, self.end, ErrorKind::Truncated));
        };
        let read = std::str::from_utf8(bytes);
        let valid = read.map_or_else(|error| error.valid_up_to(), str::len);
        if let Some(offset) = bytes[..valid].iter().position(|&byte| byte == 0) {
            return Err(self.cut_off(label, self.at + offset, ErrorKind::NullCharacter));
        }
        let Ok(text) = read else {
            return Err(self.cut_off(label, self.at + valid, ErrorKind::IllFormedUtf8));
        };
        let range = self.at..self.at + bytes.len();
        self.at = range.end;
        self.sink.leaf(label, range, || Value::Text(text.to_owned()));
        Ok(text.to_owned())
    }
}

/// The value of a Variable Byte Integer (§1.5.5) and its length in bytes. `None` where its last byte has not
/// arrived; an error names the offset of the byte that breaks the rule.
type ReadLength = Result<Option<(u32, usize)>, (usize, ErrorKind)>;

pub(super) fn read_variable_byte_integer(bytes: &[u8], version: Version) -> ReadLength {
    let mut value = 0;
    for (index, &byte) in bytes.iter().enumerate() {
        value |= u32::from(byte & 0x7F) << (7 * index);
        let last = byte & 0x80 == 0;
        // Before 5.0 nothing asks for the fewest bytes.
        if last && byte == 0 && index > 0 && version.is_5() {
            return Err((index, ErrorKind::VariableByteIntegerNotMinimal));
        }
        if last {
            return Ok(Some((value, index + 1)));
        }
        if index == 3 {
            return Err((index, ErrorKind::VariableByteIntegerTooLong));
        }
    }
    Ok(None)
}

/// The value of a bit field, with a name where its section gives one.
fn bit_value(id: FieldId, bits: Bits, byte: u8) -> Value {
    let value = bits.of(byte);
    let named = |name| Value::Named(value.into(), name);
    match id {
        FieldId::PacketType => match PacketType::from_value(value) {
            Some(packet) => named(packet.name()),
            None => Value::Number(value.into()),
        },
        FieldId::PublishQoS | FieldId::WillQoS | FieldId::SubscriptionQoS => {
            match super::qos::QoS::from_bits(value) {
                Some(qos) => named(qos.name()),
                None => Value::Number(value.into()),
            }
        }
        FieldId::RetainHandling => match super::packet::RetainHandling::from_bits(value) {
            Some(handling) => named(handling.name()),
            None => Value::Number(value.into()),
        },
        _ if bits.high == bits.low => Value::Flag(value == 1),
        _ => Value::Number(value.into()),
    }
}
