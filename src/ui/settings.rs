//! Settings as tables that a form lists: how each is called, where the specification speaks of it, and how
//! it is read and written as text.

use std::fmt::Display;
use std::str::FromStr;

use crate::language::Strings;
use crate::mqtt::{PacketType, ReasonCode, Sender};
use crate::ui::format::grouped;

/// One setting of a `T`.
pub struct Setting<T: 'static> {
    /// Unique within its table, for ids; saved benches hold it.
    pub id: &'static str,
    pub label: fn(&Strings) -> &'static str,
    /// A section of the specification, where it speaks of this.
    pub section: Option<&'static str>,
    /// What it means; for a number that may be left out, what its absence means.
    pub hint: Option<fn(&Strings) -> &'static str>,
    pub control: Control,
    /// As text; nothing stands for what is left out.
    pub read: fn(&T) -> String,
    /// What the control lets through.
    pub write: fn(&mut T, &str) -> Result<(), Wrong>,
}

pub enum Control {
    Text,
    Number(Range),
    /// `true` or `false`.
    Switch,
    Choice(&'static [Offer]),
    /// Reason Codes that can end a connection, as hexadecimal values with a space between.
    Codes,
}

/// What is stored, and what it is called.
pub type Offer = (&'static str, fn(&Strings) -> &'static str);

/// The numbers that a setting takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Range {
    pub unit: &'static str,
    pub minimum: u32,
    pub maximum: u32,
    /// Whether it may be left out.
    pub is_optional: bool,
    pub takes_fractions: bool,
}

/// Why a text does not fit a setting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wrong {
    NotANumber { minimum: u32, maximum: u32 },
    OutOfRange { minimum: u32, maximum: u32 },
    Choice,
    Topic,
    TopicFilter,
    Pairs,
    Json,
}

impl Wrong {
    pub fn words(self, strings: &Strings) -> String {
        match self {
            Wrong::NotANumber { minimum, maximum } => {
                strings.form_problem_not_a_number(grouped(maximum.into()), grouped(minimum.into()))
            }
            Wrong::OutOfRange { minimum, maximum } => {
                strings.form_problem_out_of_range(grouped(maximum.into()), grouped(minimum.into()))
            }
            Wrong::Choice => strings.does_wrong_choice().to_owned(),
            Wrong::Topic => strings.does_wrong_topic().to_owned(),
            Wrong::TopicFilter => strings.does_wrong_filter().to_owned(),
            Wrong::Pairs => strings.does_wrong_pairs().to_owned(),
            Wrong::Json => strings.does_wrong_json().to_owned(),
        }
    }
}

impl<T> Setting<T> {
    /// Writes what was typed, if it fits; nothing is changed otherwise.
    pub fn set(&self, value: &mut T, text: &str) -> Result<(), Wrong> {
        let text = text.trim();
        if let Control::Number(range) = &self.control {
            range.check(text)?;
        }
        (self.write)(value, text)
    }

    /// Whether both have the same.
    pub fn agrees(&self, one: &T, other: &T) -> bool {
        (self.read)(one) == (self.read)(other)
    }
}

impl Range {
    pub const fn whole(minimum: u32, maximum: u32, unit: &'static str) -> Range {
        Range { unit, minimum, maximum, is_optional: false, takes_fractions: false }
    }

    pub const fn fraction(minimum: u32, maximum: u32, unit: &'static str) -> Range {
        Range { takes_fractions: true, ..Range::whole(minimum, maximum, unit) }
    }

    pub const fn optional(self) -> Range {
        Range { is_optional: true, ..self }
    }

    fn check(&self, text: &str) -> Result<(), Wrong> {
        match self {
            _ if self.is_optional && text.is_empty() => Ok(()),
            Range { takes_fractions: true, .. } => self.read_fraction(text).map(drop),
            _ => self.read_whole(text).map(drop),
        }
    }

