//! What there is to say about captures that are not the live one.

use std::collections::BTreeSet;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::analysis::{Difference, What};
use crate::capture::Capture;
use crate::formats::{LoadError, NotRead, Skipped, Wrong};
use crate::language::Strings;
use crate::mqtt::Version;
use crate::ui::format::{grouped, quoted};

/// Where a capture comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Source {
    /// A file of that name.
    File(String),
    /// The address of the page.
    Link,
    /// The bench, counted from 1.
    Bench(u32),
    /// What became of the capture of that name when it was played again.
    Replay(String),
}

impl Source {
    pub fn name(&self, strings: &Strings) -> String {
        match self {
            Source::File(name) => quoted(name),
            Source::Link => strings.captures_from_link().to_owned(),
            Source::Bench(number) => strings.captures_run(number),
            Source::Replay(name) => strings.replay_of(quoted(name)),
        }
    }

    /// The symbol beside the name.
    pub fn icon(&self) -> &'static str {
        match self {
            Source::File(_) => "file",
            Source::Link => "link",
            Source::Bench(_) => "bench",
            Source::Replay(_) => "play",
        }
    }
}

/// How much there is in a capture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Summary {
    pub packets: usize,
    pub connections: usize,
    pub clients: usize,
    pub span: Duration,
}

impl Summary {
    pub fn of(capture: &Capture) -> Summary {
        let records = || capture.records();
        let connections: BTreeSet<_> = records().map(|record| record.connection).collect();
        let clients: BTreeSet<_> = records().map(|record| record.client).collect();
        let ends = records().next().zip(records().next_back());
        Summary {
            packets: records().filter(|record| record.sender().is_some()).count(),
            connections: connections.len(),
            clients: clients.len(),
            span: ends.map(|(first, last)| last.at - first.at).unwrap_or_default(),
        }
    }

    pub fn words(self, strings: &Strings) -> String {
        let millis = self.span.as_millis();
        let span = match millis {
            ..10_000 => format!("{millis} ms"),
            _ => format!("{:.1} s", self.span.as_secs_f64()),
        };
        let packets = grouped(self.packets as u64);
        strings.captures_summary(self.clients, self.connections, packets, span)
    }
}

/// Why something could not be opened.
pub fn error_words(error: &LoadError, strings: &Strings) -> String {
    match error {
        LoadError::Empty => strings.captures_error_empty().to_owned(),
        LoadError::TooLarge { most } => {
            strings.captures_error_too_large(grouped(*most as u64 >> 20))
        }
        LoadError::Gzip => strings.captures_error_gzip().to_owned(),
        LoadError::UnknownFormat => strings.captures_error_format().to_owned(),
        LoadError::Json { line, column, reason } => {
            strings.captures_error_json(column, line, quoted(reason))
        }
        LoadError::OtherJson { line, column } => strings.captures_error_json_other(column, line),
        LoadError::Record { number, key, wrong } => {
            let wrong = match wrong {
                Wrong::Missing => strings.captures_wrong_missing().to_owned(),
                Wrong::Word(word) => strings.captures_wrong_word(quoted(word)),
                Wrong::Number => strings.captures_wrong_number().to_owned(),
                Wrong::Hex { at } => strings.captures_wrong_hex(at),
            };
            strings.captures_error_record(key, number, wrong)
        }
        LoadError::Truncated { at } => strings.captures_error_truncated(grouped(*at as u64)),
        LoadError::Block { at } => strings.captures_error_block(grouped(*at as u64)),
        LoadError::LinkType(link) => strings.captures_error_link_type(link),
        LoadError::NoMqtt { packets, skipped } => {
            let mut words = vec![strings.captures_error_no_mqtt(grouped(*packets as u64))];
            words.extend(skipped_words(skipped, strings));
            words.join(" ")
        }
        LoadError::Link => strings.captures_error_link().to_owned(),
        LoadError::LinkVersion(version) => strings.captures_error_link_version(version),
    }
}

