//! Mistakes in the exercises of this chapter.

use std::ops::Range;
use std::time::Duration;

use mqtt5_playground::capture::ClientSlot;
use mqtt5_playground::course::{Cast, Move};
use mqtt5_playground::lab::{Act, Action, BehaviourKind, SlowConsumer};
use mqtt5_playground::mqtt::{
    Disconnect, Properties, Property, Publish, QoS, ReasonCode, Subscription,
};

use super::{Mistake, found, properties, publish_packet};

const SUBSCRIBER: ClientSlot = ClientSlot(0);

pub fn mistakes() -> Vec<Mistake> {
    let chapters = [
        receive_maximum(),
        hold_the_ack(),
        qos_2_window(),
        server_quota(),
        qos_0_is_free(),
        overrun(),
        maximum_packet_size(),
    ];
    chapters.into_iter().flatten().collect()
}

fn receive_maximum() -> Vec<Mistake> {
    let id = "receive-maximum";
    let five_seconds = Move::Wait(Duration::from_secs(6));
    let wait = five_seconds.clone();
    vec![
        connected_otherwise((id, "window", "absent"), Properties::default()),
        connected_otherwise((id, "window", "differs"), [Property::ReceiveMaximum(7)].into()),
        gone((id, "subscribe", "gone")),
        Mistake::edited((id, "subscribe", "differs"), 1, with_qos_0),
        // Ten messages before the subscription, which nobody gets.
        Mistake::new(
            (id, "ten", "fewer"),
            move |cast| {
                let unheard = [part(id, cast, 0..1), part(id, cast, 2..4)].concat();
                [unheard, vec![five_seconds.clone()], part(id, cast, 1..2)].concat()
            },
            move |cast| part(id, cast, 3..5),
        ),
        Mistake::new(
            (id, "ten", "never-full"),
            move |cast| {
                let stop = Action::StopAutomation(BehaviourKind::SlowConsumer);
                let quick = vec![Move::Act(Act { client: SUBSCRIBER, action: stop })];
                [part(id, cast, 0..2), quick, part(id, cast, 2..4), vec![wait.clone()]].concat()
            },
            move |cast| {
                let slow = vec![Move::Act(Act::automate(SUBSCRIBER, SlowConsumer::default()))];
                [slow, part(id, cast, 3..5)].concat()
            },
        ),
        Mistake::before((id, "all", "acknowledged"), 4),
    ]
}

/// What the exercises with held acknowledgements ask for first: a window of that size, full, with that QoS.
fn fill(id: &'static str, wrong: u16, more: usize) -> Vec<Mistake> {
    vec![
        connected_otherwise((id, "fill", "absent"), Properties::default()),
        connected_otherwise((id, "fill", "differs"), [Property::ReceiveMaximum(wrong)].into()),
        Mistake::edited((id, "fill", "differs"), 1, with_qos_0),
        Mistake::new(
            (id, "fill", "not-full"),
            move |cast| {
                let mut moves = part(id, cast, 0..4);
                if let Some(Move::Acts(acts)) = moves.last_mut() {
                    acts.truncate(1);
                }
                moves
            },
            // One message more than the solution has.
            move |cast| {
                let mut moves = whole(id, cast).split_off(3);
                let last = moves.last().cloned();
                moves.extend(std::iter::repeat_n(last, more).flatten());
                moves
            },
        ),
        gone((id, "fill", "gone")),
    ]
}

fn hold_the_ack() -> Vec<Mistake> {
    let id = "hold-the-ack";
    let mut all = fill(id, 5, 1);
    all.extend([
        // Another message does not move the queue.
        Mistake::new(
            (id, "one", "not-sent"),
            move |cast| {
                let mut moves = part(id, cast, 0..4);
                let more = moves.last().cloned();
                moves.extend(more);
                moves
            },
            move |cast| [part(id, cast, 4..7), part(id, cast, 4..7)].concat(),
        ),
        Mistake::before((id, "rest", "left"), 5),
    ]);
    all
}

fn qos_2_window() -> Vec<Mistake> {
    let id = "qos-2-window";
    let mut all = fill(id, 2, 0);
    all.push(Mistake::before((id, "pubcomp", "not-sent"), 4));
    // PUBREC alone.
    all.push(Mistake::before((id, "pubcomp", "not-sent"), 5));
    all
}

fn server_quota() -> Vec<Mistake> {
    let id = "server-quota";
    let burst_of = move |messages: usize| {
        move |cast: &Cast| {
            let mut moves = whole(id, cast);
            if let Some(Move::Acts(acts)) = moves.last_mut() {
                acts.truncate(messages);
            }
            moves
        }
    };
    let again = move |cast: &Cast| part(id, cast, 2..3);
    vec![
        Mistake::before((id, "read", "not-opened"), 1),
        Mistake::new((id, "burst", "never-full"), burst_of(3), again),
        Mistake::new((id, "burst", ""), burst_of(4), again),
        Mistake::new((id, "in-order", "acknowledged"), burst_of(10), again),
    ]
}

