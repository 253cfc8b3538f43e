//! Renders the words before the crate is compiled: into the program, or, with the feature `split`, only
//! their names, since that page fetches them.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use playground_words::{LANGUAGES, SOURCES, Words};

fn main() {
    let out = PathBuf::from(std::env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    let is_split = std::env::var_os("CARGO_FEATURE_SPLIT").is_some();
    let words = Words::render(Path::new("."));
    let mut code = format!("const VERSION: &str = {:?};\n", words.version);
    let names: Vec<_> = words.shelves.iter().map(|shelf| &shelf.name).collect();
    writeln!(code, "const NAMES: [&str; {}] = {names:?};", names.len()).unwrap();
    if !is_split {
        let folder = out.join("words");
        words.write(&folder).expect("OUT_DIR is writable");
        writeln!(code, "static TEXTS: [[&str; LANGUAGES]; Shelf::COUNT] = [").unwrap();
        for shelf in &words.shelves {
            let texts = LANGUAGES.map(|language| {
                format!("include_str!({:?})", folder.join(shelf.file_name(language)))
            });
            writeln!(code, "[{}],", texts.join(", ")).unwrap();
        }
        writeln!(code, "];").unwrap();
    }
    for (name, code) in [("strings.rs", &words.strings), ("words.rs", &code)] {
        fs::write(out.join(name), code).expect("OUT_DIR is writable");
    }
    if is_split {
        // What tells the parts of the page apart.
        println!("cargo::rustc-link-arg-bins=--emit-relocs");
    }
    for watched in SOURCES {
        println!("cargo::rerun-if-changed={watched}");
    }
}
