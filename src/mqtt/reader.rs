//! The one reader of fields: it knows its offset, and reports every range and every broken rule to a sink.
//! Decoding and dissecting differ only in that sink, which says whether the reading goes on after an error.

use std::ops::Range;

use bytes::Bytes;

use super::error::{DecodeError, ErrorKind};
use super::field::{Bits, FieldId, Label, Sink, Value};
use super::frame::split_length;
use super::packet::{PacketId, PacketType, Sender};
use super::property::Holder;
use super::property::Properties;
use super::reason_code::ReasonCode;
use super::text::{Found, Text};
use super::topic::Broken;
use super::v3;
use super::version::Version;

pub(super) struct Reader<'a, S> {
    bytes: &'a Bytes,
    /// What is not read yet of the packet, or of the block of properties being read.
    rest: &'a [u8],
    /// Where that ends.
    end: usize,
    sender: Option<Sender>,
    version: Version,
    /// The packet has fewer bytes than its Remaining Length says: what is missing behind them is no further
    /// error.
    is_cut: bool,
    /// A length was wrong, so that nobody knows what the bytes behind it are.
    is_guess: bool,
    /// The reading of a block has ended before the block does.
    has_skipped: bool,
    /// What ended the reading.
    error: Option<DecodeError>,
    sink: S,
}

/// The reading has ended. The reader knows the error, so that what each field returns stays small.
#[derive(Debug)]
pub(super) struct Stop(());

pub(super) type Read<T> = Result<T, Stop>;

impl<'a, S: Sink> Reader<'a, S> {
    pub(super) fn new(bytes: &'a Bytes, sender: Option<Sender>, version: Version) -> Reader<'a, S> {
        Reader {
            bytes,
            rest: bytes,
            end: bytes.len(),
            sender,
            version,
            is_cut: false,
            is_guess: false,
            has_skipped: false,
            error: None,
            sink: S::default(),
        }
    }

    /// Ends the reading with an error, unless there was one before.
    #[cold]
    pub(super) fn end(&mut self, error: DecodeError) -> Stop {
        self.error.get_or_insert(error);
        Stop(())
    }

    /// What ended the reading.
    pub(super) fn error(&self, _: Stop) -> DecodeError {
        self.error.expect("only `end` makes a `Stop`")
    }

    pub(super) fn into_sink(self) -> S {
        self.sink
    }

    #[inline(always)]
    pub(super) fn at(&self) -> usize {
        self.end - self.rest.len()
    }

    #[inline(always)]
    pub(super) fn at_end(&self) -> bool {
        self.rest.is_empty()
    }

    #[inline(always)]
    pub(super) fn remaining(&self) -> usize {
        self.rest.len()
    }

    #[inline(always)]
    pub(super) fn sender(&self) -> Option<Sender> {
        self.sender
    }

    #[inline(always)]
    pub(super) fn version(&self) -> Version {
        self.version
    }

    /// The bytes not read yet, whatever holds them.
    #[inline(always)]
    pub(super) fn rest(&self) -> &'a [u8] {
        self.rest
    }

    /// Whether it is not known what the bytes are, so that an error in them means nothing.
    pub(super) fn is_guess(&self) -> bool {
        self.is_guess
    }

    /// Whether everything so far was read, so that what was not found is not there.
    pub(super) fn has_read_all(&self) -> bool {
        !self.has_skipped && !self.is_cut
    }

    /// A broken rule after which the reading can go on, since it is known where the field ends. The decoder
    /// stops here.
    #[cold]
    pub(super) fn flaw(&mut self, at: usize, range: Range<usize>, kind: ErrorKind) -> Read<()> {
        let error = DecodeError { at, kind };
        if !S::READS_ON || self.is_guess {
            return Err(self.end(error));
        }
        self.sink.flaw(error, range, None);
        Ok(())
    }

