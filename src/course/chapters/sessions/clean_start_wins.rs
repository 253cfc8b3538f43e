//! Clean Start 1 ends a Session, however long it was to live.

use super::{connect, grants_of_session, leave, seconds};
use crate::analysis::answer_to;
use crate::capture::{ClientSlot, RecordId};
use crate::course::chapters::common::{self, publish, subscribe};
use crate::course::support::connections::{
    Connection, accepted, connection_among, latest_absence, time_between,
};
use crate::course::{
    Asks, Broker, ByHand, Cast, ClientSetup, Evidence, Exercise, Finding, Move, Picture,
    Prediction, Step, Unmet, Verdict, check,
};
use crate::lab::Act;
use crate::mqtt::{PacketType, QoS, ReasonCode};

pub static EXERCISE: Exercise = Exercise {
    id: "clean-start-wins",
    broker: Broker::Any,
    spec: &["3.1.2.4"],
    clients: &[
        ClientSetup {
            role: "subscriber",
            // Clean Start is the lesson. A first connection finds nothing, whatever it says.
            prepared: |cast| vec![begin(cast, false), to_news(), leave(CLIENT)],
            ..ClientSetup::PLAIN
        },
        ClientSetup {
            role: "publisher",
            prepared: |cast| vec![common::connect(cast, PUBLISHER), news()],
            ..ClientSetup::PLAIN
        },
    ],
    picture: Some(Picture::Sessions),
    steps: &[
        Step {
            id: "keep",
            controls: &[
                |cast| Move::Act(begin(cast, false)),
                |_| Move::Act(to_news()),
                |_| Move::Act(leave(CLIENT)),
            ],
            check: kept,
            values: |evidence, records| {
                let connection = connection_among(evidence, CLIENT, records);
                let interval = connection.map(|it| it.session_expiry_interval().to_string());
                interval.map(|it| ("interval", it)).into_iter().collect()
            },
            ..Step::PLAIN
        },
        Step {
            id: "clean",
            by_hand: Some(ByHand { act: |cast| begin(cast, true), field: "Clean Start" }),
            prediction: Some(Prediction {
                asks: Asks::Options(4),
                outcome: |_, _| Some(NOTHING_IS_LEFT),
            }),
            check: began_again,
            values: time_left,
            ..Step::PLAIN
        },
        Step {
            id: "proof",
            controls: &[|_| Move::Act(news())],
            check: nothing_comes,
            ..Step::PLAIN
        },
    ],
    solution: |cast| {
        let before = [begin(cast, false), to_news(), leave(CLIENT), begin(cast, true)];
        let proof = [common::connect(cast, PUBLISHER), news()];
        before.into_iter().chain(proof).map(Move::Act).collect()
    },
    par: 6,
    ..Exercise::PLAIN
};

fn begin(cast: &Cast, clean_start: bool) -> Act {
    connect(cast, CLIENT, clean_start, Some(300))
}

fn to_news() -> Act {
    subscribe(CLIENT, TOPIC, QoS::AtLeastOnce)
}

fn news() -> Act {
    publish(PUBLISHER, TOPIC, QoS::AtLeastOnce, "is anybody there?")
}

/// The connection left a Session with the subscription in it.
fn left_something(evidence: &Evidence, before: &Connection) -> Verdict {
    before.leaves_session(300).map_err(|finding| Unmet::by(before.connect.0, finding))?;
    let grants = grants_of_session(evidence, CLIENT, before);
    let grant = grants.iter().find(|grant| grant.matches(TOPIC));
    let grant = grant.ok_or_else(|| Finding::told("nothing-kept", []))?;
    Ok([grant.subscribe, before.connect.0].into_iter().chain(before.end).collect())
}

fn absence(evidence: &Evidence) -> Result<(Connection, Option<Connection>), Unmet> {
    let absence = latest_absence(evidence, CLIENT);
    absence.ok_or_else(|| Evidence::not_sent(CLIENT, PacketType::Disconnect).into())
}

fn kept(evidence: &Evidence) -> Verdict {
    let (before, _) = absence(evidence)?;
    let mut records = left_something(evidence, &before)?;
    records.sort_unstable();
    Ok(records)
}

