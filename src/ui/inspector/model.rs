//! A dissected packet as rows and bytes that know each other.

use std::ops::Range;

use bytes::Bytes;

use super::absent::absent;
use crate::capture::{Basis, Capture, Entry, Record, RecordId};
use crate::language::Strings;
use crate::mqtt::{
    Bits, Dissection, Field, Flaw, Label, Packet, PacketType, Sender, Value, Version, dissect_as,
    hex_groups,
};
use crate::ui::visible::is_seen;

/// One opened packet.
#[derive(Clone, Debug, PartialEq)]
pub struct Sheet {
    /// Where the bytes are kept; `None` for bytes that never passed.
    pub record: Option<RecordId>,
    pub bytes: Bytes,
    pub sender: Sender,
    /// In which it was read.
    pub version: Version,
    /// The version of its connection, and how that is known; `None` for bytes that never passed.
    pub spoken: Option<(Version, Basis)>,
    /// As far as the first byte tells it.
    pub packet_type: Option<PacketType>,
    /// The rules that the packet breaks, in the order in which they were found.
    pub flaws: Vec<Flaw>,
    /// The row that each of them is in.
    faults: Vec<usize>,
    /// Every field, groups before what is in them, in wire order.
    pub rows: Vec<Row>,
    /// The rows that own bytes, by their first byte.
    leaves: Vec<usize>,
    /// What the Topic Alias of a PUBLISH without a Topic Name stands for, and who set it.
    pub aliased: Option<(String, RecordId)>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    pub name: RowName,
    pub depth: usize,
    pub parent: Option<usize>,
    /// The first row behind everything in this one.
    pub end: usize,
    pub range: Range<usize>,
    pub bits: Option<Bits>,
    /// For a group that says one thing, such as a string with its length: that thing.
    pub value: Value,
    /// Whether it opens when the packet is opened: what says nothing by itself does.
    pub opens_at_first: bool,
    /// Which child of its parent it is, from 1, and out of how many.
    pub place: (usize, usize),
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum RowName {
    Field(Label),
    /// Bytes that nobody can tell into fields, for what is wrong before them.
    Unread,
    /// The packet ends where more should be.
    Missing,
    /// The group of what is not sent.
    Absent,
    /// A field or property that is not sent, so that its default holds.
    Default(Label),
}

impl RowName {
    /// The field or property, sent or not.
    pub fn label(self) -> Option<Label> {
        match self {
            RowName::Field(label) | RowName::Default(label) => Some(label),
            RowName::Unread | RowName::Missing | RowName::Absent => None,
        }
    }
}

/// How a byte reads as text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Glyph {
    Char(char),
    /// It belongs to the character before it.
    Continued,
    /// No character that can be seen.
    None,
}

/// Which rows are open, one entry a row.
pub type Expanded = Vec<bool>;

impl Sheet {
    /// The same as [`Sheet::open`], with what the capture knows about the Topic Alias.
    pub fn among(capture: &Capture, record: &Record) -> Option<Sheet> {
        let aliased =
            capture.aliased(record).map(|aliased| (aliased.topic.to_owned(), aliased.set_by));
        let spoken = Some(capture.version(record.connection));
        Some(Sheet { aliased, spoken, ..Sheet::open(record)? })
    }

    /// `None` for an event of the link.
    pub fn open(record: &Record) -> Option<Sheet> {
        let (Entry::Packet { bytes, .. } | Entry::Broken { bytes, .. }) = &record.entry else {
            return None;
        };
        let dissection = record.dissect()?;
        Some(Sheet::of(bytes.clone(), record.sender()?, dissection, Some(record.id)))
    }

    /// Bytes that never passed, read as this side would send them.
    pub fn read(bytes: Bytes, sender: Sender) -> Sheet {
        Sheet::read_as(bytes, sender, Version::V5)
    }

    /// The same in any version.
    pub fn read_as(bytes: Bytes, sender: Sender, version: Version) -> Sheet {
        let dissection = dissect_as(&bytes, Some(sender), version);
        Sheet::of(bytes, sender, dissection, None)
    }

