//! Will Delay Interval: a short break is not a failure.

use std::time::Duration;

use bytes::Bytes;

use super::{EXPIRY, connect, seconds};
use crate::capture::{ClientSlot, RecordId};
use crate::course::chapters::common;
use crate::course::support::connections::{Connection, accepted, connection_among, latest_absence};
use crate::course::support::subscriptions::granted;
use crate::course::{
    Asks, Broker, ByHand, Cast, ClientSetup, Evidence, Exercise, Figure, Finding, Move, Picture,
    Prediction, Step, Unmet, Verdict, check,
};
use crate::lab::{Act, Action};
use crate::mqtt::{PacketType, Property, PropertyId, Publish, QoS, Will};

pub static EXERCISE: Exercise = Exercise {
    id: "will-delay",
    broker: Broker::Any,
    spec: &["3.1.3.2.2", "3.1.2.5"],
    clients: &[
        ClientSetup {
            role: "device",
            // The delay is the lesson.
            prepared: |cast| vec![with_will(cast, true, None)],
            ..ClientSetup::PLAIN
        },
        ClientSetup {
            role: "observer",
            prepared: |cast| vec![observe(cast), watch(cast)],
            ..ClientSetup::PLAIN
        },
    ],
    picture: Some(Picture::Sessions),
    figures: &[
        Figure { name: "delay", value: |cast| delay(cast).to_string() },
        Figure { name: "pause", value: |cast| pause(cast).as_secs().to_string() },
    ],
    steps: &[
        Step {
            id: "watch",
            controls: &[|cast| Move::Act(watch(cast))],
            check: |evidence| check::answered_well(evidence, OBSERVER, PacketType::SubAck),
            ..Step::PLAIN
        },
        Step {
            id: "will",
            by_hand: Some(ByHand {
                act: |cast| with_will(cast, true, Some(delay(cast))),
                field: "Will Delay Interval",
            }),
            check: left_a_will,
            values: |evidence, records| {
                let connection = connection_among(evidence, DEVICE, records);
                let delay = connection.and_then(|it| delay_of(&it));
                delay.map(|delay| ("asked", delay.to_string())).into_iter().collect()
            },
            ..Step::PLAIN
        },
        Step {
            id: "in-time",
            controls: &[
                |_| Move::Act(cut()),
                |cast| Move::Act(with_will(cast, false, Some(delay(cast)))),
            ],
            check: back_in_time,
            values: |evidence, records| match records {
                [end, back, ..] => vec![("away", seconds(evidence, *end, *back))],
                _ => Vec::new(),
            },
            ..Step::PLAIN
        },
        Step {
            id: "quiet",
            controls: &[
                |cast| Move::Wait(pause(cast)),
                |_| Move::Act(Act { client: OBSERVER, action: Action::Ping }),
            ],
            prediction: Some(Prediction {
                asks: Asks::Options(3),
                outcome: |_, _| Some(IT_IS_DROPPED),
            }),
            check: no_will_came,
            values: |evidence, records| match records {
                [end, pong] => vec![("silent", seconds(evidence, *end, *pong))],
                _ => Vec::new(),
            },
            ..Step::PLAIN
        },
        Step {
            id: "too-late",
            controls: &[|_| Move::Act(cut()), |cast| Move::Wait(pause(cast))],
            check: will_came,
            values: |evidence, records| match records {
                [end, will] => vec![("after", seconds(evidence, *end, *will))],
                _ => Vec::new(),
            },
            ..Step::PLAIN
        },
    ],
    solution: |cast| {
        vec![
            Move::Act(observe(cast)),
            Move::Act(watch(cast)),
            Move::Act(with_will(cast, true, Some(delay(cast)))),
            Move::Act(cut()),
            Move::Act(with_will(cast, false, Some(delay(cast)))),
            Move::Wait(pause(cast)),
            Move::Act(Act { client: OBSERVER, action: Action::Ping }),
            Move::Act(cut()),
            Move::Wait(pause(cast)),
        ]
    },
    // Three CONNECT and SUBSCRIBE.
    par: 4,
    ..Exercise::PLAIN
};

