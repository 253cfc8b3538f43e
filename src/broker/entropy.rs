//! Random bytes from a seed, which the owner of the broker provides.

use crate::auth::{KEY_LENGTH, Key, hmac_sha256};

/// `HMAC(seed, 1)`, `HMAC(seed, 2)`, …: without the seed the next value cannot be predicted.
#[derive(Clone, Debug)]
pub(super) struct Entropy {
    seed: Key,
    drawn: u64,
}

impl Entropy {
    pub(super) fn new(seed: [u8; KEY_LENGTH]) -> Entropy {
        Entropy { seed, drawn: 0 }
    }

    pub(super) fn draw(&mut self) -> Key {
        self.drawn += 1;
        hmac_sha256(&self.seed, &self.drawn.to_be_bytes())
    }

    /// Always the same for the same text, as the salt of a user must be.
    pub(super) fn bound_to(&self, text: &str) -> Key {
        hmac_sha256(&self.seed, format!("user {text}").as_bytes())
    }
}
