//! What a client on the bench does automatically: answer requests, publish at an interval, process messages
//! slowly, connect again, log in.
//!
//! A behaviour does nothing that the user could not do: it asks the lab for [`Action`]s, each at its time,
//! and they pass the client and the capture like any other. It works with any broker, has no clock and no
//! randomness, and is driven by [`Lab::advance`](super::Lab::advance). A client has at most one of each
//! kind, which stays through reconnects until it is stopped.

mod login;
mod periodic_publisher;
mod reconnect;
mod request;
mod resource_service;
mod responder;
mod slow_consumer;

pub use login::{LoggingIn, Login, LoginState};
pub use periodic_publisher::{PeriodicPublisher, Publishing};
pub use reconnect::{Loss, Reconnect, ReconnectState, Reconnecting, Retry};
pub use request::Silence;
pub use resource_service::{ResourceService, Served, Serving};
pub use responder::{Correlation, Order, Responder, Responding};
pub use slow_consumer::{Consuming, SlowConsumer, Work};
pub(super) use slow_consumer::{owed, release};

use super::{ActError, Action};
use crate::client::{AcknowledgeByHand, Client, Event};
use crate::mqtt::Connect;
use crate::time::Instant;

/// What to do automatically, and how.
#[derive(Clone, Debug, PartialEq)]
pub enum Behaviour {
    Responder(Responder),
    ResourceService(ResourceService),
    PeriodicPublisher(PeriodicPublisher),
    SlowConsumer(SlowConsumer),
    Reconnect(Reconnect),
    Login(Login),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum BehaviourKind {
    Responder,
    ResourceService,
    PeriodicPublisher,
    SlowConsumer,
    Reconnect,
    Login,
}

impl BehaviourKind {
    pub const ALL: [BehaviourKind; 6] = [
        BehaviourKind::Responder,
        BehaviourKind::ResourceService,
        BehaviourKind::PeriodicPublisher,
        BehaviourKind::SlowConsumer,
        BehaviourKind::Reconnect,
        BehaviourKind::Login,
    ];
}

impl Behaviour {
    pub fn kind(&self) -> BehaviourKind {
        match self {
            Behaviour::Responder(_) => BehaviourKind::Responder,
            Behaviour::ResourceService(_) => BehaviourKind::ResourceService,
            Behaviour::PeriodicPublisher(_) => BehaviourKind::PeriodicPublisher,
            Behaviour::SlowConsumer(_) => BehaviourKind::SlowConsumer,
            Behaviour::Reconnect(_) => BehaviourKind::Reconnect,
            Behaviour::Login(_) => BehaviourKind::Login,
        }
    }
}

/// A running behaviour: its settings, its state, and what it has done.
#[derive(Clone, Debug, PartialEq)]
pub enum Automation {
    Responder(Responding),
    ResourceService(Serving),
    PeriodicPublisher(Publishing),
    SlowConsumer(Consuming),
    Reconnect(Reconnecting),
    Login(LoggingIn),
}

impl Automation {
    fn new(behaviour: Behaviour, by_hand: AcknowledgeByHand) -> Automation {
        match behaviour {
            Behaviour::Responder(config) => Automation::Responder(Responding::new(config)),
            Behaviour::ResourceService(config) => Automation::ResourceService(Serving::new(config)),
            Behaviour::PeriodicPublisher(config) => {
                Automation::PeriodicPublisher(Publishing::new(config))
            }
            Behaviour::SlowConsumer(config) => {
                Automation::SlowConsumer(Consuming::new(config, by_hand))
            }
            Behaviour::Reconnect(config) => Automation::Reconnect(Reconnecting::new(config)),
            Behaviour::Login(config) => Automation::Login(LoggingIn::new(config)),
        }
    }

    pub fn kind(&self) -> BehaviourKind {
        match self {
            Automation::Responder(_) => BehaviourKind::Responder,
            Automation::ResourceService(_) => BehaviourKind::ResourceService,
            Automation::PeriodicPublisher(_) => BehaviourKind::PeriodicPublisher,
            Automation::SlowConsumer(_) => BehaviourKind::SlowConsumer,
            Automation::Reconnect(_) => BehaviourKind::Reconnect,
            Automation::Login(_) => BehaviourKind::Login,
        }
    }

    /// Its settings.
    pub fn behaviour(&self) -> Behaviour {
        match self {
            Automation::Responder(runner) => Behaviour::Responder(runner.config.clone()),
            Automation::ResourceService(runner) => {
                Behaviour::ResourceService(runner.config.clone())
            }
            Automation::PeriodicPublisher(runner) => {
                Behaviour::PeriodicPublisher(runner.config.clone())
            }
            Automation::SlowConsumer(runner) => Behaviour::SlowConsumer(runner.config),
            Automation::Reconnect(runner) => Behaviour::Reconnect(runner.config.clone()),
            Automation::Login(runner) => Behaviour::Login(runner.config.clone()),
        }
    }

