//! What is wrong with a text, and which rule says so.

use crate::glossary;
use crate::language::Language;
use crate::mqtt::{EncodeError, ErrorKind};

use super::Field;
use crate::ui::format::grouped;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldProblem {
    pub field: Field,
    pub problem: Problem,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    /// The text is no whole number.
    NotANumber { range: NumberRange },
    /// The number has no place in the field.
    OutOfRange { range: NumberRange },
    /// A character that is no hexadecimal digit, by its position from 1 on.
    NotHex { character: char, position: usize },
    /// Two digits make a byte.
    HalfByte { digits: usize },
    /// Not JSON from here on; both from 1 on.
    NotJson { line: usize, column: usize },
    /// The JSON ends too early.
    JsonEnds,
    /// A Server would refuse the packet.
    Rule(ErrorKind),
    /// There are no bytes for it.
    Unwritable(EncodeError),
}

/// The numbers a field takes, with the section that says so, without `§`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NumberRange {
    pub minimum: u32,
    pub maximum: u32,
    pub section: &'static str,
}

impl Problem {
    /// What is wrong and what would be right, as HTML with no text of the learner in it.
    pub fn words(&self, language: Language) -> String {
        let strings = language.strings();
        match *self {
            Problem::NotANumber { range: NumberRange { minimum, maximum, .. } } => {
                strings.form_problem_not_a_number(grouped(maximum.into()), minimum)
            }
            Problem::OutOfRange { range: NumberRange { minimum, maximum, .. } } => {
                strings.form_problem_out_of_range(grouped(maximum.into()), minimum)
            }
            Problem::NotHex { character, position } => {
                strings.form_problem_not_hex(escaped(character), position)
            }
            Problem::HalfByte { digits } => strings.form_problem_half_byte(digits),
            Problem::NotJson { line, column } => strings.form_problem_not_json(column, line),
            Problem::JsonEnds => strings.form_problem_json_ends().to_owned(),
            Problem::Rule(kind) => match glossary::error(kind, language) {
                Some(entry) => entry.short.to_owned(),
                None => kind.to_string(),
            },
            Problem::Unwritable(EncodeError::TooLong { length }) => {
                strings.form_problem_too_long(grouped(length as u64))
            }
            Problem::Unwritable(_) => strings.form_problem_too_large().to_owned(),
        }
    }

    /// The normative statement, or the section; `None` for what is a matter of writing bytes down and
    /// not of MQTT.
    pub fn rule(&self) -> Option<String> {
        match self {
            Problem::NotANumber { range } | Problem::OutOfRange { range } => {
                Some(format!("§{}", range.section))
            }
            Problem::NotHex { .. }
            | Problem::HalfByte { .. }
            | Problem::NotJson { .. }
            | Problem::JsonEnds => None,
            Problem::Rule(kind) => Some(kind.rule().to_owned()),
            Problem::Unwritable(error) => Some(error.rule().to_owned()),
        }
    }
}

fn escaped(character: char) -> String {
    match character {
        '<' => "&lt;".to_owned(),
        '>' => "&gt;".to_owned(),
        '&' => "&amp;".to_owned(),
        c if c.is_control() => format!("U+{:04X}", u32::from(c)),
        c => c.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_problem_has_words_in_every_language() {
        let range = NumberRange { minimum: 1, maximum: 65_535, section: "3.1.2.11.3" };
        for problem in [
            Problem::NotANumber { range },
            Problem::OutOfRange { range },
            Problem::NotHex { character: '<', position: 3 },
            Problem::HalfByte { digits: 3 },
            Problem::NotJson { line: 1, column: 2 },
            Problem::JsonEnds,
            Problem::Rule(ErrorKind::TopicNameWildcard),
            Problem::Unwritable(EncodeError::TooLong { length: 70_000 }),
            Problem::Unwritable(EncodeError::TooLarge { value: 300_000_000 }),
        ] {
            for language in Language::ALL {
                let words = problem.words(language);
                assert!(!words.is_empty() && !words.contains("<<"), "{problem:?}");
            }
        }
    }
}
