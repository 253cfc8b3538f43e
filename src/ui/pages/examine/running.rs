//! An examination while the page drives it.

use std::time::Duration;

use leptos::prelude::*;

use crate::broker::Policy;
use crate::examine::{Examination, Finding, InTabRun, Options, Progress};
use crate::link::{LinkCommand, LinkEvent};
use crate::mqtt::ConnectionId;
use crate::time::Instant;
use crate::ui::browser::{milliseconds, seed};
use crate::ui::pages::driver::{Driven, Driver, Turn, since, until};

pub type Running = Driver<Run>;

pub enum Run {
    /// Nobody outside has to be waited for: time passes on paper.
    InTab(Box<InTabRun>),
    Outside {
        examination: Box<Examination>,
        began: f64,
    },
}

impl Running {
    pub fn new(on_end: impl Fn(Vec<Finding>) + Send + Sync + 'static) -> Running {
        Driver::idle(Callback::new(move |run| {
            let examination = match run {
                Run::InTab(run) => run.into_examination(),
                Run::Outside { examination, .. } => *examination,
            };
            on_end(examination.into_findings());
        }))
    }

    pub fn begin(self, options: Options, policy: Policy) {
        self.drive(match options.target.is_in_tab() {
            true => Run::InTab(Box::new(InTabRun::new(options, policy, seed()))),
            false => Run::Outside {
                examination: Box::new(Examination::new(options, Instant::START)),
                began: milliseconds(),
            },
        });
    }
}

impl Run {
    fn examination(&self) -> &Examination {
        match self {
            Run::InTab(run) => run.examination(),
            Run::Outside { examination, .. } => examination,
        }
    }
}

impl Driven for Run {
    type Progress = Progress;

    fn catch_up(&mut self) {
        match self {
            Run::InTab(run) => {
                let turn = Turn::begin();
                while run.step_plainly() && !turn.is_over() {}
            }
            Run::Outside { examination, began } => examination.advance(since(*began)),
        }
    }

    fn next_command(&mut self) -> Option<LinkCommand> {
        match self {
            Run::InTab(_) => None,
            Run::Outside { examination, .. } => examination.next_command(),
        }
    }

    fn link_event(&mut self, connection: ConnectionId, event: LinkEvent) {
        if let Run::Outside { examination, began } = self {
            examination.link_event(connection, event, since(*began));
        }
    }

    fn stop(&mut self) {
        match self {
            Run::InTab(run) => run.stop(),
            Run::Outside { examination, began } => examination.stop(since(*began)),
        }
    }

    fn progress(&self) -> Progress {
        self.examination().progress()
    }

    fn is_over(&self) -> bool {
        self.examination().is_over()
    }

    fn wait(&self) -> Option<Duration> {
        match self {
            Run::InTab(_) => Some(Duration::ZERO),
            Run::Outside { examination, began } => {
                examination.next_timeout().map(|due| until(due, *began))
            }
        }
    }
}
