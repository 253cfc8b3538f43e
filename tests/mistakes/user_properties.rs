//! Mistakes in the exercises of this chapter.

use std::time::Duration;

use bytes::Bytes;
use mqtt5_playground::capture::ClientSlot;
use mqtt5_playground::course::{Cast, Evidence, Move};
use mqtt5_playground::lab::{Act, Action};
use mqtt5_playground::mqtt::{
    Disconnect, Packet, PacketType, Properties, Property, PropertyId, Publish, QoS, ReasonCode,
    Sender,
};

use super::{Mistake, connect_packet, found, properties, publish_packet};

pub fn mistakes() -> Vec<Mistake> {
    let mut all = first_user_property();
    all.extend(order_and_repeats());
    all.extend(message_metadata());
    all.extend(message_expiry());
    all.extend(payload_or_property());
    all.extend(your_own_schema());
    all
}

/// The same in every exercise of the chapter.
const SUBSCRIBER: ClientSlot = ClientSlot(1);

type At = (&'static str, &'static str, &'static str);

fn solution(exercise: &'static str) -> impl Fn(&Cast) -> Vec<Move> + Copy {
    move |cast| (found(exercise).solution)(cast)
}

fn from(exercise: &'static str, nth: usize) -> impl Fn(&Cast) -> Vec<Move> + Copy {
    move |cast| solution(exercise)(cast).split_off(nth)
}

/// Some moves of the solution, in any order.
fn some(exercise: &'static str, which: &'static [usize]) -> impl Fn(&Cast) -> Vec<Move> + Copy {
    move |cast| {
        let all = solution(exercise)(cast);
        which.iter().map(|nth| all[*nth].clone()).collect()
    }
}

fn edited(next: &Move, edit: impl Fn(&mut Act)) -> Move {
    let Move::Act(mut act) = next.clone() else { panic!("not an act: {next:?}") };
    edit(&mut act);
    Move::Act(act)
}

/// Some moves of the solution, the last of them changed; then others.
fn wrong(
    at: At,
    which: &'static [usize],
    edit: impl Fn(&mut Act) + 'static,
    good: &'static [usize],
) -> Mistake {
    let slip = move |cast: &Cast| {
        let mut moves = some(at.0, which)(cast);
        let last = moves.pop().expect("there is a last one");
        moves.push(edited(&last, &edit));
        moves
    };
    Mistake::new(at, slip, some(at.0, good))
}

fn set(properties: &mut Properties, property: Property) {
    properties.0.retain(|it| it.id() != property.id());
    properties.push(property);
}

fn without(act: &mut Act, id: PropertyId) {
    properties(act).0.retain(|it| it.id() != id);
}

fn with_qos_0(act: &mut Act) {
    match &mut act.action {
        Action::Publish(publish) => publish.qos = QoS::AtMostOnce,
        Action::Subscribe { subscriptions, .. } => subscriptions[0].qos = QoS::AtMostOnce,
        other => panic!("no QoS: {other:?}"),
    }
}

fn to_another_topic(act: &mut Act) {
    publish_packet(act).topic += "/2";
}

fn with_payload(payload: &'static [u8]) -> impl Fn(&mut Act) {
    move |act| publish_packet(act).payload = Bytes::from_static(payload)
}

fn cut(client: ClientSlot) -> Move {
    Move::Act(Act { client, action: Action::Cut })
}

/// 0 CONNECT, 1 SUBSCRIBE, 2 open SUBACK, 3 CONNECT, 4 PUBLISH, 5 open PUBLISH.
fn first_user_property() -> Vec<Mistake> {
    const ID: &str = "first-user-property";
    let renewed_without = |cast: &Cast| {
        let all = solution(ID)(cast);
        let bare = edited(&all[1], |act| without(act, PropertyId::SubscriptionIdentifier));
        let mut moves = some(ID, &[0, 1, 2])(cast);
        moves.extend([bare, all[3].clone(), all[4].clone()]);
        moves
    };
    vec![
        Mistake::before((ID, "subscribe", "not-sent"), 1),
        wrong(
            (ID, "subscribe", "absent"),
            &[0, 1],
            |act| without(act, PropertyId::SubscriptionIdentifier),
            &[1, 2, 3, 4, 5],
        ),
        wrong(
            (ID, "subscribe", "absent"),
            &[0, 1],
            |act| drop(properties(act).0.pop()),
            &[1, 2, 3, 4, 5],
        ),
        wrong((ID, "subscribe", "differs"), &[0, 1], with_qos_0, &[1, 2, 3, 4, 5]),
        Mistake::before((ID, "granted", "not-received"), 1),
        Mistake::before((ID, "granted", "not-opened"), 2),
        Mistake::before((ID, "publish", "not-sent"), 4),
        wrong(
            (ID, "publish", "absent"),
            &[0, 1, 2, 3, 4],
            |act| drop(properties(act).0.pop()),
            &[4, 5],
        ),
        wrong((ID, "publish", "unheard"), &[0, 1, 2, 3, 4], to_another_topic, &[4, 5]),
        // Sent before anyone had subscribed: not what the prediction asks about.
        Mistake::new((ID, "publish", ""), some(ID, &[3, 4]), some(ID, &[0, 1, 2, 4, 5])),
        Mistake::before((ID, "delivered", "not-received"), 4),
        Mistake::before((ID, "delivered", "not-opened"), 5),
        Mistake::new((ID, "delivered", "absent"), renewed_without, some(ID, &[1, 4, 5])),
    ]
}

/// 0 CONNECT, 1 SUBSCRIBE, 2 CONNECT, 3 PUBLISH, 4 open PUBLISH.
fn order_and_repeats() -> Vec<Mistake> {
    const ID: &str = "order-and-repeats";
    vec![
        Mistake::before((ID, "subscribe", "not-received"), 1),
        Mistake::before((ID, "publish", "not-sent"), 3),
        wrong((ID, "publish", "absent"), &[0, 1, 2, 3], |act| properties(act).0.clear(), &[3, 4]),
        wrong(
            (ID, "publish", "no-repeat"),
            &[0, 1, 2, 3],
            |act| properties(act).0.truncate(2),
            &[3, 4],
        ),
        // Without the loop; with a loop that any order would keep.
        wrong(
            (ID, "publish", "no-loop"),
            &[0, 1, 2, 3],
            |act| properties(act).0.truncate(3),
            &[3, 4],
        ),
        wrong(
            (ID, "publish", "no-loop"),
            &[0, 1, 2, 3],
            |act| drop(properties(act).0.remove(1)),
            &[3, 4],
        ),
        wrong((ID, "publish", "unheard"), &[0, 1, 2, 3], to_another_topic, &[3, 4]),
        Mistake::before((ID, "delivered", "not-received"), 3),
        Mistake::before((ID, "delivered", "not-opened"), 4),
    ]
}

/// 0 CONNECT, 1 SUBSCRIBE, 2 CONNECT, 3 PUBLISH, 4 open PUBLISH, 5 PUBLISH with a false label, 6 PUBACK.
fn message_metadata() -> Vec<Mistake> {
    const ID: &str = "message-metadata";
    fn takes_it(_: &Cast, evidence: &Evidence) -> Option<Act> {
        let arrived = evidence.capture.packets(PacketType::Publish, Sender::Server).last()?;
        let Packet::Publish(Publish { packet_id: Some(packet_id), .. }) = arrived.valid_packet()?
        else {
            return None;
        };
        let (reason_code, properties) = (ReasonCode::Success, Properties::NONE);
        let action = Action::Acknowledge { packet_id, reason_code, properties };
        Some(Act { client: SUBSCRIBER, action })
    }
    let then = |which: &'static [usize], more: fn() -> Move| {
        move |cast: &Cast| {
            let mut moves = some(ID, which)(cast);
            moves.push(more());
            moves
        }
    };
    let asleep = |which: &'static [usize], nth: usize| {
        move |cast: &Cast| {
            let mut moves = some(ID, which)(cast);
            moves.extend([cut(SUBSCRIBER), solution(ID)(cast).remove(nth)]);
            moves
        }
    };
    let labels = |finding, edit: fn(&mut Act)| {
        wrong((ID, "describe", finding), &[0, 1, 2, 3], edit, &[3, 4, 5, 6])
    };
    let claims = |finding, edit: fn(&mut Act)| {
        wrong((ID, "not-text", finding), &[0, 1, 2, 3, 4, 5], edit, &[5, 6, 6])
    };
    vec![
        Mistake::before((ID, "subscribe", "not-received"), 1),
        wrong((ID, "subscribe", "differs"), &[0, 1], with_qos_0, &[1, 2, 3, 4, 5, 6]),
        Mistake::before((ID, "describe", "not-sent"), 3),
        labels("absent", |act| without(act, PropertyId::ContentType)),
        labels("differs", |act| set(properties(act), Property::PayloadFormatIndicator(0))),
        labels("differs", |act| set(properties(act), Property::ContentType("text/plain".into()))),
        labels("not-utf-8", |act| with_payload(b"21.5 \xB0C")(act)),
        Mistake::new(
            (ID, "delivered", "not-received"),
            asleep(&[0, 1, 2], 3),
            some(ID, &[0, 1, 3, 4, 5, 6]),
        ),
        Mistake::before((ID, "delivered", "not-opened"), 4),
        Mistake::before((ID, "not-text", "not-sent"), 5),
        claims("is-text", |act| with_payload(b"21.5")(act)),
        claims("absent", |act| without(act, PropertyId::PayloadFormatIndicator)),
        claims("differs", with_qos_0),
        Mistake::new(
            (ID, "not-text", "not-received"),
            asleep(&[0, 1, 2, 3, 4], 5),
            some(ID, &[0, 1, 5, 6]),
        ),
        Mistake::before((ID, "refuse", "nothing-to-refuse"), 5),
        Mistake::before((ID, "refuse", "not-sent"), 6),
        Mistake::new(
            (ID, "refuse", "differs"),
            then(&[0, 1, 2, 3, 4, 5], || Move::React(takes_it)),
            some(ID, &[5, 6]),
        ),
    ]
}

