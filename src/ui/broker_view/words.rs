//! What the broker did, in the learner's language. What it tells its Clients in a Reason String stays
//! as it was sent.

use super::model::{Due, client_name};
use crate::broker::{Event, Note, Outcome, Route, SessionEnd};
use crate::language::Strings;
use crate::mqtt::PacketType;
use crate::ui::format::quoted;

/// What happened, in one line.
pub fn event(event: &Event, strings: &Strings) -> String {
    match event {
        Event::Accepted { session_present } => {
            strings.inside_event_accepted(u8::from(*session_present))
        }
        Event::Authenticated { user, again: false, .. } => {
            strings.inside_event_authenticated(quoted(user))
        }
        Event::Authenticated { user, again: true, .. } => {
            strings.inside_event_authenticated_again(quoted(user))
        }
        Event::Refused { packet, reason } => {
            strings.inside_event_refused(reason.reason_code.in_words(*packet), packet.name())
        }
        Event::Disconnected(reason) => {
            strings.inside_event_disconnected(reason.reason_code.in_words(PacketType::Disconnect))
        }
        Event::ClientDisconnected(code) => {
            strings.inside_event_client_left(code.in_words(PacketType::Disconnect))
        }
        Event::ConnectionLost => strings.inside_event_lost().to_owned(),
        Event::Ignored { packet, .. } => strings.inside_event_ignored(packet.name()),
        Event::SessionCreated => strings.inside_event_session_created().to_owned(),
        Event::SessionResumed => strings.inside_event_session_resumed().to_owned(),
        Event::SessionEnded(end) => match end {
            SessionEnd::Expired => strings.inside_event_session_expired(),
            SessionEnd::WithConnection => strings.inside_event_session_with_connection(),
            SessionEnd::CleanStart => strings.inside_event_session_clean_start(),
            SessionEnd::Administrative => strings.inside_event_session_removed(),
        }
        .to_owned(),
        Event::Subscribed { topic_filter, granted, replaced: false } => {
            strings.inside_event_subscribed(quoted(topic_filter), granted.bits())
        }
        Event::Subscribed { topic_filter, granted, replaced: true } => {
            strings.inside_event_subscription_replaced(quoted(topic_filter), granted.bits())
        }
        Event::Unsubscribed { topic_filter } => {
            strings.inside_event_unsubscribed(quoted(topic_filter))
        }
        Event::Routed { topic, routes, .. } if routes.is_empty() => {
            strings.inside_event_routed_nowhere(quoted(topic))
        }
        Event::Routed { topic, retained: false, .. } => strings.inside_event_routed(quoted(topic)),
        Event::Routed { topic, retained: true, .. } => {
            strings.inside_event_routed_retained(quoted(topic))
        }
        Event::RetainedStored { topic } => strings.inside_event_retained_stored(quoted(topic)),
        Event::RetainedRemoved { topic } => strings.inside_event_retained_removed(quoted(topic)),
        Event::RetainedExpired { topic } => strings.inside_event_retained_expired(quoted(topic)),
        Event::Dequeued { topic, outcome: what, .. } => {
            strings.inside_event_dequeued(outcome(*what, strings), quoted(topic))
        }
        Event::GivenUp { topic, packet_id } => {
            strings.inside_event_given_up(packet_id, quoted(topic))
        }
        Event::Redelivered { packet, packet_id } => {
            strings.inside_event_redelivered(packet_id, packet.name())
        }
        Event::WillScheduled { topic, .. } => strings.inside_event_will_scheduled(quoted(topic)),
        Event::WillPublished { topic } => strings.inside_event_will_published(quoted(topic)),
        Event::WillDiscarded { topic, .. } => strings.inside_event_will_discarded(quoted(topic)),
        Event::PolicyChanged => strings.inside_event_policy_changed().to_owned(),
    }
}

/// What the broker said about it, in its own words.
pub fn reason(event: &Event) -> Option<&str> {
    match event {
        Event::Refused { reason, .. } | Event::Disconnected(reason) => Some(&reason.text),
        _ => None,
    }
}

/// Where copies of a message went.
pub fn routes(event: &Event) -> &[Route] {
    match event {
        Event::Routed { routes, .. } => routes,
        _ => &[],
    }
}

/// What became of one copy.
pub fn outcome(outcome: Outcome, strings: &Strings) -> String {
    match outcome {
        Outcome::Sent(Some(id)) => strings.inside_outcome_sent_with_id(id),
        Outcome::Sent(None) => strings.inside_outcome_sent().to_owned(),
        Outcome::QueuedWhileAbsent => strings.inside_outcome_queued_absent().to_owned(),
        Outcome::QueuedForQuota => strings.inside_outcome_queued_quota().to_owned(),
        Outcome::NoLocal => strings.inside_outcome_no_local().to_owned(),
        Outcome::DroppedWhileAbsent => strings.inside_outcome_dropped_absent().to_owned(),
        Outcome::DroppedQueueFull => strings.inside_outcome_dropped_full().to_owned(),
        Outcome::DroppedExpired => strings.inside_outcome_dropped_expired().to_owned(),
        Outcome::DroppedTooLarge => strings.inside_outcome_dropped_too_large().to_owned(),
    }
}

