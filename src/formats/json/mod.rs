//! Packets and dissections as JSON, for people and scripts outside the page.
//!
//! Names are the specification's in snake_case. Absent properties are absent; one-byte properties and
//! Reason Codes are numbers; binary values are hexadecimal under a key that ends in `_hex`;
//! `subscription_identifier` is always a list and `user_property` a list of pairs, both in wire order.
//! Any other property is a single value, or a list where a packet breaks a rule by repeating it.

mod line;
mod load;
mod read;
mod record;
mod write;

pub use line::{dissect_line, encode_line};
pub use load::records_from_json;
pub use read::{JsonError, packet_from_json};
pub use record::records_to_json;
pub use write::{dissection_to_json, packet_to_json, packet_to_json_as};
