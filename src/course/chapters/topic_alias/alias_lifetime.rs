//! An alias ends with its Network Connection, also where the Session goes on.

use super::{TOPIC, alias_of, code_of, dismissal, has_ended, publish_in, reading, taken};
use crate::analysis::savings::weigh;
use crate::capture::{ClientSlot, Record, RecordId};
use crate::course::{
    Asks, Broker, ByHand, Cast, ClientSetup, Evidence, Exercise, Figure, Finding, Move, Picture,
    Prediction, Step, Unmet, Verdict, figure, judge,
};
use crate::lab::{Act, Action};
use crate::mqtt::{
    Connect, ConnectionId, Disconnect, Packet, PacketType, Property, Publish, QoS, ReasonCode,
    encode,
};

pub static EXERCISE: Exercise = Exercise {
    id: "alias-lifetime",
    broker: Broker::Any,
    spec: &["3.3.2.3.4", "3.3.4", "4.1", "4.13"],
    clients: &[ClientSetup {
        role: "publisher",
        prepared: |cast| vec![connect(cast), both(cast), leave()],
        ..ClientSetup::PLAIN
    }],
    steps: &[
        Step {
            id: "learn",
            controls: &[|cast| Move::Act(both(cast)), |cast| Move::Act(alone(cast))],
            check: alias_works,
            ..Step::PLAIN
        },
        Step {
            id: "come-back",
            controls: &[|_| Move::Act(leave()), |cast| Move::Act(connect(cast))],
            check: session_is_there,
            ..Step::PLAIN
        },
        Step {
            id: "old-alias",
            controls: &[|cast| Move::Act(past_the_client(cast))],
            prediction: Some(Prediction { asks: Asks::Options(3), outcome: what_became_of_it }),
            check: old_alias_fails,
            values: |evidence, records| vec![("code", code_of(evidence, records.last()))],
            ..Step::PLAIN
        },
        Step {
            id: "again",
            by_hand: Some(ByHand { act: both, field: "Topic Alias" }),
            check: learned_again,
            values: |evidence, records| vec![("alias", alias_of(evidence, records.first()))],
            ..Step::PLAIN
        },
    ],
    picture: Some(Picture::AliasLedger),
    figures: &[Figure {
        name: "alone",
        value: |_| figure::bytes_of(&Packet::Publish(old_alias())),
    }],
    solution: |cast| {
        vec![
            Move::Act(connect(cast)),
            Move::Act(both(cast)),
            Move::Act(alone(cast)),
            Move::Act(leave()),
            Move::Act(connect(cast)),
            Move::Act(past_the_client(cast)),
            Move::React(|cast, evidence| has_ended(evidence, PUBLISHER).then(|| connect(cast))),
            Move::Act(both(cast)),
            Move::Act(alone(cast)),
        ]
    },
    par: 9,
    ..Exercise::PLAIN
};

/// With Clean Start 0, so that a Session goes on where there is one.
fn connect(cast: &Cast) -> Act {
    let connect = Connect {
        clean_start: false,
        keep_alive: 60,
        client_id: cast.client_id(PUBLISHER).into(),
        properties: [Property::SessionExpiryInterval(300)].into(),
        ..Connect::default()
    };
    Act::connect(PUBLISHER, connect)
}

fn leave() -> Act {
    Act::disconnect(PUBLISHER, Disconnect::new(ReasonCode::Success))
}

fn both(_: &Cast) -> Act {
    Act::publish(PUBLISHER, Publish { qos: QoS::AtLeastOnce, ..reading(TOPIC, Some(1)) })
}

fn alone(_: &Cast) -> Act {
    Act::publish(PUBLISHER, Publish { qos: QoS::AtLeastOnce, ..reading("", Some(1)) })
}

fn old_alias() -> Publish {
    reading("", Some(1))
}

/// Past the client, which knows better than to send it.
fn past_the_client(_: &Cast) -> Act {
    let bytes = encode(&Packet::Publish(old_alias())).expect("it has everything a PUBLISH needs");
    Act { client: PUBLISHER, action: Action::SendBytes(bytes) }
}

/// A message with the alias alone was understood and taken.
fn alias_works(evidence: &Evidence) -> Verdict {
    alias_works_on(evidence, |_| true)
}

