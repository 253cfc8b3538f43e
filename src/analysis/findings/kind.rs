//! The kinds of findings, each with its severity and its rule.

use std::time::Duration;

use super::v3;
use crate::analysis::why::Cause;
use crate::mqtt::{ErrorKind, PacketType, ReasonCode, Sender, Version};

/// How bad it is, worst first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Packets break a rule of the standard.
    Broken,
    /// Something was refused, not answered, or lost.
    Lost,
    /// Allowed, and it works; but it may not be what was meant.
    Notice,
}

/// What is odd. Numbers are those of all packets of the finding together: the longest time, the sum of bytes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kind {
    /// Bytes that break a rule by themselves.
    BrokenBytes {
        by: Sender,
        packet: Option<PacketType>,
        error: ErrorKind,
    },
    /// Sound bytes that break a rule where they stand.
    Against {
        by: Sender,
        cause: Cause,
    },
    TextMessage,
    /// A Reason Code of 0x80 or more, or its equivalent before 5.0.
    Refused {
        by: Sender,
        packet: PacketType,
        code: ReasonCode,
    },
    /// Reason Code 0x10.
    NobodySubscribed,
    /// Reason Code 0x11.
    NeverSubscribed,
    /// Sent on a connection whose CONNECT was refused.
    SentInVain,
    /// A packet that the other side owes an answer.
    Unanswered {
        by: Sender,
        packet: PacketType,
    },
    NoConnAck,
    NoPingResp,
    /// A PUBLISH with a Response Topic; how long nothing came at least.
    RequestUnanswered {
        waited: Duration,
    },
    /// An acknowledgement of nothing.
    AnswerUnasked {
        by: Sender,
        packet: PacketType,
    },
    /// DUP, because the connection ended before the acknowledgement.
    ResentAfterReconnect {
        by: Sender,
        longest: Duration,
    },
    /// DUP on the same connection.
    ResentWithoutReconnect {
        by: Sender,
        longest: Duration,
    },
    /// DUP, and the first attempt is not in the capture.
    ResentUnknown {
        by: Sender,
    },
    /// By a CONNECT that is in the capture.
    TakenOver,
    TakenOverElsewhere,
    /// Session Present 0, although the earlier Session should still have been there.
    SessionLost,
    /// It had been away for longer than its Session Expiry Interval.
    SessionExpired {
        away: Duration,
        expiry: u32,
    },
    /// The earlier Session ended with its connection.
    SessionEnded,
    /// Session Present 0 for a client that the capture has not seen before.
    NoSessionKept,
    /// Session Present 1 after Clean Start 1.
    SessionPresentAfterClean,
    /// Session Expiry Interval 0xFFFFFFFF.
    ExpiryNever,
    /// Clean Start 1 and a Session that is kept for long.
    CleanStartKeeps {
        expiry: u32,
    },
    /// DISCONNECT asks for a Will that CONNECT did not have.
    WillMissing,
    /// The Session ends before the Will Delay Interval does.
    WillDelayCut {
        delay: u32,
        expiry: u32,
    },
    /// Subscriptions for which no message passed.
    NeverMatched,
    /// `$shared/…`, `$queue/…`.
    SharedMisspelled,
    /// A filter that differs from a topic by a slash at its ends or by capitals only.
    NearMiss,
    /// Silent for more than one and a half times the Keep Alive.
    KeepAliveOverdue {
        longest: Duration,
        keep_alive: u16,
    },
    /// Silent for longer than the Keep Alive.
    KeepAliveLate {
        longest: Duration,
        keep_alive: u16,
    },
    KeepAliveOff,
    /// Announced, and never needed so much. `by` sends the messages.
    ReceiveMaximumUnused {
        by: Sender,
        maximum: u16,
        peak: usize,
    },
    /// Aliases are accepted, topics repeat, and `by` uses none.
    AliasUnused {
        by: Sender,
        maximum: u16,
        saves: u64,
        of: u64,
    },
    /// A Message Expiry Interval of 0.
    MessageExpiryZero {
        by: Sender,
    },
    /// Closed without DISCONNECT; `None` where the capture cannot tell by whom.
    ClosedWithoutWord {
        by: Option<Sender>,
    },
    NeverOpened,
    /// Connections that end soon and are opened again, with the longest of them.
    ReconnectLoop {
        longest: Duration,
    },
}

