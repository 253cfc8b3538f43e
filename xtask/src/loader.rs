//! The script by which the page fetches its parts, as `wasm-split-cli` writes it.

use std::collections::BTreeSet;
use std::fmt::Write;

use anyhow::{Context, Result};

const LOAD: &str = "export const __wasm_split_load_";

/// The script, read. Files are named without `.wasm`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loader {
    /// What stands before the first file.
    head: String,
    pub shared: Vec<Shared>,
    pub parts: Vec<Part>,
}

/// A file that several parts share.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shared {
    /// As the script calls it.
    pub name: String,
    pub parts: BTreeSet<String>,
    pub file: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    pub name: String,
    /// What no other part needs; nothing where that lies in a file with other things.
    pub file: Option<String>,
    /// The names of what it shares.
    pub shared: Vec<String>,
}

impl Loader {
    pub fn read(text: &str) -> Result<Loader> {
        let begin =
            ["\n/* ", &format!("\n{LOAD}")].into_iter().filter_map(|it| text.find(it)).min();
        let (head, mut rest) = text.split_at(begin.context("there is no part in the script")? + 1);
        let mut loader = Loader { head: head.to_owned(), shared: Vec::new(), parts: Vec::new() };
        while !rest.trim().is_empty() {
            let (source, after) = rest.split_once(", [").context("nothing says what is needed")?;
            let (needs, after) = after.split_once(']').context("a list does not end")?;
            (_, rest) = after.split_once('\n').context("something does not end")?;
            let needs =
                needs.split(", ").filter(|name| !name.is_empty()).map(str::to_owned).collect();
            let file = source.split_once("\"./").and_then(|(_, file)| file.split_once(".wasm\""));
            let file = file.map(|(file, _)| file.to_owned());
            let (before, _) = source.split_once(" = ").context("something has no name")?;
            match before.split_once(LOAD) {
                Some((_, name)) => {
                    loader.parts.push(Part { name: name.to_owned(), file, shared: needs });
                }
                None => {
                    let (parts, name) = before
                        .strip_prefix("/* ")
                        .and_then(|it| it.split_once(" */\nconst "))
                        .with_context(|| format!("cannot read `{before}`"))?;
                    loader.shared.push(Shared {
                        name: name.to_owned(),
                        parts: parts.split(", ").map(str::to_owned).collect(),
                        file: file.with_context(|| format!("no file behind `{name}`"))?,
                    });
                }
            }
        }
        Ok(loader)
    }

    pub fn write(&self) -> String {
        let mut text = self.head.clone();
        let fetch = |file: &str| {
            format!(
                "() => {{\n    const src = fetch(new URL(\"./{file}.wasm\", import.meta.url));\n    \
                 return async (imports) => (WebAssembly.instantiateStreaming(src, imports));\n}}\n"
            )
        };
        // Writing to a text cannot fail.
        for Shared { name, parts, file } in &self.shared {
            let parts = Vec::from_iter(parts.iter().map(String::as_str)).join(", ");
            _ = writeln!(text, "/* {parts} */\nconst {name} = makeLoad({}, []);", fetch(file));
        }
        for Part { name, file, shared } in &self.parts {
            let own = file.as_deref().map_or("() => async () => ({})\n".to_owned(), fetch);
            _ = writeln!(
                text,
                "{LOAD}{name} = wrapAsyncCb(makeLoad({own}, [{}]));",
                shared.join(", ")
            );
        }
        text
    }

    /// The files that are fetched for a part, with `.wasm`: its own, and those that it shares with others.
    pub fn files_of(&self, part: &str) -> Result<Vec<String>> {
        let part = self.parts.iter().find(|it| it.name == part);
        let Part { file, shared, .. } = part.context("there is no such part")?;
        let shared = shared.iter().map(|name| {
            let found = self.shared.iter().find(|it| it.name == *name);
            found.map(|it| it.file.clone()).with_context(|| format!("there is no `{name}`"))
        });
        let files = file.iter().cloned().map(Ok).chain(shared);
        files.map(|file| Ok(format!("{}.wasm", file?))).collect()
    }

