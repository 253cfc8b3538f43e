//! Correlation Data in two forms, and round trips counted into classes.

use std::time::Duration;

use crate::course::requests::{PATIENCE, State};

/// As text, where every character of it can be read.
pub fn text(bytes: &[u8]) -> Option<&str> {
    let text = std::str::from_utf8(bytes).ok()?;
    (!text.is_empty() && text.chars().all(|c| !c.is_control())).then_some(text)
}

/// A time as one reads it: `0.8 ms`, `12.4 ms`, `1.20 s`.
pub fn duration(time: Duration) -> String {
    let milliseconds = time.as_secs_f64() * 1000.0;
    match milliseconds {
        below if below < 1000.0 => format!("{below:.1} ms"),
        _ => format!("{:.2} s", milliseconds / 1000.0),
    }
}

/// What a bar in its full length stands for: the slowest of several answers, or the whole time limit as
/// soon as one request waits, has waited too long, or is the only one.
pub fn full_bar(states: impl Iterator<Item = State>) -> Duration {
    let (mut answered, mut slowest) = (0, Duration::ZERO);
    for state in states {
        match state {
            State::Answered(took) => (answered, slowest) = (answered + 1, slowest.max(took)),
            State::Nobody => {}
            State::Pending(_) | State::Late(_) | State::TimedOut => return PATIENCE,
        }
    }
    if answered > 1 { slowest } else { PATIENCE }
}

/// One class of the histogram: round trips shorter than `below`, and not shorter than the class before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Class {
    pub below: Duration,
    pub count: usize,
}

/// Classes that double, from the one the shortest value is in to that of the longest.
pub fn histogram(sorted: &[Duration]) -> Vec<Class> {
    let (Some(shortest), Some(longest)) = (sorted.first(), sorted.last()) else {
        return Vec::new();
    };
    let mut below = Duration::from_micros(500);
    while below <= *shortest {
        below *= 2;
    }
    let mut classes = Vec::new();
    let mut counted = 0;
    loop {
        let upto = sorted.partition_point(|time| *time < below);
        classes.push(Class { below, count: upto - counted });
        counted = upto;
        if below > *longest {
            return classes;
        }
        below *= 2;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_round_trip_is_in_one_class() {
        let micros =
            |values: &[u64]| values.iter().map(|v| Duration::from_micros(*v)).collect::<Vec<_>>();
        let counts = |values: &[u64]| {
            let classes = histogram(&micros(values));
            classes.iter().map(|c| (c.below.as_micros(), c.count)).collect::<Vec<_>>()
        };
        assert_eq!(counts(&[]), []);
        assert_eq!(counts(&[100]), [(500, 1)]);
        assert_eq!(counts(&[500]), [(1000, 1)]);
        assert_eq!(counts(&[900, 1100, 1200, 7000]), [(1000, 1), (2000, 2), (4000, 0), (8000, 1)]);
    }

    #[test]
    fn bars_are_compared_with_the_slowest_answer_or_with_the_time_limit() {
        let answered = |millis| State::Answered(Duration::from_millis(millis));
        let late = State::Late(Duration::from_secs(6));
        for (states, expect) in [
            (vec![answered(2), answered(9), answered(5)], Duration::from_millis(9)),
            (vec![answered(2), State::Nobody, answered(9)], Duration::from_millis(9)),
            (vec![answered(2)], PATIENCE),
            (vec![answered(2), answered(9), State::TimedOut], PATIENCE),
            (vec![answered(2), answered(9), late], PATIENCE),
            (vec![], PATIENCE),
        ] {
            assert_eq!(full_bar(states.iter().copied()), expect, "{states:?}");
        }
    }

    #[test]
    fn correlation_data_is_text_only_where_it_can_be_read() {
        for (bytes, expect) in [
            (&b"yesterday-0042"[..], Some("yesterday-0042")),
            ("要求".as_bytes(), Some("要求")),
            (b"", None),
            (b"\x00\x01", None),
            (b"\xff\xfe", None),
        ] {
            assert_eq!(text(bytes), expect, "{bytes:02x?}");
        }
    }

    #[test]
    fn times_have_one_sensible_precision() {
        for (micros, expect) in [(800, "0.8 ms"), (12_440, "12.4 ms"), (1_204_000, "1.20 s")] {
            assert_eq!(duration(Duration::from_micros(micros)), expect);
        }
    }
}
