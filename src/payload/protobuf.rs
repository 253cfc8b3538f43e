//! The wire format of Protocol Buffers: <https://protobuf.dev/programming-guides/encoding/>.
//!
//! Without its schema a message says field numbers and lengths, and no types: what the bytes of a field
//! are is a guess, and is called one. No crate that is kept reads it without a schema; the wire format is four
//! kinds of values behind one number.

use std::collections::HashMap;

use super::nested::{slice, unsigned};
use super::number::{float, moment, short_float};
use super::tree::{Builder, FaultKind, MOST_DEPTH, Step, Stop, Tree, fault, hex_string, quoted};

/// A field of a message whose schema is known.
pub type Field = (u64, &'static str, Type);

#[derive(Clone, Copy, Debug)]
pub enum Type {
    Unsigned,
    /// Milliseconds since 1970.
    Moment,
    Float,
    Double,
    Bool,
    Text,
    Bytes,
    Message(&'static [Field]),
    /// What the other values of its message are.
    Declared,
    /// Of four or eight bytes, with a sign where the data type of the message has one.
    Typed,
}

pub fn read(bytes: &[u8], most: usize, schema: Option<&'static [Field]>) -> Tree {
    let mut reader = Reader { bytes, at: 0, builder: Builder::new(most) };
    let outcome = reader.document(schema);
    let Reader { at, builder, .. } = reader;
    builder.finish(outcome, at)
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
    builder: Builder,
}

/// The lower three bits of a tag.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Wire {
    Varint,
    I64,
    Len,
    StartGroup,
    EndGroup,
    I32,
}

impl Reader<'_> {
    fn document(&mut self, schema: Option<&'static [Field]>) -> Result<(), Stop> {
        self.builder.open(Step::Root, "message", 0..0)?;
        let count = self.fields(self.bytes.len(), None, schema)?;
        self.builder.close(self.bytes.len(), format!("{{{count}}}"));
        Ok(())
    }

    /// Reads fields up to `end`, or to the end of a group, and says how many.
    fn fields(
        &mut self,
        end: usize,
        group: Option<u64>,
        schema: Option<&'static [Field]>,
    ) -> Result<usize, Stop> {
        let mut occurrences: HashMap<u64, usize> = HashMap::new();
        let mut data_type = None;
        let mut count = 0;
        while self.at < end {
            let start = self.at;
            let (number, wire) = self.tag(end)?;
            if wire == Wire::EndGroup {
                return match group == Some(number) {
                    true => Ok(count),
                    false => fault(start, FaultKind::Unexpected),
                };
            }
            let nth = occurrences.entry(number).or_default();
            let known = schema.and_then(|schema| schema.iter().find(|field| field.0 == number));
            let step = Step::Field(number, known.map(|field| field.1), *nth);
            *nth += 1;
            count += 1;
            self.field(step, start, end, wire, known.map(|field| field.2), &mut data_type)?;
        }
        match group {
            Some(_) => fault(end, FaultKind::Ends),
            None => Ok(count),
        }
    }

    fn field(
        &mut self,
        step: Step,
        start: usize,
        end: usize,
        wire: Wire,
        known: Option<Type>,
        data_type: &mut Option<u64>,
    ) -> Result<(), Stop> {
        match wire {
            Wire::Varint => {
                let value = self.varint(end)?;
                let (kind, text) = match known {
                    Some(Type::Declared) => {
                        *data_type = Some(value);
                        ("DataType", super::sparkplug::data_type(value))
                    }
                    Some(Type::Bool) => ("bool", (value != 0).to_string()),
                    Some(Type::Moment) => ("time", in_time(value)),
                    Some(Type::Typed) => super::sparkplug::integer(value, *data_type),
                    Some(_) => ("uint", value.to_string()),
                    None => ("VARINT", varint_guesses(value)),
                };
                self.builder.add(step, kind, text, start..self.at)?;
            }
            Wire::I64 | Wire::I32 => {
                let length = if wire == Wire::I64 { 8 } else { 4 };
                let value = unsigned(&self.bytes[..end], self.at, length)?;
                let (kind, text) = match (wire, known) {
                    (Wire::I64, known) => {
                        let bits = value.swap_bytes();
                        let as_float = float(f64::from_bits(bits));
                        match known {
                            Some(_) => ("double", as_float),
                            None => ("I64", format!("{bits} | double {as_float}")),
                        }
                    }
                    (_, known) => {
                        let bits = (value as u32).swap_bytes();
                        let as_float = short_float(f32::from_bits(bits));
                        match known {
                            Some(_) => ("float", as_float),
                            None => ("I32", format!("{bits} | float {as_float}")),
                        }
                    }
                };
                self.at += length;
                let row = self.builder.add(step, kind, text, start..self.at)?;
                self.builder.row(row).is_guess = known.is_none();
            }
            Wire::Len => self.with_length(step, start, end, known)?,
            Wire::StartGroup => {
                let Step::Field(number, ..) = step else { return Ok(()) };
                self.builder.open(step, "group", start..self.at)?;
                let count = self.fields(end, Some(number), None)?;
                self.builder.close(self.at, format!("{{{count}}}"));
            }
            Wire::EndGroup => return fault(start, FaultKind::Unexpected),
        }
        Ok(())
    }

    fn with_length(
        &mut self,
        step: Step,
        start: usize,
        end: usize,
        known: Option<Type>,
    ) -> Result<(), Stop> {
        let length = self.varint(end)?;
        let from = self.at;
        let (held, behind) = slice(&self.bytes[..end], from, length)?;
        let guessed = match known {
            Some(Type::Message(_)) | None => known.is_none().then(|| guess(held)),
            Some(_) => None,
        };
        match (known, guessed) {
            (Some(Type::Message(schema)), _) => {
                let row = self.builder.open(step, "message", start..from)?;
                let count = self.fields(behind, None, Some(schema))?;
                let summary = super::sparkplug::summary(self.builder.rows(), row, schema);
                self.builder.close(behind, summary.unwrap_or_else(|| format!("{{{count}}}")));
            }
            (None, Some(Guess::Message)) if self.builder.depth() < MOST_DEPTH => {
                let row = self.builder.open(step, "message", start..from)?;
                self.builder.row(row).is_guess = true;
                let count = self.fields(behind, None, None)?;
                self.builder.close(behind, format!("{{{count}}}"));
            }
            (Some(Type::Text), _) | (None, Some(Guess::Text)) => {
                let Ok(text) = std::str::from_utf8(held) else {
                    let at = std::str::from_utf8(held).map_or_else(|e| e.valid_up_to(), str::len);
                    return fault(from + at, FaultKind::Utf8);
                };
                let row = self.builder.add(step, "string", quoted(text), start..behind)?;
                self.builder.row(row).is_guess = known.is_none();
            }
            _ => {
                let row = self.builder.add(step, "bytes", hex_string(held), start..behind)?;
                self.builder.row(row).is_guess = known.is_none();
            }
        }
        self.at = behind;
        Ok(())
    }

    fn tag(&mut self, end: usize) -> Result<(u64, Wire), Stop> {
        let start = self.at;
        let tag = self.varint(end)?;
        match split_tag(tag) {
            Some(found) => Ok(found),
            None => fault(start, FaultKind::Unexpected),
        }
    }

    fn varint(&mut self, end: usize) -> Result<u64, Stop> {
        match varint(&self.bytes[..end], self.at) {
            Ok((value, behind)) => {
                self.at = behind;
                Ok(value)
            }
            Err(kind) => fault(if kind == FaultKind::Ends { end } else { self.at }, kind),
        }
    }
}

