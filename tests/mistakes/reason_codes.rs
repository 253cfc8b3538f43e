//! Mistakes in the exercises of this chapter.

use std::time::Duration;

use bytes::Bytes;

use mqtt5_playground::capture::ClientSlot;
use mqtt5_playground::course::{Cast, Move};
use mqtt5_playground::lab::{Act, Action, Reconnect};
use mqtt5_playground::mqtt::{
    Disconnect, Packet, Properties, Property, QoS, ReasonCode, Subscription, encode,
};

use super::{Mistake, connect_packet, found, properties, publish_packet};

const A: ClientSlot = ClientSlot(0);
const B: ClientSlot = ClientSlot(1);
const DEVICE: ClientSlot = ClientSlot(2);

const RETRY_OR_NOT: &str = "retry-or-not";

/// Time for several tries of the client.
const WAIT: Duration = Duration::from_secs(4);

/// The solution's moves from `from` to before `to`.
fn moves(exercise: &str, cast: &Cast, from: usize, to: usize) -> Vec<Move> {
    (found(exercise).solution)(cast)[from..to].to_vec()
}

/// The act that is the solution's `nth` move, or one of them.
fn act(exercise: &str, cast: &Cast, nth: usize) -> Act {
    match moves(exercise, cast, nth, nth + 1).remove(0) {
        Move::Act(act) => act,
        Move::Acts(mut acts) => acts.remove(0),
        other => panic!("not an act: {other:?}"),
    }
}

fn leave(client: ClientSlot) -> Move {
    Move::Act(Act::disconnect(client, Disconnect::new(ReasonCode::Success)))
}

fn unsubscribe(client: ClientSlot, topic_filter: &str) -> Move {
    let topic_filters = vec![topic_filter.into()];
    let properties = Properties::default();
    Move::Act(Act { client, action: Action::Unsubscribe { properties, topic_filters } })
}

fn subscriptions(act: &mut Act) -> &mut Vec<Subscription> {
    match &mut act.action {
        Action::Subscribe { subscriptions, .. } => subscriptions,
        other => panic!("not a SUBSCRIBE: {other:?}"),
    }
}

fn bytes_of(act: Act, edit: impl Fn(&mut Vec<u8>)) -> Move {
    let Action::Connect(connect) = act.action else { panic!("not a CONNECT: {act:?}") };
    let mut bytes = encode(&Packet::Connect(connect)).expect("it can be encoded").to_vec();
    edit(&mut bytes);
    Move::Act(Act { client: act.client, action: Action::SendBytes(Bytes::from(bytes)) })
}

pub fn mistakes() -> Vec<Mistake> {
    let mut all = Vec::new();
    all.extend(suback_mix());
    all.extend(no_matching_subscribers());
    all.extend(not_authorized());
    all.extend(protocol_error());
    all.extend(malformed());
    all.extend(problem_information());
    all.extend(retry_or_not());
    all.extend(collect_them_all());
    all
}

fn suback_mix() -> Vec<Mistake> {
    const ID: &str = "suback-mix";
    vec![
        Mistake::edited((ID, "ask", "no-filter"), 1, |act| subscriptions(act).truncate(2)),
        Mistake::edited((ID, "ask", "differs"), 1, |act| {
            subscriptions(act)[1].qos = QoS::AtLeastOnce;
        }),
        // Three filters, each in a packet of its own.
        Mistake::new(
            (ID, "ask", "no-filter"),
            |cast| {
                let mut all = moves(ID, cast, 0, 1);
                for nth in 0..3 {
                    let mut one = act(ID, cast, 1);
                    *subscriptions(&mut one) = vec![subscriptions(&mut one)[nth].clone()];
                    all.push(Move::Act(one));
                }
                all
            },
            |cast| moves(ID, cast, 1, 4),
        ),
        Mistake::skipped((ID, "proof", "not-published"), 2, 3),
        Mistake::new(
            (ID, "proof", "not-come"),
            |cast| {
                let mut all = moves(ID, cast, 0, 2);
                all.push(unsubscribe(A, "factory/osaka/boiler/notices"));
                all.extend(moves(ID, cast, 2, 4));
                all
            },
            |cast| moves(ID, cast, 1, 4),
        ),
    ]
}

