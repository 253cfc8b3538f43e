//! One word of the filter: what it asks for, and what is wrong with it.

use crate::analysis::follow::Follower;
use crate::capture::{Capture, ClientSlot, Entry, Record, RecordId};
use crate::language::Strings;
use crate::mqtt::{
    Packet, PacketType, Property, PropertyId, PropertyValue, Sender, Text, Version,
    check_topic_filter, matches,
};
use crate::ui::format::quoted;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Term {
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
    /// `is:touched`: something in between was done to it.
    Touched,
    /// `code:0x97`.
    Code(u8),
    /// `code:>=0x80`: from the first to the last.
    Codes(u8, u8),
    /// `code:quota`: part of a name, in lower case.
    CodeNamed(String),
    /// `has:topic-alias`.
    Property(PropertyId),
    /// `user:key`, `user:key=value`.
    User(String, Option<String>),
    /// `payload:text`, without regard to the case of letters.
    Payload(String),
    /// `payload:0x0102`.
    PayloadBytes(Vec<u8>),
    /// `connection:3`.
    Connection(u32),
    /// `version:3.1.1`.
    Version(Version),
    /// `follow:#12`: the whole way of that message.
    Follow(RecordId),
    /// Anything else, in lower case: part of a name, of a fact, or of the bytes.
    Text(String),
}

/// What stands before a colon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Word {
    Client,
    Topic,
    Payload,
    Code,
    Has,
    User,
    Connection,
    Version,
    Follow,
    Is,
}

/// Why a word does not do what it seems to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    /// Its word before the colon is unknown: it is looked for as text.
    Unknown(String),
    /// What follows the colon is not understood, or not there yet: the word is left out.
    Value(Word, String),
}

impl Word {
    pub const ALL: [Word; 10] = [
        Word::Client,
        Word::Topic,
        Word::Payload,
        Word::Code,
        Word::Has,
        Word::User,
        Word::Connection,
        Word::Version,
        Word::Follow,
        Word::Is,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Word::Client => "client",
            Word::Topic => "topic",
            Word::Payload => "payload",
            Word::Code => "code",
            Word::Has => "has",
            Word::User => "user",
            Word::Connection => "connection",
            Word::Version => "version",
            Word::Follow => "follow",
            Word::Is => "is",
        }
    }

    /// A whole word that is understood.
    pub fn example(self) -> &'static str {
        match self {
            Word::Client => "client:A",
            Word::Topic => "topic:a/+/b",
            Word::Payload => "payload:on",
            Word::Code => "code:>=0x80",
            Word::Has => "has:topic-alias",
            Word::User => "user:key=value",
            Word::Connection => "connection:3",
            Word::Version => "version:3.1.1",
            Word::Follow => "follow:#12",
            Word::Is => "is:error",
        }
    }

    pub fn meaning(self, strings: &Strings) -> &'static str {
        match self {
            Word::Client => strings.filter_word_client(),
            Word::Topic => strings.filter_word_topic(),
            Word::Payload => strings.filter_word_payload(),
            Word::Code => strings.filter_word_code(),
            Word::Has => strings.filter_word_has(),
            Word::User => strings.filter_word_user(),
            Word::Connection => strings.filter_word_connection(),
            Word::Version => strings.filter_word_version(),
            Word::Follow => strings.filter_word_follow(),
            Word::Is => strings.filter_word_is(),
        }
    }

    fn named(name: &str) -> Option<Word> {
        // What others call it is understood too.
        if name.eq_ignore_ascii_case("property") {
            return Some(Word::Has);
        }
        Word::ALL.into_iter().find(|word| word.name().eq_ignore_ascii_case(name))
    }

    fn read(self, value: &str) -> Option<Term> {
        if value.is_empty() {
            return None;
        }
        match self {
            Word::Client => ClientSlot::with_letter(&value.to_ascii_uppercase()).map(Term::Client),
            Word::Topic => Some(Term::Topic(value.to_owned())),
            Word::Payload => match value.strip_prefix("0x") {
                Some(digits) => bytes(digits).map(Term::PayloadBytes),
                None => Some(Term::Payload(value.to_lowercase())),
            },
            Word::Code => code(value),
            Word::Has => {
                let asked = plain(value);
                let property = PropertyId::ALL.iter().find(|id| plain(id.name()) == asked);
                property.copied().map(Term::Property)
            }
            Word::User => Some(match value.split_once('=') {
                Some((key, value)) => {
                    Term::User(unquoted(key).to_owned(), Some(unquoted(value).to_owned()))
                }
                None => Term::User(value.to_owned(), None),
            }),
            Word::Connection => value.parse().ok().map(Term::Connection),
            Word::Version => match value {
                "5" | "5.0" => Some(Term::Version(Version::V5)),
                "3.1.1" | "4" => Some(Term::Version(Version::V3_1_1)),
                "3.1" | "3" => Some(Term::Version(Version::V3_1)),
                _ => None,
            },
            Word::Follow => {
                let number: u64 = value.strip_prefix('#').unwrap_or(value).parse().ok()?;
                number.checked_sub(1).map(|id| Term::Follow(RecordId(id)))
            }
            Word::Is => match value.to_ascii_lowercase().as_str() {
                "error" => Some(Term::Error),
                "ping" => Some(Term::Ping),
                "touched" => Some(Term::Touched),
                _ => None,
            },
        }
    }
}

