//! Mistakes in the exercises of this chapter.

use mqtt5_playground::broker::{Input, Policy};
use mqtt5_playground::capture::ClientSlot;
use mqtt5_playground::course::support::alias_policy::{AliasPolicy, Tuning};
use mqtt5_playground::course::support::fleet;
use mqtt5_playground::course::{Cast, Move};
use mqtt5_playground::lab::Act;
use mqtt5_playground::mqtt::{Disconnect, Property, Publish, QoS, ReasonCode};

use super::{Mistake, connect_packet, found, properties, publish_packet};

const PUBLISHER: ClientSlot = ClientSlot(0);
const SUBSCRIBER: ClientSlot = ClientSlot(1);
const TOPIC: &str = "factory/osaka/line-3/robot-07/telemetry/temperature";

pub fn mistakes() -> Vec<Mistake> {
    let exercises =
        [handshake(), saving(), lifetime(), out_of_range(), fleet_days(), from_the_server()];
    exercises.into_iter().flatten().collect()
}

/// The moves of the solution in that range.
fn part(id: &'static str, cast: &Cast, range: std::ops::Range<usize>) -> Vec<Move> {
    (found(id).solution)(cast).drain(range).collect()
}

fn publish(topic: &str, alias: Option<u16>, qos: QoS) -> Move {
    Move::Act(Act::publish(
        PUBLISHER,
        Publish {
            qos,
            topic: topic.into(),
            properties: alias.map(Property::TopicAlias).into_iter().collect(),
            payload: "21.4".into(),
            ..Publish::default()
        },
    ))
}

fn leave(client: ClientSlot) -> Move {
    Move::Act(Act::disconnect(client, Disconnect::new(ReasonCode::Success)))
}

fn set_policy(topic_alias_maximum: u16) -> Input {
    Input::SetPolicy(Box::new(Policy { topic_alias_maximum, ..Policy::default() }))
}

fn handshake() -> Vec<Mistake> {
    const ID: &str = "alias-handshake";
    vec![
        Mistake::new(
            (ID, "connect", "not-received"),
            |_| vec![publish(TOPIC, Some(1), QoS::AtLeastOnce)],
            |cast| part(ID, cast, 0..3),
        ),
        Mistake::before((ID, "maximum", "not-opened"), 1),
        Mistake::new(
            (ID, "maximum", "none"),
            |cast| {
                let no_aliases = Move::Operate(|_| set_policy(0));
                [vec![no_aliases], part(ID, cast, 0..2)].concat()
            },
            |cast| {
                let ten = Move::Operate(|_| set_policy(10));
                [vec![ten, leave(PUBLISHER)], part(ID, cast, 0..3)].concat()
            },
        ),
        Mistake::edited((ID, "both", "absent"), 2, |act| properties(act).0.clear()),
        Mistake::new(
            (ID, "both", "no-topic"),
            |cast| {
                let mut moves = part(ID, cast, 0..2);
                moves.push(publish(TOPIC, Some(1), QoS::AtMostOnce));
                moves.push(publish("", Some(1), QoS::AtLeastOnce));
                moves
            },
            |cast| part(ID, cast, 2..3),
        ),
        Mistake::edited((ID, "both", "unacknowledged"), 2, |act| {
            publish_packet(act).qos = QoS::AtMostOnce;
        }),
    ]
}

fn saving() -> Vec<Mistake> {
    const ID: &str = "save-bytes";
    vec![
        Mistake::before((ID, "subscribe", "not-received"), 1),
        Mistake::edited((ID, "plain", "with-alias"), 3, |act| {
            properties(act).push(Property::TopicAlias(1));
        }),
        Mistake::edited((ID, "first-use", "absent"), 4, |act| properties(act).0.clear()),
        Mistake::edited((ID, "repeat", "topic-still-there"), 5, |act| {
            publish_packet(act).topic = TOPIC.into();
        }),
        Mistake::before((ID, "pays-off", "saved-so-far"), 6),
        // Without an alias nothing is saved, whatever is sent.
        Mistake::new(
            (ID, "pays-off", "saved-so-far"),
            |cast| {
                let plain = vec![publish(TOPIC, None, QoS::AtMostOnce); 5];
                [part(ID, cast, 0..6), plain].concat()
            },
            |cast| part(ID, cast, 6..8),
        ),
        Mistake::before((ID, "delivered", "not-opened"), 7),
    ]
}

fn lifetime() -> Vec<Mistake> {
    const ID: &str = "alias-lifetime";
    let lost_session = |cast: &Cast| {
        let mut moves = part(ID, cast, 0..5);
        let Move::Act(connect) = &mut moves[4] else { panic!("the fifth move is CONNECT") };
        connect_packet(connect).clean_start = true;
        moves
    };
    let from_the_alias_on = |cast: &Cast| part(ID, cast, 1..9);
    vec![
        Mistake::before((ID, "learn", "not-used"), 2),
        Mistake::edited((ID, "learn", "unacknowledged"), 2, |act| {
            publish_packet(act).qos = QoS::AtMostOnce;
        }),
        Mistake::before((ID, "come-back", "still-there"), 3),
        Mistake::new((ID, "come-back", "differs"), lost_session, from_the_alias_on),
        Mistake::new(
            (ID, "come-back", "nothing-learned"),
            move |cast| [lost_session(cast), part(ID, cast, 3..5)].concat(),
            from_the_alias_on,
        ),
        Mistake::before((ID, "old-alias", "not-tried"), 5),
        // The alias is taught again before it is tried.
        Mistake::new(
            (ID, "old-alias", "not-tried"),
            |cast| {
                let taught = publish(TOPIC, Some(1), QoS::AtLeastOnce);
                let old = part(ID, cast, 5..6);
                [part(ID, cast, 0..5), vec![taught], old].concat()
            },
            |cast| part(ID, cast, 3..9),
        ),
        Mistake::before((ID, "again", "not-back"), 6),
        Mistake::new(
            (ID, "again", "absent"),
            |cast| {
                let plain = publish(TOPIC, None, QoS::AtLeastOnce);
                [part(ID, cast, 0..7), vec![plain]].concat()
            },
            |cast| part(ID, cast, 7..9),
        ),
        Mistake::before((ID, "again", "not-used"), 8),
        Mistake::edited((ID, "again", "unacknowledged"), 8, |act| {
            publish_packet(act).qos = QoS::AtMostOnce;
        }),
    ]
}

