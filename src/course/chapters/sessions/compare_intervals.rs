//! Four intervals side by side: absent, 0, 5 s and never.

use std::time::Duration;

use super::{EXPIRY, connect, leave};
use crate::capture::{ClientSlot, RecordId};
use crate::course::support::connections::{Connection, accepted, connection_among, time_between};
use crate::course::{
    Asks, Broker, ByHand, ClientSetup, Evidence, Exercise, Finding, Move, Picture, Prediction,
    Step, Unmet, Verdict,
};
use crate::lab::Act;
use crate::mqtt::PacketType;

pub static EXERCISE: Exercise = Exercise {
    id: "compare-intervals",
    broker: Broker::Any,
    spec: &["3.1.2.11.2"],
    clients: &[
        ClientSetup {
            role: "absent",
            prepared: |cast| vec![connect(cast, ClientSlot(0), true, INTERVALS[0])],
            ..ClientSetup::PLAIN
        },
        ClientSetup {
            role: "zero",
            prepared: |cast| vec![connect(cast, ClientSlot(1), true, INTERVALS[1])],
            ..ClientSetup::PLAIN
        },
        ClientSetup {
            role: "five",
            prepared: |cast| vec![connect(cast, ClientSlot(2), true, INTERVALS[2])],
            ..ClientSetup::PLAIN
        },
        ClientSetup {
            role: "forever",
            // Its interval is the lesson.
            prepared: |cast| vec![connect(cast, FOREVER, true, None)],
            ..ClientSetup::PLAIN
        },
    ],
    picture: Some(Picture::Sessions),
    steps: &[
        Step {
            id: "forever",
            by_hand: Some(ByHand {
                act: |cast| connect(cast, FOREVER, true, interval(FOREVER)),
                field: EXPIRY,
            }),
            check: |evidence| Ok(latest_stay(evidence, FOREVER)?.handshake()),
            ..Step::PLAIN
        },
        Step {
            id: "leave",
            controls: &[
                |cast| {
                    let others = slots().filter(|slot| *slot != FOREVER);
                    Move::Acts(
                        others.map(|slot| connect(cast, slot, true, interval(slot))).collect(),
                    )
                },
                |_| Move::Acts(slots().map(leave).collect()),
            ],
            check: all_left,
            ..Step::PLAIN
        },
        Step {
            id: "return",
            controls: &[
                |_| Move::Wait(PAUSE),
                |cast| Move::Acts(slots().map(|slot| back(cast, slot)).collect()),
            ],
            prediction: Some(Prediction { asks: Asks::Number, outcome: how_many_were_known }),
            check: all_returned,
            values: |evidence, records| {
                let present =
                    presents(evidence, records).map(|present| u8::from(present).to_string());
                vec![("present", present.collect::<Vec<_>>().join(", "))]
            },
            ..Step::PLAIN
        },
    ],
    solution: |cast| {
        let forever = connect(cast, FOREVER, true, interval(FOREVER));
        let others = slots().filter(|slot| *slot != FOREVER);
        let others = others.map(|slot| Move::Act(connect(cast, slot, true, interval(slot))));
        let leave = slots().map(|slot| Move::Act(leave(slot)));
        let back = slots().map(|slot| Move::Act(back(cast, slot)));
        let begin = [Move::Act(forever)].into_iter().chain(others);
        begin.chain(leave).chain([Move::Wait(PAUSE)]).chain(back).collect()
    },
    par: 12,
    ..Exercise::PLAIN
};

fn slots() -> impl Iterator<Item = ClientSlot> {
    (0..4).map(ClientSlot)
}

fn interval(slot: ClientSlot) -> Option<u32> {
    INTERVALS.get(usize::from(slot.0)).copied().flatten()
}

/// Without an interval: nothing stays behind afterwards.
fn back(cast: &crate::course::Cast, slot: ClientSlot) -> Act {
    connect(cast, slot, false, None)
}

