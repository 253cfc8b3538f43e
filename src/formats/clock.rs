//! Moments on the clock, as files have them: UTC, to the microsecond.

use std::time::{Duration, SystemTime};

use crate::time::Instant;

/// The last moment of a capture: some three hundred years, which microseconds of a float still count exactly
/// enough. What is later in a file is damaged.
pub const LAST: Instant = Instant::from_micros(9_999_999_999_999_000);

/// `2026-11-28T14:03:22.123456Z` of microseconds since 1970.
pub fn utc(micros: u64) -> String {
    let moment = SystemTime::UNIX_EPOCH + Duration::from_micros(micros.min(MOST));
    humantime::format_rfc3339_micros(moment).to_string()
}

/// Microseconds since 1970 of such a moment, with fewer or more digits of its second; `None` for other text, and
/// for what was before 1970.
pub fn parse_utc(text: &str) -> Option<u64> {
    let moment = humantime::parse_rfc3339(text).ok()?;
    moment.duration_since(SystemTime::UNIX_EPOCH).ok()?.as_micros().try_into().ok()
}

/// The end of the year 9999, behind which no such moment can be written.
pub const MOST: u64 = 253_402_300_799_999_999;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_written_and_read() {
        for (micros, text) in [
            (0, "1970-01-01T00:00:00.000000Z"),
            (1_709_208_000_000_001, "2024-02-29T12:00:00.000001Z"),
            (MOST, "9999-12-31T23:59:59.999999Z"),
        ] {
            assert_eq!(utc(micros), text);
            assert_eq!(parse_utc(text), Some(micros));
        }
        assert_eq!(utc(u64::MAX), utc(MOST));
        assert_eq!(parse_utc("2024-02-29T12:00:00Z"), Some(1_709_208_000_000_000));
        for wrong in ["", "2024-02-30T12:00:00Z", "1969-12-31T23:59:59Z", "12:00", "昨日"] {
            assert_eq!(parse_utc(wrong), None, "{wrong}");
        }
    }
}
