//! Works on every message for a while before it acknowledges it (§3.3.4, §4.9).

use std::sync::Arc;
use std::time::Duration;

use super::{Behaves, BehaviourKind, Runner};
use crate::client::{AckKind, AcknowledgeByHand, Client, Event, Held};
use crate::lab::{ActError, Action};
use crate::mqtt::{Connect, PacketId};
use crate::time::Instant;

/// Works on one message at a time; PUBACK or PUBREC is sent when it is done. Messages of QoS 0 need no
/// acknowledgement and do not wait.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SlowConsumer {
    /// How long the work on each message takes.
    pub takes: Duration,
}

impl Default for SlowConsumer {
    fn default() -> SlowConsumer {
        SlowConsumer { takes: Duration::from_secs(2) }
    }
}

/// A [`SlowConsumer`] at work.
#[derive(Clone, Debug, PartialEq)]
pub struct Consuming {
    pub config: Arc<SlowConsumer>,
    pub working_on: Option<Work>,
    /// Messages that wait for their turn.
    pub waiting: usize,
    pub finished: u32,
}

/// The message being worked on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Work {
    pub kind: AckKind,
    pub packet_id: PacketId,
    pub until: Instant,
}

impl Behaves for SlowConsumer {
    const KIND: BehaviourKind = BehaviourKind::SlowConsumer;
    type Running = Consuming;

    fn begin(config: Arc<SlowConsumer>) -> Consuming {
        Consuming { config, working_on: None, waiting: 0, finished: 0 }
    }
}

impl Runner for Consuming {
    fn observe(&mut self, event: &Event, _now: Instant) {
        // The message being worked on will be sent again.
        if matches!(event, Event::LinkDown { .. }) {
            self.working_on = None;
        }
    }

    fn look(&mut self, client: &Client, now: Instant) {
        let mut count = 0;
        let mut first = None;
        let mut is_owed = false;
        for &Held { kind, packet_id, .. } in client.held_back().filter(|held| ENDS.holds(held.kind))
        {
            first = first.or(Some((kind, packet_id)));
            let in_hand = |work: &Work| work.packet_id == packet_id && work.kind == kind;
            is_owed |= self.working_on.as_ref().is_some_and(in_hand);
            count += 1;
        }
        // The user may have released it meanwhile.
        if !is_owed {
            let until = now + self.config.takes;
            self.working_on = first.map(|(kind, packet_id)| Work { kind, packet_id, until });
        }
        self.waiting = count - usize::from(self.working_on.is_some());
    }

    fn holds(&self) -> AcknowledgeByHand {
        ENDS
    }

    fn next_due(&self) -> Option<Instant> {
        self.working_on.map(|work| work.until)
    }

    fn next_action(&mut self, _last_connect: Option<&Connect>, now: Instant) -> Option<Action> {
        let work = self.working_on.take_if(|work| work.until <= now)?;
        self.finished += 1;
        Some(Action::acknowledge(work.packet_id))
    }

    fn refused(&mut self, _error: &ActError) {
        self.finished -= 1;
    }

    fn is_busy(&self) -> bool {
        self.working_on.is_some()
    }
}

/// The acknowledgements that say that a message is dealt with.
const ENDS: AcknowledgeByHand = AcknowledgeByHand { pubcomp: false, ..AcknowledgeByHand::ALL };
