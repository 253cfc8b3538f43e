//! What became of a message that is followed, in short facts.

use crate::analysis::follow::{Copy, Exchange, Follower, Origin, Outcome, Role, Way, Without};
use crate::capture::{ClientSlot, RecordId};
use crate::language::Strings;
use crate::mqtt::{QoS, ReasonCode};
use crate::ui::format::{capped, letters};

/// A copy as one line: the record, and what can be said of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CopyLine {
    pub client: ClientSlot,
    pub record: RecordId,
    pub facts: Vec<String>,
}

/// Characters of a Topic Filter.
const FILTER: usize = 40;

/// One after another what is known: who published it, who got it, who did not.
pub fn summary(follower: &Follower, strings: &Strings) -> Vec<String> {
    let Some((way, joined)) = follower.ways().split_first() else { return Vec::new() };
    let mut facts = origin(way, strings);
    facts.extend(delivered(way, strings));
    for reason in reasons(&way.without) {
        let of = |other: &&(ClientSlot, Without)| other.1 == *reason;
        let clients: Vec<_> = way.without.iter().filter(of).map(|(client, _)| *client).collect();
        let why = without(reason, strings);
        facts.push(strings.follow_without(letters(&clients), why));
    }
    if way.topic.is_none() {
        facts.push(strings.follow_no_topic().to_owned());
    }
    if way.equal > 1 {
        facts.push(strings.follow_equal(way.equal));
    }
    for other in joined {
        let Some(id) = other.records().first().map(|id| id.number()) else { continue };
        facts.push(match other.role {
            Role::Request => strings.follow_request(id),
            Role::Asked | Role::Response => strings.follow_response(id),
        });
    }
    facts
}

fn origin(way: &Way, strings: &Strings) -> Vec<String> {
    let exchange = match &way.origin {
        None => return vec![strings.follow_unpublished().to_owned()],
        Some(Origin::Will { client, ended, .. }) => {
            let client = client.letter().to_string();
            return vec![match ended {
                Some(_) => strings.follow_will(client),
                None => strings.follow_will_waits(client),
            }];
        }
        Some(Origin::Published(exchange)) => exchange,
    };
    let mut facts = vec![strings.follow_published(exchange.client.letter().to_string())];
    if !exchange.repeats.is_empty() {
        facts.push(strings.follow_repeats(exchange.repeats.len()));
    }
    if exchange.is_repeat {
        facts.push(strings.follow_repeat_only().to_owned());
    }
    let nobody = ReasonCode::NoMatchingSubscribers.value();
    facts.extend(match exchange.outcome {
        Outcome::Unacknowledged => None,
        Outcome::Complete(code) if code == nobody => Some(strings.follow_nobody().to_owned()),
        Outcome::Complete(_) => Some(strings.follow_accepted().to_owned()),
        Outcome::Refused(code) => Some(strings.follow_refused(in_words(code))),
        Outcome::Open => Some(strings.follow_accepting().to_owned()),
        Outcome::Untold => Some(strings.follow_accepted_untold().to_owned()),
    });
    facts
}

fn delivered(way: &Way, strings: &Strings) -> Vec<String> {
    let clients_of = |fits: &dyn Fn(&Copy) -> bool| -> Vec<ClientSlot> {
        let mut clients: Vec<ClientSlot> = Vec::new();
        for copy in way.copies.iter().filter(|copy| fits(copy)) {
            if !clients.contains(&copy.exchange.client) {
                clients.push(copy.exchange.client);
            }
        }
        clients
    };
    let live = clients_of(&|copy| !copy.is_retained);
    let stored = clients_of(&|copy| copy.is_retained);
    let mut facts = Vec::new();
    if live.is_empty() {
        facts.push(strings.follow_no_copies().to_owned());
    } else {
        let count = way.copies.iter().filter(|copy| !copy.is_retained).count();
        facts.push(strings.follow_delivered(letters(&live), count));
    }
    if !stored.is_empty() {
        facts.push(strings.follow_retained(letters(&stored)));
    }
    let ended = |wanted: fn(Outcome) -> bool| clients_of(&|copy| wanted(copy.exchange.outcome));
    let complete = ended(|outcome| matches!(outcome, Outcome::Complete(_)));
    let open = ended(|outcome| outcome == Outcome::Open);
    let untold = ended(|outcome| outcome == Outcome::Untold);
    let refused = ended(|outcome| matches!(outcome, Outcome::Refused(_)));
    for (clients, words) in [
        (complete, Strings::follow_acknowledged as fn(&Strings, String) -> String),
        (open, Strings::follow_unacknowledged),
        (untold, Strings::follow_acknowledged_untold),
        (refused, Strings::follow_copy_refused),
    ] {
        if !clients.is_empty() {
            facts.push(words(strings, letters(&clients)));
        }
    }
    facts
}

/// Each reason once, in the order of the clients.
fn reasons(without: &[(ClientSlot, Without)]) -> Vec<&Without> {
    let mut reasons = Vec::new();
    for (_, reason) in without {
        if !reasons.contains(&reason) {
            reasons.push(reason);
        }
    }
    reasons
}

