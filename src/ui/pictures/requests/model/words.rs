//! Correlation Data and times, as they are written.

use std::time::Duration;

/// As text, where every character of it can be read.
pub fn text(bytes: &[u8]) -> Option<&str> {
    let text = std::str::from_utf8(bytes).ok()?;
    (!text.is_empty() && text.chars().all(|c| !c.is_control())).then_some(text)
}

/// Correlation Data by which one tells a few from each other: text, or the last bytes.
pub fn short(data: &[u8]) -> String {
    match text(data) {
        Some(text) if text.chars().count() <= SHORT => text.to_owned(),
        Some(text) => {
            let begin = text.char_indices().rev().nth(SHORT - 2).map_or(0, |(at, _)| at);
            format!("…{}", &text[begin..])
        }
        None => {
            let last = &data[data.len().saturating_sub(2)..];
            let digits: String = last.iter().map(|byte| format!("{byte:02x}")).collect();
            if data.len() > 2 { format!("…{digits}") } else { digits }
        }
    }
}

/// A time as one reads it: `0.8 ms`, `12.4 ms`, `1.20 s`.
pub fn duration(time: Duration) -> String {
    let milliseconds = time.as_secs_f64() * 1000.0;
    match milliseconds {
        below if below < 1000.0 => format!("{below:.1} ms"),
        _ => format!("{:.2} s", milliseconds / 1000.0),
    }
}

/// A round time on an axis: `0.1 ms`, `20 ms`, `5 s`.
pub fn round_duration(time: Duration) -> String {
    let milliseconds = time.as_secs_f64() * 1000.0;
    match milliseconds {
        below if below < 0.95 => format!("{below:.1} ms"),
        below if below < 999.0 => format!("{below:.0} ms"),
        _ => format!("{:.0} s", milliseconds / 1000.0),
    }
}

/// Letters of Correlation Data.
const SHORT: usize = 8;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn correlation_data_is_text_only_where_it_can_be_read() {
        for (bytes, expect, in_short) in [
            (&b"yesterday-0042"[..], Some("yesterday-0042"), "…ay-0042"),
            (b"r-1", Some("r-1"), "r-1"),
            ("要求".as_bytes(), Some("要求"), "要求"),
            (b"", None, ""),
            (b"\x00\x01", None, "0001"),
            (b"\xff\xfe\x01\x02", None, "…0102"),
        ] {
            assert_eq!(text(bytes), expect, "{bytes:02x?}");
            assert_eq!(short(bytes), in_short, "{bytes:02x?}");
        }
    }

    #[test]
    fn times_have_one_sensible_precision() {
        for (micros, expect) in [(800, "0.8 ms"), (12_440, "12.4 ms"), (1_204_000, "1.20 s")] {
            assert_eq!(duration(Duration::from_micros(micros)), expect);
        }
    }
}