fn no_matching_subscribers() -> Vec<Mistake> {
    const ID: &str = "no-matching-subscribers";
    let listen_first = |cast: &Cast| {
        let mut all = moves(ID, cast, 2, 4);
        all.extend(moves(ID, cast, 0, 2));
        all
    };
    vec![
        Mistake::edited((ID, "nobody", "differs"), 1, |act| {
            publish_packet(act).qos = QoS::AtMostOnce;
        }),
        Mistake::new((ID, "nobody", "somebody-there"), listen_first, |cast| {
            let mut all = vec![leave(B)];
            all.extend(moves(ID, cast, 1, 5));
            all
        }),
        Mistake::before((ID, "somebody", "not-again"), 4),
        Mistake::edited((ID, "somebody", "not-again"), 3, |act| {
            subscriptions(act)[0].topic_filter = "factory/osaka/another-room".into();
        }),
        Mistake::new(
            (ID, "somebody", "still-nobody"),
            |cast| {
                let mut all = moves(ID, cast, 0, 3);
                let mut elsewhere = act(ID, cast, 3);
                subscriptions(&mut elsewhere)[0].topic_filter = "factory/osaka/boiler/other".into();
                all.push(Move::Act(elsewhere));
                all.extend(moves(ID, cast, 4, 5));
                all
            },
            |cast| moves(ID, cast, 3, 5),
        ),
    ]
}

fn not_authorized() -> Vec<Mistake> {
    const ID: &str = "not-authorized";
    vec![
        Mistake::before((ID, "refused", "not-sent"), 1),
        Mistake::edited((ID, "refused", "allowed"), 1, |act| {
            publish_packet(act).topic = "factory/osaka/boiler/door-2".into();
        }),
        Mistake::edited((ID, "refused", "not-received"), 1, |act| {
            publish_packet(act).qos = QoS::AtMostOnce;
        }),
        // The client leaves with the code that the server should have given.
        Mistake::new(
            (ID, "refused", "not-sent"),
            |cast| {
                let mut all = moves(ID, cast, 0, 1);
                let own = Disconnect::new(ReasonCode::UnspecifiedError);
                all.push(Move::Act(Act::disconnect(A, own)));
                all
            },
            |cast| moves(ID, cast, 0, 4),
        ),
        Mistake::before((ID, "silence", "not-quiet"), 2),
        Mistake::skipped((ID, "silence", "not-quiet"), 2, 3),
        Mistake::before((ID, "silence", "not-proved"), 3),
    ]
}

fn protocol_error() -> Vec<Mistake> {
    const ID: &str = "protocol-error";
    vec![
        Mistake::before((ID, "connect", "not-received"), 0),
        Mistake::edited((ID, "connect", "refused"), 0, |act| {
            properties(act).push(Property::AuthenticationMethod("nobody-has-it".into()));
        }),
        // Two CONNECTs, each on a connection of its own.
        Mistake::new(
            (ID, "again", "not-twice"),
            |cast| {
                let mut all = moves(ID, cast, 0, 1);
                all.push(leave(A));
                all.extend(moves(ID, cast, 0, 1));
                all
            },
            |cast| moves(ID, cast, 1, 2),
        ),
        // The flag that is reserved: the second CONNECT cannot be read.
        Mistake::new(
            (ID, "again", "other-code"),
            |cast| {
                let mut all = moves(ID, cast, 0, 1);
                all.push(bytes_of(act(ID, cast, 0), |bytes| bytes[9] |= 1));
                all
            },
            |cast| moves(ID, cast, 0, 2),
        ),
    ]
}

fn malformed() -> Vec<Mistake> {
    const ID: &str = "malformed";
    vec![
        Mistake::before((ID, "sound", "not-sent"), 1),
        Mistake::edited((ID, "sound", "differs"), 1, |act| {
            publish_packet(act).qos = QoS::AtMostOnce;
        }),
        Mistake::before((ID, "broken", "not-broken"), 2),
        // It can be read, and is a Protocol Error.
        Mistake::new(
            (ID, "broken", "not-broken"),
            |cast| {
                let mut all = moves(ID, cast, 0, 2);
                all.push(bytes_of(act(ID, cast, 0), |_| ()));
                all
            },
            |cast| {
                let mut all = moves(ID, cast, 0, 1);
                all.extend(moves(ID, cast, 2, 3));
                all
            },
        ),
    ]
}