    /// A whole number within the range.
    pub fn read_whole(&self, text: &str) -> Result<u32, Wrong> {
        let Range { minimum, maximum, .. } = *self;
        let text = text.trim();
        if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(Wrong::NotANumber { minimum, maximum });
        }
        match text.parse() {
            Ok(number) if (minimum..=maximum).contains(&number) => Ok(number),
            _ => Err(Wrong::OutOfRange { minimum, maximum }),
        }
    }

    /// A number within the range.
    pub fn read_fraction(&self, text: &str) -> Result<f64, Wrong> {
        let Range { minimum, maximum, .. } = *self;
        let wrong = Wrong::OutOfRange { minimum, maximum };
        let number: f64 = text.trim().parse().map_err(|_| wrong)?;
        match (f64::from(minimum)..=f64::from(maximum)).contains(&number) {
            true => Ok(number),
            false => Err(wrong),
        }
    }
}

/// What is there, as text; nothing for what is left out.
pub fn shown<V: Display>(value: &Option<V>) -> String {
    value.as_ref().map_or_else(String::new, V::to_string)
}

/// Puts a text in its place, which the control of the setting lets through only where it fits.
pub fn put<V: FromStr>(place: &mut V, text: &str) -> Result<(), Wrong> {
    *place = text.parse().map_err(|_| Wrong::Choice)?;
    Ok(())
}

/// The same for what may be left out.
pub fn put_optional<V: FromStr>(place: &mut Option<V>, text: &str) -> Result<(), Wrong> {
    *place = match text {
        "" => None,
        text => Some(text.parse().map_err(|_| Wrong::Choice)?),
    };
    Ok(())
}

/// The Reason Codes that can end a connection, or keep one from coming about.
pub fn ending_codes() -> impl Iterator<Item = ReasonCode> {
    let ends = |code: &&ReasonCode| {
        code.is_error()
            && [PacketType::ConnAck, PacketType::Disconnect]
                .iter()
                .any(|packet| code.allowed_in(*packet, Some(Sender::Server)))
    };
    ReasonCode::ALL.iter().filter(ends).copied()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::Reconnect;

    #[test]
    fn whole_numbers_are_read_within_their_range() {
        let range = Range::whole(1, 65_535, "");
        let (minimum, maximum) = (1, 65_535);
        for (text, expect) in [
            (" 20 ", Ok(20)),
            ("007", Ok(7)),
            ("", Err(Wrong::NotANumber { minimum, maximum })),
            ("-1", Err(Wrong::NotANumber { minimum, maximum })),
            ("1.5", Err(Wrong::NotANumber { minimum, maximum })),
            ("ten", Err(Wrong::NotANumber { minimum, maximum })),
            ("0", Err(Wrong::OutOfRange { minimum, maximum })),
            ("65536", Err(Wrong::OutOfRange { minimum, maximum })),
            ("99999999999999999999", Err(Wrong::OutOfRange { minimum, maximum })),
        ] {
            assert_eq!(range.read_whole(text), expect, "{text:?}");
        }
        assert_eq!(range.check(""), Err(Wrong::NotANumber { minimum, maximum }));
        assert_eq!(range.optional().check(""), Ok(()));
    }

    #[test]
    fn a_number_may_have_a_fraction() {
        let range = Range::fraction(0, 60_000, "ms");
        for (text, expect) in [("0.5", 0.5), (" 20 ", 20.0), ("0", 0.0)] {
            assert_eq!(range.read_fraction(text), Ok(expect), "{text}");
        }
        for text in ["", "-1", "60001", "NaN", "inf", "x"] {
            assert!(range.read_fraction(text).is_err(), "{text}");
        }
    }

    #[test]
    fn the_codes_to_choose_from_hold_those_chosen_at_first() {
        let codes: Vec<_> = ending_codes().collect();
        assert!(Reconnect::PASSING.iter().all(|code| codes.contains(code)));
        assert!(!codes.contains(&ReasonCode::PacketIdentifierInUse));
    }
}