fn varint(bytes: &[u8], at: usize) -> Result<(u64, usize), FaultKind> {
    let mut value = 0_u64;
    for length in 0..10 {
        let byte = *bytes.get(at + length).ok_or(FaultKind::Ends)?;
        // The tenth byte has one bit left.
        if length == 9 && byte > 1 {
            return Err(FaultKind::Number);
        }
        value |= u64::from(byte & 0x7F) << (7 * length);
        if byte & 0x80 == 0 {
            return Ok((value, at + length + 1));
        }
    }
    Err(FaultKind::Number)
}

fn split_tag(tag: u64) -> Option<(u64, Wire)> {
    let wire = match tag & 7 {
        0 => Wire::Varint,
        1 => Wire::I64,
        2 => Wire::Len,
        3 => Wire::StartGroup,
        4 => Wire::EndGroup,
        5 => Wire::I32,
        _ => return None,
    };
    let number = tag >> 3;
    (1..1 << 29).contains(&number).then_some((number, wire))
}

enum Guess {
    Text,
    Message,
    Bytes,
}

/// Text that can be read is taken for text, fields that fill the bytes exactly for a message.
fn guess(bytes: &[u8]) -> Guess {
    let is_text = |text: &str| text.chars().all(|c| !c.is_control() || matches!(c, '\n' | '\t'));
    match std::str::from_utf8(bytes) {
        Ok(text) if is_text(text) => Guess::Text,
        _ if is_message(bytes) => Guess::Message,
        _ => Guess::Bytes,
    }
}

/// Whether fields fill the bytes, without looking into them.
fn is_message(bytes: &[u8]) -> bool {
    let mut at = 0;
    while at < bytes.len() {
        let Ok((tag, behind)) = varint(bytes, at) else { return false };
        let Some((_, wire)) = split_tag(tag) else { return false };
        let end = match wire {
            Wire::Varint => varint(bytes, behind).ok().map(|(_, end)| end),
            Wire::I64 => behind.checked_add(8),
            Wire::I32 => behind.checked_add(4),
            Wire::Len => varint(bytes, behind).ok().and_then(|(length, from)| {
                usize::try_from(length).ok().and_then(|length| from.checked_add(length))
            }),
            // Nobody has used groups for long: more likely these are other bytes.
            Wire::StartGroup | Wire::EndGroup => None,
        };
        match end {
            Some(end) if end <= bytes.len() => at = end,
            _ => return false,
        }
    }
    !bytes.is_empty()
}

