//! Will Messages (§3.1.2.5): kept with the Session, published when the Client leaves without
//! DISCONNECT 0x00.

use std::sync::Arc;

use super::event::Event;
use super::message::Message;
use super::policy::{Action, Request};
use super::{Broker, ClientId};
use crate::delivery::Violation;
use crate::mqtt::{Connect, PacketType, Properties, Property, Publish, ReasonCode, Will};
use crate::time::Instant;

impl Broker {
    /// Refuses a CONNECT whose Will could not be published.
    pub(super) fn check_will(&self, connect: &Connect) -> Result<(), Violation> {
        let Some(will) = &connect.will else { return Ok(()) };
        if will.qos > self.policy.maximum_qos {
            let text = "the Will is above the Maximum QoS";
            return Err(Violation::new(ReasonCode::QoSNotSupported, "[MQTT-3.2.2-12]", text));
        }
        if will.retain && !self.policy.retain_available {
            let text = "a Will to be retained, but retain is not available";
            return Err(Violation::new(ReasonCode::RetainNotSupported, "[MQTT-3.2.2-13]", text));
        }
        let request = Request {
            action: Action::Publish,
            user: connect.user_name.as_deref(),
            client_id: &connect.client_id,
            topic: Some(&will.topic),
        };
        self.check_message(&request, PacketType::ConnAck, &will.properties, &will.payload)
    }

    pub(super) fn publish_will(&mut self, client_id: &ClientId, will: Will, now: Instant) {
        self.note(
            now,
            None,
            Some(client_id.clone()),
            Event::WillPublished { topic: will.topic.clone() },
        );
        let own = |property: &Property| !matches!(property, Property::WillDelayInterval(_));
        let properties: Properties = will.properties.0.into_iter().filter(own).collect();
        let topic = Arc::from(will.topic.as_str());
        let publish = Publish {
            qos: will.qos,
            // [MQTT-3.1.2-14], [MQTT-3.1.2-15]
            retain: will.retain,
            properties,
            payload: will.payload,
            ..Publish::default()
        };
        let message = Message::new(topic, &publish, Some(client_id.clone()), now);
        self.distribute(&Arc::new(message), now);
    }

    pub(super) fn discard_will(&mut self, client_id: &ClientId, rule: &'static str, now: Instant) {
        let Some(session) = self.sessions.get_mut(client_id) else { return };
        if let Some(will) = session.will.take() {
            let event = Event::WillDiscarded { topic: will.topic, rule };
            self.note(now, None, Some(client_id.clone()), event);
        }
    }
}
