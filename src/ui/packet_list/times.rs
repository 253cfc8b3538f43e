//! What stands in the column of times.

use serde::{Deserialize, Serialize};

use crate::capture::Capture;
use crate::formats::clock::utc;
use crate::time::Instant;
use crate::ui::format::moment;

/// From where the times in the list count. Remembered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Times {
    /// From the first record on.
    #[default]
    Passed,
    /// The clock of the reader's time zone.
    Clock,
    /// From the row before.
    Between,
}

impl Times {
    pub const ALL: [Times; 3] = [Times::Passed, Times::Clock, Times::Between];

    pub fn next(self) -> Times {
        match self {
            Times::Passed => Times::Clock,
            Times::Clock => Times::Between,
            Times::Between => Times::Passed,
        }
    }
}

/// The time at which a record came, with its unit. `before` is the moment of the row before; `zone` tells how many minutes
/// the reader's clock is ahead of UTC at a moment. Without a clock, as for a capture from a script, it is the time
/// that passed.
pub fn time_of(
    times: Times,
    capture: &Capture,
    at: Instant,
    before: Option<Instant>,
    zone: impl Fn(u64) -> i32,
) -> (String, &'static str) {
    match (times, capture.clock(at)) {
        (Times::Between, _) => moment(before.map_or_else(Default::default, |it| at - it)),
        (Times::Clock, Some(clock)) => (local(clock, zone(clock))[11..23].to_owned(), ""),
        (Times::Clock, None) | (Times::Passed, _) => moment(capture.passed(at)),
    }
}

/// `2026-11-28 14:03:22.123456 +09:00`.
pub fn date_and_time(clock: u64, zone: i32) -> String {
    let (sign, minutes) = (if zone < 0 { '−' } else { '+' }, zone.unsigned_abs());
    format!("{} {sign}{:02}:{:02}", &local(clock, zone)[..26], minutes / 60, minutes % 60)
}

/// Like [`utc`], by another clock.
fn local(clock: u64, zone: i32) -> String {
    utc(clock.saturating_add_signed(i64::from(zone) * 60_000_000)).replacen('T', " ", 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capture::{ClientSlot, Entry};
    use crate::mqtt::ConnectionId;

    #[test]
    fn times_count_from_where_the_reader_wishes() {
        let mut capture = Capture::default();
        for millis in [5_000, 5_012] {
            let at = Instant::from_millis(millis);
            capture.push(at, ClientSlot(0), ConnectionId(1), Entry::Opened);
        }
        let record = capture.at(1).expect("the second").clone();
        let before = Some(Instant::from_micros(5_011_607));
        let told = |times, capture: &Capture| time_of(times, capture, record.at, before, |_| 540);
        // Nobody knows when it began.
        let expect = [("12.0", "ms"), ("12.0", "ms"), ("0.4", "ms")];
        assert_eq!(Times::ALL.map(|it| told(it, &capture)), expect.map(owned));
        capture.set_began(Some(1_764_000_000_100_000));
        assert_eq!(told(Times::Clock, &capture), owned(("01:00:05.112", "")));
        let first = time_of(Times::Between, &capture, record.at, None, |_| 0);
        assert_eq!(first, owned(("0.0", "ms")));
        assert_eq!(Times::ALL.map(Times::next), [Times::Clock, Times::Between, Times::Passed]);
    }

    fn owned((number, unit): (&str, &'static str)) -> (String, &'static str) {
        (number.to_owned(), unit)
    }

    #[test]
    fn a_date_names_its_time_zone() {
        let clock = 1_764_000_000_123_456;
        for (zone, expect) in [
            (0, "2025-11-24 16:00:00.123456 +00:00"),
            (540, "2025-11-25 01:00:00.123456 +09:00"),
            (-210, "2025-11-24 12:30:00.123456 −03:30"),
        ] {
            assert_eq!(date_and_time(clock, zone), expect);
        }
        assert_eq!(date_and_time(0, -60), "1970-01-01 00:00:00.000000 −01:00");
    }
}
