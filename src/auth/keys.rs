//! The keys and the three operations everything in SCRAM is made of (RFC 5802, section 3).

use hmac::{Hmac, KeyInit, Mac};
use pbkdf2::pbkdf2_hmac;
use sha2::{Digest, Sha256};

/// The bytes of a SHA-256 hash.
pub const KEY_LENGTH: usize = 32;

pub type Key = [u8; KEY_LENGTH];

/// What follows from a password, a salt and an iteration count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Keys {
    /// `Hi(password, salt, i)`: the slow part, which makes guessing expensive.
    pub salted_password: Key,
    /// `HMAC(SaltedPassword, "Client Key")`: who knows it can log in.
    pub client_key: Key,
    /// `H(ClientKey)`: lets a server check a proof without being able to make one.
    pub stored_key: Key,
    /// `HMAC(SaltedPassword, "Server Key")`: with it a server shows that it knows the user.
    pub server_key: Key,
}

impl Keys {
    pub fn derive(password: &str, salt: &[u8], iterations: u32) -> Keys {
        let mut salted_password = [0; KEY_LENGTH];
        pbkdf2_hmac::<Sha256>(password.as_bytes(), salt, iterations, &mut salted_password);
        let client_key = hmac_sha256(&salted_password, b"Client Key");
        Keys {
            salted_password,
            client_key,
            stored_key: sha256(&client_key),
            server_key: hmac_sha256(&salted_password, b"Server Key"),
        }
    }
}

pub fn hmac_sha256(key: &[u8], data: &[u8]) -> Key {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes a key of any length");
    mac.update(data);
    mac.finalize().into_bytes().into()
}

pub(super) fn sha256(data: &[u8]) -> Key {
    Sha256::digest(data).into()
}

pub(super) fn xor(a: &Key, b: &Key) -> Key {
    std::array::from_fn(|i| a[i] ^ b[i])
}
