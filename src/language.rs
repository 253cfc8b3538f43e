//! Every short interface string in each language (`locales/*.json`).
//!
//! The strings are generated as methods of one struct, so a missing or misspelt key does not compile, and
//! plain Rust models can be tested with them.

use std::fmt::Write as _;
use std::sync::OnceLock;

use crate::words;
pub use crate::words::Language;

impl Language {
    pub fn strings(self) -> &'static Strings {
        const COUNT: usize = Language::ALL.len();
        static FIRST: [OnceLock<Strings>; COUNT] = [const { OnceLock::new() }; COUNT];
        static ALL: [OnceLock<Strings>; COUNT] = [const { OnceLock::new() }; COUNT];
        let first = || &words::interface(self).expect("the page begins with these words").strings;
        match words::glossary(self) {
            Some(later) => ALL[self.index()].get_or_init(|| Strings::new(first(), &later.strings)),
            None => FIRST[self.index()].get_or_init(|| Strings::new(first(), &[])),
        }
    }
}

impl Strings {
    /// What comes later is empty without it.
    fn new(first: &[&'static str], later: &[&'static str]) -> Strings {
        let mut texts = first.iter().chain(later).copied();
        Strings(std::array::from_fn(|_| texts.next().unwrap_or_default()))
    }
}

/// A text with `{0}`, `{1}` … replaced; `{0:packet:packets}` becomes the first word where the value is 1,
/// otherwise the second.
fn fill(template: &str, values: &[&dyn std::fmt::Display]) -> String {
    let mut filled = String::new();
    let mut parts = template.split('{');
    filled.push_str(parts.next().unwrap_or_default());
    for part in parts {
        let (inside, rest) = part.split_once('}').unwrap_or((part, ""));
        let (number, words) = inside.split_once(':').unwrap_or((inside, ""));
        let value = number.parse().ok().and_then(|number: usize| values.get(number));
        match (value, words.split_once(':')) {
            (Some(value), Some((one, many))) => {
                filled.push_str(if value.to_string() == "1" { one } else { many });
            }
            (Some(value), None) => {
                let _ = write!(filled, "{value}");
            }
            (None, _) => {}
        }
        filled.push_str(rest);
    }
    filled
}

include!(concat!(env!("OUT_DIR"), "/strings.rs"));

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn templates_are_filled_in_any_order() {
        for (template, expect) in [
            ("", ""),
            ("no place", "no place"),
            ("{0} of {1}", "1 of two"),
            ("{1}の{0}{1}", "twoの1two"),
            ("{0} {0:packet:packets}, {1:is:are}", "1 packet, are"),
        ] {
            assert_eq!(fill(template, &[&1, &"two"]), expect, "{template}");
        }
    }
}
