//! UTF-8 Encoded Strings (§1.5.4) as packets hold them: small ones in place, others as a slice of their frame.

use std::borrow::{Borrow, Cow};
use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::ops::{AddAssign, Deref, Range};

use arrayvec::ArrayString;
use bytes::Bytes;
use bytestring::ByteString;
use serde::{Serialize, Serializer};

/// A text that costs no allocation to read out of a packet, nor to clone. It is a [`str`] wherever one is
/// wanted, and is made from one with `into`.
///
/// Up to [`Text::IN_PLACE`] bytes stand in the value itself. A longer text that was read shares the memory of
/// the packet it came in, which may share that of what arrived together with it: whoever keeps such a text for
/// long keeps all of that, unless it takes a [`detached`](Text::detached) one.
///
/// ```
/// use mqtt5_playground::mqtt::Text;
///
/// let topic: Text = "building/3/room/17/temperature".into();
/// assert_eq!(topic, "building/3/room/17/temperature");
/// assert_eq!(topic.split('/').count(), 5);
/// ```
#[derive(Clone)]
pub struct Text(Repr);

#[derive(Clone)]
enum Repr {
    InPlace(ArrayString<{ Text::IN_PLACE }>),
    Shared(ByteString),
}

impl Text {
    /// The longest text, in bytes, that shares no memory: what fits, with its length, into the space of a
    /// [`Bytes`].
    pub const IN_PLACE: usize = size_of::<Bytes>() - size_of::<usize>() - size_of::<u32>();

    /// Without a character.
    pub const EMPTY: Text = Text(Repr::InPlace(ArrayString::new_const()));

    /// The same as a `&str`.
    #[inline]
    pub fn as_str(&self) -> &str {
        match &self.0 {
            Repr::InPlace(text) => text,
            Repr::Shared(text) => text,
        }
    }

    /// The same text in memory of its own, for whoever keeps it longer than its packet.
    #[must_use = "the text itself stays as it is"]
    pub fn detached(&self) -> Text {
        self.as_str().into()
    }

    /// The text at `range` of `frame`; an error says how many of its bytes are well-formed UTF-8.
    #[inline(always)]
    pub(super) fn read(frame: &Bytes, range: Range<usize>) -> Result<Text, usize> {
        if range.len() > Text::IN_PLACE {
            let read = ByteString::try_from(frame.slice(range));
            return read.map(|text| Text(Repr::Shared(text))).map_err(|error| error.valid_up_to());
        }
        if let Some(text) = Text::read_wider(&frame[range.start..], range.len()) {
            return Ok(text);
        }
        let text = std::str::from_utf8(&frame[range]).map_err(|error| error.valid_up_to())?;
        Ok(Text::made_from(text))
    }

    /// The first `length` bytes where enough follow and all are well-formed together, as is mostly so: the number of
    /// bytes that are looked at and moved is known then, which takes half the time.
    #[inline(always)]
    fn read_wider(bytes: &[u8], length: usize) -> Option<Text> {
        #[repr(align(16))]
        struct Aligned([u8; WIDER]);
        if length > WIDER {
            return None;
        }
        let wider = Aligned(*bytes.first_chunk()?);
        let wider = ArrayString::<WIDER>::from_byte_string(&wider.0).ok()?;
        if !wider.is_char_boundary(length) {
            return None;
        }
        let mut text = ArrayString::from(&wider).ok()?;
        text.truncate(length);
        Some(Text(Repr::InPlace(text)))
    }

    #[inline(always)]
    fn made_from(text: &str) -> Text {
        Text(match ArrayString::from(text) {
            Ok(text) => Repr::InPlace(text),
            Err(_) => Repr::Shared(text.into()),
        })
    }
}

/// What [`Text::read_wider`] looks at: a multiple of two words, since that is how UTF-8 is checked fastest.
const WIDER: usize = Text::IN_PLACE / (2 * size_of::<usize>()) * (2 * size_of::<usize>());

// A text takes no more room in a packet than a slice would.
const _: () = assert!(size_of::<Text>() == size_of::<Bytes>());

/// What a text has in it that a rule may forbid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Found {
    /// U+0000.
    pub(super) null: bool,
    /// `#` or `+`.
    pub(super) wildcard: bool,
}

impl Found {
    /// Looks for both at once, eight bytes at a time.
    #[inline(always)]
    pub(super) fn within(bytes: &[u8]) -> Found {
        let Some(last) = bytes.last_chunk::<8>() else { return Found::within_few(bytes) };
        // The last eight may have been looked at in part.
        let last = u64::from_le_bytes(*last);
        let mut nulls = some_zero(last);
        let mut wildcards = some_zero(other_than_wildcards(last));
        let mut left = bytes;
        while let Some((eight, behind)) = left.split_first_chunk::<8>() {
            let word = u64::from_le_bytes(*eight);
            nulls |= some_zero(word);
            wildcards |= some_zero(other_than_wildcards(word));
            left = behind;
        }
        Found { null: nulls != 0, wildcard: wildcards != 0 }
    }

