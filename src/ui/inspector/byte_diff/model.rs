//! Fields of two byte strings, aligned by what they are.

use std::ops::Range;

use bytes::Bytes;

use crate::capture::Record;
use crate::mqtt::{FieldId, Label, hex_groups};
use crate::ui::inspector::{RowName, Sheet, value};

/// A byte string whose ranges have names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Labelled {
    /// What the whole is, such as `MQTT 5.0`.
    pub title: String,
    pub bytes: Bytes,
    /// In wire order.
    pub parts: Vec<Part>,
}

/// A range and what it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// Parts of the two sides that are to be compared have the same key, and stand in the same order.
    pub key: String,
    pub name: String,
    /// What the bytes say, if they say more than their digits do.
    pub value: String,
    pub range: Range<usize>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diff {
    pub left: Labelled,
    pub right: Labelled,
    /// In wire order.
    pub rows: Vec<Row>,
}

/// One field: its part on the left, on the right, or on both sides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    pub left: Option<usize>,
    pub right: Option<usize>,
    pub fate: Fate,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    Same,
    /// Both sides have the field, with other bytes in it.
    Differs,
    OnlyLeft,
    OnlyRight,
}

impl Labelled {
    /// The fields of a captured packet, a string together with its length. `None` for an event of the
    /// link.
    pub fn of(title: &str, record: &Record) -> Option<Labelled> {
        Some(Labelled::of_sheet(title, &Sheet::open(record)?))
    }

    /// The same for bytes that never passed.
    pub fn of_sheet(title: &str, sheet: &Sheet) -> Labelled {
        let mut labelled = Labelled::new(title, sheet.bytes.clone());
        let mut at = 0;
        while let Some(row) = sheet.rows.get(at) {
            if row.opens_at_first {
                at += 1;
                continue;
            }
            if let (RowName::Field(label), false) = (row.name, row.range.is_empty()) {
                let group = row.parent.and_then(|parent| match sheet.rows[parent].name {
                    RowName::Field(Label::Field(id)) => Some(id),
                    _ => None,
                });
                // Some properties may stand in the packet and in its Will.
                let key = match group {
                    Some(FieldId::WillProperties) => format!("will_properties.{}", label.key()),
                    _ => label.key().to_owned(),
                };
                labelled.add(
                    key,
                    label.name_in(sheet.version),
                    value(sheet, at),
                    row.range.clone(),
                );
            }
            at = row.end;
        }
        labelled
    }

    pub fn new(title: &str, bytes: Bytes) -> Labelled {
        Labelled { title: title.to_owned(), bytes, parts: Vec::new() }
    }

    /// Appends a part. A key that is there already is counted, so that repeats are compared in turn.
    pub fn add(&mut self, key: String, name: &str, value: String, range: Range<usize>) {
        let repeat = |part: &&Part| {
            part.key.strip_prefix(&key).is_some_and(|rest| rest.is_empty() || rest.starts_with('#'))
        };
        let key = match self.parts.iter().filter(repeat).count() {
            0 => key,
            count => format!("{key}#{count}"),
        };
        self.parts.push(Part { key, name: name.to_owned(), value, range });
    }

    /// The bytes of one part.
    pub fn bytes_of(&self, part: usize) -> &[u8] {
        self.bytes.get(self.parts[part].range.clone()).unwrap_or_default()
    }
}

impl Diff {
    pub fn new(left: Labelled, right: Labelled) -> Diff {
        let rows = align(&left, &right)
            .into_iter()
            .map(|pair| {
                let fate = match pair {
                    (Some(l), Some(r)) if left.bytes_of(l) == right.bytes_of(r) => Fate::Same,
                    (Some(_), Some(_)) => Fate::Differs,
                    (Some(_), None) => Fate::OnlyLeft,
                    (None, _) => Fate::OnlyRight,
                };
                Row { left: pair.0, right: pair.1, fate }
            })
            .collect();
        Diff { left, right, rows }
    }

    /// How many bytes the right side has more than the left.
    pub fn more_on_the_right(&self) -> isize {
        self.right.bytes.len() as isize - self.left.bytes.len() as isize
    }

    /// The same for one field.
    pub fn more_in(&self, row: &Row) -> isize {
        let length = |side: &Labelled, part: Option<usize>| {
            part.map_or(0, |part| side.parts[part].range.len() as isize)
        };
        length(&self.right, row.right) - length(&self.left, row.left)
    }

    /// The field's name, and the part that gives it.
    pub fn name(&self, row: &Row) -> &str {
        let right = row.right.map(|part| &self.right.parts[part]);
        right.or(row.left.map(|part| &self.left.parts[part])).map_or("", |part| &part.name)
    }

    /// Which bytes of a field differ, on the left and on the right, counted from the field's first: all
    /// between the first and the last difference.
    pub fn differing(&self, row: &Row) -> (Range<usize>, Range<usize>) {
        let left = row.left.map_or(&[][..], |part| self.left.bytes_of(part));
        let right = row.right.map_or(&[][..], |part| self.right.bytes_of(part));
        let same =
            |pairs: &mut dyn Iterator<Item = (&u8, &u8)>| pairs.take_while(|(l, r)| l == r).count();
        let front = same(&mut left.iter().zip(right));
        let back = same(&mut left[front..].iter().rev().zip(right[front..].iter().rev()));
        (front..left.len() - back, front..right.len() - back)
    }

