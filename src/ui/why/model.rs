//! A cause in words.

use crate::analysis::why::{Cause, Why};
use crate::capture::{Capture, ClientSlot, Entry, RecordId};
use crate::glossary;
use crate::language::{Language, Strings};
use crate::mqtt::{Packet, ReasonCode};
use crate::ui::format::grouped;

/// Everything there is to say about an end.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Story {
    /// What the bytes do wrong, as HTML of the glossary; empty where they are sound.
    pub fault: &'static str,
    /// The rule in words, as HTML of the glossary.
    pub rule: &'static str,
    /// One thing to try, as HTML of the glossary.
    pub try_this: &'static str,
    /// What was found, and what is allowed.
    pub figure: Option<String>,
    /// What it is about: a topic, a filter, a name.
    pub about: Option<String>,
    /// What the other side said in its own words.
    pub quote: Option<String>,
    /// Where its packet sends the client instead.
    pub elsewhere: Option<String>,
    /// Each refused Topic Filter with its Reason Code, where there is more than one.
    pub refused: Vec<(String, String)>,
}

/// The record that tells why a client is not connected: the close, once it is there, and before that
/// what is known already.
pub fn end_of(capture: &Capture, client: ClientSlot, known: Option<RecordId>) -> Option<RecordId> {
    let last = capture.records().rev().find(|record| record.client == client)?;
    match last.entry {
        Entry::Closed(_) => Some(last.id),
        _ => known,
    }
}

/// Puts an answer into words.
pub fn told(capture: &Capture, why: &Why, language: Language) -> Story {
    let strings = language.strings();
    let entry = glossary::why(why.cause.key(), language);
    let fault = match why.cause {
        Cause::ClientBroken(kind) | Cause::ServerBroken(kind) => {
            glossary::error(kind, language).map_or("", |entry| entry.short)
        }
        _ => "",
    };
    // A close speaks through the packet before it.
    let spoken = why.led_to.last().and_then(|id| capture.get(*id)?.valid_packet());
    let said = spoken.as_ref().filter(|packet| !packet.reason_codes().is_empty());
    let refused = match why.refused.len() {
        0 | 1 => Vec::new(),
        _ => {
            why.refused.iter().map(|(filter, code)| (filter.to_string(), in_words(*code))).collect()
        }
    };
    Story {
        fault,
        rule: entry.map_or("", |entry| entry.short),
        try_this: entry.map_or("", |entry| entry.long),
        figure: figure(why.cause, strings),
        about: why.about.clone().filter(|about| !about.is_empty() && refused.is_empty()),
        quote: said.and_then(|p| p.properties().reason_string().map(str::to_owned)),
        elsewhere: said.and_then(server_reference),
        refused,
    }
}

fn server_reference(packet: &Packet) -> Option<String> {
    packet.properties().server_reference().map(str::to_owned)
}

/// `0x87 Not authorized`.
fn in_words(code: ReasonCode) -> String {
    format!("0x{:02X} {}", code.value(), code.name())
}

/// What was found beside what is allowed.
pub fn figure(cause: Cause, strings: &Strings) -> Option<String> {
    Some(match cause {
        Cause::AliasNotAllowed { alias, .. } => strings.why_figure_alias_none(alias),
        Cause::AliasAboveMaximum { alias, maximum, .. } => {
            strings.why_figure_alias_above(alias, maximum)
        }
        Cause::AliasUnknown { alias } => strings.why_figure_alias_unknown(alias),
        Cause::PacketTooLarge { size, maximum, .. } => {
            strings.why_figure_size(grouped(maximum.into()), grouped(size as u64))
        }
        Cause::ReceiveMaximumExceeded { unfinished, maximum, .. } => {
            strings.why_figure_unfinished(unfinished, maximum)
        }
        Cause::PacketIdentifierInUse { packet_id } => strings.why_figure_identifier(packet_id),
        Cause::QoSAboveMaximum { qos, maximum } => strings.why_figure_qos(maximum, qos),
        Cause::KeepAlive { silent, keep_alive } => {
            let tenths = 15 * u32::from(keep_alive);
            let limit = match tenths % 10 {
                0 => (tenths / 10).to_string(),
                tenth => format!("{}.{tenth}", tenths / 10),
            };
            strings.why_figure_silent(keep_alive, limit, format!("{:.1}", silent.as_secs_f64()))
        }
        Cause::NotCaptured { hole, missing, unread } => {
            let number = hole.number();
            match missing {
                0 => strings.why_figure_unread(grouped(unread), number),
                missing => strings.why_figure_missing(grouped(missing), number),
            }
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::mqtt::{ErrorKind, Sender};

    fn story(cause: Cause) -> Story {
        let why = Why {
            end: RecordId(0),
            cause,
            culprit: None,
            about: None,
            refused: Vec::new(),
            led_to: Vec::new(),
            is_suspicion: false,
        };
        told(&Capture::default(), &why, Language::En)
    }

    #[test]
    fn numbers_stand_beside_what_is_allowed() {
        let by = Sender::Client;
        for (cause, expect) in [
            (
                Cause::AliasAboveMaximum { alias: 11, maximum: 10, by },
                "Topic Alias 11; Topic Alias Maximum 10",
            ),
            (
                Cause::ReceiveMaximumExceeded { unfinished: 4, maximum: 3, by },
                "4 unfinished; Receive Maximum 3",
            ),
            (
                Cause::KeepAlive { silent: Duration::from_millis(15_210), keep_alive: 5 },
                "15.2 s of silence; Keep Alive 5 s, so 7.5 s at most",
            ),
        ] {
            assert_eq!(story(cause).figure.as_deref(), Some(expect));
        }
        assert_eq!(story(Cause::SecondConnect).figure, None);
    }

    #[test]
    fn broken_bytes_are_told_before_the_rule() {
        let story = story(Cause::ClientBroken(ErrorKind::QoS3));
        assert!(!story.fault.is_empty() && !story.rule.is_empty() && !story.try_this.is_empty());
    }
}
