//! Mistakes in the exercises of this chapter.

use std::time::Duration;

use mqtt5_playground::capture::ClientSlot;
use mqtt5_playground::course::{Cast, Evidence, Move, check};
use mqtt5_playground::lab::{AcknowledgeByHand, Act, Action};
use mqtt5_playground::mqtt::{
    Disconnect, PacketType, Properties, Property, PropertyId, Publish, QoS, ReasonCode,
    Subscription,
};

use super::{Mistake, connect_packet, found, properties, publish_packet};

pub fn mistakes() -> Vec<Mistake> {
    let mut all = create();
    all.extend(resume());
    all.extend(expire());
    all.extend(compare_intervals());
    all.extend(clean_start_wins());
    all.extend(expiry_at_disconnect());
    all.extend(takeover());
    all.extend(will_delay());
    all.extend(redelivery());
    all
}

/// The moves of the solution with these numbers.
fn of(exercise: &'static str, numbers: &'static [usize]) -> impl Fn(&Cast) -> Vec<Move> {
    move |cast| numbers.iter().map(|number| nth(exercise, cast, *number)).collect()
}

fn nth(exercise: &'static str, cast: &Cast, number: usize) -> Move {
    (found(exercise).solution)(cast).swap_remove(number)
}

fn edited(mut next: Move, edit: impl Fn(&mut Act)) -> Move {
    if let Move::Act(act) = &mut next {
        edit(act);
    }
    next
}

/// Some moves of the solution, and one more of them, changed.
fn then_edited(
    exercise: &'static str,
    numbers: &'static [usize],
    number: usize,
    edit: impl Fn(&mut Act),
) -> impl Fn(&Cast) -> Vec<Move> {
    move |cast| {
        let mut moves = of(exercise, numbers)(cast);
        moves.push(edited(nth(exercise, cast, number), &edit));
        moves
    }
}

/// These acts, then some moves of the solution.
fn first(
    acts: &'static [fn() -> Move],
    exercise: &'static str,
    numbers: &'static [usize],
) -> impl Fn(&Cast) -> Vec<Move> {
    move |cast| {
        let own = acts.iter().map(|act| act());
        own.chain(of(exercise, numbers)(cast)).collect()
    }
}

/// Some moves of the solution, then these acts.
fn last(
    exercise: &'static str,
    numbers: &'static [usize],
    acts: &'static [fn() -> Move],
) -> impl Fn(&Cast) -> Vec<Move> {
    move |cast| {
        let own = acts.iter().map(|act| act());
        of(exercise, numbers)(cast).into_iter().chain(own).collect()
    }
}

fn cut(slot: u16) -> Move {
    Move::Act(Act { client: ClientSlot(slot), action: Action::Cut })
}

fn leave(slot: u16) -> Move {
    Move::Act(Act::disconnect(ClientSlot(slot), Disconnect::new(ReasonCode::Success)))
}

fn wait(seconds: u64) -> Move {
    Move::Wait(Duration::from_secs(seconds))
}

fn set_interval(act: &mut Act, wanted: Option<u32>) {
    let all = &mut properties(act).0;
    all.retain(|it| it.id() != PropertyId::SessionExpiryInterval);
    all.extend(wanted.map(Property::SessionExpiryInterval));
}

fn subscriptions(act: &mut Act) -> &mut Vec<Subscription> {
    match &mut act.action {
        Action::Subscribe { subscriptions, .. } => subscriptions,
        other => panic!("not a SUBSCRIBE: {other:?}"),
    }
}

fn create() -> Vec<Mistake> {
    let id = "create";
    let again = || first(&[|| leave(0)], "create", &[0, 1, 2]);
    vec![
        // The form as it comes: everything but the interval.
        Mistake::new(
            (id, "begin", "absent"),
            then_edited(id, &[], 0, |act| set_interval(act, None)),
            again(),
        ),
        Mistake::new(
            (id, "begin", "absent"),
            then_edited(id, &[], 0, |act| {
                properties(act).0 = vec![Property::SessionExpiryInterval(60)];
            }),
            again(),
        ),
        Mistake::new(
            (id, "begin", "differs"),
            then_edited(id, &[], 0, |act| set_interval(act, Some(7200))),
            again(),
        ),
        Mistake::new(
            (id, "begin", "differs"),
            then_edited(id, &[], 0, |act| connect_packet(act).clean_start = false),
            again(),
        ),
        Mistake::edited((id, "fill", "both-qos"), 1, |act| drop(subscriptions(act).pop())),
        Mistake::edited((id, "fill", "differs"), 1, |act| {
            subscriptions(act)[1].qos = QoS::AtLeastOnce;
        }),
        Mistake::new(
            (id, "leave", "differs"),
            then_edited(id, &[0, 1], 2, |act| set_interval(act, Some(0))),
            of(id, &[0, 1, 2]),
        ),
        Mistake::new((id, "leave", ""), last(id, &[0, 1], &[|| cut(0)]), of(id, &[0, 1, 2])),
    ]
}

