//! An established connection: what lives and dies with it, and where each packet goes.

use std::collections::VecDeque;

use litemap::LiteMap;

use super::acknowledging::{AckKind, AcknowledgeByHand, Held};
use super::authenticating::Turn;
use super::checks::{check_incoming, wrong_side};
use super::command::{CommandError, check_well_formed};
use super::event::Event;
use super::keep_alive::KeepAlive;
use super::limits::{Announced, Limits};
use super::output::Outputs;
use super::session::Session;
use crate::delivery::Violation;
use crate::delivery::{IncomingAliases, OutgoingAliases, Quota, Redelivery, fit_into};
use crate::mqtt::{Packet, PacketId, PacketType, Subscribe, Unsubscribe};
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
    /// Whether bytes have been sent past the client ([`Input::SentPast`](super::Input::SentPast)).
    pub sent_past: bool,
}

/// A connection and the Session it serves.
#[derive(Clone, Debug)]
pub(super) struct Online {
    pub connection: Connection,
    pub session: Session,
}

/// What a packet leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Next {
    Stay,
    /// The Server has sent DISCONNECT.
    Close,
}

impl Connection {
    pub fn packet_ids_of_requests(&self) -> impl Iterator<Item = PacketId> {
        self.subscribes.keys().chain(self.unsubscribes.keys()).copied()
    }
}

impl Online {
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
            | Packet::PingReq => return Err(wrong_side(&packet)),
        }
        self.pump(out);
        Ok(Next::Stay)
    }

    pub fn ping(&mut self, out: &mut Outputs) {
        self.connection.keep_alive.ping_sent(out.now);
        self.send(Packet::PingReq, out);
    }

    /// Takes into account what has been sent past the client: the packet, where the bytes are one.
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

    /// An unexpected packet is a Protocol Error, except after bytes were sent past the client (`sent_past`).
    pub fn unexplained(&self, violation: Violation, out: &mut Outputs) -> Result<(), Violation> {
        match self.connection.sent_past {
            true => {
                out.event(Event::Unexplained(violation));
                Ok(())
            }
            false => Err(violation),
        }
    }

    /// Rules that the wire and the Server's Maximum Packet Size set.
    pub fn check_packet(&self, packet: &Packet) -> Result<(), CommandError> {
        check_well_formed(packet)?;
        self.connection.limits.check_size(packet)
    }

    /// The same for a packet that may lose its Reason String and User Properties to fit.
    pub fn check_fitting(&self, packet: &Packet) -> Result<(), CommandError> {
        check_well_formed(packet)?;
        match fit_into(packet.clone(), self.connection.limits.maximum_packet_size.value) {
            Some(_) => Ok(()),
            None => self.connection.limits.check_size(packet),
        }
    }

    pub fn send_fitting(&mut self, packet: Packet, out: &mut Outputs) {
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

    pub fn send(&mut self, packet: Packet, out: &mut Outputs) {
        self.connection.keep_alive.sent(out.now);
        out.send(packet);
    }
}
