//! Mistakes in the exercises of this chapter.

use std::ops::Range;

use bytes::Bytes;
use mqtt5_playground::capture::ClientSlot;
use mqtt5_playground::course::{Cast, Move};
use mqtt5_playground::lab::{Act, Action};
use mqtt5_playground::mqtt::{
    Disconnect, Properties, Property, QoS, ReasonCode, RetainHandling, Subscription,
};

use super::{Mistake, found, properties, publish_packet};

pub fn mistakes() -> Vec<Mistake> {
    let chapters = [
        subscription_id(),
        overlap(),
        no_local(),
        retain_as_published(),
        retain_handling(),
        shared_subscription(),
        unsubscribe_mistakes("unsubscribe"),
    ];
    chapters.into_iter().flatten().collect()
}

fn subscription_id() -> Vec<Mistake> {
    let id = "subscription-id";
    vec![
        Mistake::edited((id, "number", "absent"), 1, without_properties),
        Mistake::edited((id, "second", "same-number"), 2, |act| number(act, 1)),
        Mistake::before((id, "publish", "none-for"), 6),
        Mistake::new(
            (id, "publish", "not-seen"),
            move |cast| {
                let mut moves = part(id, cast, 0..4);
                moves.push(leave(1));
                moves.extend([4, 6].into_iter().flat_map(|nth| part(id, cast, nth..nth + 1)));
                moves
            },
            move |cast| [part(id, cast, 0..3), part(id, cast, 4..8)].concat(),
        ),
        Mistake::before((id, "sort", "not-opened"), 7),
    ]
}

fn overlap() -> Vec<Mistake> {
    let id = "overlap";
    vec![
        Mistake::edited((id, "everything", ""), 1, |act| number(act, 11)),
        Mistake::edited((id, "subscribe", "absent"), 2, without_properties),
        Mistake::edited((id, "subscribe", "same-number"), 2, |act| number(act, 10)),
        // Both filters in one packet.
        Mistake::edited((id, "subscribe", "same-number"), 1, |act| {
            let mut temperatures = subscription(act).clone();
            temperatures.topic_filter = "factory/osaka/building-2/+/temperature".into();
            match &mut act.action {
                Action::Subscribe { subscriptions, .. } => subscriptions.push(temperatures),
                other => panic!("not a SUBSCRIBE: {other:?}"),
            }
        }),
        Mistake::edited((id, "subscribe", "no-number"), 2, |act| number(act, 30)),
        Mistake::edited((id, "subscribe", "differs"), 2, |act| {
            subscription(act).qos = QoS::AtMostOnce;
        }),
        Mistake::edited((id, "copies", "differs"), 4, |act| {
            publish_packet(act).qos = QoS::AtMostOnce;
        }),
    ]
}

fn no_local() -> Vec<Mistake> {
    let id = "no-local";
    vec![
        Mistake::skipped((id, "echo", "not-received"), 1, 2),
        Mistake::edited((id, "no-local", "differs"), 3, |act| subscription(act).no_local = false),
        Mistake::new(
            (id, "silence", "echo"),
            move |cast| {
                let mut moves = part(id, cast, 0..3);
                moves.push(subscribe(0, "factory/osaka/chat/#"));
                moves.extend(part(id, cast, 3..7));
                moves
            },
            move |cast| {
                [vec![unsubscribe(0, "factory/osaka/chat/#")], part(id, cast, 6..7)].concat()
            },
        ),
        Mistake::skipped((id, "silence", "not-received"), 5, 6),
        Mistake::edited((id, "silence", "differs"), 6, |act| {
            publish_packet(act).qos = QoS::AtMostOnce;
        }),
    ]
}

fn retain_as_published() -> Vec<Mistake> {
    let id = "retain-as-published";
    vec![
        Mistake::edited((id, "display", "differs"), 3, |act| {
            subscription(act).retain_as_published = true;
        }),
        Mistake::edited((id, "subscribe", "differs"), 4, |act| {
            subscription(act).retain_as_published = false;
        }),
        Mistake::edited((id, "flags", "differs"), 5, |act| publish_packet(act).retain = false),
        Mistake::new(
            (id, "flags", "not-received"),
            move |cast| [part(id, cast, 0..5), vec![leave(2)], part(id, cast, 5..6)].concat(),
            move |cast| [part(id, cast, 1..2), part(id, cast, 4..7)].concat(),
        ),
        Mistake::edited((id, "clear", "differs"), 6, |act| publish_packet(act).retain = false),
    ]
}

fn retain_handling() -> Vec<Mistake> {
    let id = "retain-handling";
    let again = move |cast: &Cast| {
        let once_more = [1, 4, 6, 7].into_iter();
        once_more.flat_map(|nth| part(id, cast, nth..nth + 1)).collect::<Vec<_>>()
    };
    vec![
        Mistake::edited((id, "keep", "differs"), 1, |act| publish_packet(act).retain = false),
        Mistake::edited((id, "keep", "empty"), 1, |act| {
            publish_packet(act).payload = Bytes::new();
        }),
        Mistake::edited((id, "send", "not-received"), 3, |act| {
            subscription(act).topic_filter += "/other";
        }),
        Mistake::edited((id, "send", "differs"), 3, |act| {
            subscription(act).retain_handling = RetainHandling::DoNotSend;
        }),
        Mistake::edited((id, "if-new", "differs"), 4, |act| {
            subscription(act).retain_handling = RetainHandling::Send;
        }),
        Mistake::edited((id, "never", "differs"), 6, |act| {
            subscription(act).retain_handling = RetainHandling::Send;
        }),
        Mistake::new(
            (id, "live", "not-received"),
            move |cast| [part(id, cast, 0..7), vec![leave(2)], part(id, cast, 7..8)].concat(),
            move |cast| [part(id, cast, 5..6), again(cast)].concat(),
        ),
        Mistake::new(
            (id, "live", "retained-came"),
            move |cast| {
                let filter = filter_of(&part(id, cast, 3..4)[0]);
                let ended = vec![unsubscribe(1, &filter)];
                [part(id, cast, 0..4), ended, part(id, cast, 4..8)].concat()
            },
            again,
        ),
        Mistake::new(
            (id, "live", "nothing-stored"),
            move |cast| [part(id, cast, 0..4), part(id, cast, 7..8), part(id, cast, 4..8)].concat(),
            again,
        ),
    ]
}

