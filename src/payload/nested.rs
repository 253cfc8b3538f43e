//! Arrays and maps whose length comes first: CBOR and MessagePack differ only in their heads.

use super::tree::{Builder, FaultKind, Step, Stop, Tree, fault};

/// What begins at a place.
pub enum Head {
    /// A whole value: what it is called and how it is written.
    Scalar(&'static str, String),
    /// So many values follow; `None` up to a break.
    Array(Option<u64>),
    /// So many pairs.
    Map(Option<u64>),
    /// One value follows, which the number tells the meaning of.
    Tag(u64),
    /// The end of what has no length.
    Break,
}

/// What is open.
struct Frame {
    holds: Holds,
    /// Values or pairs that are still to come.
    left: Option<u64>,
    count: usize,
    /// The key of the pair whose value is next.
    key: Option<String>,
    /// It is a key of the map around it.
    is_key: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Holds {
    Values,
    Pairs,
    Tagged(u64),
}

/// Reads one value. `head` returns what begins at an offset, and where it ends.
pub fn read(
    bytes: &[u8],
    most: usize,
    head: impl Fn(&[u8], usize) -> Result<(Head, usize), Stop>,
) -> Tree {
    let mut builder = Builder::new(most);
    let mut at = 0;
    let outcome = values(bytes, &mut builder, &mut at, head);
    builder.finish(outcome, at)
}

fn values(
    bytes: &[u8],
    builder: &mut Builder,
    at: &mut usize,
    head: impl Fn(&[u8], usize) -> Result<(Head, usize), Stop>,
) -> Result<(), Stop> {
    let mut open: Vec<Frame> = Vec::new();
    loop {
        let start = *at;
        let (found, end) = head(bytes, start)?;
        // A key that is no container is part of the row of its value.
        let wants_key =
            open.last().is_some_and(|frame| frame.holds == Holds::Pairs && frame.key.is_none());
        let is_whole = match (found, wants_key) {
            (Head::Scalar(_, text), true) => {
                if let Some(frame) = open.last_mut() {
                    frame.key = Some(text);
                }
                *at = end;
                continue;
            }
            (Head::Scalar(kind, text), false) => {
                builder.add(step(&open, false), kind, text, start..end)?;
                true
            }
            (Head::Break, _) => {
                let may_end = open.last().is_some_and(|frame| {
                    let between = frame.holds == Holds::Values || wants_key;
                    frame.left.is_none() && between
                });
                if !may_end {
                    return fault(start, FaultKind::Unexpected);
                }
                if let Some(frame) = open.last_mut() {
                    frame.left = Some(0);
                }
                false
            }
            (Head::Array(left), _) => {
                builder.open(step(&open, wants_key), "array", start..end)?;
                open.push(Frame::new(Holds::Values, left, wants_key));
                false
            }
            (Head::Map(left), _) => {
                builder.open(step(&open, wants_key), "map", start..end)?;
                open.push(Frame::new(Holds::Pairs, left, wants_key));
                false
            }
            (Head::Tag(tag), _) => {
                builder.open(step(&open, wants_key), "tag", start..end)?;
                open.push(Frame::new(Holds::Tagged(tag), Some(1), wants_key));
                false
            }
        };
        *at = end;
        if is_whole && let Some(frame) = open.last_mut() {
            frame.take();
        }
        // A value that ends may be the last one of several containers.
        while open.last().is_some_and(|frame| frame.left == Some(0)) {
            let Some(frame) = open.pop() else { break };
            builder.close(end, frame.summary());
            if let Some(outer) = open.last_mut() {
                match frame.is_key {
                    true => outer.key = Some(format!("key {}", outer.count)),
                    false => outer.take(),
                }
            }
        }
        if open.is_empty() {
            break;
        }
    }
    match *at < bytes.len() {
        true => fault(*at, FaultKind::Trailing),
        false => Ok(()),
    }
}

/// How the innermost container has its next value.
fn step(open: &[Frame], is_key: bool) -> Step {
    match open.last() {
        None => Step::Root,
        Some(frame) if is_key => Step::Key(format!("key {}", frame.count)),
        Some(Frame { holds: Holds::Pairs, key, .. }) => {
            Step::Key(key.as_deref().map(bare).unwrap_or_default())
        }
        Some(Frame { holds: Holds::Tagged(_), .. }) => Step::Tagged,
        Some(frame) => Step::Index(frame.count),
    }
}

/// A text without its quotes.
fn bare(key: &str) -> String {
    let inner = key.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    inner.unwrap_or(key).to_owned()
}

impl Frame {
    fn new(holds: Holds, left: Option<u64>, is_key: bool) -> Frame {
        Frame { holds, left, count: 0, key: None, is_key }
    }

    /// One value more is there.
    fn take(&mut self) {
        self.key = None;
        self.count += 1;
        self.left = self.left.map(|left| left.saturating_sub(1));
    }

    fn summary(&self) -> String {
        match self.holds {
            Holds::Values => format!("[{}]", self.count),
            Holds::Pairs => format!("{{{}}}", self.count),
            Holds::Tagged(tag) => tag.to_string(),
        }
    }
}

/// So many bytes from there on, as a number.
pub fn unsigned(bytes: &[u8], at: usize, length: usize) -> Result<u64, Stop> {
    let Some(found) = at.checked_add(length).and_then(|end| bytes.get(at..end)) else {
        return fault(bytes.len(), FaultKind::Ends);
    };
    Ok(found.iter().fold(0, |value, byte| value << 8 | u64::from(*byte)))
}

/// So many bytes from there on, with the offset behind them.
pub fn slice(bytes: &[u8], at: usize, length: u64) -> Result<(&[u8], usize), Stop> {
    let end = usize::try_from(length).ok().and_then(|length| at.checked_add(length));
    match end.and_then(|end| Some((bytes.get(at..end)?, end))) {
        Some(found) => Ok(found),
        None => fault(bytes.len(), FaultKind::Ends),
    }
}

pub fn text(bytes: &[u8], at: usize, length: u64) -> Result<(&str, usize), Stop> {
    let (found, end) = slice(bytes, at, length)?;
    match std::str::from_utf8(found) {
        Ok(text) => Ok((text, end)),
        Err(error) => fault(at + error.valid_up_to(), FaultKind::Utf8),
    }
}
