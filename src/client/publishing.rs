//! Application Messages, both ways (§3.3, §4.3): the client's own until they are acknowledged, and the
//! Server's as they arrive.

use super::acknowledging::{AckKind, AcknowledgeByHand, Held};
use super::checks::{identifier_in_use, out_of_place, unusable_alias};
use super::command::{Accepted, CommandError};
use super::connection::{Connection, Online};
use super::event::{Event, Message};
use super::output::Outputs;
use super::session::Queued;
use crate::delivery::Violation;
use crate::delivery::{AckOutcome, AliasError, Receipt};
use crate::mqtt::{Ack, Packet, PacketId, PacketType, Publish, QoS, ReasonCode};

impl Online {
    /// Sends what may be sent: first again what a resumed Session has unacknowledged [MQTT-4.4.0-1], in its
    /// original order [MQTT-4.6.0-1], then what is queued.
    pub fn pump(&mut self, out: &mut Outputs) {
        while let Some(packet) = self
            .session
            .outgoing
            .resend(&mut self.connection.redelivery, &mut self.connection.send_quota)
        {
            if let Packet::Publish(publish) = &packet
                && let Some(packet_id) = publish.packet_id
                && let Err(error) = self.check_still_allowed(publish)
            {
                let quota = &mut self.connection.send_quota;
                if let Some(message) = self.session.outgoing.give_up(packet_id, quota) {
                    out.event(Event::MessageGivenUp { publish: message.publish, error });
                }
                continue;
            }
            self.send(packet, out);
        }
        if !self.connection.redelivery.is_empty() {
            return;
        }
        while let Some(queued) = self.session.queue.pop_front() {
            let packet_id = queued.packet_id;
            if !self.connection.send_quota.take(packet_id) {
                self.session.queue.push_front(queued);
                return;
            }
            let publish = queued.to_send(&self.connection.outgoing_aliases);
            match self.check_still_allowed(&publish) {
                Ok(()) => self.send_publish(publish, &queued.topic, out),
                Err(error) => {
                    self.connection.send_quota.give_back(packet_id);
                    self.session.outgoing.release_packet_id(packet_id);
                    out.event(Event::MessageGivenUp { publish, error });
                }
            }
        }
    }

    pub fn publish(
        &mut self,
        publish: Publish,
        out: &mut Outputs,
    ) -> Result<Accepted, CommandError> {
        let Connection { limits, outgoing_aliases, .. } = &self.connection;
        limits.check_publish(&publish)?;
        let topic = match (publish.properties.topic_alias(), publish.topic.as_str()) {
            (Some(alias), "") => {
                outgoing_aliases.check(alias)?;
                outgoing_aliases.topic(alias).ok_or(AliasError::Unknown { alias })?.to_owned()
            }
            (Some(alias), topic) => {
                outgoing_aliases.check(alias)?;
                topic.to_owned()
            }
            (None, topic) => topic.to_owned(),
        };
        // Checked with a placeholder of the same size: a refused message must not use up an identifier.
        let above_0 = publish.qos > QoS::AtMostOnce;
        let mut publish = Publish { packet_id: above_0.then_some(PacketId::MIN), ..publish };
        self.check_packet(&Packet::Publish(publish.clone()))?;
        if !above_0 {
            self.send_publish(publish, &topic, out);
            return Ok(Accepted::default());
        }
        let packet_id = self.session.outgoing.allocate_packet_id()?;
        publish.packet_id = Some(packet_id);
        let Connection { redelivery, send_quota, .. } = &mut self.connection;
        let in_turn = redelivery.is_empty() && self.session.queue.is_empty();
        let queued = !(in_turn && send_quota.take(packet_id));
        if queued {
            self.session.queue.push_back(Queued { packet_id, publish, topic: topic.into() });
            out.event(Event::Queued { packet_id });
        } else {
            self.send_publish(publish, &topic, out);
        }
        Ok(Accepted { packet_id: Some(packet_id), queued })
    }

