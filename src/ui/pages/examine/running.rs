//! Drives an examination: its clock, its links to a broker outside, and what becomes of it.

use std::time::Duration;

use gloo_timers::callback::Timeout;
use leptos::prelude::*;

use crate::broker::Policy;
use crate::examine::{Examination, Finding, InTabRun, Options, Progress};
use crate::link::websocket::WebSocketLinks;
use crate::link::{LinkCommand, LinkEvent};
use crate::mqtt::ConnectionId;
use crate::time::Instant;
use crate::ui::browser::{milliseconds, seed};

/// Copied freely; lives as long as the page, and ends with it.
#[derive(Clone, Copy)]
pub struct Running {
    run: StoredValue<Option<Run>, LocalStorage>,
    links: StoredValue<WebSocketLinks, LocalStorage>,
    timer: StoredValue<Option<Timeout>, LocalStorage>,
    progress: RwSignal<Option<Progress>>,
    on_end: Callback<Vec<Finding>>,
}

enum Run {
    /// Nobody outside has to be waited for: time passes on paper.
    InTab(Box<InTabRun>),
    Outside {
        examination: Box<Examination>,
        began: f64,
    },
}

impl Running {
    pub fn new(on_end: Callback<Vec<Finding>>) -> Running {
        let running = Running {
            run: StoredValue::new_local(None),
            links: StoredValue::new_local(WebSocketLinks::default()),
            timer: StoredValue::new_local(None),
            progress: RwSignal::new(None),
            on_end,
        };
        on_cleanup(move || {
            running.timer.set_value(None);
            running.links.update_value(WebSocketLinks::clear);
        });
        running
    }

    /// How far it is, while it runs. Tracked.
    pub fn progress(self) -> Option<Progress> {
        self.progress.get()
    }

    pub fn begin(self, options: Options, policy: Policy) {
        let run = match options.target.is_in_tab() {
            true => Run::InTab(Box::new(InTabRun::new(options, policy, seed()))),
            false => {
                let examination = Box::new(Examination::new(options, Instant::START));
                Run::Outside { examination, began: milliseconds() }
            }
        };
        self.progress.set(Some(run.examination().progress()));
        self.run.set_value(Some(run));
        self.pump();
    }

    pub fn stop(self) {
        self.with(|run| match run {
            Run::InTab(run) => run.stop(),
            Run::Outside { examination, began } => examination.stop(since(*began)),
        });
        self.pump();
    }

    fn with<T>(self, act: impl FnOnce(&mut Run) -> T) -> Option<T> {
        self.run.try_update_value(|run| run.as_mut().map(act)).flatten()
    }

    fn link_event(self, connection: ConnectionId, event: LinkEvent) {
        let is_closed = matches!(event, LinkEvent::Closed { .. });
        self.with(|run| {
            if let Run::Outside { examination, began } = run {
                examination.link_event(connection, event, since(*began));
            }
        });
        if is_closed {
            self.links.try_update_value(|links| links.remove(connection));
        }
        self.pump();
    }

    /// Carries out what it wants of its links, and wakes it when it is due again.
    fn pump(self) {
        let began = milliseconds();
        self.with(|run| match run {
            Run::InTab(run) => while run.step_plainly() && milliseconds() - began < TURN {},
            Run::Outside { examination, began } => examination.advance(since(*began)),
        });
        let next = || {
            self.with(|run| match run {
                Run::InTab(_) => None,
                Run::Outside { examination, .. } => examination.next_command(),
            })
        };
        while let Some(command) = next().flatten() {
            self.carry_out(command);
        }
        let state = self.with(|run| {
            let run = &*run;
            let examination = run.examination();
            let wait = match run {
                Run::InTab(_) => Some(Duration::ZERO),
                Run::Outside { began, .. } => {
                    let due = examination.next_timeout();
                    due.map(|due| due.since(since(*began)) + Duration::from_millis(1))
                }
            };
            (examination.progress(), examination.is_over(), wait)
        });
        let Some((progress, is_over, wait)) = state else { return };
        if is_over {
            return self.end();
        }
        if self.progress.get_untracked() != Some(progress) {
            self.progress.set(Some(progress));
        }
        let wake = move || {
            self.timer.set_value(None);
            self.pump();
        };
        let wait = wait.map(|wait| u32::try_from(wait.as_millis()).unwrap_or(LONGEST).min(LONGEST));
        self.timer.set_value(wait.map(|wait| Timeout::new(wait, wake)));
    }

    fn carry_out(self, command: LinkCommand) {
        let tell = move |connection, event| self.link_event(connection, event);
        let done = self.links.try_update_value(|links| links.carry_out(command, tell));
        if let Some(Err((connection, reason))) = done {
            self.link_event(connection, LinkEvent::Closed { code: None, reason });
        }
    }

    fn end(self) {
        let run = self.run.try_update_value(Option::take).flatten();
        self.timer.set_value(None);
        self.links.update_value(WebSocketLinks::clear);
        self.progress.set(None);
        if let Some(run) = run {
            let examination = match run {
                Run::InTab(run) => run.into_examination(),
                Run::Outside { examination, .. } => *examination,
            };
            self.on_end.run(examination.into_findings());
        }
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

fn since(began: f64) -> Instant {
    Instant::from_micros(((milliseconds() - began) * 1000.0) as u64)
}

/// Milliseconds, so that the page stays alive.
const TURN: f64 = 20.0;
/// In milliseconds; nothing waits longer.
const LONGEST: u32 = 60_000;
