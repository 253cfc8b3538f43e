//! A finding in words.

use std::fmt::Write as _;
use std::time::Duration;

use crate::analysis::findings::{Finding, Kind, Severity};
use crate::analysis::why::Cause;
use crate::capture::Capture;
use crate::glossary;
use crate::language::{Language, Strings};
use crate::mqtt::{DecodeError, FieldId, PacketType, ReasonCode, Sender};
use crate::ui::format::{capped, elapsed, grouped, span};
use crate::ui::packet_list::{explain_error, without_tags};
use crate::ui::why::figure;

/// How bad it is.
pub fn severity(severity: Severity, strings: &Strings) -> &'static str {
    match severity {
        Severity::Broken => strings.find_severity_broken(),
        Severity::Lost => strings.find_severity_lost(),
        Severity::Notice => strings.find_severity_notice(),
    }
}

/// The symbol beside that word.
pub fn icon(severity: Severity) -> &'static str {
    match severity {
        Severity::Broken => "malformed",
        Severity::Lost => "warning",
        Severity::Notice => "info",
    }
}

/// What is odd, in a sentence. What it is about is not in it.
pub fn sentence(finding: &Finding, language: Language) -> String {
    let strings = language.strings();
    let side = |by: Sender| match by {
        Sender::Client => strings.find_client(),
        Sender::Server => strings.find_server(),
    };
    let clean = FieldId::CleanStart.name_in(finding.version);
    let is_5 = finding.version.is_5();
    let time = |time: Duration| elapsed(time, strings);
    let seconds = |seconds: u32| span(seconds.into(), strings);
    match finding.kind {
        Kind::BrokenBytes { by, packet, error } => {
            let rule = explain_error(DecodeError { at: 0, kind: error }, language);
            match packet {
                Some(packet) => strings.find_broken_bytes(packet.name(), rule, side(by)),
                None => strings.find_broken_stream(rule, side(by)),
            }
        }
        Kind::Against { by, cause } => strings.find_against(rule_of(cause, language), side(by)),
        Kind::TextMessage => strings.find_text_message().to_owned(),
        Kind::Refused { by, packet, code } => {
            let code = code.in_words_as(packet, finding.version);
            let code = code.unwrap_or_default();
            strings.find_refused(code, packet.name(), side(by))
        }
        Kind::NobodySubscribed => strings.find_nobody_subscribed().to_owned(),
        Kind::NeverSubscribed => strings.find_never_subscribed().to_owned(),
        Kind::SentInVain => strings.find_sent_in_vain().to_owned(),
        Kind::Unanswered { by, packet } => strings.find_unanswered(packet.name(), side(by)),
        Kind::NoConnAck => strings.find_no_connack().to_owned(),
        Kind::NoPingResp => strings.find_no_pingresp().to_owned(),
        Kind::RequestUnanswered { waited } => strings.find_request_unanswered(time(waited)),
        Kind::AnswerUnasked { by, packet } => strings.find_answer_unasked(packet.name(), side(by)),
        Kind::ResentAfterReconnect { by, longest } => {
            strings.find_resent_after_reconnect(side(by), time(longest))
        }
        Kind::ResentWithoutReconnect { by, longest } => match is_5 {
            true => strings.find_resent_without_reconnect(side(by), time(longest)),
            false => strings.find_resent_without_reconnect_3(side(by), time(longest)),
        },
        Kind::ResentUnknown { by } => strings.find_resent_unknown(side(by)),
        Kind::TakenOver => strings.find_taken_over().to_owned(),
        Kind::TakenOverElsewhere => strings.find_taken_over_elsewhere().to_owned(),
        Kind::SessionLost => strings.find_session_lost(clean),
        Kind::SessionExpired { away, expiry } => {
            strings.find_session_expired(time(away), clean, seconds(expiry))
        }
        Kind::SessionEnded => match is_5 {
            true => strings.find_session_ended(clean),
            false => strings.find_session_ended_3(clean),
        },
        Kind::NoSessionKept => strings.find_no_session_kept(clean),
        Kind::SessionPresentAfterClean => strings.find_session_present_after_clean(clean),
        Kind::ExpiryNever => strings.find_expiry_never().to_owned(),
        Kind::CleanStartKeeps { expiry: u32::MAX } => strings.find_clean_start_keeps("0xFFFFFFFF"),
        Kind::CleanStartKeeps { expiry } => strings.find_clean_start_keeps(seconds(expiry)),
        Kind::WillMissing => strings.find_will_missing().to_owned(),
        Kind::WillDelayCut { delay, expiry } => {
            strings.find_will_delay_cut(seconds(delay), seconds(expiry))
        }
        Kind::NeverMatched => strings.find_never_matched().to_owned(),
        Kind::SharedMisspelled => strings.find_shared_misspelled().to_owned(),
        Kind::NearMiss => strings.find_near_miss().to_owned(),
        Kind::KeepAliveOverdue { longest, keep_alive } => {
            strings.find_keep_alive_overdue(keep_alive, time(longest))
        }
        Kind::KeepAliveLate { longest, keep_alive } => {
            strings.find_keep_alive_late(keep_alive, time(longest))
        }
        Kind::KeepAliveOff => strings.find_keep_alive_off().to_owned(),
        Kind::ReceiveMaximumUnused { by, maximum, peak } => {
            let maximum = grouped(maximum.into());
            strings.find_receive_maximum_unused(maximum, peak, side(by.other()))
        }
        Kind::AliasUnused { by, maximum, saves, of } => {
            let percent = (100 * saves + of / 2) / of.max(1);
            let maximum = grouped(maximum.into());
            strings.find_alias_unused(maximum, grouped(of), percent, grouped(saves), side(by))
        }
        Kind::MessageExpiryZero { by } => strings.find_message_expiry_zero(side(by)),
        Kind::ClosedWithoutWord { by } => {
            let words = match by {
                Some(Sender::Client) => strings.find_closed_by_client(),
                Some(Sender::Server) if is_5 => strings.find_closed_by_server(),
                Some(Sender::Server) => strings.find_closed_by_server_3(),
                None => strings.find_closed_by_nobody(),
            };
            words.to_owned()
        }
        Kind::NeverOpened => strings.find_never_opened().to_owned(),
        Kind::ReconnectLoop { longest } => strings.find_reconnect_loop(time(longest)),
    }
}

