//! A Session that outlives its connection.

use super::{EXPIRY, connect, grants_of_session, leave};
use crate::capture::{ClientSlot, RecordId};
use crate::course::support::connections::{Connection, connection_among, connections};
use crate::course::{
    Broker, ByHand, Cast, ClientSetup, Evidence, Exercise, Finding, Move, Picture, Step, Unmet,
    Verdict, check,
};
use crate::lab::{Act, Action};
use crate::mqtt::{Packet, PacketType, Property, QoS, Subscription};

pub static EXERCISE: Exercise = Exercise {
    id: "create",
    broker: Broker::Any,
    spec: &["3.1.2.4", "3.1.2.11.2", "4.1"],
    clients: &[ClientSetup {
        role: "subscriber",
        // The interval is the lesson.
        prepared: |cast| vec![begin(cast, None), subscribe(), leave(CLIENT)],
        ..ClientSetup::PLAIN
    }],
    picture: Some(Picture::Sessions),
    steps: &[
        Step {
            id: "begin",
            by_hand: Some(ByHand { act: |cast| begin(cast, Some(60)), field: EXPIRY }),
            check: began,
            values: interval,
            ..Step::PLAIN
        },
        Step { id: "fill", controls: &[|_| Move::Act(subscribe())], check: filled, ..Step::PLAIN },
        Step {
            id: "leave",
            controls: &[|_| Move::Act(leave(CLIENT))],
            check: left,
            values: interval,
            ..Step::PLAIN
        },
    ],
    solution: |cast| [begin(cast, Some(60)), subscribe(), leave(CLIENT)].map(Move::Act).into(),
    par: 3,
    ..Exercise::PLAIN
};

fn begin(cast: &Cast, expiry: Option<u32>) -> Act {
    let mut act = connect(cast, CLIENT, true, expiry);
    if let Action::Connect(connect) = &mut act.action {
        connect.properties.push(Property::user("phase", "session_creation"));
    }
    act
}

pub(super) fn subscribe() -> Act {
    let both = WANTED.map(|(filter, qos)| Subscription {
        topic_filter: filter.into(),
        qos,
        ..Subscription::default()
    });
    Act::subscribe(CLIENT, [], both)
}

/// Clean Start 1, 60 s and the User Property: the values are the lesson.
fn asks_as_told(connection: &Connection) -> Result<(), Unmet> {
    let (by, connect) = &connection.connect;
    let expiry = connect.properties.session_expiry_interval();
    Finding::unless_equal("Clean Start", u8::from(connect.clean_start), 1)
        .and_then(|()| expiry.ok_or_else(|| Finding::absent(EXPIRY)))
        .and_then(|expiry| Finding::unless_equal(EXPIRY, expiry, 60))
        .and_then(|()| {
            let packet = Packet::Connect(Box::new(connect.clone()));
            check::has_user_property_pairs(&packet, &[("phase", "session_creation")])
        })
        .map_err(|finding| Unmet::by(*by, finding))
}

/// The latest CONNECT, accepted.
fn began(evidence: &Evidence) -> Verdict {
    let latest = connections(evidence, CLIENT).pop();
    let latest = latest.ok_or_else(|| Evidence::not_sent(CLIENT, PacketType::Connect))?;
    asks_as_told(&latest)?;
    let accepted = latest.session_present();
    accepted.ok_or_else(|| Evidence::not_received(CLIENT, PacketType::ConnAck))?;
    Ok(latest.handshake())
}

/// The latest connection that asked as told and was accepted.
fn begun(evidence: &Evidence) -> Result<Connection, Unmet> {
    let all = connections(evidence, CLIENT).into_iter();
    let mut begun = all.filter(|it| asks_as_told(it).is_ok() && it.session_present().is_some());
    begun.next_back().ok_or_else(|| Evidence::not_sent(CLIENT, PacketType::Connect).into())
}

fn filled(evidence: &Evidence) -> Verdict {
    both_subscribed(evidence, &begun(evidence)?)
}

/// Both Topic Filters, each with its QoS, are granted in the Session of that connection.
pub(super) fn both_subscribed(evidence: &Evidence, connection: &Connection) -> Verdict {
    let grants = grants_of_session(evidence, CLIENT, connection);
    let mut records = Vec::new();
    for (filter, qos) in WANTED {
        let grant = grants.iter().rfind(|grant| grant.subscription.topic_filter == filter);
        let grant = grant.ok_or_else(|| Finding::told("both-qos", [&filter]))?;
        Finding::unless_equal("QoS", grant.subscription.qos.bits(), qos.bits())
            .map_err(|finding| Unmet::by(grant.subscribe, finding))?;
        records.extend([grant.subscribe, grant.suback]);
    }
    records.sort_unstable();
    records.dedup();
    Ok(records)
}

/// DISCONNECT, which leaves the interval in force.
fn left(evidence: &Evidence) -> Verdict {
    let connection = begun(evidence)?;
    both_subscribed(evidence, &connection)?;
    let end = connection.disconnect.as_ref().map(|(id, _)| *id);
    let end = end.ok_or_else(|| Evidence::not_sent(CLIENT, PacketType::Disconnect))?;
    connection.leaves_session(60).map_err(|finding| Unmet::by(end, finding))?;
    Ok(vec![connection.connect.0, end])
}

fn interval(evidence: &Evidence, records: &[RecordId]) -> Vec<(&'static str, String)> {
    let connection = connection_among(evidence, CLIENT, records);
    let interval = connection.map(|it| ("interval", it.session_expiry_interval().to_string()));
    interval.into_iter().collect()
}

const CLIENT: ClientSlot = ClientSlot(0);
pub(super) const MESSAGES: &str = "factory/osaka/dispatch/messages";
pub(super) const ALERTS: &str = "factory/osaka/dispatch/alerts";
const WANTED: [(&str, QoS); 2] = [(MESSAGES, QoS::AtLeastOnce), (ALERTS, QoS::ExactlyOnce)];