    pub fn publish_received(
        &mut self,
        publish: Publish,
        by_hand: AcknowledgeByHand,
        out: &mut Outputs,
    ) -> Result<(), Violation> {
        let qos = publish.qos;
        if let Some(packet_id) = publish.packet_id {
            if self.identifier_in_use(packet_id, qos) {
                return self.unexplained(identifier_in_use(packet_id, qos), out);
            }
            if !self.connection.receive_quota.take(packet_id) {
                let maximum = self.connection.receive_quota.maximum();
                return Err(Violation::new(
                    ReasonCode::ReceiveMaximumExceeded,
                    "[MQTT-3.3.4-9]",
                    format!("more than {maximum} PUBLISH packets are unacknowledged"),
                ));
            }
        }
        let topic = self.connection.incoming_aliases.resolve(&publish).map_err(unusable_alias)?;
        let packet_id = publish.packet_id;
        let message = Event::Message(Message { topic, publish });
        match (qos, packet_id) {
            (QoS::AtLeastOnce, Some(packet_id)) => {
                out.event(message);
                self.owe(AckKind::PubAck, packet_id, by_hand, out);
            }
            (QoS::ExactlyOnce, Some(packet_id)) => {
                match self.session.incoming.publish(packet_id) {
                    Receipt::New => out.event(message),
                    Receipt::Repeat => out.event(Event::RepeatIgnored { packet_id }),
                }
                self.owe(AckKind::PubRec, packet_id, by_hand, out);
            }
            _ => out.event(message),
        }
        Ok(())
    }

    /// Whether the Server must not use this identifier yet. A repeated QoS 2 PUBLISH may.
    fn identifier_in_use(&self, packet_id: PacketId, qos: QoS) -> bool {
        let repeat = |held: &Held| qos == QoS::ExactlyOnce && held.kind == AckKind::PubRec;
        let mut held = self.connection.held.iter().filter(|held| held.packet_id == packet_id);
        held.any(|held| !repeat(held))
            || (qos == QoS::AtLeastOnce && self.session.incoming.contains(packet_id))
    }

    pub fn acknowledged(
        &mut self,
        packet_type: PacketType,
        ack: Ack,
        outcome: AckOutcome,
        out: &mut Outputs,
    ) -> Result<(), Violation> {
        let Ack { packet_id, reason_code, properties } = ack;
        match outcome {
            AckOutcome::Done(message) => {
                let publish = message.publish;
                out.event(Event::PublishFinished { publish, reason_code, properties });
            }
            AckOutcome::SendPubRel(pubrel) => self.send_fitting(Packet::PubRel(pubrel), out),
            AckOutcome::Unknown(answer) => {
                out.event(Event::UnknownAcknowledgement { packet_type, packet_id });
                if let Some(pubrel) = answer {
                    self.send_fitting(Packet::PubRel(pubrel), out);
                }
            }
            AckOutcome::OutOfPlace(_) => {
                self.unexplained(out_of_place(packet_type, packet_id), out)?;
            }
        }
        Ok(())
    }

    /// Records the alias that it sets and the exchange that it begins. Not where that would exceed the
    /// Server's Receive Maximum: then the client could not send it again.
    pub fn publish_sent_past(&mut self, publish: &Publish) {
        let alias = publish.properties.topic_alias();
        let mapped = alias.and_then(|alias| self.connection.outgoing_aliases.topic(alias));
        let topic = match publish.topic.as_str() {
            "" => mapped.unwrap_or_default().to_owned(),
            topic => topic.to_owned(),
        };
        if let Some(alias) = alias
            && !topic.is_empty()
        {
            // An alias above the Server's maximum maps to no topic.
            let _ = self.connection.outgoing_aliases.set(alias, &topic);
        }
        if let Some(packet_id) = publish.packet_id
            && !topic.is_empty()
            && self.connection.send_quota.available() > 0
            && self.session.outgoing.claim_packet_id(packet_id)
            && self.connection.send_quota.take(packet_id)
        {
            self.session.outgoing.publish_sent(publish, &topic);
        }
    }

    fn send_publish(&mut self, publish: Publish, topic: &str, out: &mut Outputs) {
        if let Some(alias) = publish.properties.topic_alias() {
            // The alias was checked when the message was accepted on this connection.
            let noted = self.connection.outgoing_aliases.set(alias, topic);
            debug_assert!(noted.is_ok(), "an unusable alias got past the check");
        }
        self.session.outgoing.publish_sent(&publish, topic);
        self.send(Packet::Publish(publish), out);
    }

    fn check_still_allowed(&self, publish: &Publish) -> Result<(), CommandError> {
        self.connection.limits.check_publish(publish)?;
        self.connection.limits.check_size(&Packet::Publish(publish.clone()))
    }
}
