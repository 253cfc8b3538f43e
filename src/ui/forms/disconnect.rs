//! DISCONNECT as typed.

use super::draft::Judge;
use super::{Draft, Field, Judged, Part, PropertiesDraft};
use crate::lab::Action;
use crate::mqtt::{Disconnect, ErrorKind, Packet, PacketType, ReasonCode, Sender};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DisconnectDraft {
    pub reason_code: ReasonCode,
    pub properties: PropertiesDraft,
}

impl Default for DisconnectDraft {
    fn default() -> DisconnectDraft {
        DisconnectDraft::from_disconnect(&Disconnect::new(ReasonCode::Success))
    }
}

impl DisconnectDraft {
    pub fn from_disconnect(disconnect: &Disconnect) -> DisconnectDraft {
        let properties = &disconnect.properties;
        DisconnectDraft {
            reason_code: disconnect.reason_code,
            properties: PropertiesDraft::from_properties(Part::Disconnect, properties),
        }
    }

    /// The Reason Codes that a Client may send, by value.
    pub fn reason_codes() -> impl Iterator<Item = ReasonCode> {
        let may_send =
            |code: &ReasonCode| code.allowed_in(PacketType::Disconnect, Some(Sender::Client));
        ReasonCode::ALL.iter().copied().filter(may_send)
    }
}

impl Draft for DisconnectDraft {
    fn judged(&self) -> Judged {
        let mut judge = Judge::default();
        let properties = self.properties.read(&mut judge);
        let disconnect = Disconnect { reason_code: self.reason_code, properties };
        judge.finish(Packet::Disconnect(disconnect), |kind| match kind {
            ErrorKind::ReasonCodeNotAllowed(..) | ErrorKind::ReasonCodeFromWrongSide(..) => {
                Field::ReasonCode
            }
            _ => Field::Packet,
        })
    }

    fn action(packet: Packet) -> Option<Action> {
        match packet {
            Packet::Disconnect(disconnect) => Some(Action::Disconnect(disconnect)),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capture::ClientSlot;
    use crate::lab::Act;
    use crate::mqtt::Property;
    use crate::ui::forms::FieldProblem;
    use crate::ui::forms::Problem;

    #[test]
    fn a_full_disconnect_survives_the_form() {
        for reason_code in DisconnectDraft::reason_codes() {
            let properties = [
                Property::SessionExpiryInterval(0),
                Property::ReasonString("going home".into()),
                Property::user("a", "1"),
            ];
            let disconnect = Disconnect { reason_code, properties: properties.into() };
            let act = DisconnectDraft::from_disconnect(&disconnect).to_act(ClientSlot(0));
            assert_eq!(act, Ok(Act::disconnect(ClientSlot(0), disconnect)));
        }
    }

    #[test]
    fn the_codes_of_a_server_are_not_offered_and_not_sent() {
        let codes: Vec<_> = DisconnectDraft::reason_codes().collect();
        assert_eq!(codes[..2], [ReasonCode::Success, ReasonCode::DisconnectWithWillMessage]);
        assert!(!codes.contains(&ReasonCode::SessionTakenOver));
        let draft = DisconnectDraft {
            reason_code: ReasonCode::SessionTakenOver,
            ..DisconnectDraft::default()
        };
        let (code, packet) = (ReasonCode::SessionTakenOver, PacketType::Disconnect);
        let problem = Problem::Rule(ErrorKind::ReasonCodeFromWrongSide(code, packet));
        let expect = vec![FieldProblem { field: Field::ReasonCode, problem }];
        assert_eq!(draft.to_packet(), Err(expect));
    }
}
