//! What is measured.

use std::ops::RangeInclusive;
use std::time::Duration;

use crate::mqtt::QoS;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Setup {
    pub kind: Kind,
    pub qos: QoS,
    /// Of each payload, in bytes.
    pub size: usize,
    /// How many messages.
    pub count: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// From each PUBLISH until it comes back; one at a time, with a pause between them.
    RoundTrip { pause: Duration, receiver: Receiver },
    /// As many messages as go, with at most so many unacknowledged at once.
    Throughput { window: u16 },
}

/// Who subscribes to the topic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Receiver {
    /// The client that publishes.
    Same,
    Second,
}

impl Setup {
    /// Every payload begins with its number.
    pub const SIZES: RangeInclusive<usize> = 4..=65_536;
    pub const COUNTS: RangeInclusive<usize> = 1..=100_000;
    /// A window of the largest payloads has to fit into memory, more than once.
    pub const WINDOWS: RangeInclusive<u16> = 1..=1000;
    /// In milliseconds.
    pub const PAUSES: RangeInclusive<u64> = 0..=10_000;

    pub fn is_round_trip(&self) -> bool {
        matches!(self.kind, Kind::RoundTrip { .. })
    }
}
