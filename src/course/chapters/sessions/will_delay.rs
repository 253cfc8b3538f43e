//! Will Delay Interval: a short break is no death.

use std::time::Duration;

use bytes::Bytes;

use super::connect;
use crate::capture::{ClientSlot, RecordId};
use crate::course::chapters::common;
use crate::course::connections::{Connection, connections};
use crate::course::{
    Asks, Broker, Cast, ClientSetup, Evidence, Exercise, Finding, Move, Picture, Prediction, Step,
    Unmet, Verdict, check,
};
use crate::lab::{Act, Action};
use crate::mqtt::{PacketType, Property, PropertyId, QoS, Will};

pub static EXERCISE: Exercise = Exercise {
    id: "will-delay",
    broker: Broker::Any,
    spec: &["3.1.3.2.2", "3.1.2.5"],
    clients: &[
        ClientSetup {
            role: "device",
            prepared: |cast| vec![with_will(cast, true)],
            ..ClientSetup::PLAIN
        },
        ClientSetup {
            role: "observer",
            prepared: |cast| vec![common::connect(cast, OBSERVER), watch(cast)],
            ..ClientSetup::PLAIN
        },
    ],
    picture: Some(Picture::Sessions),
    steps: &[
        Step {
            id: "watch",
            controls: &[|cast| Move::Act(watch(cast)), |cast| Move::Act(with_will(cast, true))],
            check: watched,
            ..Step::PLAIN
        },
        Step {
            id: "in-time",
            controls: &[|_| Move::Act(cut()), |cast| Move::Act(with_will(cast, false))],
            prediction: Some(Prediction {
                asks: Asks::Options(2),
                outcome: |evidence, _| was_a_will_sent(evidence),
            }),
            check: back_in_time,
            ..Step::PLAIN
        },
        Step {
            id: "too-late",
            controls: &[|_| Move::Act(cut()), |cast| Move::Wait(pause(cast))],
            check: will_came,
            ..Step::PLAIN
        },
    ],
    solution: |cast| {
        vec![
            Move::Act(common::connect(cast, OBSERVER)),
            Move::Act(watch(cast)),
            Move::Act(with_will(cast, true)),
            Move::Act(cut()),
            Move::Act(with_will(cast, false)),
            Move::Act(cut()),
            Move::Wait(pause(cast)),
        ]
    },
    par: 4,
    ..Exercise::PLAIN
};

fn topic(cast: &Cast) -> String {
    format!("test/session/will/{}", cast.nonce())
}

fn watch(cast: &Cast) -> Act {
    common::subscribe(OBSERVER, &topic(cast), QoS::AtMostOnce)
}

fn with_will(cast: &Cast, clean_start: bool) -> Act {
    let mut act = connect(cast, DEVICE, clean_start, Some(600));
    if let Action::Connect(connect) = &mut act.action {
        connect.will = Some(Will {
            topic: topic(cast),
            payload: Bytes::from_static(b"device lost"),
            properties: [Property::WillDelayInterval(delay(cast))].into(),
            ..Will::default()
        });
    }
    act
}

fn cut() -> Act {
    Act { client: DEVICE, action: Action::Cut }
}

fn delay(cast: &Cast) -> u32 {
    if cast.is_in_tab() { 30 } else { 3 }
}

/// Longer than the delay.
fn pause(cast: &Cast) -> Duration {
    Duration::from_secs(if cast.is_in_tab() { 31 } else { 6 })
}

fn watched(evidence: &Evidence) -> Verdict {
    let subscribed = check::answered_well(evidence, OBSERVER, PacketType::SubAck);
    if !subscribed.is_ok() {
        return subscribed;
    }
    let Some(first) = connections(evidence, DEVICE).into_iter().next() else {
        return Err(Unmet::NotYet(Evidence::not_sent(DEVICE, PacketType::Connect)));
    };
    let by = first.connect.0;
    let Some(will) = &first.connect.1.will else {
        return Err(Unmet::Contradicted { by, finding: Finding::told("no-will", []) });
    };
    match will.properties.will_delay_interval() {
        None | Some(0) => {
            let finding = Finding::absent(PropertyId::WillDelayInterval.name());
            Err(Unmet::Contradicted { by, finding })
        }
        Some(_) => check::all([subscribed, check::connected(evidence, DEVICE)]),
    }
}

/// The connection after one that broke without DISCONNECT, with the Session still there.
fn return_in_time(evidence: &Evidence) -> Option<Connection> {
    let all = connections(evidence, DEVICE);
    let pairs = all.iter().zip(all.iter().skip(1));
    let mut back = pairs.filter(|(before, after)| {
        before.disconnect.is_none() && after.session_present() == Some(true)
    });
    back.next().map(|(_, after)| after.clone())
}

/// The Wills that have reached the observer.
fn wills(evidence: &Evidence) -> Vec<RecordId> {
    let arrived = check::messages(evidence.received(OBSERVER, PacketType::Publish));
    arrived.into_iter().map(|(id, _)| id).collect()
}

/// Back with the Session, and no Will until then [MQTT-3.1.3-9].
fn back_in_time(evidence: &Evidence) -> Verdict {
    let open = watched(evidence);
    if !open.is_ok() {
        return open;
    }
    let Some(back) = return_in_time(evidence) else {
        let later = connections(evidence, DEVICE).into_iter().nth(1);
        return match later.filter(|c| c.session_present() == Some(false)) {
            Some(anew) => {
                let finding = Finding::differs("Session Present", 0, 1);
                Err(Unmet::Contradicted { by: anew.connect.0, finding })
            }
            None => Err(Unmet::NotYet(Finding::told("not-back", []))),
        };
    };
    match wills(evidence).into_iter().find(|id| *id < back.connect.0) {
        Some(by) => Err(Unmet::Contradicted { by, finding: Finding::told("sent-already", []) }),
        None => Ok(back.handshake()),
    }
}

/// The Will of the second break, after its delay.
fn will_came(evidence: &Evidence) -> Verdict {
    let open = back_in_time(evidence);
    let Some(back) = return_in_time(evidence).filter(|_| open.is_ok()) else { return open };
    match wills(evidence).into_iter().find(|id| *id > back.connect.0) {
        Some(will) => Ok(vec![will]),
        None => Err(Unmet::NotYet(Evidence::not_received(OBSERVER, PacketType::Publish))),
    }
}

fn was_a_will_sent(evidence: &Evidence) -> Option<usize> {
    back_in_time(evidence).is_ok().then_some(1)
}

const DEVICE: ClientSlot = ClientSlot(0);
const OBSERVER: ClientSlot = ClientSlot(1);
