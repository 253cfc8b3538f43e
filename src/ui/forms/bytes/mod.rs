//! Bytes that a learner writes as text, as JSON or in hexadecimal.

mod draft;

pub use draft::{BytesDraft, BytesForm};
