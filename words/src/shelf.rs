//! The form of a shelf: its version, then sections, each with texts one after the other, to be read in the
//! order in which they were written. A list is its length, then its items.

/// Stands behind every text, and in none.
const TEXT: char = '\u{1e}';
/// Stands before every section.
const SECTION: char = '\u{1d}';

#[derive(Default)]
pub struct Writer(String);

impl Writer {
    pub fn section(&mut self) {
        self.0.push(SECTION);
    }

    pub fn text(&mut self, text: &str) {
        assert!(!text.contains([TEXT, SECTION]), "no text holds what separates texts: {text}");
        self.0.push_str(text);
        self.0.push(TEXT);
    }

    pub fn list<T>(&mut self, items: &[T], mut write: impl FnMut(&mut Writer, &T)) {
        self.text(&items.len().to_string());
        for item in items {
            write(self, item);
        }
    }

    pub fn finish(self) -> String {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shelf_is_its_texts_in_order() {
        let mut shelf = Writer::default();
        shelf.section();
        shelf.text("a");
        shelf.section();
        shelf.list(&["b", ""], |shelf, text| shelf.text(text));
        assert_eq!(shelf.finish(), "\u{1d}a\u{1e}\u{1d}2\u{1e}b\u{1e}\u{1e}");
    }
}