fn out_of_range() -> Vec<Mistake> {
    const ID: &str = "alias-out-of-range";
    let with = |alias: u16, qos: QoS| {
        move |cast: &Cast| [part(ID, cast, 0..5), vec![publish(TOPIC, Some(alias), qos)]].concat()
    };
    vec![
        Mistake::before((ID, "zero", "not-tried"), 1),
        Mistake::new(
            (ID, "zero", "not-tried"),
            |cast| [part(ID, cast, 0..1), vec![publish(TOPIC, Some(1), QoS::AtLeastOnce)]].concat(),
            |cast| part(ID, cast, 1..6),
        ),
        Mistake::before((ID, "one-too-many", "not-tried"), 3),
        Mistake::before((ID, "the-last", "not-tried"), 5),
        Mistake::new((ID, "the-last", "differs"), with(9, QoS::AtLeastOnce), |cast| {
            part(ID, cast, 5..6)
        }),
        Mistake::new((ID, "the-last", "unacknowledged"), with(10, QoS::AtMostOnce), |cast| {
            part(ID, cast, 5..6)
        }),
    ]
}

fn fleet_days() -> Vec<Mistake> {
    const ID: &str = "auto-alias";
    let day = |policy| fleet::acts(PUBLISHER, policy, fleet::ALIASES);
    let whole = move |policy| Move::Acts(day(policy));
    let half = move |policy| Move::Acts(day(policy).into_iter().take(100).collect());
    let (first, recent) = (AliasPolicy::FirstCome, AliasPolicy::LeastRecentlyUsed);
    let begin = |cast: &Cast, days: Vec<Move>| [part(ID, cast, 0..1), days].concat();
    let sent = |finding, days: Vec<Move>| {
        Mistake::new(
            (ID, "first-come", finding),
            move |cast| begin(cast, days.clone()),
            |cast| part(ID, cast, 1..4),
        )
    };
    vec![
        Mistake::before((ID, "first-come", "no-day"), 1),
        sent("under-way", vec![half(first)]),
        sent("no-alias", vec![whole(AliasPolicy::None)]),
        sent("replaced", vec![whole(recent)]),
        Mistake::new(
            (ID, "least-recently-used", "under-way"),
            move |cast| begin(cast, vec![whole(first), half(recent)]),
            |cast| part(ID, cast, 2..4),
        ),
        Mistake::new(
            (ID, "least-recently-used", "calm"),
            move |cast| begin(cast, vec![whole(first), whole(AliasPolicy::MostFrequent)]),
            |cast| part(ID, cast, 2..4),
        ),
        // Forgetting alone lets the cold stores in.
        Mistake::new(
            (ID, "tune", "not-enough"),
            move |cast| {
                let forgetful = Tuning { half_life: 24, ..Tuning::START };
                let tuned = whole(AliasPolicy::Tuned(forgetful));
                begin(cast, vec![whole(first), whole(recent), tuned])
            },
            |cast| part(ID, cast, 3..4),
        ),
    ]
}

fn from_the_server() -> Vec<Mistake> {
    const ID: &str = "alias-from-the-server";
    let connected_with = |maximum: Option<u16>| {
        move |cast: &Cast| {
            let mut moves = part(ID, cast, 0..1);
            let Move::Act(connect) = &mut moves[0] else { panic!("the first move is CONNECT") };
            let properties = &mut connect_packet(connect).properties;
            *properties = maximum.map(Property::TopicAliasMaximum).into_iter().collect();
            moves
        }
    };
    let again = |cast: &Cast| [vec![leave(SUBSCRIBER)], part(ID, cast, 0..5)].concat();
    vec![
        Mistake::new((ID, "allow", "absent"), connected_with(None), again),
        Mistake::new((ID, "allow", "none-allowed"), connected_with(Some(0)), again),
        Mistake::before((ID, "subscribe", "not-received"), 1),
        Mistake::new(
            (ID, "first", "no-alias-set"),
            move |cast| {
                let plain = connected_with(None)(cast);
                let rest = part(ID, cast, 1..4);
                [part(ID, cast, 0..2), vec![leave(SUBSCRIBER)], plain, rest].concat()
            },
            again,
        ),
        Mistake::skipped((ID, "first", "not-received"), 1, 3),
        Mistake::edited((ID, "next", "publishers-alias"), 4, |act| {
            properties(act).push(Property::TopicAlias(7));
        }),
        // The subscriber has come back, so that the Server begins a new table.
        Mistake::new(
            (ID, "next", "no-alias-used"),
            |cast| {
                let back = part(ID, cast, 0..2);
                let plain = part(ID, cast, 4..5);
                [part(ID, cast, 0..4), vec![leave(SUBSCRIBER)], back, plain].concat()
            },
            |cast| part(ID, cast, 4..5),
        ),
    ]
}