/// What of a file is not in its capture, a sentence each.
pub fn not_read_words(not_read: &NotRead, strings: &Strings) -> Vec<String> {
    let NotRead { missing, unread, dropped, skipped, stopped_at } = not_read;
    let mut words = Vec::new();
    if *missing > 0 {
        words.push(strings.captures_missing(grouped(*missing)));
    }
    if *unread > 0 {
        words.push(strings.captures_unread(grouped(*unread)));
    }
    if *dropped > 0 {
        words.push(strings.captures_dropped(*dropped));
    }
    if let Some(at) = stopped_at {
        words.push(strings.captures_stopped_at(grouped(*at as u64)));
    }
    words.extend(skipped_words(skipped, strings));
    words
}

fn skipped_words(skipped: &Skipped, strings: &Strings) -> Vec<String> {
    let mut words = Vec::new();
    if skipped.tls > 0 {
        words.push(strings.captures_skipped_tls(skipped.tls));
    }
    if skipped.compressed > 0 {
        words.push(strings.captures_skipped_compressed(skipped.compressed));
    }
    if skipped.other > 0 {
        words.push(strings.captures_skipped_other(skipped.other));
    }
    words
}

/// What to do about it.
pub fn error_try<'a>(error: &LoadError, strings: &'a Strings) -> &'a str {
    match error {
        LoadError::Empty | LoadError::UnknownFormat => strings.captures_try_format(),
        LoadError::Json { .. } | LoadError::OtherJson { .. } | LoadError::Record { .. } => {
            strings.captures_try_json()
        }
        LoadError::TooLarge { .. } => strings.captures_try_smaller(),
        LoadError::Truncated { .. } | LoadError::Block { .. } | LoadError::Gzip => {
            strings.captures_try_again()
        }
        LoadError::LinkType(_) | LoadError::NoMqtt { .. } => strings.captures_try_tcp(),
        LoadError::Link | LoadError::LinkVersion(_) => strings.captures_try_link(),
    }
}

/// What it is that two records say differently, in the words of the newer one's version.
pub fn difference_name(difference: &Difference, version: Version, strings: &Strings) -> String {
    let name = match difference.what {
        What::Field(label) => label.name_in(version),
        What::Error => strings.captures_what_error(),
        What::Address => strings.captures_what_address(),
        What::Close => strings.captures_what_close(),
        What::Bytes => strings.captures_what_bytes(),
    };
    match difference.nth {
        0 => name.to_owned(),
        nth => format!("{name} {}", nth + 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capture::{ClientSlot, Entry};
    use crate::language::Language;
    use crate::mqtt::ConnectionId;
    use crate::time::Instant;

    #[test]
    fn a_summary_counts_what_is_there() {
        let mut capture = Capture::default();
        assert_eq!(Summary::of(&capture).span, Duration::ZERO);
        for (millis, client, connection) in [(100, 0, 1), (300, 1, 2), (12_600, 1, 3)] {
            let at = Instant::from_millis(millis);
            capture.push(at, ClientSlot(client), ConnectionId(connection), Entry::Opened);
        }
        let summary = Summary::of(&capture);
        assert_eq!((summary.packets, summary.connections, summary.clients), (0, 3, 2));
        assert!(summary.words(Language::En.strings()).contains("12.5 s"));
    }

    #[test]
    fn every_error_says_what_is_wrong_and_what_to_try() {
        let record = |wrong| LoadError::Record { number: 3, key: "event", wrong };
        let reason = "expected value".to_owned();
        for error in [
            LoadError::Empty,
            LoadError::TooLarge { most: 1 << 29 },
            LoadError::Gzip,
            LoadError::UnknownFormat,
            LoadError::Json { line: 2, column: 4, reason },
            LoadError::OtherJson { line: 2, column: 4 },
            record(Wrong::Missing),
            record(Wrong::Word("x".to_owned())),
            record(Wrong::Number),
            record(Wrong::Hex { at: 7 }),
            LoadError::Truncated { at: 5 },
            LoadError::Block { at: 5 },
            LoadError::LinkType(147),
            LoadError::NoMqtt { packets: 9, skipped: Skipped::default() },
            LoadError::Link,
            LoadError::LinkVersion(2),
        ] {
            for language in Language::ALL {
                let strings = language.strings();
                assert!(!error_words(&error, strings).is_empty(), "{error:?}");
                assert!(!error_try(&error, strings).is_empty(), "{error:?}");
            }
        }
    }
}
