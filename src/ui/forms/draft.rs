//! What all drafts have in common: how they become a packet, and how the codec judges them on the way.

use bytes::Bytes;

use super::{Field, FieldProblem, Problem};
use crate::capture::ClientSlot;
use crate::lab::{Act, Action};
use crate::mqtt::{ErrorKind, Packet, PacketId, PropertyId, Sender, decode, encode};

/// The text of one form.
pub trait Draft {
    /// The packet it stands for. A Packet Identifier, which the client gives later, is a placeholder.
    fn to_packet(&self) -> Result<Packet, Vec<FieldProblem>>;

    /// What to do with that packet; `None` for a packet of another kind.
    fn action(packet: Packet) -> Option<Action>;

    fn to_act(&self, client: ClientSlot) -> Result<Act, Vec<FieldProblem>> {
        let whole = |problem| vec![FieldProblem { field: Field::Packet, problem }];
        let packet = self.to_packet()?;
        // `to_packet` yields the kind of packet that `action` takes.
        let wrong_side = Problem::Rule(ErrorKind::PacketFromWrongSide(packet.packet_type()));
        let action = Self::action(packet).ok_or_else(|| whole(wrong_side))?;
        Ok(Act { client, action })
    }

    /// How large the packet will be, from encoding it.
    fn size(&self) -> Result<Size, Vec<FieldProblem>> {
        let packet = self.to_packet()?;
        let length = |packet: &Packet| {
            encode(packet).map(|frame| frame.len()).map_err(|error| {
                vec![FieldProblem { field: Field::Packet, problem: Problem::Unwritable(error) }]
            })
        };
        let whole = length(&packet)?;
        let rest = length(&without_user_properties(packet))?;
        Ok(Size { packet: whole, user_properties: whole - rest })
    }
}

/// In bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    pub packet: usize,
    /// What of it the packet's User Properties take; those of a Will do not count.
    pub user_properties: usize,
}

fn without_user_properties(mut packet: Packet) -> Packet {
    let properties = match &mut packet {
        Packet::Connect(packet) => &mut packet.properties,
        Packet::Publish(packet) => &mut packet.properties,
        Packet::Subscribe(packet) => &mut packet.properties,
        Packet::Unsubscribe(packet) => &mut packet.properties,
        Packet::Disconnect(packet) => &mut packet.properties,
        // No other packet has a form.
        _ => return packet,
    };
    properties.0.retain(|property| property.id() != PropertyId::UserProperty);
    packet
}

/// Collects problems while a draft becomes a packet.
///
/// Each value is put into the smallest packet that can hold it, and that packet goes through the codec
/// as a strict Server would read it: so every field is judged, not only the first that breaks a rule.
#[derive(Default)]
pub(super) struct Judge {
    problems: Vec<FieldProblem>,
}

impl Judge {
    /// Judges a value by the smallest packet around it; returns whether it is right.
    pub(super) fn probe(&mut self, field: Field, packet: &Packet) -> bool {
        self.take(field, check(packet)).is_some()
    }

    /// Takes what could be read from a text, or notes why not.
    pub(super) fn take<T>(&mut self, field: Field, read: Result<T, Problem>) -> Option<T> {
        read.map_err(|problem| self.problem(field, problem)).ok()
    }

    fn problem(&mut self, field: Field, problem: Problem) {
        self.problems.push(FieldProblem { field, problem });
    }

    /// Judges the whole, for the rules that join fields. `place` names the field of such a rule.
    pub(super) fn finish(
        mut self,
        packet: Packet,
        place: impl Fn(ErrorKind) -> Field,
    ) -> Result<Packet, Vec<FieldProblem>> {
        if self.problems.is_empty()
            && let Err(problem) = check(&packet)
        {
            let field = match problem {
                Problem::Rule(kind) => place(kind),
                _ => Field::Packet,
            };
            self.problem(field, problem);
        }
        match self.problems.is_empty() {
            true => Ok(packet),
            false => Err(self.problems),
        }
    }
}

/// Whether a Server would take this packet.
pub(super) fn check(packet: &Packet) -> Result<Bytes, Problem> {
    let frame = encode(packet).map_err(Problem::Unwritable)?;
    match decode(&frame, Some(Sender::Client)) {
        Ok(_) => Ok(frame),
        Err(error) => Err(Problem::Rule(error.kind)),
    }
}

/// Stands for the identifier that the client will give; every one takes the same two bytes.
pub(super) const PLACEHOLDER_ID: PacketId = PacketId::MIN;
