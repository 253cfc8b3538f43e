//! What the checks of many exercises share.

use super::evidence::Evidence;
use super::verdict::{Finding, Unmet, Verdict, judge};
use crate::capture::{ClientSlot, Record, RecordId};
use crate::mqtt::{Packet, PacketType, Publish, ReasonCode};

/// The client has a CONNACK with success.
pub fn connected(evidence: &Evidence, client: ClientSlot) -> Verdict {
    answered_well(evidence, client, PacketType::ConnAck)
}

/// The learner has opened a CONNACK of the client.
pub fn connack_opened(evidence: &Evidence, client: ClientSlot) -> Verdict {
    if let Some(record) = evidence.opened(client, PacketType::ConnAck) {
        return Ok(vec![record]);
    }
    Err(Unmet::NotYet(match evidence.received(client, PacketType::ConnAck).next() {
        Some(_) => Finding::NotOpened { packet: PacketType::ConnAck },
        None => Evidence::not_received(client, PacketType::ConnAck),
    }))
}

/// The client has an answer of that type in which nothing is refused.
pub fn answered_well(evidence: &Evidence, client: ClientSlot, answer: PacketType) -> Verdict {
    let nothing = Evidence::not_received(client, answer);
    judge(evidence.received(client, answer), nothing, |_, packet| nothing_refused(packet))
}

/// No Reason Code of the packet is one of the errors, 0x80 and above.
pub fn nothing_refused(packet: &Packet) -> Result<(), Finding> {
    match packet.reason_codes().iter().find(|code| code.is_error()) {
        None => Ok(()),
        Some(&code) => Err(Finding::Refused { packet: packet.packet_type(), code }),
    }
}

/// The packet carries this Reason Code, among others perhaps.
pub fn has_reason_code(packet: &Packet, wanted: ReasonCode) -> Result<(), Finding> {
    let kind = packet.packet_type();
    let words = |code: ReasonCode| code.in_words(kind);
    match packet.reason_codes() {
        codes if codes.contains(&wanted) => Ok(()),
        [] => Err(Finding::absent("Reason Code")),
        codes => {
            let found: Vec<_> = codes.iter().copied().map(words).collect();
            Err(Finding::differs("Reason Code", found.join(", "), words(wanted)))
        }
    }
}

/// The packet carries these User Properties, with these values, in this order; others may come between.
pub fn has_user_property_pairs(packet: &Packet, wanted: &[(&str, &str)]) -> Result<(), Finding> {
    let found: Vec<_> = packet.properties().user_properties().collect();
    let mut rest = found.iter();
    for (name, value) in wanted {
        if rest.any(|pair| *pair == (*name, *value)) {
            continue;
        }
        let subject = format!("User Property {name}").into();
        let mut of_that_name = found.iter().filter(|(other, _)| other == name);
        return Err(match of_that_name.clone().next() {
            None => Finding::Absent { subject },
            Some(_) if of_that_name.any(|(_, other)| other == value) => {
                let names: Vec<_> = found.iter().map(|(name, _)| *name).collect();
                let order: Vec<_> = wanted.iter().map(|(name, _)| *name).collect();
                Finding::differs("User Property", names.join(", "), order.join(", "))
            }
            Some((_, other)) => {
                let (found, wanted) = ((*other).to_owned(), (*value).to_owned());
                Finding::Differs { subject, found, wanted }
            }
        });
    }
    Ok(())
}

/// The packet carries User Properties of all these names.
pub fn has_user_properties(packet: &Packet, names: &[&str]) -> Result<(), Finding> {
    let has = |name: &str| packet.properties().user_properties().any(|(n, _)| n == name);
    match names.iter().find(|name| !has(name)) {
        None => Ok(()),
        Some(missing) => Err(Finding::no_user_property(missing)),
    }
}

/// The PUBLISH packets among these records, with what they say.
pub fn messages<'a>(records: impl Iterator<Item = &'a Record>) -> Vec<(RecordId, Publish)> {
    let message = |record: &Record| match record.valid_packet()? {
        Packet::Publish(publish) => Some((record.id, publish)),
        _ => None,
    };
    records.filter_map(message).collect()
}

/// The records of all these verdicts once every one is met, otherwise the first that is not.
pub fn all(verdicts: impl IntoIterator<Item = Verdict>) -> Verdict {
    let mut records = Vec::new();
    for verdict in verdicts {
        records.extend(verdict?);
    }
    records.sort_unstable();
    records.dedup();
    Ok(records)
}
