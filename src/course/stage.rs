//! How a move is made, on whatever it is made: the page, a bench in a test, or one on a clock of its own.

use std::time::Duration;

use super::evidence::Evidence;
use super::exercise::{Cast, Move};
use crate::broker;
use crate::capture::RecordId;
use crate::lab::{Act, ActError};

/// Where moves are made.
pub trait Stage {
    /// Reads what has passed, what was opened and what is filtered by.
    fn with_evidence<T>(&self, read: impl FnOnce(&Evidence) -> T) -> T;

    fn act(&mut self, act: Act) -> Result<(), ActError>;

    /// Several acts in one moment, without waiting for answers in between. The first one that is refused ends it.
    fn act_at_once(&mut self, acts: &[Act]) -> Result<(), ActError> {
        acts.iter().try_for_each(|act| self.act(act.clone()))
    }

    /// Gives the broker in the tab a policy or an operator's command.
    fn operate(&mut self, input: broker::Input);

    /// Lets time pass; `false` where the clock cannot be put forward.
    fn wait(&mut self, time: Duration) -> bool;

    /// Opens a record in the inspector.
    fn open(&mut self, record: RecordId);

    /// Writes into the filter of the packet list.
    fn filter(&mut self, words: String);
}

impl Move {
    /// Makes it. `Ok(false)` where there is nothing yet that it could be based on, such as the packet to open.
    ///
    /// # Errors
    ///
    /// Where the client refuses the act.
    pub fn make(&self, cast: &Cast, stage: &mut impl Stage) -> Result<bool, ActError> {
        match self {
            Move::Act(act) => stage.act(act.clone())?,
            Move::Acts(acts) => stage.act_at_once(acts)?,
            Move::React(react) => match stage.with_evidence(|evidence| react(cast, evidence)) {
                Some(act) => stage.act(act)?,
                None => return Ok(false),
            },
            Move::Operate(operate) => stage.operate(operate(cast)),
            Move::Wait(time) => return Ok(stage.wait(*time)),
            Move::Open(..) => {
                let found = stage.with_evidence(|evidence| self.record_to_open(evidence.capture));
                match found {
                    Some(record) => stage.open(record),
                    None => return Ok(false),
                }
            }
            Move::Filter(words) => match stage.with_evidence(|evidence| words(cast, evidence)) {
                Some(words) => stage.filter(words),
                None => return Ok(false),
            },
        }
        Ok(true)
    }
}
