//! Values in values, each with the bytes it is in.

use std::fmt::Write as _;
use std::ops::Range;

/// What was read, containers before what is in them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tree {
    pub rows: Vec<Row>,
    /// Where and why reading ended early.
    pub fault: Option<Fault>,
    /// More values follow than were asked for.
    pub is_cut: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    pub parent: Option<usize>,
    pub depth: usize,
    /// How its parent has it.
    pub step: Step,
    /// What the format calls it: `string`, `map`, `LEN`.
    pub kind: &'static str,
    /// As its format writes it; for a container, how much is in it.
    pub value: String,
    /// Of the bytes that were read.
    pub range: Range<usize>,
    /// Whether the format does not say that it is this.
    pub is_guess: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// It has no parent.
    Root,
    Key(String),
    Index(usize),
    /// What a tag is about.
    Tagged,
    /// A field by its number, with its name where the schema is known, and how many times that number came
    /// before.
    Field(u64, Option<&'static str>, usize),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fault {
    pub at: usize,
    pub kind: FaultKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FaultKind {
    /// The bytes end before the value does.
    Ends,
    /// No value begins with this byte, or it must not be here.
    Unexpected,
    /// Text that is not UTF-8.
    Utf8,
    /// Containers in containers beyond what is read here.
    Deep,
    /// Bytes after the value.
    Trailing,
    /// An integer that is longer than the format allows.
    Number,
}

/// Containers within each other. What devices send has fewer than ten.
pub const MOST_DEPTH: usize = 64;

/// Characters of one value that are kept.
const MOST_TEXT: usize = 2000;

impl Tree {
    /// Where a value is, as a JSONPath (RFC 9535): `$.a[0]['odd key']`.
    pub fn path(&self, row: usize) -> String {
        let mut steps = Vec::new();
        let mut at = Some(row);
        while let Some(row) = at.and_then(|at| self.rows.get(at)) {
            steps.push(&row.step);
            at = row.parent;
        }
        let mut path = "$".to_owned();
        for step in steps.into_iter().rev() {
            let _ = match step {
                Step::Root | Step::Tagged => Ok(()),
                Step::Key(key) if is_plain(key) => write!(path, ".{key}"),
                Step::Key(key) => write!(path, "['{}']", escaped(key)),
                Step::Index(index) => write!(path, "[{index}]"),
                Step::Field(number, None, 0) => write!(path, ".{number}"),
                Step::Field(number, None, nth) => write!(path, ".{number}[{nth}]"),
                Step::Field(_, Some(name), 0) => write!(path, ".{name}"),
                Step::Field(_, Some(name), nth) => write!(path, ".{name}[{nth}]"),
            };
        }
        path
    }

    /// Whether all of the bytes were read as one value, or as far as was asked for.
    pub fn is_sound(&self) -> bool {
        self.fault.is_none() && !self.rows.is_empty()
    }

    pub fn children(&self, row: usize) -> impl Iterator<Item = usize> {
        let depth = self.rows[row].depth;
        let inner = self.rows[row + 1..].iter().take_while(move |inner| inner.depth > depth);
        inner
            .enumerate()
            .filter(move |(_, inner)| inner.parent == Some(row))
            .map(move |(index, _)| row + 1 + index)
    }
}

/// A name that needs no brackets.
fn is_plain(key: &str) -> bool {
    key.chars().enumerate().all(|(at, c)| match at {
        0 => c.is_alphabetic() || c == '_',
        _ => c.is_alphanumeric() || c == '_',
    }) && !key.is_empty()
}

fn escaped(key: &str) -> String {
    let mut out = String::with_capacity(key.len());
    for char in key.chars() {
        match char {
            '\'' | '\\' => out.extend(['\\', char]),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c.is_control() => _ = write!(out, "\\u{:04x}", u32::from(c)),
            c => out.push(c),
        }
    }
    out
}

/// What a reader stops at.
pub enum Stop {
    Fault(Fault),
    /// As many values as were asked for.
    Full,
}

pub fn fault<T>(at: usize, kind: FaultKind) -> Result<T, Stop> {
    Err(Stop::Fault(Fault { at, kind }))
}

/// Collects rows while containers open and close.
pub struct Builder {
    rows: Vec<Row>,
    open: Vec<usize>,
    most: usize,
}

impl Builder {
    pub fn new(most: usize) -> Builder {
        Builder { rows: Vec::new(), open: Vec::new(), most }
    }

    pub fn depth(&self) -> usize {
        self.open.len()
    }

    pub fn add(
        &mut self,
        step: Step,
        kind: &'static str,
        value: impl Into<String>,
        range: Range<usize>,
    ) -> Result<usize, Stop> {
        if self.rows.len() >= self.most {
            return Err(Stop::Full);
        }
        self.rows.push(Row {
            parent: self.open.last().copied(),
            depth: self.open.len(),
            step,
            kind,
            value: capped(value.into()),
            range,
            is_guess: false,
        });
        Ok(self.rows.len() - 1)
    }

    /// Adds a container, in which everything is until it is closed.
    pub fn open(
        &mut self,
        step: Step,
        kind: &'static str,
        range: Range<usize>,
    ) -> Result<usize, Stop> {
        if self.open.len() >= MOST_DEPTH {
            return fault(range.start, FaultKind::Deep);
        }
        let row = self.add(step, kind, "…", range)?;
        self.open.push(row);
        Ok(row)
    }

    /// Closes the innermost container.
    pub fn close(&mut self, end: usize, value: impl Into<String>) -> Option<usize> {
        let row = self.open.pop()?;
        self.rows[row].range.end = end;
        self.rows[row].value = capped(value.into());
        Some(row)
    }

    pub fn row(&mut self, row: usize) -> &mut Row {
        &mut self.rows[row]
    }

    pub fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// What is open holds everything up to where reading stopped.
    pub fn finish(mut self, outcome: Result<(), Stop>, stopped: usize) -> Tree {
        while let Some(row) = self.open.pop() {
            self.rows[row].range.end = stopped.max(self.rows[row].range.start);
        }
        let (fault, is_cut) = match outcome {
            Ok(()) => (None, false),
            Err(Stop::Fault(fault)) => (Some(fault), false),
            Err(Stop::Full) => (None, true),
        };
        Tree { rows: self.rows, fault, is_cut }
    }
}

fn capped(mut text: String) -> String {
    if let Some((end, _)) = text.char_indices().nth(MOST_TEXT) {
        text.truncate(end);
        text.push('…');
    }
    text
}

/// A text as JSON and the diagnostic notation of CBOR write it.
pub fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len().min(MOST_TEXT) + 2);
    out.push('"');
    for char in text.chars().take(MOST_TEXT) {
        match char {
            '"' | '\\' => out.extend(['\\', char]),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c.is_control() => _ = write!(out, "\\u{:04x}", u32::from(c)),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// `h'0102'`, of the first bytes.
pub fn hex_string(bytes: &[u8]) -> String {
    let mut out = "h'".to_owned();
    for byte in bytes.iter().take(MOST_TEXT / 2) {
        _ = write!(out, "{byte:02x}");
    }
    out.push('\'');
    out
}