fn topic(cast: &Cast) -> String {
    format!("factory/osaka/line-3/robot-07/status/{}", cast.nonce())
}

/// Keep Alive is longer than all the waiting, so that no PINGREQ goes out but the one that is asked for.
fn quietly(mut act: Act) -> Act {
    if let Action::Connect(connect) = &mut act.action {
        connect.keep_alive = 600;
    }
    act
}

fn observe(cast: &Cast) -> Act {
    quietly(common::connect(cast, OBSERVER))
}

fn watch(cast: &Cast) -> Act {
    common::subscribe(OBSERVER, &topic(cast), QoS::AtMostOnce)
}

fn with_will(cast: &Cast, clean_start: bool, delay: Option<u32>) -> Act {
    let mut act = quietly(connect(cast, DEVICE, clean_start, Some(3600)));
    if let Action::Connect(connect) = &mut act.action {
        let delay = delay.map(Property::WillDelayInterval);
        connect.will = Some(Will {
            topic: topic(cast).into(),
            payload: Bytes::from_static(b"device lost"),
            properties: delay.into_iter().collect::<Vec<_>>().into(),
            ..Will::default()
        });
    }
    act
}

fn cut() -> Act {
    Act { client: DEVICE, action: Action::Cut }
}

/// Long enough to come back in time while reading; elsewhere it has to be waited for.
fn delay(cast: &Cast) -> u32 {
    if cast.is_in_tab() { 120 } else { 8 }
}

/// Longer than the delay.
fn pause(cast: &Cast) -> Duration {
    Duration::from_secs(if cast.is_in_tab() { 121 } else { 11 })
}

fn delay_of(connection: &Connection) -> Option<u32> {
    connection.connect.1.will.as_ref()?.properties.will_delay_interval()
}

/// A Will for the observer, with a delay that the Session outlives.
fn has_will(evidence: &Evidence, connection: &Connection) -> Result<(), Unmet> {
    let (by, connect) = &connection.connect;
    let judged = || -> Result<(), Finding> {
        let will = connect.will.as_ref().ok_or_else(|| Finding::told("no-will", []))?;
        let name = PropertyId::WillDelayInterval.name();
        let delay = will.properties.will_delay_interval();
        let delay = delay.ok_or_else(|| Finding::absent(name))?;
        let interval = connection.session_expiry_interval();
        let grants = granted(evidence, OBSERVER);
        match grants.last().map(|grant| &grant.subscription.topic_filter) {
            _ if delay == 0 => Err(Finding::differs(name, 0, "> 0")),
            _ if delay >= interval => Err(Finding::differs(EXPIRY, interval, format!("> {delay}"))),
            Some(filter) if !grants.iter().any(|grant| grant.matches(&will.topic)) => {
                Err(Finding::differs("Will Topic", &will.topic, filter))
            }
            _ => Ok(()),
        }
    };
    judged().map_err(|finding| Unmet::by(*by, finding))
}

fn left_a_will(evidence: &Evidence) -> Verdict {
    let latest = accepted(evidence, DEVICE).pop();
    let latest = latest.ok_or_else(|| Evidence::not_received(DEVICE, PacketType::ConnAck))?;
    has_will(evidence, &latest)?;
    Ok(latest.handshake())
}

/// The Will of that connection where it has reached the observer after the end.
fn will_of(evidence: &Evidence, connection: &Connection) -> Option<RecordId> {
    let (will, end) = (connection.connect.1.will.as_ref()?, connection.end?);
    let is_will =
        |message: &Publish| message.topic == will.topic && message.payload == will.payload;
    let arrived = check::messages(evidence.received(OBSERVER, PacketType::Publish));
    arrived.into_iter().find(|(id, message)| *id > end && is_will(message)).map(|(id, _)| id)
}

