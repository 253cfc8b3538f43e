//! An established connection: what lives and dies with it, and what each packet and command does.

use std::collections::VecDeque;

use litemap::LiteMap;

use super::command::{Accepted, CommandError, check_well_formed};
use super::event::{Event, Message, Violation};
use super::handshake::{Turn, check_method};
use super::keep_alive::KeepAlive;
use super::limits::{Announced, Limits};
use super::output::Outputs;
use super::session::{Queued, Session, Subscribed};
use crate::delivery::{
    AckOutcome, AliasError, IncomingAliases, OutgoingAliases, Quota, Receipt, ReceivedStage,
    Redelivery, fit_into, packet_size,
};
use crate::mqtt::{
    Ack, Auth, DecodeError, Disconnect, ErrorKind, Packet, PacketId, PacketType, Properties,
    PropertyId, Publish, QoS, ReasonCode, SubAck, Subscribe, Subscription, UnsubAck, Unsubscribe,
};
use crate::time::Instant;

/// Connection state: the next connection begins with a new one.
#[derive(Clone, Debug)]
pub(super) struct Connection {
    pub announced: Announced,
    pub limits: Limits,
    /// How long the Session is kept when the connection ends; DISCONNECT may change it.
    pub session_expiry_interval: u32,
    pub keep_alive: KeepAlive,
    pub send_quota: Quota,
    pub receive_quota: Quota,
    pub incoming_aliases: IncomingAliases,
    pub outgoing_aliases: OutgoingAliases,
    pub redelivery: Redelivery,
    pub held: VecDeque<Held>,
    pub subscribes: LiteMap<PacketId, Subscribe>,
    pub unsubscribes: LiteMap<PacketId, Unsubscribe>,
    pub authentication_method: Option<String>,
    /// Whose turn it is while a re-authentication runs (§4.12.1).
    pub re_authentication: Option<Turn>,
    /// Whether a person has sent bytes past the client.
    pub sent_past: bool,
}

/// A connection and the Session it serves.
#[derive(Clone, Debug)]
pub(super) struct Online {
    pub connection: Connection,
    pub session: Session,
}

/// An acknowledgement owed to the Server, in the order in which its cause arrived.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    pub kind: AckKind,
    pub packet_id: PacketId,
    /// Decided, but an earlier one of its kind is not yet; otherwise the application's to decide.
    ready: Option<Ack>,
}

impl Held {
    /// Whether the application has not decided yet.
    pub fn is_open(&self) -> bool {
        self.ready.is_none()
    }
}

/// The acknowledgements a receiver sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AckKind {
    PubAck,
    PubRec,
    PubComp,
}

/// Which acknowledgements wait for [`Command::Acknowledge`](super::Command::Acknowledge).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AcknowledgeByHand {
    pub puback: bool,
    pub pubrec: bool,
    pub pubcomp: bool,
}

/// What a packet leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Next {
    Stay,
    /// The Server has said DISCONNECT.
    Close,
}

impl Connection {
    fn packet_ids_of_requests(&self) -> impl Iterator<Item = PacketId> {
        self.subscribes.keys().chain(self.unsubscribes.keys()).copied()
    }
}

impl Online {
    /// Ends the connection: what is left is the Session and how long to keep it.
    pub fn into_session(self) -> (Session, u32) {
        let Online { connection, mut session } = self;
        // SUBSCRIBE and UNSUBSCRIBE are not part of Session State: nobody will answer them now.
        for packet_id in connection.packet_ids_of_requests() {
            session.outgoing.release_packet_id(packet_id);
        }
        (session, connection.session_expiry_interval)
    }

