//! What the client acknowledges: at once, or when the application says so (§4.3, §4.6).

use super::checks::out_of_place;
use super::command::CommandError;
use super::connection::Online;
use super::event::Event;
use super::output::Outputs;
use crate::delivery::ReceivedStage;
use crate::delivery::Violation;
use crate::mqtt::{Ack, Packet, PacketId, PacketType, ReasonCode};

/// An acknowledgement owed to the Server, in the order in which its cause arrived.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// Which packet it will be.
    pub kind: AckKind,
    /// That of the PUBLISH it answers.
    pub packet_id: PacketId,
    /// The packet to send once those of its kind before it are out; `None` while the application has not
    /// decided.
    ready: Option<Ack>,
}

/// The acknowledgements a receiver sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AckKind {
    /// PUBACK (§3.4): a QoS 1 PUBLISH has been taken over.
    PubAck,
    /// PUBREC (§3.5): a QoS 2 PUBLISH has been taken over.
    PubRec,
    /// PUBCOMP (§3.7): the answer to PUBREL.
    PubComp,
}

/// Which acknowledgements wait for [`Command::Acknowledge`](super::Command::Acknowledge); the others are
/// sent at once, with Reason Code 0x00.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AcknowledgeByHand {
    /// Whether PUBACKs wait. Those that follow wait too, since they keep their order [MQTT-4.6.0-2].
    pub puback: bool,
    /// Whether PUBRECs wait, in order as well [MQTT-4.6.0-3].
    pub pubrec: bool,
    /// Whether PUBCOMPs wait. They may go out in any order.
    pub pubcomp: bool,
}

impl Online {
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

    pub fn pubrel_received(
        &mut self,
        ack: &Ack,
        by_hand: AcknowledgeByHand,
        out: &mut Outputs,
    ) -> Result<(), Violation> {
        let packet_id = ack.packet_id;
        if self.session.incoming.stage(packet_id) == Some(ReceivedStage::PubRecDue) {
            let violation = out_of_place(PacketType::PubRel, packet_id);
            return self.unexplained(violation, out);
        }
        match self.session.incoming.pubrel(packet_id) {
            ReasonCode::Success => self.owe(AckKind::PubComp, packet_id, by_hand, out),
            reason_code => {
                let packet_type = PacketType::PubRel;
                out.event(Event::UnknownAcknowledgement { packet_type, packet_id });
                self.send_fitting(Packet::PubComp(Ack::new(packet_id, reason_code)), out);
            }
        }
        Ok(())
    }

    /// Notes an acknowledgement that is due, and sends it unless it waits for the application or for
    /// an earlier one of its kind.
    pub fn owe(
        &mut self,
        kind: AckKind,
        packet_id: PacketId,
        by_hand: AcknowledgeByHand,
        out: &mut Outputs,
    ) {
        let mut held = self.connection.held.iter();
        if held.any(|held| held.kind == kind && held.packet_id == packet_id) {
            return;
        }
        let by_hand = by_hand.holds(kind);
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

    /// Drops an acknowledgement that was held, because it has been sent past the client.
    pub fn ack_sent_past(&mut self, kind: AckKind, ack: &Ack) {
        let owed = |held: &Held| held.kind == kind && held.packet_id == ack.packet_id;
        if let Some(position) = self.connection.held.iter().position(owed) {
            self.connection.held.remove(position);
            self.note_ack(kind, ack);
        }
    }
}

impl Held {
    /// Whether the application has still to decide. False for one that waits only for an earlier one.
    pub fn by_hand(&self) -> bool {
        self.ready.is_none()
    }
}

impl AckKind {
    /// The packet of this kind.
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
    /// The client acknowledges everything itself.
    pub const NONE: AcknowledgeByHand =
        AcknowledgeByHand { puback: false, pubrec: false, pubcomp: false };
    /// The application decides about each of them.
    pub const ALL: AcknowledgeByHand =
        AcknowledgeByHand { puback: true, pubrec: true, pubcomp: true };

    /// Whether those of this kind wait.
    pub fn holds(self, kind: AckKind) -> bool {
        match kind {
            AckKind::PubAck => self.puback,
            AckKind::PubRec => self.pubrec,
            AckKind::PubComp => self.pubcomp,
        }
    }

    /// Those that wait here or there.
    pub fn or(self, other: AcknowledgeByHand) -> AcknowledgeByHand {
        AcknowledgeByHand {
            puback: self.puback || other.puback,
            pubrec: self.pubrec || other.pubrec,
            pubcomp: self.pubcomp || other.pubcomp,
        }
    }
}
