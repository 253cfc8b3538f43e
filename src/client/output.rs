//! What the client wants done, in order.

use std::collections::VecDeque;

use super::event::Event;
use crate::mqtt::Packet;
use crate::time::Instant;

/// What [`Client::poll`](super::Client::poll) returns: what to do now, or what has happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Output {
    /// Send this packet to the Server: [`encode`](crate::mqtt::encode) cannot fail for it.
    Send(Packet),
    /// Close the Network Connection, after everything before this has been sent. Confirm it with
    /// [`Input::LinkDown`](super::Input::LinkDown).
    Close,
    /// Something the application may want to know. Ignoring it changes nothing for the connection, except
    /// for [`Event::Auth`] and [`Event::AcknowledgementHeld`], which wait for a command.
    Event(Event),
}

/// The queue that `poll` empties.
#[derive(Clone, Debug, Default)]
pub(super) struct Outputs {
    /// The moment being handled.
    pub now: Instant,
    queue: VecDeque<Output>,
}

impl Outputs {
    pub fn send(&mut self, packet: Packet) {
        self.queue.push_back(Output::Send(packet));
    }

    pub fn close(&mut self) {
        self.queue.push_back(Output::Close);
    }

    pub fn event(&mut self, event: Event) {
        self.queue.push_back(Output::Event(event));
    }

    pub fn pop(&mut self) -> Option<Output> {
        self.queue.pop_front()
    }
}
