//! What all drafts have in common: how they become a packet, and how the codec judges them on the way.

use bytes::Bytes;

use super::{Field, FieldProblem, Problem};
use crate::capture::ClientSlot;
use crate::lab::{Act, Action};
use crate::mqtt::{ErrorKind, Packet, PacketId, PropertyId, Sender, decode, encode};

/// The text of one form.
pub trait Draft {
    /// The packet it stands for, and what is wrong with it. A Packet Identifier, which the client gives
    /// later, is a placeholder.
    fn judged(&self) -> Judged;

    /// The packet, if nothing is wrong with it.
    fn to_packet(&self) -> Result<Packet, Vec<FieldProblem>> {
        let Judged { packet, problems } = self.judged();
        packet.filter(|_| problems.is_empty()).ok_or(problems)
    }

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
        Size::of(self.to_packet()?)
    }
}

/// What a draft says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judged {
    /// There too where it breaks a rule; `None` where a text stands for nothing.
    pub packet: Option<Packet>,
    pub problems: Vec<FieldProblem>,
}

/// In bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    pub packet: usize,
    /// What of it the packet's User Properties take; those of a Will do not count.
    pub user_properties: usize,
}

impl Size {
    /// From encoding the packet.
    pub fn of(packet: Packet) -> Result<Size, Vec<FieldProblem>> {
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

fn without_user_properties(mut packet: Packet) -> Packet {
    let properties = match &mut packet {
        Packet::Connect(packet) => &mut packet.properties,
        Packet::Publish(packet) => &mut packet.properties,
        Packet::Subscribe(packet) => &mut packet.properties,
        Packet::Unsubscribe(packet) => &mut packet.properties,
        Packet::Disconnect(packet) => &mut packet.properties,
        // No other packet is sent from a client's panel.
        _ => return packet,
    };
    properties.0.retain(|property| property.id() != PropertyId::UserProperty);
    packet
}

/// Collects problems while a draft becomes a packet.
///
/// Each value is put into the smallest packet that can hold it, and that packet goes through the codec
/// as a strict receiver would read it: so every field is judged, not only the first that breaks a rule.
pub(super) struct Judge {
    sender: Sender,
    problems: Vec<FieldProblem>,
    /// A text could not be read: there is no packet.
    unread: bool,
}

impl Default for Judge {
    fn default() -> Judge {
        Judge::of(Sender::Client)
    }
}

impl Judge {
    /// For a packet that this side sends.
    pub(super) fn of(sender: Sender) -> Judge {
        Judge { sender, problems: Vec::new(), unread: false }
    }

    /// Judges a value by the smallest packet around it; returns whether it is right.
    pub(super) fn probe(&mut self, field: Field, packet: &Packet) -> bool {
        let checked = check(packet, self.sender);
        checked.map_err(|problem| self.problem(field, problem)).is_ok()
    }

    /// Takes what could be read from a text, or notes why not.
    pub(super) fn take<T>(&mut self, field: Field, read: Result<T, Problem>) -> Option<T> {
        self.unread |= read.is_err();
        read.map_err(|problem| self.problem(field, problem)).ok()
    }

    /// Notes what is wrong with a value that can be written all the same.
    pub(super) fn problem(&mut self, field: Field, problem: Problem) {
        self.problems.push(FieldProblem { field, problem });
    }

    /// There is no packet at all.
    pub(super) fn fail(self) -> Judged {
        Judged { packet: None, problems: self.problems }
    }

    /// Judges the whole, for the rules that join fields. `place` names the field of such a rule.
    pub(super) fn finish(mut self, packet: Packet, place: impl Fn(ErrorKind) -> Field) -> Judged {
        if self.problems.is_empty()
            && let Err(problem) = check(&packet, self.sender)
        {
            let field = match problem {
                Problem::Rule(kind) => place(kind),
                _ => Field::Packet,
            };
            self.problem(field, problem);
        }
        Judged { packet: (!self.unread).then_some(packet), problems: self.problems }
    }
}

/// Whether the other side would take this packet.
pub(super) fn check(packet: &Packet, sender: Sender) -> Result<Bytes, Problem> {
    let frame = encode(packet).map_err(Problem::Unwritable)?;
    match decode(&frame, Some(sender)) {
        Ok(_) => Ok(frame),
        Err(error) => Err(Problem::Rule(error.kind)),
    }
}

/// Stands for the identifier that the client will give; every one takes the same two bytes.
pub(super) const PLACEHOLDER_ID: PacketId = PacketId::MIN;
