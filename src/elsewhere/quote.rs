//! Texts and bytes as a shell, Python, JavaScript and Rust write them.

use std::fmt::Write as _;

use crate::mqtt::hex;

/// One word of a POSIX shell; `None` where no word can hold these bytes: U+0000 ends every argument, and
/// a command substitution loses line feeds at the end.
pub(super) fn shell(bytes: &[u8]) -> Option<String> {
    match std::str::from_utf8(bytes) {
        Ok(text) if text.chars().all(is_shown_in_shell) => Some(shell_text(text)),
        _ if bytes.contains(&0) || bytes.ends_with(b"\n") => None,
        _ => Some(format!("\"$({})\"", printf(bytes))),
    }
}

/// A command that writes these bytes, whatever they are.
pub(super) fn printf(bytes: &[u8]) -> String {
    let mut out = String::from("printf '");
    for &byte in bytes {
        match byte {
            b'%' => out.push_str("%%"),
            b' '..=b'~' if byte != b'\\' && byte != b'\'' => out.push(char::from(byte)),
            // Three octal digits are what every shell knows.
            _ => _ = write!(out, "\\{byte:03o}"),
        }
    }
    out.push('\'');
    out
}

fn shell_text(text: &str) -> String {
    let is_plain = |c: char| {
        c.is_ascii_alphanumeric()
            || matches!(c, '_' | '-' | '.' | '/' | ':' | '@' | ',' | '+' | '=')
    };
    match !text.is_empty() && text.chars().all(is_plain) {
        true => text.to_owned(),
        false => format!("'{}'", text.replace('\'', r"'\''")),
    }
}

fn is_shown_in_shell(c: char) -> bool {
    is_shown(c) || matches!(c, '\n' | '\t')
}

/// A Python `str`.
pub(super) fn python(text: &str) -> String {
    quoted(text, |c| match c {
        '\n' => "\\n".to_owned(),
        '\r' => "\\r".to_owned(),
        '\t' => "\\t".to_owned(),
        c if u32::from(c) <= 0xFF => format!("\\x{:02x}", u32::from(c)),
        c if u32::from(c) <= 0xFFFF => format!("\\u{:04x}", u32::from(c)),
        c => format!("\\U{:08x}", u32::from(c)),
    })
}

/// A Python `bytes`.
pub(super) fn python_bytes(bytes: &[u8]) -> String {
    format!("b\"{}\"", escaped_bytes(bytes))
}

/// A JavaScript string.
pub(super) fn javascript(text: &str) -> String {
    quoted(text, |c| match c {
        '\n' => "\\n".to_owned(),
        '\r' => "\\r".to_owned(),
        '\t' => "\\t".to_owned(),
        c if u32::from(c) <= 0xFF => format!("\\x{:02x}", u32::from(c)),
        c => format!("\\u{{{:x}}}", u32::from(c)),
    })
}

/// A Node.js `Buffer`: of a text where it is one, so that it can be read.
pub(super) fn javascript_bytes(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) if text.chars().all(|c| is_shown(c) || c == '\n') => {
            format!("Buffer.from({})", javascript(text))
        }
        _ => format!("Buffer.from(\"{}\", \"hex\")", hex(bytes)),
    }
}

/// A Rust `&str`.
pub(super) fn rust(text: &str) -> String {
    quoted(text, |c| match c {
        '\n' => "\\n".to_owned(),
        '\r' => "\\r".to_owned(),
        '\t' => "\\t".to_owned(),
        c => format!("\\u{{{:x}}}", u32::from(c)),
    })
}

/// A Rust `&[u8; N]`.
pub(super) fn rust_bytes(bytes: &[u8]) -> String {
    format!("b\"{}\"", escaped_bytes(bytes))
}

fn quoted(text: &str, escape: impl Fn(char) -> String) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            c if is_shown(c) => out.push(c),
            c => out.push_str(&escape(c)),
        }
    }
    out.push('"');
    out
}