fn alias_works_on(evidence: &Evidence, counts: impl Fn(&Record) -> bool) -> Verdict {
    let sent = || evidence.sent(PUBLISHER, PacketType::Publish).filter(|record| counts(record));
    // Topic and alias together are the first half of what is asked for, and no mistake.
    let nothing = match sent().any(teaches) {
        true => Finding::told("not-used", []),
        false => Evidence::not_sent(PUBLISHER, PacketType::Publish),
    };
    judge(sent().filter(|record| !teaches(record)), nothing, |record, packet| {
        let Some(publish) = publish_in(packet) else { return Ok(()) };
        if publish.properties.topic_alias().is_none() {
            return Err(Finding::absent("Topic Alias"));
        }
        if publish.qos == QoS::AtMostOnce {
            return Err(Finding::told("unacknowledged", []));
        }
        taken(evidence.capture, record)
    })
}

/// Topic and alias in one PUBLISH.
fn teaches(record: &Record) -> bool {
    matches!(
        record.valid_packet(),
        Some(Packet::Publish(publish))
            if !publish.topic.is_empty() && publish.properties.topic_alias().is_some()
    )
}

/// The connections on which the Session went on, oldest first.
fn resumed<'a>(evidence: &Evidence<'a>) -> impl Iterator<Item = &'a Record> + use<'a> {
    evidence.received(PUBLISHER, PacketType::ConnAck).filter(|record| {
        matches!(
            record.valid_packet(),
            Some(Packet::ConnAck(connack)) if connack.session_present
        )
    })
}

/// CONNACK with Session Present 1, after an alias was in use on the connection before.
fn session_is_there(evidence: &Evidence) -> Verdict {
    let connacks: Vec<_> = evidence.received(PUBLISHER, PacketType::ConnAck).collect();
    let before = |record: &Record| {
        let at = connacks.iter().position(|other| other.id == record.id)?;
        Some(connacks[at.checked_sub(1)?].connection)
    };
    let nothing = Finding::told("still-there", []);
    judge(connacks.iter().copied().skip(1), nothing, |record, packet| match packet {
        Packet::ConnAck(connack) if connack.session_present => {
            let earlier = |sent: &Record| Some(sent.connection) == before(record);
            match alias_works_on(evidence, earlier).is_ok() {
                true => Ok(()),
                false => Err(Finding::told("nothing-learned", [])),
            }
        }
        Packet::ConnAck(connack) if connack.reason_code.is_error() => {
            Err(Finding::Refused { packet: PacketType::ConnAck, code: connack.reason_code })
        }
        _ => Err(Finding::differs("Session Present", 0, 1)),
    })
}

/// The messages that used an alias which this connection had not learned, on a Session that went on.
fn stale<'a>(evidence: &Evidence<'a>) -> impl Iterator<Item = &'a Record> + use<'a> {
    let capture = evidence.capture;
    let resumed: Vec<ConnectionId> = resumed(evidence).map(|record| record.connection).collect();
    evidence.sent(PUBLISHER, PacketType::Publish).filter(move |record| {
        resumed.contains(&record.connection)
            && weigh(capture, record).is_none()
            && matches!(record.valid_packet(), Some(Packet::Publish(publish)) if publish.topic.is_empty())
    })
}

/// The Server ended the connection because of it, with 0x82 (Protocol Error) or 0x94 (Topic Alias
/// invalid).
fn old_alias_fails(evidence: &Evidence) -> Verdict {
    resumed(evidence).next().ok_or_else(|| Finding::told("no-session", []))?;
    let mut unmet = Unmet::NotYet(Finding::told("not-tried", []));
    for publish in stale(evidence) {
        unmet = match dismissal(evidence.capture, publish) {
            Some((record, ReasonCode::ProtocolError | ReasonCode::TopicAliasInvalid)) => {
                return Ok(vec![publish.id, record.id]);
            }
            Some((record, code)) => {
                Unmet::by(record.id, Finding::Refused { packet: PacketType::Disconnect, code })
            }
            None => Evidence::not_received(PUBLISHER, PacketType::Disconnect).into(),
        };
    }
    Err(unmet)
}

/// Taken for the old topic, dropped in silence, or the end of the connection.
fn what_became_of_it(evidence: &Evidence, records: &[RecordId]) -> Option<usize> {
    let publish = evidence.capture.get(*records.first()?)?;
    dismissal(evidence.capture, publish).map(|_| 2)
}

/// The alias works on a later connection, once it has been learned there.
fn learned_again(evidence: &Evidence) -> Verdict {
    let failed = stale(evidence).next().ok_or_else(|| Finding::told("not-failed", []))?;
    let later = |record: &Record| record.connection > failed.connection;
    let mut connacks = evidence.received(PUBLISHER, PacketType::ConnAck);
    connacks.find(|record| later(record)).ok_or_else(|| Finding::told("not-back", []))?;
    alias_works_on(evidence, later)
}

const PUBLISHER: ClientSlot = ClientSlot(0);
