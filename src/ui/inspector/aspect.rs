//! The ways to look at one packet, beside its fields.

use super::byte_diff::has_versions;
use super::limits::limits_of;
use crate::analysis::why::has_why;
use crate::capture::{Capture, Record};
use crate::language::Strings;
use crate::mqtt::PacketType;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Aspect {
    /// Bytes, fields and what they mean.
    Fields,
    /// What a CONNACK allows, beside that of another.
    Limits,
    /// 3.1.1 beside 5.0.
    Versions,
    /// What led to a refusal or an end.
    Why,
}

impl Aspect {
    /// Those that this packet has, fields first; an event of the link has one at most.
    pub fn of(record: &Record, capture: &Capture) -> Vec<Aspect> {
        let packet_type = record.packet_type();
        let is_answer = packet_type == Some(PacketType::ConnAck);
        [
            (Aspect::Fields, !record.bytes().is_empty()),
            (Aspect::Limits, is_answer && limits_of(capture, record.id).is_some()),
            (Aspect::Versions, packet_type.is_some_and(has_versions)),
            (Aspect::Why, has_why(capture, record.id)),
        ]
        .into_iter()
        .filter_map(|(aspect, is_there)| is_there.then_some(aspect))
        .collect()
    }

    pub fn name(self, strings: &Strings) -> &'static str {
        match self {
            Aspect::Fields => strings.inspector_fields(),
            Aspect::Limits => strings.inspector_limits(),
            Aspect::Versions => strings.inspector_versions(),
            Aspect::Why => strings.inspector_why(),
        }
    }
}
