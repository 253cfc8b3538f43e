//! A client ported from 3.1.1 that loses its messages: it forgot the second question.

use crate::capture::{ClientSlot, RecordId};
use crate::course::chapters::common::{connect, connect_with, publish, subscribe};
use crate::course::support::connections::{accepted, connection_among, connections};
use crate::course::{
    Broker, ByHand, Cast, ClientSetup, Evidence, Exercise, Finding, Move, Picture, Step, Unmet,
    Verdict, check,
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
                |_| Move::React(as_configured),
                |_| Move::Act(to_orders()),
                |_| Move::Act(leave()),
                |_| Move::React(as_configured),
            ],
            check: forgotten,
            ..Step::PLAIN
        },
        Step {
            id: "mend",
            by_hand: Some(ByHand { act: mended, field: "Session Expiry Interval" }),
            check: asks_for_time,
            values: |evidence, records| {
                let connection = connection_among(evidence, CLIENT, records);
                let interval = connection.map(|it| it.session_expiry_interval().to_string());
                interval.map(|it| ("interval", it)).into_iter().collect()
            },
            ..Step::PLAIN
        },
        Step {
            id: "prove",
            controls: &[
                |_| Move::Act(to_orders()),
                |_| Move::Act(leave()),
                |_| Move::Act(order()),
                |_| Move::React(as_configured),
            ],
            check: works,
            ..Step::PLAIN
        },
    ],
    solution: |cast| {
        let broken = [as_ported(cast), leave(), as_ported(cast), leave()];
        let repaired = [mended(cast), to_orders(), leave(), connect(cast, PUBLISHER), order()];
        let back = [Move::React(as_configured)];
        broken.into_iter().chain(repaired).map(Move::Act).chain(back).collect()
    },
    // Five CONNECT, SUBSCRIBE, three DISCONNECT, PUBLISH, and the PUBACK for the delivery.
    par: 11,
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

/// The client's last CONNECT again: once it has been repaired, no button undoes the repair.
fn as_configured(cast: &Cast, evidence: &Evidence) -> Option<Act> {
    let last = connections(evidence, CLIENT).pop();
    Some(last.map_or_else(|| as_ported(cast), |last| Act::connect(CLIENT, last.connect.1)))
}

/// An hour: any interval will do, as long as the rest of the exercise.
fn mended(cast: &Cast) -> Act {
    clean_start_0(cast, [Property::SessionExpiryInterval(3600)])
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

/// Came back with Clean Start 0 and, as before, without asking for time; and the server knew nothing.
fn forgotten(evidence: &Evidence) -> Verdict {
    let all = accepted(evidence, CLIENT);
    if all.is_empty() {
        return Err(Evidence::not_sent(CLIENT, PacketType::Connect).into());
    }
    let found_nothing = all.windows(2).find(|pair| {
        pair.iter().all(|it| it.session_expiry_interval() == 0)
            && pair[1].asks_for_session_of(&pair[0]).is_ok()
            && pair[1].session_present() == Some(false)
    });
    let pair = found_nothing.ok_or_else(|| Finding::told("come-back", []))?;
    Ok(pair[1].handshake())
}

/// The latest connection since then asks for its Session and for time.
fn asks_for_time(evidence: &Evidence) -> Verdict {
    let seen = forgotten(evidence)?;
    let latest = accepted(evidence, CLIENT).pop();
    let latest = latest.filter(|it| !seen.contains(&it.connect.0));
    let latest = latest.ok_or_else(|| Evidence::not_sent(CLIENT, PacketType::Connect))?;
    let by = latest.connect.0;
    Finding::unless_equal("Clean Start", u8::from(latest.connect.1.clean_start), 0)
        .and_then(|()| latest.leaves_session(3600).map(drop))
        .map_err(|finding| Unmet::by(by, finding))?;
    Ok(latest.handshake())
}

/// What was published during the latest time away has arrived by the return alone: the Session was there, and
/// neither a new SUBSCRIBE nor a further PUBLISH came before.
fn works(evidence: &Evidence) -> Verdict {
    let nothing_missed = || Finding::told("nothing-missed", []);
    forgotten(evidence)?;
    let all = accepted(evidence, CLIENT);
    let mut sent = check::messages(evidence.sent(PUBLISHER, PacketType::Publish));
    sent.retain(|(_, message)| message.topic == TOPIC && message.qos > QoS::AtMostOnce);
    let [.., before, back] = &all[..] else { return Err(nothing_missed().into()) };
    let left = before.end.ok_or_else(nothing_missed)?;
    let by = back.connect.0;
    let (missed, message) =
        sent.iter().find(|(id, _)| *id > left && *id < by).ok_or_else(nothing_missed)?;
    let arrived = check::messages(evidence.received(CLIENT, PacketType::Publish));
    let mut arrived = arrived.into_iter();
    let came = arrived.find(|(id, it)| *id > by && it.payload == message.payload);
    let mut again = evidence.sent(CLIENT, PacketType::Subscribe);
    let before_it = |id: RecordId| id > by && came.as_ref().is_none_or(|(came, _)| id < *came);
    if let Some(again) = again.find(|record| before_it(record.id)) {
        return Err(Unmet::by(again.id, Finding::told("subscribed-again", [])));
    }
    let was_sent_again = sent.iter().any(|(id, _)| before_it(*id));
    let came = came.filter(|_| back.session_present() == Some(true) && !was_sent_again);
    let (came, _) = came.ok_or_else(|| Unmet::by(by, Finding::told("missed", [])))?;
    back.asks_for_session_of(before)?;
    before.leaves_session(3600).map_err(|finding| Unmet::by(before.connect.0, finding))?;
    Ok(vec![*missed, by, came])
}

const CLIENT: ClientSlot = ClientSlot(0);
const PUBLISHER: ClientSlot = ClientSlot(1);
const TOPIC: &str = "factory/osaka/shipping/orders";