    fn of(bytes: Bytes, sender: Sender, dissection: Dissection, record: Option<RecordId>) -> Sheet {
        let mut sheet = Sheet {
            record,
            packet_type: bytes.first().and_then(|byte| PacketType::from_value(byte >> 4)),
            sender,
            version: dissection.version,
            spoken: None,
            bytes,
            flaws: dissection.flaws,
            faults: Vec::new(),
            rows: Vec::new(),
            leaves: Vec::new(),
            aliased: None,
        };
        sheet.add_fields(&dissection.fields, None, 0);
        match &dissection.outcome {
            Ok(packet) if sheet.version.is_5() => sheet.add_absent(packet),
            Ok(_) => {}
            Err(_) => sheet.mark_broken(),
        }
        let top_level = sheet.rows.iter().filter(|row| row.parent.is_none()).count();
        for row in sheet.rows.iter_mut().filter(|row| row.parent.is_none()) {
            row.place.1 = top_level;
        }
        sheet
    }

    /// What there is to know about the version, where it is not 5.0 by the connection's own word.
    pub fn version_words(&self, strings: &Strings) -> Option<String> {
        let version = self.version.name();
        match self.spoken {
            Some((_, Basis::Fits)) => Some(strings.inspector_version_fits(version)),
            Some((_, Basis::Assumed)) => Some(strings.inspector_version_assumed().to_owned()),
            Some((spoken, Basis::Connect)) if spoken != self.version => {
                Some(strings.inspector_version_other(version))
            }
            _ if self.version.is_5() => None,
            _ => Some(strings.inspector_version_older(version)),
        }
    }

    fn add_fields(&mut self, fields: &[Field], parent: Option<usize>, depth: usize) {
        for (index, field) in fields.iter().enumerate() {
            let at = self.rows.len();
            let value = field.own_value();
            let is_group = !field.children.is_empty() && !field.is_leaf();
            self.rows.push(Row {
                name: match field.label {
                    Label::Unread => RowName::Unread,
                    label => RowName::Field(label),
                },
                depth,
                parent,
                end: at + 1,
                range: field.range.clone(),
                bits: field.bits,
                opens_at_first: is_group && value == Value::None,
                // Its digits stand beside it.
                value: if field.label == Label::Unread { Value::None } else { value },
                place: (index + 1, fields.len()),
            });
            if field.is_leaf() && !field.range.is_empty() {
                self.leaves.push(at);
            }
            self.add_fields(&field.children, Some(at), depth + 1);
            self.rows[at].end = self.rows.len();
        }
    }

    /// Adds what is not sent, as a group behind all that is.
    fn add_absent(&mut self, packet: &Packet) {
        let has = |id| self.rows.iter().any(|row| row.name == RowName::Field(Label::Field(id)));
        let labels = absent(packet, self.sender, has);
        if labels.is_empty() {
            return;
        }
        let (group, count) = (self.rows.len(), labels.len());
        let end = self.bytes.len();
        let row = |name, parent: Option<usize>, at: usize, place| Row {
            name,
            depth: usize::from(parent.is_some()),
            parent,
            end: at + 1,
            range: end..end,
            bits: None,
            value: Value::None,
            opens_at_first: parent.is_none(),
            place,
        };
        let place = (self.rows.iter().filter(|row| row.parent.is_none()).count() + 1, 0);
        self.rows.push(Row { end: group + 1 + count, ..row(RowName::Absent, None, group, place) });
        for (index, label) in labels.into_iter().enumerate() {
            let at = self.rows.len();
            self.rows.push(row(RowName::Default(label), Some(group), at, (index + 1, count)));
        }
    }

    /// Finds the rows at fault, and opens what they are in. What is missing at the end has a row of its own.
    fn mark_broken(&mut self) {
        let end = self.bytes.len();
        let flaws = std::mem::take(&mut self.flaws);
        for flaw in &flaws {
            let row = match self.row_at_fault(flaw) {
                Some(row) => row,
                None if flaw.range.start >= end => self.missing(),
                None => self.leaf_at(flaw.range.start).unwrap_or_default(),
            };
            self.faults.push(row);
            let mut inner = row;
            while let Some(group) = self.rows[inner].parent {
                self.rows[group].opens_at_first = true;
                inner = group;
            }
        }
        self.flaws = flaws;
    }

