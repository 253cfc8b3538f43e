//! An acknowledgement, CONNACK, AUTH, a Server's DISCONNECT, PINGREQ or PINGRESP as typed.

use super::draft::{Judge, PLACEHOLDER_ID};
use super::problem::NumberRange;
use super::{Draft, Field, Judged, Part, Problem, PropertiesDraft, Rows, number};
use crate::lab::Action;
use crate::mqtt::{
    Ack, Auth, ConnAck, Disconnect, ErrorKind, Packet, PacketId, PacketType, Properties,
    ReasonCode, Sender, SubAck, UnsubAck,
};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlainDraft {
    packet: PacketType,
    sender: Sender,
    pub session_present: bool,
    pub packet_id: String,
    pub reason_codes: Rows<ReasonCode>,
    /// Of another packet where this one has none.
    pub properties: PropertiesDraft,
}

impl PlainDraft {
    /// The smallest packet of that type; one side may be unable to send it.
    pub fn new(packet: PacketType, sender: Sender) -> PlainDraft {
        let may_carry = |code: &&ReasonCode| code.allowed_in(packet, Some(sender));
        let first = ReasonCode::ALL.iter().find(may_carry).copied();
        PlainDraft {
            packet,
            sender,
            session_present: false,
            packet_id: "1".to_owned(),
            reason_codes: [first.unwrap_or(ReasonCode::Success)].into_iter().collect(),
            properties: PropertiesDraft::new(Part::of(packet, sender).unwrap_or(Part::PubAck)),
        }
    }

    pub fn from_packet(packet: &Packet, sender: Sender) -> PlainDraft {
        let mut draft = PlainDraft::new(packet.packet_type(), sender);
        if let Packet::ConnAck(connack) = packet {
            draft.session_present = connack.session_present;
        }
        if let Some(id) = packet.packet_id() {
            draft.packet_id = id.to_string();
        }
        draft.reason_codes = packet.reason_codes().iter().copied().collect();
        draft.properties =
            PropertiesDraft::from_properties(draft.properties.part(), packet.properties());
        draft
    }

    pub fn packet(&self) -> PacketType {
        self.packet
    }

    pub fn has_packet_id(&self) -> bool {
        use PacketType as P;
        matches!(
            self.packet,
            P::PubAck | P::PubRec | P::PubRel | P::PubComp | P::SubAck | P::UnsubAck
        )
    }

    pub fn has_session_present(&self) -> bool {
        self.packet == PacketType::ConnAck
    }

    /// Whether there is one Reason Code for each Topic Filter.
    pub fn has_list(&self) -> bool {
        matches!(self.packet, PacketType::SubAck | PacketType::UnsubAck)
    }

    /// Whether the packet has anything but its Fixed Header.
    pub fn is_empty(&self) -> bool {
        matches!(self.packet, PacketType::PingReq | PacketType::PingResp)
    }

    /// The Reason Codes that may stand here, by value.
    pub fn allowed_codes(&self) -> impl Iterator<Item = ReasonCode> + use<> {
        let (packet, sender) = (self.packet, self.sender);
        ReasonCode::ALL.iter().copied().filter(move |code| code.allowed_in(packet, Some(sender)))
    }

    fn read(&self, packet_id: PacketId, properties: Properties) -> Packet {
        let reason_codes: Vec<_> = self.reason_codes.iter().copied().collect();
        let reason_code = reason_codes.first().copied().unwrap_or(ReasonCode::Success);
        let ack = |properties| Ack { packet_id, reason_code, properties };
        match self.packet {
            PacketType::ConnAck => {
                let session_present = self.session_present;
                Packet::ConnAck(ConnAck { session_present, reason_code, properties })
            }
            PacketType::PubAck => Packet::PubAck(ack(properties)),
            PacketType::PubRec => Packet::PubRec(ack(properties)),
            PacketType::PubRel => Packet::PubRel(ack(properties)),
            PacketType::PubComp => Packet::PubComp(ack(properties)),
            PacketType::SubAck => Packet::SubAck(SubAck { packet_id, properties, reason_codes }),
            PacketType::UnsubAck => {
                Packet::UnsubAck(UnsubAck { packet_id, properties, reason_codes })
            }
            PacketType::Auth => Packet::Auth(Auth { reason_code, properties }),
            PacketType::PingReq => Packet::PingReq,
            PacketType::PingResp => Packet::PingResp,
            _ => Packet::Disconnect(Disconnect { reason_code, properties }),
        }
    }
}

impl Draft for PlainDraft {
    fn judged(&self) -> Judged {
        let mut judge = Judge::of(self.sender);
        let packet_id = match self.has_packet_id() {
            true => read_packet_id(&self.packet_id, &mut judge),
            false => PLACEHOLDER_ID,
        };
        let properties = match self.is_empty() {
            true => Properties::NONE,
            false => self.properties.read(&mut judge),
        };
        let packet = self.packet;
        judge.finish(self.read(packet_id, properties), |kind| match kind {
            ErrorKind::ReasonCodeNotAllowed(..)
            | ErrorKind::ReasonCodeFromWrongSide(..)
            | ErrorKind::ReasonCodesEmpty(_)
            | ErrorKind::SessionPresentOnError => Field::Code(packet, 0),
            _ => Field::Packet,
        })
    }

