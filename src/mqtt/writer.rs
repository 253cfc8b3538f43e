//! Writes fields in the data representations of §1.5.

use bytes::Bytes;

use super::error::EncodeError;
use super::frame::MAX_REMAINING_LENGTH;

#[derive(Default)]
pub(super) struct Writer {
    out: Vec<u8>,
}

impl Writer {
    pub(super) fn byte(&mut self, value: u8) {
        self.out.push(value);
    }

    pub(super) fn two_byte_integer(&mut self, value: u16) {
        self.out.extend(value.to_be_bytes());
    }

    pub(super) fn four_byte_integer(&mut self, value: u32) {
        self.out.extend(value.to_be_bytes());
    }

    pub(super) fn variable_byte_integer(&mut self, value: u32) -> Result<(), EncodeError> {
        if value as usize > MAX_REMAINING_LENGTH {
            return Err(EncodeError::TooLarge { value: value as usize });
        }
        let mut rest = value;
        while rest > 0x7F {
            self.out.push(rest as u8 | 0x80);
            rest >>= 7;
        }
        self.out.push(rest as u8);
        Ok(())
    }

    pub(super) fn string(&mut self, value: &str) -> Result<(), EncodeError> {
        self.binary(value.as_bytes())
    }

    pub(super) fn binary(&mut self, value: &[u8]) -> Result<(), EncodeError> {
        let length =
            u16::try_from(value.len()).map_err(|_| EncodeError::TooLong { length: value.len() })?;
        self.two_byte_integer(length);
        self.opaque(value);
        Ok(())
    }

    pub(super) fn opaque(&mut self, value: &[u8]) {
        self.out.extend_from_slice(value);
    }

    /// `body` behind its own length.
    pub(super) fn length_prefixed_by_variable_byte_integer(
        &mut self,
        body: &Writer,
    ) -> Result<(), EncodeError> {
        let length = body.out.len();
        let value = u32::try_from(length).map_err(|_| EncodeError::TooLarge { value: length })?;
        self.variable_byte_integer(value)?;
        self.opaque(&body.out);
        Ok(())
    }

    pub(super) fn finish(self) -> Bytes {
        self.out.into()
    }
}
