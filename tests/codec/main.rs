//! The codec, as tables: constant bytes, spaced by field, each row run as decode, dissect and encode.

mod support;

mod fields;
mod framing;
mod json;
mod malformed;
mod packets;
mod properties;
mod reading_on;
mod reason_codes;
mod round_trips;
mod text;
mod v3;
