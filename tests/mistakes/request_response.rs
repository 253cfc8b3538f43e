//! Mistakes in the exercises of this chapter.

use mqtt5_playground::capture::ClientSlot;
use mqtt5_playground::course::{Cast, Evidence, Move, check};
use mqtt5_playground::lab::{Act, Action, BehaviourKind};
use mqtt5_playground::mqtt::{
    Disconnect, PacketType, Property, PropertyId, Publish, QoS, ReasonCode, Subscription,
};

use super::{Mistake, found, properties, publish_packet};

const REQUESTER: ClientSlot = ClientSlot(0);
const RESPONDER: ClientSlot = ClientSlot(1);

pub fn mistakes() -> Vec<Mistake> {
    let exercises = [
        first_request(),
        out_of_order(),
        unknown_correlation(),
        timeout(),
        rest_like(),
        response_information(),
    ];
    exercises.into_iter().flatten().collect()
}

/// These moves of the solution, by their numbers.
fn some(id: &'static str, cast: &Cast, numbers: impl IntoIterator<Item = usize>) -> Vec<Move> {
    let moves = (found(id).solution)(cast);
    numbers.into_iter().map(|number| moves[number].clone()).collect()
}

/// A move of the solution, changed.
fn other(id: &'static str, cast: &Cast, number: usize, edit: impl Fn(&mut Act)) -> Move {
    match some(id, cast, [number]).pop() {
        Some(Move::Act(mut act)) => {
            edit(&mut act);
            Move::Act(act)
        }
        next => panic!("not an act: {next:?}"),
    }
}

fn remove(act: &mut Act, property: PropertyId) {
    properties(act).0.retain(|other| other.id() != property);
}

fn replace(act: &mut Act, property: Property) {
    remove(act, property.id());
    properties(act).push(property);
}

fn leave(client: ClientSlot) -> Move {
    Move::Act(Act::disconnect(client, Disconnect::new(ReasonCode::Success)))
}

/// The responder's answer to the request with that number among those received, changed.
fn answer(evidence: &Evidence, number: usize, edit: impl Fn(&mut Act)) -> Option<Act> {
    let arrived = check::messages(evidence.received(RESPONDER, PacketType::Publish));
    let (_, request) = arrived.get(number)?;
    let data = request.properties.correlation_data().cloned();
    let publish = Publish {
        qos: QoS::AtLeastOnce,
        topic: request.properties.response_topic()?.into(),
        properties: data.map(Property::CorrelationData).into_iter().collect(),
        ..Publish::default()
    };
    let mut act = Act::publish(RESPONDER, publish);
    edit(&mut act);
    Some(act)
}

fn first_request() -> Vec<Mistake> {
    const ID: &str = "first-request";
    let answered = |finding, wrong: fn(&Cast, &Evidence) -> Option<Act>| {
        Mistake::new(
            (ID, "answer", finding),
            move |cast| [some(ID, cast, 0..5), vec![Move::React(wrong)]].concat(),
            |cast| some(ID, cast, 5..7),
        )
    };
    vec![
        Mistake::skipped((ID, "listen", "requester-deaf"), 1, 3),
        Mistake::before((ID, "listen", "responder-deaf"), 3),
        Mistake::edited((ID, "ask", "absent"), 4, |act| remove(act, PropertyId::ResponseTopic)),
        Mistake::edited((ID, "ask", "absent"), 4, |act| remove(act, PropertyId::CorrelationData)),
        Mistake::edited((ID, "ask", "not-listening"), 4, |act| {
            replace(act, Property::ResponseTopic("response/elsewhere".into()));
        }),
        Mistake::edited((ID, "ask", "nobody"), 4, |act| {
            publish_packet(act).topic = "test/mqtt5/requests".into();
        }),
        // Asked before the responder was there: that request never meets the step.
        Mistake::new(
            (ID, "ask", ""),
            |cast| some(ID, cast, [0, 1, 4, 2, 3]),
            |cast| some(ID, cast, 4..7),
        ),
        answered("other-correlation", |_, evidence| {
            answer(evidence, 0, |act| replace(act, Property::CorrelationData("other".into())))
        }),
        answered("absent", |_, evidence| {
            answer(evidence, 0, |act| remove(act, PropertyId::CorrelationData))
        }),
        answered("other-topic", |_, evidence| {
            answer(evidence, 0, |act| publish_packet(act).topic = "response/elsewhere".into())
        }),
        Mistake::before((ID, "match", "not-opened"), 6),
    ]
}

