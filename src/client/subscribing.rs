//! SUBSCRIBE and UNSUBSCRIBE with their answers (§3.8 to §3.11).

use super::command::{Accepted, CommandError};
use super::connection::Online;
use super::event::Event;
use super::output::Outputs;
use super::session::Subscribed;
use crate::delivery::Violation;
use crate::mqtt::{
    Packet, PacketId, PacketType, Properties, QoS, SubAck, Subscribe, Subscription, Text, UnsubAck,
    Unsubscribe,
};

impl Online {
    pub fn subscribe(
        &mut self,
        properties: Properties,
        subscriptions: Vec<Subscription>,
        out: &mut Outputs,
    ) -> Result<Accepted, CommandError> {
        self.connection.limits.check_subscriptions(&properties, &subscriptions)?;
        let mut subscribe = Subscribe { packet_id: PacketId::MIN, properties, subscriptions };
        self.check_packet(&Packet::Subscribe(subscribe.clone()))?;
        let packet_id = self.session.outgoing.allocate_packet_id()?;
        subscribe.packet_id = packet_id;
        self.connection.subscribes.insert(packet_id, subscribe.clone());
        self.send(Packet::Subscribe(subscribe), out);
        Ok(Accepted { packet_id: Some(packet_id), queued: false })
    }

    pub fn unsubscribe(
        &mut self,
        properties: Properties,
        topic_filters: Vec<Text>,
        out: &mut Outputs,
    ) -> Result<Accepted, CommandError> {
        let mut unsubscribe = Unsubscribe { packet_id: PacketId::MIN, properties, topic_filters };
        self.check_packet(&Packet::Unsubscribe(unsubscribe.clone()))?;
        let packet_id = self.session.outgoing.allocate_packet_id()?;
        unsubscribe.packet_id = packet_id;
        self.connection.unsubscribes.insert(packet_id, unsubscribe.clone());
        self.send(Packet::Unsubscribe(unsubscribe), out);
        Ok(Accepted { packet_id: Some(packet_id), queued: false })
    }

    pub fn suback_received(&mut self, suback: SubAck, out: &mut Outputs) -> Result<(), Violation> {
        let packet_id = suback.packet_id;
        let Some(subscribe) = self.connection.subscribes.remove(&packet_id) else {
            return self.unexplained(unknown_request(PacketType::SubAck, packet_id), out);
        };
        self.session.outgoing.release_packet_id(packet_id);
        let (asked, answered) = (subscribe.subscriptions.len(), suback.reason_codes.len());
        if asked != answered {
            return Err(wrong_count("[MQTT-3.8.4-6]", PacketType::SubAck, asked, answered));
        }
        let codes = suback.reason_codes.iter().copied();
        let results: Vec<_> = subscribe.subscriptions.into_iter().zip(codes).collect();
        for (subscription, code) in &results {
            if let Some(granted) = QoS::from_bits(code.value()) {
                self.session.subscriptions.insert(
                    subscription.topic_filter.clone(),
                    Subscribed::new(subscription.clone(), granted, &subscribe.properties),
                );
            }
        }
        out.event(Event::Subscribed { results, suback });
        Ok(())
    }

    pub fn unsuback_received(
        &mut self,
        unsuback: UnsubAck,
        out: &mut Outputs,
    ) -> Result<(), Violation> {
        let packet_id = unsuback.packet_id;
        let Some(unsubscribe) = self.connection.unsubscribes.remove(&packet_id) else {
            return self.unexplained(unknown_request(PacketType::UnsubAck, packet_id), out);
        };
        self.session.outgoing.release_packet_id(packet_id);
        let (asked, answered) = (unsubscribe.topic_filters.len(), unsuback.reason_codes.len());
        if asked != answered {
            return Err(wrong_count("[MQTT-3.11.3-1]", PacketType::UnsubAck, asked, answered));
        }
        let codes = unsuback.reason_codes.iter().copied();
        let results: Vec<_> = unsubscribe.topic_filters.into_iter().zip(codes).collect();
        for (topic_filter, code) in &results {
            if !code.is_error() {
                self.session.subscriptions.remove(topic_filter);
            }
        }
        out.event(Event::Unsubscribed { results, unsuback });
        Ok(())
    }
}

fn unknown_request(packet_type: PacketType, packet_id: PacketId) -> Violation {
    let name = packet_type.name();
    let text = format!("{name} {packet_id} answers no request");
    Violation::protocol_error("[MQTT-2.2.1-6]", text)
}

fn wrong_count(
    rule: &'static str,
    packet_type: PacketType,
    asked: usize,
    answered: usize,
) -> Violation {
    let name = packet_type.name();
    let text = format!("{name} holds {answered} Reason Codes for {asked} Topic Filters");
    Violation::protocol_error(rule, text)
}