fn resume() -> Vec<Mistake> {
    let id = "resume";
    // 0 connect, 1 subscribe, 2 leave, 3 publisher, 4 message, 5 alert, 6 back
    let again = || first(&[|| leave(0)], "resume", &[0, 1, 2, 4, 5, 6]);
    vec![
        Mistake::new((id, "away", "both-qos"), of(id, &[0, 2]), of(id, &[0, 1, 2, 3, 4, 5, 6])),
        Mistake::new(
            (id, "away", "absent"),
            |cast| {
                let begin = edited(nth("resume", cast, 0), |act| set_interval(act, None));
                [vec![begin], of("resume", &[1, 2])(cast)].concat()
            },
            of(id, &[0, 1, 2, 3, 4, 5, 6]),
        ),
        Mistake::new(
            (id, "away", "differs"),
            |cast| {
                let begin = edited(nth("resume", cast, 0), |act| set_interval(act, Some(0)));
                [vec![begin], of("resume", &[1, 2])(cast)].concat()
            },
            of(id, &[0, 1, 2, 3, 4, 5, 6]),
        ),
        // Published while the subscriber is still there.
        Mistake::new(
            (id, "meanwhile", "none-meanwhile"),
            of(id, &[0, 1, 2, 3, 4, 6, 5]),
            first(&[|| leave(0)], id, &[4, 5, 6]),
        ),
        Mistake::edited((id, "meanwhile", "differs"), 5, |act| {
            publish_packet(act).qos = QoS::AtMostOnce;
        }),
        Mistake::before((id, "back", "not-back"), 6),
        // Clean Start is still ticked.
        Mistake::new(
            (id, "back", "differs"),
            then_edited(id, &[0, 1, 2, 3, 4, 5], 6, |act| connect_packet(act).clean_start = true),
            again(),
        ),
        Mistake::new(
            (id, "back", "differs"),
            then_edited(id, &[0, 1, 2, 3, 4, 5], 6, |act| {
                connect_packet(act).client_id = "somebody-else".into();
            }),
            again(),
        ),
        Mistake::new(
            (id, "back", "both-qos"),
            |cast| {
                let slip = then_edited("resume", &[0, 1, 2, 3, 4, 5], 6, |act| {
                    connect_packet(act).clean_start = true;
                });
                [slip(cast), vec![leave(0)], of("resume", &[6])(cast)].concat()
            },
            again(),
        ),
        Mistake::new(
            (id, "back", "absent"),
            then_edited(id, &[0, 1, 2, 3, 4, 5], 6, |act| set_interval(act, None)),
            again(),
        ),
        Mistake::new(
            (id, "back", "too-late"),
            |cast| {
                let mut moves = of("resume", &[0, 1, 2, 3, 4, 5])(cast);
                moves.push(wait(301));
                moves.extend(of("resume", &[6])(cast));
                moves
            },
            again(),
        ),
        Mistake::new(
            (id, "back", "none-meanwhile"),
            of(id, &[0, 1, 2, 3, 6]),
            first(&[|| leave(0)], id, &[4, 5, 6]),
        ),
        // Published after the return, and so delivered as anything is.
        Mistake::new(
            (id, "waiting", "none-meanwhile"),
            of(id, &[0, 1, 2, 3, 6, 4, 5]),
            first(&[|| leave(0)], id, &[4, 5, 6]),
        ),
        // One message at a time, and the first one's PUBACK is held.
        Mistake::new(
            (id, "waiting", "not-come"),
            |cast| {
                let slip = then_edited("resume", &[0, 1, 2, 3, 4, 5], 6, one_at_a_time);
                [vec![acknowledge_by_hand(0, true)], slip(cast)].concat()
            },
            |_| vec![Move::React(|_, evidence| puback(evidence))],
        ),
        Mistake::new(
            (id, "waiting", "subscribed-again"),
            |cast| {
                let slip = then_edited("resume", &[0, 1, 2, 3, 4, 5], 6, one_at_a_time);
                [vec![acknowledge_by_hand(0, true)], slip(cast), of("resume", &[1])(cast)].concat()
            },
            first(&[|| leave(0)], id, &[4, 5, 6]),
        ),
    ]
}

