//! How soon views show what has come: with the next frame, but in a flood only as often as anybody can follow.

use std::time::Duration;

/// More rows than these come at once only in a flood, which needs no animation either.
const ANIMATED: u64 = 6;
/// More records than these leave nothing in sight of what was there before.
const A_VIEW_FULL: u64 = 24;

/// From one drawing to the next while more than a view full comes with every frame, at least and at most.
const IN_A_FLOOD: Duration = Duration::from_millis(100);
const AT_LAST: Duration = Duration::from_millis(500);
/// Of the time in a flood, drawing takes no more than one part of so many.
const SHARE: u32 = 5;

/// How long so many new records still wait, where drawing took so long the last time.
pub fn wait(new: u64, since_told: Duration, drawing: Duration) -> Duration {
    match new {
        new if new <= A_VIEW_FULL => Duration::ZERO,
        _ => (SHARE * drawing).clamp(IN_A_FLOOD, AT_LAST).saturating_sub(since_told),
    }
}

/// The first of the rows that are animated, where there were `before` when they were drawn last, and now are `rows`.
pub fn first_animated(before: u64, rows: u64) -> u64 {
    match rows.checked_sub(before) {
        Some(0..=ANIMATED) => before,
        Some(_) => rows,
        // What was there has been cleared.
        None => first_animated(0, rows),
    }
}

/// From one drawing to the next of a second view of the same records, while more come at once than can be followed, and
/// in a flood.
const PAUSE: Duration = Duration::from_millis(250);
const LONG_PAUSE: Duration = Duration::from_secs(1);

/// How long so many new records wait before a second view shows them: single ones are drawn at once in all views, but
/// in a flood one of them is read, and the others keep up with less work.
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
        for (new, since_told, drawing, expect) in [
            (0, 0, 90, 0), // a client has changed
            (1, 16, 90, 0),
            (A_VIEW_FULL, 16, 10, 0),
            (A_VIEW_FULL + 1, 16, 10, 84),
            (10_000, 99, 20, 1),
            (10_000, 100, 20, 0),
            (10_000, 100, 30, 50), // drawing is slow
            (10_000, 100, 5_000, 400),
            (10_000, 9_000, 90, 0), // the first of a flood
        ] {
            let wait = wait(new, millis(since_told), millis(drawing));
            assert_eq!(wait, millis(expect), "{new} after {since_told}, {drawing}");
        }
    }

    #[test]
    fn a_flood_is_not_animated() {
        for (before, rows, expect) in [
            (0, 0, 0),
            (0, 1, 0), // the first one
            (10, 10 + ANIMATED, 10),
            (10, 11 + ANIMATED, 11 + ANIMATED),
            (0, 50_000, 50_000),
            (50, 1, 0), // the list was cleared
            (50, 40, 40),
        ] {
            assert_eq!(first_animated(before, rows), expect, "{before} to {rows}");
        }
    }

    #[test]
    fn a_second_view_pauses_in_a_flood() {
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
