//! What went wrong with a connection, in words.

use crate::capture::{LinkClose, RecordId};
use crate::glossary;
use crate::lab::Problem;
use crate::language::{Language, Strings};
use crate::mqtt::{PacketType, ReasonCode};
use crate::ui::format::quoted;

/// The parts of a notice.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Notice {
    /// What happened.
    pub title: String,
    /// Why, as HTML of the glossary.
    pub why: String,
    /// More about it and what to try, as HTML of the glossary.
    pub more: String,
    /// What the other side said in its own words.
    pub quote: Option<String>,
    /// What the browser tells about the end of the connection.
    pub close: Option<String>,
    /// The rule that was broken.
    pub rule: Option<&'static str>,
    /// The packet that tells it.
    pub record: Option<RecordId>,
}

impl Notice {
    pub fn of(problem: &Problem, language: Language) -> Notice {
        let strings = language.strings();
        match problem {
            Problem::ConnectFailed { address, cause, close, .. } => {
                let entry = glossary::failure(cause.key(), language);
                Notice {
                    title: strings.panel_connect_failed(quoted(&address.to_string())),
                    why: entry.map_or("", |entry| entry.short).to_owned(),
                    more: entry.map_or("", |entry| entry.long).to_owned(),
                    close: closing(close, strings),
                    ..Notice::default()
                }
            }
            Problem::Refused { record, reason_code } => {
                let code = reason_code.in_words(PacketType::ConnAck);
                Notice {
                    title: strings.panel_refused(code),
                    record: Some(*record),
                    ..explained(*reason_code, language)
                }
            }
            Problem::Disconnected { record, disconnect } => {
                let code = disconnect.reason_code.in_words(PacketType::Disconnect);
                Notice {
                    title: strings.panel_disconnected(code),
                    quote: disconnect.properties.reason_string().map(quoted),
                    record: Some(*record),
                    ..explained(disconnect.reason_code, language)
                }
            }
            Problem::Violation { record, violation } => Notice {
                title: strings
                    .panel_violation(violation.reason_code.in_words(PacketType::Disconnect)),
                quote: Some(quoted(violation.text.as_ref())),
                rule: Some(violation.rule),
                record: *record,
                ..Notice::default()
            },
            Problem::Dropped { close, last_record } => Notice {
                title: strings.panel_dropped().to_owned(),
                why: strings.panel_dropped_why().to_owned(),
                close: closing(close, strings),
                record: *last_record,
                ..Notice::default()
            },
            Problem::PingTimeout => Notice {
                title: strings.panel_ping_timeout().to_owned(),
                why: strings.panel_ping_timeout_why().to_owned(),
                ..Notice::default()
            },
        }
    }
}

fn explained(code: ReasonCode, language: Language) -> Notice {
    let entry = glossary::reason_code(code, language);
    Notice {
        why: entry.map_or("", |entry| entry.short).to_owned(),
        more: entry.map_or("", |entry| entry.long).to_owned(),
        ..Notice::default()
    }
}

/// The browser's close code and words; 1006 only says that there was no closing handshake.
fn closing(close: &LinkClose, strings: &Strings) -> Option<String> {
    let code = close.code?;
    Some(match close.reason.as_str() {
        "" => strings.panel_close_code(code),
        reason => format!("{} {}", strings.panel_close_code(code), quoted(reason)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::link::{BrokerAddress, Failure};

    #[test]
    fn every_cause_of_a_failed_connection_is_explained() {
        let address = BrokerAddress::parse("ws://localhost:9001").expect("well-formed");
        for &cause in &Failure::ALL {
            let close =
                LinkClose { by: None, was_open: false, code: Some(1006), reason: String::new() };
            let problem = Problem::ConnectFailed {
                address: address.clone(),
                cause,
                close,
                answers_http: None,
                last_record: None,
            };
            for language in Language::ALL {
                let notice = Notice::of(&problem, language);
                assert!(notice.title.contains("localhost:9001"));
                assert!(!notice.why.is_empty() && !notice.more.is_empty(), "{cause:?}");
                assert!(notice.close.is_some_and(|close| close.contains("1006")));
            }
        }
    }

    #[test]
    fn a_refusal_names_code_and_packet() {
        let problem =
            Problem::Refused { record: RecordId(4), reason_code: ReasonCode::NotAuthorized };
        let notice = Notice::of(&problem, Language::En);
        assert!(notice.title.contains("0x87 Not authorized"), "{}", notice.title);
        assert_eq!(notice.record, Some(RecordId(4)));
    }
}