/// The client's latest connection with Clean Start 1: its interval is what the client's name says.
fn latest_stay(evidence: &Evidence, slot: ClientSlot) -> Result<Connection, Unmet> {
    let stay = accepted(evidence, slot).into_iter().rfind(|it| it.connect.1.clean_start);
    let stay = stay.ok_or_else(|| Evidence::not_sent(slot, PacketType::Connect))?;
    let asked = stay.connect.1.properties.session_expiry_interval();
    let words = |interval: Option<u32>| interval.map_or("–".to_owned(), |it| it.to_string());
    let finding = match interval(slot) {
        wanted if wanted == asked => return Ok(stay),
        Some(_) if asked.is_none() => Finding::absent(EXPIRY),
        wanted => Finding::differs(EXPIRY, words(asked), words(wanted)),
    };
    Err(Unmet::by(stay.connect.0, finding))
}

/// All four stayed as long as they should, and have left.
fn all_left(evidence: &Evidence) -> Verdict {
    let mut records = Vec::new();
    for slot in slots() {
        let stay = latest_stay(evidence, slot)?;
        let end = stay.end.ok_or_else(|| Evidence::not_sent(slot, PacketType::Disconnect))?;
        records.extend([stay.connect.0, end]);
    }
    records.sort_unstable();
    Ok(records)
}

/// The first connection after the stay, with Clean Start 0.
fn returned(evidence: &Evidence, slot: ClientSlot) -> Result<(RecordId, Connection), Unmet> {
    let all = accepted(evidence, slot);
    // One with Clean Start 1 that is still there, after an earlier stay, was meant as the return.
    if let [.., before, latest] = &all[..]
        && latest.connect.1.clean_start
        && latest.end.is_none()
        && before.end.is_some()
    {
        latest.asks_for_session_of(before)?;
    }
    let stay = latest_stay(evidence, slot)?;
    let end = stay.end.ok_or_else(|| Evidence::not_sent(slot, PacketType::Disconnect))?;
    let back = all.into_iter().find(|it| it.connect.0 > end);
    let back = back.ok_or_else(|| Finding::told("not-back", [&slot.letter()]))?;
    back.asks_for_session_of(&stay)?;
    Ok((end, back))
}

/// The short intervals are over; only the last Session can still be there, unless the Server gave it a
/// shorter interval than was asked for (§3.2.2.3.2).
fn all_returned(evidence: &Evidence) -> Verdict {
    let mut records = Vec::new();
    for slot in slots() {
        let (end, back) = returned(evidence, slot)?;
        let stay = latest_stay(evidence, slot)?;
        let (by, away) = (back.connect.0, time_between(evidence, end, back.connect.0));
        let is_over = |interval: u32| interval != u32::MAX && away.as_secs() >= u64::from(interval);
        let may_be_there = slot == FOREVER;
        let must_be_there = may_be_there && !is_over(stay.session_expiry_interval());
        match back.session_present() {
            Some(true) if slot == FIVE => {
                return Err(Unmet::by(by, Finding::told("too-early", [&away.as_secs()])));
            }
            Some(true) if !may_be_there => {
                return Err(Unmet::by(by, Finding::differs("Session Present", 1, 0)));
            }
            Some(false) if must_be_there => {
                return Err(Unmet::by(by, Finding::differs("Session Present", 0, 1)));
            }
            _ => records.extend(back.handshake()),
        }
    }
    Ok(records)
}

/// Session Present of the CONNACK packets among these records, in the order of the clients.
fn presents(evidence: &Evidence, records: &[RecordId]) -> impl Iterator<Item = bool> {
    slots().filter_map(|slot| connection_among(evidence, slot, records)?.session_present())
}

fn how_many_were_known(evidence: &Evidence, records: &[RecordId]) -> Option<usize> {
    Some(presents(evidence, records).filter(|present| *present).count())
}

/// In the order of the clients.
const INTERVALS: [Option<u32>; 4] = [None, Some(0), Some(5), Some(u32::MAX)];
const FIVE: ClientSlot = ClientSlot(2);
const FOREVER: ClientSlot = ClientSlot(3);
/// Longer than the third.
const PAUSE: Duration = Duration::from_secs(8);
