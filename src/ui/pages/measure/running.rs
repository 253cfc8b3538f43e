//! A measurement while the page drives it.

use std::time::Duration;

use leptos::prelude::*;

use crate::broker::Policy;
use crate::link::{LinkCommand, LinkEvent};
use crate::measure::{InTabRun, Measurement, Options, Progress, Run};
use crate::mqtt::ConnectionId;
use crate::time::Instant;
use crate::ui::browser::{milliseconds, seed};
use crate::ui::pages::driver::{Driven, Driver, Turn, since, until};

pub type Running = Driver<Measuring>;

pub enum Measuring {
    /// Nothing outside is waited for: time passes on paper.
    InTab(Box<InTabRun>),
    Outside {
        measurement: Box<Measurement>,
        began: f64,
        /// Since when the page is at work.
        at_work: Option<f64>,
    },
}

/// What is told of it, and when that was.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Told {
    pub progress: Progress,
    at: f64,
}

/// Drawing takes time that is measured too: it is told at most ten times a second. In milliseconds.
const BETWEEN_NEWS: f64 = 100.0;

impl Running {
    pub fn new(on_end: impl Fn(Run) + Send + Sync + 'static) -> Running {
        Driver::idle(Callback::new(move |measuring| {
            on_end(match measuring {
                Measuring::InTab(run) => run.into_run(),
                Measuring::Outside { measurement, .. } => measurement.into_run(),
            });
        }))
    }

    /// The broker in the tab is one of its own, with the policy and latency of the one that is chosen.
    pub fn begin(self, options: Options, policy: Policy, latency: Duration) {
        self.drive(match options.target.is_in_tab() {
            true => Measuring::InTab(Box::new(InTabRun::new(options, policy, latency, seed()))),
            false => Measuring::Outside {
                measurement: Box::new(Measurement::new(options, Instant::START)),
                began: milliseconds(),
                at_work: None,
            },
        });
    }
}

impl Measuring {
    fn measurement(&self) -> &Measurement {
        match self {
            Measuring::InTab(run) => run.measurement(),
            Measuring::Outside { measurement, .. } => measurement,
        }
    }
}

fn worked_since(began: f64) -> Duration {
    Duration::from_secs_f64((milliseconds() - began).max(0.0) / 1000.0)
}

impl Driven for Measuring {
    type Progress = Told;

    fn catch_up(&mut self) {
        match self {
            Measuring::InTab(run) => {
                let (turn, began) = (Turn::begin(), milliseconds());
                while run.step() && !turn.is_over() {}
                run.worked(worked_since(began));
            }
            Measuring::Outside { measurement, began, at_work } => {
                at_work.get_or_insert_with(milliseconds);
                measurement.advance(since(*began));
            }
        }
    }

    fn next_command(&mut self) -> Option<LinkCommand> {
        match self {
            Measuring::InTab(_) => None,
            Measuring::Outside { measurement, at_work, .. } => {
                let command = measurement.next_command();
                // With the last one everything is done that this moment asks for.
                if command.is_none()
                    && let Some(began) = at_work.take()
                {
                    measurement.worked(worked_since(began));
                }
                command
            }
        }
    }

    fn link_event(&mut self, connection: ConnectionId, event: LinkEvent) {
        if let Measuring::Outside { measurement, began, at_work } = self {
            at_work.get_or_insert_with(milliseconds);
            measurement.link_event(connection, event, since(*began));
        }
    }

    fn stop(&mut self) {
        match self {
            Measuring::InTab(run) => run.stop(),
            Measuring::Outside { measurement, began, .. } => measurement.stop(since(*began)),
        }
    }

    fn progress(&self) -> Told {
        Told { progress: self.measurement().progress(), at: milliseconds() }
    }

    fn is_news(before: &Told, told: &Told) -> bool {
        told.at - before.at >= BETWEEN_NEWS && before.progress != told.progress
    }

    fn is_over(&self) -> bool {
        self.measurement().is_over()
    }

    fn wait(&self) -> Option<Duration> {
        match self {
            Measuring::InTab(_) => Some(Duration::ZERO),
            Measuring::Outside { measurement, began, .. } => {
                measurement.next_timeout().map(|due| until(due, *began))
            }
        }
    }
}
