//! Forecasts of the policies as plain geometry, and where least recently used fails.

use std::fmt::Write as _;

use crate::course::support::alias_policy::{AliasPolicy, Choice, Tuning, choose};
use crate::course::support::fleet::{self, Account, GOAL};

/// The policies in the order of the page, the learner's last.
pub fn policies(tuning: Tuning) -> [AliasPolicy; 5] {
    use AliasPolicy::*;
    [None, FirstCome, LeastRecentlyUsed, MostFrequent, Tuned(tuning)]
}

/// Stops of the half-life, in messages; the first means that nothing is forgotten.
pub const HALF_LIVES: [u32; 12] = [0, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128];
/// The most sightings that can be asked for.
pub const MOST_SIGHTINGS: u32 = 5;
/// The margin goes up to this, in steps.
pub const WIDEST_MARGIN: u32 = 300;
pub const MARGIN_STEP: u32 = 25;

/// The chart: bytes saved over the messages of the day.
#[derive(Clone, Debug, PartialEq)]
pub struct Chart {
    /// One line for each policy, in order, with where its label stands.
    pub curves: Vec<Curve>,
    pub goal: f64,
    pub zero: f64,
    /// The message with which the second shift begins.
    pub noon: f64,
    /// A day as it passed on the wire: dots, since it lies on the line of its policy.
    pub wire: Vec<(f64, f64)>,
    /// Each message of the chosen policy as a bar, by what it carries: alias alone, topic and alias,
    /// topic alone.
    pub bars: [String; 3],
}

#[derive(Clone, Debug, PartialEq)]
pub struct Curve {
    pub path: String,
    pub label: (f64, f64),
}

/// The picture's own coordinates; the page scales it.
pub const WIDTH: f64 = 560.0;
pub const HEIGHT: f64 = 250.0;
const LEFT: f64 = 4.0;
const RIGHT: f64 = 118.0;
const UPPER: f64 = 12.0;
/// Where the curves end and the bars begin.
pub const CURVES: f64 = 190.0;
pub const BARS: f64 = 240.0;
/// A little more than any policy can save.
const TOP: f64 = 9000.0;
/// A little less than nothing: first uses cost.
const BOTTOM: f64 = -300.0;
const LABEL: f64 = 15.0;

pub fn chart(accounts: &[Account], chosen: usize, wire: Option<&Account>) -> Chart {
    let count = accounts.first().map_or(1, Account::messages).max(1);
    let x = |messages: usize| LEFT + (WIDTH - LEFT - RIGHT) * messages as f64 / count as f64;
    let y = |saved: i64| {
        let part = (saved as f64 - BOTTOM) / (TOP - BOTTOM);
        CURVES - (CURVES - UPPER) * part.clamp(0.0, 1.0)
    };
    let mut curves: Vec<Curve> = accounts
        .iter()
        .map(|account| {
            let mut path = String::new();
            for messages in 0..=account.messages() {
                let command = if messages == 0 { 'M' } else { 'L' };
                let at = (x(messages), y(account.saved_after(messages)));
                let _ = write!(path, "{command}{:.1} {:.1}", at.0, at.1);
            }
            Curve { path, label: (x(count) + 6.0, y(account.saved())) }
        })
        .collect();
    spread(&mut curves);
    let dots = |account: &Account| -> Vec<(f64, f64)> {
        let mut at: Vec<usize> = (DOT_EVERY..account.messages()).step_by(DOT_EVERY).collect();
        at.push(account.messages());
        at.into_iter().map(|messages| (x(messages), y(account.saved_after(messages)))).collect()
    };
    let width = (x(1) - x(0)) * 0.8;
    let mut bars = [String::new(), String::new(), String::new()];
    if let Some(account) = accounts.get(chosen) {
        for (index, kind) in kinds(account).into_iter().enumerate() {
            let before = index.checked_sub(1).map_or(0, |before| account.with[before]);
            let bytes = (account.with[index] - before) as f64;
            let height = (BARS - CURVES - 10.0) * bytes / LARGEST;
            let (left, top) = (x(index), BARS - height);
            let bar = &mut bars[kind];
            let _ = write!(bar, "M{left:.2} {BARS}V{top:.1}h{width:.2}V{BARS}z");
        }
    }
    Chart {
        curves,
        goal: y(GOAL as i64),
        zero: y(0),
        noon: x(noon()),
        wire: wire.map(dots).unwrap_or_default(),
        bars,
    }
}

/// A dot on every so many messages of a day on the wire.
const DOT_EVERY: usize = 10;
/// The largest message of the day is a little smaller.
const LARGEST: f64 = 72.0;

