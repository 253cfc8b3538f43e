//! What passes on the wire in an exercise: found by playing its solution, so that it cannot be out of date.

use super::exercise::Exercise;
use super::rehearsal::Rehearsal;
use super::seen::Seen;

/// Rehearses the solution and tells what was seen. It takes some milliseconds.
pub fn played(exercise: &Exercise) -> Seen {
    let mut rehearsal = Rehearsal::new(exercise, "reference");
    for next in (exercise.solution)(&rehearsal.cast) {
        rehearsal.make(&next);
    }
    let mut seen = Seen::default();
    for record in rehearsal.lab.capture().records() {
        seen.note(record);
    }
    seen
}

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