/// `QoS 1 · sent with Packet Identifier 3`.
pub fn route(route: &Route, strings: &Strings) -> String {
    format!("QoS {} · {}", route.qos.bits(), outcome(route.outcome, strings))
}

pub fn due(due: Due, strings: &Strings) -> &'static str {
    match due {
        Due::Connect => strings.inside_due_connect(),
        Due::KeepAlive => strings.inside_due_keep_alive(),
        Due::MaximumConnectTime => strings.inside_due_maximum_connect_time(),
        Due::SessionEnd => strings.inside_due_session_end(),
        Due::Will => strings.inside_due_will(),
        Due::Queued => strings.inside_due_queued(),
        Due::Retained => strings.inside_due_retained(),
    }
}

/// A note as one line of text, to copy.
pub fn line(note: &Note, strings: &Strings) -> String {
    let at = note.at.as_millis_f64() / 1000.0;
    let who = quoted(client_name(note.client_id.as_ref()));
    let mut line = format!("{at:.3} s\t{who}\t{}", event(&note.event, strings));
    for text in reason(&note.event).into_iter() {
        line.push_str(&format!(": {}", quoted(text)));
    }
    for one in routes(&note.event) {
        line.push_str(&format!("; {} · {}", quoted(&one.client_id), route(one, strings)));
    }
    format!("{line}\t{}", note.event.rule())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::broker::Violation;
    use crate::language::Language;
    use crate::mqtt::{PacketId, QoS, ReasonCode};
    use crate::time::Instant;

    #[test]
    fn every_event_is_told_in_every_language() {
        let topic: Arc<str> = "tank/level".into();
        let id = PacketId::MIN;
        let reason = Violation::new(ReasonCode::NotAuthorized, "§4.13", "not yours");
        let route = |outcome| Route {
            client_id: "b".into(),
            topic_filters: vec![],
            qos: QoS::AtLeastOnce,
            shared: false,
            outcome,
        };
        let outcomes = [
            Outcome::Sent(Some(id)),
            Outcome::Sent(None),
            Outcome::QueuedWhileAbsent,
            Outcome::QueuedForQuota,
            Outcome::NoLocal,
            Outcome::DroppedWhileAbsent,
            Outcome::DroppedQueueFull,
            Outcome::DroppedExpired,
            Outcome::DroppedTooLarge,
        ];
        let routes: Vec<_> = outcomes.map(route).to_vec();
        let ends = [
            SessionEnd::Expired,
            SessionEnd::WithConnection,
            SessionEnd::CleanStart,
            SessionEnd::Administrative,
        ];
        let mut events = vec![
            Event::Accepted { session_present: true },
            Event::Refused { packet: PacketType::Publish, reason: reason.clone() },
            Event::Disconnected(reason),
            Event::ClientDisconnected(ReasonCode::Success),
            Event::ConnectionLost,
            Event::Ignored { packet: PacketType::PubAck, rule: "§4.4" },
            Event::SessionCreated,
            Event::SessionResumed,
            Event::Unsubscribed { topic_filter: topic.clone() },
            Event::Routed { topic: topic.clone(), retained: false, routes: vec![] },
            Event::Routed { topic: topic.clone(), retained: false, routes: routes.clone() },
            Event::Routed { topic: topic.clone(), retained: true, routes },
            Event::RetainedStored { topic: topic.clone() },
            Event::RetainedRemoved { topic: topic.clone() },
            Event::RetainedExpired { topic: topic.clone() },
            Event::GivenUp { topic: topic.clone(), packet_id: id },
            Event::Redelivered { packet: PacketType::PubRel, packet_id: id },
            Event::WillScheduled { topic: (&*topic).into(), at: Instant::START },
            Event::WillPublished { topic: (&*topic).into() },
            Event::WillDiscarded { topic: (&*topic).into(), rule: "[MQTT-3.14.4-3]" },
            Event::PolicyChanged,
        ];
        events.extend(ends.map(Event::SessionEnded));
        for replaced in [false, true] {
            let (topic_filter, granted) = (topic.clone(), QoS::AtLeastOnce);
            events.push(Event::Subscribed { topic_filter, granted, replaced });
        }
        events.extend(outcomes.map(|outcome| Event::Dequeued {
            topic: topic.clone(),
            qos: QoS::AtLeastOnce,
            outcome,
        }));
        for language in Language::ALL {
            let strings = language.strings();
            let mut told: Vec<_> =
                events.iter().map(|event| super::event(event, strings)).collect();
            assert!(told.iter().all(|words| !words.is_empty() && !words.contains('{')));
            told.sort();
            told.dedup();
            assert_eq!(told.len(), events.len(), "each in words of its own: {told:?}");
        }
    }

    #[test]
    fn a_note_becomes_a_line() {
        let reason = Violation::new(ReasonCode::NotAuthorized, "§4.13", "not yours");
        let note = Note {
            at: Instant::from_millis(1500),
            connection: None,
            client_id: Some("a".into()),
            event: Event::Refused { packet: PacketType::Publish, reason },
        };
        let line = line(&note, Language::En.strings());
        assert_eq!(line, "1.500 s\ta\tPUBLISH refused: 0x87 Not authorized: not yours\t§4.13");
    }
}
