//! The same CONNECT and PUBLISH in 3.1.1 and in 5.0. What is sent is 5.0; 3.1.1 is laid beside it.

use super::first_connect::accepted;
use crate::capture::{ClientSlot, answer_to};
use crate::course::chapters::common::{self, connect_with};
use crate::course::{
    Asks, Broker, Cast, ClientSetup, Evidence, Exercise, Finding, Move, Picture, Prediction, Step,
    Unmet, Verdict, check, judge,
};
use crate::lab::Act;
use crate::mqtt::{
    Connect, Disconnect, Packet, PacketType, Properties, Property, PropertyId, Publish, QoS,
    ReasonCode, v3,
};

pub static EXERCISE: Exercise = Exercise {
    id: "three-or-five",
    broker: Broker::Any,
    spec: &["3.1.2", "3.1.2.4", "3.1.2.11.2", "3.3.2.3"],
    clients: &[ClientSetup {
        role: "client",
        prepared: |cast| vec![connect(cast), publish_plain(), goodbye()],
        ..ClientSetup::PLAIN
    }],
    steps: &[
        Step {
            id: "connect",
            controls: &[|cast| Move::Act(connect(cast))],
            prediction: Some(Prediction {
                asks: Asks::Options(3),
                outcome: |evidence, _| longer_by(evidence),
            }),
            check: connected_plainly,
            ..Step::PLAIN
        },
        Step {
            id: "publish",
            controls: &[|_| Move::Act(publish_plain())],
            check: published_plainly,
            ..Step::PLAIN
        },
        Step {
            id: "say-more",
            controls: &[|_| Move::Act(publish_described())],
            check: said_more,
            ..Step::PLAIN
        },
        Step {
            id: "new-and-kept",
            controls: &[
                |_| Move::React(|_, _| Some(goodbye())),
                |cast| Move::Act(connect_kept(cast)),
            ],
            check: new_and_kept,
            ..Step::PLAIN
        },
    ],
    picture: Some(Picture::Versions),
    solution: |cast| {
        let acts =
            [connect(cast), publish_plain(), publish_described(), goodbye(), connect_kept(cast)];
        acts.map(Move::Act).into()
    },
    par: 5,
    ..Exercise::PLAIN
};

fn connect(cast: &Cast) -> Act {
    common::connect(cast, CLIENT)
}

fn connect_kept(cast: &Cast) -> Act {
    connect_with(cast, CLIENT, [Property::SessionExpiryInterval(300)])
}

fn goodbye() -> Act {
    Act::disconnect(CLIENT, Disconnect::new(ReasonCode::Success))
}

fn publish_plain() -> Act {
    common::publish(CLIENT, TOPIC, QoS::AtMostOnce, PAYLOAD)
}

fn publish_described() -> Act {
    let properties = [
        Property::MessageExpiryInterval(300),
        Property::ContentType("application/json".to_owned()),
        Property::user("unit", "celsius"),
    ];
    common::publish_with(CLIENT, TOPIC, QoS::AtMostOnce, properties, PAYLOAD.as_bytes())
}

/// By how many bytes the first CONNECT is longer than it would be in 3.1.1: none, one, or more.
fn longer_by(evidence: &Evidence) -> Option<usize> {
    let record = evidence.sent(CLIENT, PacketType::Connect).next()?;
    let Packet::Connect(connect) = record.valid_packet()? else { return None };
    let before = v3::connect(&connect).ok()?.bytes.len();
    Some(record.bytes().len().saturating_sub(before).min(2))
}

fn connected_plainly(evidence: &Evidence) -> Verdict {
    let nothing = Evidence::not_sent(CLIENT, PacketType::Connect);
    let sent = judge(evidence.sent(CLIENT, PacketType::Connect), nothing, |_, packet| {
        is_plain(packet.properties())
    });
    match sent {
        Ok(_) => check::all([sent, accepted(evidence)]),
        unmet => unmet,
    }
}

fn published_plainly(evidence: &Evidence) -> Verdict {
    let nothing = Evidence::not_sent(CLIENT, PacketType::Publish);
    judge(evidence.sent(CLIENT, PacketType::Publish), nothing, |_, packet| {
        is_plain(packet.properties())
    })
}

fn is_plain(properties: &Properties) -> Result<(), Finding> {
    match properties.iter().next() {
        None => Ok(()),
        Some(property) => Err(Finding::told("not-plain", [&property.id().name()])),
    }
}

/// Topic and payload of an earlier PUBLISH without properties, now with some.
fn said_more(evidence: &Evidence) -> Verdict {
    let all = check::messages(evidence.sent(CLIENT, PacketType::Publish));
    let plain = || all.iter().filter(|(_, publish)| publish.properties.is_empty());
    let mut verdict = Err(Unmet::NotYet(Finding::told("bare", [])));
    for (id, publish) in all.iter().filter(|(_, publish)| !publish.properties.is_empty()) {
        let same = |(_, other): &&(_, Publish)| {
            (&other.topic, &other.payload) == (&publish.topic, &publish.payload)
        };
        match plain().find(same) {
            Some((beside, _)) => return Ok(vec![*beside.min(id), *beside.max(id)]),
            None => {
                let finding = Finding::told("other-message", []);
                verdict = Err(Unmet::Contradicted { by: *id, finding });
            }
        }
    }
    verdict
}

/// An accepted CONNECT that begins a Session anew and keeps it after the connection: two wishes for
/// which 3.1.1 has a single bit.
fn new_and_kept(evidence: &Evidence) -> Verdict {
    let nothing = Finding::absent(PropertyId::SessionExpiryInterval.name());
    let keeps = |connect: &Connect| connect.properties.session_expiry_interval().unwrap_or(0) > 0;
    let mut verdict = Err(Unmet::NotYet(nothing));
    for record in evidence.sent(CLIENT, PacketType::Connect) {
        let Some(Packet::Connect(connect)) = record.valid_packet() else { continue };
        if !keeps(&connect) {
            continue;
        }
        if !connect.clean_start {
            verdict = Err(Unmet::Contradicted {
                by: record.id,
                finding: Finding::differs("Clean Start", 0, 1),
            });
            continue;
        }
        verdict = match answer_to(evidence.capture, record.id) {
            None => Err(Unmet::NotYet(Evidence::not_received(CLIENT, PacketType::ConnAck))),
            Some(answer) => {
                let refused = answer.valid_packet().map(|packet| check::nothing_refused(&packet));
                match refused {
                    Some(Err(finding)) => Err(Unmet::Contradicted { by: answer.id, finding }),
                    _ => return Ok(vec![record.id, answer.id]),
                }
            }
        };
    }
    verdict
}

const CLIENT: ClientSlot = ClientSlot(0);
const TOPIC: &str = "test/mqtt5/versions";
const PAYLOAD: &str = r#"{"value":21.5}"#;
