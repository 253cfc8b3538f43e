//! The ways to look at one packet, beside its fields.

use crate::capture::{Capture, Record};
use crate::language::Strings;
use crate::ui::byte_diff::has_versions;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Aspect {
    /// Bytes, fields and what they mean.
    Fields,
    /// 3.1.1 beside 5.0.
    Versions,
}

impl Aspect {
    /// Those that this packet has, fields first.
    pub fn of(record: &Record, _capture: &Capture) -> Vec<Aspect> {
        let mut aspects = vec![Aspect::Fields];
        if record.packet_type().is_some_and(has_versions) {
            aspects.push(Aspect::Versions);
        }
        aspects
    }

    pub fn name(self, strings: &Strings) -> &'static str {
        match self {
            Aspect::Fields => strings.inspector_fields,
            Aspect::Versions => strings.inspector_versions,
        }
    }
}