fn out_of_order() -> Vec<Mistake> {
    const ID: &str = "out-of-order";
    /// A request by its number, which is the last byte of its Correlation Data.
    fn ask(cast: &Cast, number: u8) -> Move {
        other(ID, cast, 4, |act| {
            let data = publish_packet(act).properties.correlation_data();
            let mut data = data.expect("it can be answered").to_vec();
            *data.last_mut().expect("it is a UUID") = number;
            replace(act, Property::CorrelationData(data.into()));
        })
    }
    let asks = |cast: &Cast, numbers: std::ops::RangeInclusive<u8>| -> Vec<Move> {
        numbers.map(|number| ask(cast, number)).collect()
    };
    let and_open = |mut moves: Vec<Move>| {
        moves.push(Move::Open(REQUESTER, PacketType::Publish));
        moves
    };
    let by_hand = |answers: [fn(&Cast, &Evidence) -> Option<Act>; 3]| {
        move |cast: &Cast| {
            let stop = Action::StopAutomation(BehaviourKind::Responder);
            let stop = Move::Act(Act { client: RESPONDER, action: stop });
            let answers = answers.map(Move::React).to_vec();
            [vec![stop], some(ID, cast, 0..7), answers].concat()
        }
    };
    let scripted_again = move |cast: &Cast| {
        let script = found(ID).beginning(cast).into_iter().map(Move::Act).collect();
        and_open([script, asks(cast, 4..=6)].concat())
    };
    let first = |_: &Cast, evidence: &Evidence| answer(evidence, 0, |_| ());
    let second = |_: &Cast, evidence: &Evidence| answer(evidence, 1, |_| ());
    let third = |_: &Cast, evidence: &Evidence| answer(evidence, 2, |_| ());
    vec![
        Mistake::skipped((ID, "listen", "requester-deaf"), 1, 3),
        Mistake::before((ID, "listen", "responder-deaf"), 3),
        Mistake::new(
            (ID, "three", "absent"),
            |cast| {
                let bare = other(ID, cast, 4, |act| remove(act, PropertyId::CorrelationData));
                [some(ID, cast, 0..4), vec![bare]].concat()
            },
            move |cast| and_open(asks(cast, 1..=5)),
        ),
        Mistake::new(
            (ID, "three", "same-correlation"),
            |cast| some(ID, cast, [0, 1, 2, 3, 4, 4]),
            move |cast| and_open(asks(cast, 2..=5)),
        ),
        Mistake::before((ID, "three", "so-far"), 6),
        // The responder has gone before the third.
        Mistake::new(
            (ID, "match", "answers-so-far"),
            |cast| [some(ID, cast, 0..6), vec![leave(RESPONDER)], some(ID, cast, [6])].concat(),
            move |cast| {
                let back = some(ID, cast, [2, 3]);
                and_open([back, asks(cast, 4..=7)].concat())
            },
        ),
        Mistake::before((ID, "match", "not-opened"), 7),
        Mistake::new(
            (ID, "match", "other-answer"),
            move |cast| and_open(by_hand([third, first, second])(cast)),
            scripted_again,
        ),
        Mistake::new((ID, "match", "in-order"), by_hand([first, second, third]), scripted_again),
    ]
}

fn unknown_correlation() -> Vec<Mistake> {
    const ID: &str = "unknown-correlation";
    let answered = |finding, wrong: fn(&Cast, &Evidence) -> Option<Act>| {
        Mistake::new(
            (ID, "own", finding),
            move |cast| [some(ID, cast, 0..7), vec![Move::React(wrong)]].concat(),
            |cast| some(ID, cast, [7]),
        )
    };
    vec![
        Mistake::skipped((ID, "ask", "requester-deaf"), 1, 4),
        Mistake::before((ID, "ask", "responder-deaf"), 3),
        Mistake::new(
            (ID, "ask", "nobody"),
            |cast| some(ID, cast, [0, 1, 4, 2, 3]),
            |cast| some(ID, cast, 4..8),
        ),
        Mistake::edited((ID, "foreign", "no-stray"), 6, |act| {
            publish_packet(act).topic = "response/somebody".into();
        }),
        Mistake::new(
            (ID, "foreign", "same-data"),
            |cast| {
                let data = other(ID, cast, 4, |_| ());
                let Move::Act(mut request) = data else { panic!("not an act") };
                let data = publish_packet(&mut request).properties.correlation_data().cloned();
                let data = data.expect("it can be answered");
                let same = other(ID, cast, 6, |act| {
                    replace(act, Property::CorrelationData(data.clone()));
                });
                [some(ID, cast, 0..6), vec![same]].concat()
            },
            |cast| some(ID, cast, [4, 6, 7]),
        ),
        Mistake::new(
            (ID, "foreign", "nothing-waits"),
            |cast| some(ID, cast, [0, 1, 2, 3, 4, 7, 5, 6]),
            |cast| some(ID, cast, [4, 6, 7]),
        ),
        answered("absent", |_, evidence| {
            answer(evidence, 0, |act| remove(act, PropertyId::CorrelationData))
        }),
        answered("other-correlation", |_, evidence| {
            answer(evidence, 0, |act| replace(act, Property::CorrelationData("other".into())))
        }),
    ]
}