    /// The row of the field at fault, or of the part of it that the bytes are.
    fn row_at_fault(&self, flaw: &Flaw) -> Option<usize> {
        let Flaw { range, label, .. } = flaw;
        let is_it = |row: &Row| {
            let same = match range.is_empty() {
                true => row.range.end == range.end,
                false => row.range == *range,
            };
            same && label.is_some_and(|label| row.name == RowName::Field(label))
        };
        let exact = self.rows.iter().rposition(is_it);
        exact.or_else(|| self.leaf_at(range.start).filter(|_| !range.is_empty()))
    }

    /// The row for what the packet lacks at its end.
    fn missing(&mut self) -> usize {
        if let Some(there) = self.rows.iter().position(|row| row.name == RowName::Missing) {
            return there;
        }
        let (at, end) = (self.rows.len(), self.bytes.len());
        let place = (self.rows.iter().filter(|row| row.parent.is_none()).count() + 1, 0);
        self.rows.push(Row {
            name: RowName::Missing,
            depth: 0,
            parent: None,
            end: at + 1,
            range: end..end,
            bits: None,
            value: Value::None,
            opens_at_first: false,
            place,
        });
        at
    }

    pub fn expanded_at_first(&self) -> Expanded {
        self.rows.iter().map(|row| row.opens_at_first).collect()
    }

    /// The row that owns a byte, bits aside.
    pub fn leaf_at(&self, byte: usize) -> Option<usize> {
        let after = self.leaves.partition_point(|row| self.rows[*row].range.start <= byte);
        let row = *self.leaves.get(after.checked_sub(1)?)?;
        self.rows[row].range.contains(&byte).then_some(row)
    }

    /// The leaf before or after the one that owns this byte, or that byte's own at the ends.
    pub fn step_leaf(&self, byte: usize, forward: bool) -> Option<usize> {
        let here = self.leaves.partition_point(|row| self.rows[*row].range.start <= byte);
        let here = here.saturating_sub(1);
        let there = if forward { here + 1 } else { here.saturating_sub(1) };
        self.leaves.get(there).or(self.leaves.last()).copied()
    }

    pub fn has_children(&self, row: usize) -> bool {
        self.rows[row].end > row + 1
    }

    /// The rows to show, top to bottom.
    pub fn visible(&self, expanded: &Expanded) -> Vec<usize> {
        let mut rows = Vec::new();
        let mut at = 0;
        while at < self.rows.len() {
            rows.push(at);
            at = if expanded[at] { at + 1 } else { self.rows[at].end };
        }
        rows
    }

    /// The row itself, or the group that hides it.
    pub fn shown(&self, row: usize, expanded: &Expanded) -> usize {
        let mut shown = row;
        let mut inner = row;
        while let Some(group) = self.rows[inner].parent {
            if !expanded[group] {
                shown = group;
            }
            inner = group;
        }
        shown
    }

    /// The rows of the bits of the byte that this row is, or is part of.
    pub fn bits_of(&self, row: usize) -> Option<(usize, Vec<usize>)> {
        let byte = match self.rows[row].bits {
            Some(_) => self.rows[row].parent?,
            None => row,
        };
        let bits: Vec<usize> =
            (byte + 1..self.rows[byte].end).filter(|at| self.rows[*at].bits.is_some()).collect();
        let own = bits.iter().all(|at| self.rows[*at].parent == Some(byte));
        (own && !bits.is_empty()).then_some((byte, bits))
    }

    /// The rows of bytes that are made of bits, in wire order.
    pub fn flag_bytes(&self) -> Vec<usize> {
        (0..self.rows.len())
            .filter(|row| self.bits_of(*row).is_some_and(|(byte, _)| byte == *row))
            .collect()
    }

    /// The row of the first broken rule.
    pub fn first_fault(&self) -> Option<usize> {
        self.faults.first().copied()
    }

    /// The row that a broken rule is in.
    pub fn row_of_flaw(&self, flaw: usize) -> Option<usize> {
        self.faults.get(flaw).copied()
    }

    /// The first of the rules that are broken in a row.
    pub fn flaw_in(&self, row: usize) -> Option<usize> {
        self.faults.iter().position(|fault| *fault == row)
    }