impl Kind {
    /// The name of each kind.
    pub const KEYS: &[&str] = &[
        "broken_bytes",
        "against",
        "text_message",
        "refused",
        "nobody_subscribed",
        "never_subscribed",
        "sent_in_vain",
        "unanswered",
        "no_connack",
        "no_pingresp",
        "request_unanswered",
        "answer_unasked",
        "resent_after_reconnect",
        "resent_without_reconnect",
        "resent_unknown",
        "taken_over",
        "taken_over_elsewhere",
        "session_lost",
        "session_expired",
        "session_ended",
        "no_session_kept",
        "session_present_after_clean",
        "expiry_never",
        "clean_start_keeps",
        "will_missing",
        "will_delay_cut",
        "never_matched",
        "shared_misspelled",
        "near_miss",
        "keep_alive_overdue",
        "keep_alive_late",
        "keep_alive_off",
        "receive_maximum_unused",
        "alias_unused",
        "message_expiry_zero",
        "closed_without_word",
        "never_opened",
        "reconnect_loop",
    ];

    pub fn key(self) -> &'static str {
        match self {
            Kind::BrokenBytes { .. } => "broken_bytes",
            Kind::Against { .. } => "against",
            Kind::TextMessage => "text_message",
            Kind::Refused { .. } => "refused",
            Kind::NobodySubscribed => "nobody_subscribed",
            Kind::NeverSubscribed => "never_subscribed",
            Kind::SentInVain => "sent_in_vain",
            Kind::Unanswered { .. } => "unanswered",
            Kind::NoConnAck => "no_connack",
            Kind::NoPingResp => "no_pingresp",
            Kind::RequestUnanswered { .. } => "request_unanswered",
            Kind::AnswerUnasked { .. } => "answer_unasked",
            Kind::ResentAfterReconnect { .. } => "resent_after_reconnect",
            Kind::ResentWithoutReconnect { .. } => "resent_without_reconnect",
            Kind::ResentUnknown { .. } => "resent_unknown",
            Kind::TakenOver => "taken_over",
            Kind::TakenOverElsewhere => "taken_over_elsewhere",
            Kind::SessionLost => "session_lost",
            Kind::SessionExpired { .. } => "session_expired",
            Kind::SessionEnded => "session_ended",
            Kind::NoSessionKept => "no_session_kept",
            Kind::SessionPresentAfterClean => "session_present_after_clean",
            Kind::ExpiryNever => "expiry_never",
            Kind::CleanStartKeeps { .. } => "clean_start_keeps",
            Kind::WillMissing => "will_missing",
            Kind::WillDelayCut { .. } => "will_delay_cut",
            Kind::NeverMatched => "never_matched",
            Kind::SharedMisspelled => "shared_misspelled",
            Kind::NearMiss => "near_miss",
            Kind::KeepAliveOverdue { .. } => "keep_alive_overdue",
            Kind::KeepAliveLate { .. } => "keep_alive_late",
            Kind::KeepAliveOff => "keep_alive_off",
            Kind::ReceiveMaximumUnused { .. } => "receive_maximum_unused",
            Kind::AliasUnused { .. } => "alias_unused",
            Kind::MessageExpiryZero { .. } => "message_expiry_zero",
            Kind::ClosedWithoutWord { .. } => "closed_without_word",
            Kind::NeverOpened => "never_opened",
            Kind::ReconnectLoop { .. } => "reconnect_loop",
        }
    }

    pub fn severity(self, version: Version) -> Severity {
        match self {
            Kind::BrokenBytes { .. }
            | Kind::Against { .. }
            | Kind::TextMessage
            | Kind::SessionPresentAfterClean => Severity::Broken,
            // Before 5.0 a sender may repeat a message whenever it likes.
            Kind::ResentWithoutReconnect { .. } if version.is_5() => Severity::Broken,
            Kind::Refused { .. }
            | Kind::SentInVain
            | Kind::Unanswered { .. }
            | Kind::NoConnAck
            | Kind::NoPingResp
            | Kind::RequestUnanswered { .. }
            | Kind::AnswerUnasked { .. }
            | Kind::TakenOver
            | Kind::TakenOverElsewhere
            | Kind::SessionLost
            | Kind::SharedMisspelled
            | Kind::NearMiss
            | Kind::KeepAliveOverdue { .. }
            | Kind::ClosedWithoutWord { .. }
            | Kind::NeverOpened
            | Kind::ReconnectLoop { .. } => Severity::Lost,
            _ => Severity::Notice,
        }
    }

    /// The normative statement or the section that it is about, in the standard of the version; `None` where
    /// that version has none.
    pub fn rule(self, version: Version) -> Option<&'static str> {
        let of_5 = match self {
            Kind::BrokenBytes { error, .. } => return Some(error.rule_in(version)),
            Kind::Against { cause, .. } => return against(cause, version),
            Kind::Refused { packet, code, .. } => Cause::Refused(code, packet).rule(),
            Kind::TextMessage => "[MQTT-6.0.0-1]",
            Kind::NobodySubscribed => "§3.4.2.1",
            Kind::NeverSubscribed => "§3.11.3",
            Kind::SentInVain => "[MQTT-3.1.4-6]",
            Kind::Unanswered { packet, .. } => match packet {
                PacketType::Subscribe => "[MQTT-3.8.4-1]",
                PacketType::Unsubscribe => "[MQTT-3.10.4-4]",
                _ => "§4.3",
            },
            Kind::NoConnAck => "[MQTT-3.1.4-5]",
            Kind::NoPingResp => "[MQTT-3.12.4-1]",
            Kind::RequestUnanswered { .. } => "§4.10",
            Kind::AnswerUnasked { .. } => "§4.3",
            Kind::ResentAfterReconnect { .. }
            | Kind::ResentWithoutReconnect { .. }
            | Kind::ResentUnknown { .. } => "[MQTT-4.4.0-1]",
            Kind::TakenOver | Kind::TakenOverElsewhere => "[MQTT-3.1.4-3]",
            Kind::SessionLost | Kind::NoSessionKept => "§3.2.2.1.1",
            Kind::SessionPresentAfterClean => "[MQTT-3.2.2-2]",
            Kind::SessionExpired { .. } | Kind::SessionEnded | Kind::ExpiryNever => "§3.1.2.11.2",
            Kind::CleanStartKeeps { .. } => "§3.1.2.4",
            Kind::WillMissing => "§3.14.2.1",
            Kind::WillDelayCut { .. } => "§3.1.3.2.2",
            Kind::NeverMatched => "§4.7",
            Kind::SharedMisspelled => "§4.8.2",
            Kind::NearMiss => "§4.7.3",
            Kind::KeepAliveOverdue { .. } => "[MQTT-3.1.2-22]",
            Kind::KeepAliveLate { .. } => "[MQTT-3.1.2-20]",
            Kind::KeepAliveOff => "§3.1.2.10",
            Kind::ReceiveMaximumUnused { by: Sender::Client, .. } => "§3.2.2.3.3",
            Kind::ReceiveMaximumUnused { by: Sender::Server, .. } => "§3.1.2.11.3",
            Kind::AliasUnused { .. } => "§3.3.2.3.4",
            Kind::MessageExpiryZero { .. } => "§3.3.2.3.3",
            Kind::ClosedWithoutWord { .. } => "§4.13",
            Kind::NeverOpened => "§4.2",
            Kind::ReconnectLoop { .. } => "§4.2",
        };
        match version {
            Version::V5 => Some(of_5),
            // Some have other numbers in 3.1.1.
            Version::V3_1 | Version::V3_1_1 => match self {
                Kind::SentInVain => Some("[MQTT-3.1.4-5]"),
                Kind::NoConnAck => Some("[MQTT-3.1.4-4]"),
                Kind::NoPingResp => Some("[MQTT-3.12.4-1]"),
                Kind::TakenOver => Some("[MQTT-3.1.4-2]"),
                Kind::KeepAliveOverdue { .. } => Some("[MQTT-3.1.2-24]"),
                Kind::KeepAliveLate { .. } => Some("[MQTT-3.1.2-23]"),
                Kind::SessionPresentAfterClean => Some("[MQTT-3.2.2-1]"),
                Kind::ResentAfterReconnect { .. } => Some("[MQTT-4.4.0-1]"),
                Kind::Unanswered { packet: PacketType::Subscribe, .. } => Some("[MQTT-3.8.4-1]"),
                Kind::Unanswered { packet: PacketType::Unsubscribe, .. } => Some("[MQTT-3.10.4-4]"),
                Kind::Unanswered { .. } | Kind::AnswerUnasked { .. } => Some("§4.3"),
                Kind::NeverMatched | Kind::NearMiss => Some("§4.7"),
                _ => None,
            },
        }
    }

    /// What findings of one row have in common, beside the client.
    pub(super) fn group(self) -> Group {
        let side = |by: Sender| u8::from(by == Sender::Server);
        let (detail, by, number) = match self {
            Kind::BrokenBytes { by, packet, error } => {
                (error.key(), side(by), packet.map_or(0, |packet| packet as u8))
            }
            Kind::Against { by, cause } => (cause.key(), side(by), 0),
            Kind::Refused { by, packet, code } => (packet.name(), side(by), code.value()),
            Kind::Unanswered { by, packet } | Kind::AnswerUnasked { by, packet } => {
                (packet.name(), side(by), 0)
            }
            Kind::ResentAfterReconnect { by, .. }
            | Kind::ResentWithoutReconnect { by, .. }
            | Kind::ResentUnknown { by }
            | Kind::ReceiveMaximumUnused { by, .. }
            | Kind::AliasUnused { by, .. }
            | Kind::MessageExpiryZero { by } => ("", side(by), 0),
            Kind::ClosedWithoutWord { by } => ("", by.map_or(2, side), 0),
            _ => ("", 0, 0),
        };
        (self.key(), detail, by, number)
    }

    /// Takes in the numbers of one more of the same.
    pub(super) fn merge(&mut self, other: Kind) {
        match (self, other) {
            (
                Kind::ResentAfterReconnect { longest, .. },
                Kind::ResentAfterReconnect { longest: other, .. },
            )
            | (
                Kind::ResentWithoutReconnect { longest, .. },
                Kind::ResentWithoutReconnect { longest: other, .. },
            )
            | (
                Kind::KeepAliveOverdue { longest, .. },
                Kind::KeepAliveOverdue { longest: other, .. },
            )
            | (Kind::KeepAliveLate { longest, .. }, Kind::KeepAliveLate { longest: other, .. })
            | (Kind::ReconnectLoop { longest }, Kind::ReconnectLoop { longest: other }) => {
                *longest = (*longest).max(other);
            }
            (Kind::RequestUnanswered { waited }, Kind::RequestUnanswered { waited: other }) => {
                *waited = (*waited).min(other)
            }
            _ => {}
        }
    }
}

/// The kind with those of its values that make a row of their own.
pub type Group = (&'static str, &'static str, u8, u8);

/// The rule that is broken across packets. What 5.0 added has none in 3.1.1.
fn against(cause: Cause, version: Version) -> Option<&'static str> {
    match version {
        Version::V5 => Some(cause.rule()),
        Version::V3_1 | Version::V3_1_1 => v3::against(cause),
    }
}