/// 0 CONNECT, 1 SUBSCRIBE, 2 DISCONNECT, 3 CONNECT, 4 PUBLISH 2 s, 5 PUBLISH 600 s, 6 wait, 7 CONNECT.
fn message_expiry() -> Vec<Mistake> {
    const ID: &str = "message-expiry";
    const AGAIN: &[usize] = &[2, 4, 5, 6, 7];
    let anew = |cast: &Cast| {
        let all = solution(ID)(cast);
        let fresh = edited(&all[0], |act| connect_packet(act).clean_start = true);
        let mut moves = some(ID, &[0, 1, 2, 3, 4, 5, 6])(cast);
        moves.push(fresh);
        moves
    };
    let too_long = |cast: &Cast| {
        let mut moves = some(ID, &[0, 1, 2, 3, 4, 5])(cast);
        moves.push(Move::Wait(Duration::from_secs(700)));
        moves.extend(from(ID, 7)(cast));
        moves
    };
    let at_once = |cast: &Cast| {
        let all = solution(ID)(cast);
        let mut moves = some(ID, &[0, 1, 2, 3, 4])(cast);
        // Long enough that nothing is left of whole seconds, and too short for the wait to have expired it.
        moves.push(edited(&all[5], |act| {
            set(properties(act), Property::MessageExpiryInterval(600));
        }));
        moves.push(all[7].clone());
        moves
    };
    let ended = |cast: &Cast| {
        let mut moves = some(ID, &[0, 1])(cast);
        let (reason_code, properties) =
            (ReasonCode::Success, [Property::SessionExpiryInterval(0)].into());
        let left = Disconnect { reason_code, properties };
        moves.push(Move::Act(Act::disconnect(SUBSCRIBER, left)));
        moves
    };
    let sent = |finding, edit: fn(&mut Act)| {
        wrong((ID, "publish", finding), &[0, 1, 2, 3, 4], edit, &[4, 5, 6, 7])
    };
    vec![
        Mistake::before((ID, "subscribe", "not-received"), 1),
        wrong((ID, "subscribe", "differs"), &[0, 1], with_qos_0, &[1, 2, 3, 4, 5, 6, 7]),
        Mistake::before((ID, "sleep", "not-asleep"), 2),
        Mistake::new((ID, "sleep", "nothing-kept"), ended, solution(ID)),
        Mistake::before((ID, "publish", "not-sent"), 4),
        Mistake::before((ID, "publish", "one-more"), 5),
        wrong(
            (ID, "publish", "alike"),
            &[0, 1, 2, 3, 4, 5],
            with_payload(b"robot 7 is moving"),
            &[5, 6, 7],
        ),
        sent("absent", |act| without(act, PropertyId::MessageExpiryInterval)),
        sent("differs", with_qos_0),
        sent("unheard", to_another_topic),
        Mistake::before((ID, "wake", "asleep"), 7),
        Mistake::new((ID, "wake", "still-good"), at_once, some(ID, AGAIN)),
        Mistake::new((ID, "wake", "session-gone"), anew, some(ID, &[1, 2, 4, 5, 6, 7])),
        Mistake::new((ID, "wake", "not-received"), too_long, some(ID, AGAIN)),
        // The cut puts the subscriber to sleep as well.
        Mistake::new((ID, "sleep", ""), some(ID, &[0, 1]), |cast| {
            let mut moves = vec![cut(SUBSCRIBER)];
            moves.extend(from(ID, 3)(cast));
            moves
        }),
    ]
}