fn acknowledge_by_hand(slot: u16, puback: bool) -> Move {
    let held = AcknowledgeByHand { puback, ..AcknowledgeByHand::default() };
    Move::Act(Act { client: ClientSlot(slot), action: Action::AcknowledgeByHand(held) })
}

fn one_at_a_time(act: &mut Act) {
    properties(act).push(Property::ReceiveMaximum(1));
}

/// PUBACK for the latest message at the first client.
fn puback(evidence: &Evidence) -> Option<Act> {
    let client = ClientSlot(0);
    let latest = check::messages(evidence.received(client, PacketType::Publish)).pop()?;
    let (reason_code, properties) = (ReasonCode::Success, Properties::default());
    let action = Action::Acknowledge { packet_id: latest.1.packet_id?, reason_code, properties };
    Some(Act { client, action })
}

fn expire() -> Vec<Mistake> {
    let id = "expire";
    // 0 connect, 1 leave, 2 wait, 3 back
    let again = || first(&[|| leave(0), || wait(61)], "expire", &[3]);
    let without_time = |wanted: Option<u32>| {
        move |cast: &Cast| {
            let begin = edited(nth("expire", cast, 0), |act| set_interval(act, wanted));
            [vec![begin], of("expire", &[1])(cast)].concat()
        }
    };
    vec![
        Mistake::new((id, "leave", "absent"), without_time(None), of(id, &[0, 1, 2, 3])),
        Mistake::new((id, "leave", "differs"), without_time(Some(0)), of(id, &[0, 1, 2, 3])),
        Mistake::before((id, "late", "not-back"), 3),
        Mistake::new((id, "late", "too-early"), of(id, &[0, 1, 3]), again()),
        // Clean Start is still ticked.
        Mistake::new(
            (id, "late", "differs"),
            then_edited(id, &[0, 1, 2], 3, |act| connect_packet(act).clean_start = true),
            again(),
        ),
        // Another name finds nothing at any time.
        Mistake::new(
            (id, "late", "differs"),
            then_edited(id, &[0, 1], 3, |act| {
                connect_packet(act).client_id = "somebody-else".into();
            }),
            again(),
        ),
        Mistake::new(
            (id, "late", "absent"),
            |cast| {
                let back = then_edited("expire", &[0, 1], 3, |act| set_interval(act, None));
                [back(cast), vec![leave(0)]].concat()
            },
            of(id, &[0, 1, 2, 3]),
        ),
    ]
}

fn compare_intervals() -> Vec<Mistake> {
    let id = "compare-intervals";
    // 0 forever, 1 absent, 2 zero, 3 five, 4-7 leave, 8 wait, 9-12 back
    let whole = &[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];
    let begin_with = |number: usize, wanted: Option<u32>| {
        move |cast: &Cast| {
            let mut moves = of("compare-intervals", &[0, 1, 2, 3, 4, 5, 6, 7])(cast);
            moves[number] = edited(moves[number].clone(), |act| set_interval(act, wanted));
            moves
        }
    };
    vec![
        // The form as it comes.
        Mistake::new(
            (id, "forever", "absent"),
            then_edited(id, &[], 0, |act| set_interval(act, None)),
            first(&[|| leave(3)], id, whole),
        ),
        Mistake::new(
            (id, "forever", "differs"),
            then_edited(id, &[], 0, |act| set_interval(act, Some(5))),
            first(&[|| leave(3)], id, whole),
        ),
        Mistake::new(
            (id, "leave", "absent"),
            begin_with(3, None),
            of(id, &[3, 6, 8, 9, 10, 11, 12]),
        ),
        Mistake::new(
            (id, "leave", "differs"),
            begin_with(2, Some(60)),
            of(id, &[2, 5, 8, 9, 10, 11, 12]),
        ),
        Mistake::before((id, "return", "not-back"), 11),
        Mistake::new(
            (id, "return", "too-early"),
            of(id, &[0, 1, 2, 3, 4, 5, 6, 7, 9, 10, 11, 12]),
            first(&[|| leave(2)], id, &[3, 6, 8, 11]),
        ),
        Mistake::new(
            (id, "return", "differs"),
            |cast| {
                let mut moves =
                    of("compare-intervals", &[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11])(cast);
                let back = nth("compare-intervals", cast, 12);
                moves.push(edited(back, |act| connect_packet(act).clean_start = true));
                moves
            },
            first(&[|| leave(3)], id, &[0, 7, 8, 12]),
        ),
    ]
}