fn qos_0_is_free() -> Vec<Mistake> {
    let id = "qos-0-is-free";
    let mut all = fill(id, 2, 0);
    all.extend([
        Mistake::edited((id, "qos-0", "differs"), 4, |act| {
            publish_packet(act).qos = QoS::AtLeastOnce;
        }),
        // The PUBACK is released first, so that nothing waits any more.
        Mistake::new(
            (id, "qos-0", "not-full-then"),
            move |cast| [part(id, cast, 0..4), part(id, cast, 5..6), part(id, cast, 4..5)].concat(),
            move |cast| part(id, cast, 3..6),
        ),
        Mistake::before((id, "release", "not-sent"), 5),
    ]);
    all
}

fn overrun() -> Vec<Mistake> {
    let id = "overrun";
    let one = |cast: &Cast| {
        let mut moves = part("overrun", cast, 4..5);
        if let Some(Move::Acts(acts)) = moves.last_mut() {
            acts.truncate(1);
        }
        moves
    };
    vec![
        Mistake::before((id, "limit", ""), 0),
        // Through the client, which counts.
        Mistake::new(
            (id, "too-many", "not-tried"),
            move |cast| [part(id, cast, 0..1), part(id, cast, 4..5)].concat(),
            move |cast| part(id, cast, 1..5),
        ),
        Mistake::before((id, "read", "not-opened"), 2),
        Mistake::before((id, "in-turn", "not-back"), 3),
        Mistake::new(
            (id, "in-turn", "none-waited"),
            move |cast| [part(id, cast, 0..4), one(cast), one(cast)].concat(),
            move |cast| part(id, cast, 4..5),
        ),
    ]
}

fn maximum_packet_size() -> Vec<Mistake> {
    let id = "maximum-packet-size";
    vec![
        connected_otherwise((id, "limit", "absent"), Properties::default()),
        connected_otherwise((id, "limit", "differs"), [Property::MaximumPacketSize(64)].into()),
        Mistake::edited((id, "subscribe", "differs"), 1, with_qos_0),
        Mistake::skipped((id, "two-bytes", "none-larger"), 3, 4),
        Mistake::before((id, "two-bytes", "none-smaller"), 4),
        Mistake::before((id, "other-way", "not-opened"), 6),
        Mistake::new(
            (id, "too-large", "none-too-large"),
            move |cast| {
                let small =
                    Publish { topic: "factory/osaka/line-4/picture".into(), ..Publish::default() };
                let small = Move::Act(Act::publish(ClientSlot(2), small));
                [part(id, cast, 0..7), vec![small]].concat()
            },
            move |cast| part(id, cast, 7..12),
        ),
        Mistake::before((id, "arrive", "still-limited"), 8),
        Mistake::skipped((id, "arrive", "not-received"), 10, 11),
        Mistake::before((id, "arrive", "none-larger"), 11),
    ]
}

/// The first CONNECT with other properties; then DISCONNECT, and the solution.
fn connected_otherwise(
    at: (&'static str, &'static str, &'static str),
    other: Properties,
) -> Mistake {
    let slip = move |cast: &Cast| {
        let mut moves = part(at.0, cast, 0..1);
        match &mut moves[0] {
            Move::Act(act) => *properties(act) = other.clone(),
            not_an_act => panic!("not a CONNECT: {not_an_act:?}"),
        }
        moves
    };
    Mistake::new(at, slip, move |cast| [vec![leave()], whole(at.0, cast)].concat())
}

/// The subscriber leaves before it has subscribed.
fn gone(at: (&'static str, &'static str, &'static str)) -> Mistake {
    let slip = move |cast: &Cast| [part(at.0, cast, 0..1), vec![leave()]].concat();
    Mistake::new(at, slip, move |cast| whole(at.0, cast))
}

fn leave() -> Move {
    Move::Act(Act::disconnect(SUBSCRIBER, Disconnect::new(ReasonCode::Success)))
}

fn with_qos_0(act: &mut Act) {
    match &mut act.action {
        Action::Subscribe { subscriptions, .. } => {
            let at_most_once = |it: &mut Subscription| it.qos = QoS::AtMostOnce;
            subscriptions.iter_mut().for_each(at_most_once);
        }
        other => panic!("not a SUBSCRIBE: {other:?}"),
    }
}

fn whole(id: &str, cast: &Cast) -> Vec<Move> {
    (found(id).solution)(cast)
}

fn part(id: &str, cast: &Cast, range: Range<usize>) -> Vec<Move> {
    whole(id, cast)[range].to_vec()
}
