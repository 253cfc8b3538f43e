//! Three questions on their way, answered the other way round.

use super::{REQUESTER, REQUESTS, RESPONDER, both_listen, pair, request, requests, response_topic};
use crate::course::chapters::common::{connect, subscribe};
use crate::course::{
    Asks, Broker, Cast, ClientSetup, Evidence, Exercise, Finding, Move, Picture, Prediction, Step,
    Unmet, Verdict,
};
use crate::lab::{Act, Behaviour, Order, Responder};
use crate::mqtt::{PacketType, QoS};

pub static EXERCISE: Exercise = Exercise {
    id: "out-of-order",
    broker: Broker::Any,
    spec: &["4.10", "3.3.2.3.6"],
    clients: &[
        ClientSetup {
            role: "requester",
            prepared: |cast| vec![connect(cast, REQUESTER), listen(cast), ask(cast, 1)],
            ..ClientSetup::PLAIN
        },
        ClientSetup {
            role: "responder",
            prepared: |cast| vec![connect(cast, RESPONDER), serve()],
            beginning: |_| vec![answers_backwards()],
        },
    ],
    picture: Some(Picture::Requests),
    steps: &[
        Step {
            id: "listen",
            controls: &[|cast| Move::Act(listen(cast)), |_| Move::Act(serve())],
            check: |evidence| both_listen(evidence, RESPONDER, REQUESTS),
            ..Step::PLAIN
        },
        Step {
            id: "three",
            controls: &[|cast| Move::Acts((1..=3).map(|number| ask(cast, number)).collect())],
            prediction: Some(Prediction {
                asks: Asks::Options(3),
                outcome: |evidence, _| first_answered(evidence),
            }),
            check: three_asked,
            ..Step::PLAIN
        },
        Step { id: "match", check: all_matched, ..Step::PLAIN },
    ],
    solution: |cast| {
        let listening = [connect(cast, REQUESTER), listen(cast), connect(cast, RESPONDER), serve()];
        let asking = (1..=3).map(|number| ask(cast, number));
        listening.into_iter().chain(asking).map(Move::Act).collect()
    },
    // Two CONNECT, two SUBSCRIBE, three requests and three answers, and a PUBACK for each delivery.
    par: 16,
    ..Exercise::PLAIN
};

fn listen(cast: &Cast) -> Act {
    subscribe(REQUESTER, &response_topic(cast), QoS::AtLeastOnce)
}

fn serve() -> Act {
    subscribe(RESPONDER, REQUESTS, QoS::AtLeastOnce)
}

fn ask(cast: &Cast, number: u8) -> Act {
    let body = format!(r#"{{"query":"sensor","id":{number}}}"#);
    request(cast, REQUESTS, number, &[("request_type", "sensor_query")], &body)
}

fn answers_backwards() -> Act {
    let responder = Responder {
        payload: r#"{"answer_to":{payload}}"#.to_owned(),
        order: Order::Reversed(3),
        ..Responder::default()
    };
    Act::automate(RESPONDER, Behaviour::Responder(responder))
}

/// Three requests with Correlation Data of their own.
fn three_asked(evidence: &Evidence) -> Verdict {
    let exchanges = requests(evidence).exchanges;
    for (at, exchange) in exchanges.iter().enumerate() {
        let by = exchange.request;
        let Some(own) = &exchange.correlation_data else {
            return Err(Unmet::Contradicted { by, finding: Finding::absent("Correlation Data") });
        };
        if exchanges[..at].iter().any(|other| other.correlation_data.as_ref() == Some(own)) {
            return Err(Unmet::Contradicted { by, finding: Finding::told("same-correlation", []) });
        }
    }
    match exchanges.len() {
        0 => Err(Unmet::NotYet(Evidence::not_sent(REQUESTER, PacketType::Publish))),
        count @ 1..3 => Err(Unmet::NotYet(Finding::told("so-far", [&count]))),
        _ => Ok(exchanges.iter().map(|exchange| exchange.request).collect()),
    }
}

/// Every answer has found its request, although they came in another order.
fn all_matched(evidence: &Evidence) -> Verdict {
    let open = three_asked(evidence);
    if !open.is_ok() {
        return open;
    }
    let pairs: Vec<_> = requests(evidence).exchanges.iter().filter_map(pair).collect();
    if pairs.len() < 3 {
        return Err(Unmet::NotYet(Finding::told("answers-so-far", [&pairs.len()])));
    }
    match pairs.is_sorted_by_key(|[_, answer]| *answer) {
        true => Err(Unmet::NotYet(Finding::told("in-order", []))),
        false => Ok(pairs.into_iter().flatten().collect()),
    }
}

/// To which request the first answer belonged: the first, the last, another.
fn first_answered(evidence: &Evidence) -> Option<usize> {
    let pairs: Vec<_> = requests(evidence).exchanges.iter().map(pair).collect::<Option<_>>()?;
    let first = (0..pairs.len()).min_by_key(|at| pairs[*at][1])?;
    match first {
        _ if pairs.len() < 3 => None,
        0 => Some(0),
        last if last + 1 == pairs.len() => Some(2),
        _ => Some(1),
    }
}