    /// Fewer than eight are moved into a word in which nothing else is looked for.
    #[inline(always)]
    fn within_few(bytes: &[u8]) -> Found {
        let (mut word, mut left) = (LOW, bytes);
        if let Some((four, behind)) = left.split_first_chunk::<4>() {
            word = word << 32 | u64::from(u32::from_le_bytes(*four));
            left = behind;
        }
        while let Some((&byte, behind)) = left.split_first() {
            word = word << 8 | u64::from(byte);
            left = behind;
        }
        Found { null: some_zero(word) != 0, wildcard: some_zero(other_than_wildcards(word)) != 0 }
    }
}

/// Whether something holds at each place of `#` and `+`.
#[inline(always)]
pub(super) fn at_each_wildcard(bytes: &[u8], holds: impl Fn(usize) -> bool) -> bool {
    let mut left = bytes;
    while !left.is_empty() {
        let at = bytes.len() - left.len();
        let (word, behind) = match left.split_first_chunk::<8>() {
            Some((eight, behind)) => (u64::from_le_bytes(*eight), behind),
            None => (few(bytes, left), &[][..]),
        };
        let mut found = each_zero(other_than_wildcards(word));
        while found != 0 {
            if !holds(at + found.trailing_zeros() as usize / 8) {
                return false;
            }
            found &= found - 1;
        }
        left = behind;
    }
    true
}

/// Fewer than eight bytes that are the last of more, with 0 behind them.
#[inline(always)]
fn few(bytes: &[u8], last: &[u8]) -> u64 {
    match bytes.last_chunk::<8>() {
        Some(eight) => u64::from_le_bytes(*eight) >> (64 - 8 * last.len()),
        None => last.iter().rev().fold(0, |word, &byte| word << 8 | u64::from(byte)),
    }
}

const LOW: u64 = u64::from_ne_bytes([0x01; 8]);
const HIGH: u64 = u64::from_ne_bytes([0x80; 8]);

/// Not 0 where one of eight bytes is 0: subtracting 1 then borrows from its top bit.
#[inline(always)]
fn some_zero(word: u64) -> u64 {
    word.wrapping_sub(LOW) & !word & HIGH
}

/// The top bit of each of eight bytes that is 0.
fn each_zero(word: u64) -> u64 {
    !(((word & !HIGH) + !HIGH) | word | !HIGH)
}

/// 0 in those of eight bytes that are `#` or `+`, which differ in one bit.
#[inline(always)]
fn other_than_wildcards(word: u64) -> u64 {
    (word | (LOW * u64::from(b'#' ^ b'+'))) ^ (LOW * u64::from(b'+'))
}

impl Default for Text {
    fn default() -> Text {
        Text::EMPTY
    }
}

impl Deref for Text {
    type Target = str;

    #[inline]
    fn deref(&self) -> &str {
        self.as_str()
    }
}

impl AsRef<str> for Text {
    fn as_ref(&self) -> &str {
        self
    }
}

impl Borrow<str> for Text {
    fn borrow(&self) -> &str {
        self
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self.as_str(), f)
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Text {
        Text::made_from(text)
    }
}

impl From<String> for Text {
    fn from(text: String) -> Text {
        Text(match ArrayString::from(&text) {
            Ok(text) => Repr::InPlace(text),
            Err(_) => Repr::Shared(text.into()),
        })
    }
}

impl From<&String> for Text {
    fn from(text: &String) -> Text {
        text.as_str().into()
    }
}

impl From<&Text> for Text {
    fn from(text: &Text) -> Text {
        text.clone()
    }
}

impl From<Cow<'_, str>> for Text {
    fn from(text: Cow<'_, str>) -> Text {
        match text {
            Cow::Borrowed(text) => text.into(),
            Cow::Owned(text) => text.into(),
        }
    }
}

impl From<Text> for String {
    fn from(text: Text) -> String {
        text.as_str().to_owned()
    }
}

impl From<&Text> for String {
    fn from(text: &Text) -> String {
        text.as_str().to_owned()
    }
}

/// Longer by `more`, which is for the making of a text and not for reading.
impl AddAssign<&str> for Text {
    fn add_assign(&mut self, more: &str) {
        *self = [self.as_str(), more].concat().into();
    }
}

impl Serialize for Text {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self)
    }
}

impl Eq for Text {}

impl PartialEq for Text {
    fn eq(&self, other: &Text) -> bool {
        self.as_str() == other.as_str()
    }
}

impl Ord for Text {
    fn cmp(&self, other: &Text) -> Ordering {
        self.as_str().cmp(other.as_str())
    }
}

