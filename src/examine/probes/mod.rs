//! The probes, a file a chapter. What stands in one is said with the fields of [`Probe`].

mod authentication;
mod connecting;
mod delivery;
mod limits;
mod malformed;
mod properties;
mod publishing;
mod retained;
mod sessions;
mod shared;
mod subscribing;
mod wills;

use std::time::Duration;

use super::probe::{Chapter, Need, PROBE, Probe};
use super::script::{A, B, C, Client, Script, frame, text};
use super::seen::{Got, Outcome, Seen, Verdict, payloads_are, record_ids};
use crate::mqtt::{
    Auth, Connect, Disconnect, Packet, PacketId, PacketType, Properties, Property, PropertyId,
    Publish, QoS, ReasonCode, RetainHandling, Sender, Subscribe, Version, Will,
};

pub(super) const ALL: &[&[Probe]] = &[
    connecting::PROBES,
    sessions::PROBES,
    publishing::PROBES,
    retained::PROBES,
    subscribing::PROBES,
    shared::PROBES,
    delivery::PROBES,
    limits::PROBES,
    wills::PROBES,
    properties::PROBES,
    authentication::PROBES,
    malformed::PROBES,
];

/// With a Packet Identifier that is known beforehand.
fn seven(publish: &mut Publish) {
    publish.packet_id = PacketId::new(7);
}

/// The same packet sent again.
fn seven_again(publish: &mut Publish) {
    seven(publish);
    publish.dup = true;
}