/// `0x97`, `151`, `>=0x80`, or part of a name.
fn code(value: &str) -> Option<Term> {
    let signs = [">=", "<=", ">", "<", "="];
    let compared = signs.into_iter().find_map(|sign| Some((sign, value.strip_prefix(sign)?)));
    if let Some((sign, number)) = compared {
        let code = number_of(number)?;
        return match sign {
            ">=" => Some(Term::Codes(code, u8::MAX)),
            "<=" => Some(Term::Codes(0, code)),
            ">" => code.checked_add(1).map(|first| Term::Codes(first, u8::MAX)),
            "<" => code.checked_sub(1).map(|last| Term::Codes(0, last)),
            _ => Some(Term::Code(code)),
        };
    }
    match value.starts_with(|c: char| c.is_ascii_digit()) {
        true => number_of(value).map(Term::Code),
        false => Some(Term::CodeNamed(plain(value))),
    }
}

fn number_of(text: &str) -> Option<u8> {
    match text.strip_prefix("0x").or(text.strip_prefix("0X")) {
        Some(digits) => u8::from_str_radix(digits, 16).ok(),
        None => text.parse().ok(),
    }
}

fn bytes(digits: &str) -> Option<Vec<u8>> {
    let pairs = digits.as_bytes().chunks(2);
    let byte = |pair: &[u8]| match pair.len() {
        2 => u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok(),
        _ => None,
    };
    let bytes: Vec<u8> = pairs.map(byte).collect::<Option<_>>()?;
    (!bytes.is_empty()).then_some(bytes)
}

/// A name as it is compared: `topic-alias` is Topic Alias.
fn plain(name: &str) -> String {
    let letters = name.chars().filter(|c| c.is_alphanumeric());
    letters.flat_map(char::to_lowercase).collect()
}

impl Term {
    /// What a word of the filter asks for; `None` where it is left out.
    pub fn parse(word: &str) -> Option<Term> {
        let upper = word.to_ascii_uppercase();
        if let Some(slot) = ClientSlot::with_letter(&upper).filter(|_| word.len() == 1) {
            return Some(Term::Client(slot));
        }
        match word {
            ">" | "→" => return Some(Term::From(Sender::Client)),
            "<" | "←" => return Some(Term::From(Sender::Server)),
            _ => {}
        }
        if let Some((word, value)) = split(word) {
            return word.read(unquoted(value));
        }
        if let Some(packet_type) = PacketType::ALL.into_iter().find(|p| p.name() == upper) {
            return Some(Term::Type(packet_type));
        }
        if let Some(number) = word.strip_prefix('#').and_then(|digits| digits.parse().ok()) {
            return Some(Term::Number(number));
        }
        Some(Term::Text(unquoted(word).to_lowercase()))
    }

    /// Whether one of the two is enough: a packet has one client, one direction, one type. A packet may have
    /// several properties, so that each that is asked for must be there.
    pub fn is_alternative_to(&self, other: &Term) -> bool {
        let may_be_several = matches!(
            self,
            Term::Text(_)
                | Term::Codes(..)
                | Term::Property(_)
                | Term::User(..)
                | Term::Payload(_)
                | Term::PayloadBytes(_)
        );
        !may_be_several && std::mem::discriminant(self) == std::mem::discriminant(other)
    }

    /// The text that is to be marked where it is found.
    pub fn text(&self) -> Option<&str> {
        match self {
            Term::Text(text) | Term::Payload(text) => Some(text),
            _ => None,
        }
    }
}

impl Problem {
    /// What is wrong with a word, if anything is.
    pub fn of(word: &str) -> Option<Problem> {
        if let Some((known, value)) = split(word) {
            let is_understood = known.read(unquoted(value)).is_some();
            return (!is_understood).then(|| Problem::Value(known, word.to_owned()));
        }
        let (before, behind) = word.split_once(':')?;
        let is_word = before.len() > 1 && before.chars().all(|c| c.is_ascii_alphabetic());
        // Addresses are looked for as they are.
        (is_word && !behind.starts_with("//")).then(|| Problem::Unknown(before.to_owned()))
    }

