//! AUTH on an established connection: re-authentication (§4.12.1).

use super::checks::check_method;
use super::command::CommandError;
use super::connection::{Connection, Online};
use super::event::Event;
use super::output::Outputs;
use crate::delivery::Violation;
use crate::mqtt::{Auth, Packet, ReasonCode};

/// Who sends the next AUTH of an exchange (§4.12).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Turn {
    /// The application: [`Command::Auth`](super::Command::Auth) is due.
    Client,
    /// The Server: the client waits.
    Server,
}

impl Online {
    /// Sends AUTH: begins a re-authentication or continues it (§4.12.1).
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

    pub fn auth_received(&mut self, auth: Auth, out: &mut Outputs) -> Result<(), Violation> {
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
}