fn problem_information() -> Vec<Mistake> {
    const ID: &str = "problem-information";
    let again = |client: ClientSlot, from: usize| {
        move |cast: &Cast| {
            let mut all = vec![leave(client)];
            all.extend(moves(ID, cast, from, 4));
            all
        }
    };
    let with = |at, nth: usize, client, edit: fn(&mut Act)| {
        Mistake::new(
            at,
            move |cast: &Cast| {
                let mut all = moves(ID, cast, 0, nth);
                let mut wrong = act(ID, cast, nth);
                edit(&mut wrong);
                all.push(Move::Act(wrong));
                all.extend(moves(ID, cast, nth + 1, nth + 2));
                all
            },
            again(client, nth),
        )
    };
    vec![
        with((ID, "explained", "asked-for-none"), 0, A, |act| {
            properties(act).push(Property::RequestProblemInformation(0));
        }),
        Mistake::edited((ID, "explained", "differs"), 1, |act| {
            publish_packet(act).topic = "factory/osaka/boiler/door-2".into();
        }),
        with((ID, "bare", "absent"), 2, B, |act| *properties(act) = Properties::default()),
        with((ID, "bare", "differs"), 2, B, |act| {
            *properties(act) = [Property::RequestProblemInformation(1)].into();
        }),
    ]
}

fn retry_or_not() -> Vec<Mistake> {
    let mut all = retry_or_not_before_the_policy();
    all.extend(retry_or_not_policy());
    all
}

/// In the steps that watch the client as it is set.
fn retry_or_not_before_the_policy() -> Vec<Mistake> {
    const ID: &str = RETRY_OR_NOT;
    let guest = |cast: &Cast| match moves(ID, cast, 0, 1).remove(0) {
        Move::Acts(acts) => Move::Act(acts[1].clone()),
        other => panic!("not acts: {other:?}"),
    };
    let sensible = |cast: &Cast| Move::Act(act(ID, cast, 0));
    let stopped = |client| Reconnect { tries: 0, ..policy_of(client) };
    vec![
        // The client is set to give up at once.
        Mistake::new(
            (ID, "later", "too-few"),
            move |cast| {
                vec![Move::Act(Act::automate(A, stopped(A))), guest(cast), Move::Wait(WAIT)]
            },
            |cast| {
                let mut all = vec![Move::Act(Act::automate(A, policy_of(A)))];
                all.extend(moves(ID, cast, 0, 8));
                all
            },
        ),
        // Somebody connects by hand, faster than the client would.
        Mistake::new(
            (ID, "later", "does-not-grow"),
            move |cast| vec![guest(cast), guest(cast)],
            |cast| moves(ID, cast, 0, 8),
        ),
        Mistake::new(
            (ID, "never", "not-waited"),
            move |cast| vec![guest(cast), Move::Wait(WAIT), sensible(cast)],
            |cast| moves(ID, cast, 0, 8),
        ),
        Mistake::new(
            (ID, "never", "passes"),
            move |cast| {
                let mut plain = act(ID, cast, 0);
                *properties(&mut plain) = Properties::default();
                vec![guest(cast), Move::Wait(WAIT), Move::Act(plain)]
            },
            |cast| {
                let mut all = vec![leave(B)];
                all.extend(moves(ID, cast, 0, 8));
                all
            },
        ),
    ]
}

