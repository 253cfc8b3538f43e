//! Mistakes in the exercises of this chapter.

use mqtt5_playground::capture::ClientSlot;
use mqtt5_playground::course::{Cast, Move};
use mqtt5_playground::lab::{Act, Action};
use mqtt5_playground::mqtt::{
    Connect, Disconnect, Packet, PacketType, Properties, Property, PropertyId, ReasonCode, Version,
    Will, encode_as,
};

use super::{Mistake, connect_packet, found, properties, publish_packet};

pub fn mistakes() -> Vec<Mistake> {
    let mut all = first_connect();
    all.extend(connect_properties());
    all.extend(three_or_five());
    all.extend(goodbye());
    all
}

const CLIENT: ClientSlot = ClientSlot(0);

fn solution(exercise: &'static str) -> impl Fn(&Cast) -> Vec<Move> + Copy {
    move |cast| (found(exercise).solution)(cast)
}

/// The solution up to move `count`, then moves of one's own.
fn then(
    exercise: &'static str,
    count: usize,
    more: impl Fn(&mut Vec<Move>, &Cast) + 'static,
) -> impl Fn(&Cast) -> Vec<Move> {
    move |cast| {
        let mut moves = solution(exercise)(cast);
        moves.truncate(count);
        more(&mut moves, cast);
        moves
    }
}

/// The solution from move `from` on, after a DISCONNECT.
fn again(exercise: &'static str, from: usize) -> impl Fn(&Cast) -> Vec<Move> {
    move |cast| {
        let mut moves = vec![leave(Properties::NONE, ReasonCode::Success)];
        moves.extend(solution(exercise)(cast).split_off(from));
        moves
    }
}

fn leave(properties: Properties, reason_code: ReasonCode) -> Move {
    Move::Act(Act::disconnect(CLIENT, Disconnect { reason_code, properties }))
}

fn act(next: &Move) -> Act {
    match next {
        Move::Act(act) => act.clone(),
        other => panic!("not an act: {other:?}"),
    }
}

/// The CONNECT among the moves, with a change.
fn connect_with(
    exercise: &'static str,
    nth: usize,
    edit: impl Fn(&mut Connect),
) -> impl Fn(&Cast) -> Move {
    move |cast| {
        let mut act = act(&solution(exercise)(cast)[nth]);
        edit(connect_packet(&mut act));
        Move::Act(act)
    }
}

/// No broker of the course knows this method.
fn with_unknown_method(connect: &mut Connect) {
    connect.properties.push(Property::AuthenticationMethod("GUESS".into()));
}

fn first_connect() -> Vec<Mistake> {
    const ID: &str = "first-connect";
    let in_3_1_1 = |cast: &Cast| {
        let mut act = act(&solution(ID)(cast)[0]);
        let connect = Packet::Connect(Box::new(connect_packet(&mut act).clone()));
        let bytes = encode_as(&connect, Version::V3_1_1).expect("3.1.1 can say it");
        act.action = Action::ConnectBytes(bytes);
        vec![Move::Act(act)]
    };
    let refused = |open: bool| {
        move |cast: &Cast| {
            let mut moves = vec![connect_with(ID, 0, with_unknown_method)(cast)];
            moves.extend(open.then_some(Move::Open(CLIENT, PacketType::ConnAck)));
            moves
        }
    };
    vec![
        Mistake::before((ID, "connect", "not-sent"), 0),
        Mistake::new((ID, "connect", "broken"), in_3_1_1, solution(ID)),
        Mistake::before((ID, "accepted", "not-received"), 0),
        Mistake::new((ID, "accepted", "refused"), refused(false), solution(ID)),
        Mistake::before((ID, "read-limits", "not-received"), 0),
        Mistake::before((ID, "read-limits", "not-opened"), 1),
        // A CONNACK that refuses states no limits.
        Mistake::new((ID, "read-limits", ""), refused(true), solution(ID)),
    ]
}

fn connect_properties() -> Vec<Mistake> {
    const ID: &str = "connect-properties";
    let wrong = |finding: &'static str, edit: fn(&mut Vec<Property>)| {
        let slip = move |cast: &Cast| {
            vec![connect_with(ID, 0, |connect| edit(&mut connect.properties.0))(cast)]
        };
        Mistake::new((ID, "limits", finding), slip, again(ID, 0))
    };
    let refused = |cast: &Cast| vec![connect_with(ID, 0, with_unknown_method)(cast)];
    vec![
        Mistake::before((ID, "limits", "not-sent"), 0),
        wrong("absent", |all| all.retain(|it| it.id() != PropertyId::MaximumPacketSize)),
        wrong("absent", |all| drop(all.pop())),
        wrong("differs", |all| all[0] = Property::SessionExpiryInterval(30)),
        wrong("differs", |all| all[1] = Property::ReceiveMaximum(7)),
        wrong("differs", |all| all[5] = Property::user("version", "9.9.9")),
        wrong("differs", |all| all.swap(5, 6)),
        Mistake::before((ID, "accepted", "not-received"), 0),
        Mistake::new((ID, "accepted", "refused"), refused, solution(ID)),
        Mistake::before((ID, "accepted", "not-opened"), 1),
    ]
}

