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
use super::seen::{Got, Outcome, Seen, Verdict, payloads_are};
use crate::mqtt::{
    Auth, Disconnect, Packet, PacketType, Properties, Property, PropertyId, QoS, ReasonCode,
    RetainHandling, Sender, Version,
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
