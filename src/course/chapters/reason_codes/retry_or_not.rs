//! The Reason Code decides whether to try again, and a back-off decides when.

use std::collections::BTreeSet;
use std::time::Duration;

use crate::broker::{self, Policy, Rule};
use crate::capture::ClientSlot;
use crate::course::chapters::common::{connect, connect_with};
use crate::course::connections::{Connection, connections};
use crate::course::{
    Asks, Broker, Cast, ClientSetup, Evidence, Exercise, Finding, Move, Picture, Prediction, Step,
    Unmet, Verdict,
};
use crate::lab::{Act, Action, Behaviour, Reconnect};
use crate::mqtt::{PacketType, Property, ReasonCode};

pub static EXERCISE: Exercise = Exercise {
    id: "retry-or-not",
    broker: Broker::Any,
    spec: &["3.2.2.2", "4.13.2"],
    clients: &[
        ClientSetup {
            role: "patient",
            prepared: |cast| vec![guest(cast)],
            beginning: |cast| vec![try_again(PATIENT, after(cast))],
        },
        ClientSetup {
            role: "sensible",
            prepared: |cast| vec![mistaken(cast, SENSIBLE)],
            beginning: |_| vec![try_again(SENSIBLE, Reconnect::PASSING.into())],
        },
    ],
    policy: busy_for_guests,
    picture: Some(Picture::Codes),
    steps: &[
        Step {
            id: "later",
            controls: &[|cast| Move::Act(guest(cast)), |_| Move::Wait(Duration::from_secs(4))],
            prediction: Some(Prediction {
                asks: Asks::Options(3),
                outcome: |evidence, _| how_it_tries(evidence),
            }),
            check: tries_later,
            ..Step::PLAIN
        },
        Step {
            id: "never",
            controls: &[
                |cast| Move::Acts(vec![mistaken(cast, SENSIBLE), guest(cast)]),
                |_| Move::Wait(Duration::from_secs(4)),
            ],
            prediction: Some(Prediction {
                asks: Asks::Options(3),
                outcome: |evidence, _| whether_it_tries(evidence),
            }),
            check: stays_away,
            ..Step::PLAIN
        },
    ],
    solution: |cast| {
        let both = vec![mistaken(cast, SENSIBLE), guest(cast)];
        vec![Move::Acts(both), Move::Wait(Duration::from_secs(4))]
    },
    // Four of the patient one, one of the sensible one.
    par: 5,
    ..Exercise::PLAIN
};

fn busy_for_guests() -> Policy {
    let busy = Rule {
        action: broker::Action::Connect,
        user: Some(GUEST.to_owned()),
        client_id: None,
        topic_filter: None,
        refuse_with: Some(ReasonCode::ServerBusy),
        maximum_qos: None,
    };
    Policy { rules: vec![busy], ..Policy::default() }
}

/// Half a second, one, two, and then no more.
fn try_again(client: ClientSlot, retry_after: BTreeSet<ReasonCode>) -> Act {
    let reconnect = Reconnect {
        first_wait: Duration::from_millis(500),
        tries: 3,
        retry_after,
        resume: false,
        ..Reconnect::default()
    };
    Act::automate(client, Behaviour::Reconnect(reconnect))
}

/// No other broker can be made busy: there the patient one insists on what it should let be.
fn after(cast: &Cast) -> BTreeSet<ReasonCode> {
    let passing = Reconnect::PASSING.into_iter();
    let elsewhere = (!cast.is_in_tab()).then_some(ReasonCode::BadAuthenticationMethod);
    passing.chain(elsewhere).collect()
}

fn guest(cast: &Cast) -> Act {
    if !cast.is_in_tab() {
        return mistaken(cast, PATIENT);
    }
    let mut act = connect(cast, PATIENT);
    if let Action::Connect(connect) = &mut act.action {
        connect.user_name = Some(GUEST.to_owned());
    }
    act
}

/// Asks for an Authentication Method that nobody has.
fn mistaken(cast: &Cast, slot: ClientSlot) -> Act {
    connect_with(cast, slot, [Property::AuthenticationMethod("GS2-UNHEARD-OF".to_owned())])
}

fn refused_with(connection: &Connection) -> Option<ReasonCode> {
    connection.connack.as_ref().map(|(_, connack)| connack.reason_code).filter(|it| it.is_error())
}

/// Three CONNECTs in a row, each refused, with a longer pause before the third.
fn tries_later(evidence: &Evidence) -> Verdict {
    let all = connections(evidence, PATIENT);
    if all.is_empty() {
        return Err(Unmet::NotYet(Evidence::not_sent(PATIENT, PacketType::Connect)));
    }
    let at = |it: &Connection| evidence.capture.get(it.connect.0).map(|record| record.at);
    let mut verdict = Err(Unmet::NotYet(Finding::told("too-few", [&all.len()])));
    for three in all.windows(3) {
        let [Some(first), Some(second), Some(third)] = [0, 1, 2].map(|n| at(&three[n])) else {
            continue;
        };
        if three.iter().take(2).any(|it| refused_with(it).is_none()) {
            continue;
        }
        let (before, after) = (second.since(first), third.since(second));
        if after > before && before >= SHORTEST {
            return Ok(three.iter().map(|it| it.connect.0).collect());
        }
        let by = three[2].connect.0;
        let (before, after) = (before.as_millis(), after.as_millis());
        let finding = Finding::told("does-not-grow", [&before, &after]);
        verdict = Err(Unmet::Contradicted { by, finding });
    }
    verdict
}

/// Refused for something that does not pass, and no CONNECT since, though the other one has gone on.
fn stays_away(evidence: &Evidence) -> Verdict {
    let all = connections(evidence, SENSIBLE);
    let Some(last) = all.last() else {
        return Err(Unmet::NotYet(Evidence::not_sent(SENSIBLE, PacketType::Connect)));
    };
    let Some((connack, _)) = last.connack else {
        return Err(Unmet::NotYet(Evidence::not_received(SENSIBLE, PacketType::ConnAck)));
    };
    match refused_with(last) {
        Some(code) if !Reconnect::PASSING.contains(&code) => {}
        _ => {
            return Err(Unmet::Contradicted { by: connack, finding: Finding::told("passes", []) });
        }
    }
    let refused_at = evidence.capture.get(connack).map(|record| record.at);
    let others = connections(evidence, PATIENT);
    let later = others.iter().find(|other| {
        let at = evidence.capture.get(other.connect.0).map(|record| record.at);
        at.zip(refused_at).is_some_and(|(at, since)| at > since && at.since(since) >= LONG_ENOUGH)
    });
    match later {
        Some(later) => Ok(vec![last.connect.0, connack, later.connect.0]),
        None => Err(Unmet::NotYet(Finding::told("not-waited", []))),
    }
}

fn how_it_tries(evidence: &Evidence) -> Option<usize> {
    tries_later(evidence).is_ok().then_some(1)
}

fn whether_it_tries(evidence: &Evidence) -> Option<usize> {
    stays_away(evidence).is_ok().then_some(2)
}

const PATIENT: ClientSlot = ClientSlot(0);
const SENSIBLE: ClientSlot = ClientSlot(1);
const GUEST: &str = "guest";
const SHORTEST: Duration = Duration::from_millis(300);
const LONG_ENOUGH: Duration = Duration::from_secs(1);
