//! A client ported from 3.1.1 that loses its messages: it forgot the second question.

use crate::capture::{ClientSlot, RecordId};
use crate::course::chapters::common::{connect, connect_with, publish, subscribe};
use crate::course::connections::connections;
use crate::course::{
    Broker, Cast, ClientSetup, Evidence, Exercise, Finding, Move, Picture, Step, Unmet, Verdict,
    check,
};
use crate::lab::{Act, Action};
use crate::mqtt::{Disconnect, PacketType, Properties, Property, QoS, ReasonCode};

pub static EXERCISE: Exercise = Exercise {
    id: "session-gone",
    broker: Broker::Any,
    spec: &["3.1.2.4", "3.1.2.11.2"],
    clients: &[
        ClientSetup {
            role: "subscriber",
            prepared: |cast| vec![as_ported(cast), to_orders(), leave()],
            ..ClientSetup::PLAIN
        },
        ClientSetup {
            role: "publisher",
            prepared: |cast| vec![connect(cast, PUBLISHER), order()],
            ..ClientSetup::PLAIN
        },
    ],
    picture: Some(Picture::Sessions),
    steps: &[
        Step {
            id: "look",
            controls: &[
                |cast| Move::Act(as_ported(cast)),
                |_| Move::Act(to_orders()),
                |_| Move::Act(leave()),
            ],
            check: forgotten,
            ..Step::PLAIN
        },
        Step { id: "mend", controls: &[|_| Move::Act(order())], check: works, ..Step::PLAIN },
    ],
    solution: |cast| {
        [
            as_ported(cast),
            leave(),
            mended(cast),
            to_orders(),
            leave(),
            connect(cast, PUBLISHER),
            order(),
            mended(cast),
        ]
        .map(Move::Act)
        .into()
    },
    // Four CONNECT, SUBSCRIBE, two DISCONNECT, PUBLISH, and the PUBACK for the delivery.
    par: 9,
    ..Exercise::PLAIN
};

fn clean_start_0(cast: &Cast, properties: impl Into<Properties>) -> Act {
    let mut act = connect_with(cast, CLIENT, properties);
    if let Action::Connect(connect) = &mut act.action {
        connect.clean_start = false;
    }
    act
}

/// CleanSession 0 became Clean Start 0, and nothing else was changed.
fn as_ported(cast: &Cast) -> Act {
    clean_start_0(cast, [])
}

fn mended(cast: &Cast) -> Act {
    clean_start_0(cast, [Property::SessionExpiryInterval(60)])
}

fn to_orders() -> Act {
    subscribe(CLIENT, TOPIC, QoS::AtLeastOnce)
}

fn leave() -> Act {
    Act::disconnect(CLIENT, Disconnect::new(ReasonCode::Success))
}

fn order() -> Act {
    publish(PUBLISHER, TOPIC, QoS::AtLeastOnce, "order 4711")
}

/// Came back with Clean Start 0, and the server knew nothing.
fn forgotten(evidence: &Evidence) -> Verdict {
    let all = connections(evidence, CLIENT);
    let pairs = all.iter().zip(all.iter().skip(1));
    let mut back = pairs.filter(|(before, _)| before.disconnect.is_some());
    match back.find(|(_, after)| after.session_present() == Some(false)) {
        Some((_, after)) => Ok(after.handshake()),
        None if all.is_empty() => {
            Err(Unmet::NotYet(Evidence::not_sent(CLIENT, PacketType::Connect)))
        }
        None => Err(Unmet::NotYet(Finding::told("come-back", []))),
    }
}

/// A message that was published while the client was away has arrived when it came back.
fn works(evidence: &Evidence) -> Verdict {
    let open = forgotten(evidence);
    if !open.is_ok() {
        return open;
    }
    let all = connections(evidence, CLIENT);
    let sent = check::messages(evidence.sent(PUBLISHER, PacketType::Publish));
    let arrived = check::messages(evidence.received(CLIENT, PacketType::Publish));
    let mut was_away: Option<RecordId> = None;
    for (before, after) in all.iter().zip(all.iter().skip(1)) {
        let Some((left, _)) = before.disconnect else { continue };
        let between = |id: &RecordId| *id > left && *id < after.connect.0;
        let Some((_, missed)) = sent.iter().find(|(id, _)| between(id)) else { continue };
        was_away = Some(after.connect.0);
        let came =
            arrived.iter().find(|(id, m)| *id > after.connect.0 && m.payload == missed.payload);
        if let Some((came, _)) = came {
            return Ok(vec![after.connect.0, *came]);
        }
    }
    match was_away {
        Some(by) => Err(Unmet::Contradicted { by, finding: Finding::told("missed", []) }),
        None => Err(Unmet::NotYet(Finding::told("nothing-missed", []))),
    }
}

const CLIENT: ClientSlot = ClientSlot(0);
const PUBLISHER: ClientSlot = ClientSlot(1);
const TOPIC: &str = "test/repair/session";