/// Broken without DISCONNECT, back with the Session, and no Will until then.
fn is_back_in_time(evidence: &Evidence, before: &Connection, back: &Connection) -> Verdict {
    let end = was_cut(before)?;
    has_will(evidence, before)?;
    back.asks_for_session_of(before)?;
    let by = back.connect.0;
    if let Some(will) = will_of(evidence, before).filter(|will| *will < by) {
        return Err(Unmet::by(will, Finding::told("sent-already", [])));
    }
    let present = u8::from(back.session_present() == Some(true));
    Finding::unless_equal("Session Present", present, 1)
        .map_err(|finding| Unmet::by(by, finding))?;
    has_will(evidence, back)?;
    Ok([end].into_iter().chain(back.handshake()).collect())
}

fn was_cut(connection: &Connection) -> Result<RecordId, Unmet> {
    if let Some((by, _)) = &connection.disconnect {
        return Err(Unmet::by(*by, Finding::told("said-goodbye", [])));
    }
    connection.end.ok_or_else(|| Finding::told("not-back", []).into())
}

fn back_in_time(evidence: &Evidence) -> Verdict {
    let not_back = || Finding::told("not-back", []);
    let (before, back) = latest_absence(evidence, DEVICE).ok_or_else(not_back)?;
    was_cut(&before)?;
    is_back_in_time(evidence, &before, &back.ok_or_else(not_back)?)
}

/// A PINGRESP after the delay, and no Will before it: the return has stopped it [MQTT-3.1.3-9].
fn no_will_came(evidence: &Evidence) -> Verdict {
    let all = accepted(evidence, DEVICE);
    let [.., before, back] = &all[..] else { return back_in_time(evidence) };
    let end = was_cut(before)?;
    is_back_in_time(evidence, before, back)?;
    let delay = Duration::from_secs(delay_of(before).unwrap_or(0).into());
    let due = evidence.capture.get(end).map(|record| record.at + delay);
    let mut pongs = evidence.received(OBSERVER, PacketType::PingResp);
    let pong = pongs.find(|pong| pong.id > end && due.is_some_and(|due| pong.at >= due));
    if let Some(will) = will_of(evidence, before) {
        return Err(Unmet::by(will, Finding::told("will-came", [])));
    }
    let pong = pong.ok_or_else(|| Finding::told("too-soon", []))?;
    Ok(vec![end, pong.id])
}

/// The device broke off once more after it had been back in time, and its Will has come.
fn will_came(evidence: &Evidence) -> Verdict {
    let all = accepted(evidence, DEVICE);
    let was_back = |pair: &[Connection]| is_back_in_time(evidence, &pair[0], &pair[1]).is_ok();
    let (true, Some(latest)) = (all.windows(2).any(was_back), all.last()) else {
        return back_in_time(evidence);
    };
    let end = latest.end.filter(|_| latest.disconnect.is_none());
    let end = end.ok_or_else(|| Finding::told("not-cut", []))?;
    has_will(evidence, latest)?;
    if let Some(will) = will_of(evidence, latest) {
        return Ok(vec![end, will]);
    }
    let arrived = check::messages(evidence.received(OBSERVER, PacketType::Publish));
    let text = |payload: &Bytes| String::from_utf8_lossy(payload).into_owned();
    match (arrived.into_iter().find(|(id, _)| *id > end), &latest.connect.1.will) {
        (Some((by, other)), Some(will)) => {
            let finding = Finding::differs("Payload", text(&other.payload), text(&will.payload));
            Err(Unmet::by(by, finding))
        }
        _ => Err(Evidence::not_received(OBSERVER, PacketType::Publish).into()),
    }
}

const DEVICE: ClientSlot = ClientSlot(0);
const OBSERVER: ClientSlot = ClientSlot(1);
/// The option that holds whenever no Will came before the PINGRESP [MQTT-3.1.3-9].
const IT_IS_DROPPED: usize = 1;
