//! Texts and bytes as a shell, PowerShell, Python, JavaScript, Go, Java and Rust write them.

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
    for (index, &byte) in bytes.iter().enumerate() {
        match byte {
            // The shells take it for an option.
            b'-' if index == 0 => out.push_str(r"\055"),
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
    match !text.is_empty() && text.chars().all(is_plain_in_argument) {
        true => text.to_owned(),
        false => format!("'{}'", text.replace('\'', r"'\''")),
    }
}

/// Whether neither a shell nor Windows sees more in it than itself.
fn is_plain_in_argument(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '/' | ':' | '@' | ',' | '+' | '=')
}

/// One argument in a command line of Windows, from which each program itself splits its arguments; `None` for
/// U+0000, which ends the command line.
pub(super) fn windows(text: &str) -> Option<String> {
    if text.contains('\0') {
        return None;
    }
    if !text.is_empty() && text.chars().all(is_plain_in_argument) {
        return Some(text.to_owned());
    }
    // A backslash is one, unless a quote comes after it and others.
    let mut out = String::from("\"");
    let mut backslashes = 0;
    for c in text.chars() {
        match c {
            '\\' => backslashes += 1,
            '"' => out.push_str(&"\\".repeat(2 * backslashes + 1)),
            _ => out.push_str(&"\\".repeat(backslashes)),
        }
        if c != '\\' {
            backslashes = 0;
            out.push(c);
        }
    }
    out.push_str(&"\\".repeat(2 * backslashes));
    out.push('"');
    Some(out)
}

/// A string of PowerShell.
pub(super) fn powershell(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    if text.chars().all(is_shown) {
        out.push('\'');
        for c in text.chars() {
            // The typographic ones end the string too.
            if matches!(c, '\'' | '\u{2018}'..='\u{201B}') {
                out.push(c);
            }
            out.push(c);
        }
        out.push('\'');
        return out;
    }
    out.push('"');
    for c in text.chars() {
        match c {
            '\n' => out.push_str("`n"),
            '\r' => out.push_str("`r"),
            '\t' => out.push_str("`t"),
            '"' | '`' | '$' | '\u{201C}'..='\u{201E}' => out.extend(['`', c]),
            c if is_shown(c) => out.push(c),
            // "`u{..}" is there since PowerShell 6 only.
            c => {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    _ = write!(out, "$([char]0x{unit:04x})");
                }
            }
        }
    }
    out.push('"');
    out
}

/// A `byte[]` of PowerShell.
pub(super) fn powershell_bytes(bytes: &[u8]) -> String {
    let bytes: Vec<_> = bytes.iter().map(|byte| format!("0x{byte:02x}")).collect();
    format!("[byte[]]({})", bytes.join(","))
}

fn is_shown_in_shell(c: char) -> bool {
    is_shown(c) || matches!(c, '\n' | '\t')
}

/// A Python `str`.
pub(super) fn python(text: &str) -> String {
    quoted(text, |c| match c {
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

/// A Go `string`.
pub(super) fn go(text: &str) -> String {
    quoted(text, |c| match c {
        c if u32::from(c) <= 0xFFFF => format!("\\u{:04x}", u32::from(c)),
        c => format!("\\U{:08x}", u32::from(c)),
    })
}

/// A Go `[]byte`: of a text where it is one, so that it can be read.
pub(super) fn go_bytes(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) => format!("[]byte({})", go(text)),
        Err(_) => format!("[]byte(\"{}\")", escaped_bytes(bytes)),
    }
}

/// A Java `String`.
pub(super) fn java(text: &str) -> String {
    let literal = |text: &str| {
        quoted(text, |c| match c {
            // `\u000a` would be a line break in the source.
            c if u32::from(c) <= 0xFF => format!("\\{:03o}", u32::from(c)),
            c => c.encode_utf16(&mut [0; 2]).iter().map(|unit| format!("\\u{unit:04x}")).collect(),
        })
    };
    if text.len() <= LONGEST_IN_JAVA {
        return literal(text);
    }
    let mut parts = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let (part, after) = rest.split_at(rest.floor_char_boundary(LONGEST_IN_JAVA));
        parts.push(literal(part));
        rest = after;
    }
    // Joined with `+` they would be one constant again.
    format!("String.join(\"\", {})", parts.join(", "))
}

/// A class file holds no longer constant than 65535 bytes, in which U+0000 counts for two and an emoji for six.
const LONGEST_IN_JAVA: usize = 30_000;