/// 0 CONNECT, 1 SUBSCRIBE, 2 CONNECT, 3 PUBLISH inside, 4 open, 5 PUBLISH beside, 6 open.
fn payload_or_property() -> Vec<Mistake> {
    const ID: &str = "payload-or-property";
    let beside = |finding, edit: fn(&mut Act)| {
        wrong((ID, "beside", finding), &[0, 1, 2, 3, 4, 5], edit, &[5, 6])
    };
    vec![
        Mistake::before((ID, "subscribe", "not-received"), 1),
        Mistake::before((ID, "inside", "not-sent"), 3),
        wrong(
            (ID, "inside", "not-inside"),
            &[0, 1, 2, 3],
            |act| properties(act).push(Property::user("tenant", "acme")),
            &[3, 4, 5, 6],
        ),
        wrong(
            (ID, "inside", "unnamed"),
            &[0, 1, 2, 3],
            with_payload(br#"{"value":21.5}"#),
            &[3, 4, 5, 6],
        ),
        Mistake::before((ID, "beside", "absent"), 5),
        beside("absent", |act| drop(properties(act).0.pop())),
        Mistake::new(
            (ID, "beside", "nothing-inside"),
            some(ID, &[0, 1, 2, 5, 6]),
            some(ID, &[3, 4, 5, 6]),
        ),
        beside("not-the-same", |act| properties(act).0[1] = Property::user("tenant", "globex")),
        beside("still-inside", |act| {
            with_payload(br#"{"tenant":"acme","value":21.5}"#)(act);
        }),
        Mistake::new(
            (ID, "delivered", "not-received"),
            some(ID, &[2, 3, 5, 0, 1]),
            some(ID, &[3, 4, 5, 6]),
        ),
        Mistake::before((ID, "delivered", "not-opened"), 6),
    ]
}

/// 0 CONNECT, 1 SUBSCRIBE, 2 CONNECT, 3 to 5 PUBLISH, 6 filter.
fn your_own_schema() -> Vec<Mistake> {
    const ID: &str = "your-own-schema";
    fn pair(act: &mut Act, nth: usize, name: &str, value: &str) {
        properties(act).0[nth] = Property::user(name, value);
    }
    let designed = |finding, edit: fn(&mut Act)| {
        wrong((ID, "design", finding), &[0, 1, 2, 3], edit, &[3, 4, 5, 6])
    };
    let another = |finding, edit: fn(&mut Act)| {
        wrong((ID, "three", finding), &[0, 1, 2, 3, 4], edit, &[4, 5, 6])
    };
    let filter = |finding: &'static str, word: fn(&Cast, &Evidence) -> Option<String>| {
        let slip = move |cast: &Cast| {
            let mut moves = some(ID, &[0, 1, 2, 3, 4, 5])(cast);
            moves.push(Move::Filter(word));
            moves
        };
        Mistake::new((ID, "filter", finding), slip, from(ID, 6))
    };
    vec![
        Mistake::before((ID, "subscribe", "not-received"), 1),
        Mistake::before((ID, "design", "not-sent"), 3),
        designed("too-few", |act| properties(act).0.truncate(2)),
        designed("nameless", |act| pair(act, 1, "", "acme")),
        designed("twice", |act| pair(act, 1, "trace-id", "acme")),
        Mistake::before((ID, "three", "so-far"), 4),
        another("spelling", |act| pair(act, 0, "Trace_Id", "7f3a-0002")),
        another("lacks", |act| pair(act, 0, "span", "7f3a-0002")),
        another("extra", |act| properties(act).push(Property::user("span", "1"))),
        Mistake::new((ID, "three", "all-alike"), some(ID, &[0, 1, 2, 3, 3, 3]), from(ID, 4)),
        Mistake::before((ID, "filter", "few"), 5),
        Mistake::before((ID, "filter", "no-filter"), 6),
        filter("finds-none", |_, _| Some("7f3a-9999".to_owned())),
        filter("finds-all", |_, _| Some("7f3a".to_owned())),
    ]
}
