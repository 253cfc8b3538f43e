//! A shared subscription: each job goes to one of the workers.

use std::collections::BTreeMap;

use bytes::Bytes;

use crate::capture::{ClientSlot, RecordId};
use crate::course::chapters::common::{connect, publish, subscribe};
use crate::course::subscriptions::granted;
use crate::course::{
    Asks, Broker, ClientSetup, Evidence, Exercise, Finding, Move, Picture, Prediction, Step, Unmet,
    Verdict, check,
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
            prepared: |cast| vec![connect(cast, WORKERS[0]), join(WORKERS[0])],
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
            id: "join",
            controls: &[
                |_| Move::Act(join(WORKERS[0])),
                |_| Move::Act(join(WORKERS[1])),
                |_| Move::Act(join(WORKERS[2])),
            ],
            check: joined,
            ..Step::PLAIN
        },
        Step {
            id: "jobs",
            controls: &[|_| Move::React(|_, evidence| next_job(evidence))],
            prediction: Some(Prediction {
                asks: Asks::Options(3),
                outcome: |evidence, _| shares(evidence),
            }),
            check: each_once,
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
    subscribe(slot, "$share/workers/jobs/#", QoS::AtLeastOnce)
}

fn job(number: usize) -> Act {
    publish(
        PUBLISHER,
        &format!("jobs/{}", number + 1),
        QoS::AtLeastOnce,
        &format!("job {}", number + 1),
    )
}

fn next_job(evidence: &Evidence) -> Option<Act> {
    Some(job(evidence.sent(PUBLISHER, PacketType::Publish).count()))
}

/// All three are in the group, by whatever share name.
fn joined(evidence: &Evidence) -> Verdict {
    let mut records = Vec::new();
    for worker in WORKERS {
        let grants = granted(evidence, worker);
        let shared =
            grants.iter().find(|one| split_shared(&one.subscription.topic_filter).is_some());
        match (shared, grants.first()) {
            (Some(one), _) => records.push(one.subscribe),
            (None, Some(other)) => {
                let finding = Finding::told("not-shared", [&other.subscription.topic_filter]);
                return Err(Unmet::Contradicted { by: other.subscribe, finding });
            }
            (None, None) => {
                return Err(Unmet::NotYet(Evidence::not_received(worker, PacketType::SubAck)));
            }
        }
    }
    Ok(records)
}

/// The jobs sent since all had joined, with the deliveries of each.
fn deliveries(evidence: &Evidence) -> Option<BTreeMap<Bytes, Vec<(ClientSlot, RecordId)>>> {
    let Ok(joined) = joined(evidence) else { return None };
    let since = joined.into_iter().max()?;
    let sent = check::messages(evidence.sent(PUBLISHER, PacketType::Publish));
    let sent = sent.into_iter().filter(|(id, _)| *id > since);
    let mut jobs: BTreeMap<_, _> = sent.map(|(_, message)| (message.payload, Vec::new())).collect();
    for worker in WORKERS {
        for (id, message) in check::messages(evidence.received(worker, PacketType::Publish)) {
            if let Some(copies) = jobs.get_mut(&message.payload)
                && !message.dup
            {
                copies.push((worker, id));
            }
        }
    }
    Some(jobs)
}

/// Six jobs, each at one worker (§4.8.2).
fn each_once(evidence: &Evidence) -> Verdict {
    let Some(jobs) = deliveries(evidence) else { return joined(evidence) };
    if let Some(twice) = jobs.values().find(|copies| copies.len() > 1) {
        return Err(Unmet::Contradicted { by: twice[1].1, finding: Finding::told("twice", []) });
    }
    let done: Vec<RecordId> = jobs.values().flatten().map(|(_, id)| *id).collect();
    match done.len() {
        JOBS.. => Ok(done),
        done => Err(Unmet::NotYet(Finding::told("so-far", [&done, &JOBS]))),
    }
}

/// All six at each, two at each, or six in all, however divided.
fn shares(evidence: &Evidence) -> Option<usize> {
    let Ok(_) = each_once(evidence) else {
        let jobs = deliveries(evidence)?;
        return jobs.values().any(|copies| copies.len() == WORKERS.len()).then_some(0);
    };
    Some(2)
}

const PUBLISHER: ClientSlot = ClientSlot(0);
const WORKERS: [ClientSlot; 3] = [ClientSlot(1), ClientSlot(2), ClientSlot(3)];
const JOBS: usize = 6;
