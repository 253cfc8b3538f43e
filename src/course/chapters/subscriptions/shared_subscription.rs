//! A shared subscription: each job goes to one of the workers.

use crate::capture::{ClientSlot, RecordId};
use crate::course::chapters::common::{connect, publish, subscribe};
use crate::course::support::subscriptions::{Granted, held};
use crate::course::{
    Asks, Broker, ByHand, ClientSetup, Evidence, Exercise, Finding, Move, Picture, Prediction,
    Step, Unmet, Verdict, check,
};
use crate::lab::Act;
use crate::mqtt::{PacketType, QoS, split_shared};

pub static EXERCISE: Exercise = Exercise {
    id: "shared-subscription",
    broker: Broker::Any,
    spec: &["4.8.2"],
    clients: &[
        ClientSetup {
            role: "publisher",
            prepared: |cast| vec![connect(cast, PUBLISHER), job(0)],
            ..ClientSetup::PLAIN
        },
        ClientSetup {
            role: "worker",
            prepared: |cast| {
                vec![
                    connect(cast, WORKERS[0]),
                    subscribe(WORKERS[0], "factory/osaka/jobs/#", QoS::AtLeastOnce),
                ]
            },
            ..ClientSetup::PLAIN
        },
        ClientSetup {
            role: "worker",
            prepared: |cast| vec![connect(cast, WORKERS[1]), join(WORKERS[1])],
            ..ClientSetup::PLAIN
        },
        ClientSetup {
            role: "worker",
            prepared: |cast| vec![connect(cast, WORKERS[2]), join(WORKERS[2])],
            ..ClientSetup::PLAIN
        },
    ],
    picture: Some(Picture::Tracer),
    steps: &[
        Step {
            id: "share",
            by_hand: Some(ByHand { act: |_| join(WORKERS[0]), field: "Topic Filter" }),
            check: |evidence| {
                let grant = shared(evidence, WORKERS[0])?;
                Ok(vec![grant.subscribe, grant.suback])
            },
            ..Step::PLAIN
        },
        Step {
            id: "join",
            controls: &[|_| Move::Act(join(WORKERS[1])), |_| Move::Act(join(WORKERS[2]))],
            check: |evidence| {
                let grants = joined(evidence)?;
                Ok(grants.iter().map(|one| one.subscribe).collect())
            },
            ..Step::PLAIN
        },
        Step {
            id: "jobs",
            controls: &[|_| Move::React(|_, evidence| next_job(evidence))],
            prediction: Some(Prediction { asks: Asks::Options(3), outcome: shares }),
            check: each_once,
            values: |evidence, records| {
                let shares = of_each(evidence, records).map(|count| count.to_string());
                vec![("shares", shares.join(", "))]
            },
            ..Step::PLAIN
        },
    ],
    solution: |cast| {
        let workers = WORKERS.into_iter().flat_map(|slot| [connect(cast, slot), join(slot)]);
        let jobs = (0..JOBS).map(job);
        let acts = workers.chain([connect(cast, PUBLISHER)]).chain(jobs);
        acts.map(Move::Act).collect()
    },
    // Four CONNECT, three SUBSCRIBE, six PUBLISH, and a PUBACK for each job.
    par: 19,
    ..Exercise::PLAIN
};

fn join(slot: ClientSlot) -> Act {
    subscribe(slot, FILTER, QoS::AtLeastOnce)
}

fn job(number: usize) -> Act {
    publish(
        PUBLISHER,
        &format!("factory/osaka/jobs/{}", number + 1),
        QoS::AtLeastOnce,
        &format!("job {}", number + 1),
    )
}

fn next_job(evidence: &Evidence) -> Option<Act> {
    Some(job(evidence.sent(PUBLISHER, PacketType::Publish).count()))
}

/// The worker's latest shared subscription. Another one beside it shows when jobs come twice.
fn shared(evidence: &Evidence, worker: ClientSlot) -> Result<Granted, Unmet> {
    let mut held = held(evidence, worker);
    let is_shared = |one: &Granted| split_shared(&one.subscription.topic_filter).is_some();
    if let Some(at) = held.iter().rposition(is_shared) {
        return Ok(held.swap_remove(at));
    }
    match held.pop() {
        None => Err(Evidence::not_received(worker, PacketType::SubAck).into()),
        Some(latest) => {
            let finding = Finding::told("not-shared", [&latest.subscription.topic_filter]);
            Err(Unmet::by(latest.subscribe, finding))
        }
    }
}

/// All three share one subscription: the share name and the Topic Filter are the same.
fn joined(evidence: &Evidence) -> Result<Vec<Granted>, Unmet> {
    let mut all: Vec<Granted> = Vec::new();
    for worker in WORKERS {
        let one = shared(evidence, worker)?;
        let found = &one.subscription.topic_filter;
        let wanted = all.first().map_or(found, |first| &first.subscription.topic_filter);
        if found != wanted {
            let finding = Finding::told("another-group", [found, wanted]);
            return Err(Unmet::by(one.subscribe, finding));
        }
        all.push(one);
    }
    Ok(all)
}

/// The latest six jobs since all had joined, each delivered once (§4.8.2).
fn each_once(evidence: &Evidence) -> Verdict {
    let since = joined(evidence)?.iter().map(|one| one.suback).max();
    let mut jobs = check::messages(evidence.sent(PUBLISHER, PacketType::Publish));
    jobs.retain(|(id, job)| Some(*id) > since && job.topic.starts_with("factory/osaka/jobs/"));
    let mut latest = jobs.split_off(jobs.len().saturating_sub(JOBS));
    let mut arrived = Vec::new();
    for worker in WORKERS {
        arrived.extend(check::messages(evidence.received(worker, PacketType::Publish)));
    }
    arrived.retain(|(_, copy)| !copy.dup);
    arrived.sort_unstable_by_key(|(at, _)| *at);
    let mut done = Vec::new();
    // From the last on, so that jobs of the same name are not taken for each other.
    while let Some((id, job)) = latest.pop() {
        let is_copy = |(at, copy): &(RecordId, crate::mqtt::Publish)| {
            *at > id && (&copy.topic, &copy.payload) == (&job.topic, &job.payload)
        };
        let copies: Vec<_> =
            arrived.extract_if(.., |copy| is_copy(copy)).map(|(at, _)| at).collect();
        match copies.as_slice() {
            [] => {}
            [once] => done.push(*once),
            [_, twice, ..] => return Err(Unmet::by(*twice, Finding::told("twice", []))),
        }
    }
    if done.len() < JOBS {
        return Err(Finding::told("so-far", [&done.len(), &JOBS]).into());
    }
    done.sort_unstable();
    Ok(done)
}

/// How many of these deliveries each worker has had.
fn of_each(evidence: &Evidence, records: &[RecordId]) -> [usize; 3] {
    WORKERS.map(|worker| {
        let of = |id: &&RecordId| evidence.capture.get(**id).is_some_and(|r| r.client == worker);
        records.iter().filter(of).count()
    })
}

/// All six at each, all six at one, or six divided among them.
fn shares(evidence: &Evidence, records: &[RecordId]) -> Option<usize> {
    let each = of_each(evidence, records);
    Some(match each.iter().sum::<usize>() {
        JOBS if each.contains(&JOBS) => 1,
        JOBS => 2,
        _ => 0,
    })
}

const PUBLISHER: ClientSlot = ClientSlot(0);
const WORKERS: [ClientSlot; 3] = [ClientSlot(1), ClientSlot(2), ClientSlot(3)];
const FILTER: &str = "$share/workers/factory/osaka/jobs/#";
const JOBS: usize = 6;
