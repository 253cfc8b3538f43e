//! How soon views are told of what has come: with the next frame, but in a flood only as often as anybody can follow.

use std::time::Duration;

/// More records than these leave nothing in sight of what was there before.
pub const A_VIEW_FULL: u64 = 24;

/// From one drawing to the next while more than a view full comes with every frame.
const IN_A_FLOOD: Duration = Duration::from_millis(100);

/// How long so many new records still wait.
pub fn wait(new: u64, since_told: Duration) -> Duration {
    match new {
        new if new <= A_VIEW_FULL => Duration::ZERO,
        _ => IN_A_FLOOD.saturating_sub(since_told),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_flood_waits() {
        let millis = Duration::from_millis;
        for (new, since_told, expect) in [
            (0, 0, 0), // a client has changed
            (1, 16, 0),
            (A_VIEW_FULL, 16, 0),
            (A_VIEW_FULL + 1, 16, 84),
            (10_000, 99, 1),
            (10_000, 100, 0),
            (10_000, 9_000, 0), // the first of a flood
        ] {
            assert_eq!(wait(new, millis(since_told)), millis(expect), "{new} after {since_told}");
        }
    }
}