    pub fn packet(
        &mut self,
        packet: Packet,
        by_hand: AcknowledgeByHand,
        out: &mut Outputs,
    ) -> Result<Next, Violation> {
        check_incoming(&packet, &self.connection.announced)?;
        match packet {
            Packet::Publish(publish) => self.publish_received(publish, by_hand, out)?,
            Packet::PubAck(ack) => {
                let outcome = self.session.outgoing.puback(&ack, &mut self.connection.send_quota);
                self.acknowledged(PacketType::PubAck, ack, outcome, out)?;
            }
            Packet::PubRec(ack) => {
                let outcome = self.session.outgoing.pubrec(&ack, &mut self.connection.send_quota);
                self.acknowledged(PacketType::PubRec, ack, outcome, out)?;
            }
            Packet::PubComp(ack) => {
                let outcome = self.session.outgoing.pubcomp(&ack, &mut self.connection.send_quota);
                self.acknowledged(PacketType::PubComp, ack, outcome, out)?;
            }
            Packet::PubRel(ack) => self.pubrel_received(&ack, by_hand, out)?,
            Packet::SubAck(suback) => self.suback_received(suback, out)?,
            Packet::UnsubAck(unsuback) => self.unsuback_received(unsuback, out)?,
            Packet::PingResp => {
                let Some(round_trip) = self.connection.keep_alive.ping_answered(out.now) else {
                    let text = "PINGRESP, but no PINGREQ waits for it";
                    self.unexplained(Violation::protocol_error("§3.13", text), out)?;
                    return Ok(Next::Stay);
                };
                out.event(Event::PingAnswered { round_trip });
            }
            Packet::Auth(auth) => self.auth_received(auth, out)?,
            Packet::Disconnect(disconnect) => {
                out.event(Event::Disconnected(disconnect));
                return Ok(Next::Close);
            }
            Packet::ConnAck(_) => {
                let text = "a second CONNACK on the same connection";
                return Err(Violation::protocol_error("[MQTT-3.2.0-2]", text));
            }
            Packet::Connect(_)
            | Packet::Subscribe(_)
            | Packet::Unsubscribe(_)
            | Packet::PingReq => return Err(Violation::wrong_side(&packet)),
        }
        self.pump(out);
        Ok(Next::Stay)
    }

    /// Sends what may be sent: first again what a resumed Session has left, then what is queued
    /// [MQTT-4.4.0-1], [MQTT-4.6.0-1].
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