fn clean_start_wins() -> Vec<Mistake> {
    let id = "clean-start-wins";
    // 0 connect, 1 subscribe, 2 leave, 3 back, 4 publisher, 5 message
    let begin_with = |wanted: Option<u32>| {
        move |cast: &Cast| {
            let begin = edited(nth("clean-start-wins", cast, 0), |act| set_interval(act, wanted));
            [vec![begin], of("clean-start-wins", &[1, 2])(cast)].concat()
        }
    };
    vec![
        Mistake::new((id, "keep", "absent"), begin_with(None), of(id, &[0, 1, 2, 3, 4, 5])),
        Mistake::new((id, "keep", "differs"), begin_with(Some(0)), of(id, &[0, 1, 2, 3, 4, 5])),
        Mistake::new((id, "keep", "nothing-kept"), of(id, &[0, 2]), of(id, &[0, 1, 2, 3, 4, 5])),
        Mistake::before((id, "clean", "not-back"), 3),
        // Clean Start is not ticked: the Session is resumed, and still there afterwards.
        Mistake::new(
            (id, "clean", "differs"),
            of(id, &[0, 1, 2, 0]),
            first(&[|| leave(0)], id, &[3, 4, 5]),
        ),
        Mistake::new(
            (id, "clean", "nothing-kept"),
            |cast| {
                let slip = then_edited("clean-start-wins", &[0, 1, 2], 3, |act| {
                    connect_packet(act).client_id = "somebody-else".into();
                });
                [slip(cast), vec![leave(0)]].concat()
            },
            of(id, &[0, 2, 3, 4, 5]),
        ),
        Mistake::new(
            (id, "clean", "too-late"),
            |cast| {
                let moves = of("clean-start-wins", &[0, 1, 2])(cast);
                [moves, vec![wait(301)], of("clean-start-wins", &[3])(cast)].concat()
            },
            first(&[|| leave(0)], id, &[0, 1, 2, 3, 4, 5]),
        ),
        Mistake::new(
            (id, "proof", "came-all-the-same"),
            of(id, &[0, 1, 2, 3, 1, 4, 5]),
            first(&[|| leave(0)], id, &[3, 5]),
        ),
        Mistake::edited((id, "proof", "not-sent"), 5, |act| {
            publish_packet(act).qos = QoS::AtMostOnce;
        }),
        // Somebody listens, and it is not the subscriber.
        Mistake::new(
            (id, "proof", "left-open"),
            |cast| {
                let moves = of("clean-start-wins", &[0, 1, 2, 3, 4])(cast);
                let other = edited(nth("clean-start-wins", cast, 1), |act| {
                    act.client = ClientSlot(1);
                });
                [moves, vec![other], of("clean-start-wins", &[5])(cast)].concat()
            },
            |_| vec![ping(0)],
        ),
    ]
}

fn ping(slot: u16) -> Move {
    Move::Act(Act { client: ClientSlot(slot), action: Action::Ping })
}

