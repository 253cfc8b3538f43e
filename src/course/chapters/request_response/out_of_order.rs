//! Three requests on their way, answered the other way round.

use super::{
    JSON, REQUESTER, REQUESTS, RESPONDER, both_listen, pair, request, requests, response_topic,
    without,
};
use crate::analysis::requests::Exchange;
use crate::capture::RecordId;
use crate::course::chapters::common::{connect, subscribe};
use crate::course::{
    Asks, Broker, ByHand, Cast, ClientSetup, Evidence, Exercise, Finding, Move, Picture,
    Prediction, Step, Unmet, Verdict,
};
use crate::lab::{Act, Order, Responder};
use crate::mqtt::{PacketType, PropertyId, QoS};

pub static EXERCISE: Exercise = Exercise {
    id: "out-of-order",
    broker: Broker::Any,
    spec: &["4.10", "4.6", "3.3.2.3.6"],
    clients: &[
        ClientSetup {
            role: "requester",
            prepared: |cast| {
                let plain = without(ask(cast, 1), &[PropertyId::CorrelationData]);
                vec![connect(cast, REQUESTER), listen(cast), plain]
            },
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
            by_hand: Some(ByHand { act: |cast| ask(cast, 1), field: "Correlation Data" }),
            filled_in: Some(ask_next),
            prediction: Some(Prediction { asks: Asks::Number, outcome: right_by_order }),
            check: three_asked,
            ..Step::PLAIN
        },
        Step { id: "match", check: first_found, ..Step::PLAIN },
    ],
    solution: |cast| {
        let listening = [connect(cast, REQUESTER), listen(cast), connect(cast, RESPONDER), serve()];
        let asking = (1..=3).map(|number| ask(cast, number));
        let acts = listening.into_iter().chain(asking).map(Move::Act);
        // The responder answers backwards: the latest answer is that to the first request.
        acts.chain([Move::Open(REQUESTER, PacketType::Publish)]).collect()
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

/// The next request, with Correlation Data that none before it has.
fn ask_next(cast: &Cast, evidence: &Evidence) -> Act {
    let sent = u8::try_from(requests(evidence).exchanges.len()).unwrap_or(u8::MAX);
    ask(cast, sent.saturating_add(1))
}

fn answers_backwards() -> Act {
    let responder = Responder {
        payload: r#"{"answer_to":{payload}}"#.to_owned(),
        content_type: Some(JSON.to_owned()),
        order: Order::Reversed(3),
        ..Responder::default()
    };
    Act::automate(RESPONDER, responder)
}

/// Three requests in a row with Correlation Data of their own, all sent before one of them was answered:
/// every such group, oldest first.
fn groups(exchanges: &[Exchange]) -> impl DoubleEndedIterator<Item = &[Exchange]> {
    exchanges.windows(3).filter(|three| {
        let is_answered = |one: &Exchange| {
            one.answer.as_ref().is_some_and(|answer| answer.record < three[2].request)
        };
        three.iter().all(|one| one.correlation_data.is_some() && !is_answered(one))
            && (1..3).all(|at| !repeats(three, at))
    })
}

/// Whether the request at that place has the Correlation Data of an earlier one.
fn repeats(exchanges: &[Exchange], at: usize) -> bool {
    let own = &exchanges[at].correlation_data;
    exchanges[..at].iter().any(|other| &other.correlation_data == own)
}

fn three_asked(evidence: &Evidence) -> Verdict {
    let exchanges = requests(evidence).exchanges;
    if let Some(three) = groups(&exchanges).next() {
        return Ok(three.iter().map(|exchange| exchange.request).collect());
    }
    let latest =
        exchanges.last().ok_or_else(|| Evidence::not_sent(REQUESTER, PacketType::Publish))?;
    if latest.correlation_data.is_none() {
        let finding = Finding::absent(PropertyId::CorrelationData.name());
        return Err(Unmet::by(latest.request, finding));
    }
    let waiting: Vec<_> = exchanges.iter().filter(|one| one.answer.is_none()).cloned().collect();
    match waiting.len() {
        count @ 2.. if repeats(&waiting, count - 1) => {
            Err(Unmet::by(latest.request, Finding::told("same-correlation", [])))
        }
        count => Err(Finding::told("so-far", [&count]).into()),
    }
}

/// How many answers would reach the right request if they were taken in the order of the requests.
fn right_by_order(evidence: &Evidence, records: &[RecordId]) -> Option<usize> {
    let exchanges = requests(evidence).exchanges.into_iter();
    let mut pairs: Vec<_> = exchanges
        .filter(|one| records.contains(&one.request))
        .map(|one| pair(&one))
        .collect::<Option<_>>()?;
    let asked: Vec<_> = pairs.iter().map(|[request, _]| *request).collect();
    pairs.sort_by_key(|[_, answer]| *answer);
    let is_right = |((request, _), asked): &((RecordId, RecordId), RecordId)| request == asked;
    let answered = pairs.into_iter().map(|[request, answer]| (request, answer));
    Some(answered.zip(asked).filter(is_right).count())
}

/// All three have their answers, which came in another order, and the learner has opened the answer to the
/// first of them.
fn first_found(evidence: &Evidence) -> Verdict {
    let exchanges = requests(evidence).exchanges;
    let mut unmet = Unmet::NotYet(Finding::told("answers-so-far", [&0]));
    for three in groups(&exchanges) {
        let pairs: Vec<_> = three.iter().filter_map(pair).collect();
        if pairs.len() < 3 {
            unmet = Finding::told("answers-so-far", [&pairs.len()]).into();
            continue;
        }
        if pairs.is_sorted_by_key(|[_, answer]| *answer) {
            unmet = Finding::told("in-order", []).into();
            continue;
        }
        let opened = |at: &usize| evidence.opened.contains(&pairs[*at][1]);
        unmet = match (0..3).find(opened) {
            Some(0) => return Ok(pairs.into_iter().flatten().collect()),
            Some(other) => Finding::told("other-answer", [&(other + 1)]).into(),
            None => Finding::NotOpened { packet: PacketType::Publish }.into(),
        };
    }
    Err(unmet)
}
