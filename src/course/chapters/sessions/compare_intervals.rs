//! Four intervals side by side: absent, 0, 5 s and for ever.

use std::time::Duration;

use super::{connect, leave};
use crate::capture::ClientSlot;
use crate::course::connections::{Connection, connections};
use crate::course::{
    Asks, Broker, ClientSetup, Evidence, Exercise, Finding, Move, Picture, Prediction, Step, Unmet,
    Verdict,
};
use crate::lab::Act;
use crate::mqtt::{PacketType, PropertyId};

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
            prepared: |cast| vec![connect(cast, ClientSlot(3), true, INTERVALS[3])],
            ..ClientSetup::PLAIN
        },
    ],
    picture: Some(Picture::Sessions),
    steps: &[
        Step {
            id: "leave",
            controls: &[
                |cast| {
                    Move::Acts(
                        slots().map(|slot| connect(cast, slot, true, interval(slot))).collect(),
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
            prediction: Some(Prediction {
                asks: Asks::Options(4),
                outcome: |evidence, _| who_was_known(evidence),
            }),
            check: only_one_is_known,
            ..Step::PLAIN
        },
    ],
    solution: |cast| {
        let begin = slots().map(|slot| Move::Act(connect(cast, slot, true, interval(slot))));
        let leave = slots().map(|slot| Move::Act(leave(slot)));
        let back = slots().map(|slot| Move::Act(back(cast, slot)));
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

/// The first connection of each, left by DISCONNECT, with intervals as different as they should be.
fn all_left(evidence: &Evidence) -> Verdict {
    let mut records = Vec::new();
    for slot in slots() {
        let Some(first) = connections(evidence, slot).into_iter().next() else {
            return Err(Unmet::NotYet(Evidence::not_sent(slot, PacketType::Connect)));
        };
        let asked = first.connect.1.properties.session_expiry_interval();
        if asked != interval(slot) {
            let words = |interval: Option<u32>| {
                interval.map_or("absent".to_owned(), |interval| interval.to_string())
            };
            let name = PropertyId::SessionExpiryInterval.name();
            let finding = Finding::differs(name, words(asked), words(interval(slot)));
            return Err(Unmet::Contradicted { by: first.connect.0, finding });
        }
        match first.disconnect {
            Some((id, _)) => records.push(id),
            None => return Err(Unmet::NotYet(Evidence::not_sent(slot, PacketType::Disconnect))),
        }
    }
    Ok(records)
}

/// The first accepted return of each with Clean Start 0.
fn returns(evidence: &Evidence) -> Result<Vec<Connection>, Verdict> {
    let mut all = Vec::new();
    for slot in slots() {
        let mut later = connections(evidence, slot).into_iter().skip(1);
        match later.find(|c| c.session_present().is_some()) {
            Some(back) if back.connect.1.clean_start => {
                let finding = Finding::differs("Clean Start", 1, 0);
                return Err(Err(Unmet::Contradicted { by: back.connect.0, finding }));
            }
            Some(back) => all.push(back),
            None => return Err(Err(Unmet::NotYet(Finding::told("not-back", [&slot.letter()])))),
        }
    }
    Ok(all)
}

fn only_one_is_known(evidence: &Evidence) -> Verdict {
    let open = all_left(evidence);
    if !open.is_ok() {
        return open;
    }
    let returns = match returns(evidence) {
        Ok(returns) => returns,
        Err(open) => return open,
    };
    let mut records = Vec::new();
    for (back, slot) in returns.iter().zip(slots()) {
        let expected = slot.0 == 3;
        if back.session_present() != Some(expected) {
            let finding = match slot.0 {
                2 => Finding::told("too-early", []),
                _ => Finding::differs("Session Present", !expected, expected),
            };
            return Err(Unmet::Contradicted { by: back.connect.0, finding });
        }
        records.extend(back.handshake());
    }
    Ok(records)
}

/// How many were still known: none, one, two, or more.
fn who_was_known(evidence: &Evidence) -> Option<usize> {
    only_one_is_known(evidence).is_ok().then_some(1)
}

/// In the order of the clients.
const INTERVALS: [Option<u32>; 4] = [None, Some(0), Some(5), Some(u32::MAX)];
/// Longer than the third.
const PAUSE: Duration = Duration::from_secs(8);
