//! Text from the wire as it can be seen. Two topics may look the same and not be the same: what shows
//! nothing, or changes the order of what is shown, is written as its code point.

use std::borrow::Cow;

use crate::other_clients::is_shown;

/// One line of text: control characters become their pictures, `␊`.
pub fn visible(text: &str) -> Cow<'_, str> {
    shown(text, false)
}

/// Text of several lines, whose ends and tabs stay what they are.
pub fn visible_lines(text: &str) -> Cow<'_, str> {
    shown(text, true)
}

fn shown(text: &str, keeps_lines: bool) -> Cow<'_, str> {
    let is_plain =
        |c: char| c.is_ascii_graphic() || c == ' ' || (keeps_lines && matches!(c, '\n' | '\t'));
    if text.chars().all(is_plain) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for (index, level) in text.split('/').enumerate() {
        if index > 0 {
            out.push('/');
        }
        // Levels that read from right to left would otherwise change places.
        let isolates = level.chars().any(reads_leftwards);
        if isolates {
            out.push('\u{2068}');
        }
        let mut before = None;
        for c in level.chars() {
            match c {
                '\n' | '\t' if keeps_lines => out.push(c),
                '\r' if keeps_lines && level.contains("\r\n") => {}
                '\0'..='\x1F' => out.push(picture(c)),
                '\x7F' => out.push('\u{2421}'),
                _ if is_hidden(c) && !belongs_to(before, c) => {
                    out.push_str(&format!("⟨U+{:04X}⟩", u32::from(c)));
                }
                _ => out.push(c),
            }
            before = Some(c);
        }
        if isolates {
            out.push('\u{2069}');
        }
    }
    Cow::Owned(out)
}

/// Whether a character shows itself, where there is no room to write out another.
pub fn is_seen(c: char) -> bool {
    !c.is_control() && !is_hidden(c)
}

/// The picture of a control character (U+2400 and on).
fn picture(control: char) -> char {
    char::from_u32(0x2400 + u32::from(control)).unwrap_or(control)
}

/// Characters that show nothing, look like a space and are none, or change the order of others.
fn is_hidden(c: char) -> bool {
    !is_shown(c)
        || matches!(c,
            '\u{A0}' | '\u{34F}' | '\u{1680}' | '\u{2000}'..='\u{200A}' | '\u{202F}' | '\u{205F}'
            | '\u{2800}' | '\u{E000}'..='\u{F8FF}')
}

/// Whether a joiner or a selector belongs to the symbol before it, as in 👩‍🚀 and ☀️.
fn belongs_to(before: Option<char>, c: char) -> bool {
    let is_symbol = |c: char| match c {
        // The selector of the symbol before.
        '\u{FE0F}' => true,
        '\u{A9}' | '\u{AE}' | '\u{203C}'..='\u{3299}' | '\u{1F000}'..='\u{1FAFF}' => !is_hidden(c),
        _ => false,
    };
    matches!(c, '\u{200D}' | '\u{FE0E}' | '\u{FE0F}') && before.is_some_and(is_symbol)
}

/// Hebrew, Arabic and the other scripts that read from right to left.
fn reads_leftwards(c: char) -> bool {
    matches!(c,
        '\u{590}'..='\u{8FF}' | '\u{FB1D}'..='\u{FDFF}' | '\u{FE70}'..='\u{FEFC}'
        | '\u{10800}'..='\u{10FFF}' | '\u{1E800}'..='\u{1EFFF}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_plain_stays_as_it_is() {
        for text in
            ["", "factory/osaka/line 4", "$share/g/a/+/#", "温度/第一工場", "naïve", "Ω 21.4 °C"]
        {
            assert_eq!(visible(text), text);
        }
    }

    #[test]
    fn what_cannot_be_seen_is_written_out() {
        for (text, expect) in [
            ("a\u{200B}b", "a⟨U+200B⟩b"),
            ("\u{FEFF}a", "⟨U+FEFF⟩a"),
            ("a\u{A0}b", "a⟨U+00A0⟩b"),
            ("rtl/\u{202E}abc\u{202C}", "rtl/⟨U+202E⟩abc⟨U+202C⟩"),
            ("a\u{AD}b\u{2066}", "a⟨U+00AD⟩b⟨U+2066⟩"),
            ("a\0b\nc\td\x7F", "a␀b␊c␉d␡"),
            ("a\u{85}b", "a⟨U+0085⟩b"),
        ] {
            assert_eq!(visible(text), expect, "{text:?}");
        }
    }

    #[test]
    fn levels_that_read_leftwards_keep_their_places() {
        assert_eq!(
            visible("rtl/עברית/abc/مرحبا"),
            "rtl/\u{2068}עברית\u{2069}/abc/\u{2068}مرحبا\u{2069}"
        );
        // What a sender puts there to close an isolate does not close ours.
        assert_eq!(visible("ע\u{2069}b"), "\u{2068}ע⟨U+2069⟩b\u{2069}");
    }

    #[test]
    fn joiners_within_symbols_stay() {
        for text in ["👩‍🚀", "☀️", "🏳️‍🌈", "👍🏽"] {
            assert_eq!(visible(text), text);
        }
        assert_eq!(visible("a\u{200D}b\u{FE0F}"), "a⟨U+200D⟩b⟨U+FE0F⟩");
    }

    #[test]
    fn lines_stay_lines() {
        assert_eq!(visible_lines("a\r\nb\tc\u{200B}"), "a\nb\tc⟨U+200B⟩");
        assert_eq!(visible_lines("a\rb"), "a␍b");
        assert_eq!(visible_lines("{\n  \"a\": 1\n}"), "{\n  \"a\": 1\n}");
    }
}