    /// The time of its next action, if that is known.
    pub fn next_due(&self) -> Option<Instant> {
        self.runner().next_due()
    }

    /// Whether something that it began is not finished.
    pub fn is_busy(&self) -> bool {
        self.runner().is_busy()
    }

    fn runner(&self) -> &dyn Runner {
        match self {
            Automation::Responder(runner) => runner,
            Automation::ResourceService(runner) => runner,
            Automation::PeriodicPublisher(runner) => runner,
            Automation::SlowConsumer(runner) => runner,
            Automation::Reconnect(runner) => runner,
            Automation::Login(runner) => runner,
        }
    }

    fn runner_mut(&mut self) -> &mut dyn Runner {
        match self {
            Automation::Responder(runner) => runner,
            Automation::ResourceService(runner) => runner,
            Automation::PeriodicPublisher(runner) => runner,
            Automation::SlowConsumer(runner) => runner,
            Automation::Reconnect(runner) => runner,
            Automation::Login(runner) => runner,
        }
    }
}

/// What all kinds have in common.
trait Runner {
    /// Something happened at the client.
    fn observe(&mut self, _event: &Event, _now: Instant) {}

    /// The client has changed: check whether there is something to do.
    fn look(&mut self, _client: &Client, _now: Instant) {}

    fn next_due(&self) -> Option<Instant>;

    /// The action that is due by `now`.
    fn next_action(&mut self, last_connect: Option<&Connect>, now: Instant) -> Option<Action>;

    /// The action was refused.
    fn refused(&mut self, _error: &ActError) {}

    fn is_busy(&self) -> bool;
}

/// All automations of one client, one of a kind.
#[derive(Debug, Default)]
pub(super) struct Automations {
    running: Vec<Automation>,
}

impl Automations {
    pub fn all(&self) -> &[Automation] {
        &self.running
    }

    /// `by_hand` is what the user holds already.
    pub fn start(&mut self, behaviour: Behaviour, by_hand: AcknowledgeByHand) {
        let kind = behaviour.kind();
        self.running.retain(|other| other.kind() != kind);
        self.running.push(Automation::new(behaviour, by_hand));
        self.running.sort_by_key(Automation::kind);
    }

    pub fn stop(&mut self, kind: BehaviourKind) -> Option<Automation> {
        let position = self.running.iter().position(|other| other.kind() == kind)?;
        Some(self.running.remove(position))
    }

    pub fn observe(&mut self, event: &Event, now: Instant) {
        for automation in &mut self.running {
            automation.runner_mut().observe(event, now);
        }
    }

    pub fn look(&mut self, client: &Client, now: Instant) {
        for automation in &mut self.running {
            automation.runner_mut().look(client, now);
        }
    }

    /// The Network Connection has ended; `None` where the user ended it.
    pub fn link_ended(&mut self, loss: Option<Loss>, now: Instant) {
        if let Some(Automation::Reconnect(reconnecting)) = self.find_mut(BehaviourKind::Reconnect) {
            reconnecting.link_ended(loss, now);
        }
    }

    /// A Network Connection is being opened, by the user or an automation.
    pub fn opening(&mut self) {
        if let Some(Automation::Reconnect(reconnecting)) = self.find_mut(BehaviourKind::Reconnect) {
            reconnecting.opening();
        }
    }

    pub fn consumer_mut(&mut self) -> Option<&mut Consuming> {
        match self.find_mut(BehaviourKind::SlowConsumer) {
            Some(Automation::SlowConsumer(consuming)) => Some(consuming),
            _ => None,
        }
    }

    pub fn next_due(&self) -> Option<Instant> {
        self.running.iter().filter_map(Automation::next_due).min()
    }

    /// The next action that is due, and the automation that does it.
    pub fn next_action(
        &mut self,
        last_connect: Option<&Connect>,
        now: Instant,
    ) -> Option<(BehaviourKind, Action)> {
        self.running.iter_mut().find_map(|automation| {
            let action = automation.runner_mut().next_action(last_connect, now)?;
            Some((automation.kind(), action))
        })
    }

    pub fn refused(&mut self, kind: BehaviourKind, error: &ActError) {
        if let Some(automation) = self.find_mut(kind) {
            automation.runner_mut().refused(error);
        }
    }

    pub fn is_busy(&self) -> bool {
        self.running.iter().any(Automation::is_busy)
    }

    fn find_mut(&mut self, kind: BehaviourKind) -> Option<&mut Automation> {
        self.running.iter_mut().find(|automation| automation.kind() == kind)
    }
}