    /// Whether it is one of the bytes that break the packet.
    pub fn breaks_at(&self, byte: usize) -> bool {
        self.flaws.iter().any(|flaw| flaw.range.contains(&byte))
    }

    /// Whether nobody can read this byte because the packet was broken before.
    pub fn is_unread(&self, byte: usize) -> bool {
        let is_unread = |row: usize| self.rows[row].name == RowName::Unread;
        self.leaf_at(byte).is_some_and(is_unread) && !self.breaks_at(byte)
    }

    /// Whether a leaf begins and ends with this byte.
    pub fn edges(&self, byte: usize) -> (bool, bool) {
        match self.leaf_at(byte) {
            Some(row) => {
                let range = &self.rows[row].range;
                (range.start == byte, range.end == byte + 1)
            }
            None => (false, false),
        }
    }

    /// What a byte is in the text beside the digits.
    pub fn glyph(&self, at: usize) -> Glyph {
        let Some(&byte) = self.bytes.get(at) else { return Glyph::None };
        match byte {
            0x20..=0x7E => Glyph::Char(char::from(byte)),
            0xC2..=0xF4 => self.character(at).map_or(Glyph::None, Glyph::Char),
            0x80..=0xBF => {
                let begins = |back: &usize| {
                    let start = at.checked_sub(*back);
                    start.and_then(|s| self.character(s)).is_some_and(|c| c.len_utf8() > *back)
                };
                if (1..4).any(|back| begins(&back)) { Glyph::Continued } else { Glyph::None }
            }
            _ => Glyph::None,
        }
    }

    /// The character of several bytes that begins here and stays within its field.
    fn character(&self, at: usize) -> Option<char> {
        let length = match self.bytes.get(at)? {
            0xC2..=0xDF => 2,
            0xE0..=0xEF => 3,
            0xF0..=0xF4 => 4,
            _ => return None,
        };
        let range = at..at + length;
        let text = std::str::from_utf8(self.bytes.get(range.clone())?).ok()?;
        let character = text.chars().next().filter(|c| is_seen(*c))?;
        (self.leaf_at(at) == self.leaf_at(range.end - 1)).then_some(character)
    }

    /// The bytes as pairs of digits with spaces between.
    pub fn hex(&self, range: Range<usize>) -> String {
        hex_groups(self.bytes.get(range).unwrap_or_default(), 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capture::{Capture, ClientSlot, RecordId};
    use crate::mqtt::{ConnectionId, ErrorKind};
    use crate::time::Instant;

    fn sheet(bytes: &'static [u8]) -> Sheet {
        let mut capture = Capture::default();
        let (slot, connection) = (ClientSlot(0), ConnectionId(1));
        let bytes = Bytes::from_static(bytes);
        capture.push_packet(Instant::START, slot, connection, Sender::Client, bytes);
        Sheet::open(capture.get(RecordId(0)).expect("it was just pushed")).expect("it has bytes")
    }

    fn name(sheet: &Sheet, row: usize) -> &'static str {
        match sheet.rows[row].name {
            RowName::Field(label) => label.name(),
            RowName::Unread => "unread",
            RowName::Missing => "missing",
            RowName::Absent => "absent",
            RowName::Default(label) => label.name(),
        }
    }

    fn names(sheet: &Sheet, rows: &[usize]) -> Vec<&'static str> {
        rows.iter().map(|row| name(sheet, *row)).collect()
    }

    /// QoS 1, topic `a/b`, identifier 10, one User Property, payload `hi`.
    const PUBLISH: &[u8] =
        &[0x32, 0x11, 0, 3, b'a', b'/', b'b', 0, 10, 7, 0x26, 0, 1, b'k', 0, 1, b'v', b'h', b'i'];