/// The rule that a packet breaks where it stands, with what was found beside what is allowed.
fn rule_of(cause: Cause, language: Language) -> String {
    let rule = glossary::why(cause.key(), language)
        .map_or_else(String::new, |entry| without_tags(entry.short));
    let strings = language.strings();
    match figure(cause, strings) {
        Some(figure) => strings.find_rule(figure, rule),
        None => rule,
    }
}

/// What it is about, such as topics, and whether that is not all. The client's own name is said beside it.
pub fn about(finding: &Finding, client_id: Option<&str>) -> Vec<String> {
    let more = finding.has_more.then(|| "…".to_owned());
    let about = finding.about.iter().filter(|about| Some(about.as_str()) != client_id);
    about.map(|about| capped(about, ABOUT)).chain(more).collect()
}

/// Characters of one topic.
const ABOUT: usize = 80;

/// The exercise that explains it.
pub fn exercise(kind: Kind) -> Option<&'static str> {
    Some(match kind {
        Kind::BrokenBytes { .. } => "malformed",
        Kind::Against { cause, .. } => match cause {
            Cause::AliasNotAllowed { .. }
            | Cause::AliasAboveMaximum { .. }
            | Cause::AliasUnknown { .. } => "alias-out-of-range",
            Cause::ReceiveMaximumExceeded { .. } => "overrun",
            Cause::PacketTooLarge { .. } => "maximum-packet-size",
            Cause::SessionExpiryAfterZero => "expiry-at-disconnect",
            Cause::AuthWithoutMethod | Cause::AuthMethodDiffers => "bad-method",
            Cause::SharedNotAvailable => "shared-subscription",
            Cause::SubscriptionIdentifierNotAvailable => "subscription-id",
            _ => "protocol-error",
        },
        Kind::TextMessage => "protocol-error",
        Kind::Refused { packet, code, .. } => match (code, packet) {
            (ReasonCode::BadAuthenticationMethod, _) => "bad-method",
            (ReasonCode::UnsupportedProtocolVersion, _) => "three-or-five",
            (ReasonCode::MalformedPacket, _) => "malformed",
            (ReasonCode::ProtocolError, _) => "protocol-error",
            (ReasonCode::TopicAliasInvalid, _) => "alias-out-of-range",
            (ReasonCode::PacketTooLarge, _) => "maximum-packet-size",
            (ReasonCode::ReceiveMaximumExceeded, _) => "overrun",
            (_, PacketType::SubAck) => "suback-mix",
            (ReasonCode::NotAuthorized, PacketType::PubAck | PacketType::PubRec) => {
                "not-authorized"
            }
            (_, PacketType::ConnAck) => "cannot-connect",
            _ => "collect-them-all",
        },
        Kind::NobodySubscribed => "no-matching-subscribers",
        Kind::NeverSubscribed => "unsubscribe",
        Kind::SentInVain | Kind::NoConnAck | Kind::NeverOpened => "cannot-connect",
        Kind::Unanswered { packet: PacketType::Publish, .. } => "hold-the-ack",
        Kind::RequestUnanswered { .. } => "timeout",
        Kind::ResentAfterReconnect { .. }
        | Kind::ResentWithoutReconnect { .. }
        | Kind::ResentUnknown { .. } => "redelivery",
        Kind::TakenOver | Kind::TakenOverElsewhere => "takeover",
        Kind::SessionLost => "session-gone",
        Kind::SessionExpired { .. } | Kind::ExpiryNever => "expire",
        Kind::SessionEnded | Kind::NoSessionKept => "create",
        Kind::SessionPresentAfterClean | Kind::CleanStartKeeps { .. } => "clean-start-wins",
        Kind::WillMissing => "goodbye",
        Kind::WillDelayCut { .. } => "will-delay",
        Kind::SharedMisspelled => "shared-subscription",
        Kind::ReceiveMaximumUnused { .. } => "receive-maximum",
        Kind::AliasUnused { .. } => "save-bytes",
        Kind::MessageExpiryZero { .. } => "message-expiry",
        Kind::ReconnectLoop { .. } => "retry-or-not",
        Kind::ClosedWithoutWord { by: Some(Sender::Client) } => "goodbye",
        Kind::ClosedWithoutWord { .. } => "dropped-why",
        // No exercise is about these.
        Kind::Unanswered { .. }
        | Kind::NoPingResp
        | Kind::AnswerUnasked { .. }
        | Kind::NeverMatched
        | Kind::NearMiss
        | Kind::KeepAliveOverdue { .. }
        | Kind::KeepAliveLate { .. }
        | Kind::KeepAliveOff => return None,
    })
}

