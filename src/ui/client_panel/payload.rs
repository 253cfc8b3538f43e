//! A received payload as text to look at. The bytes themselves stay what they are.

use crate::ui::forms::{BytesDraft, BytesForm};

/// What of a payload a panel shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    pub text: String,
    /// In which form it is.
    pub form: BytesForm,
    /// How many bytes there are beyond those shown.
    pub more: usize,
}

/// Shows the payload in the wanted form, or in the one that suits it; bytes that are no text or no JSON
/// are shown as well as they can be.
pub fn show(payload: &[u8], wanted: Option<BytesForm>) -> Shown {
    let shown = &payload[..shown_length(payload)];
    let more = payload.len() - shown.len();
    let suits = BytesDraft::from_bytes(shown);
    let form = match wanted {
        None => suits.form,
        Some(BytesForm::Json) if suits.form == BytesForm::Text => BytesForm::Text,
        Some(BytesForm::Text | BytesForm::Json) if suits.form == BytesForm::Hex => BytesForm::Hex,
        Some(wanted) => wanted,
    };
    let text = match form {
        BytesForm::Json => indented(&suits.text),
        BytesForm::Hex if suits.form != BytesForm::Hex => {
            let mut draft = suits;
            draft.become_form(BytesForm::Hex);
            draft.text
        }
        BytesForm::Text | BytesForm::Hex => suits.text,
    };
    Shown { text, form, more }
}

/// A panel shows the beginning of a long payload; the inspector has it all.
const LONGEST: usize = 2048;

/// Cuts between characters, so that a long text stays text.
fn shown_length(payload: &[u8]) -> usize {
    if payload.len() <= LONGEST {
        return payload.len();
    }
    let is_boundary = |length: &usize| payload[*length] & 0xC0 != 0x80;
    (LONGEST - 3..=LONGEST).rev().find(is_boundary).unwrap_or(LONGEST)
}

/// Valid JSON with a line for each member. Numbers and strings stay as they were written, which reading
/// and writing them again would not promise.
fn indented(json: &str) -> String {
    let mut out = String::with_capacity(json.len() * 2);
    let mut depth = 0;
    let mut in_string = false;
    let mut escaped = false;
    let mut characters = json.chars().filter(|c| !c.is_ascii_whitespace() || *c == ' ').peekable();
    let line = |out: &mut String, depth: usize| {
        out.push('\n');
        out.push_str(&"  ".repeat(depth));
    };
    while let Some(character) = characters.next() {
        if in_string {
            out.push(character);
            in_string = escaped || character != '"';
            escaped = !escaped && character == '\\';
            continue;
        }
        match character {
            ' ' => {}
            '"' => {
                in_string = true;
                out.push('"');
            }
            '{' | '[' => {
                out.push(character);
                while characters.next_if_eq(&' ').is_some() {}
                match characters.next_if(|c| matches!(c, '}' | ']')) {
                    Some(close) => out.push(close),
                    None => {
                        depth += 1;
                        line(&mut out, depth);
                    }
                }
            }
            '}' | ']' => {
                depth -= 1;
                line(&mut out, depth);
                out.push(character);
            }
            ',' => {
                out.push(',');
                line(&mut out, depth);
            }
            ':' => out.push_str(": "),
            other => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn payloads_choose_a_form_or_take_the_wanted_one() {
        use BytesForm::{Hex, Json, Text};
        for (payload, wanted, form, text) in [
            (&b"hello"[..], None, Text, "hello"),
            (b"hello", Some(Json), Text, "hello"),
            (b"hello", Some(Hex), Hex, "68 65 6c 6c 6f"),
            (b"{\"a\":1}", None, Json, "{\n  \"a\": 1\n}"),
            (b"{\"a\":1}", Some(Text), Text, "{\"a\":1}"),
            (&[0xFF, 0x00], Some(Text), Hex, "ff 00"),
            (b"", None, Text, ""),
        ] {
            let shown = show(payload, wanted);
            assert_eq!((shown.form, shown.text.as_str(), shown.more), (form, text, 0));
        }
    }

    #[test]
    fn json_keeps_its_numbers_and_strings() {
        let json = r#"{"n":1.0e+5, "s":"a, {b}: \"c\\", "e":[ ],"l":[1,{"x":null}]}"#;
        let expect = "{\n  \"n\": 1.0e+5,\n  \"s\": \"a, {b}: \\\"c\\\\\",\n  \"e\": [],\n  \"l\": [\n    1,\n    {\n      \"x\": null\n    }\n  ]\n}";
        assert_eq!(indented(json), expect);
    }

    #[test]
    fn long_payloads_are_cut_between_characters() {
        let text = "度".repeat(1000);
        let shown = show(text.as_bytes(), None);
        assert_eq!(shown.form, BytesForm::Text);
        assert_eq!(shown.text.len() + shown.more, 3000);
        assert!(shown.text.len() <= LONGEST && text.starts_with(&shown.text));
    }
}
