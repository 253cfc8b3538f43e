//! One run of an exercise: which steps are met by now.

use super::evidence::Evidence;
use super::exercise::Exercise;
use super::verdict::Verdict;

/// Verdicts by step. A step once met stays met, also when its records leave the bounded capture.
#[derive(Clone, Debug, PartialEq)]
pub struct Run {
    verdicts: Vec<Verdict>,
}

impl Run {
    /// The state at the start, judged on the evidence there is.
    pub fn start(exercise: &Exercise, evidence: &Evidence) -> Run {
        Run { verdicts: exercise.steps.iter().map(|step| (step.check)(evidence)).collect() }
    }

    /// Judges the open steps anew; returns whether any verdict changed.
    pub fn update(&mut self, exercise: &Exercise, evidence: &Evidence) -> bool {
        let mut changed = false;
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

    /// In the order of the exercise's steps.
    pub fn verdicts(&self) -> &[Verdict] {
        &self.verdicts
    }

    /// The first step that is not met.
    pub fn current(&self) -> Option<usize> {
        self.verdicts.iter().position(|verdict| !verdict.is_met())
    }

    pub fn is_done(&self) -> bool {
        self.current().is_none()
    }
}