/// Findings as lines of text, for notes and reports.
pub fn as_text(capture: &Capture, findings: &[Finding], language: Language) -> String {
    let strings = language.strings();
    let mut text = String::new();
    for finding in findings {
        let client = finding.client.letter();
        let severity = severity(finding.severity(), strings);
        let _ = write!(text, "{severity}\t{client}");
        if let Some(client_id) = capture.client_id(finding.client) {
            let _ = write!(text, " {}", capped(client_id, ABOUT));
        }
        let _ = write!(text, "\t{}", sentence(finding, language));
        let about = about(finding, capture.client_id(finding.client));
        if !about.is_empty() {
            let _ = write!(text, " {}", about.join(", "));
        }
        if finding.count > 1 {
            let _ = write!(text, "\t{}", strings.find_times(finding.count));
        }
        let numbers: Vec<_> =
            finding.records.iter().map(|id| format!("#{}", id.number())).collect();
        let rule = finding.kind.rule(finding.version).unwrap_or_default();
        let _ = writeln!(text, "\t{}\t{rule}", numbers.join(" "));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::why::one_of_each;
    use crate::capture::{ClientSlot, RecordId};
    use crate::course;
    use crate::mqtt::{ErrorKind, Version};
    use crate::time::Instant;

    /// At least one of each kind.
    fn kinds() -> Vec<Kind> {
        let (by, longest) = (Sender::Client, Duration::from_secs(90));
        let packet = PacketType::SubAck;
        let mut all = vec![
            Kind::BrokenBytes { by, packet: Some(PacketType::Publish), error: ErrorKind::QoS3 },
            Kind::BrokenBytes { by, packet: None, error: ErrorKind::UnexpectedBytes },
            Kind::TextMessage,
            Kind::Refused { by: Sender::Server, packet, code: ReasonCode::NotAuthorized },
            Kind::NobodySubscribed,
            Kind::NeverSubscribed,
            Kind::SentInVain,
            Kind::Unanswered { by, packet: PacketType::Publish },
            Kind::Unanswered { by, packet: PacketType::Subscribe },
            Kind::NoConnAck,
            Kind::NoPingResp,
            Kind::RequestUnanswered { waited: longest },
            Kind::AnswerUnasked { by, packet },
            Kind::ResentAfterReconnect { by, longest },
            Kind::ResentWithoutReconnect { by, longest },
            Kind::ResentUnknown { by },
            Kind::TakenOver,
            Kind::TakenOverElsewhere,
            Kind::SessionLost,
            Kind::SessionExpired { away: longest, expiry: 60 },
            Kind::SessionEnded,
            Kind::NoSessionKept,
            Kind::SessionPresentAfterClean,
            Kind::ExpiryNever,
            Kind::CleanStartKeeps { expiry: 86_400 },
            Kind::CleanStartKeeps { expiry: u32::MAX },
            Kind::WillMissing,
            Kind::WillDelayCut { delay: 90, expiry: 60 },
            Kind::NeverMatched,
            Kind::SharedMisspelled,
            Kind::NearMiss,
            Kind::KeepAliveOverdue { longest, keep_alive: 60 },
            Kind::KeepAliveLate { longest, keep_alive: 60 },
            Kind::KeepAliveOff,
            Kind::ReceiveMaximumUnused { by, maximum: 20, peak: 1 },
            Kind::AliasUnused { by, maximum: 10, saves: 300, of: 900 },
            Kind::MessageExpiryZero { by },
            Kind::NeverOpened,
            Kind::ReconnectLoop { longest },
        ];
        let ends = [None, Some(Sender::Client), Some(Sender::Server)];
        all.extend(ends.map(|by| Kind::ClosedWithoutWord { by }));
        all.extend(one_of_each().into_iter().map(|cause| Kind::Against { by, cause }));
        all
    }

    fn finding(kind: Kind, version: Version) -> Finding {
        Finding {
            kind,
            client: ClientSlot(0),
            version,
            at: Instant::START,
            count: 2,
            records: vec![RecordId(6)],
            about: vec!["a/b".to_owned()],
            has_more: true,
        }
    }

    #[test]
    fn every_kind_has_words_and_what_explains_it_is_there() {
        let kinds = kinds();
        for key in Kind::KEYS {
            assert!(kinds.iter().any(|kind| kind.key() == *key), "{key}");
        }
        for kind in kinds {
            for language in Language::ALL {
                for version in Version::ALL {
                    let words = sentence(&finding(kind, version), language);
                    assert!(words.ends_with(['.', '。', ')', '）']), "{kind:?}: {words}");
                    assert!(!words.contains(['{', '<']), "{kind:?}: {words}");
                }
            }
            if let Some(id) = exercise(kind) {
                assert!(course::exercise(id).is_some(), "{id}");
            }
        }
    }

    #[test]
    fn a_finding_is_a_line_of_text() {
        let by = Sender::Client;
        let kind = Kind::AliasUnused { by, maximum: 10, saves: 300, of: 900 };
        let all = [finding(kind, Version::V5)];
        let text = as_text(&Capture::default(), &all, Language::En);
        assert_eq!(
            text,
            "Worth knowing\tA\tThe client may use Topic Aliases up to 10 and uses none, though topics \
             repeat: aliases would spare 300 B of 900 B (33%). a/b, …\t2 times\t#7\t§3.3.2.3.4\n"
        );
    }
}