    pub fn words(&self, strings: &Strings) -> String {
        match self {
            Problem::Unknown(word) => {
                let known: Vec<String> =
                    Word::ALL.iter().map(|word| format!("{}:", word.name())).collect();
                strings.filter_unknown(known.join(", "), quoted(word))
            }
            Problem::Value(word, written) => {
                strings.filter_value(word.example(), word.meaning(strings), quoted(written))
            }
        }
    }
}

/// The word before the colon, if it is one of ours, and what follows.
fn split(word: &str) -> Option<(Word, &str)> {
    let (before, behind) = word.split_once(':')?;
    Some((Word::named(before)?, behind))
}

/// Quotes hold a value with spaces together, and make a text of what would be a word.
fn unquoted(value: &str) -> &str {
    value.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(value)
}

/// The words of a filter. One may be in quotes, as a whole or behind `:` or `=`, and hold spaces then.
pub fn split_words(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        rest = rest.trim_start();
        let (word, behind) = rest.split_at(word_end(rest));
        rest = behind;
        (!word.is_empty()).then_some(word)
    })
}

fn word_end(text: &str) -> usize {
    let mut before = None;
    for (at, char) in text.char_indices() {
        if char.is_whitespace() {
            return at;
        }
        if char == '"' && matches!(before, None | Some('-' | ':' | '=')) {
            let inside = &text[at + 1..];
            // Quotes within a word, as JSON has them, are part of it.
            if let Some(length) = inside.find('"')
                && inside[length + 1..].chars().next().is_none_or(char::is_whitespace)
            {
                return at + length + 2;
            }
        }
        before = Some(char);
    }
    text.len()
}

/// A record, taken apart as far as the terms ask for it.
pub struct Looked<'a> {
    pub capture: &'a Capture,
    pub record: &'a Record,
    packet: Option<Option<Packet>>,
    topics: Option<Vec<Text>>,
}

impl<'a> Looked<'a> {
    pub fn at(capture: &'a Capture, record: &'a Record) -> Looked<'a> {
        Looked { capture, record, packet: None, topics: None }
    }

    /// Whether a term fits that is not a text.
    pub fn fits(&mut self, term: &Term, followers: &[Follower]) -> bool {
        let record = self.record;
        match term {
            Term::Client(slot) => record.client == *slot,
            Term::Type(packet_type) => record.packet_type() == Some(*packet_type),
            Term::Number(number) => record.id.number() == *number,
            Term::From(sender) => record.side() == Some(*sender),
            Term::Connection(number) => record.connection.0 == *number,
            Term::Version(version) => record.version == *version,
            Term::Follow(id) => followers.iter().any(|f| f.asked() == *id && f.contains(record.id)),
            Term::Touched => self.capture.touched(record.id).is_some(),
            Term::Ping => {
                matches!(record.packet_type(), Some(PacketType::PingReq | PacketType::PingResp))
            }
            Term::Topic(asked) => self.topics().iter().any(|found| fits_topic(asked, found)),
            Term::Error => match &record.entry {
                Entry::Broken { .. } | Entry::Text { .. } => true,
                Entry::Packet { .. } => match self.packet() {
                    Some(packet) => packet.reason_codes().iter().any(|code| code.is_error()),
                    None => true,
                },
                _ => false,
            },
            Term::Code(asked) => self.has_code(|code, _| code == *asked),
            Term::Codes(first, last) => self.has_code(|code, _| (*first..=*last).contains(&code)),
            Term::CodeNamed(part) => self.has_code(|_, name| plain(name).contains(part.as_str())),
            Term::Property(id) => self.properties().any(|property| property.id() == *id),
            Term::User(key, value) => self.user_properties().any(|(name, held)| {
                name.eq_ignore_ascii_case(key)
                    && value.as_ref().is_none_or(|value| has_text(held, value))
            }),
            Term::Payload(text) => self.payload().is_some_and(|payload| match text.is_ascii() {
                true => contains(payload, text.as_bytes()),
                false => String::from_utf8_lossy(payload).to_lowercase().contains(text),
            }),
            Term::PayloadBytes(bytes) => self
                .payload()
                .is_some_and(|payload| payload.windows(bytes.len()).any(|at| at == bytes)),
            Term::Text(_) => false,
        }
    }

    /// `None` for what is not a packet that obeys the rules.
    fn packet(&mut self) -> Option<&Packet> {
        let record = self.record;
        self.packet.get_or_insert_with(|| record.packet().and_then(Result::ok)).as_ref()
    }

    fn has_code(&mut self, mut fits: impl FnMut(u8, &str) -> bool) -> bool {
        self.packet().is_some_and(|packet| {
            let packet_type = packet.packet_type();
            let mut codes = packet.reason_codes().iter();
            codes.any(|code| fits(code.value(), code.name_in(packet_type)))
        })
    }

    /// Those of the packet and of its Will.
    fn properties(&mut self) -> impl Iterator<Item = &Property> {
        let packet = self.packet();
        let of_will = packet.and_then(|packet| match packet {
            Packet::Connect(connect) => connect.will.as_ref().map(|will| &will.properties),
            _ => None,
        });
        packet.map(Packet::properties).into_iter().chain(of_will).flat_map(|held| held.iter())
    }

    fn user_properties(&mut self) -> impl Iterator<Item = (&str, &str)> {
        self.properties().filter_map(|property| match property.value() {
            PropertyValue::StringPair(key, value) => Some((key, value)),
            _ => None,
        })
    }

    /// That of a PUBLISH or of a Will.
    fn payload(&mut self) -> Option<&[u8]> {
        match self.packet()? {
            Packet::Publish(publish) => Some(&publish.payload),
            Packet::Connect(connect) => connect.will.as_ref().map(|will| will.payload.as_ref()),
            _ => None,
        }
    }

    /// The Topic Name of a PUBLISH, also behind an alias, the Will Topic, or the Topic Filters.
    fn topics(&mut self) -> &[Text] {
        if self.topics.is_none() {
            let (capture, record) = (self.capture, self.record);
            let topics = match self.packet() {
                Some(Packet::Publish(publish)) if publish.topic.is_empty() => {
                    let aliased = capture.aliased(record);
                    aliased.map(|aliased| aliased.topic.into()).into_iter().collect()
                }
                Some(Packet::Publish(publish)) => vec![publish.topic.clone()],
                Some(Packet::Connect(connect)) => {
                    connect.will.as_ref().map(|will| will.topic.clone()).into_iter().collect()
                }
                Some(Packet::Subscribe(subscribe)) => {
                    let asked = subscribe.subscriptions.iter();
                    asked.map(|asked| asked.topic_filter.clone()).collect()
                }
                Some(Packet::Unsubscribe(unsubscribe)) => unsubscribe.topic_filters.clone(),
                _ => Vec::new(),
            };
            self.topics = Some(topics);
        }
        self.topics.as_deref().unwrap_or_default()
    }
}