fn expiry_at_disconnect() -> Vec<Mistake> {
    let id = "expiry-at-disconnect";
    // 0 connect, 1 leave with 0, 2 back, 3 leave with 60
    let begin_with = |wanted: Option<u32>| {
        then_edited("expiry-at-disconnect", &[], 0, move |act| set_interval(act, wanted))
    };
    vec![
        Mistake::new(
            (id, "begin", "absent"),
            begin_with(None),
            first(&[|| leave(0)], id, &[0, 1, 2, 3]),
        ),
        Mistake::new(
            (id, "begin", "differs"),
            begin_with(Some(0)),
            first(&[|| leave(0)], id, &[0, 1, 2, 3]),
        ),
        Mistake::new(
            (id, "forget-me", "absent"),
            last(id, &[0], &[|| leave(0)]),
            of(id, &[0, 1, 2, 3]),
        ),
        Mistake::new(
            (id, "forget-me", "differs"),
            then_edited(id, &[0], 1, |act| set_interval(act, Some(60))),
            of(id, &[0, 1, 2, 3]),
        ),
        Mistake::before((id, "forgotten", "not-back"), 2),
        Mistake::new(
            (id, "forgotten", "differs"),
            then_edited(id, &[0, 1], 2, |act| connect_packet(act).clean_start = true),
            first(&[|| leave(0)], id, &[0, 1, 2, 3]),
        ),
        Mistake::new(
            (id, "forgotten", "taken-back"),
            last(id, &[0, 1, 0], &[|| leave(0)]),
            of(id, &[0, 1, 2, 3]),
        ),
        Mistake::new(
            (id, "from-zero", "not-raised"),
            last(id, &[0, 1, 2], &[|| leave(0)]),
            of(id, &[2, 3]),
        ),
        // On a connection with an interval another one is allowed.
        Mistake::new(
            (id, "from-zero", "not-raised"),
            |cast| {
                let moves = of("expiry-at-disconnect", &[0, 1, 2])(cast);
                [moves, vec![leave(0)], of("expiry-at-disconnect", &[0, 3])(cast)].concat()
            },
            of(id, &[2, 3]),
        ),
    ]
}

fn takeover() -> Vec<Mistake> {
    let id = "takeover";
    // 0 connect, 1 subscribe, 2 the second, 3 open
    vec![
        Mistake::before((id, "first", ""), 1),
        Mistake::new(
            (id, "second", "differs"),
            then_edited(id, &[0, 1], 2, |act| {
                connect_packet(act).client_id = "another".into();
            }),
            first(&[|| leave(1)], id, &[2, 3]),
        ),
        Mistake::new(
            (id, "second", "differs"),
            then_edited(id, &[0, 1], 2, |act| connect_packet(act).clean_start = false),
            of(id, &[0, 2, 3]),
        ),
        Mistake::new(
            (id, "second", "nobody-there"),
            |cast| {
                let moves = of("takeover", &[0, 1])(cast);
                [moves, vec![leave(0)], of("takeover", &[2])(cast)].concat()
            },
            of(id, &[0, 2, 3]),
        ),
        Mistake::before((id, "told", "not-opened"), 3),
    ]
}

