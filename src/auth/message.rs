//! The two opening messages, and how attributes are written (RFC 5802, section 5).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::error::ScramError;
use super::server::Credentials;
use super::{MAXIMUM_ITERATIONS, MINIMUM_ITERATIONS};

/// The client-first message: who wants to log in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientFirst {
    pub user_name: String,
    pub nonce: String,
    /// `n,,`: no channel binding, nobody else's identity.
    gs2_header: String,
    /// The message without its header, as it enters the AuthMessage.
    bare: String,
}

impl ClientFirst {
    pub fn new(user_name: &str, nonce: &str) -> Result<ClientFirst, ScramError> {
        if user_name.is_empty() {
            return Err(ScramError::UserName);
        }
        check_nonce(nonce)?;
        Ok(ClientFirst {
            user_name: user_name.into(),
            nonce: nonce.into(),
            gs2_header: "n,,".into(),
            bare: format!("n={},r={nonce}", escape(user_name)),
        })
    }

    pub fn parse(message: &[u8]) -> Result<ClientFirst, ScramError> {
        let message = text(message)?;
        let mut parts = message.splitn(3, ',');
        let (binding, identity, bare) = match (parts.next(), parts.next(), parts.next()) {
            (Some(binding), Some(identity), Some(bare)) => (binding, identity, bare),
            _ => return Err(ScramError::Gs2Header),
        };
        match binding {
            "n" | "y" => {}
            _ if binding.starts_with("p=") => return Err(ScramError::ChannelBindingNotSupported),
            _ => return Err(ScramError::Gs2Header),
        }
        if !identity.is_empty() {
            return Err(ScramError::AuthorizationIdentity);
        }
        let mut attributes = Attributes::new(bare)?;
        let user_name = unescape(attributes.next('n')?)?;
        let nonce = attributes.next('r')?;
        check_nonce(nonce)?;
        Ok(ClientFirst {
            user_name,
            nonce: nonce.into(),
            gs2_header: format!("{binding},,"),
            bare: bare.into(),
        })
    }

    /// As it travels in the Authentication Data.
    pub fn message(&self) -> String {
        format!("{}{}", self.gs2_header, self.bare)
    }

    pub(super) fn gs2_header(&self) -> &str {
        &self.gs2_header
    }

    pub(super) fn bare(&self) -> &str {
        &self.bare
    }
}

/// The server-first message: the challenge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerFirst {
    /// The client's nonce with the server's behind it.
    pub nonce: String,
    pub salt: Vec<u8>,
    pub iterations: u32,
    /// As it came or goes, since it enters the AuthMessage.
    message: String,
}

impl ServerFirst {
    pub fn new(
        first: &ClientFirst,
        server_nonce: &str,
        credentials: &Credentials,
    ) -> Result<ServerFirst, ScramError> {
        check_nonce(server_nonce)?;
        let nonce = format!("{}{server_nonce}", first.nonce);
        let Credentials { salt, iterations, .. } = credentials;
        let message = format!("r={nonce},s={},i={iterations}", to_base64(salt));
        Ok(ServerFirst { nonce, salt: salt.clone(), iterations: *iterations, message })
    }

    pub fn parse(message: &[u8], first: &ClientFirst) -> Result<ServerFirst, ScramError> {
        let message = text(message)?;
        let mut attributes = Attributes::new(message)?;
        let nonce = attributes.next('r')?;
        check_nonce(nonce)?;
        match nonce.strip_prefix(&first.nonce) {
            Some(added) if !added.is_empty() => {}
            _ => return Err(ScramError::NonceMismatch),
        }
        let salt = from_base64(attributes.next('s')?, 's')?;
        let iterations = attributes.next('i')?.parse().map_err(|_| ScramError::IterationCount)?;
        check_iterations(iterations)?;
        Ok(ServerFirst { nonce: nonce.into(), salt, iterations, message: message.into() })
    }

    /// As it travels in the Authentication Data.
    pub fn message(&self) -> &str {
        &self.message
    }
}

/// Reads `a=…,b=…` one attribute after the other; their order is fixed.
pub(super) struct Attributes<'a> {
    rest: std::str::Split<'a, char>,
}

impl<'a> Attributes<'a> {
    pub(super) fn new(message: &'a str) -> Result<Attributes<'a>, ScramError> {
        match message.starts_with("m=") {
            true => Err(ScramError::MandatoryExtension),
            false => Ok(Attributes { rest: message.split(',') }),
        }
    }

    /// The value of the next attribute, which must have this name.
    pub(super) fn next(&mut self, name: char) -> Result<&'a str, ScramError> {
        let attribute = self.rest.next().unwrap_or_default();
        let value = attribute.strip_prefix(name).and_then(|rest| rest.strip_prefix('='));
        value.ok_or(ScramError::AttributeMissing(name))
    }
}

pub(super) fn check_iterations(iterations: u32) -> Result<(), ScramError> {
    match (MINIMUM_ITERATIONS..=MAXIMUM_ITERATIONS).contains(&iterations) {
        true => Ok(()),
        false => Err(ScramError::IterationCount),
    }
}

pub(super) fn text(message: &[u8]) -> Result<&str, ScramError> {
    std::str::from_utf8(message).map_err(|_| ScramError::NotUtf8)
}

pub(super) fn to_base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

pub(super) fn from_base64(text: &str, attribute: char) -> Result<Vec<u8>, ScramError> {
    STANDARD.decode(text).map_err(|_| ScramError::NotBase64(attribute))
}

fn check_nonce(nonce: &str) -> Result<(), ScramError> {
    let printable = |byte: u8| byte.is_ascii_graphic() && byte != b',';
    match !nonce.is_empty() && nonce.bytes().all(printable) {
        true => Ok(()),
        false => Err(ScramError::Nonce),
    }
}

fn escape(user_name: &str) -> String {
    user_name.replace('=', "=3D").replace(',', "=2C")
}

fn unescape(value: &str) -> Result<String, ScramError> {
    let mut pieces = value.split('=');
    let mut user_name = String::from(pieces.next().unwrap_or_default());
    for piece in pieces {
        if let Some(rest) = piece.strip_prefix("2C") {
            user_name.push(',');
            user_name.push_str(rest);
        } else if let Some(rest) = piece.strip_prefix("3D") {
            user_name.push('=');
            user_name.push_str(rest);
        } else {
            return Err(ScramError::UserName);
        }
    }
    match user_name.is_empty() {
        true => Err(ScramError::UserName),
        false => Ok(user_name),
    }
}