    #[test]
    fn strings_and_properties_say_in_one_row_what_is_in_them() {
        let sheet = sheet(PUBLISH);
        assert_eq!(sheet.flaws, []);
        let visible = sheet.visible(&sheet.expanded_at_first());
        assert_eq!(
            names(&sheet, &visible),
            [
                "Fixed Header",
                "Control Packet type and flags",
                "Remaining Length",
                "Variable Header",
                "Topic Name",
                "Packet Identifier",
                "Properties",
                "Property Length",
                "User Property",
                "Payload",
                "Application Message",
                // Not sent.
                "absent",
                "Payload Format Indicator",
                "Message Expiry Interval",
                "Response Topic",
            ]
        );
        let topic = visible[4];
        assert_eq!(sheet.rows[topic].value, Value::Text("a/b".to_owned()));
        let pair = visible[8];
        assert_eq!(sheet.rows[pair].value, Value::Pair("k".to_owned(), "v".to_owned()));
        assert_eq!(sheet.rows[pair].place, (2, 2));
        assert_eq!(sheet.rows[visible[9]].place, (3, 4));
    }

    #[test]
    fn every_byte_finds_its_field_and_hidden_fields_their_group() {
        let sheet = sheet(PUBLISH);
        let closed = sheet.expanded_at_first();
        for (byte, leaf, shown) in [
            (0, "Control Packet type and flags", "Control Packet type and flags"),
            (1, "Remaining Length", "Remaining Length"),
            (2, "String Length", "Topic Name"),
            (4, "Topic Name", "Topic Name"),
            (8, "Packet Identifier", "Packet Identifier"),
            (10, "Property Identifier", "User Property"),
            (13, "Name", "User Property"),
            (16, "Value", "User Property"),
            (18, "Application Message", "Application Message"),
        ] {
            let row = sheet.leaf_at(byte).expect("leaves tile the packet");
            assert_eq!(name(&sheet, row), leaf, "{byte}");
            assert_eq!(name(&sheet, sheet.shown(row, &closed)), shown, "{byte}");
        }
        assert_eq!(sheet.leaf_at(19), None);
        assert_eq!(sheet.edges(4), (true, false));
        assert_eq!(sheet.edges(6), (false, true));
    }

    #[test]
    fn arrows_step_from_field_to_field_and_stop_at_the_ends() {
        let sheet = sheet(PUBLISH);
        for (byte, forward, expect) in [
            (0, true, "Remaining Length"),
            (4, true, "Packet Identifier"),
            (6, false, "String Length"),
            (0, false, "Control Packet type and flags"),
            (18, true, "Application Message"),
        ] {
            let row = sheet.step_leaf(byte, forward).expect("there are fields");
            assert_eq!(name(&sheet, row), expect, "{byte} {forward}");
        }
    }

    #[test]
    fn bits_belong_to_one_byte() {
        let sheet = sheet(PUBLISH);
        let (byte, bits) = sheet.bits_of(3).expect("DUP is a bit");
        assert_eq!(byte, 1);
        assert_eq!(names(&sheet, &bits), ["Control Packet type", "DUP", "QoS", "RETAIN"]);
        assert_eq!(sheet.bits_of(1).map(|(byte, _)| byte), Some(1));
        assert_eq!(sheet.bits_of(0), None, "a group is no byte");
    }

