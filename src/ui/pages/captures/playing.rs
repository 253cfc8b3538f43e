//! Drives a replay: its clock, its links to a broker outside, and what becomes of it.

use std::time::Duration;

use gloo_timers::callback::Timeout;
use leptos::prelude::*;

use crate::capture::Capture;
use crate::lab::replay::{Options, Pace, Progress, Replay};
use crate::link::websocket::WebSocketLinks;
use crate::link::{LinkCommand, LinkEvent};
use crate::mqtt::ConnectionId;
use crate::time::Instant;
use crate::ui::browser::{milliseconds, seed};

/// Copied freely; lives as long as the page, and ends with it.
#[derive(Clone, Copy)]
pub struct Playing {
    replay: StoredValue<Option<Running>, LocalStorage>,
    links: StoredValue<WebSocketLinks, LocalStorage>,
    timer: StoredValue<Option<Timeout>, LocalStorage>,
    progress: RwSignal<Option<Progress>>,
    on_end: Callback<(Capture, Progress)>,
}

struct Running {
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
    pub fn new(on_end: Callback<(Capture, Progress)>) -> Playing {
        let playing = Playing {
            replay: StoredValue::new_local(None),
            links: StoredValue::new_local(WebSocketLinks::default()),
            timer: StoredValue::new_local(None),
            progress: RwSignal::new(None),
            on_end,
        };
        on_cleanup(move || {
            playing.timer.set_value(None);
            playing.links.update_value(WebSocketLinks::clear);
        });
        playing
    }

    /// How far it is, while it plays. Tracked.
    pub fn progress(self) -> Option<Progress> {
        self.progress.get()
    }

    pub fn begin(self, capture: &Capture, options: Options) {
        let is_within_tab = options.target.is_in_tab() && options.pace == Pace::Answered;
        let clock = match is_within_tab {
            true => Clock::Skipping { now: Instant::START },
            false => Clock::Real { began: milliseconds() },
        };
        let replay = Replay::new(capture, options, seed(), Instant::START);
        self.progress.set(Some(replay.progress()));
        let began = (js_sys::Date::now() * 1000.0) as u64;
        self.replay.set_value(Some(Running { began, replay, clock }));
        self.pump();
    }

    /// What has passed until now is kept.
    pub fn stop(self) {
        self.with(|running| running.replay.stop(running.now()));
        self.pump();
    }

    fn with<T>(self, act: impl FnOnce(&mut Running) -> T) -> Option<T> {
        self.replay.try_update_value(|running| running.as_mut().map(act)).flatten()
    }

    fn link_event(self, connection: ConnectionId, event: LinkEvent) {
        self.with(|running| running.replay.link_event(connection, event, running.now()));
        self.pump();
    }

    /// Carries out what it wants of its links, and wakes it when it is due again.
    fn pump(self) {
        self.with(Running::catch_up);
        while let Some(command) = self.with(|running| running.replay.next_command()).flatten() {
            self.carry_out(command);
        }
        let state = self
            .with(|running| (running.replay.progress(), running.replay.is_over(), running.wait()));
        let Some((progress, is_over, wait)) = state else { return };
        if is_over {
            self.end(progress);
            return;
        }
        if self.progress.with_untracked(|before| before.map(percent)) != Some(percent(progress)) {
            self.progress.set(Some(progress));
        }
        let wake = move || {
            self.timer.set_value(None);
            self.pump();
        };
        self.timer.set_value(wait.map(|wait| Timeout::new(wait, wake)));
    }

    fn carry_out(self, command: LinkCommand) {
        let tell = move |connection, event| self.link_event(connection, event);
        let done = self.links.try_update_value(|links| links.carry_out(command, tell));
        if let Some(Err((connection, reason))) = done {
            self.link_event(connection, LinkEvent::Closed { code: None, reason });
        }
    }

    fn end(self, progress: Progress) {
        let capture = self.with(|running| {
            let mut capture = running.replay.capture().clone();
            capture.set_began(Some(running.began));
            capture
        });
        self.replay.set_value(None);
        self.timer.set_value(None);
        self.links.update_value(WebSocketLinks::clear);
        self.progress.set(None);
        self.on_end.run((capture.unwrap_or_default(), progress));
    }
}

impl Running {
    fn now(&self) -> Instant {
        match self.clock {
            Clock::Real { began } => {
                Instant::from_micros(((milliseconds() - began) * 1000.0) as u64)
            }
            Clock::Skipping { now } => now,
        }
    }

    /// Lets happen what is due. With nobody to wait for that is as much as one turn has time for.
    fn catch_up(&mut self) {
        let began = milliseconds();
        loop {
            let due = self.replay.next_timeout();
            if let (Clock::Skipping { now }, Some(due)) = (&mut self.clock, due) {
                *now = due.max(*now);
            }
            let now = self.now();
            self.replay.advance(now);
            let goes_on = matches!(self.clock, Clock::Skipping { .. }) && !self.replay.is_over();
            if !goes_on || milliseconds() - began > TURN {
                return;
            }
        }
    }

    /// How long until it is due again, in milliseconds.
    fn wait(&self) -> Option<u32> {
        let due = self.replay.next_timeout()?;
        let wait = match self.clock {
            Clock::Real { .. } => due.since(self.now()) + Duration::from_millis(1),
            Clock::Skipping { .. } => Duration::ZERO,
        };
        Some(u32::try_from(wait.as_millis()).unwrap_or(u32::MAX).min(LONGEST_TIMEOUT))
    }
}

fn percent(progress: Progress) -> usize {
    100 * progress.sent / progress.to_send.max(1)
}

/// Milliseconds, so that the page stays alive.
const TURN: f64 = 20.0;
/// The longest time a browser's timer can wait.
const LONGEST_TIMEOUT: u32 = i32::MAX as u32;
