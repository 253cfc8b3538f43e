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

use std::any::Any;
use std::fmt::Debug;
use std::sync::Arc;

use super::{ActError, Action};
use crate::client::{AcknowledgeByHand, Client, Event};
use crate::mqtt::Connect;
use crate::time::Instant;

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

/// The settings of one kind of behaviour.
pub trait Behaves: Any + Debug + PartialEq + Send + Sync {
    const KIND: BehaviourKind;
    /// What runs with these settings: its state, and what it has done.
    type Running: Runner;

    fn begin(config: Arc<Self>) -> Self::Running;
}

/// What to do automatically, and how: settings of any kind.
///
/// The lab knows no kind by name. Only those who make a behaviour refer to the code of its kind, and the page
/// can load that code together with them.
#[derive(Clone, Debug)]
pub struct Behaviour(Arc<dyn Settings>);

impl<B: Behaves> From<B> for Behaviour {
    fn from(settings: B) -> Behaviour {
        Behaviour(Arc::new(settings))
    }
}

impl Behaviour {
    pub fn kind(&self) -> BehaviourKind {
        self.0.kind()
    }

    /// Its settings, if it is of this kind.
    pub fn get<B: Behaves>(&self) -> Option<&B> {
        let settings: &dyn Any = &*self.0;
        settings.downcast_ref()
    }
}

impl PartialEq for Behaviour {
    fn eq(&self, other: &Behaviour) -> bool {
        self.0.equals(&*other.0)
    }
}

/// [`Behaves`] for settings whose kind is not known.
trait Settings: Any + Debug + Send + Sync {
    fn kind(&self) -> BehaviourKind;

    fn equals(&self, other: &dyn Any) -> bool;

    fn start(self: Arc<Self>) -> Box<dyn Runner>;
}

impl<B: Behaves> Settings for B {
    fn kind(&self) -> BehaviourKind {
        B::KIND
    }

    fn equals(&self, other: &dyn Any) -> bool {
        other.downcast_ref() == Some(self)
    }

    fn start(self: Arc<B>) -> Box<dyn Runner> {
        Box::new(B::begin(self))
    }
}

/// A running behaviour: its settings, its state, and what it has done.
#[derive(Debug)]
pub struct Automation {
    behaviour: Behaviour,
    runner: Box<dyn Runner>,
}

impl Automation {
    fn new(behaviour: Behaviour) -> Automation {
        let runner = behaviour.0.clone().start();
        Automation { behaviour, runner }
    }

    pub fn kind(&self) -> BehaviourKind {
        self.behaviour.kind()
    }

    /// Its settings.
    pub fn behaviour(&self) -> &Behaviour {
        &self.behaviour
    }

    /// Its state, if it runs with settings of this kind.
    pub fn get<B: Behaves>(&self) -> Option<&B::Running> {
        let runner: &dyn Any = &*self.runner;
        runner.downcast_ref()
    }

    /// The time of its next action, if that is known.
    pub fn next_due(&self) -> Option<Instant> {
        self.runner.next_due()
    }

    /// Whether something that it began is not finished.
    pub fn is_busy(&self) -> bool {
        self.runner.is_busy()
    }
}

impl Clone for Automation {
    fn clone(&self) -> Automation {
        Automation { behaviour: self.behaviour.clone(), runner: self.runner.boxed() }
    }
}

impl PartialEq for Automation {
    fn eq(&self, other: &Automation) -> bool {
        self.runner.equals(&*other.runner)
    }
}

/// What all kinds have in common.
pub trait Runner: Value {
    /// Something happened at the client.
    fn observe(&mut self, _event: &Event, _now: Instant) {}

    /// The client has changed: check whether there is something to do.
    fn look(&mut self, _client: &Client, _now: Instant) {}

    /// A Network Connection is being opened, by the user or an automation.
    fn opening(&mut self) {}

    /// The Network Connection has ended; `None` where the user ended it.
    fn link_ended(&mut self, _loss: Option<&Loss>, _now: Instant) {}

    /// The acknowledgements that the client holds while this runs.
    fn holds(&self) -> AcknowledgeByHand {
        AcknowledgeByHand::NONE
    }

    fn next_due(&self) -> Option<Instant>;

    /// The action that is due by `now`.
    fn next_action(&mut self, last_connect: Option<&Connect>, now: Instant) -> Option<Action>;

    /// The action was refused.
    fn refused(&mut self, _error: &ActError) {}

    fn is_busy(&self) -> bool;
}

/// Copying and comparing a [`Runner`] whose type is not known.
pub trait Value: Any + Debug + Send + Sync {
    fn boxed(&self) -> Box<dyn Runner>;

    fn equals(&self, other: &dyn Any) -> bool;
}

impl<R: Runner + Clone + PartialEq> Value for R {
    fn boxed(&self) -> Box<dyn Runner> {
        Box::new(self.clone())
    }

    fn equals(&self, other: &dyn Any) -> bool {
        other.downcast_ref() == Some(self)
    }
}

/// All automations of one client, one of a kind, in the order of the kinds.
#[derive(Debug, Default)]
pub(super) struct Automations {
    running: Vec<Automation>,
}

impl Automations {
    pub fn all(&self) -> &[Automation] {
        &self.running
    }

    /// One of the same kind must have been stopped.
    pub fn start(&mut self, behaviour: Behaviour) {
        let place = self.running.partition_point(|other| other.kind() < behaviour.kind());
        self.running.insert(place, Automation::new(behaviour));
    }

    pub fn stop(&mut self, kind: BehaviourKind) {
        self.running.retain(|other| other.kind() != kind);
    }

    pub fn observe(&mut self, event: &Event, now: Instant) {
        for automation in &mut self.running {
            automation.runner.observe(event, now);
        }
    }

    pub fn look(&mut self, client: &Client, now: Instant) {
        for automation in &mut self.running {
            automation.runner.look(client, now);
        }
    }

    pub fn opening(&mut self) {
        for automation in &mut self.running {
            automation.runner.opening();
        }
    }

    pub fn link_ended(&mut self, loss: Option<&Loss>, now: Instant) {
        for automation in &mut self.running {
            automation.runner.link_ended(loss, now);
        }
    }

    /// The acknowledgements that any of them holds.
    pub fn holds(&self) -> AcknowledgeByHand {
        let each = self.running.iter().map(|automation| automation.runner.holds());
        each.fold(AcknowledgeByHand::NONE, AcknowledgeByHand::or)
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
            let action = automation.runner.next_action(last_connect, now)?;
            Some((automation.kind(), action))
        })
    }

    pub fn refused(&mut self, kind: BehaviourKind, error: &ActError) {
        if let Some(one) = self.running.iter_mut().find(|automation| automation.kind() == kind) {
            one.runner.refused(error);
        }
    }

    pub fn is_busy(&self) -> bool {
        self.running.iter().any(Automation::is_busy)
    }
}