    /// Goes on where a rule holds, and reports the bytes at fault where it does not.
    #[inline(always)]
    pub(super) fn hold(&mut self, holds: bool, range: Range<usize>, kind: ErrorKind) -> Read<()> {
        match holds {
            true => Ok(()),
            false => self.flaw(range.start, range, kind),
        }
    }

    /// A broken rule after which nobody knows where the next field begins: reports it and returns it.
    #[cold]
    pub(super) fn stop(&mut self, at: usize, range: Range<usize>, kind: ErrorKind) -> Stop {
        self.flaw(at, range, kind).err().unwrap_or_else(|| self.end(DecodeError { at, kind }))
    }

    /// The same for something that is not there, which is no error of its own where the packet is cut.
    #[cold]
    pub(super) fn lack(&mut self, at: usize, range: Range<usize>, kind: ErrorKind) -> Stop {
        match self.is_cut {
            true => self.end(DecodeError { at, kind }),
            false => self.stop(at, range, kind),
        }
    }

    /// Begins a group of fields that belong together, for where [`group`](Reader::group) does not do.
    #[inline(always)]
    pub(super) fn open(&mut self, label: Label) {
        self.sink.open(label, self.at());
    }

    /// Ends the group, whatever came of its reading.
    #[inline(always)]
    pub(super) fn close(&mut self) {
        self.sink.close(self.at());
    }

    /// Reads a group of fields that belong together.
    #[inline(always)]
    pub(super) fn group<T>(
        &mut self,
        label: Label,
        read: impl FnOnce(&mut Self) -> Read<T>,
    ) -> Read<T> {
        self.open(label);
        let outcome = read(self);
        self.close();
        outcome
    }

    /// Reads the `length` bytes that the field at `said` announces; `read` is expected to use them up. An
    /// error within them ends their reading only, where the sink wants to go on. Where fewer bytes are left,
    /// reads those as well as they can be, and returns an error in any case.
    #[inline(always)]
    pub(super) fn block(
        &mut self,
        length: usize,
        said: Range<usize>,
        read: impl FnOnce(&mut Self) -> Read<()>,
    ) -> Read<()> {
        let Some((block, behind)) = self.rest.split_at_checked(length) else {
            let kind = ErrorKind::Truncated { says: length, left: self.remaining() };
            let error = self.lack(said.start, said, kind);
            if S::READS_ON {
                self.is_guess = !self.is_cut;
                // What ends it is a consequence of the length.
                let _ = read(self);
                self.skip();
                self.is_guess = false;
            }
            return Err(error);
        };
        let (end, outer) = (self.at() + length, self.end);
        (self.rest, self.end) = (block, end);
        let outcome = read(self);
        if S::READS_ON && outcome.is_err() {
            self.has_skipped = true;
            self.skip();
        }
        (self.rest, self.end) = (behind, outer);
        match S::READS_ON {
            true => Ok(()),
            false => outcome,
        }
    }

    /// From now on reads what follows the Fixed Header: as many bytes as the Remaining Length at `said` says, or as
    /// there are.
    #[inline(always)]
    pub(super) fn begin_body(&mut self, length: usize, said: Range<usize>) -> Read<()> {
        let Some(body) = self.rest.get(..length) else {
            self.is_cut = true;
            return self.flaw(said.start, said, ErrorKind::Incomplete);
        };
        (self.rest, self.end) = (body, self.at() + length);
        Ok(())
    }

    /// Leaves out what has not been read of the body, and refuses bytes behind it.
    pub(super) fn end_body(&mut self) {
        self.skip();
        let behind = self.end..self.bytes.len();
        (self.rest, self.end) = (&self.bytes[behind.clone()], behind.end);
        if !behind.is_empty() {
            self.sink.flaw(
                DecodeError { at: behind.start, kind: ErrorKind::MoreThanOnePacket },
                behind,
                None,
            );
        }
    }

    /// Leaves out what has not been read up to the end.
    #[inline(never)]
    pub(super) fn skip(&mut self) {
        if !self.at_end() {
            self.opaque_rest(Label::Unread);
        }
    }