/// Which bar each message of an account is.
fn kinds(account: &Account) -> Vec<usize> {
    let mut kinds = Vec::with_capacity(account.messages());
    let (mut with_before, mut without_before) = (0, 0);
    for (with, without) in account.with.iter().zip(&account.without) {
        let saved = (without - without_before) as i64 - (with - with_before) as i64;
        kinds.push(match saved {
            1.. => 0,
            ..0 => 1,
            0 => 2,
        });
        (with_before, without_before) = (*with, *without);
    }
    kinds
}

/// How many messages the first shift sends.
fn noon() -> usize {
    let topics: Vec<&str> = fleet::topics().collect();
    let second = |number: usize| topics[number].contains("/line-5/");
    fleet::messages().iter().position(|(number, _)| second(*number)).unwrap_or_default()
}

/// Moves labels apart, keeping their order.
fn spread(curves: &mut [Curve]) {
    let mut order: Vec<usize> = (0..curves.len()).collect();
    order.sort_by(|a, b| curves[*b].label.1.total_cmp(&curves[*a].label.1));
    let mut floor = f64::INFINITY;
    for index in order {
        let label = &mut curves[index].label.1;
        *label = label.min(floor - LABEL);
        floor = *label;
    }
}

/// In a round of one topic too many: what each policy does with each message.
#[derive(Clone, Debug, PartialEq)]
pub struct Round {
    pub choices: Vec<Choice>,
    pub account: Account,
}

/// Topics in the round, and how often they come.
pub const ROUND: usize = 11;
pub const ROUNDS: usize = 4;

/// Eleven topics in turn on ten aliases.
pub fn round(policy: AliasPolicy) -> Round {
    let topics: Vec<&str> = fleet::topics().take(ROUND).collect();
    let numbers: Vec<usize> = (0..ROUND * ROUNDS).map(|n| n % ROUND).collect();
    let named: Vec<(usize, &str)> = numbers.iter().map(|n| (*n, topics[*n])).collect();
    let choices = choose(policy, &numbers, fleet::ALIASES);
    Round { choices, account: fleet::account(policy, &named, fleet::ALIASES) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accounts(tuning: Tuning) -> Vec<Account> {
        policies(tuning).into_iter().map(|p| fleet::forecast(p, fleet::ALIASES)).collect()
    }

    #[test]
    fn the_curves_stay_in_the_frame_and_their_labels_apart() {
        for margin in (0..=WIDEST_MARGIN).step_by(MARGIN_STEP as usize) {
            for half_life in HALF_LIVES {
                for sightings in 1..=MOST_SIGHTINGS {
                    let accounts = accounts(Tuning { half_life, sightings, margin });
                    let best = accounts[4].saved();
                    assert!((0..TOP as i64).contains(&best), "{best}");
                }
            }
        }
        let chart = chart(&accounts(Tuning::START), 2, None);
        let mut labels: Vec<f64> = chart.curves.iter().map(|curve| curve.label.1).collect();
        labels.sort_by(f64::total_cmp);
        assert!(labels.windows(2).all(|pair| pair[1] - pair[0] >= LABEL - 0.01), "{labels:?}");
        assert!(labels[0] >= 0.0 && labels[4] <= CURVES, "{labels:?}");
        assert!(chart.goal > UPPER && chart.goal < chart.zero && chart.zero < CURVES);
        let bars: usize = chart.bars.iter().map(|bar| bar.matches('z').count()).sum();
        assert_eq!(bars, 251);
    }

    #[test]
    fn the_goal_can_be_reached_but_not_without_thinking() {
        let mut reached = 0;
        let mut all = 0;
        for margin in (0..=WIDEST_MARGIN).step_by(MARGIN_STEP as usize) {
            for half_life in HALF_LIVES {
                for sightings in 1..=MOST_SIGHTINGS {
                    let tuning = Tuning { half_life, sightings, margin };
                    let saved = fleet::forecast(AliasPolicy::Tuned(tuning), fleet::ALIASES).saved();
                    reached += usize::from(saved >= GOAL as i64);
                    all += 1;
                }
            }
        }
        assert!(reached > 20 && reached * 10 < all, "{reached} of {all}");
    }

    #[test]
    fn a_round_of_one_too_many_is_where_the_least_recently_used_fails() {
        let lru = round(AliasPolicy::LeastRecentlyUsed).account;
        assert_eq!((lru.uses, lru.saved()), (0, -3 * (ROUND * ROUNDS) as i64));
        let first = round(AliasPolicy::FirstCome).account;
        assert_eq!((first.uses, first.sets), (30, 10));
        assert!(first.saved() > 1000);
    }

    #[test]
    fn a_day_on_the_wire_is_drawn_as_far_as_it_has_come() {
        let accounts = accounts(Tuning::START);
        let mut under_way = accounts[1].clone();
        under_way.with.truncate(25);
        under_way.without.truncate(25);
        let drawn = chart(&accounts, 1, Some(&under_way));
        assert_eq!(drawn.wire.len(), 3);
        assert!(drawn.noon > LEFT && drawn.noon < WIDTH - RIGHT);
    }
}
