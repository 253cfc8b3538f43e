//! Numbers as people read them: grouped, with units, and compared with units they know.

use std::time::Duration;

use crate::capture::ClientSlot;
use crate::language::Strings;
use crate::mqtt::hex_groups;
use crate::time::Instant;
use crate::ui::visible::visible;

/// Between groups of digits, in both languages.
const GAP: char = ',';

/// `1,048,576`.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() * 2);
    for (index, digit) in digits.chars().enumerate() {
        // A number of four digits reads well as it is.
        if index > 0 && (digits.len() - index).is_multiple_of(3) && digits.len() > 4 {
            out.push(GAP);
        }
        out.push(digit);
    }
    out
}

/// A moment by how long after the first it was, to the nearest tenth of a millisecond, with its unit: in
/// milliseconds for the first ten seconds, then in seconds.
pub fn moment(passed: Duration) -> (String, &'static str) {
    let tenths = u64::try_from((passed.as_micros() + 50) / 100).unwrap_or(u64::MAX);
    match tenths {
        ..100_000 => (format!("{}.{}", tenths / 10, tenths % 10), "ms"),
        _ => (format!("{}.{:04}", grouped(tenths / 10_000), tenths % 10_000), "s"),
    }
}

/// A size that fits a narrow column, with its unit: exact up to 99 999 B.
pub fn short_size(bytes: usize) -> (String, &'static str) {
    match bytes {
        ..100_000 => (grouped(bytes as u64), "B"),
        100_000..1_048_576 => (format!("{:.0}", bytes as f64 / 1024.0), "KiB"),
        _ => (format!("{:.1}", bytes as f64 / 1_048_576.0), "MiB"),
    }
}

/// The size in the largest binary unit it reaches: `1 MiB`, `≈ 1.5 KiB`; `None` below 1 KiB.
pub fn binary_size(bytes: u64) -> Option<String> {
    let (unit, name) = match bytes {
        ..0x400 => return None,
        0x400..0x10_0000 => (0x400, "KiB"),
        0x10_0000..0x4000_0000 => (0x10_0000, "MiB"),
        _ => (0x4000_0000, "GiB"),
    };
    Some(match bytes % unit {
        0 => format!("{} {name}", bytes / unit),
        _ => format!("≈ {:.1} {name}", bytes as f64 / unit as f64),
    })
}

/// Seconds in larger units, the two largest that count: `5 min`, `1 h 30 min`; `None` below a minute.
pub fn duration(seconds: u32, strings: &Strings) -> Option<String> {
    let parts = [
        (seconds / 86_400, Strings::duration_days as fn(&Strings, u32) -> String),
        (seconds / 3600 % 24, Strings::duration_hours),
        (seconds / 60 % 60, Strings::duration_minutes),
        (seconds % 60, Strings::duration_seconds),
    ];
    let largest = parts[..3].iter().position(|(amount, _)| *amount > 0)?;
    let words: Vec<String> = parts[largest..(largest + 2).min(4)]
        .iter()
        .filter(|(amount, _)| *amount > 0)
        .map(|(amount, word)| word(strings, *amount))
        .collect();
    let shown: u32 = match largest {
        0 => seconds / 3600 * 3600,
        1 => seconds / 60 * 60,
        _ => seconds,
    };
    let about = if shown == seconds { "" } else { "≈ " };
    Some(format!("{about}{}", words.join(" ")))
}

/// A time that passed, to the precision that still says something: `2.1 ms`, `120 ms`, `2.4 s`, `5 min`.
pub fn elapsed(time: Duration, strings: &Strings) -> String {
    let micros = time.as_micros();
    match micros {
        ..9_950 => format!("{:.1} ms", micros as f64 / 1000.0),
        9_950..999_500 => format!("{} ms", (micros + 500) / 1000),
        _ => {
            let seconds = u32::try_from(time.as_secs()).unwrap_or(u32::MAX);
            duration(seconds, strings).unwrap_or_else(|| format!("{:.1} s", time.as_secs_f64()))
        }
    }
}

/// Text from the wire, made visible, with at most `limit` of its characters, and `…` where something was
/// left out.
pub fn capped(text: &str, limit: usize) -> String {
    match text.char_indices().nth(limit) {
        None => visible(text).into_owned(),
        Some((end, _)) => format!("{}…", visible(&text[..end])),
    }
}