/// A Java `byte[]`: of a text where it is one, so that it can be read.
pub(super) fn java_bytes(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) => format!("{}.getBytes(StandardCharsets.UTF_8)", java(text)),
        Err(_) => format!("HexFormat.of().parseHex({})", java(&hex(bytes))),
    }
}

/// A Rust `&str`.
pub(super) fn rust(text: &str) -> String {
    quoted(text, |c| format!("\\u{{{:x}}}", u32::from(c)))
}

/// A Rust `&[u8; N]`.
pub(super) fn rust_bytes(bytes: &[u8]) -> String {
    format!("b\"{}\"", escaped_bytes(bytes))
}

/// A literal in double quotes; all of these languages escape the commonest characters alike.
fn quoted(text: &str, escape: impl Fn(char) -> String) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if is_shown(c) => out.push(c),
            c => out.push_str(&escape(c)),
        }
    }
    out.push('"');
    out
}

/// The inside of a bytes literal, which Python, Go and Rust write alike.
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
pub fn is_shown(c: char) -> bool {
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
            (&[b'-', b'-', 0xFF], Some(r#""$(printf '\055-\377')""#)),
            (&[0xFF, b'\n'], None),
            (b"a\0b", None),
        ] {
            assert_eq!(shell(bytes).as_deref(), expect, "{bytes:?}");
        }
    }

    #[test]
    fn windows_and_powershell_get_each_text_as_one_argument() {
        for (text, argument, string) in [
            ("a/b", "a/b", "'a/b'"),
            ("", r#""""#, "''"),
            ("a b", r#""a b""#, "'a b'"),
            ("it's", r#""it's""#, "'it''s'"),
            ("it\u{2019}s", "\"it\u{2019}s\"", "'it\u{2019}\u{2019}s'"),
            (r#"say "x""#, r#""say \"x\"""#, r#"'say "x"'"#),
            (r"C:\a\", r#""C:\a\\""#, r"'C:\a\'"),
            (r#"\\"x"#, r#""\\\\\"x""#, r#"'\\"x'"#),
            ("$x `y` %z%", r#""$x `y` %z%""#, "'$x `y` %z%'"),
            ("-n", "-n", "'-n'"),
            (
                "$a\n\"\u{201D}\u{E0001}",
                "\"$a\n\\\"\u{201D}\u{E0001}\"",
                "\"`$a`n`\"`\u{201D}$([char]0xdb40)$([char]0xdc01)\"",
            ),
        ] {
            assert_eq!(windows(text).as_deref(), Some(argument), "{text:?}");
            assert_eq!(powershell(text), string, "{text:?}");
        }
        assert_eq!(windows("a\0b"), None);
        assert_eq!(powershell_bytes(&[0, 255]), "[byte[]](0x00,0xff)");
    }

    #[test]
    fn a_long_text_is_no_single_constant_of_java() {
        let long = "\u{1F600}".repeat(LONGEST_IN_JAVA / 4 + 1);
        let code = java(&long);
        assert!(code.starts_with("String.join(\"\", \"\u{1F600}"), "{}", &code[..40]);
        let parts: Vec<_> = code.split('"').filter(|part| part.starts_with('\u{1F600}')).collect();
        assert_eq!(parts.concat(), long);
        assert!(parts.iter().all(|part| part.chars().count() * 6 < 65535));
    }

    #[test]
    fn strings_are_escaped_as_each_language_wants_it() {
        for (text, in_go, in_java) in [
            ("a\n\"\\", r#""a\n\"\\""#, r#""a\n\"\\""#),
            (r"\u0041", r#""\\u0041""#, r#""\\u0041""#),
            ("\u{1}1\u{85}", r#""\u00011\u0085""#, r#""\0011\205""#),
            ("\u{2028}", r#""\u2028""#, r#""\u2028""#),
            ("\u{E0001}", r#""\U000e0001""#, r#""\udb40\udc01""#),
            ("%s 温度", r#""%s 温度""#, r#""%s 温度""#),
        ] {
            assert_eq!((go(text), java(text)), (in_go.to_owned(), in_java.to_owned()), "{text:?}");
        }
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
        assert_eq!(go_bytes(&[0, 0xFF, b'"']), r#"[]byte("\x00\xff\"")"#);
        assert_eq!(go_bytes(b"a\n"), r#"[]byte("a\n")"#);
        assert_eq!(java_bytes(&[0, 0xFF]), r#"HexFormat.of().parseHex("00ff")"#);
        assert_eq!(java_bytes(b"a\n"), r#""a\n".getBytes(StandardCharsets.UTF_8)"#);
    }
}