/// The inside of a bytes literal, which Python and Rust write alike.
fn escaped_bytes(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len());
    for &byte in bytes {
        match byte {
            b'"' => out.push_str("\\\""),
            b'\\' => out.push_str("\\\\"),
            b' '..=b'~' => out.push(char::from(byte)),
            _ => _ = write!(out, "\\x{byte:02x}"),
        }
    }
    out
}

/// Whether a reader sees the character as it is: no controls, no marks that turn the direction of what
/// follows, nothing invisible.
fn is_shown(c: char) -> bool {
    !c.is_control()
        && !matches!(c,
            '\u{AD}' | '\u{61C}' | '\u{115F}'..='\u{1160}' | '\u{17B4}'..='\u{17B5}' | '\u{180B}'..='\u{180F}'
            | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{3164}'
            | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{FFA0}' | '\u{FFF0}'..='\u{FFFB}'
            | '\u{E0000}'..='\u{E0FFF}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shell_gets_each_text_as_one_word() {
        for (bytes, expect) in [
            (&b"a/b"[..], Some("a/b")),
            (b"", Some("''")),
            (b"a b", Some("'a b'")),
            (b"it's", Some(r"'it'\''s'")),
            (b"$(rm) `x` \"!*", Some("'$(rm) `x` \"!*'")),
            (b"~", Some("'~'")),
            (b"$share/g/#", Some("'$share/g/#'")),
            (b"a\nb", Some("'a\nb'")),
            (b"-n", Some("-n")),
            ("温度".as_bytes(), Some("'温度'")),
            ("a\u{202E}b".as_bytes(), Some(r#""$(printf 'a\342\200\256b')""#)),
            (&[0xFF, b'%', b'\'', b'\\', 7], Some(r#""$(printf '\377%%\047\134\007')""#)),
            (&[0xFF, b'\n'], None),
            (b"a\0b", None),
        ] {
            assert_eq!(shell(bytes).as_deref(), expect, "{bytes:?}");
        }
    }

    #[test]
    fn strings_are_escaped_as_each_language_wants_it() {
        for (text, in_python, in_javascript, in_rust) in [
            ("plain ' text", r#""plain ' text""#, r#""plain ' text""#, r#""plain ' text""#),
            (r#"a"b\c"#, r#""a\"b\\c""#, r#""a\"b\\c""#, r#""a\"b\\c""#),
            ("{x} ${y}", r#""{x} ${y}""#, r#""{x} ${y}""#, r#""{x} ${y}""#),
            ("a\n\r\tb", r#""a\n\r\tb""#, r#""a\n\r\tb""#, r#""a\n\r\tb""#),
            ("\u{1}1", r#""\x011""#, r#""\x011""#, r#""\u{1}1""#),
            ("\u{85}", r#""\x85""#, r#""\x85""#, r#""\u{85}""#),
            ("\u{2028}", r#""\u2028""#, r#""\u{2028}""#, r#""\u{2028}""#),
            ("\u{E0001}", r#""\U000e0001""#, r#""\u{e0001}""#, r#""\u{e0001}""#),
            ("温度 😀", r#""温度 😀""#, r#""温度 😀""#, r#""温度 😀""#),
        ] {
            let found = (python(text), javascript(text), rust(text));
            let expect = (in_python.to_owned(), in_javascript.to_owned(), in_rust.to_owned());
            assert_eq!(found, expect, "{text:?}");
        }
    }

    #[test]
    fn bytes_survive_in_every_language() {
        for (bytes, in_python, in_javascript) in [
            (&b"hello"[..], r#"b"hello""#, r#"Buffer.from("hello")"#),
            (
                &[0, 1, 0xFF, b'"', b'\\'],
                r#"b"\x00\x01\xff\"\\""#,
                r#"Buffer.from("0001ff225c", "hex")"#,
            ),
            (b"", r#"b"""#, r#"Buffer.from("")"#),
            ("é".as_bytes(), r#"b"\xc3\xa9""#, r#"Buffer.from("é")"#),
        ] {
            assert_eq!(python_bytes(bytes), in_python);
            assert_eq!(rust_bytes(bytes), in_python);
            assert_eq!(javascript_bytes(bytes), in_javascript);
        }
    }
}
