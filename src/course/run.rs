//! One run of an exercise: which steps are met by now, and which predictions the wire has answered.

use super::evidence::Evidence;
use super::exercise::Exercise;
use super::verdict::Verdict;

/// Verdicts by step. A step once met stays met, also when its records leave the bounded capture.
#[derive(Clone, Debug, PartialEq)]
pub struct Run {
    verdicts: Vec<Verdict>,
    outcomes: Vec<Option<usize>>,
}

impl Run {
    /// The state at the start, judged on the evidence there is.
    pub fn start(exercise: &Exercise, evidence: &Evidence) -> Run {
        let verdicts = exercise.steps.iter().map(|step| (step.check)(evidence)).collect();
        let mut run = Run { verdicts, outcomes: vec![None; exercise.steps.len()] };
        run.read_outcomes(exercise, evidence);
        run
    }

    /// Judges the open steps anew; returns whether anything changed.
    pub fn update(&mut self, exercise: &Exercise, evidence: &Evidence) -> bool {
        let mut changed = self.read_outcomes(exercise, evidence);
        for (verdict, step) in self.verdicts.iter_mut().zip(exercise.steps) {
            if verdict.is_met() {
                continue;
            }
            let now = (step.check)(evidence);
            changed |= now != *verdict;
            *verdict = now;
        }
        changed
    }

    fn read_outcomes(&mut self, exercise: &Exercise, evidence: &Evidence) -> bool {
        let mut changed = false;
        for (outcome, step) in self.outcomes.iter_mut().zip(exercise.steps) {
            if let (None, Some(prediction)) = (&outcome, &step.prediction) {
                *outcome = (prediction.outcome)(evidence);
                changed |= outcome.is_some();
            }
        }
        changed
    }

    /// In the order of the exercise's steps.
    pub fn verdicts(&self) -> &[Verdict] {
        &self.verdicts
    }

    /// By step: which option of its prediction came true, once the wire has told.
    pub fn outcomes(&self) -> &[Option<usize>] {
        &self.outcomes
    }

    /// The first step that is not met.
    pub fn current(&self) -> Option<usize> {
        self.verdicts.iter().position(|verdict| !verdict.is_met())
    }

    pub fn is_done(&self) -> bool {
        self.current().is_none()
    }
}
