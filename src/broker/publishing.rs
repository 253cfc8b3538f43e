//! PUBLISH from a Client, and the acknowledgements both ways (§4.3).

use std::sync::Arc;

use super::event::Event;
use super::message::Message;
use super::policy::{Action, Refusal, Request};
use super::{Broker, ClientId, ConnectionId};
use crate::delivery::Violation;
use crate::delivery::{AckOutcome, Receipt};
use crate::mqtt::{
    Ack, Packet, PacketId, PacketType, Properties, Publish, QoS, ReasonCode, Sender, Text,
};
use crate::time::Instant;

/// PUBACK or PUBREC.
type AckPacket = fn(Ack) -> Packet;

impl Broker {
    pub(super) fn publish(&mut self, id: ConnectionId, publish: Publish, now: Instant) {
        let topic = match self.admit(id, &publish, now) {
            Ok(topic) => Arc::<str>::from(&*topic),
            Err(reason) => return self.fail(id, reason, now),
        };
        let Some((_, session)) = self.halves(id) else { return };
        let client_id = session.client_id.clone();
        let Some(packet_id) = publish.packet_id else {
            return match self.check_publish(id, &topic, &publish) {
                Ok(()) => {
                    let message = Message::new(topic, &publish, Some(client_id), now);
                    self.distribute(&Arc::new(message), now);
                }
                Err(reason) => self.refuse_publish(id, client_id, None, reason, now),
            };
        };

        // A repeat of a QoS 2 message is answered, but not handed on again [MQTT-4.3.3-10].
        let is_qos_2 = publish.qos == QoS::ExactlyOnce;
        if is_qos_2 && session.incoming.contains(packet_id) {
            session.incoming.publish(packet_id);
            session.incoming.pubrec_sent(packet_id, ReasonCode::Success);
            return self.send(id, Packet::PubRec(Ack::success(packet_id)));
        }
        let in_use = session.incoming.contains(packet_id);
        let answer = if is_qos_2 { Packet::PubRec } else { Packet::PubAck };
        let checked = match in_use {
            true => Err(identifier_in_use()),
            false => self.check_publish(id, &topic, &publish),
        };
        if let Err(reason) = checked {
            if !in_use && let Some((connected, _)) = self.halves(id) {
                connected.receiving.give_back(packet_id);
            }
            return self.refuse_publish(id, client_id, Some((packet_id, answer)), reason, now);
        }
        if is_qos_2 && let Some((_, session)) = self.halves(id) {
            let receipt = session.incoming.publish(packet_id);
            debug_assert_eq!(receipt, Receipt::New);
        }
        let message = Message::new(topic, &publish, Some(client_id), now);
        let copies = self.distribute(&Arc::new(message), now);
        let reason_code = match copies {
            0 => ReasonCode::NoMatchingSubscribers,
            _ => ReasonCode::Success,
        };
        if let Some((connected, session)) = self.halves(id) {
            match is_qos_2 {
                true => session.incoming.pubrec_sent(packet_id, reason_code),
                false => connected.receiving.give_back(packet_id),
            }
        }
        self.send(id, answer(Ack::new(packet_id, reason_code)));
    }

    pub(super) fn puback(&mut self, id: ConnectionId, ack: &Ack, now: Instant) {
        let Some((connected, session)) = self.halves(id) else { return };
        let outcome = session.outgoing.puback(ack, &mut connected.sending);
        self.acknowledged(id, ack.packet_id, PacketType::PubAck, outcome, now);
    }

    pub(super) fn pubrec(&mut self, id: ConnectionId, ack: &Ack, now: Instant) {
        let Some((connected, session)) = self.halves(id) else { return };
        let outcome = session.outgoing.pubrec(ack, &mut connected.sending);
        self.acknowledged(id, ack.packet_id, PacketType::PubRec, outcome, now);
    }

    pub(super) fn pubcomp(&mut self, id: ConnectionId, ack: &Ack, now: Instant) {
        let Some((connected, session)) = self.halves(id) else { return };
        let outcome = session.outgoing.pubcomp(ack, &mut connected.sending);
        self.acknowledged(id, ack.packet_id, PacketType::PubComp, outcome, now);
    }

    pub(super) fn pubrel(&mut self, id: ConnectionId, ack: &Ack) {
        let Some((connected, session)) = self.halves(id) else { return };
        let packet_id = ack.packet_id;
        let reason_code = session.incoming.pubrel(packet_id);
        session.incoming.pubcomp_sent(packet_id);
        connected.receiving.give_back(packet_id);
        let mut answer = Ack::new(packet_id, reason_code);
        if reason_code.is_error() {
            let reason = Violation::new(reason_code, "§3.7.2.1", "no PUBREL is expected for it");
            answer.properties = self.explain(id, PacketType::PubComp, &reason);
        }
        self.send(id, Packet::PubComp(answer));
    }

    fn acknowledged(
        &mut self,
        id: ConnectionId,
        packet_id: PacketId,
        packet: PacketType,
        outcome: AckOutcome,
        now: Instant,
    ) {
        let Some((_, session)) = self.halves(id) else { return };
        let client_id = session.client_id.clone();
        match outcome {
            AckOutcome::Done(_) => {
                session.in_flight.remove(&packet_id);
                self.pump(id, now);
            }
            AckOutcome::SendPubRel(ack) => {
                // After PUBREL the message itself must not be sent again [MQTT-4.3.3-6].
                session.in_flight.remove(&packet_id);
                self.send(id, Packet::PubRel(ack));
            }
            AckOutcome::Unknown(answer) => {
                let event = Event::Ignored { packet, rule: "§4.3" };
                self.note(now, Some(id), Some(client_id), event);
                if let Some(mut ack) = answer {
                    let text = "no PUBLISH is in flight with it";
                    let reason = Violation::new(ack.reason_code, "§3.6.2.1", text);
                    ack.properties = self.explain(id, PacketType::PubRel, &reason);
                    self.send(id, Packet::PubRel(ack));
                }
            }
            AckOutcome::OutOfPlace(_) => {
                let text = format!("{} for an exchange it has no place in", packet.name());
                self.fail(id, Violation::new(ReasonCode::ProtocolError, "§4.3", text), now);
            }
        }
    }

