//! JSON (RFC 8259), without recursion.

use super::tree::{Builder, FaultKind, Step, Stop, Tree, fault, quoted};

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
    builder: Builder,
    /// What is open: how many values it has so far.
    open: Vec<Container>,
}

struct Container {
    is_object: bool,
    count: usize,
}

pub fn read(bytes: &[u8], most: usize) -> Tree {
    let mut reader = Reader { bytes, at: 0, builder: Builder::new(most), open: Vec::new() };
    let outcome = reader.document();
    let Reader { at, builder, .. } = reader;
    builder.finish(outcome, at)
}

impl Reader<'_> {
    fn document(&mut self) -> Result<(), Stop> {
        // Some programs write a byte order mark, which a reader may pass over.
        if self.bytes.starts_with(&[0xEF, 0xBB, 0xBF]) {
            self.at = 3;
        }
        let mut step = Step::Root;
        loop {
            self.space();
            let opened = self.value(step)?;
            match self.after(opened)? {
                Some(next) => step = next,
                None => break,
            }
        }
        self.space();
        match self.at < self.bytes.len() {
            true => fault(self.at, FaultKind::Trailing),
            false => Ok(()),
        }
    }

    /// How the next value is reached; `None` after the last one.
    fn after(&mut self, mut opened: bool) -> Result<Option<Step>, Stop> {
        loop {
            self.space();
            let Some(container) = self.open.last_mut() else { return Ok(None) };
            let end = if container.is_object { b'}' } else { b']' };
            match self.bytes.get(self.at) {
                Some(byte) if *byte == end => {
                    self.at += 1;
                    let count = container.count;
                    let value =
                        if end == b'}' { format!("{{{count}}}") } else { format!("[{count}]") };
                    self.open.pop();
                    self.builder.close(self.at, value);
                    opened = false;
                    continue;
                }
                Some(b',') if !opened => {
                    self.at += 1;
                }
                Some(_) if opened => {}
                Some(_) => return fault(self.at, FaultKind::Unexpected),
                None => return fault(self.at, FaultKind::Ends),
            }
            container.count += 1;
            if !container.is_object {
                return Ok(Some(Step::Index(container.count - 1)));
            }
            self.space();
            match self.bytes.get(self.at) {
                Some(b'"') => {}
                Some(_) => return fault(self.at, FaultKind::Unexpected),
                None => return fault(self.at, FaultKind::Ends),
            }
            let key = self.string()?;
            self.space();
            match self.bytes.get(self.at) {
                Some(b':') => self.at += 1,
                Some(_) => return fault(self.at, FaultKind::Unexpected),
                None => return fault(self.at, FaultKind::Ends),
            }
            return Ok(Some(Step::Key(key)));
        }
    }

    /// Reads a value, or opens one, which it says.
    fn value(&mut self, step: Step) -> Result<bool, Stop> {
        let start = self.at;
        let Some(&first) = self.bytes.get(start) else { return fault(start, FaultKind::Ends) };
        match first {
            b'{' | b'[' => {
                let is_object = first == b'{';
                let kind = if is_object { "object" } else { "array" };
                self.builder.open(step, kind, start..start + 1)?;
                self.open.push(Container { is_object, count: 0 });
                self.at += 1;
                return Ok(true);
            }
            b'"' => {
                let text = self.string()?;
                self.builder.add(step, "string", quoted(&text), start..self.at)?;
            }
            b'-' | b'0'..=b'9' => {
                let text = self.number()?;
                self.builder.add(step, "number", text, start..self.at)?;
            }
            _ => {
                let words = [("true", "boolean"), ("false", "boolean"), ("null", "null")];
                let rest = &self.bytes[start..];
                let found = words.iter().find(|(word, _)| rest.starts_with(word.as_bytes()));
                let Some((word, kind)) = found else {
                    // A word that the end has cut is no other word.
                    let is_cut = words.iter().any(|(word, _)| word.as_bytes().starts_with(rest));
                    return match is_cut {
                        true => fault(self.bytes.len(), FaultKind::Ends),
                        false => fault(start, FaultKind::Unexpected),
                    };
                };
                self.at += word.len();
                self.builder.add(step, kind, *word, start..self.at)?;
            }
        }
        Ok(false)
    }

    fn space(&mut self) {
        while matches!(self.bytes.get(self.at), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn string(&mut self) -> Result<String, Stop> {
        let mut text = Vec::new();
        let start = self.at + 1;
        self.at = start;
        loop {
            let Some(&byte) = self.bytes.get(self.at) else {
                return fault(self.at, FaultKind::Ends);
            };
            match byte {
                b'"' => break,
                b'\\' => {
                    self.at += 1;
                    let char = self.escape()?;
                    text.extend(char.encode_utf8(&mut [0; 4]).as_bytes());
                }
                0..=0x1F => return fault(self.at, FaultKind::Unexpected),
                _ => {
                    text.push(byte);
                    self.at += 1;
                }
            }
        }
        self.at += 1;
        String::from_utf8(text).or_else(|_| {
            // The bytes as they are here, without what escapes have become.
            let raw = &self.bytes[start..self.at];
            let at = std::str::from_utf8(raw).map_or_else(|e| e.valid_up_to(), str::len);
            fault(start + at, FaultKind::Utf8)
        })
    }

    fn escape(&mut self) -> Result<char, Stop> {
        let Some(&byte) = self.bytes.get(self.at) else { return fault(self.at, FaultKind::Ends) };
        let char = match byte {
            b'"' | b'\\' | b'/' => char::from(byte),
            b'b' => '\u{8}',
            b'f' => '\u{C}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => {
                self.at += 1;
                let first = self.four_digits()?;
                let is_pair =
                    (0xD800..0xDC00).contains(&first) && self.bytes[self.at..].starts_with(b"\\u");
                if !is_pair {
                    // Half of a pair is no character.
                    return Ok(char::from_u32(first).unwrap_or(char::REPLACEMENT_CHARACTER));
                }
                self.at += 2;
                let second = self.four_digits()?;
                let char = match second {
                    0xDC00..0xE000 => {
                        char::from_u32(0x1_0000 + ((first - 0xD800) << 10) + (second - 0xDC00))
                    }
                    _ => None,
                };
                return Ok(char.unwrap_or(char::REPLACEMENT_CHARACTER));
            }
            _ => return fault(self.at, FaultKind::Unexpected),
        };
        self.at += 1;
        Ok(char)
    }

    fn four_digits(&mut self) -> Result<u32, Stop> {
        let mut value = 0;
        for _ in 0..4 {
            let Some(&byte) = self.bytes.get(self.at) else {
                return fault(self.at, FaultKind::Ends);
            };
            let Some(digit) = char::from(byte).to_digit(16) else {
                return fault(self.at, FaultKind::Unexpected);
            };
            value = value * 16 + digit;
            self.at += 1;
        }
        Ok(value)
    }

    /// Its digits as they are: no other type holds all of them.
    fn number(&mut self) -> Result<String, Stop> {
        let start = self.at;
        self.at += usize::from(self.bytes[start] == b'-');
        let is_zero = self.bytes.get(self.at) == Some(&b'0');
        self.digits()?;
        if is_zero && self.at > start + 1 + usize::from(self.bytes[start] == b'-') {
            return fault(start, FaultKind::Number);
        }
        if self.bytes.get(self.at) == Some(&b'.') {
            self.at += 1;
            self.digits()?;
        }
        if matches!(self.bytes.get(self.at), Some(b'e' | b'E')) {
            self.at += 1;
            self.at += usize::from(matches!(self.bytes.get(self.at), Some(b'+' | b'-')));
            self.digits()?;
        }
        Ok(String::from_utf8_lossy(&self.bytes[start..self.at]).into_owned())
    }

    fn digits(&mut self) -> Result<(), Stop> {
        match self.bytes.get(self.at) {
            Some(b'0'..=b'9') => {}
            Some(_) => return fault(self.at, FaultKind::Unexpected),
            None => return fault(self.at, FaultKind::Ends),
        }
        while matches!(self.bytes.get(self.at), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_have_paths_and_bytes() {
        let json = r#" {"a": [1, {"b c": "x\ny"}, -2.5e3], "": null, "it's": true, "温": []} "#;
        let tree = read(json.as_bytes(), 100);
        assert_eq!(tree.fault, None);
        let said: Vec<_> = (0..tree.rows.len())
            .map(|row| (tree.path(row), &tree.rows[row].value[..], tree.rows[row].range.clone()))
            .map(|(path, value, range)| (path, value, &json[range]))
            .collect();
        let expect = [
            ("$", "{4}", json.trim()),
            ("$.a", "[3]", r#"[1, {"b c": "x\ny"}, -2.5e3]"#),
            ("$.a[0]", "1", "1"),
            ("$.a[1]", "{1}", r#"{"b c": "x\ny"}"#),
            ("$.a[1]['b c']", r#""x\ny""#, r#""x\ny""#),
            ("$.a[2]", "-2.5e3", "-2.5e3"),
            ("$['']", "null", "null"),
            ("$['it\\'s']", "true", "true"),
            ("$.温", "[0]", "[]"),
        ];
        let said: Vec<_> =
            said.iter().map(|(path, value, at)| (path.as_str(), *value, *at)).collect();
        assert_eq!(said, expect);
    }

    #[test]
    fn escapes_are_characters() {
        for (json, expect) in [
            (r#""\u00fc\u6c34""#, "\"ü水\""),
            (r#""\ud834\udd1e""#, "\"𝄞\""),
            (r#""\ud834""#, "\"\u{FFFD}\""),
            (r#""\ud834\u0041""#, "\"\u{FFFD}\""),
            (r#""\"\\\/""#, r#""\"\\/""#),
        ] {
            assert_eq!(read(json.as_bytes(), 10).rows[0].value, expect, "{json}");
        }
    }

    #[test]
    fn faults_say_where_and_keep_what_was_read() {
        for (json, at, kind, rows) in [
            (&b""[..], 0, FaultKind::Ends, 0),
            (b"{\"a\": 1", 7, FaultKind::Ends, 2),
            (b"[1, 2,]", 6, FaultKind::Unexpected, 3),
            (b"[,]", 1, FaultKind::Unexpected, 1),
            (b"[1 2]", 3, FaultKind::Unexpected, 2),
            (b"{\"a\" 1}", 5, FaultKind::Unexpected, 1),
            (b"{a: 1}", 1, FaultKind::Unexpected, 1),
            (b"{\"a\":1,}", 7, FaultKind::Unexpected, 2),
            (b"tru", 3, FaultKind::Ends, 0),
            (b"nope", 0, FaultKind::Unexpected, 0),
            (b"01", 0, FaultKind::Number, 0),
            (b"1.", 2, FaultKind::Ends, 0),
            (b"1 2", 2, FaultKind::Trailing, 1),
            (b"\"a\xFFb\"", 2, FaultKind::Utf8, 0),
            (b"\"a\nb\"", 2, FaultKind::Unexpected, 0),
            (b"\"\\x\"", 2, FaultKind::Unexpected, 0),
            (b"[1}", 2, FaultKind::Unexpected, 2),
        ] {
            let tree = read(json, 100);
            let found = tree.fault.map(|fault| (fault.at, fault.kind));
            let text = String::from_utf8_lossy(json);
            assert_eq!((found, tree.rows.len()), (Some((at, kind)), rows), "{text}");
        }
    }
}
