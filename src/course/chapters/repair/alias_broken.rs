//! A program that uses its alias on every new connection without setting it first.

use bytes::Bytes;

use crate::capture::{ClientSlot, Entry, RecordId};
use crate::course::chapters::common::{connect, has_ended, publish_with, subscribe};
use crate::course::support::connections::{Connection, accepted};
use crate::course::{
    Broker, ByHand, ClientSetup, Evidence, Exercise, Finding, Move, Picture, Step, Unmet, Verdict,
    check,
};
use crate::lab::{Act, Action};
use crate::mqtt::{Packet, PacketType, Property, Publish, QoS, Sender, encode};

pub static EXERCISE: Exercise = Exercise {
    id: "alias-broken",
    broker: Broker::Any,
    spec: &["3.3.2.3.4"],
    clients: &[
        ClientSetup {
            role: "publisher",
            // The topic is what the program leaves out.
            prepared: |cast| vec![connect(cast, PUBLISHER), with_alias("")],
            ..ClientSetup::PLAIN
        },
        ClientSetup {
            role: "subscriber",
            prepared: |cast| vec![connect(cast, SUBSCRIBER), to_readings()],
            ..ClientSetup::PLAIN
        },
    ],
    picture: Some(Picture::AliasLedger),
    steps: &[
        Step {
            id: "look",
            controls: &[
                |_| Move::Act(to_readings()),
                |cast| Move::Act(connect(cast, PUBLISHER)),
                |_| Move::Act(as_the_program_does()),
            ],
            check: was_dropped,
            ..Step::PLAIN
        },
        Step {
            id: "set",
            by_hand: Some(ByHand { act: |_| with_alias(TOPIC), field: "Topic Name" }),
            check: alias_is_set,
            ..Step::PLAIN
        },
        Step {
            id: "mend",
            controls: &[|_| Move::Act(as_the_program_does())],
            check: works,
            values: sizes,
            ..Step::PLAIN
        },
    ],
    solution: |cast| {
        vec![
            Move::Act(connect(cast, SUBSCRIBER)),
            Move::Act(to_readings()),
            Move::Act(connect(cast, PUBLISHER)),
            Move::Act(as_the_program_does()),
            // Once it has been dropped, which may take the server a moment.
            Move::React(|cast, evidence| {
                has_ended(evidence, PUBLISHER).then(|| connect(cast, PUBLISHER))
            }),
            Move::Act(with_alias(TOPIC)),
            Move::Act(as_the_program_does()),
        ]
    },
    // Three CONNECT, SUBSCRIBE, three PUBLISH.
    par: 7,
    ..Exercise::PLAIN
};

fn to_readings() -> Act {
    subscribe(SUBSCRIBER, TOPIC, QoS::AtMostOnce)
}

fn with_alias(topic: &str) -> Act {
    publish_with(PUBLISHER, topic, QoS::AtMostOnce, [Property::TopicAlias(1)], b"21.5")
}

/// No topic, and alias 1, past the client, which would not send it before the alias is set. Right where it is.
fn as_the_program_does() -> Act {
    let publish = Publish {
        properties: [Property::TopicAlias(1)].into(),
        payload: Bytes::from_static(b"21.5"),
        ..Publish::default()
    };
    let bytes = encode(&Packet::Publish(publish)).unwrap_or_else(|_| Bytes::new());
    Act { client: PUBLISHER, action: Action::SendBytes(bytes) }
}

/// The PUBLISH packets of one connection.
fn sent_on(evidence: &Evidence, connection: &Connection) -> Vec<(RecordId, Publish)> {
    let records = evidence.sent(PUBLISHER, PacketType::Publish);
    check::messages(records.filter(|record| record.connection == connection.id))
}

