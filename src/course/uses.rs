//! What passes on the wire in an exercise: found by playing its solution, so that it cannot be out of date.

use std::collections::BTreeSet;
use std::time::Duration;

use super::evidence::Evidence;
use super::exercise::{Cast, Exercise, Move};
use super::seen::Seen;
use crate::broker::Input;
use crate::capture::RecordId;
use crate::lab::Lab;
use crate::time::Instant;

/// Plays the solution on a bench of its own, against the broker in the tab and on a clock of its own,
/// and tells what was seen. It takes some milliseconds.
pub fn played(exercise: &Exercise) -> Seen {
    let cast = Cast::new(exercise.clients, "reference");
    let mut lab = Lab::within_tab([7; 32]);
    let mut now = Instant::START;
    lab.set_up(exercise.clients.iter().map(|client| client.role), now);
    lab.operate_in_tab(Input::SetPolicy(Box::new((exercise.policy)())), now);
    for act in exercise.beginning(&cast) {
        // What is refused here would be refused on the learner's bench too.
        drop(lab.act(act, now));
    }
    let mut opened = BTreeSet::new();
    let mut filter = String::new();
    for next in (exercise.solution)(&cast) {
        let since = RecordId(0);
        let evidence = Evidence { capture: lab.capture(), since, opened: &opened, filter: &filter };
        match next {
            Move::Act(_) | Move::React(_) => {
                if let Some(act) = next.act(&cast, &evidence) {
                    drop(lab.act(act, now));
                }
            }
            Move::Acts(acts) => {
                for act in acts {
                    drop(lab.act(act, now));
                }
            }
            Move::Operate(operate) => lab.operate_in_tab(operate(&cast), now),
            Move::Wait(time) => now = lab.skip(time, now).unwrap_or(now),
            Move::Open(..) => {
                let found = next.record_to_open(lab.capture());
                opened.extend(found);
            }
            Move::Filter(words) => filter = words(&cast, &evidence).unwrap_or_default(),
        }
        let end = now + ANSWERED_WITHIN;
        while let Some(due) = lab.next_timeout().filter(|due| *due <= end) {
            now = due;
            lab.advance(due);
        }
    }
    let mut seen = Seen::default();
    for record in lab.capture().records() {
        seen.note(record);
    }
    seen
}

/// Time for everything on its way to arrive before the next move.
const ANSWERED_WITHIN: Duration = Duration::from_secs(1);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::course::{CHAPTERS, Sight, exercise};
    use crate::mqtt::{Holder, PacketType, PropertyId, ReasonCode};

    #[test]
    fn a_played_solution_tells_what_passes_both_ways() {
        let (_, exercise) = exercise("connect-properties").expect("it is in the course");
        let seen = played(exercise);
        for sight in [
            Sight::Packet(PacketType::Connect),
            Sight::Property(Holder::Connect, PropertyId::SessionExpiryInterval),
            Sight::ReasonCode(PacketType::ConnAck, ReasonCode::Success),
        ] {
            assert!(seen.has(sight), "{sight:?}");
        }
    }

    #[test]
    fn every_exercise_shows_something() {
        for exercise in CHAPTERS.iter().flat_map(|chapter| chapter.exercises) {
            assert!(!played(exercise).is_empty(), "{}", exercise.id);
        }
    }
}
