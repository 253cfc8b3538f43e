//! The filter of the packet list, and the list as text.

use std::collections::VecDeque;
use std::fmt::Write as _;

use super::facts::Line;
use crate::capture::{Capture, ClientSlot, Entry, Record, RecordId};
use crate::language::Language;
use crate::mqtt::{Packet, PacketType, Sender, check_topic_filter, matches};
use crate::ui::format::moment;

/// What the learner asked for: words that must all fit. Of several clients, directions, types, numbers
/// or topics, one must fit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    terms: Vec<Term>,
    /// Behind a `-`: none of them may fit.
    without: Vec<Term>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Term {
    /// A single letter, or `client:AB`.
    Client(ClientSlot),
    /// The whole name of a packet.
    Type(PacketType),
    /// `#7`: the record's number.
    Number(u64),
    /// `>` from the clients, `<` to them.
    From(Sender),
    /// `topic:sensors/#`: a topic that the Topic Filter matches, or that holds the text.
    Topic(String),
    /// `is:error`: bytes that break a rule, or a Reason Code that refuses.
    Error,
    /// `is:ping`.
    Ping,
    /// Anything else, in lower case: part of a name, of a fact, or of the bytes.
    Text(String),
}

/// In front of a client's letter, and of several letters always, since they may be any word.
const CLIENT: &str = "CLIENT:";

/// The word by which the filter finds a client.
pub fn word_for(client: ClientSlot) -> String {
    match client.letter().to_string() {
        letter if letter.len() == 1 => letter,
        letters => format!("{}{letters}", CLIENT.to_ascii_lowercase()),
    }
}

/// Shorter words would meet the bytes of almost any packet by chance.
const SHORTEST_IN_BYTES: usize = 3;

impl Filter {
    pub fn parse(text: &str) -> Filter {
        let mut filter = Filter::default();
        for word in text.split_whitespace() {
            match word.strip_prefix(WITHOUT) {
                // It is about to be typed.
                Some("") => {}
                Some(word) => filter.without.push(Term::parse(word)),
                None => filter.terms.push(Term::parse(word)),
            }
        }
        filter
    }

    pub fn is_empty(&self) -> bool {
        self.terms.is_empty() && self.without.is_empty()
    }

    /// The text in pieces, those marked that the filter looks for.
    pub fn marked<'a>(&self, text: &'a str) -> Vec<(bool, &'a str)> {
        let mut pieces = Vec::new();
        let (mut start, mut at) = (0, 0);
        while let Some(char) = text[at..].chars().next() {
            match self.found_at(&text[at..]) {
                Some(length) => {
                    pieces.extend((start < at).then(|| (false, &text[start..at])));
                    pieces.push((true, &text[at..at + length]));
                    at += length;
                    start = at;
                }
                None => at += char.len_utf8(),
            }
        }
        pieces.extend((start < text.len()).then(|| (false, &text[start..])));
        pieces
    }

    /// How many bytes at the beginning of the text are the longest word looked for.
    fn found_at(&self, text: &str) -> Option<usize> {
        let words = self.terms.iter().filter_map(|term| match term {
            Term::Text(word) => Some(word.as_str()),
            _ => None,
        });
        words.filter_map(|word| prefix(text, word)).max()
    }

    pub fn matches(&self, capture: &Capture, record: &Record, language: Language) -> bool {
        let mut line = None;
        let mut topics = None;
        let mut fits = |term: &Term| match term {
            Term::Client(slot) => record.client == *slot,
            Term::Type(packet_type) => record.packet_type() == Some(*packet_type),
            Term::Number(number) => record.id.number() == *number,
            Term::From(sender) => record.side() == Some(*sender),
            Term::Topic(topic) => topics
                .get_or_insert_with(|| topics_of(capture, record))
                .iter()
                .any(|found| fits_topic(topic, found)),
            Term::Error => is_error(record),
            Term::Ping => {
                matches!(record.packet_type(), Some(PacketType::PingReq | PacketType::PingResp))
            }
            Term::Text(text) => {
                if text.len() >= SHORTEST_IN_BYTES && contains(record.bytes(), text.as_bytes()) {
                    return true;
                }
                line.get_or_insert_with(|| haystack(capture, record, language)).contains(text)
            }
        };
        if self.without.iter().any(&mut fits) {
            return false;
        }
        self.terms.iter().enumerate().all(|(index, term)| {
            let is_alike = |other: &&Term| term.is_alternative_to(other);
            // Alternatives are judged together, where the first of them stands.
            match self.terms[..index].iter().any(|other| is_alike(&other)) {
                true => true,
                false => {
                    fits(term) || self.terms[index + 1..].iter().filter(is_alike).any(&mut fits)
                }
            }
        })
    }
}