/// In the step that asks for a list of its own.
fn retry_or_not_policy() -> Vec<Mistake> {
    const ID: &str = RETRY_OR_NOT;
    let begun = |cast: &Cast| {
        let mut all = moves(ID, cast, 0, 1);
        all.push(Move::Wait(WAIT));
        all
    };
    vec![
        Mistake::before((ID, "policy", "not-tried"), 2),
        // The list is left as it was.
        Mistake::new(
            (ID, "policy", "came-back"),
            move |cast| {
                let mut all = begun(cast);
                all.extend(moves(ID, cast, 2, 8));
                all.push(Move::Wait(WAIT));
                all
            },
            |cast| moves(ID, cast, 1, 8),
        ),
        // And so until its tries are used up: that it gives up then does not make it right.
        Mistake::new(
            (ID, "policy", "came-back"),
            move |cast| {
                let mut all = begun(cast);
                for nth in [2, 3, 4, 6] {
                    all.extend(moves(ID, cast, nth, nth + 1));
                    all.push(Move::Wait(2 * WAIT));
                }
                all
            },
            |cast| moves(ID, cast, 1, 8),
        ),
        // Nothing is left on the list.
        Mistake::new(
            (ID, "policy", "stayed-away"),
            move |cast| {
                let mut all = begun(cast);
                let none = Reconnect { retry_after: [].into(), ..policy_of(DEVICE) };
                all.push(Move::Act(Act::automate(DEVICE, none)));
                all.extend(moves(ID, cast, 2, 8));
                all
            },
            |cast| moves(ID, cast, 1, 8),
        ),
        // After the last one nothing passes that would tell.
        Mistake::new(
            (ID, "policy", "not-waited"),
            move |cast| {
                let mut all = begun(cast);
                all.extend(moves(ID, cast, 1, 2));
                for nth in [3, 4, 5, 6, 7, 2] {
                    all.extend(moves(ID, cast, nth, nth + 1));
                }
                all
            },
            |cast| moves(ID, cast, 6, 8),
        ),
    ]
}

/// What the client does in this exercise.
fn policy_of(client: ClientSlot) -> Reconnect {
    let exercise = found(RETRY_OR_NOT);
    let cast = Cast::new(exercise.clients, "7f3a51c2");
    let mut beginning = exercise.beginning(&cast).into_iter();
    let act = beginning.find(|act| act.client == client).expect("it begins with a policy");
    match &act.action {
        Action::Automate(behaviour) => behaviour.get::<Reconnect>().expect("a policy").clone(),
        other => panic!("not a policy: {other:?}"),
    }
}

fn collect_them_all() -> Vec<Mistake> {
    const ID: &str = "collect-them-all";
    let missing = |step| (ID, step, "missing");
    vec![
        Mistake::edited(missing("one-suback"), 1, |act| subscriptions(act).truncate(11)),
        Mistake::before(missing("acknowledged"), 3),
        Mistake::before(missing("refused"), 13),
        Mistake::before(missing("authenticated"), 15),
        // A client that claims the codes of a server has provoked none of them.
        Mistake::new(
            missing("dropped"),
            |cast| {
                let mut all = moves(ID, cast, 0, 16);
                for code in [
                    ReasonCode::MalformedPacket,
                    ReasonCode::ProtocolError,
                    ReasonCode::ReceiveMaximumExceeded,
                    ReasonCode::TopicAliasInvalid,
                    ReasonCode::PacketTooLarge,
                    ReasonCode::MessageRateTooHigh,
                ] {
                    all.push(Move::Act(Act::disconnect(A, Disconnect::new(code))));
                    all.extend(moves(ID, cast, 17, 18));
                }
                // And the one that only a server may send.
                all.extend(moves(ID, cast, 28, 29));
                all
            },
            |cast| {
                let mut all = moves(ID, cast, 17, 18);
                all.extend(moves(ID, cast, 16, 43));
                all
            },
        ),
        // The twin comes under its own name.
        Mistake::new(
            missing("taken-over"),
            |cast| {
                let mut all = moves(ID, cast, 0, 30);
                let mut twin = act(ID, cast, 30);
                connect_packet(&mut twin).client_id = "somebody-else".into();
                all.push(Move::Act(twin));
                all
            },
            |cast| {
                let mut all = vec![leave(B)];
                all.extend(moves(ID, cast, 30, 43));
                all
            },
        ),
        Mistake::before(missing("from-outside"), 40),
        Mistake::before(missing("shut-down"), 42),
    ]
}
