//! What a capture cannot tell, because its file lacks bytes: nothing may be concluded from the absence of a
//! packet that may have been among them.

use super::exchange::expected_answer;
use crate::capture::{Capture, Record, RecordId};
use crate::mqtt::Sender;

/// The latest hole in what one side sent on the connection of `end`, before it.
pub fn hole_before(capture: &Capture, end: RecordId, sender: Sender) -> Option<&Record> {
    capture.preceding(end).find(|record| is_hole_of(record, sender))
}

/// The hole after the last packet of one side before `end`: what it said last may be in there.
pub fn hole_at_the_end(capture: &Capture, end: RecordId, sender: Sender) -> Option<&Record> {
    let last = capture
        .preceding(end)
        .find(|record| record.sender() == Some(sender) || is_hole_of(record, sender))?;
    is_hole_of(last, sender).then_some(last)
}

/// The hole that may hold the answer to a packet.
pub fn hole_for_answer(capture: &Capture, id: RecordId) -> Option<&Record> {
    let (_, sender) = expected_answer(capture.get(id)?)?;
    capture.following(id).find(|record| is_hole_of(record, sender))
}

fn is_hole_of(record: &Record, sender: Sender) -> bool {
    record.hole().is_some_and(|hole| hole.sender == sender)
}