impl Term {
    fn parse(word: &str) -> Term {
        let upper = word.to_ascii_uppercase();
        let letter = match upper.strip_prefix(CLIENT) {
            Some(letter) => Some(letter),
            None => Some(upper.as_str()).filter(|word| word.len() == 1),
        };
        if let Some(slot) = letter.and_then(ClientSlot::with_letter) {
            return Term::Client(slot);
        }
        match word {
            ">" | "→" => return Term::From(Sender::Client),
            "<" | "←" => return Term::From(Sender::Server),
            "is:error" => return Term::Error,
            "is:ping" => return Term::Ping,
            _ => {}
        }
        if let Some(topic) = word.strip_prefix(TOPIC).filter(|topic| !topic.is_empty()) {
            return Term::Topic(topic.to_owned());
        }
        if let Some(packet_type) = PacketType::ALL.into_iter().find(|p| p.name() == upper) {
            return Term::Type(packet_type);
        }
        if let Some(number) = word.strip_prefix('#').and_then(|digits| digits.parse().ok()) {
            return Term::Number(number);
        }
        Term::Text(word.to_lowercase())
    }

    /// Whether one of the two is enough: a packet has one client, one direction, one type.
    fn is_alternative_to(&self, other: &Term) -> bool {
        !matches!(self, Term::Text(_))
            && std::mem::discriminant(self) == std::mem::discriminant(other)
    }
}

/// What stands before a topic.
const TOPIC: &str = "topic:";

/// What stands before what is not wanted.
const WITHOUT: char = '-';

/// Whether something is wrong with it, or it says so of something else.
fn is_error(record: &Record) -> bool {
    match &record.entry {
        Entry::Broken { .. } | Entry::Text { .. } => true,
        _ => match record.packet() {
            Some(Ok(packet)) => packet.reason_codes().iter().any(|code| code.is_error()),
            Some(Err(_)) => true,
            None => false,
        },
    }
}

/// The Topic Name of a PUBLISH, also behind an alias, the Will Topic, or the Topic Filters.
fn topics_of(capture: &Capture, record: &Record) -> Vec<String> {
    match record.packet().and_then(Result::ok) {
        Some(Packet::Publish(publish)) if publish.topic.is_empty() => {
            let aliased = capture.aliased(record);
            aliased.map(|aliased| aliased.topic.to_owned()).into_iter().collect()
        }
        Some(Packet::Publish(publish)) => vec![publish.topic],
        Some(Packet::Connect(connect)) => connect.will.map(|will| will.topic).into_iter().collect(),
        Some(Packet::Subscribe(subscribe)) => {
            subscribe.subscriptions.into_iter().map(|asked| asked.topic_filter).collect()
        }
        Some(Packet::Unsubscribe(unsubscribe)) => unsubscribe.topic_filters,
        _ => Vec::new(),
    }
}

fn fits_topic(asked: &str, topic: &str) -> bool {
    match check_topic_filter(asked).is_ok() && asked.contains(['+', '#']) {
        true => topic == asked || matches(asked, topic),
        false => topic.to_lowercase().contains(&asked.to_lowercase()),
    }
}

