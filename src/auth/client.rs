//! The client's side: proves that it knows the password, and lets the server prove the same.

use super::error::ScramError;
use super::keys::{Key, Keys, hmac_sha256, xor};
use super::message::{
    Attributes, ClientFirst, ServerFirst, check_iterations, from_base64, text, to_base64,
};

/// The client-final message with every value on the way to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientFinal {
    pub keys: Keys,
    /// What both sides sign: client-first without its header, server-first, client-final without proof.
    pub auth_message: String,
    /// `HMAC(StoredKey, AuthMessage)`.
    pub client_signature: Key,
    /// `ClientKey XOR ClientSignature`: shows the key to none but those who know StoredKey.
    pub client_proof: Key,
    /// `HMAC(ServerKey, AuthMessage)`: what an honest server will send.
    pub server_signature: Key,
    without_proof: String,
}

impl ClientFinal {
    /// Refuses an iteration count outside the limits before doing the work.
    pub fn new(
        first: &ClientFirst,
        challenge: &ServerFirst,
        password: &str,
    ) -> Result<ClientFinal, ScramError> {
        check_iterations(challenge.iterations)?;
        let keys = Keys::derive(password, &challenge.salt, challenge.iterations);
        let header = to_base64(first.gs2_header().as_bytes());
        let without_proof = format!("c={header},r={}", challenge.nonce);
        let auth_message = auth_message(first, challenge, &without_proof);
        let client_signature = hmac_sha256(&keys.stored_key, auth_message.as_bytes());
        Ok(ClientFinal {
            client_proof: xor(&keys.client_key, &client_signature),
            server_signature: hmac_sha256(&keys.server_key, auth_message.as_bytes()),
            client_signature,
            keys,
            auth_message,
            without_proof,
        })
    }

    /// As it travels in the Authentication Data.
    pub fn message(&self) -> String {
        format!("{},p={}", self.without_proof, to_base64(&self.client_proof))
    }

    /// Checks the server-final message: only who knows ServerKey can sign the AuthMessage.
    pub fn check(&self, server_final: &[u8]) -> Result<(), ScramError> {
        let message = text(server_final)?;
        let mut attributes = Attributes::new(message)?;
        if let Some(why) = message.strip_prefix("e=") {
            return Err(ScramError::ServerRefused(why.into()));
        }
        match from_base64(attributes.next('v')?, 'v')? == self.server_signature {
            true => Ok(()),
            false => Err(ScramError::ServerSignatureWrong),
        }
    }
}

pub(super) fn auth_message(
    first: &ClientFirst,
    challenge: &ServerFirst,
    without_proof: &str,
) -> String {
    format!("{},{},{without_proof}", first.bare(), challenge.message())
}