    #[inline(always)]
    pub(super) fn byte(&mut self, label: Label) -> Read<u8> {
        let [value] = self.take(label, |[v]| Value::Number(v.into()))?;
        Ok(value)
    }

    /// A byte made of bit fields, given from bit 7 down.
    #[inline(always)]
    pub(super) fn flags(&mut self, label: Label, parts: &[(FieldId, Bits)]) -> Read<u8> {
        let byte = self.byte(label)?;
        for &(id, bits) in parts {
            self.sink.bits(id.into(), bits, || bit_value(id, bits, byte));
        }
        Ok(byte)
    }

    #[inline(always)]
    pub(super) fn two_byte_integer(&mut self, label: Label) -> Read<u16> {
        let bytes = self.take(label, |b| Value::Number(u16::from_be_bytes(b).into()))?;
        Ok(u16::from_be_bytes(bytes))
    }

    #[inline(always)]
    pub(super) fn four_byte_integer(&mut self, label: Label) -> Read<u32> {
        let bytes = self.take(label, |b| Value::Number(u32::from_be_bytes(b)))?;
        Ok(u32::from_be_bytes(bytes))
    }

    #[inline(always)]
    pub(super) fn variable_byte_integer(&mut self, label: Label) -> Read<u32> {
        let ahead = self.peek_variable_byte_integer(label)?;
        Ok(self.take_ahead(label, ahead))
    }

    /// The Remaining Length. While its last byte has not arrived nothing is known to be wrong.
    #[inline(always)]
    pub(super) fn remaining_length(&mut self) -> Read<u32> {
        let label = FieldId::RemainingLength.into();
        let ahead = self.measure_variable_byte_integer(label, |_| ErrorKind::Incomplete)?;
        Ok(self.take_ahead(label, ahead))
    }

