//! The broker in the tab measured: every packet takes the set latency, and no time passes but on paper.

use std::time::Duration;

use super::measurement::{Measurement, Options};
use super::run::Run;
use crate::auth::KEY_LENGTH;
use crate::broker::{Input, Policy};
use crate::capture::ClientSlot;
use crate::lab::InTab;
use crate::link::LinkCommand;
use crate::time::Instant;

/// A measurement of a broker in the tab of its own, a moment at a time.
pub struct InTabRun {
    measurement: Measurement,
    tab: InTab,
    latency: Duration,
    now: Instant,
}

impl InTabRun {
    pub fn new(
        options: Options,
        policy: Policy,
        latency: Duration,
        seed: [u8; KEY_LENGTH],
    ) -> InTabRun {
        let now = Instant::START;
        let mut tab = InTab::new(seed);
        tab.set_latency(latency);
        tab.operate(Input::SetPolicy(Box::new(policy)), now);
        InTabRun { measurement: Measurement::new(options, now), tab, latency, now }
    }

    /// Goes on to the next moment at which something happens; `false` when it is over.
    pub fn step(&mut self) -> bool {
        let InTabRun { measurement, tab, now, .. } = self;
        while let Some(command) = measurement.next_command() {
            match command {
                LinkCommand::Open { connection, .. } => tab.open(connection, ClientSlot(0), *now),
                LinkCommand::Send { connection, bytes } => tab.send(connection, bytes, *now),
                LinkCommand::Close { connection } => tab.close(connection, *now),
            }
        }
        let due = [measurement.next_timeout(), tab.next_timeout()].into_iter().flatten().min();
        let Some(due) = due.filter(|_| !measurement.is_over()) else { return false };
        *now = due.max(*now);
        match tab.next_event(*now) {
            Some((at, connection, event)) => measurement.link_event(connection, event, at),
            None => measurement.advance(*now),
        }
        true
    }

    pub fn measurement(&self) -> &Measurement {
        &self.measurement
    }

    /// The page worked for so long.
    pub fn worked(&mut self, time: Duration) {
        self.measurement.worked(time);
    }

    pub fn stop(&mut self) {
        self.measurement.stop(self.now);
        while self.measurement.next_command().is_some() {}
    }

    pub fn into_run(self) -> Run {
        Run { latency: Some(self.latency), ..self.measurement.into_run() }
    }
}