/// After a PUBLISH without topic the server has ended the connection, with DISCONNECT or without.
fn was_dropped(evidence: &Evidence) -> Verdict {
    let mut unmet = Finding::told("not-sent-yet", []);
    for connection in accepted(evidence, PUBLISHER) {
        let mut sent = sent_on(evidence, &connection).into_iter();
        let Some((short, _)) = sent.find(|(_, message)| message.topic.is_empty()) else { continue };
        unmet = Finding::told("still-connected", []);
        let end = connection.end.and_then(|end| evidence.capture.get(end));
        let by_server = end.is_some_and(|end| match &end.entry {
            Entry::Closed(close) => close.by != Some(Sender::Client),
            _ => end.sender() == Some(Sender::Server),
        });
        if let Some(end) = end.filter(|_| by_server) {
            return Ok(vec![short, end.id]);
        }
    }
    Err(unmet.into())
}

/// The publisher's latest connection, and what it has sent on it since it was dropped.
fn since_the_drop(evidence: &Evidence) -> Result<(Connection, Vec<(RecordId, Publish)>), Unmet> {
    let dropped = was_dropped(evidence)?;
    let nothing = || Finding::told("nothing-since", []);
    let latest = accepted(evidence, PUBLISHER).pop();
    let latest = latest.filter(|it| dropped.iter().all(|id| *id < it.connect.0));
    let latest = latest.ok_or_else(nothing)?;
    let sent = sent_on(evidence, &latest);
    if sent.is_empty() {
        return Err(nothing().into());
    }
    Ok((latest, sent))
}

/// Topic and alias in one PUBLISH, as the program needs them, on the latest connection.
fn setting(sent: &[(RecordId, Publish)]) -> Result<RecordId, Unmet> {
    let mut unmet = Finding::told("nothing-since", []).into();
    for (id, message) in sent.iter().filter(|(_, message)| !message.topic.is_empty()) {
        let alias = message.properties.topic_alias();
        let judged = Finding::unless_equal("Topic Name", message.topic.as_str(), TOPIC)
            .and_then(|()| alias.ok_or_else(|| Finding::absent("Topic Alias")))
            .and_then(|alias| Finding::unless_equal("Topic Alias", alias, 1));
        match judged {
            Ok(()) => return Ok(*id),
            Err(finding) => unmet = Unmet::by(*id, finding),
        }
    }
    Err(unmet)
}

fn alias_is_set(evidence: &Evidence) -> Verdict {
    let (_, sent) = since_the_drop(evidence)?;
    Ok(vec![setting(&sent)?])
}

/// On a connection that lives, the program's own bytes have reached the subscriber under the full topic.
fn works(evidence: &Evidence) -> Verdict {
    let (connection, sent) = since_the_drop(evidence)?;
    if connection.end.is_some() {
        return Err(Finding::told("dropped-again", []).into());
    }
    let set = setting(&sent)?;
    let after: Vec<_> = sent.iter().filter(|(id, _)| *id > set).collect();
    let short = after.iter().rposition(|(_, message)| message.topic.is_empty());
    let short = short.ok_or_else(|| Finding::told("no-saving", []))?;
    let next = after.get(short + 1).map(|(id, _)| *id);
    let (short, _) = after[short];
    let mut arrived =
        check::messages(evidence.received(SUBSCRIBER, PacketType::Publish)).into_iter();
    // What arrives after a further PUBLISH may be that one.
    let came = arrived.find(|(id, message)| {
        id > short && next.is_none_or(|next| *id < next) && message.topic == TOPIC
    });
    let (came, _) = came.ok_or_else(|| Evidence::not_received(SUBSCRIBER, PacketType::Publish))?;
    Ok(vec![set, *short, came])
}

fn sizes(evidence: &Evidence, records: &[RecordId]) -> Vec<(&'static str, String)> {
    let [long, short, ..] = records else { return Vec::new() };
    let size = |id: &RecordId| evidence.capture.get(*id).map_or(0, |it| it.bytes().len());
    vec![("long", size(long).to_string()), ("short", size(short).to_string())]
}

const PUBLISHER: ClientSlot = ClientSlot(0);
const SUBSCRIBER: ClientSlot = ClientSlot(1);
const TOPIC: &str = "factory/osaka/line-3/robot-07/temperature";