    #[test]
    fn a_broken_packet_shows_where_it_breaks_and_what_was_not_read() {
        let faults = |sheet: &Sheet| {
            let row = |flaw| name(sheet, sheet.row_of_flaw(flaw).expect("each has one"));
            (0..sheet.flaws.len()).map(row).collect::<Vec<_>>()
        };
        // Packet Identifier 0, and an indicator that is neither 0 nor 1: both are read, and so is what follows.
        let broken = sheet(&[0x32, 0x09, 0, 1, b'a', 0, 0, 2, 1, 0x58, b'!']);
        assert_eq!(faults(&broken), ["Packet Identifier", "Payload Format Indicator"]);
        assert_eq!(broken.flaws[0].error.kind, ErrorKind::PacketIdentifierZero);
        let marked: Vec<usize> = (0..11).filter(|byte| broken.breaks_at(*byte)).collect();
        assert_eq!(marked, [5, 6, 9]);
        assert!((0..11).all(|byte| !broken.is_unread(byte)));
        // They are in sight at once.
        let seen = broken.visible(&broken.expanded_at_first());
        assert!((0..2).all(|flaw| seen.contains(&broken.row_of_flaw(flaw).unwrap_or_default())));

        // Ill-formed UTF-8 in the Topic Name, whose end is known.
        let broken = sheet(&[0x30, 0x05, 0, 2, b'a', 0xFF, 0]);
        assert!(broken.breaks_at(5) && !broken.breaks_at(4) && !broken.is_unread(6));
        assert_eq!(faults(&broken), ["Topic Name"]);

        // Behind an unknown property the properties cannot be read, but the payload can.
        let broken = sheet(&[0x30, 0x07, 0, 1, b'a', 2, 0x7F, 0, b'!']);
        let unread: Vec<usize> = (0..9).filter(|byte| broken.is_unread(*byte)).collect();
        assert_eq!((faults(&broken), unread), (vec!["Property Identifier"], vec![7]));

        // A length that says too much, and bytes that are missing.
        let broken = sheet(&[0x30, 0x05, 0, 1, b'a', 9, 1]);
        assert_eq!(faults(&broken), ["Property Length"]);
        let broken = sheet(&[0x30, 0x05, 0, 2, b'a']);
        assert_eq!(faults(&broken), ["Remaining Length"]);
        let broken = sheet(&[0x82, 0x03, 0, 1, 0]);
        assert_eq!(faults(&broken), ["missing"]);
        // An option that does not exist is in its bits.
        let broken = sheet(&[0x82, 0x07, 0, 1, 0, 0, 1, b'a', 0xC3]);
        assert_eq!(faults(&broken), ["Reserved", "Maximum QoS"]);
    }

    #[test]
    fn text_beside_the_digits_knows_characters_of_several_bytes() {
        // Topic `温`, then a payload that only looks like the beginning of a character.
        let sheet = sheet(&[0x30, 0x07, 0, 3, 0xE6, 0xB8, 0xA9, 0, 0xE6]);
        let glyphs: Vec<_> = (3..9).map(|at| sheet.glyph(at)).collect();
        use Glyph::*;
        assert_eq!(glyphs, [None, Char('温'), Continued, Continued, None, None]);
    }

    #[test]
    fn bytes_are_written_as_digits() {
        assert_eq!(sheet(PUBLISH).hex(0..3), "32 11 00");
        assert_eq!(sheet(PUBLISH).hex(17..99), "");
    }

    #[test]
    fn an_older_packet_has_its_fields_its_defaults_left_out_and_its_version_told() {
        let strings = crate::language::Language::En.strings();
        let mut capture = Capture::default();
        let mut push = |sender, bytes: &'static [u8]| {
            let (slot, connection) = (ClientSlot(0), ConnectionId(1));
            let bytes = Bytes::from_static(bytes);
            capture.push_packet(Instant::START, slot, connection, sender, bytes)
        };
        let connect = push(Sender::Client, b"\x10\x0D\0\x04MQTT\x04\x02\0\x3C\0\x01c");
        let refused = push(Sender::Server, b"\x20\x03\0\x84\0");
        let sheet = |capture: &Capture, id| {
            Sheet::among(capture, capture.get(id).expect("just pushed")).expect("it has bytes")
        };
        let sheet_of_connect = sheet(&capture, connect);
        assert_eq!((sheet_of_connect.flaws.len(), sheet_of_connect.version), (0, Version::V3_1_1));
        assert!(sheet_of_connect.rows.iter().all(|row| row.name != RowName::Absent));
        let words = sheet_of_connect.version_words(strings);
        assert!(words.is_some_and(|words| words.contains("MQTT 3.1.1")));
        let sheet_of_refused = sheet(&capture, refused);
        assert_eq!((sheet_of_refused.flaws.len(), sheet_of_refused.version), (0, Version::V5));
        assert_eq!(
            sheet_of_refused.version_words(strings),
            Some(strings.inspector_version_other("5.0"))
        );

        // Without its CONNECT, a PUBLISH that only 3.1.1 reads.
        let mut capture = Capture::default();
        let (slot, connection) = (ClientSlot(0), ConnectionId(1));
        let bytes = Bytes::from_static(b"\x30\x05\0\x01thi");
        let publish = capture.push_packet(Instant::START, slot, connection, Sender::Client, bytes);
        capture.settle_versions();
        let words = sheet(&capture, publish).version_words(strings);
        assert_eq!(words, Some(strings.inspector_version_fits("3.1.1")));
    }
}