    /// The next Variable Byte Integer without moving on; `label` names what breaks if there is none.
    #[inline(always)]
    pub(super) fn peek_variable_byte_integer(&mut self, label: Label) -> Read<Ahead<'a>> {
        self.measure_variable_byte_integer(label, |left| ErrorKind::Truncated {
            says: left + 1,
            left,
        })
    }

    /// Moves past what was looked at.
    #[inline(always)]
    pub(super) fn take_ahead(&mut self, label: Label, ahead: Ahead<'a>) -> u32 {
        let Ahead { value, length, behind } = ahead;
        self.sink.leaf(label, self.at()..self.at() + length, || Value::Number(value));
        self.rest = behind;
        value
    }

    #[inline(always)]
    fn measure_variable_byte_integer(
        &mut self,
        label: Label,
        cut_short: impl FnOnce(usize) -> ErrorKind,
    ) -> Read<Ahead<'a>> {
        match self.rest.split_first() {
            Some((&byte, behind)) if byte < 0x80 => {
                Ok(Ahead { value: byte.into(), length: 1, behind })
            }
            _ => self.measure_longer_integer(label, cut_short),
        }
    }

    /// What is rarely needed, kept out of the way of what mostly is.
    #[inline(never)]
    fn measure_longer_integer(
        &mut self,
        label: Label,
        cut_short: impl FnOnce(usize) -> ErrorKind,
    ) -> Read<Ahead<'a>> {
        match read_longer_integer(self.rest, self.version) {
            Ok(Some((value, length))) => Ok(self.ahead(value, length)),
            Ok(None) => Err(self.cut_short(label, cut_short(self.remaining()))),
            Err((offset, kind)) => self.wrong_variable_byte_integer(label, offset, kind),
        }
    }

    /// One in too many bytes has a value all the same; one that does not end within four bytes has none.
    #[cold]
    fn wrong_variable_byte_integer(
        &mut self,
        label: Label,
        offset: usize,
        kind: ErrorKind,
    ) -> Read<Ahead<'a>> {
        let (start, at) = (self.at(), self.at() + offset);
        let range = start..at + 1;
        match split_length(&self.rest[..=offset]) {
            Some((value, _)) => {
                self.flaw(at, range, kind)?;
                Ok(self.ahead(value as u32, offset + 1))
            }
            None => {
                self.cut_off(label, range.end);
                Err(self.stop(at, range, kind))
            }
        }
    }

    fn ahead(&self, value: u32, length: usize) -> Ahead<'a> {
        Ahead { value, length, behind: &self.rest[length..] }
    }

    /// A UTF-8 Encoded String (§1.5.4) with its length, as a group.
    pub(super) fn string(&mut self, label: impl Into<Label>) -> Read<Text> {
        let label = label.into();
        self.group(label, |r| r.string_body(label))
    }

    /// The same, with a further rule on the text; the rule's offset counts from the text's start.
    #[inline(always)]
    pub(super) fn string_checked(
        &mut self,
        label: impl Into<Label>,
        check: impl FnOnce(&str, Found) -> Result<(), Broken>,
    ) -> Read<Text> {
        let label = label.into();
        self.group(label, |r| {
            let length = r.two_byte_integer(FieldId::StringLength.into())?;
            let (text, found) = r.text(label, length)?;
            if let Err((offset, kind)) = check(&text, found) {
                let (start, end) = (r.at() - text.len(), r.at());
                r.flaw(start + offset, character_at(start, offset, end), kind)?;
            }
            Ok(text)
        })
    }

    /// The length and text of a string whose group is already open.
    #[cfg_attr(not(target_family = "wasm"), inline(always))]
    pub(super) fn string_body(&mut self, label: Label) -> Read<Text> {
        let length = self.two_byte_integer(FieldId::StringLength.into())?;
        Ok(self.text(label, length)?.0)
    }

    #[cfg_attr(not(target_family = "wasm"), inline(always))]
    pub(super) fn string_pair_body(&mut self) -> Read<(Text, Text)> {
        let length = self.two_byte_integer(FieldId::PairNameLength.into())?;
        let (name, _) = self.text(FieldId::PairName.into(), length)?;
        let length = self.two_byte_integer(FieldId::PairValueLength.into())?;
        let (value, _) = self.text(FieldId::PairValue.into(), length)?;
        Ok((name, value))
    }

    /// Binary Data (§1.5.6) with its length, as a group.
    pub(super) fn binary(&mut self, label: impl Into<Label>) -> Read<Bytes> {
        let label = label.into();
        self.group(label, |r| r.binary_body(label))
    }

    pub(super) fn binary_body(&mut self, label: Label) -> Read<Bytes> {
        let length = self.two_byte_integer(FieldId::BinaryLength.into())?;
        self.opaque(label, length.into())
    }

    /// Everything up to the end, uninterpreted.
    #[inline(always)]
    pub(super) fn opaque_rest(&mut self, label: Label) -> Bytes {
        let range = self.at()..self.end;
        let bytes = self.bytes.slice(range.clone());
        self.sink.leaf(label, range, || Value::Bytes(bytes.clone()));
        self.rest = &[];
        bytes
    }

    #[inline(always)]
    pub(super) fn packet_id(&mut self) -> Read<PacketId> {
        let at = self.at();
        let value = self.two_byte_integer(FieldId::PacketIdentifier.into())?;
        if let Some(packet_id) = PacketId::new(value) {
            return Ok(packet_id);
        }
        self.flaw(at, at..self.at(), ErrorKind::PacketIdentifierZero)?;
        // Stands in for it: a packet with an error is not handed out.
        Ok(PacketId::MIN)
    }

    /// A Reason Code that `packet` may carry, or before 5.0 a return code.
    pub(super) fn reason_code(&mut self, id: FieldId, packet: PacketType) -> Read<ReasonCode> {
        if !self.version.is_5() {
            return self.return_code(id, packet);
        }
        let at = self.at();
        let [value] = self.take(id.into(), |[v]| match ReasonCode::from_value(v) {
            Some(code) => Value::ReasonCode(code, code.name_in(packet)),
            None => Value::Number(v.into()),
        })?;
        let checked = match ReasonCode::from_value(value) {
            None => Err(ErrorKind::ReasonCodeUnknown(value, packet)),
            Some(code) => self.check_reason_code(code, packet),
        };
        match checked {
            Ok(code) => Ok(code),
            Err(kind) => {
                self.flaw(at, at..self.at(), kind)?;
                Ok(ReasonCode::from_value(value).unwrap_or(NO_REASON_CODE))
            }
        }
    }

    fn return_code(&mut self, id: FieldId, packet: PacketType) -> Read<ReasonCode> {
        let at = self.at();
        let [value] = self.take(id.into(), |[v]| match v3::from_return_code(v, packet) {
            Some((_, name)) => Value::Named(v.into(), name),
            None => Value::Number(v.into()),
        })?;
        if let Some((code, _)) = v3::from_return_code(value, packet) {
            return Ok(code);
        }
        self.flaw(at, at..self.at(), ErrorKind::ReturnCodeReserved(value, packet))?;
        Ok(NO_REASON_CODE)
    }

    /// The Reason Code of a packet that ends before it, which means Success; that must be allowed too.
    pub(super) fn omitted_reason_code(&mut self, packet: PacketType) -> Read<ReasonCode> {
        let code = ReasonCode::Success;
        self.check_reason_code(code, packet)
            .map_err(|kind| self.lack(self.at(), self.at()..self.at(), kind))
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
    #[inline(always)]
    pub(super) fn properties(&mut self, holder: Holder) -> Read<Properties> {
        match self.version {
            Version::V5 => Properties::read(self, holder),
            Version::V3_1 | Version::V3_1_1 => Ok(Properties::NONE),
        }
    }

    /// Refuses bytes after the last field, and, where the reading ends here, behind the packet.
    #[inline(always)]
    pub(super) fn expect_end(&mut self) -> Read<()> {
        let behind = self.end..self.bytes.len();
        match self.at_end() {
            false => Err(self.stop(self.at(), self.at()..self.end, ErrorKind::UnexpectedBytes)),
            true if behind.is_empty() || S::READS_ON => Ok(()),
            true => Err(self.stop(behind.start, behind, ErrorKind::MoreThanOnePacket)),
        }
    }

    /// Reports what there is of a field that breaks off, as bytes.
    #[cold]
    fn cut_off(&mut self, label: Label, end: usize) {
        let at = self.at();
        if end > at {
            let bytes = self.bytes.slice(at..end);
            self.sink.leaf(label, at..end, || Value::Bytes(bytes));
            self.rest = &self.rest[end - at..];
        }
    }

    /// The error of a field of fixed size, or of an integer, that the end of its holder cuts.
    #[cold]
    fn cut_short(&mut self, label: Label, kind: ErrorKind) -> Stop {
        let there = self.at()..self.end;
        self.cut_off(label, self.end);
        let error = DecodeError { at: there.end, kind };
        if !self.is_cut && !self.is_guess {
            self.sink.flaw(error, there, Some(label));
        }
        self.end(error)
    }

    /// The error of a field whose length, the two bytes before it, says more than there is.
    #[cold]
    fn too_long(&mut self, label: Label, says: usize) -> Stop {
        let (left, said) = (self.remaining(), self.at() - 2..self.at());
        self.cut_off(label, self.end);
        self.lack(said.start, said, ErrorKind::Truncated { says, left })
    }

    #[inline(always)]
    fn take<const N: usize>(
        &mut self,
        label: Label,
        value: impl FnOnce([u8; N]) -> Value,
    ) -> Read<[u8; N]> {
        let Some((&bytes, behind)) = self.rest.split_first_chunk::<N>() else {
            let kind = ErrorKind::Truncated { says: N, left: self.remaining() };
            return Err(self.cut_short(label, kind));
        };
        self.sink.leaf(label, self.at()..self.at() + N, || value(bytes));
        self.rest = behind;
        Ok(bytes)
    }

    fn opaque(&mut self, label: Label, length: usize) -> Read<Bytes> {
        let Some(behind) = self.rest.get(length..) else {
            return Err(self.too_long(label, length));
        };
        let range = self.at()..self.at() + length;
        let bytes = self.bytes.slice(range.clone());
        self.sink.leaf(label, range, || Value::Bytes(bytes.clone()));
        self.rest = behind;
        Ok(bytes)
    }

    /// A text of that many bytes, and what has been found in it.
    #[cfg_attr(not(target_family = "wasm"), inline(always))]
    fn text(&mut self, label: Label, length: u16) -> Read<(Text, Found)> {
        let Some((bytes, behind)) = self.rest.split_at_checked(length.into()) else {
            return Err(self.too_long(label, length.into()));
        };
        let range = self.at()..self.at() + bytes.len();
        let text = match Text::read(self.bytes, range.clone()) {
            Ok(text) => text,
            Err(valid) => return self.ill_formed_text(label, range, valid),
        };
        let found = Found::within(bytes);
        if found.null {
            self.null_character(range.start, bytes)?;
        }
        self.rest = behind;
        self.sink.leaf(label, range, || Value::Text(text.as_str().to_owned()));
        Ok((text, found))
    }

    #[cold]
    fn null_character(&mut self, start: usize, bytes: &[u8]) -> Read<()> {
        let Some(offset) = bytes.iter().position(|&byte| byte == 0) else { return Ok(()) };
        let at = start + offset;
        self.flaw(at, at..at + 1, ErrorKind::NullCharacter)
    }

    /// Text of which only the first bytes are well-formed.
    #[cold]
    fn ill_formed_text(
        &mut self,
        label: Label,
        range: Range<usize>,
        valid: usize,
    ) -> Read<(Text, Found)> {
        let bytes = &self.bytes[range.clone()];
        self.null_character(range.start, &bytes[..valid])?;
        let at = range.start + valid;
        self.flaw(at, at..at + 1, ErrorKind::IllFormedUtf8)?;
        self.cut_off(label, range.end);
        let readable = readable(bytes);
        Ok((readable.as_str().into(), Found::within(readable.as_bytes())))
    }
}

