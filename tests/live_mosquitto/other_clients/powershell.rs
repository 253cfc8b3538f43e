//! Reads what is written for PowerShell: so much of its language as that needs.

use std::fs;
use std::process::Command;

use crate::bench::nonce;

/// What `Start-Process` would start, once the lines before it are done.
pub fn command(script: &str) -> Command {
    let mut reader = Reader { rest: script, payload: String::new() };
    loop {
        if reader.takes("#") || reader.takes("$env:Path += ") {
            reader.skip_line();
        } else if reader.takes("$payload = [IO.Path]::GetTempFileName()\n") {
            reader.payload = format!("{}/payload-{}", env!("CARGO_TARGET_TMPDIR"), nonce());
        } else if reader.takes("[IO.File]::WriteAllText($payload, ") {
            let text = reader.string();
            fs::write(&reader.payload, text).expect("the payload can be written");
            reader.expect(")\n");
        } else if reader.takes("[IO.File]::WriteAllBytes($payload, [byte[]](") {
            let bytes = reader.bytes();
            fs::write(&reader.payload, bytes).expect("the payload can be written");
            reader.expect("))\n");
        } else {
            reader.expect("Start-Process ");
            let program = reader.until(" -NoNewWindow -Wait -ArgumentList @(\n");
            let mut lines = Vec::new();
            while !reader.takes(")\n") {
                reader.expect("  ");
                lines.push(reader.string());
                reader.expect("\n");
            }
            assert_eq!(reader.rest, "");
            // It puts a space between them and nothing else.
            let mut command = Command::new(program);
            command.args(arguments(&lines.join(" ")));
            return command;
        }
    }
}

struct Reader<'a> {
    rest: &'a str,
    /// The value of the one variable.
    payload: String,
}

impl<'a> Reader<'a> {
    fn takes(&mut self, text: &str) -> bool {
        let after = self.rest.strip_prefix(text);
        self.rest = after.unwrap_or(self.rest);
        after.is_some()
    }

    fn expect(&mut self, text: &str) {
        assert!(self.takes(text), "no {text:?} at {:?}", self.rest);
    }

    fn until(&mut self, text: &str) -> &'a str {
        let (before, after) = self.rest.split_once(text).expect("it comes");
        self.rest = after;
        before
    }

    fn skip_line(&mut self) {
        self.until("\n");
    }

    fn next(&mut self) -> char {
        let c = self.rest.chars().next().expect("the string ends");
        self.rest = &self.rest[c.len_utf8()..];
        c
    }

    fn bytes(&mut self) -> Vec<u8> {
        let (list, _) = self.rest.split_once(')').expect("the list ends");
        self.rest = &self.rest[list.len()..];
        let byte =
            |text: &str| u8::from_str_radix(text.trim_start_matches("0x"), 16).expect("a byte");
        list.split(',').map(byte).collect()
    }

    fn string(&mut self) -> String {
        match self.next() {
            '\'' => self.single_quoted(),
            '"' => self.double_quoted(),
            other => panic!("no string begins with {other:?}"),
        }
    }

    fn single_quoted(&mut self) -> String {
        let is_quote = |c: char| matches!(c, '\'' | '\u{2018}'..='\u{201B}');
        let mut text = String::new();
        loop {
            let c = self.next();
            if is_quote(c) && !self.rest.starts_with(is_quote) {
                return text;
            }
            text.push(if is_quote(c) { self.next() } else { c });
        }
    }

    fn double_quoted(&mut self) -> String {
        let is_quote = |c: char| matches!(c, '"' | '\u{201C}'..='\u{201E}');
        let mut units = Vec::new();
        let push = |c: char, units: &mut Vec<u16>| {
            units.extend_from_slice(c.encode_utf16(&mut [0; 2]));
        };
        loop {
            match self.next() {
                '`' => match self.next() {
                    'n' => push('\n', &mut units),
                    'r' => push('\r', &mut units),
                    't' => push('\t', &mut units),
                    c if c.is_ascii_alphanumeric() => panic!("`{c} is something else"),
                    c => push(c, &mut units),
                },
                '$' if self.takes("payload") => {
                    assert!(!self.rest.starts_with(|c: char| c.is_alphanumeric() || c == '_'));
                    units.extend(self.payload.encode_utf16());
                }
                '$' => {
                    self.expect("([char]0x");
                    units.push(u16::from_str_radix(self.until(")"), 16).expect("a number"));
                }
                c if is_quote(c) => {
                    assert!(!self.rest.starts_with(is_quote), "two quotes are one");
                    return String::from_utf16(&units).expect("it is text");
                }
                c => push(c, &mut units),
            }
        }
    }
}

/// The arguments in a command line of Windows, as the C runtime finds them.
fn arguments(line: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut argument = None::<String>;
    let (mut is_quoted, mut backslashes) = (false, 0);
    for c in line.chars() {
        if c == '\\' {
            backslashes += 1;
            continue;
        }
        if backslashes > 0 {
            let real = if c == '"' { backslashes / 2 } else { backslashes };
            argument.get_or_insert_default().push_str(&"\\".repeat(real));
        }
        let is_escaped = backslashes % 2 == 1;
        backslashes = 0;
        match c {
            '"' if !is_escaped => {
                is_quoted = !is_quoted;
                argument.get_or_insert_default();
            }
            ' ' | '\t' if !is_quoted => found.extend(argument.take()),
            c => argument.get_or_insert_default().push(c),
        }
    }
    if backslashes > 0 {
        argument.get_or_insert_default().push_str(&"\\".repeat(backslashes));
    }
    found.extend(argument);
    found
}