fn without(reason: &Without, strings: &Strings) -> String {
    match reason {
        Without::NoMatchingSubscription => strings.follow_no_subscription().to_owned(),
        Without::NoLocal => strings.follow_no_local().to_owned(),
        Without::AnotherMember => strings.follow_another_member().to_owned(),
        Without::NotConnected(filter) => strings.follow_not_connected(capped(filter, FILTER)),
        Without::Nothing(filter) => strings.follow_nothing(capped(filter, FILTER)),
        Without::Untold => strings.follow_untold().to_owned(),
    }
}

/// Each copy by itself: what the Server made of the message for this client.
pub fn copies(follower: &Follower, strings: &Strings) -> Vec<CopyLine> {
    let Some(way) = follower.ways().first() else { return Vec::new() };
    let published = match &way.origin {
        Some(Origin::Published(exchange)) => Some(exchange.qos),
        _ => None,
    };
    let lines = way.copies.iter().take(MOST_COPIES).map(|copy| CopyLine {
        client: copy.exchange.client,
        record: copy.exchange.publish,
        facts: copy_facts(copy, published, strings),
    });
    lines.collect()
}

/// More are in the list of packets.
const MOST_COPIES: usize = 50;

fn copy_facts(copy: &Copy, published: Option<QoS>, strings: &Strings) -> Vec<String> {
    let Exchange { qos, retain, alias, identifiers, repeats, outcome, .. } = &copy.exchange;
    let mut facts = vec![match published {
        Some(before) if before != *qos => format!("QoS {} → {}", before.bits(), qos.bits()),
        _ => format!("QoS {}", qos.bits()),
    }];
    if *retain {
        facts.push("RETAIN".to_owned());
    }
    if copy.is_retained {
        facts.push(strings.follow_copy_stored().to_owned());
    }
    facts.extend(alias.map(|alias| format!("Topic Alias {alias}")));
    if !identifiers.is_empty() {
        let numbers: Vec<String> = identifiers.iter().map(u32::to_string).collect();
        facts.push(format!("Subscription Identifier {}", numbers.join(", ")));
    }
    if !repeats.is_empty() {
        facts.push(strings.follow_repeats(repeats.len()));
    }
    facts.extend(match outcome {
        Outcome::Refused(code) => Some(in_words(*code)),
        _ => None,
    });
    if copy.of_equal > 1 {
        facts.push(strings.follow_one_of(copy.of_equal));
    }
    facts
}

fn in_words(code: u8) -> String {
    match ReasonCode::from_value(code) {
        Some(known) => format!("0x{code:02X} {}", known.name()),
        None => format!("0x{code:02X}"),
    }
}

/// The filter that follows a message and asks for nothing else.
pub fn following(id: RecordId) -> String {
    format!("{}:#{}", super::term::Word::Follow.name(), id.number())
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;
    use crate::capture::{Capture, Entry, LinkClose};
    use crate::language::Language;
    use crate::mqtt::{ConnectionId, Sender};
    use crate::time::Instant;

    #[test]
    fn a_way_reads_as_facts() {
        const CONNECT: &[u8] =
            &[0x10, 0x0E, 0, 4, b'M', b'Q', b'T', b'T', 5, 2, 0, 0, 0, 0, 1, b'x'];
        const CONNACK: &[u8] = &[0x20, 0x03, 0, 0, 0];
        const SUBSCRIBE: &[u8] = &[0x82, 0x07, 0, 1, 0, 0, 1, b'a', 2];
        const SUBACK: &[u8] = &[0x90, 0x04, 0, 1, 0, 2];
        let mut capture = Capture::default();
        let mut push = |slot: u16, sender, bytes: &'static [u8]| {
            let connection = ConnectionId(slot.into());
            let bytes = Bytes::from_static(bytes);
            capture.push_packet(Instant::START, ClientSlot(slot), connection, sender, bytes)
        };
        for slot in 0..4 {
            push(slot, Sender::Client, CONNECT);
            push(slot, Sender::Server, CONNACK);
        }
        for slot in 1..3 {
            push(slot, Sender::Client, SUBSCRIBE);
            push(slot, Sender::Server, SUBACK);
        }
        let sent = push(0, Sender::Client, &[0x34, 0x08, 0, 1, b'a', 0, 9, 0, b'h', b'i']);
        let to_b = push(1, Sender::Server, &[0x33, 0x08, 0, 1, b'a', 0, 1, 0, b'h', b'i']);
        push(1, Sender::Client, &[0x40, 0x02, 0, 1]);
        push(2, Sender::Server, &[0x30, 0x06, 0, 1, b'a', 0, b'h', b'i']);
        push(0, Sender::Server, &[0x50, 0x02, 0, 9]);
        let close = LinkClose { by: None, was_open: true, code: None, reason: String::new() };
        let connection = ConnectionId(3);
        capture.push(Instant::START, ClientSlot(3), connection, Entry::Closed(close));

        let follower = Follower::new(&capture, sent).expect("it is a message");
        let strings = Language::En.strings();
        assert_eq!(
            summary(&follower, strings),
            [
                "published by A",
                "the broker has not acknowledged it completely",
                "2 copies: to B, C",
                "acknowledged by B",
                "nothing for D: no matching subscription",
            ]
        );
        let lines = copies(&follower, strings);
        assert_eq!(lines[0].record, to_b);
        assert_eq!(lines[0].facts, ["QoS 2 → 1", "RETAIN"]);
        assert_eq!(lines[1].facts, ["QoS 2 → 0"]);
    }
}