/// The number as it is, with what else it may mean.
fn varint_guesses(value: u64) -> String {
    let zigzag = (value >> 1) as i64 ^ -((value & 1) as i64);
    match value {
        0..2 => value.to_string(),
        _ if value > i64::MAX as u64 => format!("{value} | int {} | sint {zigzag}", value as i64),
        _ => format!("{value} | sint {zigzag}"),
    }
}

fn in_time(millis: u64) -> String {
    let moment = i64::try_from(millis).ok().and_then(moment);
    moment.map_or(millis.to_string(), |moment| format!("{moment} ({millis})"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(bytes: &[u8]) -> Vec<(String, &'static str, String, bool)> {
        let tree = read(bytes, 100, None);
        assert_eq!(tree.fault, None, "{bytes:02X?}");
        let said = |row: usize| {
            let found = &tree.rows[row];
            (tree.path(row), found.kind, found.value.clone(), found.is_guess)
        };
        (1..tree.rows.len()).map(said).collect()
    }

    /// Those of the guide to the encoding.
    #[test]
    fn the_examples_of_the_guide_are_read() {
        let owned = |path: &str, kind, value: &str, is_guess| {
            (path.to_owned(), kind, value.to_owned(), is_guess)
        };
        for (bytes, expect) in [
            (&[0x08, 0x96, 0x01][..], vec![owned("$.1", "VARINT", "150 | sint 75", false)]),
            (
                &[0x12, 0x07, b't', b'e', b's', b't', b'i', b'n', b'g'],
                vec![owned("$.2", "string", "\"testing\"", true)],
            ),
            (
                &[0x1A, 0x03, 0x08, 0x96, 0x01],
                vec![
                    owned("$.3", "message", "{1}", true),
                    owned("$.3.1", "VARINT", "150 | sint 75", false),
                ],
            ),
            (
                // A text and repeated numbers: 4: "hello", 5: 1, 5: 2, 5: 3.
                &[0x22, 0x05, b'h', b'e', b'l', b'l', b'o', 0x28, 1, 0x28, 2, 0x28, 3],
                vec![
                    owned("$.4", "string", "\"hello\"", true),
                    owned("$.5", "VARINT", "1", false),
                    owned("$.5[1]", "VARINT", "2 | sint 1", false),
                    owned("$.5[2]", "VARINT", "3 | sint -2", false),
                ],
            ),
            (
                // Packed: 6: {3 270 86942}, which is no message.
                &[0x32, 0x06, 0x03, 0x8E, 0x02, 0x9E, 0xA7, 0x05],
                vec![owned("$.6", "bytes", "h'038e029ea705'", true)],
            ),
            (
                &[0x08, 0xFE, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01],
                vec![owned(
                    "$.1",
                    "VARINT",
                    "18446744073709551614 | int -2 | sint 9223372036854775807",
                    false,
                )],
            ),
            (
                &[0x0D, 0, 0, 0xC0, 0x3F, 0x11, 0, 0, 0, 0, 0, 0, 0xF8, 0x3F],
                vec![
                    owned("$.1", "I32", "1069547520 | float 1.5", true),
                    owned("$.2", "I64", "4609434218613702656 | double 1.5", true),
                ],
            ),
            (
                &[0x43, 0x08, 0x01, 0x44], // a group
                vec![owned("$.8", "group", "{1}", false), owned("$.8.1", "VARINT", "1", false)],
            ),
        ] {
            assert_eq!(rows(bytes), expect, "{bytes:02X?}");
        }
    }

    #[test]
    fn faults_say_where() {
        for (bytes, at, kind, rows) in [
            (&[0x08][..], 1, FaultKind::Ends, 1),
            (&[0x08, 0x01, 0x08, 0x80], 4, FaultKind::Ends, 2),
            (&[0x12, 0x03, b'a'], 3, FaultKind::Ends, 1),
            (&[0x00, 0x01], 0, FaultKind::Unexpected, 1), // field number 0
            (&[0x0F], 0, FaultKind::Unexpected, 1),       // wire type 7
            (&[0x0C], 0, FaultKind::Unexpected, 1),       // an end without a beginning
            (&[0x0B, 0x14], 1, FaultKind::Unexpected, 2), // the end of another group
            (&[0x0B], 1, FaultKind::Ends, 2),
            (
                &[0x08, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x02],
                1,
                FaultKind::Number,
                1,
            ),
        ] {
            let tree = read(bytes, 100, None);
            let found = tree.fault.map(|fault| (fault.at, fault.kind));
            assert_eq!((found, tree.rows.len()), (Some((at, kind)), rows), "{bytes:02X?}");
        }
    }
}
