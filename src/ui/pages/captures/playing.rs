//! A replay while the page drives it.

use std::time::Duration;

use leptos::prelude::*;

use crate::capture::Capture;
use crate::lab::replay::{Options, Pace, Progress, Replay};
use crate::link::{LinkCommand, LinkEvent};
use crate::mqtt::ConnectionId;
use crate::time::Instant;
use crate::ui::browser::{milliseconds, seed};
use crate::ui::pages::driver::{Driven, Driver, Turn, since, until};

pub type Playing = Driver<Played>;

pub struct Played {
    /// In microseconds since 1970.
    began: u64,
    replay: Replay,
    clock: Clock,
}

/// Nobody outside the tab has to be waited for when everything is in it.
enum Clock {
    Real { began: f64 },
    Skipping { now: Instant },
}

impl Playing {
    /// What has passed until it is stopped is kept.
    pub fn new(on_end: Callback<(Capture, Progress)>) -> Playing {
        Driver::idle(Callback::new(move |played: Played| {
            let mut capture = played.replay.capture().clone();
            capture.set_began(Some(played.began));
            on_end.run((capture, played.replay.progress()));
        }))
    }

    pub fn begin(self, capture: &Capture, options: Options) {
        let is_within_tab = options.target.is_in_tab() && options.pace == Pace::Answered;
        let clock = match is_within_tab {
            true => Clock::Skipping { now: Instant::START },
            false => Clock::Real { began: milliseconds() },
        };
        let replay = Replay::new(capture, options, seed(), Instant::START);
        let began = (js_sys::Date::now() * 1000.0) as u64;
        self.drive(Played { began, replay, clock });
    }
}

impl Played {
    fn now(&self) -> Instant {
        match self.clock {
            Clock::Real { began } => since(began),
            Clock::Skipping { now } => now,
        }
    }
}

impl Driven for Played {
    type Progress = Progress;

    fn catch_up(&mut self) {
        let turn = Turn::begin();
        loop {
            let due = self.replay.next_timeout();
            if let (Clock::Skipping { now }, Some(due)) = (&mut self.clock, due) {
                *now = due.max(*now);
            }
            let now = self.now();
            self.replay.advance(now);
            let goes_on = matches!(self.clock, Clock::Skipping { .. }) && !self.replay.is_over();
            if !goes_on || turn.is_over() {
                return;
            }
        }
    }

    fn next_command(&mut self) -> Option<LinkCommand> {
        self.replay.next_command()
    }

    fn link_event(&mut self, connection: ConnectionId, event: LinkEvent) {
        let now = self.now();
        self.replay.link_event(connection, event, now);
    }

    fn stop(&mut self) {
        let now = self.now();
        self.replay.stop(now);
    }

    fn progress(&self) -> Progress {
        self.replay.progress()
    }

    fn is_news(before: &Progress, progress: &Progress) -> bool {
        percent(before) != percent(progress)
    }

    fn is_over(&self) -> bool {
        self.replay.is_over()
    }

    fn wait(&self) -> Option<Duration> {
        let due = self.replay.next_timeout()?;
        Some(match self.clock {
            Clock::Real { began } => until(due, began),
            Clock::Skipping { .. } => Duration::ZERO,
        })
    }
}

fn percent(progress: &Progress) -> usize {
    100 * progress.sent / progress.to_send.max(1)
}
