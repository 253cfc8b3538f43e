//! From CONNECT to CONNACK (§3.1.4, §3.2), with the AUTH packets between them (§4.12).

use super::authenticating::Turn;
use super::checks::{check_incoming, check_method, method_differs, wrong_side};
use super::command::{CommandError, check_well_formed};
use super::event::Event;
use super::limits::Announced;
use super::output::Outputs;
use super::session::StoredSession;
use crate::delivery::Violation;
use crate::mqtt::{Auth, ConnAck, Connect, Packet, ReasonCode};
use crate::time::Instant;

/// CONNECT has been sent, CONNACK has not arrived.
#[derive(Clone, Debug)]
pub(super) struct Attempt {
    pub connect: Box<Connect>,
    pub announced: Announced,
    /// The state that the Client holds for the Session it asks for.
    pub stored: Option<StoredSession>,
    /// When to stop waiting. `None` while it is the application's turn to send AUTH.
    pub give_up_at: Option<Instant>,
    /// When the last packet was sent, from where Keep Alive counts.
    pub last_sent: Instant,
}

/// What a packet leads to.
#[derive(Clone, Debug)]
pub(super) enum Step {
    Wait,
    Refused(ConnAck),
    Accepted(ConnAck),
}

impl Attempt {
    pub fn new(
        connect: Box<Connect>,
        stored: Option<StoredSession>,
        give_up_at: Instant,
        now: Instant,
    ) -> Attempt {
        let announced = Announced::new(&connect);
        Attempt { connect, announced, stored, give_up_at: Some(give_up_at), last_sent: now }
    }

    pub fn method(&self) -> Option<&str> {
        self.connect.properties.authentication_method()
    }

    pub fn packet(&mut self, packet: Packet, out: &mut Outputs) -> Result<Step, Violation> {
        check_incoming(&packet, &self.announced)?;
        match packet {
            Packet::ConnAck(connack) if connack.reason_code.is_error() => {
                Ok(Step::Refused(connack))
            }
            Packet::ConnAck(connack) => {
                self.check_accepted(&connack)?;
                Ok(Step::Accepted(connack))
            }
            Packet::Auth(auth) => {
                check_method(&auth, self.method())?;
                if auth.reason_code != ReasonCode::ContinueAuthentication {
                    let text = "AUTH before CONNACK carries 0x18 (Continue authentication)";
                    return Err(Violation::protocol_error("[MQTT-4.12.0-2]", text));
                }
                if self.turn() == Turn::Client {
                    let text = "a second AUTH before the first has been answered";
                    return Err(Violation::protocol_error("§4.12", text));
                }
                self.give_up_at = None;
                out.event(Event::Auth(auth));
                Ok(Step::Wait)
            }
            Packet::Disconnect(_) => Err(Violation::protocol_error(
                "[MQTT-3.14.0-1]",
                "DISCONNECT from the Server before its CONNACK",
            )),
            Packet::Connect(_)
            | Packet::Subscribe(_)
            | Packet::Unsubscribe(_)
            | Packet::PingReq => Err(wrong_side(&packet)),
            _ => {
                let name = packet.packet_type().name();
                let text = format!("{name} from the Server before its CONNACK");
                Err(Violation::protocol_error("[MQTT-3.2.0-1]", text))
            }
        }
    }

    /// Answers the Server's AUTH.
    pub fn auth(
        &mut self,
        auth: Auth,
        give_up_at: Instant,
        out: &mut Outputs,
    ) -> Result<(), CommandError> {
        let method = self.method().ok_or(CommandError::NoAuthenticationMethod)?;
        if auth.properties.authentication_method() != Some(method) {
            return Err(CommandError::AuthenticationMethodDiffers);
        }
        if auth.reason_code != ReasonCode::ContinueAuthentication {
            let expected = ReasonCode::ContinueAuthentication;
            return Err(CommandError::AuthReasonCode { expected });
        }
        if self.turn() == Turn::Server {
            return Err(CommandError::AuthOutOfTurn);
        }
        let packet = Packet::Auth(auth);
        check_well_formed(&packet)?;
        self.give_up_at = Some(give_up_at);
        self.last_sent = out.now;
        out.send(packet);
        Ok(())
    }

    pub fn turn(&self) -> Turn {
        match self.give_up_at {
            Some(_) => Turn::Server,
            None => Turn::Client,
        }
    }

    fn check_accepted(&self, connack: &ConnAck) -> Result<(), Violation> {
        let properties = &connack.properties;
        match (self.method(), properties.authentication_method()) {
            (ours, theirs) if ours == theirs => {}
            (None, Some(_)) => {
                let text = "CONNACK names an Authentication Method, CONNECT did not";
                return Err(Violation::protocol_error("[MQTT-4.12.0-6]", text));
            }
            _ => return Err(method_differs("CONNACK")),
        }
        if connack.session_present && self.connect.clean_start {
            let text = "Session Present is 1 although Clean Start was";
            return Err(Violation::protocol_error("[MQTT-3.2.2-2]", text));
        }
        if connack.session_present && self.stored.is_none() {
            let text = "the Server goes on with a Session of which the Client has no state";
            return Err(Violation::protocol_error("[MQTT-3.2.2-4]", text));
        }
        if self.connect.client_id.is_empty() && properties.assigned_client_identifier().is_none() {
            let text = "no Assigned Client Identifier although CONNECT had none";
            return Err(Violation::protocol_error("[MQTT-3.2.2-16]", text));
        }
        if properties.response_information().is_some()
            && !self.announced.request_response_information.value
        {
            let text = "Response Information although CONNECT did not ask for it";
            return Err(Violation::protocol_error("[MQTT-3.1.2-28]", text));
        }
        Ok(())
    }
}
