//! The broker in the tab examined: no time passes but on paper.

use std::time::Duration;

use super::examination::{Examination, Finding, Options};
use crate::auth::KEY_LENGTH;
use crate::broker::{Broker, Input, Policy};
use crate::capture::ClientSlot;
use crate::lab::InTab;
use crate::link::{LinkCommand, LinkEvent};
use crate::mqtt::ConnectionId;
use crate::time::Instant;

/// Examines a broker of its own with this policy.
pub fn in_tab(options: Options, policy: Policy, seed: [u8; KEY_LENGTH]) -> Vec<Finding> {
    in_tab_through(options, policy, seed, &mut Through)
}

/// What stands between the clients and the broker. Each way takes what was said and gives what passes.
pub trait Between {
    fn to_broker(&mut self, command: LinkCommand) -> Vec<LinkCommand> {
        vec![command]
    }

    fn to_client(
        &mut self,
        connection: ConnectionId,
        event: LinkEvent,
    ) -> Vec<(ConnectionId, LinkEvent)> {
        vec![(connection, event)]
    }
}

struct Through;

impl Between for Through {}

/// The same with something between the clients and the broker.
pub fn in_tab_through(
    options: Options,
    policy: Policy,
    seed: [u8; KEY_LENGTH],
    between: &mut dyn Between,
) -> Vec<Finding> {
    let mut run = InTabRun::new(options, policy, seed);
    while run.step(between) {}
    run.into_examination().into_findings()
}

/// Longer than anything is on its way.
const ARRIVAL: Duration = Duration::from_secs(1);

/// An examination of the broker in the tab, a moment at a time.
pub struct InTabRun {
    examination: Examination,
    tab: InTab,
    now: Instant,
}

impl InTabRun {
    pub fn new(options: Options, policy: Policy, seed: [u8; KEY_LENGTH]) -> InTabRun {
        let now = Instant::START;
        let mut tab = InTab::new(seed);
        tab.operate(Input::SetPolicy(Box::new(policy)), now);
        InTabRun { examination: Examination::new(options, now), tab, now }
    }

    /// Goes on to the next moment at which something happens; `false` when it is over.
    pub fn step(&mut self, between: &mut dyn Between) -> bool {
        let InTabRun { examination, tab, now } = self;
        while let Some(command) = examination.next_command() {
            for command in between.to_broker(command) {
                match command {
                    LinkCommand::Open { connection, .. } => {
                        tab.open(connection, ClientSlot(0), *now);
                    }
                    LinkCommand::Send { connection, bytes } => tab.send(connection, bytes, *now),
                    LinkCommand::Close { connection } => tab.close(connection, *now),
                }
            }
        }
        let due = [examination.next_timeout(), tab.next_timeout()].into_iter().flatten().min();
        let Some(due) = due.filter(|_| !examination.is_over()) else {
            // What is on the way arrives.
            while tab.next_event(*now + ARRIVAL).is_some() {}
            return false;
        };
        *now = due.max(*now);
        match tab.next_event(*now) {
            Some((at, connection, event)) => {
                for (connection, event) in between.to_client(connection, event) {
                    examination.link_event(connection, event, at);
                }
            }
            None => examination.advance(*now),
        }
        true
    }

    /// The same without anything between.
    pub fn step_plainly(&mut self) -> bool {
        self.step(&mut Through)
    }

    pub fn examination(&self) -> &Examination {
        &self.examination
    }

    pub fn broker(&self) -> &Broker {
        self.tab.broker()
    }

    pub fn stop(&mut self) {
        self.examination.stop(self.now);
    }

    pub fn into_examination(self) -> Examination {
        self.examination
    }
}
