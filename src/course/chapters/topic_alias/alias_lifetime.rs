//! An alias ends with its Network Connection, also where the Session goes on.

use super::{TOPIC, dismissal, has_ended, publish_in, reading, taken};
use crate::capture::{ClientSlot, ConnectionId, Record};
use crate::course::savings::weigh;
use crate::course::{
    Asks, Broker, Cast, ClientSetup, Evidence, Exercise, Finding, Move, Picture, Prediction, Step,
    Unmet, Verdict, judge,
};
use crate::lab::{Act, Action};
use crate::mqtt::{
    Connect, Disconnect, Packet, PacketType, Property, Publish, QoS, ReasonCode, encode,
};

pub static EXERCISE: Exercise = Exercise {
    id: "alias-lifetime",
    broker: Broker::Any,
    spec: &["3.3.2.3.4", "4.1", "4.13"],
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
            controls: &[|cast| Move::Act(alone_by_hand(cast))],
            prediction: Some(Prediction {
                asks: Asks::Options(3),
                outcome: |evidence, _| what_became_of_it(evidence),
            }),
            check: old_alias_fails,
            ..Step::PLAIN
        },
        Step {
            id: "again",
            controls: &[
                |cast| Move::Act(connect(cast)),
                |cast| Move::Act(both(cast)),
                |cast| Move::Act(alone(cast)),
            ],
            check: learned_anew,
            ..Step::PLAIN
        },
    ],
    picture: Some(Picture::AliasLedger),
    solution: |cast| {
        vec![
            Move::Act(connect(cast)),
            Move::Act(both(cast)),
            Move::Act(alone(cast)),
            Move::Act(leave()),
            Move::Act(connect(cast)),
            Move::Act(alone_by_hand(cast)),
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
        client_id: cast.client_id(PUBLISHER).to_owned(),
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

/// Past the client, which knows better than to send it.
fn alone_by_hand(_: &Cast) -> Act {
    let publish = Packet::Publish(reading("", Some(1)));
    let bytes = encode(&publish).expect("it has everything a PUBLISH needs");
    Act { client: PUBLISHER, action: Action::SendBytes(bytes) }
}

/// A message with the alias alone was understood and taken.
fn alias_works(evidence: &Evidence) -> Verdict {
    alias_works_on(evidence, |_| true)
}

fn alias_works_on(evidence: &Evidence, counts: impl Fn(&Record) -> bool) -> Verdict {
    let nothing = Evidence::not_sent(PUBLISHER, PacketType::Publish);
    let sent = evidence.sent(PUBLISHER, PacketType::Publish).filter(|record| counts(record));
    judge(sent, nothing, |record, packet| {
        let Some(publish) = publish_in(packet) else { return Ok(()) };
        if publish.properties.topic_alias().is_none() {
            return Err(Finding::absent("Topic Alias"));
        }
        if !publish.topic.is_empty() {
            return Err(Finding::told("not-used", []));
        }
        if publish.qos == QoS::AtMostOnce {
            return Err(Finding::told("unacknowledged", []));
        }
        taken(evidence.capture, record)
    })
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

/// CONNACK with Session Present 1, after an alias was in use on an earlier connection.
fn session_is_there(evidence: &Evidence) -> Verdict {
    let nothing = Finding::told("still-there", []);
    let connacks = evidence.received(PUBLISHER, PacketType::ConnAck).skip(1);
    judge(connacks, nothing, |record, packet| match packet {
        Packet::ConnAck(connack) if connack.session_present => {
            let earlier = |sent: &Record| sent.connection < record.connection;
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
    if resumed(evidence).next().is_none() {
        return Err(Unmet::NotYet(Finding::told("no-session", [])));
    }
    let mut verdict = Err(Unmet::NotYet(Finding::told("not-tried", [])));
    for publish in stale(evidence) {
        verdict = match dismissal(evidence.capture, publish) {
            Some((record, ReasonCode::ProtocolError | ReasonCode::TopicAliasInvalid)) => {
                return Ok(vec![publish.id, record.id]);
            }
            Some((record, code)) => Err(Unmet::Contradicted {
                by: record.id,
                finding: Finding::Refused { packet: PacketType::Disconnect, code },
            }),
            None => Err(Unmet::NotYet(Evidence::not_received(PUBLISHER, PacketType::Disconnect))),
        };
    }
    verdict
}

/// Taken for the old topic, dropped in silence, or the end of the connection.
fn what_became_of_it(evidence: &Evidence) -> Option<usize> {
    let publish = stale(evidence).next()?;
    dismissal(evidence.capture, publish).map(|_| 2)
}

/// The alias works on a later connection, once it has been learned there.
fn learned_anew(evidence: &Evidence) -> Verdict {
    let Some(failed) = stale(evidence).next().map(|record| record.connection) else {
        return Err(Unmet::NotYet(Finding::told("not-failed", [])));
    };
    let later = |record: &Record| record.connection > failed;
    match evidence.received(PUBLISHER, PacketType::ConnAck).any(later) {
        true => alias_works_on(evidence, later),
        false => Err(Unmet::NotYet(Finding::told("not-back", []))),
    }
}

const PUBLISHER: ClientSlot = ClientSlot(0);
