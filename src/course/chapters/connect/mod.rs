//! Chapter 1: what 5.0 changed about connecting.

mod connect_properties;
mod first_connect;
mod goodbye;
mod three_or_five;

use super::Chapter;
use crate::analysis::answer_to;
use crate::capture::{ClientSlot, RecordId};
use crate::course::{Evidence, Unmet, check};
use crate::mqtt::PacketType;

pub(super) const CHAPTER: Chapter = Chapter {
    id: "connect",
    exercises: &[
        &first_connect::EXERCISE,
        &connect_properties::EXERCISE,
        &three_or_five::EXERCISE,
        &goodbye::EXERCISE,
    ],
};

/// The CONNACK that accepts this CONNECT of the client.
fn accepted(evidence: &Evidence, client: ClientSlot, connect: RecordId) -> Result<RecordId, Unmet> {
    let nothing = || Evidence::not_received(client, PacketType::ConnAck);
    let answer = answer_to(evidence.capture, connect).ok_or_else(nothing)?;
    let packet = answer.valid_packet().ok_or_else(nothing)?;
    check::nothing_refused(&packet).map_err(|finding| Unmet::by(answer.id, finding))?;
    Ok(answer.id)
}
