//! One run of an exercise: which steps are met by now, and which predictions the wire has answered.

use super::evidence::Evidence;
use super::exercise::{Exercise, Step};
use super::verdict::{Finding, Unmet, Verdict};
use crate::capture::RecordId;

/// Verdicts by step. A step once met stays met, also when its records leave the bounded capture.
#[derive(Clone, Debug, PartialEq)]
pub struct Run {
    verdicts: Vec<Verdict>,
    outcomes: Vec<Option<usize>>,
    values: Vec<Vec<(&'static str, String)>>,
}

impl Run {
    /// The state at the start, judged on the evidence there is.
    pub fn start(exercise: &Exercise, evidence: &Evidence) -> Run {
        let steps = exercise.steps.len();
        let verdicts = vec![Err(Finding::Waiting.into()); steps];
        let mut run =
            Run { verdicts, outcomes: vec![None; steps], values: vec![Vec::new(); steps] };
        run.update(exercise, evidence);
        run
    }

    /// Judges the open steps again; returns whether anything changed.
    pub fn update(&mut self, exercise: &Exercise, evidence: &Evidence) -> bool {
        let mut changed = false;
        for (index, step) in exercise.steps.iter().enumerate() {
            if self.verdicts[index].is_err() {
                let now = self.judge(index, step, evidence);
                changed |= now != self.verdicts[index];
                if let Ok(records) = &now {
                    self.values[index] = (step.values)(evidence, records);
                }
                self.verdicts[index] = now;
            }
            // What was predicted is decided by the act that was asked for, and by no other.
            if let (Ok(records), None, Some(prediction)) =
                (&self.verdicts[index], self.outcomes[index], &step.prediction)
            {
                self.outcomes[index] = (prediction.outcome)(evidence, records);
                changed |= self.outcomes[index].is_some();
            }
        }
        changed
    }

    /// What the check says; but only what passed since the step came up can contradict it.
    fn judge(&self, index: usize, step: &Step, evidence: &Evidence) -> Verdict {
        (step.check)(evidence).map_err(|unmet| match unmet {
            Unmet::Contradicted { by, .. } if !self.was_up_before(index, by) => {
                Finding::Waiting.into()
            }
            unmet => unmet,
        })
    }

    /// Whether every earlier step had been met when that record passed.
    fn was_up_before(&self, index: usize, record: RecordId) -> bool {
        let mut earlier = self.verdicts[..index].iter();
        earlier.all(|met| met.as_ref().is_ok_and(|records| records.iter().all(|id| *id < record)))
    }

    /// In the order of the exercise's steps.
    pub fn verdicts(&self) -> &[Verdict] {
        &self.verdicts
    }

    /// By step: which answer to its prediction came true, once the wire has told.
    pub fn outcomes(&self) -> &[Option<usize>] {
        &self.outcomes
    }

    /// By step: what the records that met it say.
    pub fn values(&self) -> &[Vec<(&'static str, String)>] {
        &self.values
    }

    /// The first step that is not met.
    pub fn current(&self) -> Option<usize> {
        self.verdicts.iter().position(Verdict::is_err)
    }

    pub fn is_done(&self) -> bool {
        self.current().is_none()
    }
}