    /// Puts together what a part needs, in two files: what `other` needs too, and the rest. Those who need some of a file fetch all of it.
    /// Returns what is to be put together: under which name, and from which files.
    pub fn join(&mut self, part: &str, other: &str) -> Result<Vec<(String, Vec<String>)>> {
        let at = self.parts.iter().position(|it| it.name == part);
        let at = at.with_context(|| format!("there is no part `{part}`"))?;
        let (needed, not_needed): (Vec<Shared>, Vec<Shared>) =
            self.shared.drain(..).partition(|it| it.parts.contains(part));
        let (too, alone): (Vec<Shared>, Vec<Shared>) =
            needed.into_iter().partition(|it| it.parts.contains(other));
        self.shared = not_needed;
        let mut joined = Vec::new();
        let own = self.parts[at].file.take_if(|_| !alone.is_empty());
        for (group, own) in [(too, None), (alone, own)] {
            let Some(first) = group.first() else { continue };
            let whole = Shared {
                name: first.name.clone(),
                parts: group.iter().flat_map(|it| it.parts.iter().cloned()).collect(),
                file: first.file.clone(),
            };
            let names: BTreeSet<&String> = group.iter().map(|it| &it.name).collect();
            for part in self.parts.iter_mut().filter(|it| whole.parts.contains(&it.name)) {
                part.shared.retain(|name| !names.contains(name));
                part.shared.push(whole.name.clone());
            }
            let files = group.iter().map(|it| it.file.clone()).chain(own).collect();
            joined.push((whole.file.clone(), files));
            self.shared.push(whole);
        }
        Ok(joined)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fetched(name: &str, file: &str, needs: &str) -> String {
        format!(
            "{name}(() => {{\n    const src = fetch(new URL(\"./{file}.wasm\", import.meta.url));\n    return async \
             (imports) => (WebAssembly.instantiateStreaming(src, imports));\n}}\n, [{needs}])"
        )
    }

    /// `course` and `home`, and a part that shares something with each.
    fn script() -> String {
        let shared = |parts: &str, at: u8| {
            let name = format!("/* {parts} */\nconst __chunk_{at} = makeLoad");
            format!("{};\n", fetched(&name, &format!("chunk_{at}"), ""))
        };
        let part = |part: &str, needs: &str| {
            let name = format!("{LOAD}{part} = wrapAsyncCb(makeLoad");
            format!("{});\n", fetched(&name, &format!("split_{part}"), needs))
        };
        [
            "function makeLoad(fetcher, deps) {\n}\n".to_owned(),
            shared("course, home", 2),
            shared("course, home, tools", 3),
            shared("course, tools", 4),
            shared("home, tools", 5),
            part("tools", "__chunk_3, __chunk_4, __chunk_5"),
            part("home", "__chunk_2, __chunk_3, __chunk_5"),
            part("course", "__chunk_2, __chunk_3, __chunk_4"),
            part("alone", ""),
        ]
        .concat()
    }

    fn read(text: &str) -> Loader {
        Loader::read(text).expect("it is whole")
    }

    #[test]
    fn what_is_read_is_written_again() {
        assert_eq!(read(&script()).write(), script());
    }

    #[test]
    fn the_files_of_a_part_are_its_own_and_those_that_it_shares() {
        let files = |part| read(&script()).files_of(part);
        let of_home = ["split_home.wasm", "chunk_2.wasm", "chunk_3.wasm", "chunk_5.wasm"];
        assert_eq!(files("home").expect("it is there"), of_home);
        assert_eq!(files("alone").expect("it is there"), ["split_alone.wasm"]);
        assert!(files("missing").is_err());
        let without = script().replace("const __chunk_2 =", "const __chunk_9 =");
        assert!(read(&without).files_of("home").is_err());
        for broken in
            [script().replace("\n, [", "\n"), script().replace("\nconst ", "\nlet "), String::new()]
        {
            assert!(Loader::read(&broken).is_err(), "{broken}");
        }
    }

    #[test]
    fn what_a_part_needs_is_joined_in_two_files() {
        let mut loader = read(&script());
        let joined = loader.join("course", "home").expect("it is there");
        let expected =
            [("chunk_2", vec!["chunk_2", "chunk_3"]), ("chunk_4", vec!["chunk_4", "split_course"])];
        let joined: Vec<_> = joined
            .iter()
            .map(|(name, files)| (name.as_str(), files.iter().map(String::as_str).collect()))
            .collect();
        assert_eq!(joined, expected);
        let loader = read(&loader.write());
        let files = |part| loader.files_of(part).expect("it is there");
        assert_eq!(files("course"), ["chunk_2.wasm", "chunk_4.wasm"]);
        assert_eq!(files("home"), ["split_home.wasm", "chunk_5.wasm", "chunk_2.wasm"]);
        let of_tools = ["split_tools.wasm", "chunk_5.wasm", "chunk_2.wasm", "chunk_4.wasm"];
        assert_eq!(files("tools"), of_tools);
    }
}