fn shared_subscription() -> Vec<Mistake> {
    let id = "shared-subscription";
    let edited =
        move |step: &'static str, finding: &'static str, nth: usize, filter: &'static str| {
            let slip = move |cast: &Cast| {
                let mut moves = part(id, cast, 0..nth + 1);
                match &mut moves[nth] {
                    Move::Act(act) => subscription(act).topic_filter = filter.into(),
                    other => panic!("not an act: {other:?}"),
                }
                moves
            };
            let worker = u16::try_from(nth.div_ceil(2)).expect("it is small");
            let mend = move |cast: &Cast| {
                [vec![unsubscribe(worker, filter)], part(id, cast, nth..13)].concat()
            };
            Mistake::new((id, step, finding), slip, mend)
        };
    vec![
        edited("share", "not-shared", 1, "factory/osaka/jobs/#"),
        edited("join", "another-group", 3, "$share/others/jobs/#"),
        edited("join", "not-shared", 3, "factory/osaka/jobs/#"),
        Mistake::new(
            (id, "jobs", "twice"),
            move |cast| {
                [
                    part(id, cast, 0..7),
                    vec![subscribe(2, "factory/osaka/jobs/#")],
                    part(id, cast, 7..10),
                ]
                .concat()
            },
            move |cast| {
                [vec![unsubscribe(2, "factory/osaka/jobs/#")], part(id, cast, 7..13)].concat()
            },
        ),
        Mistake::before((id, "jobs", "so-far"), 9),
    ]
}

fn unsubscribe_again(id: &'static str) -> Mistake {
    Mistake::new(
        (id, "again", ""),
        move |cast| [part(id, cast, 0..3), part(id, cast, 1..3)].concat(),
        move |cast| part(id, cast, 3..6),
    )
}

fn unsubscribe_mistakes(id: &'static str) -> Vec<Mistake> {
    vec![
        Mistake::before((id, "subscribe", ""), 1),
        Mistake::edited((id, "end", "differs"), 2, |act| match &mut act.action {
            Action::Unsubscribe { topic_filters, .. } => {
                *topic_filters = vec!["factory/osaka/+/robot-07/alarm".into()];
            }
            other => panic!("not an UNSUBSCRIBE: {other:?}"),
        }),
        unsubscribe_again(id),
        Mistake::before((id, "silence", "not-sent"), 5),
        Mistake::edited((id, "silence", "differs"), 5, |act| {
            publish_packet(act).qos = QoS::AtMostOnce;
        }),
        Mistake::edited((id, "silence", "differs"), 5, |act| {
            publish_packet(act).topic = "factory/osaka/line-3/robot-08/alarm".into();
        }),
        Mistake::new(
            (id, "silence", "still-comes"),
            move |cast| [part(id, cast, 0..5), part(id, cast, 1..2), part(id, cast, 5..6)].concat(),
            move |cast| [part(id, cast, 2..3), part(id, cast, 5..6)].concat(),
        ),
        Mistake::new(
            (id, "silence", "gone"),
            move |cast| [part(id, cast, 0..5), vec![leave(1)], part(id, cast, 5..6)].concat(),
            move |cast| [part(id, cast, 0..1), part(id, cast, 5..6)].concat(),
        ),
    ]
}

fn part(id: &str, cast: &Cast, range: Range<usize>) -> Vec<Move> {
    (found(id).solution)(cast)[range].to_vec()
}

fn leave(client: u16) -> Move {
    Move::Act(Act::disconnect(slot(client), Disconnect::new(ReasonCode::Success)))
}

fn subscribe(client: u16, topic_filter: &str) -> Move {
    let subscription = Subscription {
        topic_filter: topic_filter.into(),
        qos: QoS::AtLeastOnce,
        ..Subscription::default()
    };
    Move::Act(Act::subscribe(slot(client), [], [subscription]))
}

fn unsubscribe(client: u16, topic_filter: &str) -> Move {
    let topic_filters = vec![topic_filter.into()];
    let action = Action::Unsubscribe { properties: Properties::default(), topic_filters };
    Move::Act(Act { client: slot(client), action })
}

fn subscription(act: &mut Act) -> &mut Subscription {
    match &mut act.action {
        Action::Subscribe { subscriptions, .. } => &mut subscriptions[0],
        other => panic!("not a SUBSCRIBE: {other:?}"),
    }
}

fn filter_of(next: &Move) -> String {
    match next {
        Move::Act(act) => subscription(&mut act.clone()).topic_filter.to_string(),
        other => panic!("not an act: {other:?}"),
    }
}

fn without_properties(act: &mut Act) {
    *properties(act) = Properties::default();
}

fn number(act: &mut Act, number: u32) {
    *properties(act) = [Property::SubscriptionIdentifier(number)].into();
}

fn slot(client: u16) -> ClientSlot {
    ClientSlot(client)
}
