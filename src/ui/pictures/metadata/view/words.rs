//! The parts of a message, who sees them and what becomes of them, in words and as the stylesheet names them.

use crate::language::Strings;
use crate::ui::pictures::metadata::model::{Access, Fate, Part, Strand};

pub fn part_name(part: Part, strings: &Strings) -> &'static str {
    match part {
        Part::Header => strings.metadata_header(),
        Part::Topic => strings.metadata_topic(),
        Part::Properties => strings.metadata_properties(),
        Part::Payload => strings.metadata_payload(),
    }
}

pub fn access_words(access: Access, strings: &Strings) -> &'static str {
    match access {
        Access::Acts => strings.metadata_acts(),
        Access::Reads => strings.metadata_reads(),
        Access::Parses => strings.metadata_parses(),
        Access::Bytes => strings.metadata_bytes(),
    }
}

pub fn fate(strand: &Strand, strings: &Strings) -> &'static str {
    match strand.fate {
        Fate::Open => strings.metadata_fate_open(),
        Fate::Through => strings.metadata_fate_through(),
        Fate::Reduced => strings.metadata_fate_reduced(),
        Fate::Changed => strings.metadata_fate_changed(),
        Fate::Lost => strings.metadata_fate_lost(),
        Fate::Ends => strings.metadata_fate_ends(),
        Fate::Added => strings.metadata_fate_added(),
        Fate::Answered => strings.metadata_fate_answered(),
    }
}

/// Its name in the stylesheet.
pub fn fate_key(fate: Fate) -> &'static str {
    match fate {
        Fate::Open => "open",
        Fate::Through => "through",
        Fate::Reduced => "reduced",
        Fate::Changed => "changed",
        Fate::Lost => "lost",
        Fate::Ends => "ends",
        Fate::Added => "added",
        Fate::Answered => "answered",
    }
}
