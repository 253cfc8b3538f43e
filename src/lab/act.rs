//! Everything a person can do on the bench.

use bytes::Bytes;

use super::automation::{Behaviour, BehaviourKind};
use super::route::Route;
use crate::capture::ClientSlot;
use crate::client::AcknowledgeByHand;
use crate::link::Fault;
use crate::mqtt::{
    Connect, Disconnect, PacketId, Properties, Publish, ReasonCode, Subscription, Text,
};

/// One action at one client.
#[derive(Clone, Debug, PartialEq)]
pub struct Act {
    pub client: ClientSlot,
    pub action: Action,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    /// Opens a Network Connection and sends this CONNECT.
    Connect(Box<Connect>),
    /// Opens a Network Connection and sends these bytes in place of CONNECT.
    ConnectBytes(Bytes),
    /// Sends this PUBLISH. The client chooses Packet Identifier and DUP; those in the value are ignored.
    Publish(Publish),
    Subscribe {
        properties: Properties,
        subscriptions: Vec<Subscription>,
    },
    Unsubscribe {
        properties: Properties,
        topic_filters: Vec<Text>,
    },
    /// Sends DISCONNECT and closes.
    Disconnect(Disconnect),
    /// Sends PINGREQ, due or not.
    Ping,
    /// Sends AUTH.
    Authenticate {
        reason_code: ReasonCode,
        properties: Properties,
    },
    /// Sends an acknowledgement that is held.
    Acknowledge {
        packet_id: PacketId,
        reason_code: ReasonCode,
        properties: Properties,
    },
    /// From the next message on, holds these acknowledgements until they are released by hand.
    AcknowledgeByHand(AcknowledgeByHand),
    /// Closes the Network Connection without DISCONNECT.
    Cut,
    /// Sends these bytes as they are, past the client, so that rules can be broken on purpose.
    SendBytes(Bytes),
    /// Adds or repairs a fault between this client and the broker in the tab.
    Fault(Fault),
    /// Sets the broker, subprotocol and version of the next connection.
    SetRoute(Route),
    /// Starts an automation; one of the same kind that ran before ends.
    Automate(Behaviour),
    /// Stops the automation of this kind.
    StopAutomation(BehaviourKind),
}

impl Act {
    pub fn connect(client: ClientSlot, connect: Connect) -> Act {
        Act { client, action: Action::Connect(Box::new(connect)) }
    }

    pub fn publish(client: ClientSlot, publish: Publish) -> Act {
        Act { client, action: Action::Publish(publish) }
    }

    pub fn subscribe(
        client: ClientSlot,
        properties: impl Into<Properties>,
        subscriptions: impl Into<Vec<Subscription>>,
    ) -> Act {
        let (properties, subscriptions) = (properties.into(), subscriptions.into());
        Act { client, action: Action::Subscribe { properties, subscriptions } }
    }

    pub fn automate(client: ClientSlot, behaviour: impl Into<Behaviour>) -> Act {
        Act { client, action: Action::Automate(behaviour.into()) }
    }

    pub fn disconnect(client: ClientSlot, disconnect: Disconnect) -> Act {
        Act { client, action: Action::Disconnect(disconnect) }
    }
}

impl Action {
    /// Sends an acknowledgement that is held, as the client would have sent it.
    pub fn acknowledge(packet_id: PacketId) -> Action {
        let (reason_code, properties) = (ReasonCode::Success, Properties::NONE);
        Action::Acknowledge { packet_id, reason_code, properties }
    }

    /// Whether it changes how a client works rather than sending something. Such an action is possible at
    /// any time, before the first connection too.
    pub fn is_setting(&self) -> bool {
        matches!(
            self,
            Action::AcknowledgeByHand(_)
                | Action::SetRoute(_)
                | Action::Automate(_)
                | Action::StopAutomation(_)
        )
    }
}