fn will_delay() -> Vec<Mistake> {
    let id = "will-delay";
    // 0 observer, 1 watch, 2 device, 3 cut, 4 back, 5 wait, 6 ping, 7 cut, 8 wait
    let again = || first(&[|| leave(0)], "will-delay", &[2, 3, 4, 5, 6, 7, 8]);
    vec![
        Mistake::before((id, "watch", ""), 1),
        // The form as it comes.
        Mistake::new(
            (id, "will", "absent"),
            then_edited(id, &[0, 1], 2, |act| {
                let will = connect_packet(act).will.as_mut().expect("it has a Will");
                will.properties = Properties::default();
            }),
            again(),
        ),
        Mistake::new(
            (id, "will", "differs"),
            then_edited(id, &[0, 1], 2, |act| {
                let will = connect_packet(act).will.as_mut().expect("it has a Will");
                will.topic = "factory/osaka/dispatch/other".into();
            }),
            again(),
        ),
        Mistake::new(
            (id, "will", "no-will"),
            then_edited(id, &[0, 1], 2, |act| connect_packet(act).will = None),
            again(),
        ),
        Mistake::before((id, "in-time", "not-back"), 4),
        Mistake::new(
            (id, "in-time", "differs"),
            then_edited(id, &[0, 1, 2, 3], 4, |act| connect_packet(act).clean_start = true),
            first(&[|| cut(0)], id, &[4, 5, 6, 7, 8]),
        ),
        Mistake::new(
            (id, "in-time", "no-will"),
            then_edited(id, &[0, 1, 2, 3], 4, |act| connect_packet(act).will = None),
            |cast| {
                let back = of("will-delay", &[4])(cast);
                let rest = of("will-delay", &[4, 5, 6, 7, 8])(cast);
                [vec![cut(0)], back, vec![cut(0)], rest].concat()
            },
        ),
        Mistake::new(
            (id, "in-time", "sent-already"),
            of(id, &[0, 1, 2, 3, 5, 4]),
            first(&[|| cut(0)], id, &[4, 5, 6, 7, 8]),
        ),
        Mistake::new(
            (id, "in-time", "said-goodbye"),
            last(id, &[0, 1, 2], &[|| leave(0)]),
            of(id, &[4, 3, 4, 5, 6, 7, 8]),
        ),
        Mistake::new((id, "quiet", "too-soon"), of(id, &[0, 1, 2, 3, 4, 6]), of(id, &[5, 6, 7, 8])),
        Mistake::new(
            (id, "quiet", "will-came"),
            of(id, &[0, 1, 2, 3, 4, 7, 8]),
            of(id, &[4, 3, 4, 5, 6]),
        ),
        Mistake::before((id, "too-late", "not-received"), 8),
        Mistake::new(
            (id, "too-late", "not-cut"),
            last(id, &[0, 1, 2, 3, 4, 5, 6], &[|| leave(0)]),
            of(id, &[4, 7, 8]),
        ),
        // With 0x04 the Will is sent without any break.
        Mistake::new(
            (id, "too-late", "not-cut"),
            last(
                id,
                &[0, 1, 2, 3, 4, 5, 6],
                &[|| {
                    let farewell = Disconnect::new(ReasonCode::DisconnectWithWillMessage);
                    Move::Act(Act::disconnect(ClientSlot(0), farewell))
                }],
            ),
            of(id, &[4, 7, 8]),
        ),
        // A message by hand on the topic of the Will.
        Mistake::new(
            (id, "too-late", "differs"),
            |cast| {
                let message = Publish {
                    topic: format!("factory/osaka/line-3/robot-07/status/{}", cast.nonce()).into(),
                    payload: "by hand".into(),
                    ..Publish::default()
                };
                let by_hand = Move::Act(Act::publish(ClientSlot(1), message));
                [of("will-delay", &[0, 1, 2, 3, 4, 5, 6, 7])(cast), vec![by_hand]].concat()
            },
            of(id, &[8]),
        ),
    ]
}

fn redelivery() -> Vec<Mistake> {
    let id = "redelivery";
    // 0 connect, 1 subscribe, 2 publisher, 3 order, 4 cut, 5 back, 6 PUBACK
    vec![
        // Acknowledgements are no longer held.
        Mistake::new(
            (id, "unacknowledged", "acknowledged-already"),
            first(&[|| acknowledge_by_hand(0, false)], id, &[0, 1, 2, 3]),
            first(&[|| acknowledge_by_hand(0, true)], id, &[3, 4, 5, 6]),
        ),
        // Acknowledged too soon.
        Mistake::new(
            (id, "cut", "acknowledged-already"),
            last(id, &[0, 1, 2, 3], &[|| Move::React(|_, evidence| puback(evidence))]),
            of(id, &[3, 4, 5, 6]),
        ),
        Mistake::new(
            (id, "unacknowledged", "not-received"),
            of(id, &[0, 2, 3]),
            of(id, &[1, 3, 4, 5, 6]),
        ),
        Mistake::new(
            (id, "unacknowledged", "absent"),
            |cast| {
                let begin = edited(nth("redelivery", cast, 0), |act| set_interval(act, None));
                [vec![begin], of("redelivery", &[1, 2, 3])(cast)].concat()
            },
            first(&[|| leave(0)], id, &[0, 1, 3, 4, 5, 6]),
        ),
        Mistake::new(
            (id, "cut", "said-goodbye"),
            last(id, &[0, 1, 2, 3], &[|| leave(0)]),
            of(id, &[5, 4, 5, 6]),
        ),
        Mistake::before((id, "again", "not-back"), 5),
        // Clean Start is still ticked.
        Mistake::new(
            (id, "again", "differs"),
            then_edited(id, &[0, 1, 2, 3, 4], 5, |act| connect_packet(act).clean_start = true),
            of(id, &[1, 3, 4, 5, 6]),
        ),
        Mistake::before((id, "acknowledge", "not-sent"), 6),
        Mistake::new(
            (id, "acknowledge", "lost-again"),
            last(id, &[0, 1, 2, 3, 4, 5], &[|| cut(0)]),
            of(id, &[5, 6]),
        ),
    ]
}
