//! Numbers as people read them.

/// As JavaScript writes it, and with a point: `1.0`, `1.0e+300`.
pub fn float(value: f64) -> String {
    if value.is_nan() {
        return "NaN".to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { "Infinity" } else { "-Infinity" }.to_owned();
    }
    if value == 0.0 || (1e-6..1e21).contains(&value.abs()) {
        let text = format!("{value}");
        return if text.contains('.') { text } else { text + ".0" };
    }
    let text = format!("{value:e}");
    let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    // Only where there is no fraction is `.0` missing; a small number may go without, as JavaScript has it.
    let point = if digits.contains('.') { "" } else { ".0" };
    let sign = if exponent.starts_with('-') { "" } else { "+" };
    format!("{digits}{point}e{sign}{exponent}")
}

/// The shortest digits of a number of four bytes, which those of eight would make longer.
pub fn short_float(value: f32) -> String {
    match format!("{value}").parse() {
        Ok(same) => float(same),
        Err(_) => float(value.into()),
    }
}

/// The value of a number of two bytes (IEEE 754 binary16).
pub fn half(bits: u16) -> f64 {
    let fraction = f64::from(bits & 0x3FF);
    let magnitude = match bits >> 10 & 0x1F {
        0 => fraction * 2f64.powi(-24),
        31 if fraction == 0.0 => f64::INFINITY,
        31 => f64::NAN,
        exponent => (1024.0 + fraction) * 2f64.powi(i32::from(exponent) - 25),
    };
    if bits & 0x8000 == 0 { magnitude } else { -magnitude }
}

/// The decimal digits of a large number, most significant byte first.
pub fn decimal(bytes: &[u8]) -> String {
    // Nine digits each, least significant first.
    let mut parts: Vec<u32> = vec![0];
    for byte in bytes {
        let mut carry = u64::from(*byte);
        for part in &mut parts {
            let value = u64::from(*part) * 256 + carry;
            *part = (value % 1_000_000_000) as u32;
            carry = value / 1_000_000_000;
        }
        if carry > 0 {
            parts.push(carry as u32);
        }
    }
    let mut digits = parts.pop().unwrap_or(0).to_string();
    digits.extend(parts.iter().rev().map(|part| format!("{part:09}")));
    digits
}

/// Milliseconds since 1970 as a moment in UTC, where its year has four digits.
pub fn moment(millis: i64) -> Option<String> {
    let (seconds, millis) = (millis.div_euclid(1000), millis.rem_euclid(1000));
    let (days, second) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    if !(-719_162..=2_932_896).contains(&days) {
        return None;
    }
    // Days from the first of March of a year that is divisible by 400, so that a leap day is the last.
    let shifted = days + 719_468;
    let (era, of_era) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    let year = year + era * 400 + i64::from(month <= 2);
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    let fraction = if millis == 0 { String::new() } else { format!(".{millis:03}") };
    Some(format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}{fraction}Z"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_those_of_the_calendar() {
        for (millis, expect) in [
            (0, Some("1970-01-01T00:00:00Z")),
            (951_782_400_000, Some("2000-02-29T00:00:00Z")),
            (1_486_144_502_122, Some("2017-02-03T17:55:02.122Z")),
            (-1, Some("1969-12-31T23:59:59.999Z")),
            (253_402_300_799_000, Some("9999-12-31T23:59:59Z")),
            (253_402_300_800_000, None),
            (i64::MIN, None),
        ] {
            assert_eq!(moment(millis).as_deref(), expect, "{millis}");
        }
    }

    #[test]
    fn floats_keep_their_shortest_digits() {
        for (value, expect) in [(0.1_f32, "0.1"), (3.4028235e38, "3.4028235e+38"), (1.0, "1.0")] {
            assert_eq!(short_float(value), expect);
        }
    }
}
