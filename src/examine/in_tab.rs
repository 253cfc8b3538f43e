//! The broker in the tab examined: no time passes but on paper.

use super::examination::{Examination, Finding, Options};
use crate::auth::KEY_LENGTH;
use crate::broker::{Input, Policy};
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
    let mut now = Instant::START;
    let mut tab = InTab::new(seed);
    tab.operate(Input::SetPolicy(Box::new(policy)), now);
    let mut examination = Examination::new(options, now);
    while !examination.is_over() {
        while let Some(command) = examination.next_command() {
            for command in between.to_broker(command) {
                match command {
                    LinkCommand::Open { connection, .. } => {
                        tab.open(connection, ClientSlot(0), now)
                    }
                    LinkCommand::Send { connection, bytes } => tab.send(connection, bytes, now),
                    LinkCommand::Close { connection } => tab.close(connection, now),
                }
            }
        }
        let due = [examination.next_timeout(), tab.next_timeout()].into_iter().flatten().min();
        let Some(due) = due else { break };
        now = now.max(due);
        match tab.next_event(now) {
            Some((at, connection, event)) => {
                for (connection, event) in between.to_client(connection, event) {
                    examination.link_event(connection, event, at);
                }
            }
            None => examination.advance(now),
        }
    }
    examination.into_findings()
}