    /// Checks what ends the connection if it is wrong: alias, limits announced in CONNACK, Receive Maximum.
    /// Returns the Topic Name.
    fn admit(
        &mut self,
        id: ConnectionId,
        publish: &Publish,
        now: Instant,
    ) -> Result<Text, Violation> {
        use ReasonCode as R;
        let rate = self.policy.messages_per_second;
        let Some(connection) = self.connections.get(&id) else { return Ok(Text::EMPTY) };
        let announced = connection.announced;
        let Some((connected, _)) = self.halves(id) else { return Ok(Text::EMPTY) };
        let topic = connected.incoming_aliases.resolve(publish).map_err(|error| {
            Violation::new(error.reason_code(), error.rule(), error.to_string())
        })?;
        if publish.qos > announced.maximum_qos {
            let text = "above the Maximum QoS of CONNACK";
            return Err(Violation::new(R::QoSNotSupported, "[MQTT-3.2.2-11]", text));
        }
        if publish.retain && !announced.retain {
            let text = "CONNACK said Retain Available 0";
            return Err(Violation::new(R::RetainNotSupported, "[MQTT-3.2.2-14]", text));
        }
        if !connected.publish_rate.admit(rate, now) {
            let text = "too many PUBLISH packets a second";
            return Err(Violation::new(R::MessageRateTooHigh, "§3.14.2.1", text));
        }
        if let Some(packet_id) = publish.packet_id
            && !connected.receiving.take(packet_id)
        {
            let text = format!("more than {} unacknowledged", connected.receiving.maximum());
            return Err(Violation::new(R::ReceiveMaximumExceeded, "[MQTT-3.3.4-7]", text));
        }
        Ok(topic)
    }

    /// Checks what is refused in the acknowledgement.
    fn check_publish(
        &self,
        id: ConnectionId,
        topic: &str,
        publish: &Publish,
    ) -> Result<(), Violation> {
        let connected = self.connected(id);
        let user = connected.and_then(|connected| connected.user.as_deref());
        let client_id = connected.map_or("", |connected| &connected.client_id);
        let packet = match publish.qos {
            QoS::ExactlyOnce => PacketType::PubRec,
            _ => PacketType::PubAck,
        };
        let request = Request { action: Action::Publish, user, client_id, topic: Some(topic) };
        self.check_message(&request, packet, &publish.properties, &publish.payload)?;
        let is_new =
            publish.retain && !publish.payload.is_empty() && !self.retained.contains(topic);
        match self.policy.maximum_retained_messages {
            Some(maximum) if is_new && self.retained.len() >= maximum as usize => {
                Err(Violation::new(
                    ReasonCode::QuotaExceeded,
                    "§4.13",
                    "no more retained messages are stored",
                ))
            }
            _ => Ok(()),
        }
    }

    /// The checks that a PUBLISH and a Will share.
    pub(super) fn check_message(
        &self,
        request: &Request<'_>,
        packet: PacketType,
        properties: &Properties,
        payload: &[u8],
    ) -> Result<(), Violation> {
        let policy = &self.policy;
        if request.topic.is_some_and(|topic| policy.too_deep(topic)) {
            let text = "the Topic Name has too many levels";
            return Err(Violation::new(ReasonCode::TopicNameInvalid, "§4.7.3", text));
        }
        if let Some(code) = policy.refusal_by_rule(request, packet) {
            return Err(Violation::new(code, "§4.13", "a rule refuses this topic"));
        }
        if policy.check_payload_format
            && properties.payload_format_indicator() == Some(1)
            && std::str::from_utf8(payload).is_err()
        {
            let text = "Payload Format Indicator 1, but the payload is not UTF-8";
            return Err(Violation::new(ReasonCode::PayloadFormatInvalid, "§3.3.2.3.2", text));
        }
        Ok(())
    }

    fn refuse_publish(
        &mut self,
        id: ConnectionId,
        client_id: ClientId,
        answer: Option<(PacketId, AckPacket)>,
        reason: Violation,
        now: Instant,
    ) {
        if self.ends_connection(&reason) {
            return self.fail(id, reason, now);
        }
        let event = Event::Refused { packet: PacketType::Publish, reason: reason.clone() };
        self.note(now, Some(id), Some(client_id), event);
        if let Some((packet_id, answer)) = answer {
            let reason_code = reason.reason_code;
            let properties = self.explain(id, PacketType::PubAck, &reason);
            self.send(id, answer(Ack { packet_id, reason_code, properties }));
        }
    }

    /// Whether to refuse with DISCONNECT.
    pub(super) fn ends_connection(&self, reason: &Violation) -> bool {
        self.policy.refusal == Refusal::Disconnect
            && reason.reason_code.allowed_in(PacketType::Disconnect, Some(Sender::Server))
    }
}

pub(super) fn identifier_in_use() -> Violation {
    Violation::new(
        ReasonCode::PacketIdentifierInUse,
        "[MQTT-2.2.1-3]",
        "the Packet Identifier belongs to a QoS 2 message that is not finished",
    )
}