/// Clean Start 1 within the interval, and Session Present 0 [MQTT-3.1.2-4] [MQTT-3.2.2-2].
fn discards(evidence: &Evidence, before: &Connection, back: &Connection) -> Verdict {
    left_something(evidence, before)?;
    let (by, connect) = &back.connect;
    let end = before.end.unwrap_or(before.connect.0);
    let away = time_between(evidence, end, *by).as_secs();
    let interval = before.session_expiry_interval();
    let (found, wanted) = (&connect.client_id, &before.connect.1.client_id);
    Finding::unless_equal("Clean Start", u8::from(connect.clean_start), 1)
        .and_then(|()| Finding::unless_equal("Client Identifier", found, wanted))
        .and_then(|()| {
            let present = back.session_present().is_some_and(|present| present);
            Finding::unless_equal("Session Present", u8::from(present), 0)
        })
        .map_err(|finding| Unmet::by(*by, finding))?;
    if away >= u64::from(interval) {
        return Err(Unmet::by(*by, Finding::told("too-late", [&away, &interval])));
    }
    Ok([end].into_iter().chain(back.handshake()).collect())
}

fn began_again(evidence: &Evidence) -> Verdict {
    let (before, back) = absence(evidence)?;
    left_something(evidence, &before)?;
    let back = back.ok_or_else(|| Finding::told("not-back", []))?;
    discards(evidence, &before, &back)
}

fn time_left(evidence: &Evidence, records: &[RecordId]) -> Vec<(&'static str, String)> {
    let [end, back, ..] = records else { return Vec::new() };
    let Ok((before, _)) = absence(evidence) else { return Vec::new() };
    let away: u64 = seconds(evidence, *end, *back).parse().unwrap_or(0);
    vec![("left", u64::from(before.session_expiry_interval()).saturating_sub(away).to_string())]
}

/// A message published after that does not come: the subscription went too. 0x10 says so at once; without
/// it, a PINGRESP that comes alone does.
fn nothing_comes(evidence: &Evidence) -> Verdict {
    let all = accepted(evidence, CLIENT);
    let discarded = all.windows(2).rfind(|pair| discards(evidence, &pair[0], &pair[1]).is_ok());
    let Some([_, back]) = discarded else { return began_again(evidence) };
    let now = all.last().filter(|it| it.end.is_none()).unwrap_or(back);
    let mut sent = check::messages(evidence.sent(PUBLISHER, PacketType::Publish));
    sent.retain(|(id, message)| {
        *id > now.connect.0
            && now.end.is_none_or(|end| *id < end)
            && message.topic == TOPIC
            && message.qos > QoS::AtMostOnce
    });
    let latest = sent.last();
    let (sent, _) = latest.ok_or_else(|| Evidence::not_sent(PUBLISHER, PacketType::Publish))?;
    let arrived = check::messages(evidence.received(CLIENT, PacketType::Publish));
    if let Some((by, _)) = arrived.iter().find(|(id, _)| id > sent) {
        return Err(Unmet::by(*by, Finding::told("came-all-the-same", [])));
    }
    let answer = answer_to(evidence.capture, *sent);
    let answer = answer.ok_or_else(|| Evidence::not_received(PUBLISHER, PacketType::PubAck))?;
    let codes = answer.valid_packet().map(|packet| packet.reason_codes().to_vec());
    if codes.is_some_and(|codes| codes.contains(&ReasonCode::NoMatchingSubscribers)) {
        return Ok(vec![*sent, answer.id]);
    }
    let mut pongs = evidence.received(CLIENT, PacketType::PingResp);
    let pong = pongs.find(|pong| pong.id > answer.id && pong.connection == now.id);
    let pong = pong.ok_or_else(|| Finding::told("left-open", []))?;
    Ok(vec![*sent, answer.id, pong.id])
}

const CLIENT: ClientSlot = ClientSlot(0);
const PUBLISHER: ClientSlot = ClientSlot(1);
const TOPIC: &str = "factory/osaka/dispatch/notices";
/// The option that holds whenever the Session was discarded [MQTT-3.1.2-4].
const NOTHING_IS_LEFT: usize = 2;