    pub fn ping(&mut self, out: &mut Outputs) {
        self.connection.keep_alive.ping_sent(out.now);
        self.send(Packet::PingReq, out);
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
        // The identifier is not given before everything is known to be right; it has a fixed size.
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
            self.session.queue.push_back(Queued { packet_id, publish, topic });
            out.event(Event::Queued { packet_id });
        } else {
            self.send_publish(publish, &topic, out);
        }
        Ok(Accepted { packet_id: Some(packet_id), queued })
    }

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
        topic_filters: Vec<String>,
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

    /// Releases an acknowledgement that was left to the application, in its order.
    pub fn acknowledge(&mut self, ack: Ack, out: &mut Outputs) -> Result<(), CommandError> {
        let packet_id = ack.packet_id;
        let held = &self.connection.held;
        let Some(position) = held.iter().position(|held| held.packet_id == packet_id) else {
            return Err(CommandError::NothingToAcknowledge(packet_id));
        };
        let kind = held[position].kind;
        if kind != AckKind::PubComp
            && let Some(first) = held.iter().take(position).find(|held| held.kind == kind)
        {
            let packet_type = kind.packet_type();
            return Err(CommandError::AcknowledgeInOrder { packet_type, first: first.packet_id });
        }
        self.check_fitting(&kind.packet(ack.clone()))?;
        self.connection.held[position].ready = Some(ack);
        self.release_ready(kind, out);
        Ok(())
    }

    /// AUTH of one's own: begins a re-authentication or goes on with it (§4.12.1).
    pub fn auth(&mut self, auth: Auth, out: &mut Outputs) -> Result<(), CommandError> {
        let Connection { authentication_method, re_authentication, .. } = &self.connection;
        let method =
            authentication_method.as_deref().ok_or(CommandError::NoAuthenticationMethod)?;
        if auth.properties.authentication_method() != Some(method) {
            return Err(CommandError::AuthenticationMethodDiffers);
        }
        let expected = match re_authentication {
            None => ReasonCode::ReAuthenticate,
            Some(Turn::Client) => ReasonCode::ContinueAuthentication,
            Some(Turn::Server) => return Err(CommandError::AuthOutOfTurn),
        };
        if auth.reason_code != expected {
            return Err(CommandError::AuthReasonCode { expected });
        }
        let packet = Packet::Auth(auth);
        self.check_fitting(&packet)?;
        self.connection.re_authentication = Some(Turn::Server);
        self.send_fitting(packet, out);
        Ok(())
    }

    /// The last packet. The caller closes the connection [MQTT-3.14.4-2].
    pub fn disconnect(
        &mut self,
        disconnect: Disconnect,
        out: &mut Outputs,
    ) -> Result<(), CommandError> {
        let override_secs = disconnect.properties.session_expiry_interval();
        if self.connection.announced.session_expiry_interval.value == 0
            && override_secs.is_some_and(|secs| secs > 0)
        {
            return Err(CommandError::SessionExpiryWasZero);
        }
        let packet = Packet::Disconnect(disconnect);
        self.check_fitting(&packet)?;
        if let Some(secs) = override_secs {
            self.connection.session_expiry_interval = secs;
        }
        self.send_fitting(packet, out);
        Ok(())
    }

    /// Takes into account what a person has sent past the client, as far as it can be known.
    pub fn sent_past(&mut self, packet: Option<Packet>, now: Instant) {
        self.connection.sent_past = true;
        let Some(packet) = packet else { return };
        self.connection.keep_alive.sent(now);
        match packet {
            Packet::PingReq => self.connection.keep_alive.ping_sent(now),
            Packet::Subscribe(subscribe) => {
                let was_free = self.session.outgoing.claim_packet_id(subscribe.packet_id);
                if was_free {
                    self.connection.subscribes.insert(subscribe.packet_id, subscribe);
                }
            }
            Packet::Unsubscribe(unsubscribe) => {
                let was_free = self.session.outgoing.claim_packet_id(unsubscribe.packet_id);
                if was_free {
                    self.connection.unsubscribes.insert(unsubscribe.packet_id, unsubscribe);
                }
            }
            Packet::Publish(publish) => self.publish_sent_past(&publish),
            Packet::PubAck(ack) => self.ack_sent_past(AckKind::PubAck, &ack),
            Packet::PubRec(ack) => self.ack_sent_past(AckKind::PubRec, &ack),
            Packet::PubComp(ack) => self.ack_sent_past(AckKind::PubComp, &ack),
            Packet::Auth(_) => self.connection.re_authentication = Some(Turn::Server),
            _ => {}
        }
    }

    /// Tells the Server which rule it broke.
    pub fn send_disconnect(&mut self, reason_code: ReasonCode, out: &mut Outputs) {
        self.send_fitting(Packet::Disconnect(Disconnect::new(reason_code)), out);
    }

    fn publish_received(
        &mut self,
        publish: Publish,
        by_hand: AcknowledgeByHand,
        out: &mut Outputs,
    ) -> Result<(), Violation> {
        let qos = publish.qos;
        if let Some(packet_id) = publish.packet_id {
            if self.identifier_in_use(packet_id, qos) {
                return self.unexplained(Violation::identifier_in_use(packet_id, qos), out);
            }
            if !self.connection.receive_quota.take(packet_id) {
                let maximum = self.connection.receive_quota.maximum();
                return Err(Violation {
                    reason_code: ReasonCode::ReceiveMaximumExceeded,
                    rule: "[MQTT-3.3.4-9]",
                    text: format!("more than {maximum} PUBLISH packets are unacknowledged"),
                });
            }
        }
        let topic = self.connection.incoming_aliases.resolve(&publish)?;
        let packet_id = publish.packet_id;
        let message = Event::Message(Message { topic, publish });
        match (qos, packet_id) {
            (QoS::AtLeastOnce, Some(packet_id)) => {
                out.event(message);
                self.owe(AckKind::PubAck, packet_id, by_hand.puback, out);
            }
            (QoS::ExactlyOnce, Some(packet_id)) => {
                match self.session.incoming.publish(packet_id) {
                    Receipt::New => out.event(message),
                    Receipt::Repeat => out.event(Event::RepeatIgnored { packet_id }),
                }
                self.owe(AckKind::PubRec, packet_id, by_hand.pubrec, out);
            }
            _ => out.event(message),
        }
        Ok(())
    }

    /// Whether the Server may not use this identifier yet. A repeated QoS 2 PUBLISH is no misuse.
    fn identifier_in_use(&self, packet_id: PacketId, qos: QoS) -> bool {
        let repeat = |held: &Held| qos == QoS::ExactlyOnce && held.kind == AckKind::PubRec;
        let mut held = self.connection.held.iter().filter(|held| held.packet_id == packet_id);
        held.any(|held| !repeat(held))
            || (qos == QoS::AtLeastOnce && self.session.incoming.contains(packet_id))
    }

    fn pubrel_received(
        &mut self,
        ack: &Ack,
        by_hand: AcknowledgeByHand,
        out: &mut Outputs,
    ) -> Result<(), Violation> {
        let packet_id = ack.packet_id;
        if self.session.incoming.stage(packet_id) == Some(ReceivedStage::PubRecDue) {
            let violation = Violation::out_of_place(PacketType::PubRel, packet_id);
            return self.unexplained(violation, out);
        }
        match self.session.incoming.pubrel(packet_id) {
            ReasonCode::Success => self.owe(AckKind::PubComp, packet_id, by_hand.pubcomp, out),
            reason_code => {
                let packet_type = PacketType::PubRel;
                out.event(Event::UnknownAcknowledgement { packet_type, packet_id });
                self.send_fitting(Packet::PubComp(Ack::new(packet_id, reason_code)), out);
            }
        }
        Ok(())
    }

    fn acknowledged(
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
                self.unexplained(Violation::out_of_place(packet_type, packet_id), out)?;
            }
        }
        Ok(())
    }

    fn suback_received(&mut self, suback: SubAck, out: &mut Outputs) -> Result<(), Violation> {
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

    fn unsuback_received(
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

    fn auth_received(&mut self, auth: Auth, out: &mut Outputs) -> Result<(), Violation> {
        check_method(&auth, self.connection.authentication_method.as_deref())?;
        let next = match (self.connection.re_authentication, auth.reason_code) {
            (Some(Turn::Server), ReasonCode::ContinueAuthentication) => Some(Turn::Client),
            (Some(Turn::Server), ReasonCode::Success) => None,
            _ => {
                let text = "AUTH, but the Client has not asked to re-authenticate";
                return self.unexplained(Violation::protocol_error("§4.12.1", text), out);
            }
        };
        self.connection.re_authentication = next;
        out.event(Event::Auth(auth));
        Ok(())
    }

    /// Notes an acknowledgement that is due, and sends it unless it waits for the application or for
    /// an earlier one of its kind.
    fn owe(&mut self, kind: AckKind, packet_id: PacketId, by_hand: bool, out: &mut Outputs) {
        let mut held = self.connection.held.iter();
        if held.any(|held| held.kind == kind && held.packet_id == packet_id) {
            return;
        }
        let ready = (!by_hand).then(|| Ack::success(packet_id));
        self.connection.held.push_back(Held { kind, packet_id, ready });
        if by_hand {
            let packet_type = kind.packet_type();
            out.event(Event::AcknowledgementHeld { packet_type, packet_id });
        }
        self.release_ready(kind, out);
    }

    /// PUBACK and PUBREC go out in the order of the PUBLISH packets [MQTT-4.6.0-2], [MQTT-4.6.0-3];
    /// for PUBCOMP there is no such rule.
    fn release_ready(&mut self, kind: AckKind, out: &mut Outputs) {
        let in_order = kind != AckKind::PubComp;
        while let Some(position) = self
            .connection
            .held
            .iter()
            .position(|held| held.kind == kind && (in_order || held.ready.is_some()))
        {
            let Some(ack) = self.connection.held[position].ready.take() else { return };
            self.connection.held.remove(position);
            self.send_ack(kind, ack, out);
        }
    }

    fn send_ack(&mut self, kind: AckKind, ack: Ack, out: &mut Outputs) {
        self.note_ack(kind, &ack);
        self.send_fitting(kind.packet(ack), out);
    }

    fn note_ack(&mut self, kind: AckKind, ack: &Ack) {
        let (packet_id, reason_code) = (ack.packet_id, ack.reason_code);
        match kind {
            AckKind::PubAck => {}
            AckKind::PubRec => self.session.incoming.pubrec_sent(packet_id, reason_code),
            AckKind::PubComp => self.session.incoming.pubcomp_sent(packet_id),
        }
        if kind != AckKind::PubRec || reason_code.is_error() {
            self.connection.receive_quota.give_back(packet_id);
        }
    }

    /// Notes the mapping it sets and the exchange it begins. One that claims more than the Server's
    /// Receive Maximum is left unknown: it is not the client's to send again.
    fn publish_sent_past(&mut self, publish: &Publish) {
        let alias = publish.properties.topic_alias();
        let mapped = alias.and_then(|alias| self.connection.outgoing_aliases.topic(alias));
        let topic = match publish.topic.as_str() {
            "" => mapped.unwrap_or_default().to_owned(),
            topic => topic.to_owned(),
        };
        if let Some(alias) = alias
            && !topic.is_empty()
        {
            // An alias beyond what the Server takes maps to nothing.
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

    /// An acknowledgement that was held need not be sent any more.
    fn ack_sent_past(&mut self, kind: AckKind, ack: &Ack) {
        let owed = |held: &Held| held.kind == kind && held.packet_id == ack.packet_id;
        if let Some(position) = self.connection.held.iter().position(owed) {
            self.connection.held.remove(position);
            self.note_ack(kind, ack);
        }
    }

    /// What the client cannot explain is a Protocol Error, unless a person has had a hand in it.
    fn unexplained(&self, violation: Violation, out: &mut Outputs) -> Result<(), Violation> {
        match self.connection.sent_past {
            true => {
                out.event(Event::Unexplained(violation));
                Ok(())
            }
            false => Err(violation),
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

    /// Rules that the wire and the Server's Maximum Packet Size set.
    fn check_packet(&self, packet: &Packet) -> Result<(), CommandError> {
        check_well_formed(packet)?;
        self.connection.limits.check_size(packet)
    }

    /// The same for a packet that may lose its Reason String and User Properties to fit.
    fn check_fitting(&self, packet: &Packet) -> Result<(), CommandError> {
        check_well_formed(packet)?;
        match fit_into(packet.clone(), self.connection.limits.maximum_packet_size.value) {
            Some(_) => Ok(()),
            None => self.connection.limits.check_size(packet),
        }
    }

    fn check_still_allowed(&self, publish: &Publish) -> Result<(), CommandError> {
        self.connection.limits.check_publish(publish)?;
        self.connection.limits.check_size(&Packet::Publish(publish.clone()))
    }

    fn send_fitting(&mut self, packet: Packet, out: &mut Outputs) {
        let packet_type = packet.packet_type();
        let properties = packet.properties().len();
        match fit_into(packet, self.connection.limits.maximum_packet_size.value) {
            Some(packet) => {
                if packet.properties().len() < properties {
                    out.event(Event::PropertiesLeftOut(packet_type));
                }
                self.send(packet, out);
            }
            None => out.event(Event::TooLargeToSend(packet_type)),
        }
    }

    fn send(&mut self, packet: Packet, out: &mut Outputs) {
        self.connection.keep_alive.sent(out.now);
        out.send(packet);
    }
}

impl Held {
    /// Whether it waits for the application, and not only for an earlier one.
    pub fn by_hand(&self) -> bool {
        self.ready.is_none()
    }
}

impl AckKind {
    pub fn packet_type(self) -> PacketType {
        match self {
            AckKind::PubAck => PacketType::PubAck,
            AckKind::PubRec => PacketType::PubRec,
            AckKind::PubComp => PacketType::PubComp,
        }
    }

    fn packet(self, ack: Ack) -> Packet {
        match self {
            AckKind::PubAck => Packet::PubAck(ack),
            AckKind::PubRec => Packet::PubRec(ack),
            AckKind::PubComp => Packet::PubComp(ack),
        }
    }
}

impl AcknowledgeByHand {
    pub const NONE: AcknowledgeByHand =
        AcknowledgeByHand { puback: false, pubrec: false, pubcomp: false };
    pub const ALL: AcknowledgeByHand =
        AcknowledgeByHand { puback: true, pubrec: true, pubcomp: true };
}

/// What CONNECT announced binds every packet of the Server.
pub(super) fn check_incoming(packet: &Packet, announced: &Announced) -> Result<(), Violation> {
    if let Some(maximum) = announced.maximum_packet_size.value
        && let Ok(size) = packet_size(packet)
        && size > maximum as usize
    {
        let kind = ErrorKind::PacketTooLarge { size, maximum: maximum as usize };
        return Err(DecodeError { at: 1, kind }.into());
    }
    let may_explain =
        matches!(packet, Packet::Publish(_) | Packet::ConnAck(_) | Packet::Disconnect(_));
    let explains = |id| packet.properties().contains(id);
    if !announced.request_problem_information.value
        && !may_explain
        && (explains(PropertyId::ReasonString) || explains(PropertyId::UserProperty))
    {
        let name = packet.packet_type().name();
        let text = format!("{name} explains itself although Request Problem Information was 0");
        return Err(Violation::protocol_error("[MQTT-3.1.2-29]", text));
    }
    Ok(())
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
