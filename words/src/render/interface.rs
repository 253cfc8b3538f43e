//! Interface strings: `locales/*.json`.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;

use super::parts::Parts;
use super::{LANGUAGES, read};

/// Texts by their keys.
pub type Table = BTreeMap<String, String>;

/// In the order of [`LANGUAGES`].
pub fn tables(folder: &Path) -> [Table; LANGUAGES.len()] {
    let tables = LANGUAGES.map(|language| {
        let path = folder.join(format!("{language}.json"));
        serde_json::from_str(&read(&path)).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
    });
    agree(&tables);
    tables
}

fn agree(tables: &[Table]) {
    let mut wrong = Vec::new();
    for (language, table) in LANGUAGES.iter().zip(tables).skip(1) {
        for (key, text) in &tables[0] {
            match table.get(key) {
                None => wrong.push(format!("{language}.json lacks {key}")),
                Some(other) if placeholders(other) != placeholders(text) => {
                    wrong.push(format!("{language}.json: {key} has other placeholders"));
                }
                Some(_) => {}
            }
        }
        let extra = table.keys().filter(|key| !tables[0].contains_key(*key));
        wrong.extend(extra.map(|key| format!("en.json lacks {key}, which {language}.json has")));
    }
    assert!(wrong.is_empty(), "locales disagree:\n  {}", wrong.join("\n  "));
}

/// The keys of the interface strings, in the order in which the page holds their texts.
pub struct Keys<'a> {
    /// Those that the first program shows.
    first: Vec<&'a str>,
    later: Vec<&'a str>,
}

impl<'a> Keys<'a> {
    /// The strings that the code of the first program names arrive before it is drawn, the others with the
    /// glossary, before any part of the page that arrives later.
    pub fn new(root: &Path, table: &'a Table) -> Keys<'a> {
        let code: Vec<String> =
            Parts::read(root).code().map(|file| read(&root.join(file))).collect();
        let named: BTreeSet<&str> = code.iter().flat_map(|code| called(code)).collect();
        let keys = table.keys().map(String::as_str);
        let (first, later) = keys.partition(|key| named.contains(key));
        Keys { first, later }
    }

    pub fn first(&self, table: &Table) -> Vec<String> {
        self.first.iter().map(|key| numbered(&table[*key])).collect()
    }

    pub fn later(&self, table: &Table) -> Vec<String> {
        self.later.iter().map(|key| numbered(&table[*key])).collect()
    }

    /// Rust: a struct with one method for each key. `{placeholders}` become arguments, in alphabetical
    /// order.
    pub fn code(&self, table: &Table) -> String {
        let keys = || self.first.iter().chain(&self.later);
        let mut code = format!(
            "/// Every interface string of one language.\n\
             pub struct Strings([&'static str; {}]);\n\
             impl Strings {{\n",
            keys().count()
        );
        for (index, key) in keys().enumerate() {
            let names = placeholders(&table[*key]);
            let arguments: String =
                names.iter().map(|name| format!(", {name}: impl std::fmt::Display")).collect();
            let values: String = names.iter().map(|name| format!("&{name}, ")).collect();
            let (returned, body) = match names.is_empty() {
                true => ("&'static str", format!("self.0[{index}]")),
                false => ("String", format!("fill(self.0[{index}], &[{values}])")),
            };
            // A call would take more room than what it does.
            let inline = if names.is_empty() { "#[inline(always)]\n" } else { "" };
            writeln!(code, "{inline}pub fn {key}(&self{arguments}) -> {returned} {{\n{body}\n}}")
                .unwrap();
        }
        code.push_str("}\n");
        code
    }
}

/// The names that follow a dot in Rust, the methods of the strings among them.
fn called(code: &str) -> impl Iterator<Item = &str> {
    let is_in_name = |c: char| c.is_alphanumeric() || c == '_';
    code.split('.')
        .skip(1)
        .filter_map(move |after| after.trim_start().split(|c| !is_in_name(c)).next())
}

/// Placeholders become their numbers, in alphabetical order: `{count} {count:packet:packets}` is stored
/// as `{0} {0:packet:packets}`.
fn numbered(text: &str) -> String {
    let number = |text: String, (index, name): (usize, &&str)| {
        let text = text.replace(&format!("{{{name}}}"), &format!("{{{index}}}"));
        text.replace(&format!("{{{name}:"), &format!("{{{index}:"))
    };
    placeholders(text).iter().enumerate().fold(text.to_owned(), number)
}

/// The names in braces, sorted, each once. A name may be followed by what to write for one and for any
/// other number, as in `{count:packet:packets}`; languages may differ in that.
fn placeholders(text: &str) -> Vec<&str> {
    let mut names: Vec<_> = text
        .split('{')
        .skip(1)
        .filter_map(|rest| rest.split_once('}').map(|(inside, _)| inside))
        .map(|inside| inside.split_once(':').map_or(inside, |(name, _)| name))
        .collect();
    names.sort_unstable();
    names.dedup();
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_count_and_its_words_are_one_placeholder() {
        let text = "{packets} {packets:packet:packets}; {par} {par:is:are} enough";
        assert_eq!(placeholders(text), ["packets", "par"]);
        assert_eq!(
            placeholders("{par}個で足ります。送ったのは{packets}個です"),
            ["packets", "par"]
        );
        assert_eq!(numbered(text), "{0} {0:packet:packets}; {1} {1:is:are} enough");
    }

    #[test]
    fn the_strings_that_code_names_are_found() {
        let code = "locale.strings().close(), strings\n    .page_of(1), close_all, .5";
        assert_eq!(called(code).collect::<Vec<_>>(), ["strings", "close", "page_of", "5"]);
    }
}
