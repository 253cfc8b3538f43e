//! More topics than aliases: policies on the same day of a factory, and one that beats them.

use crate::capture::ClientSlot;
use crate::course::alias_policy::{AliasPolicy, Tuning};
use crate::course::chapters::common::connect;
use crate::course::fleet::{self, ALIASES, FleetDay, GOAL};
use crate::course::{
    Asks, Broker, ClientSetup, Evidence, Exercise, Finding, Move, Picture, Prediction, Step, Unmet,
    Verdict,
};

pub static EXERCISE: Exercise = Exercise {
    id: "auto-alias",
    broker: Broker::Any,
    spec: &["3.3.2.3.4", "3.2.2.3.8"],
    clients: &[ClientSetup {
        role: "publisher",
        prepared: |cast| vec![connect(cast, GATEWAY)],
        ..ClientSetup::PLAIN
    }],
    steps: &[
        Step {
            id: "first-come",
            controls: &[|_| day(AliasPolicy::FirstCome)],
            check: aliases_stay,
            ..Step::PLAIN
        },
        Step {
            id: "least-recently-used",
            controls: &[|_| day(AliasPolicy::LeastRecentlyUsed)],
            prediction: Some(Prediction {
                asks: Asks::Options(2),
                outcome: |evidence, _| against_first_come(evidence),
            }),
            check: aliases_thrash,
            ..Step::PLAIN
        },
        Step { id: "tune", check: goal_is_reached, ..Step::PLAIN },
    ],
    picture: Some(Picture::AliasGame),
    solution: |cast| {
        let tuning = Tuning { half_life: 16, sightings: 1, margin: 200 };
        vec![
            Move::Act(connect(cast, GATEWAY)),
            day(AliasPolicy::FirstCome),
            day(AliasPolicy::LeastRecentlyUsed),
            day(AliasPolicy::Tuned(tuning)),
        ]
    },
    // CONNECT, and three days of 251 messages.
    par: 754,
    ..Exercise::PLAIN
};

fn day(policy: AliasPolicy) -> Move {
    Move::Acts(fleet::acts(GATEWAY, policy, ALIASES))
}

fn days(evidence: &Evidence) -> Vec<FleetDay> {
    fleet::days(evidence.capture, evidence.since, GATEWAY)
}

/// The first complete day that fits; otherwise what the latest one lacks.
fn judge_days(days: Vec<FleetDay>, test: impl Fn(&FleetDay) -> Result<(), Finding>) -> Verdict {
    let Some(latest) = days.last() else {
        return Err(Unmet::NotYet(Finding::told("no-day", [])));
    };
    let mut verdict = Err(Unmet::NotYet(Finding::told(
        "under-way",
        [&latest.account.messages(), &fleet::messages().len()],
    )));
    for day in days.iter().filter(|day| day.is_complete) {
        match test(day) {
            Ok(()) => return Ok(vec![day.first, day.last]),
            Err(finding) => verdict = Err(Unmet::Contradicted { by: day.last, finding }),
        }
    }
    verdict
}

/// Aliases were used, and no alias changed its topic.
fn keeps_aliases(day: &FleetDay) -> bool {
    day.account.uses > 0 && day.account.replaced == 0
}

/// Aliases changed their topics all the time.
fn thrashes(day: &FleetDay) -> bool {
    day.account.replaced >= THRASHING
}

fn aliases_stay(evidence: &Evidence) -> Verdict {
    judge_days(days(evidence), |day| match day.account.uses {
        0 => Err(Finding::told("no-alias", [])),
        _ if day.account.replaced > 0 => Err(Finding::told("replaced", [&day.account.replaced])),
        _ => Ok(()),
    })
}

fn aliases_thrash(evidence: &Evidence) -> Verdict {
    judge_days(days(evidence), |day| match thrashes(day) {
        true => Ok(()),
        false => Err(Finding::told("calm", [&day.account.replaced, &THRASHING])),
    })
}

/// Whether it saved more, or less.
fn against_first_come(evidence: &Evidence) -> Option<usize> {
    let days: Vec<FleetDay> = days(evidence).into_iter().filter(|day| day.is_complete).collect();
    let first_come = days.iter().find(|day| keeps_aliases(day))?;
    let thrashing = days.iter().find(|day| thrashes(day))?;
    Some(usize::from(thrashing.account.saved() <= first_come.account.saved()))
}

fn goal_is_reached(evidence: &Evidence) -> Verdict {
    let days = days(evidence);
    let complete = days.iter().filter(|day| day.is_complete);
    let best = complete.map(|day| day.account.saved()).max().unwrap_or(0);
    judge_days(days, |day| match day.account.saved() {
        saved if saved >= GOAL as i64 => Ok(()),
        _ => Err(Finding::told("not-enough", [&best, &GOAL, &(GOAL as i64 - best)])),
    })
}

const GATEWAY: ClientSlot = ClientSlot(0);
/// From so many changes of topic on it is thrashing; that is every other message.
const THRASHING: usize = 100;