fn timeout() -> Vec<Mistake> {
    const ID: &str = "timeout";
    vec![
        Mistake::before((ID, "listen", "requester-deaf"), 1),
        Mistake::new(
            (ID, "nobody", "somebody"),
            |cast| some(ID, cast, [0, 1, 3, 4, 5]),
            |cast| some(ID, cast, [2, 5, 6]),
        ),
        Mistake::before((ID, "silent", "responder-deaf"), 4),
        Mistake::before((ID, "silent", "not-asked"), 5),
        Mistake::before((ID, "late", "no-answer-yet"), 6),
        Mistake::new(
            (ID, "late", "in-time"),
            |cast| {
                let patient = other(ID, cast, 5, |act| {
                    replace(act, Property::MessageExpiryInterval(60));
                });
                [some(ID, cast, 0..5), vec![patient], some(ID, cast, [6])].concat()
            },
            |cast| some(ID, cast, [5, 6]),
        ),
    ]
}

fn rest_like() -> Vec<Mistake> {
    const ID: &str = "rest-like";
    // The service leaves with move 11, DELETE is move 12.
    let after_a_delete = |cast: &Cast| some(ID, cast, (0..11).chain([12, 11, 12, 13, 14, 15]));
    vec![
        Mistake::skipped((ID, "listen", "requester-deaf"), 1, 3),
        Mistake::before((ID, "listen", "responder-deaf"), 3),
        Mistake::before((ID, "put", "no-call"), 4),
        Mistake::edited((ID, "put", "absent"), 4, |act| remove(act, PropertyId::UserProperty)),
        Mistake::edited((ID, "put", "differs"), 4, |act| {
            publish_packet(act).payload = "a fan".into();
        }),
        Mistake::new(
            (ID, "get", "differs"),
            |cast| some(ID, cast, [0, 1, 2, 3, 4, 12, 5]),
            |cast| some(ID, cast, 4..16),
        ),
        Mistake::before((ID, "errors", "no-status"), 6),
        Mistake::before((ID, "handle", "still-missing"), 8),
        Mistake::before((ID, "handle", "still-bad"), 10),
        Mistake::new(
            (ID, "handle", "same-again"),
            |cast| some(ID, cast, (0..8).chain([6])),
            |cast| some(ID, cast, 8..16),
        ),
        Mistake::before((ID, "nobody", "not-called"), 12),
        Mistake::new(
            (ID, "nobody", "back-already"),
            |cast| some(ID, cast, (0..12).chain([13, 14, 15])),
            |cast| some(ID, cast, [4, 11, 12, 13, 14, 15]),
        ),
        Mistake::before((ID, "delete", "no-call"), 15),
        Mistake::new(
            (ID, "delete", "nobody"),
            |cast| some(ID, cast, (0..13).chain([12])),
            |cast| some(ID, cast, 13..16),
        ),
        Mistake::new((ID, "delete", "differs"), after_a_delete, |cast| some(ID, cast, [4, 15])),
    ]
}

fn response_information() -> Vec<Mistake> {
    const ID: &str = "response-information";
    let asked_with = |finding, property: Option<Property>| {
        Mistake::new(
            (ID, "ask", finding),
            move |cast| {
                let ask = other(ID, cast, 0, |act| {
                    *properties(act) = property.clone().into_iter().collect();
                });
                vec![ask]
            },
            |cast| [vec![leave(REQUESTER)], some(ID, cast, 0..6)].concat(),
        )
    };
    let subscribed = |finding, topic_filter: &'static str| {
        Mistake::new(
            (ID, "use", finding),
            move |cast| {
                let topic_filter = topic_filter.into();
                let subscription = Subscription { topic_filter, ..Subscription::default() };
                let act = Act::subscribe(REQUESTER, [], [subscription]);
                [some(ID, cast, 0..4), vec![Move::Act(act)]].concat()
            },
            |cast| some(ID, cast, 4..6),
        )
    };
    let requested = |finding, wrong: fn(&Cast, &Evidence) -> Option<Act>| {
        Mistake::new(
            (ID, "use", finding),
            move |cast| [some(ID, cast, 0..5), vec![Move::React(wrong)]].concat(),
            |cast| some(ID, cast, [5]),
        )
    };
    /// The request of the solution.
    fn request(cast: &Cast, evidence: &Evidence) -> Option<Act> {
        some(ID, cast, [5]).pop()?.act(cast, evidence)
    }
    vec![
        asked_with("differs", Some(Property::RequestResponseInformation(0))),
        asked_with("absent", None),
        Mistake::before((ID, "told", "not-opened"), 1),
        Mistake::before((ID, "serve", "responder-deaf"), 3),
        subscribed("refused", "answers/mine"),
        subscribed("differs", "response/mine"),
        requested("differs", |cast, evidence| {
            let mut act = request(cast, evidence)?;
            replace(&mut act, Property::ResponseTopic("response/mine".into()));
            Some(act)
        }),
        requested("absent", |cast, evidence| {
            let mut act = request(cast, evidence)?;
            remove(&mut act, PropertyId::ResponseTopic);
            Some(act)
        }),
        requested("no-answer", |cast, evidence| {
            let mut act = request(cast, evidence)?;
            publish_packet(&mut act).topic = "test/mqtt5/requests".into();
            Some(act)
        }),
    ]
}