fn fits_topic(asked: &str, topic: &str) -> bool {
    match check_topic_filter(asked).is_ok() && asked.contains(['+', '#']) {
        true => topic == asked || matches(asked, topic),
        false => has_text(topic, asked),
    }
}

fn has_text(text: &str, part: &str) -> bool {
    text.to_lowercase().contains(&part.to_lowercase())
}

/// Whether `bytes` hold the word, whatever the case of its ASCII letters.
pub fn contains(bytes: &[u8], word: &[u8]) -> bool {
    let Some((&first, rest)) = word.split_first() else { return true };
    let first = first.to_ascii_lowercase();
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_understands_its_example() {
        for word in Word::ALL {
            let example = word.example();
            assert!(Term::parse(example).is_some_and(|term| term.text() != Some(example)));
            assert_eq!(Problem::of(example), None, "{example}");
            let empty = format!("{}:", word.name());
            assert_eq!(Problem::of(&empty), Some(Problem::Value(word, empty.clone())));
            assert_eq!(Term::parse(&empty), None, "{empty} is about to be typed");
        }
    }

    #[test]
    fn what_is_not_understood_is_told() {
        for (word, expect) in [
            ("clinet:A", Some(Problem::Unknown("clinet".to_owned()))),
            ("code:0x1FF", Some(Problem::Value(Word::Code, "code:0x1FF".to_owned()))),
            ("code:<0", Some(Problem::Value(Word::Code, "code:<0".to_owned()))),
            ("has:nothing", Some(Problem::Value(Word::Has, "has:nothing".to_owned()))),
            ("payload:0x123", Some(Problem::Value(Word::Payload, "payload:0x123".to_owned()))),
            ("version:6", Some(Problem::Value(Word::Version, "version:6".to_owned()))),
            ("follow:#0", Some(Problem::Value(Word::Follow, "follow:#0".to_owned()))),
            ("ws://localhost", None),
            ("\"temp\":21", None),
            ("\"clinet:A\"", None), // in quotes it is a text
            ("12:30", None),
            ("property:Topic-Alias", None),
            ("text", None),
        ] {
            assert_eq!(Problem::of(word), expect, "{word}");
        }
    }

    #[test]
    fn words_are_told_apart_by_spaces_outside_of_quotes() {
        for (text, expect) in [
            ("  a  b ", &["a", "b"][..]),
            ("payload:\"a b\" c", &["payload:\"a b\"", "c"]),
            ("user:k=\"a b\"", &["user:k=\"a b\""]),
            ("-\"a b\"", &["-\"a b\""]),
            ("\"temp\":21 x", &["\"temp\":21", "x"]), // JSON
            ("\"open b", &["\"open", "b"]),
            ("温 \"度 x\"", &["温", "\"度 x\""]),
        ] {
            assert_eq!(split_words(text).collect::<Vec<_>>(), expect, "{text}");
        }
    }
}
