//! The lamp that tells how connections stand: of a client, and of the chosen broker.

use crate::lab::{BenchClient, Lab, LinkState};
use crate::language::Strings;

/// How a client stands with its broker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lamp {
    Offline,
    /// The Network Connection or the answer to CONNECT is awaited.
    Connecting,
    Connected,
    Closing,
    /// Offline, and not because the learner wanted it.
    Failed,
}

impl Lamp {
    pub fn of(client: &BenchClient) -> Lamp {
        match client.link_state() {
            LinkState::Open if client.is_connected() => Lamp::Connected,
            LinkState::Opening | LinkState::Open => Lamp::Connecting,
            LinkState::Closing => Lamp::Closing,
            LinkState::Closed if client.problem().is_some() => Lamp::Failed,
            LinkState::Closed => Lamp::Offline,
        }
    }

    /// That of the chosen broker: as good as the best client on its way there. A connection that a change of broker has
    /// left elsewhere does not light it.
    pub fn of_chosen_broker(lab: &Lab) -> Lamp {
        let here = || lab.clients().iter().filter(|client| client.target() == Some(lab.target()));
        match () {
            () if here().any(BenchClient::is_connected) => Lamp::Connected,
            () if here().next().is_some() => Lamp::Connecting,
            () if lab.has_failed() => Lamp::Failed,
            () => Lamp::Offline,
        }
    }

    /// Its name in the stylesheets.
    pub fn key(self) -> &'static str {
        match self {
            Lamp::Offline => "offline",
            Lamp::Connecting | Lamp::Closing => "connecting",
            Lamp::Connected => "connected",
            Lamp::Failed => "failed",
        }
    }

    pub fn word(self, strings: &Strings) -> &'static str {
        match self {
            Lamp::Offline => strings.link_offline(),
            Lamp::Connecting => strings.link_connecting(),
            Lamp::Connected => strings.link_connected(),
            Lamp::Closing => strings.panel_closing(),
            Lamp::Failed => strings.link_failed(),
        }
    }
}
