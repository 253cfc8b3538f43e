//! Publishes at an interval, with a number in the text.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;

use super::{Behaves, BehaviourKind, Runner};
use crate::client::Client;
use crate::lab::{ActError, Action};
use crate::mqtt::{Connect, Publish};
use crate::time::Instant;

/// Publishes at an interval. It pauses while there is no connection.
#[derive(Clone, Debug, PartialEq)]
pub struct PeriodicPublisher {
    /// `{n}` in Topic Name and payload is replaced by the number of the message, from 1 on.
    pub publish: Publish,
    pub interval: Duration,
    /// `None`: until it is stopped.
    pub count: Option<u32>,
}

impl Default for PeriodicPublisher {
    /// Ten messages, `msg-1` to `msg-10`, two a second.
    fn default() -> PeriodicPublisher {
        PeriodicPublisher {
            publish: Publish {
                topic: "factory/osaka/line-4/log".into(),
                payload: Bytes::from_static(b"msg-{n}"),
                ..Publish::default()
            },
            interval: Duration::from_millis(500),
            count: Some(10),
        }
    }
}

/// A [`PeriodicPublisher`] at work.
#[derive(Clone, Debug, PartialEq)]
pub struct Publishing {
    pub config: Arc<PeriodicPublisher>,
    /// How many were given to the client; those above its quota wait there.
    pub sent: u32,
    /// How many the client refused.
    pub refused: u32,
    pub refusal: Option<ActError>,
    /// The earliest time for the next one.
    earliest: Instant,
    is_connected: bool,
}

impl Behaves for PeriodicPublisher {
    const KIND: BehaviourKind = BehaviourKind::PeriodicPublisher;
    type Running = Publishing;

    fn begin(config: Arc<PeriodicPublisher>) -> Publishing {
        let earliest = Instant::START;
        Publishing { config, sent: 0, refused: 0, refusal: None, earliest, is_connected: false }
    }
}

impl Publishing {
    pub fn is_done(&self) -> bool {
        self.config.count.is_some_and(|count| self.sent + self.refused >= count)
    }

    /// The message with this number.
    fn message(&self, number: u32) -> Publish {
        let publish = &self.config.publish;
        let number = number.to_string();
        let payload = match std::str::from_utf8(&publish.payload) {
            Ok(text) => Bytes::from(text.replace("{n}", &number)),
            Err(_) => publish.payload.clone(),
        };
        Publish { topic: publish.topic.replace("{n}", &number).into(), payload, ..publish.clone() }
    }
}

impl Runner for Publishing {
    fn look(&mut self, client: &Client, now: Instant) {
        let is_connected = client.is_connected();
        if is_connected && !self.is_connected {
            self.earliest = self.earliest.max(now);
        }
        self.is_connected = is_connected;
    }

    fn next_due(&self) -> Option<Instant> {
        (self.is_connected && !self.is_done()).then_some(self.earliest)
    }

    fn next_action(&mut self, _last_connect: Option<&Connect>, now: Instant) -> Option<Action> {
        let due = self.next_due().filter(|due| *due <= now)?;
        let interval = self.config.interval.max(SHORTEST_INTERVAL);
        let next = due + interval;
        // What was missed while the machine slept is not made up for.
        self.earliest = if now.since(next) > ASLEEP { now + interval } else { next };
        self.sent += 1;
        Some(Action::Publish(self.message(self.sent + self.refused)))
    }

    fn refused(&mut self, error: &ActError) {
        self.sent -= 1;
        self.refused += 1;
        self.refusal = Some(error.clone());
    }

    fn is_busy(&self) -> bool {
        self.config.count.is_some() && self.next_due().is_some()
    }
}

/// Lower bound on the interval: a hundred messages a second are enough to fill any window.
const SHORTEST_INTERVAL: Duration = Duration::from_millis(10);
/// A call that is later than this has been kept from coming.
const ASLEEP: Duration = Duration::from_secs(2);
