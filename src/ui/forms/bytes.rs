//! The text of a value that is bytes on the wire.

use bytes::Bytes;
use serde::de::IgnoredAny;
use serde_json::error::Category;

use super::Problem;
use crate::mqtt::{NotHex, from_hex, hex_groups};

/// How the text stands for bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum BytesForm {
    /// Its UTF-8.
    #[default]
    Text,
    /// Its UTF-8, which must be JSON.
    Json,
    /// Two hexadecimal digits for each byte, with any space between.
    Hex,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BytesDraft {
    pub form: BytesForm,
    pub text: String,
}

impl BytesDraft {
    /// Text where the bytes are text, otherwise hexadecimal.
    pub fn from_text_or_bytes(bytes: &[u8]) -> BytesDraft {
        match plain_text(bytes) {
            Some(text) => BytesDraft { form: BytesForm::Text, text: text.to_owned() },
            None => BytesDraft { form: BytesForm::Hex, text: hex_groups(bytes, 1) },
        }
    }

    /// The same, but JSON is recognized: an object or an array.
    pub fn from_bytes(bytes: &[u8]) -> BytesDraft {
        let mut draft = BytesDraft::from_text_or_bytes(bytes);
        if draft.form == BytesForm::Text
            && draft.text.starts_with(['{', '['])
            && is_json(&draft.text).is_ok()
        {
            draft.form = BytesForm::Json;
        }
        draft
    }

    pub fn to_bytes(&self) -> Result<Bytes, Problem> {
        match self.form {
            BytesForm::Text => Ok(self.text.clone().into()),
            BytesForm::Json => is_json(&self.text).map(|()| self.text.clone().into()),
            BytesForm::Hex => from_hex(&self.text).map_err(|error| match error {
                NotHex::Character { character, position } => {
                    Problem::NotHex { character, position }
                }
                NotHex::HalfByte { digits } => Problem::HalfByte { digits },
            }),
        }
    }

    /// Whether the other form can show the same bytes. Text that cannot be read yet fits every form.
    pub fn can_become(&self, form: BytesForm) -> bool {
        match (self.form, form) {
            (BytesForm::Hex, BytesForm::Text | BytesForm::Json) => {
                self.to_bytes().is_ok_and(|bytes| plain_text(&bytes).is_some())
            }
            _ => true,
        }
    }

    /// Shows the same bytes in another form; does nothing if that form cannot.
    pub fn become_form(&mut self, form: BytesForm) {
        if !self.can_become(form) {
            return;
        }
        match (self.form, form) {
            (BytesForm::Hex, BytesForm::Text | BytesForm::Json) => {
                let bytes = self.to_bytes().unwrap_or_default();
                self.text = plain_text(&bytes).unwrap_or_default().to_owned();
            }
            (BytesForm::Text | BytesForm::Json, BytesForm::Hex) => {
                self.text = hex_groups(self.text.as_bytes(), 1);
            }
            _ => {}
        }
        self.form = form;
    }
}

/// Text that an input field keeps as it is: no control characters but tab and line feed.
fn plain_text(bytes: &[u8]) -> Option<&str> {
    let text = std::str::from_utf8(bytes).ok()?;
    text.chars().all(|c| !c.is_control() || matches!(c, '\t' | '\n')).then_some(text)
}

/// Whether it can be sent as JSON; nothing at all can, because a payload may be empty.
fn is_json(text: &str) -> Result<(), Problem> {
    if text.is_empty() {
        return Ok(());
    }
    serde_json::from_str::<IgnoredAny>(text).map(drop).map_err(|error| match error.classify() {
        Category::Eof => Problem::JsonEnds,
        _ => Problem::NotJson { line: error.line(), column: error.column() },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_become_bytes_or_say_why_not() {
        use BytesForm::{Hex, Json, Text};
        let not_hex = |character, position| Err(Problem::NotHex { character, position });
        for (form, text, expect) in [
            (Text, "", Ok(&b""[..])),
            (Text, "21 °C", Ok("21 °C".as_bytes())),
            (Hex, "00 fF", Ok(&[0x00, 0xFF][..])),
            (Hex, "00\nff", Ok(&[0x00, 0xFF])),
            (Hex, "00f", Err(Problem::HalfByte { digits: 3 })),
            (Hex, "0x01", not_hex('x', 2)),
            (Hex, "00 度", not_hex('度', 4)),
            (Json, r#"{"a":1}"#, Ok(br#"{"a":1}"#)),
            (Json, " 21.5\n", Ok(b" 21.5\n")),
            (Json, "", Ok(b"")),
            (Json, r#"{"a":"#, Err(Problem::JsonEnds)),
            (Json, "{\n  \"a\": 1,\n}", Err(Problem::NotJson { line: 3, column: 1 })),
            (Json, "{'a':1}", Err(Problem::NotJson { line: 1, column: 2 })),
        ] {
            let draft = BytesDraft { form, text: text.to_owned() };
            assert_eq!(draft.to_bytes(), expect.map(Bytes::copy_from_slice), "{form:?} {text:?}");
        }
    }

    #[test]
    fn bytes_choose_a_form_that_loses_nothing() {
        for (bytes, form) in [
            (&b"hello"[..], BytesForm::Text),
            (b"21.5", BytesForm::Text),
            (br#"{"a":1}"#, BytesForm::Json),
            (b"{not json", BytesForm::Text),
            (b"a\r\nb", BytesForm::Hex), // a text area would make it \n
            (&[0xFF, 0x00], BytesForm::Hex),
            (b"", BytesForm::Text),
        ] {
            let draft = BytesDraft::from_bytes(bytes);
            assert_eq!(draft.form, form, "{bytes:?}");
            assert_eq!(draft.to_bytes().as_deref(), Ok(bytes));
        }
    }

    #[test]
    fn changing_the_form_keeps_the_bytes() {
        let mut draft = BytesDraft { form: BytesForm::Text, text: "é1".to_owned() };
        draft.become_form(BytesForm::Hex);
        assert_eq!(draft.text, "c3 a9 31");
        draft.become_form(BytesForm::Json);
        assert_eq!((draft.form, draft.text.as_str()), (BytesForm::Json, "é1"));

        let mut bytes = BytesDraft { form: BytesForm::Hex, text: "ff".to_owned() };
        assert!(!bytes.can_become(BytesForm::Text));
        bytes.become_form(BytesForm::Text);
        assert_eq!((bytes.form, bytes.text.as_str()), (BytesForm::Hex, "ff"));
    }
}
