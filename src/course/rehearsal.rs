//! An exercise played without a page: on the broker in the tab, on a clock of its own.

use std::collections::BTreeSet;
use std::time::Duration;

use super::evidence::Evidence;
use super::exercise::{Cast, Exercise, Move};
use super::stage::Stage;
use crate::broker::Input;
use crate::capture::RecordId;
use crate::lab::{Act, ActError, Lab};
use crate::time::Instant;

/// A bench on which moves are made one after the other, each once the one before is answered.
pub struct Rehearsal {
    pub cast: Cast,
    pub lab: Lab,
    now: Instant,
    opened: BTreeSet<RecordId>,
    filter: String,
}

impl Rehearsal {
    /// The exercise as the learner finds it. `nonce` distinguishes the names of this run.
    pub fn new(exercise: &Exercise, nonce: &str) -> Rehearsal {
        let mut lab = Lab::within_tab([7; 32]);
        let now = Instant::START;
        lab.set_up(exercise.clients.iter().map(|client| client.role), now);
        lab.operate_in_tab(Input::SetPolicy(Box::new((exercise.policy)())), now);
        let cast = Cast::new(exercise.clients, nonce);
        for act in exercise.beginning(&cast) {
            // What is refused here would be refused on the learner's bench too.
            drop(lab.act(act, now));
        }
        Rehearsal { cast, lab, now, opened: BTreeSet::new(), filter: String::new() }
    }

    /// Makes one move and waits until everything on its way has arrived. A move that is based on one that was
    /// left out is refused, which changes nothing.
    pub fn make(&mut self, next: &Move) {
        let cast = self.cast.clone();
        drop(next.make(&cast, self));
        let end = self.now + ANSWERED_WITHIN;
        while let Some(due) = self.lab.next_timeout().filter(|due| *due <= end) {
            self.now = due;
            self.lab.advance(due);
        }
    }

    /// The moment it is now.
    pub fn now(&self) -> Instant {
        self.now
    }

    pub fn evidence(&self) -> Evidence<'_> {
        Evidence {
            capture: self.lab.capture(),
            since: RecordId(0),
            opened: &self.opened,
            filter: &self.filter,
        }
    }
}

impl Stage for Rehearsal {
    fn with_evidence<T>(&self, read: impl FnOnce(&Evidence) -> T) -> T {
        read(&self.evidence())
    }

    fn act(&mut self, act: Act) -> Result<(), ActError> {
        self.lab.act(act, self.now)
    }

    fn operate(&mut self, input: Input) {
        self.lab.operate_in_tab(input, self.now);
    }

    fn wait(&mut self, time: Duration) -> bool {
        let skipped = self.lab.skip(time, self.now);
        self.now = *skipped.as_ref().unwrap_or(&self.now);
        skipped.is_ok()
    }

    fn open(&mut self, record: RecordId) {
        self.opened.insert(record);
    }

    fn filter(&mut self, words: String) {
        self.filter = words;
    }
}

/// Time for everything on its way to arrive before the next move.
const ANSWERED_WITHIN: Duration = Duration::from_secs(1);
