//! A second view of the same records: single packets are drawn at once in both, but in a flood one of them is read, and
//! the other keeps up with less work.

use std::time::Duration;

use crate::ui::pace::A_VIEW_FULL;

/// More rows than these come at once only in a flood, which needs no animation either.
pub const ANIMATED: u64 = 6;
/// From one drawing to the next while more come at once than can be followed, and in a flood.
const PAUSE: Duration = Duration::from_millis(250);
const LONG_PAUSE: Duration = Duration::from_secs(1);

/// How long so many new records wait before they are drawn.
pub fn pause(new: u64, since_drawn: Duration) -> Duration {
    match new {
        new if new <= ANIMATED => Duration::ZERO,
        new if new <= A_VIEW_FULL => PAUSE.saturating_sub(since_drawn),
        _ => LONG_PAUSE.saturating_sub(since_drawn),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_flood_waits() {
        let millis = Duration::from_millis;
        for (new, since_drawn, expect) in [
            (0, 0, 0), // another filter
            (1, 0, 0),
            (ANIMATED, 1, 0),
            (ANIMATED + 1, 0, 250),
            (A_VIEW_FULL, 100, 150),
            (A_VIEW_FULL, 250, 0),
            (10_000, 250, 750),
            (10_000, 1000, 0),
            (10_000, 9_000, 0), // the first of a flood
        ] {
            assert_eq!(
                pause(new, millis(since_drawn)),
                millis(expect),
                "{new} after {since_drawn}"
            );
        }
    }
}
