//! The ways to look at one packet, beside its fields.

use super::byte_diff::has_versions;
use super::limits::limits_of;
use crate::analysis::why::has_why;
use crate::capture::{Capture, Record};
use crate::language::Strings;
use crate::mqtt::{PacketType, Version};
use crate::ui::payload::pieces;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Aspect {
    /// Bytes, fields and what they mean.
    Fields,
    /// What it carries, in the format that it has.
    Payload,
    /// What a CONNACK allows, beside that of another.
    Limits,
    /// An older version beside 5.0.
    Versions(Version),
    /// What led to a refusal or an end.
    Why,
}

impl Aspect {
    /// Those that this packet has, fields first; an event of the link has one at most.
    pub fn of(record: &Record, capture: &Capture) -> Vec<Aspect> {
        let packet_type = record.packet_type();
        let older = record.version.min(Version::V3_1_1);
        let is_answer = packet_type == Some(PacketType::ConnAck);
        [
            (Aspect::Fields, !record.bytes().is_empty()),
            (Aspect::Payload, !pieces(capture, record).is_empty()),
            (Aspect::Limits, is_answer && limits_of(capture, record.id).is_some()),
            (Aspect::Versions(older), has_versions(record)),
            (Aspect::Why, has_why(capture, record.id)),
        ]
        .into_iter()
        .filter_map(|(aspect, is_there)| is_there.then_some(aspect))
        .collect()
    }

    pub fn name(self, strings: &Strings) -> String {
        match self {
            Aspect::Fields => strings.inspector_fields().to_owned(),
            Aspect::Payload => strings.inspector_payload().to_owned(),
            Aspect::Limits => strings.inspector_limits().to_owned(),
            Aspect::Versions(older) => strings.inspector_versions(older.name()),
            Aspect::Why => strings.inspector_why().to_owned(),
        }
    }
}
