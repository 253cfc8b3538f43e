//! Answers the Server's challenges with a user name and a password: SCRAM-SHA-256 through AUTH (§4.12).

use std::sync::Arc;

use bytes::Bytes;

use super::{Behaves, BehaviourKind, Runner};
use crate::auth::{ClientFinal, ClientFirst, SCRAM_SHA_256, ScramError, ServerFirst};
use crate::client::{Event, Violation};
use crate::lab::{ActError, Action};
use crate::mqtt::{Connect, Property, ReasonCode};
use crate::time::Instant;

/// The credentials to log in with. The client's CONNECT, or its AUTH 0x19, has to carry [`Login::opening`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Login {
    pub user_name: String,
    pub password: String,
    /// Printable and never used before, such as [`crate::auth::nonce`] of random bytes.
    pub nonce: String,
}

impl Login {
    /// Authentication Method and Authentication Data of the packet that begins it.
    pub fn opening(&self) -> Result<[Property; 2], ScramError> {
        let first = ClientFirst::new(&self.user_name, &self.nonce)?;
        Ok(properties(first.message()))
    }
}

#[derive(Clone, Debug, PartialEq)]
pub enum LoginState {
    /// The Server has not asked yet.
    Waiting,
    /// The proof has been sent.
    Answered,
    /// The Server has proved that it knows the keys too.
    Verified,
    /// The answer of the Server is wrong, so it cannot be trusted.
    Failed(ScramError),
    /// The Server refused.
    Refused(ReasonCode),
}

/// A [`Login`] at work.
#[derive(Clone, Debug, PartialEq)]
pub struct LoggingIn {
    pub config: Arc<Login>,
    pub state: LoginState,
    pub refusal: Option<ActError>,
    /// The exchange, with every intermediate value.
    pub exchange: Option<Box<(ClientFirst, ServerFirst, ClientFinal)>>,
    answer: Option<(Instant, String)>,
}

impl Behaves for Login {
    const KIND: BehaviourKind = BehaviourKind::Login;
    type Running = LoggingIn;

    fn begin(config: Arc<Login>) -> LoggingIn {
        let state = LoginState::Waiting;
        LoggingIn { config, state, refusal: None, exchange: None, answer: None }
    }
}

impl LoggingIn {
    fn challenged(&mut self, data: &[u8], now: Instant) -> Result<(), ScramError> {
        let first = ClientFirst::new(&self.config.user_name, &self.config.nonce)?;
        let challenge = ServerFirst::parse(data, &first)?;
        let answer = ClientFinal::new(&first, &challenge, &self.config.password)?;
        self.answer = Some((now, answer.message()));
        self.exchange = Some(Box::new((first, challenge, answer)));
        Ok(())
    }

    /// The end of the exchange: the Server's own proof.
    fn concluded(&mut self, data: Option<&Bytes>) {
        // A connection that was made without this login has no exchange to conclude.
        let Some((.., answer)) =
            self.exchange.as_deref().filter(|_| self.state == LoginState::Answered)
        else {
            return;
        };
        self.state = match answer.check(data.map_or(&[][..], |data| data)) {
            Ok(()) => LoginState::Verified,
            Err(error) => LoginState::Failed(error),
        };
    }
}

impl Runner for LoggingIn {
    fn observe(&mut self, event: &Event, now: Instant) {
        match event {
            Event::Auth(auth) if auth.reason_code == ReasonCode::ContinueAuthentication => {
                let data = auth.properties.authentication_data();
                let outcome = self.challenged(data.map_or(&[][..], |data| data), now);
                self.state = match outcome {
                    Ok(()) => LoginState::Answered,
                    Err(error) => LoginState::Failed(error),
                };
            }
            Event::Auth(auth) => self.concluded(auth.properties.authentication_data()),
            Event::Connected { connack, .. } => {
                self.concluded(connack.properties.authentication_data());
            }
            Event::Refused(connack) => self.state = LoginState::Refused(connack.reason_code),
            Event::Disconnected(disconnect) => {
                self.state = LoginState::Refused(disconnect.reason_code);
            }
            Event::Violation(Violation { reason_code, .. }) => {
                self.state = LoginState::Refused(*reason_code);
            }
            _ => {}
        }
    }

    fn next_due(&self) -> Option<Instant> {
        self.answer.as_ref().map(|(due, _)| *due)
    }

    fn next_action(&mut self, _last_connect: Option<&Connect>, now: Instant) -> Option<Action> {
        let (_, message) = self.answer.take_if(|(due, _)| *due <= now)?;
        let reason_code = ReasonCode::ContinueAuthentication;
        Some(Action::Authenticate { reason_code, properties: properties(message).into() })
    }

    fn refused(&mut self, error: &ActError) {
        self.refusal = Some(error.clone());
    }

    fn is_busy(&self) -> bool {
        self.answer.is_some()
    }
}

fn properties(message: String) -> [Property; 2] {
    [
        Property::AuthenticationMethod(SCRAM_SHA_256.into()),
        Property::AuthenticationData(Bytes::from(message)),
    ]
}