/// What somebody else wrote, within words of the page: visible, and not longer than anybody reads.
pub fn quoted(text: &str) -> String {
    capped(text, 300)
}

/// `A, C`.
pub fn letters(clients: &[ClientSlot]) -> String {
    clients.iter().map(|client| client.letter().to_string()).collect::<Vec<_>>().join(", ")
}

/// `42 s`, `1 min 30 s`.
pub fn span(seconds: u64, strings: &Strings) -> String {
    let seconds = u32::try_from(seconds).unwrap_or(u32::MAX);
    duration(seconds, strings).unwrap_or_else(|| strings.duration_seconds(seconds))
}

/// Whole seconds until then; the last one counts until it is over.
pub fn seconds_until(at: Instant, now: Instant) -> u64 {
    at.since(now).as_micros().div_ceil(1_000_000).try_into().unwrap_or(u64::MAX)
}

/// The bytes as pairs of digits, sixteen a line.
pub fn hex_lines(bytes: &[u8]) -> String {
    let lines = bytes.chunks(16).map(|line| hex_groups(line, 1));
    lines.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::Language;

    #[test]
    fn numbers_are_grouped_from_five_digits_on() {
        for (number, expect) in
            [(0, "0"), (1024, "1024"), (65_535, "65,535"), (1_048_576, "1,048,576")]
        {
            assert_eq!(grouped(number), expect);
        }
    }

    #[test]
    fn moments_keep_the_tenth_of_a_millisecond() {
        for (micros, number, unit) in [
            (0, "0.0", "ms"),
            (12_449, "12.4", "ms"),
            (393, "0.4", "ms"),
            (9_999_949, "9999.9", "ms"),
            (9_999_950, "10.0000", "s"),
            (60_012_345, "60.0123", "s"),
        ] {
            assert_eq!(
                moment(Duration::from_micros(micros)),
                (number.to_owned(), unit),
                "{micros}"
            );
        }
    }

    #[test]
    fn sizes_are_compared_with_binary_units() {
        for (bytes, expect) in [
            (1023, None),
            (1024, Some("1 KiB")),
            (1_048_576, Some("1 MiB")),
            (1_572_865, Some("≈ 1.5 MiB")),
            (u64::from(u32::MAX), Some("≈ 4.0 GiB")),
        ] {
            assert_eq!(binary_size(bytes).as_deref(), expect, "{bytes}");
        }
    }

    #[test]
    fn durations_name_their_two_largest_units() {
        for (seconds, expect) in [
            (59, None),
            (60, Some("1 min")),
            (90, Some("1 min 30 s")),
            (300, Some("5 min")),
            (5400, Some("1 h 30 min")),
            (5401, Some("≈ 1 h 30 min")),
            (86_400, Some("1 d")),
            (90_061, Some("≈ 1 d 1 h")),
        ] {
            let found = duration(seconds, Language::En.strings());
            assert_eq!(found.as_deref(), expect, "{seconds}");
        }
    }

    #[test]
    fn times_that_passed_are_as_precise_as_they_are_short() {
        for (micros, expect) in [
            (0, "0.0 ms"),
            (2_140, "2.1 ms"),
            (393, "0.4 ms"),
            (9_960, "10 ms"),
            (120_900, "121 ms"),
            (999_600, "1.0 s"),
            (2_449_000, "2.4 s"),
            (300_000_000, "5 min"),
        ] {
            let time = Duration::from_micros(micros);
            assert_eq!(elapsed(time, Language::En.strings()), expect, "{micros}");
        }
    }

    #[test]
    fn long_text_is_cut_between_characters() {
        assert_eq!(capped("温度計", 2), "温度…");
        assert_eq!(capped("温度計", 3), "温度計");
    }

    #[test]
    fn a_second_counts_until_it_is_over() {
        for (millis, expect) in [(0, 0), (1, 1), (1000, 1), (1001, 2)] {
            assert_eq!(seconds_until(Instant::from_millis(millis), Instant::START), expect);
        }
    }

    #[test]
    fn spans_are_told_in_seconds_and_then_in_larger_units() {
        for (seconds, expect) in [(0, "0 s"), (59, "59 s"), (90, "1 min 30 s"), (3600, "1 h")] {
            assert_eq!(span(seconds, Language::En.strings()), expect);
        }
    }
}
