//! Which topics get an alias when there are more topics than aliases: pure functions from a sequence of
//! topics to what the sender does with each message.

use serde::{Deserialize, Serialize};

/// How a sender hands out the aliases that the receiver allows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AliasPolicy {
    /// No alias at all.
    None,
    /// The first topics get one and keep it.
    FirstCome,
    /// Every topic gets one, taken from the topic that has been quiet for longest.
    LeastRecentlyUsed,
    /// A topic takes the alias of one that has been sent less often, counted from the beginning.
    MostFrequent,
    /// The same with the learner's numbers.
    Tuned(Tuning),
}

/// What a learner can turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tuning {
    /// After so many messages a sighting counts half; 0 for one that is never forgotten.
    pub half_life: u32,
    /// How often a topic is sent before it may have an alias.
    pub sightings: u32,
    /// By how many percent a newcomer's score must exceed that of the topic whose alias it takes.
    pub margin: u32,
}

impl Tuning {
    /// Where the learner begins: [`AliasPolicy::MostFrequent`].
    pub const START: Tuning = Tuning { half_life: 0, sightings: 1, margin: 0 };
}

/// What the sender does with one message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Choice {
    /// Topic Name without alias.
    Full,
    /// Topic Name and alias together: from now on the alias stands for it.
    Set(u16),
    /// The alias alone.
    Use(u16),
}

/// What to do with each message, given the topic of each as a number and how many aliases there are.
/// Whatever the policy, a topic that has an alias is sent with it.
pub fn choose(policy: AliasPolicy, topics: &[usize], aliases: u16) -> Vec<Choice> {
    let aliases = usize::from(aliases);
    let known = topics.iter().max().map_or(0, |last| last + 1);
    let mut scores = Scores::new(known, policy);
    // The topic of each alias given out, alias 1 first.
    let mut table: Vec<usize> = Vec::new();
    let mut choices = Vec::with_capacity(topics.len());
    for &topic in topics {
        scores.note(topic);
        if let Some(slot) = table.iter().position(|holder| *holder == topic) {
            choices.push(Choice::Use(alias(slot)));
            continue;
        }
        if policy == AliasPolicy::None || scores.is_too_new(topic) {
            choices.push(Choice::Full);
            continue;
        }
        if table.len() < aliases {
            choices.push(Choice::Set(alias(table.len())));
            table.push(topic);
            continue;
        }
        let lowest = (0..table.len())
            .min_by(|a, b| scores.of(table[*a]).total_cmp(&scores.of(table[*b])))
            .filter(|slot| scores.may_replace(topic, table[*slot]));
        choices.push(match lowest {
            Some(slot) => {
                table[slot] = topic;
                Choice::Set(alias(slot))
            }
            None => Choice::Full,
        });
    }
    choices
}

fn alias(slot: usize) -> u16 {
    u16::try_from(slot + 1).expect("there are no more slots than aliases")
}

/// How much each topic deserves an alias by now.
struct Scores {
    policy: AliasPolicy,
    scores: Vec<f64>,
    sightings: Vec<u32>,
    /// What is left of every score after one more message.
    keep: f64,
    messages: f64,
}

impl Scores {
    fn new(topics: usize, policy: AliasPolicy) -> Scores {
        let keep = match policy {
            AliasPolicy::Tuned(Tuning { half_life: 1.., .. }) => {
                0.5_f64.powf(1.0 / f64::from(policy.tuning().half_life))
            }
            _ => 1.0,
        };
        let (scores, sightings) = (vec![0.0; topics], vec![0; topics]);
        Scores { policy, scores, sightings, keep, messages: 0.0 }
    }

    fn note(&mut self, topic: usize) {
        self.messages += 1.0;
        self.sightings[topic] += 1;
        match self.policy {
            AliasPolicy::LeastRecentlyUsed => self.scores[topic] = self.messages,
            _ => {
                self.scores.iter_mut().for_each(|score| *score *= self.keep);
                self.scores[topic] += 1.0;
            }
        }
    }

    fn of(&self, topic: usize) -> f64 {
        self.scores[topic]
    }

    fn is_too_new(&self, topic: usize) -> bool {
        self.sightings[topic] < self.policy.tuning().sightings
    }

    fn may_replace(&self, newcomer: usize, holder: usize) -> bool {
        match self.policy {
            AliasPolicy::None | AliasPolicy::FirstCome => false,
            AliasPolicy::LeastRecentlyUsed => true,
            AliasPolicy::MostFrequent | AliasPolicy::Tuned(_) => {
                let hurdle = 1.0 + f64::from(self.policy.tuning().margin) / 100.0;
                self.of(newcomer) > self.of(holder) * hurdle
            }
        }
    }
}

impl AliasPolicy {
    fn tuning(self) -> Tuning {
        match self {
            AliasPolicy::Tuned(tuning) => tuning,
            _ => Tuning::START,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::AliasPolicy::*;
    use super::Choice::*;
    use super::*;

    #[test]
    fn each_policy_decides_in_its_own_way() {
        let sequence = [0, 1, 0, 2, 0, 2, 2, 1];
        for (policy, expect) in [
            (None, [Full; 8]),
            (FirstCome, [Set(1), Set(2), Use(1), Full, Use(1), Full, Full, Use(2)]),
            (LeastRecentlyUsed, [Set(1), Set(2), Use(1), Set(2), Use(1), Use(2), Use(2), Set(1)]),
            // 2 must have been sent more often than 1.
            (MostFrequent, [Set(1), Set(2), Use(1), Full, Use(1), Set(2), Use(2), Full]),
        ] {
            assert_eq!(choose(policy, &sequence, 2), expect, "{policy:?}");
        }
    }

    #[test]
    fn a_tuned_policy_begins_as_most_frequent() {
        let sequence: Vec<usize> = (0..300).map(|n| n * n % 17).collect();
        assert_eq!(choose(Tuned(Tuning::START), &sequence, 5), choose(MostFrequent, &sequence, 5));
    }

    #[test]
    fn what_is_turned_has_its_effect() {
        let sequence = [0, 0, 0, 1, 1, 1, 1];
        for (tuning, expect) in [
            (Tuning::START, [Set(1), Use(1), Use(1), Full, Full, Full, Set(1)]),
            // Forgetting lets the newcomer in sooner.
            (
                Tuning { half_life: 2, ..Tuning::START },
                [Set(1), Use(1), Use(1), Full, Set(1), Use(1), Use(1)],
            ),
            (
                Tuning { sightings: 3, ..Tuning::START },
                [Full, Full, Set(1), Full, Full, Full, Set(1)],
            ),
            (
                Tuning { margin: 50, ..Tuning::START },
                [Set(1), Use(1), Use(1), Full, Full, Full, Full],
            ),
        ] {
            assert_eq!(choose(Tuned(tuning), &sequence, 1), expect, "{tuning:?}");
        }
    }

    #[test]
    fn in_a_round_of_one_topic_too_many_the_least_recently_used_is_always_the_next() {
        let round: Vec<usize> = (0..55).map(|n| n % 11).collect();
        let choices = choose(LeastRecentlyUsed, &round, 10);
        assert!(choices.iter().all(|choice| matches!(choice, Set(_))));
        let hits = choose(FirstCome, &round, 10).iter().filter(|c| matches!(c, Use(_))).count();
        assert_eq!(hits, 40);
    }

    #[test]
    fn without_aliases_nothing_is_set() {
        for policy in [None, FirstCome, LeastRecentlyUsed, MostFrequent, Tuned(Tuning::START)] {
            assert_eq!(choose(policy, &[0, 0, 1], 0), [Full; 3], "{policy:?}");
        }
    }
}