/// A Variable Byte Integer that was looked at and not taken yet.
#[derive(Clone, Copy)]
pub(super) struct Ahead<'a> {
    pub(super) value: u32,
    /// In bytes.
    pub(super) length: usize,
    /// What follows it.
    behind: &'a [u8],
}

/// Stands in for a value that is none; like any such value it does not mean Success.
const NO_REASON_CODE: ReasonCode = ReasonCode::UnspecifiedError;

/// The bytes of a character that breaks a rule; nothing where one is missing at the end.
fn character_at(start: usize, offset: usize, end: usize) -> Range<usize> {
    let at = start + offset;
    at..end.min(at + 1)
}

/// As many bytes of text, with a question mark for each that is not well-formed, so that offsets stay right.
fn readable(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        text.extend(chunk.invalid().iter().map(|_| '?'));
    }
    text
}

/// The value of a Variable Byte Integer (§1.5.5) and its length in bytes. `None` where its last byte has not
/// arrived; an error names the offset of the byte that breaks the rule.
type ReadLength = Result<Option<(u32, usize)>, (usize, ErrorKind)>;

#[inline(always)]
pub(super) fn read_variable_byte_integer(bytes: &[u8], version: Version) -> ReadLength {
    match bytes.first() {
        Some(&byte) if byte < 0x80 => Ok(Some((byte.into(), 1))),
        _ => read_longer_integer(bytes, version),
    }
}

#[inline(never)]
fn read_longer_integer(bytes: &[u8], version: Version) -> ReadLength {
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