/// The filter with a word in it, or without it if it was there.
pub fn toggled(filter: &str, word: &str) -> String {
    let has_word = has_word(filter, word);
    let mut words: Vec<&str> = filter
        .split_whitespace()
        .filter(|other| !(has_word && Filter::parse(other) == Filter::parse(word)))
        .collect();
    if !has_word {
        words.push(word);
    }
    words.join(" ")
}

/// Whether the filter asks for this already.
pub fn has_word(filter: &str, word: &str) -> bool {
    filter.split_whitespace().any(|other| Filter::parse(other) == Filter::parse(word))
}

/// How many bytes of the text spell the word, which is in lower case.
fn prefix(text: &str, word: &str) -> Option<usize> {
    let mut rest = word.chars();
    let mut expected = rest.next()?;
    for (at, char) in text.char_indices() {
        for lower in char.to_lowercase() {
            if lower != expected {
                return None;
            }
            match rest.next() {
                Some(next) => expected = next,
                None => return Some(at + char.len_utf8()),
            }
        }
    }
    None
}

/// The line of the list that a word is looked for in.
fn haystack(capture: &Capture, record: &Record, language: Language) -> String {
    let line = Line::among(capture, record, language);
    let name = line.name(language.strings()).unwrap_or_default();
    format!("{name} {}", line.words()).to_lowercase()
}

/// Whether `bytes` hold the word, whatever the case of its ASCII letters.
fn contains(bytes: &[u8], word: &[u8]) -> bool {
    let Some((&first, rest)) = word.split_first() else { return true };
    let mut at = 0;
    while let Some(found) = bytes[at..].iter().position(|byte| byte.to_ascii_lowercase() == first) {
        at += found + 1;
        match bytes.get(at..at + rest.len()) {
            Some(next) if next.eq_ignore_ascii_case(rest) => return true,
            Some(_) => {}
            None => return false,
        }
    }
    false
}

/// The records that pass a filter, kept while the capture grows at one end and shrinks at the other.
#[derive(Clone, Debug)]
pub struct Matches {
    filter: Filter,
    language: Language,
    /// Records before this one were put away by the learner.
    since: RecordId,
    /// The first record not judged yet.
    next: RecordId,
    kept: Kept,
    /// How many rows have gone at the upper end because the capture dropped their records.
    gone: u64,
    generation: u64,
}

#[derive(Clone, Debug)]
enum Kept {
    /// Without a filter: records have consecutive ids.
    All {
        first: RecordId,
    },
    Some(VecDeque<RecordId>),
}

impl Matches {
    pub fn new(filter: Filter, language: Language, since: RecordId) -> Matches {
        let kept = match filter.is_empty() {
            true => Kept::All { first: since },
            false => Kept::Some(VecDeque::new()),
        };
        Matches { filter, language, since, next: since, kept, gone: 0, generation: 0 }
    }

    /// Starts anew if anything that decides has changed.
    pub fn ask(&mut self, filter: Filter, language: Language, since: RecordId) {
        let asked = (&filter, language, since);
        if asked != (&self.filter, self.language, self.since) {
            let generation = self.generation + 1;
            *self = Matches { generation, ..Matches::new(filter, language, since) };
        }
    }

    /// Takes in what is new and lets go of what is gone. Stops as soon as `may_go_on` says no, and
    /// tells whether it has seen everything.
    pub fn extend(&mut self, capture: &Capture, mut may_go_on: impl FnMut() -> bool) -> bool {
        let oldest = capture.at(0).map_or(capture.next_id(), |record| record.id);
        match &mut self.kept {
            Kept::All { first } => {
                if self.next > *first {
                    self.gone += oldest.0.min(self.next.0).saturating_sub(first.0);
                }
                *first = (*first).max(oldest);
                self.next = capture.next_id();
                true
            }
            Kept::Some(ids) => {
                while ids.front().is_some_and(|id| *id < oldest) {
                    ids.pop_front();
                    self.gone += 1;
                }
                self.next = self.next.max(oldest);
                let Some(start) = capture.position(self.next) else { return true };
                for (judged, position) in (start..capture.len()).enumerate() {
                    // Asking for the time costs more than judging a record.
                    if judged % 128 == 127 && !may_go_on() {
                        return false;
                    }
                    if let Some(record) = capture.at(position) {
                        if self.filter.matches(capture, record, self.language) {
                            ids.push_back(record.id);
                        }
                        self.next = RecordId(record.id.0 + 1);
                    }
                }
                true
            }
        }
    }