    /// As text, one field a line.
    pub fn as_text(&self) -> String {
        let hex = |side: &Labelled, part: Option<usize>| {
            let bytes = part.map_or(&[][..], |part| side.bytes_of(part));
            hex_groups(bytes, 1)
        };
        let mut text = format!("\t{}\t{}\n", self.left.title, self.right.title);
        for row in &self.rows {
            let (left, right) = (hex(&self.left, row.left), hex(&self.right, row.right));
            text.push_str(&format!("{} {}\t{left}\t{right}\n", row.fate.sign(), self.name(row)));
        }
        text
    }
}

impl Fate {
    pub fn sign(self) -> char {
        match self {
            Fate::Same => '=',
            Fate::Differs => '≠',
            Fate::OnlyLeft => '−',
            Fate::OnlyRight => '+',
        }
    }

    /// Its name in the stylesheets.
    pub fn key(self) -> &'static str {
        match self {
            Fate::Same => "same",
            Fate::Differs => "differs",
            Fate::OnlyLeft => "left",
            Fate::OnlyRight => "right",
        }
    }
}

type Pair = (Option<usize>, Option<usize>);

/// Joins the parts of two sides by their keys, as many as there can be without changing the order.
fn align(left: &Labelled, right: &Labelled) -> Vec<Pair> {
    let (rows, columns) = (left.parts.len(), right.parts.len());
    let matches = |l: usize, r: usize| left.parts[l].key == right.parts[r].key;
    // How many can be joined from here on.
    let mut joined = vec![0_u16; (rows + 1) * (columns + 1)];
    let at = |l: usize, r: usize| l * (columns + 1) + r;
    for l in (0..rows).rev() {
        for r in (0..columns).rev() {
            joined[at(l, r)] = match matches(l, r) {
                true => joined[at(l + 1, r + 1)] + 1,
                false => joined[at(l + 1, r)].max(joined[at(l, r + 1)]),
            };
        }
    }
    let (mut l, mut r) = (0, 0);
    let mut pairs = Vec::with_capacity(rows.max(columns));
    while l < rows || r < columns {
        if l < rows && r < columns && matches(l, r) {
            pairs.push((Some(l), Some(r)));
            (l, r) = (l + 1, r + 1);
        } else if r == columns || (l < rows && joined[at(l + 1, r)] >= joined[at(l, r + 1)]) {
            pairs.push((Some(l), None));
            l += 1;
        } else {
            pairs.push((None, Some(r)));
            r += 1;
        }
    }
    pairs
}

#[cfg(test)]
mod tests {
    use super::*;

    fn side(parts: &[(&str, &'static [u8])]) -> Labelled {
        let bytes: Vec<u8> = parts.iter().flat_map(|(_, bytes)| *bytes).copied().collect();
        let mut side = Labelled::new("side", bytes.into());
        let mut at = 0;
        for (key, bytes) in parts {
            side.add((*key).to_owned(), key, String::new(), at..at + bytes.len());
            at += bytes.len();
        }
        side
    }

    #[test]
    fn fields_meet_by_what_they_are_not_by_where_they_are() {
        let left = side(&[("type", b"\x10"), ("level", b"\x04"), ("id", b"ab"), ("old", b"x")]);
        let right =
            side(&[("type", b"\x10"), ("level", b"\x05"), ("properties", b"\0"), ("id", b"ab")]);
        let diff = Diff::new(left, right);
        let told: Vec<_> = diff
            .rows
            .iter()
            .map(|row| (row.fate.sign(), diff.name(row), diff.more_in(row)))
            .collect();
        assert_eq!(
            told,
            [
                ('=', "type", 0),
                ('≠', "level", 0),
                ('+', "properties", 1),
                ('=', "id", 0),
                ('−', "old", -1)
            ]
        );
        assert_eq!(diff.more_on_the_right(), 0);
        assert_eq!(
            diff.as_text(),
            "\tside\tside\n= type\t10\t10\n≠ level\t04\t05\n+ properties\t\t00\n= id\t61 62\t61 62\n− old\t78\t\n"
        );
    }

    #[test]
    fn repeats_are_compared_in_turn() {
        let left = side(&[("user", b"a"), ("user", b"b")]);
        let right = side(&[("user", b"a"), ("user", b"c"), ("user", b"d")]);
        let fates: Vec<_> = Diff::new(left, right).rows.iter().map(|row| row.fate).collect();
        assert_eq!(fates, [Fate::Same, Fate::Differs, Fate::OnlyRight]);
    }

    #[test]
    fn the_bytes_that_differ_lie_between_the_first_and_the_last_difference() {
        for (left, right, expect) in [
            (&b"abcde"[..], &b"abXde"[..], (2..3, 2..3)),
            (b"abc", b"abXYc", (2..2, 2..4)),
            (b"aaa", b"aa", (2..3, 2..2)),
            (b"same", b"same", (4..4, 4..4)),
        ] {
            let whole = |bytes: &'static [u8]| side(&[("all", bytes)]);
            let diff = Diff::new(whole(left), whole(right));
            assert_eq!(diff.differing(&diff.rows[0]), expect, "{left:?} {right:?}");
        }
    }

    #[test]
    fn nothing_is_compared_with_nothing() {
        let diff = Diff::new(side(&[]), side(&[]));
        assert!(diff.rows.is_empty());
    }
}