    /// None of them is done from a form: clients send them by themselves.
    fn action(_packet: Packet) -> Option<Action> {
        None
    }
}

/// Puts what a client chooses by itself into PUBLISH, SUBSCRIBE and UNSUBSCRIBE; `packet_id` is `None` where the packet
/// has none.
pub fn complete(judged: Judged, packet_id: Option<&str>, dup: bool, sender: Sender) -> Judged {
    let Judged { packet, problems } = judged;
    let mut judge = Judge::of(sender);
    let id = packet_id.map(|text| read_packet_id(text, &mut judge));
    for problem in problems {
        judge.problem(problem.field, problem.problem);
    }
    let Some(mut packet) = packet else { return judge.fail() };
    match (&mut packet, id) {
        (Packet::Publish(publish), id) => (publish.packet_id, publish.dup) = (id, dup),
        (Packet::Subscribe(subscribe), Some(id)) => subscribe.packet_id = id,
        (Packet::Unsubscribe(unsubscribe), Some(id)) => unsubscribe.packet_id = id,
        _ => {}
    }
    judge.finish(packet, |_| Field::Packet)
}

/// 1 to 65 535.
fn read_packet_id(text: &str, judge: &mut Judge) -> PacketId {
    let read = number::read(text, PACKET_ID).and_then(|number| {
        let id = u16::try_from(number).ok().and_then(PacketId::new);
        id.ok_or(Problem::OutOfRange { range: PACKET_ID })
    });
    judge.take(Field::PacketIdentifier, read).unwrap_or(PLACEHOLDER_ID)
}

const PACKET_ID: NumberRange = NumberRange { minimum: 1, maximum: 65_535, section: "2.2.1" };

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mqtt::Property;
    use crate::ui::forms::FieldProblem;

    #[test]
    fn every_plain_packet_survives_the_form() {
        use ReasonCode as R;
        let id = PacketId::new(7).expect("it is not zero");
        let why =
            || Properties::from([Property::ReasonString("why".into()), Property::user("a", "1")]);
        let ack = |reason_code| Ack { packet_id: id, reason_code, properties: why() };
        for (packet, sender) in [
            (Packet::PubAck(ack(R::QuotaExceeded)), Sender::Server),
            (Packet::PubRec(ack(R::Success)), Sender::Client),
            (Packet::PubRel(ack(R::PacketIdentifierNotFound)), Sender::Client),
            (Packet::PubComp(ack(R::Success)), Sender::Server),
            (
                Packet::ConnAck(ConnAck {
                    session_present: true,
                    reason_code: R::Success,
                    properties: [Property::MaximumQoS(1), Property::ServerKeepAlive(30)].into(),
                }),
                Sender::Server,
            ),
            (
                Packet::SubAck(SubAck {
                    packet_id: id,
                    properties: why(),
                    reason_codes: vec![R::GrantedQoS1, R::NotAuthorized],
                }),
                Sender::Server,
            ),
            (
                Packet::UnsubAck(UnsubAck {
                    packet_id: id,
                    properties: Properties::NONE,
                    reason_codes: vec![R::NoSubscriptionExisted],
                }),
                Sender::Server,
            ),
            (
                Packet::Disconnect(Disconnect {
                    reason_code: R::ServerMoved,
                    properties: [Property::ServerReference("b:1883".into())].into(),
                }),
                Sender::Server,
            ),
            (
                Packet::Auth(Auth {
                    reason_code: R::ContinueAuthentication,
                    properties: [Property::AuthenticationMethod("m".into())].into(),
                }),
                Sender::Client,
            ),
            (Packet::PingReq, Sender::Client),
            (Packet::PingResp, Sender::Server),
        ] {
            let draft = PlainDraft::from_packet(&packet, sender);
            assert_eq!(draft.to_packet(), Ok(packet));
        }
    }

    #[test]
    fn what_is_wrong_stands_at_its_field() {
        let mut draft = PlainDraft::new(PacketType::ConnAck, Sender::Server);
        draft.session_present = true;
        draft.reason_codes = [ReasonCode::Banned].into_iter().collect();
        let judged = draft.judged();
        let fields: Vec<_> = judged.problems.iter().map(|problem| problem.field).collect();
        assert_eq!(fields, [Field::Code(PacketType::ConnAck, 0)]);
        assert!(judged.packet.is_some(), "it breaks a rule and can be written");

        let mut draft = PlainDraft::new(PacketType::PubAck, Sender::Client);
        draft.packet_id = "0".to_owned();
        let judged = draft.judged();
        let problem = Problem::OutOfRange { range: PACKET_ID };
        let expect = [FieldProblem { field: Field::PacketIdentifier, problem }];
        assert_eq!((judged.packet, &judged.problems[..]), (None, &expect[..]));
    }
}