impl PartialOrd for Text {
    fn partial_cmp(&self, other: &Text) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// As a `str` hashes, so that a map is searched with one.
impl Hash for Text {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_str().hash(state);
    }
}

macro_rules! equal_as_text {
    ($($other:ty),*) => {$(
        impl PartialEq<$other> for Text {
            fn eq(&self, other: &$other) -> bool {
                self.as_str() == AsRef::<str>::as_ref(other)
            }
        }

        impl PartialEq<Text> for $other {
            fn eq(&self, other: &Text) -> bool {
                other == self
            }
        }
    )*};
}

equal_as_text!(str, &str, String);

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::collections::HashMap;

    use super::*;

    #[test]
    fn a_text_of_any_length_is_the_same_text() {
        for length in [0, 1, Text::IN_PLACE - 1, Text::IN_PLACE, Text::IN_PLACE + 1, 300] {
            let text = "é".repeat(length).split_off(length / 2 * 2);
            let frame = Bytes::from(format!("x{text}y"));
            let read = Text::read(&frame, 1..frame.len() - 1).expect("it is well-formed");
            for made in [&read, &read.clone(), &read.detached(), &text.as_str().into()] {
                assert_eq!((made, made.len()), (&read, text.len()));
                assert_eq!(made, &text);
                assert_eq!(format!("{made} {made:?}"), format!("{text} {text:?}"));
            }
            assert_eq!(Text::from(text.clone()), text);
            assert_eq!(HashMap::from([(read, 1)]).get(text.as_str()), Some(&1));
        }
        assert_eq!(Text::default(), "");
    }

    #[test]
    fn only_well_formed_utf_8_becomes_a_text() {
        let rows: [(&[u8], usize); 4] = [
            (b"\xFF", 0),
            (b"ab\xC3", 2),
            // An encoded surrogate, behind more than stands in place.
            (b"0123456789012345678901234567890123456789\xED\xA0\x80", 40),
            // Half of a character, of which the rest is beyond the range.
            (b"a\xE6\xB8", 1),
        ];
        for (bytes, well_formed) in rows {
            let frame = Bytes::from([bytes, b"\xA9"].concat());
            assert_eq!(Text::read(&frame, 0..bytes.len()), Err(well_formed), "{bytes:02X?}");
        }
    }

    #[test]
    fn what_follows_a_text_changes_nothing_about_it() {
        for text in ["", "a", "é", "aé", "sensor-17", "0123456789abcde", "0123456789abcdé"] {
            for behind in
                ["z".repeat(40).as_bytes(), &[0xFF; 40], &[0xA9; 40], b"\xC3\xA9\xFF", b""]
            {
                let frame = Bytes::from([b"x", text.as_bytes(), behind].concat());
                for length in 0..=text.len() {
                    let bytes = &frame[1..1 + length];
                    let expect = std::str::from_utf8(bytes).map_err(|error| error.valid_up_to());
                    let read = Text::read(&frame, 1..1 + length);
                    assert_eq!(
                        read.as_deref().map_err(|valid| *valid),
                        expect,
                        "{frame:02X?} {length}"
                    );
                }
            }
        }
    }

    #[test]
    fn null_and_wildcards_are_found_wherever_they_stand() {
        let is_wildcard = |byte: &u8| matches!(byte, b'#' | b'+');
        for length in 0..40 {
            for other in [b'b', 0x01, 0x80, 0xFF, b'#' ^ 0x01, b'#' ^ 0x80, b'#', b'+', 0] {
                for (at, found) in (0..length).flat_map(|at| [0, b'#', b'+'].map(|it| (at, it))) {
                    let mut bytes = vec![other; length];
                    bytes[at] = found;
                    let expect =
                        Found { null: bytes.contains(&0), wildcard: bytes.iter().any(is_wildcard) };
                    assert_eq!(Found::within(&bytes), expect, "{bytes:02X?}");
                    let places: Vec<usize> =
                        (0..length).filter(|at| is_wildcard(&bytes[*at])).collect();
                    let visited = RefCell::new(Vec::new());
                    assert!(at_each_wildcard(&bytes, |at| {
                        visited.borrow_mut().push(at);
                        true
                    }));
                    assert_eq!(visited.into_inner(), places, "{bytes:02X?}");
                    let has_none = at_each_wildcard(&bytes, |_| false);
                    assert_eq!(has_none, places.is_empty(), "{bytes:02X?}");
                }
            }
        }
        assert_eq!(Found::within(&[]), Found { null: false, wildcard: false });
    }

    #[test]
    fn a_detached_text_keeps_no_frame_alive() {
        let frame = Bytes::from("z".repeat(100));
        let text = Text::read(&frame, 10..90).expect("it is well-formed");
        assert!(frame.as_ptr_range().contains(&text.as_ptr()));
        assert!(!frame.as_ptr_range().contains(&text.detached().as_ptr()));
    }
}