    pub fn len(&self) -> usize {
        match &self.kept {
            Kept::All { first } => usize::try_from(self.next.0 - first.0).unwrap_or_default(),
            Kept::Some(ids) => ids.len(),
        }
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The first record not judged yet.
    pub fn judged(&self) -> RecordId {
        self.next
    }

    /// How many rows have gone at the upper end since the list was asked for.
    pub fn gone(&self) -> u64 {
        self.gone
    }

    /// Changes whenever the list has started anew.
    pub fn generation(&self) -> u64 {
        self.generation
    }

    pub fn is_filtered(&self) -> bool {
        matches!(self.kept, Kept::Some(_))
    }

    /// The id at a position of the list.
    pub fn at(&self, position: usize) -> Option<RecordId> {
        match &self.kept {
            Kept::All { first } => {
                (position < self.len()).then(|| RecordId(first.0 + position as u64))
            }
            Kept::Some(ids) => ids.get(position).copied(),
        }
    }

    /// Where the record stands, or where it would stand if it passed the filter.
    pub fn position(&self, id: RecordId) -> usize {
        match &self.kept {
            Kept::All { first } => {
                usize::try_from(id.0.saturating_sub(first.0)).unwrap_or(usize::MAX).min(self.len())
            }
            Kept::Some(ids) => ids.partition_point(|kept| *kept < id),
        }
    }

    pub fn contains(&self, id: RecordId) -> bool {
        self.at(self.position(id)) == Some(id)
    }

    pub fn iter(&self) -> impl Iterator<Item = RecordId> {
        (0..self.len()).filter_map(|position| self.at(position))
    }
}

/// Records of a capture as lines of text, for notes and reports.
pub fn as_text(
    capture: &Capture,
    ids: impl Iterator<Item = RecordId>,
    language: Language,
) -> String {
    let mut text = String::new();
    for record in ids.filter_map(|id| capture.get(id)) {
        let line = Line::among(capture, record, language);
        let (time, unit) = moment(capture.passed(record.at));
        let arrow = match record.side() {
            Some(Sender::Client) => "→",
            Some(Sender::Server) => "←",
            None => "·",
        };
        let letter = record.client.letter();
        let name = line.name(language.strings()).unwrap_or_default();
        let size = match record.bytes().len() {
            0 => String::new(),
            bytes => format!("  {bytes} B"),
        };
        writeln!(text, "{time:>9} {unit:<2}  {letter} {arrow} {name:<11}  {}{size}", line.words())
            .expect("writing to a String succeeds");
    }
    text
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;
    use crate::capture::{Bounds, ClientSlot, Entry};
    use crate::mqtt::ConnectionId;
    use crate::time::Instant;

    const CONNECT: &[u8] = &[
        0x10, 0x13, 0, 4, b'M', b'Q', b'T', b'T', 5, 2, 0, 60, 0, 0, 6, b'S', b'e', b'n', b's',
        b'o', b'r',
    ];
    const PUBLISH: &[u8] = &[0x30, 0x06, 0, 1, b'a', 0, b'h', b'i'];
    const DISCONNECT: &[u8] = &[0xE0, 0x00];

    fn capture(packets: &[(u16, &'static [u8])]) -> Capture {
        let mut capture = Capture::default();
        for (slot, bytes) in packets {
            let bytes = Bytes::from_static(bytes);
            let slot = ClientSlot(*slot);
            capture.push_packet(Instant::START, slot, ConnectionId(1), Sender::Client, bytes);
        }
        capture
    }

    fn found(capture: &Capture, text: &str) -> Vec<u64> {
        let mut matches = Matches::new(Filter::parse(text), Language::En, RecordId(0));
        assert!(matches.extend(capture, || true));
        matches.iter().map(|id| id.0).collect()
    }

    #[test]
    fn words_are_found_in_type_client_facts_and_bytes() {
        let mut capture = capture(&[(0, CONNECT), (0, PUBLISH), (1, PUBLISH), (1, DISCONNECT)]);
        let address = "ws://localhost:9001".to_owned();
        let entry = Entry::Opening { address };
        capture.push(Instant::START, ClientSlot(2), ConnectionId(2), entry);
        for (text, expect) in [
            ("", &[0, 1, 2, 3, 4][..]),
            ("publish", &[1, 2]),
            ("connect", &[0]), // the whole name of a packet means that packet
            ("conn", &[0, 3, 4]),
            ("b", &[2, 3]),
            ("client:b", &[2, 3]),
            ("client:AA", &[]),
            ("-b", &[0, 1, 4]),
            ("-publish -disconnect", &[0, 4]),
            ("-publish b", &[3]),
            ("-", &[0, 1, 2, 3, 4]), // something is about to be typed
            ("- publish", &[1, 2]),
            ("is:error", &[]),
            ("B publish", &[2]),
            ("publish A", &[1]),
            ("#3", &[2]),
            ("SENSOR", &[0]),
            ("keep", &[0]),
            ("mqtt", &[0]), // only its bytes say so
            ("hi", &[1, 2]),
            ("9001", &[4]),
            ("nothing", &[]),
            ("connect disconnect", &[0, 3]), // of two types one is enough
            ("a b publish", &[1, 2]),
            (">", &[0, 1, 2, 3]),
            ("<", &[]),
            ("> < publish", &[1, 2]),
            ("#1 #4", &[0, 3]),
        ] {
            assert_eq!(found(&capture, text), expect, "{text:?}");
        }
    }

    #[test]
    fn a_topic_is_found_behind_its_alias_too() {
        const SETS: &[u8] = &[0x30, 0x09, 0, 3, b'a', b'/', b'b', 3, 0x23, 0, 3];
        const USES: &[u8] = &[0x30, 0x06, 0, 0, 3, 0x23, 0, 3];
        let capture = capture(&[(0, SETS), (0, USES), (0, PUBLISH)]);
        assert_eq!(found(&capture, "a/b"), [0, 1]);
        let text = as_text(&capture, [RecordId(1)].into_iter(), Language::En);
        assert!(text.contains("alias 3 → a/b · QoS 0"), "{text}");
    }

    #[test]
    fn topics_are_found_by_filter_and_by_text() {
        const SUBSCRIBE: &[u8] = &[0x82, 0x09, 0, 1, 0, 0, 3, b'a', b'/', b'#', 0];
        const SETS: &[u8] = &[0x30, 0x09, 0, 3, b'a', b'/', b'b', 3, 0x23, 0, 3];
        const USES: &[u8] = &[0x30, 0x06, 0, 0, 3, 0x23, 0, 3];
        let capture = capture(&[(0, SUBSCRIBE), (0, SETS), (0, USES), (0, PUBLISH), (0, CONNECT)]);
        for (text, expect) in [
            ("topic:a/#", &[0, 1, 2, 3][..]), // `a/#` covers `a` too
            ("topic:+/b", &[1, 2]),
            ("topic:A/B", &[1, 2]),
            ("topic:a/# topic:x", &[0, 1, 2, 3]),
            ("topic:a/# publish", &[1, 2, 3]),
            ("topic:zzz", &[]),
            ("topic:", &[]),
        ] {
            assert_eq!(found(&capture, text), expect, "{text:?}");
        }
    }

    #[test]
    fn words_are_put_into_a_filter_and_taken_out() {
        for (filter, word, expect) in [
            ("", "PUBLISH", "PUBLISH"),
            ("a", "PUBLISH", "a PUBLISH"),
            ("publish a", "PUBLISH", "a"),
            ("→ temp", ">", "temp"),
            ("B  temp", "A", "B temp A"),
        ] {
            assert_eq!(toggled(filter, word), expect, "{filter:?} and {word:?}");
        }
    }

    #[test]
    fn what_a_filter_looks_for_is_marked() {
        for (filter, text, expect) in [
            (
                "temp",
                "a/Temp/temp",
                &[(false, "a/"), (true, "Temp"), (false, "/"), (true, "temp")][..],
            ),
            ("温", "室温", &[(false, "室"), (true, "温")]),
            ("ab abc", "abcd", &[(true, "abc"), (false, "d")]),
            ("publish", "a publish", &[(false, "a publish")]), // a type, not a word
            ("", "text", &[(false, "text")]),
            ("x", "", &[]),
        ] {
            assert_eq!(Filter::parse(filter).marked(text), expect, "{filter:?} in {text:?}");
        }
    }

    #[test]
    fn matches_follow_a_capture_that_grows_and_drops() {
        let mut capture = Capture::new(Bounds { records: 4, bytes: 1 << 20 });
        let push = |capture: &mut Capture, bytes: &'static [u8]| {
            let bytes = Bytes::from_static(bytes);
            let slot = ClientSlot(0);
            capture.push_packet(Instant::START, slot, ConnectionId(1), Sender::Client, bytes)
        };
        let mut filtered = Matches::new(Filter::parse("publish"), Language::En, RecordId(0));
        let mut all = Matches::new(Filter::default(), Language::En, RecordId(0));
        for round in 0..6 {
            push(&mut capture, if round % 2 == 0 { PUBLISH } else { DISCONNECT });
            filtered.extend(&capture, || true);
            all.extend(&capture, || true);
        }
        assert_eq!(filtered.iter().map(|id| id.0).collect::<Vec<_>>(), [2, 4]);
        assert_eq!(all.iter().map(|id| id.0).collect::<Vec<_>>(), [2, 3, 4, 5]);
        assert!(filtered.contains(RecordId(4)) && !filtered.contains(RecordId(5)));
        assert_eq!((filtered.gone(), all.gone()), (1, 2));
        assert_eq!(filtered.position(RecordId(3)), 1);
        assert_eq!(all.position(RecordId(5)), 3);
        capture.clear();
        filtered.extend(&capture, || true);
        all.extend(&capture, || true);
        assert!(filtered.is_empty() && all.is_empty());
        push(&mut capture, PUBLISH);
        filtered.extend(&capture, || true);
        assert_eq!(filtered.iter().map(|id| id.0).collect::<Vec<_>>(), [6]);
    }

    #[test]
    fn a_long_search_can_be_interrupted_and_goes_on_where_it_was() {
        let capture = capture(&[(0, PUBLISH); 1000]);
        let mut matches = Matches::new(Filter::parse("publish"), Language::En, RecordId(0));
        let mut turns = 0;
        while !matches.extend(&capture, || false) {
            turns += 1;
            assert!(turns < 100);
        }
        assert!(turns > 1);
        assert_eq!(matches.len(), 1000);
    }

    #[test]
    fn what_was_put_away_stays_away() {
        let capture = capture(&[(0, PUBLISH), (0, PUBLISH), (0, PUBLISH)]);
        for text in ["", "publish"] {
            let mut matches = Matches::new(Filter::parse(text), Language::En, RecordId(0));
            matches.extend(&capture, || true);
            matches.ask(Filter::parse(text), Language::En, RecordId(2));
            matches.extend(&capture, || true);
            assert_eq!(matches.iter().map(|id| id.0).collect::<Vec<_>>(), [2], "{text:?}");
        }
    }

    #[test]
    fn the_list_reads_as_text() {
        let text = as_text(&capture(&[(1, PUBLISH)]), [RecordId(0)].into_iter(), Language::En);
        assert_eq!(text, "      0.0 ms  B → PUBLISH      a · QoS 0 · hi  8 B\n");
    }
}
