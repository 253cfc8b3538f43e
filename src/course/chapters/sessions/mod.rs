//! Chapter 7: what is remembered after the connection, and for how long.

mod clean_start_wins;
mod compare_intervals;
mod create;
mod expire;
mod expiry_at_disconnect;
mod redelivery;
mod resume;
mod takeover;
mod will_delay;

use std::time::Duration;

use super::Chapter;
use super::common::connect_with;
use crate::capture::{ClientSlot, RecordId};
use crate::course::support::connections::{Connection, session_began, time_between};
use crate::course::support::subscriptions::{Granted, granted};
use crate::course::{Cast, Evidence};
use crate::lab::{Act, Action};
use crate::mqtt::{Disconnect, Property, ReasonCode};

pub(super) const CHAPTER: Chapter = Chapter {
    id: "sessions",
    exercises: &[
        &create::EXERCISE,
        &resume::EXERCISE,
        &expire::EXERCISE,
        &compare_intervals::EXERCISE,
        &clean_start_wins::EXERCISE,
        &expiry_at_disconnect::EXERCISE,
        &takeover::EXERCISE,
        &will_delay::EXERCISE,
        &redelivery::EXERCISE,
    ],
};

/// CONNECT with a choice of Clean Start and Session Expiry Interval.
fn connect(cast: &Cast, slot: ClientSlot, clean_start: bool, expiry: Option<u32>) -> Act {
    let properties: Vec<_> = expiry.map(Property::SessionExpiryInterval).into_iter().collect();
    let mut act = connect_with(cast, slot, properties);
    if let Action::Connect(connect) = &mut act.action {
        connect.clean_start = clean_start;
    }
    act
}

fn leave(slot: ClientSlot) -> Act {
    Act::disconnect(slot, Disconnect::new(ReasonCode::Success))
}

/// Grants of the Session that `connection` had, before it ended: a resumed Session brings its subscriptions.
fn grants_of_session(
    evidence: &Evidence,
    client: ClientSlot,
    connection: &Connection,
) -> Vec<Granted> {
    let began = session_began(evidence, client, connection);
    let end = connection.end.unwrap_or(RecordId(u64::MAX));
    let mut grants = granted(evidence, client);
    grants.retain(|grant| grant.subscribe > began && grant.suback < end);
    grants
}

/// Whole seconds between two records, in words.
fn seconds(evidence: &Evidence, earlier: RecordId, later: RecordId) -> String {
    time_between(evidence, earlier, later).as_secs().to_string()
}

const EXPIRY: &str = "Session Expiry Interval";

/// An interval that a learner waits for: a minute that can be skipped in the tab, a moment elsewhere.
fn short(cast: &Cast) -> u32 {
    if cast.is_in_tab() { 60 } else { 1 }
}

/// A little longer than [`short`].
fn longer(cast: &Cast) -> Duration {
    Duration::from_secs(if cast.is_in_tab() { 61 } else { 4 })
}
