//! The server's side: checks a proof without knowing the password.

use super::client::auth_message;
use super::error::ScramError;
use super::keys::{Key, Keys, hmac_sha256, sha256, xor};
use super::message::{Attributes, ClientFirst, ServerFirst, from_base64, text, to_base64};

/// What a server stores of a user instead of the password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credentials {
    pub salt: Vec<u8>,
    pub iterations: u32,
    pub stored_key: Key,
    pub server_key: Key,
}

impl Credentials {
    pub fn derive(password: &str, salt: &[u8], iterations: u32) -> Credentials {
        let Keys { stored_key, server_key, .. } = Keys::derive(password, salt, iterations);
        Credentials { salt: salt.into(), iterations, stored_key, server_key }
    }
}

/// A proof that was right, with every value on the way to that.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    pub auth_message: String,
    /// As the client sent it.
    pub client_proof: Key,
    /// `HMAC(StoredKey, AuthMessage)`.
    pub client_signature: Key,
    /// `ClientProof XOR ClientSignature`: its hash is StoredKey.
    pub client_key: Key,
    /// `HMAC(ServerKey, AuthMessage)`.
    pub server_signature: Key,
}

impl Verified {
    /// The server-final message, as it travels in the Authentication Data.
    pub fn server_final(&self) -> String {
        format!("v={}", to_base64(&self.server_signature))
    }
}

/// Checks a client-final message.
pub fn verify(
    first: &ClientFirst,
    challenge: &ServerFirst,
    credentials: &Credentials,
    client_final: &[u8],
) -> Result<Verified, ScramError> {
    let message = text(client_final)?;
    let mut attributes = Attributes::new(message)?;
    if from_base64(attributes.next('c')?, 'c')? != first.gs2_header().as_bytes() {
        return Err(ScramError::ChannelBindingMismatch);
    }
    if attributes.next('r')? != challenge.nonce {
        return Err(ScramError::NonceMismatch);
    }
    // The proof comes last; optional extensions may stand before it.
    let (without_proof, proof) =
        message.rsplit_once(",p=").ok_or(ScramError::AttributeMissing('p'))?;
    let proof = from_base64(proof, 'p')?;
    let client_proof = Key::try_from(proof).map_err(|_| ScramError::ProofWrong)?;
    let auth_message = auth_message(first, challenge, without_proof);
    let client_signature = hmac_sha256(&credentials.stored_key, auth_message.as_bytes());
    let client_key = xor(&client_proof, &client_signature);
    if sha256(&client_key) != credentials.stored_key {
        return Err(ScramError::ProofWrong);
    }
    let server_signature = hmac_sha256(&credentials.server_key, auth_message.as_bytes());
    Ok(Verified { auth_message, client_proof, client_signature, client_key, server_signature })
}
