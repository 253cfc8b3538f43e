//! More topics than aliases: policies on the same day of a factory, and one that beats them.

use std::cmp::Ordering;

use crate::capture::{ClientSlot, RecordId};
use crate::course::chapters::common::connect;
use crate::course::support::alias_policy::{AliasPolicy, Tuning};
use crate::course::support::fleet::{self, ALIASES, FleetDay, GOAL};
use crate::course::{
    Asks, Broker, ClientSetup, Evidence, Exercise, Figure, Finding, Move, Picture, Prediction,
    Step, Unmet, Verdict,
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
    figures: &[Figure { name: "aim", value: |_| GOAL.to_string() }],
    steps: &[
        Step {
            id: "first-come",
            controls: &[|_| day(AliasPolicy::FirstCome)],
            check: aliases_stay,
            values: told_of_day,
            ..Step::PLAIN
        },
        Step {
            id: "least-recently-used",
            controls: &[|_| day(AliasPolicy::LeastRecentlyUsed)],
            prediction: Some(Prediction { asks: Asks::Options(3), outcome: against_first_come }),
            check: aliases_thrash,
            values: told_of_day,
            ..Step::PLAIN
        },
        Step { id: "tune", check: goal_is_reached, values: told_of_day, ..Step::PLAIN },
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
fn judge_days(days: &[FleetDay], test: impl Fn(&FleetDay) -> Result<(), Finding>) -> Verdict {
    let mut complete = days.iter().filter(|day| day.is_complete);
    if let Some(day) = complete.find(|day| test(day).is_ok()) {
        return Ok(vec![day.first, day.last]);
    }
    let latest = days.last().ok_or_else(|| Finding::told("no-day", []))?;
    if !latest.is_complete {
        let messages = [&latest.account.messages() as &dyn ToString, &fleet::messages().len()];
        return Err(Finding::told("under-way", messages).into());
    }
    test(latest).map_err(|finding| Unmet::by(latest.last, finding))?;
    Ok(vec![latest.first, latest.last])
}

/// What the day that met a step comes to.
fn told_of_day(evidence: &Evidence, records: &[RecordId]) -> Vec<(&'static str, String)> {
    let Some(day) = day_of(&days(evidence), records).cloned() else { return Vec::new() };
    let account = day.account;
    let percent = account.saved() as f64 * 100.0 / account.total_without().max(1) as f64;
    vec![
        ("saved", account.saved().to_string()),
        ("without", account.total_without().to_string()),
        ("percent", format!("{percent:.0}")),
        ("messages", account.messages().to_string()),
        ("sets", account.sets.to_string()),
        ("uses", account.uses.to_string()),
    ]
}

/// The day with these records.
fn day_of<'a>(days: &'a [FleetDay], records: &[RecordId]) -> Option<&'a FleetDay> {
    days.iter().find(|day| Some(&day.first) == records.first())
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
    judge_days(&days(evidence), |day| match day.account.uses {
        0 => Err(Finding::told("no-alias", [])),
        _ if day.account.replaced > 0 => Err(Finding::told("replaced", [&day.account.replaced])),
        _ => Ok(()),
    })
}

fn aliases_thrash(evidence: &Evidence) -> Verdict {
    judge_days(&days(evidence), |day| match thrashes(day) {
        true => Ok(()),
        false => Err(Finding::told("calm", [&day.account.replaced, &THRASHING])),
    })
}

/// Whether the day that met the step saved more, as much, or less.
fn against_first_come(evidence: &Evidence, records: &[RecordId]) -> Option<usize> {
    let days = days(evidence);
    let first_come = days.iter().find(|day| day.is_complete && keeps_aliases(day))?;
    let thrashing = day_of(&days, records)?;
    Some(match first_come.account.saved().cmp(&thrashing.account.saved()) {
        Ordering::Less => 0,
        Ordering::Equal => 1,
        Ordering::Greater => 2,
    })
}

fn goal_is_reached(evidence: &Evidence) -> Verdict {
    let days = days(evidence);
    let complete = days.iter().filter(|day| day.is_complete);
    let best = complete.map(|day| day.account.saved()).max().unwrap_or(0);
    judge_days(&days, |day| match day.account.saved() {
        saved if saved >= GOAL as i64 => Ok(()),
        _ => Err(Finding::told("not-enough", [&best, &GOAL, &(GOAL as i64 - best)])),
    })
}

const GATEWAY: ClientSlot = ClientSlot(0);
/// From so many changes of topic on it is thrashing; that is every other message.
const THRASHING: usize = 100;
