//! Drives what talks to a broker over links of its own: wakes it, carries out its commands, and tells when it is over.

use std::time::Duration;

use gloo_timers::callback::Timeout;
use leptos::prelude::*;

use crate::link::websocket::WebSocketLinks;
use crate::link::{LinkCommand, LinkEvent};
use crate::mqtt::ConnectionId;
use crate::time::Instant;
use crate::ui::browser::milliseconds;

/// What is driven. It knows the time.
pub trait Driven: 'static {
    type Progress: PartialEq + Send + Sync + Clone + 'static;

    /// Lets happen what is due. With nobody to wait for that is as much as one [turn](Turn) has time for.
    fn catch_up(&mut self);

    /// What the links to a broker outside are to do.
    fn next_command(&mut self) -> Option<LinkCommand>;

    fn link_event(&mut self, connection: ConnectionId, event: LinkEvent);

    /// Brings it to its end.
    fn stop(&mut self);

    fn progress(&self) -> Self::Progress;

    /// Whether it has come far enough to be told.
    fn is_news(before: &Self::Progress, progress: &Self::Progress) -> bool {
        before != progress
    }

    fn is_over(&self) -> bool;

    /// How long until it is due again.
    fn wait(&self) -> Option<Duration>;
}

/// Copied freely; lives as long as the page, and ends with it.
pub struct Driver<D: Driven> {
    driven: StoredValue<Option<D>, LocalStorage>,
    links: StoredValue<WebSocketLinks, LocalStorage>,
    timer: StoredValue<Option<Timeout>, LocalStorage>,
    progress: RwSignal<Option<D::Progress>>,
    on_end: Callback<D>,
}

impl<D: Driven> Clone for Driver<D> {
    fn clone(&self) -> Driver<D> {
        *self
    }
}

impl<D: Driven> Copy for Driver<D> {}

impl<D: Driven> Driver<D> {
    pub fn idle(on_end: Callback<D>) -> Driver<D> {
        let driver = Driver {
            driven: StoredValue::new_local(None),
            links: StoredValue::new_local(WebSocketLinks::default()),
            timer: StoredValue::new_local(None),
            progress: RwSignal::new(None),
            on_end,
        };
        on_cleanup(move || {
            driver.timer.set_value(None);
            driver.links.update_value(WebSocketLinks::clear);
        });
        driver
    }

    /// How far it is, while it goes on. Tracked.
    pub fn progress(self) -> Option<D::Progress> {
        self.progress.get()
    }

    pub fn drive(self, driven: D) {
        self.progress.set(Some(driven.progress()));
        self.driven.set_value(Some(driven));
        self.pump();
    }

    pub fn stop(self) {
        self.with(D::stop);
        self.pump();
    }

    fn with<T>(self, act: impl FnOnce(&mut D) -> T) -> Option<T> {
        self.driven.try_update_value(|driven| driven.as_mut().map(act)).flatten()
    }

    fn link_event(self, connection: ConnectionId, event: LinkEvent) {
        let is_closed = matches!(event, LinkEvent::Closed { .. });
        self.with(|driven| driven.link_event(connection, event));
        if is_closed {
            self.links.try_update_value(|links| links.remove(connection));
        }
        self.pump();
    }

    /// Carries out what it wants of its links, and wakes it when it is due again.
    fn pump(self) {
        self.with(D::catch_up);
        while let Some(command) = self.with(D::next_command).flatten() {
            self.carry_out(command);
        }
        let state = self.with(|driven| (driven.progress(), driven.is_over(), driven.wait()));
        let Some((progress, is_over, wait)) = state else { return };
        if is_over {
            return self.end();
        }
        let is_told = |before: &Option<D::Progress>| {
            before.as_ref().is_some_and(|before| !D::is_news(before, &progress))
        };
        if !self.progress.with_untracked(is_told) {
            self.progress.set(Some(progress));
        }
        let wake = move || {
            self.timer.set_value(None);
            self.pump();
        };
        let wait = wait.map(|wait| u32::try_from(wait.as_millis()).unwrap_or(u32::MAX));
        let timer = wait.map(|wait| Timeout::new(wait.min(LONGEST_TIMEOUT), wake));
        self.timer.set_value(timer);
    }

    fn carry_out(self, command: LinkCommand) {
        let tell = move |connection, event| self.link_event(connection, event);
        let done = self.links.try_update_value(|links| links.carry_out(command, tell));
        if let Some(Err((connection, reason))) = done {
            self.link_event(connection, LinkEvent::Closed { code: None, reason });
        }
    }

    fn end(self) {
        let driven = self.driven.try_update_value(Option::take).flatten();
        self.timer.set_value(None);
        self.links.update_value(WebSocketLinks::clear);
        self.progress.set(None);
        if let Some(driven) = driven {
            self.on_end.run(driven);
        }
    }
}

/// A part of the time of the page, which stays alive.
pub struct Turn {
    ends: f64,
}

impl Turn {
    pub fn begin() -> Turn {
        Turn { ends: milliseconds() + TURN }
    }

    pub fn is_over(&self) -> bool {
        milliseconds() > self.ends
    }
}

/// The time since a moment of [`milliseconds`].
pub fn since(began: f64) -> Instant {
    Instant::from_micros(((milliseconds() - began) * 1000.0).round() as u64)
}

/// Behind the moment at which something is due, since browsers wake a little early.
pub fn until(due: Instant, began: f64) -> Duration {
    due.since(since(began)) + Duration::from_millis(1)
}

/// In milliseconds.
const TURN: f64 = 20.0;
/// The longest time a browser's timer can wait.
const LONGEST_TIMEOUT: u32 = i32::MAX as u32;