fn three_or_five() -> Vec<Mistake> {
    const ID: &str = "three-or-five";
    let connect = |edit: fn(&mut Connect)| move |cast: &Cast| vec![connect_with(ID, 0, edit)(cast)];
    let kept = |connect: &mut Connect| {
        connect.properties.push(Property::SessionExpiryInterval(300));
    };
    let described_first = then(ID, 1, |moves, cast| moves.push(solution(ID)(cast).remove(2)));
    let goes_on = then(ID, 4, |moves, cast| {
        moves.push(connect_with(ID, 4, |connect| connect.clean_start = false)(cast));
    });
    vec![
        Mistake::before((ID, "connect", "not-sent"), 0),
        Mistake::new((ID, "connect", "not-plain"), connect(kept), again(ID, 0)),
        Mistake::new(
            (ID, "connect", "not-plain"),
            connect(|connect| connect.will = Some(will())),
            again(ID, 0),
        ),
        Mistake::before((ID, "publish", "not-sent"), 1),
        Mistake::new((ID, "publish", "not-plain"), described_first, move |cast| {
            solution(ID)(cast).split_off(1)
        }),
        Mistake::before((ID, "say-more", "bare"), 2),
        Mistake::edited((ID, "say-more", "other-message"), 2, |act| {
            publish_packet(act).topic += "/2";
        }),
        Mistake::before((ID, "new-and-kept", "absent"), 4),
        Mistake::new((ID, "new-and-kept", "differs"), goes_on, again(ID, 4)),
    ]
}

fn goodbye() -> Vec<Mistake> {
    const ID: &str = "goodbye";
    let from = |nth: usize| move |cast: &Cast| solution(ID)(cast).split_off(nth);
    let without_will = |connect: &mut Connect| connect.will = None;
    let elsewhere = |connect: &mut Connect| {
        connect.will.as_mut().expect("it has a Will").topic += "/2";
    };
    let plainly = then(ID, 2, move |moves, cast| {
        moves.push(connect_with(ID, 2, without_will)(cast));
    });
    let unheard = then(ID, 2, move |moves, cast| {
        moves.push(connect_with(ID, 2, elsewhere)(cast));
    });
    let cut_first = then(ID, 3, move |moves, cast| {
        moves.push(Move::Act(Act { client: CLIENT, action: Action::Cut }));
        moves.push(connect_with(ID, 2, without_will)(cast));
        moves.push(solution(ID)(cast).remove(3));
    });
    let with_will_at_once = then(ID, 3, |moves, cast| {
        let mut leave = act(&solution(ID)(cast)[3]);
        if let Action::Disconnect(disconnect) = &mut leave.action {
            disconnect.reason_code = ReasonCode::DisconnectWithWillMessage;
        }
        moves.push(Move::Act(leave));
    });
    let without = |property: PropertyId| {
        then(ID, 3, move |moves, cast| {
            let mut leave = act(&solution(ID)(cast)[3]);
            properties(&mut leave).0.retain(|it| it.id() != property);
            moves.push(Move::Act(leave));
        })
    };
    let last = |edit: fn(&mut Connect)| {
        then(ID, 4, move |moves, cast| {
            moves.push(connect_with(ID, 2, edit)(cast));
            moves.push(solution(ID)(cast).remove(5));
        })
    };
    vec![
        Mistake::before((ID, "watch", "not-received"), 1),
        Mistake::before((ID, "will", "not-sent"), 2),
        Mistake::new((ID, "will", "no-will"), plainly, again(ID, 2)),
        Mistake::new((ID, "will", "unheard"), unheard, again(ID, 2)),
        Mistake::before((ID, "with-reason", "not-sent"), 3),
        Mistake::new((ID, "with-reason", "none-left"), cut_first, from(2)),
        Mistake::new((ID, "with-reason", "differs"), with_will_at_once, from(2)),
        Mistake::new((ID, "with-reason", "absent"), without(PropertyId::ReasonString), from(2)),
        Mistake::new((ID, "with-reason", "absent"), without(PropertyId::UserProperty), from(2)),
        Mistake::before((ID, "with-will", "without-will"), 4),
        Mistake::new((ID, "with-will", "none-left"), last(without_will), from(4)),
        Mistake::new((ID, "with-will", "not-received"), last(elsewhere), from(4)),
    ]
}

fn will() -> Will {
    Will { topic: "a".into(), ..Will::default() }
}
