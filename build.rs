//! Renders the words before the crate is compiled: into the program, or, with the feature `split`, only
//! their names, since that page fetches them.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use playground_words::{Words, sources};

fn main() {
    let out = PathBuf::from(std::env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    let is_split = std::env::var_os("CARGO_FEATURE_SPLIT").is_some();
    let root = Path::new(".");
    let words = Words::render(root);
    let (version, chapters) = (&words.version, &words.chapters);
    let mut code = format!(
        "const VERSION: &str = {version:?};\n\
         /// The ids of the chapters.\n\
         const CHAPTERS: [&str; {}] = {chapters:?};\n",
        chapters.len()
    );
    if !is_split {
        let folder = out.join("words");
        words.write(&folder).expect("OUT_DIR is writable");
        code.push_str("fn built_in(file: &str) -> Option<&'static [u8]> {\nSome(match file {\n");
        for file in &words.files {
            let path = folder.join(&file.name);
            writeln!(code, "{:?} => include_bytes!({path:?}),", file.name).unwrap();
        }
        code.push_str("_ => return None,\n})\n}\n");
    }
    for (name, code) in [("strings.rs", &words.strings), ("words.rs", &code)] {
        fs::write(out.join(name), code).expect("OUT_DIR is writable");
    }
    if is_split {
        // What tells the parts of the page apart.
        println!("cargo::rustc-link-arg-bins=--emit-relocs");
    }
    for watched in sources(root) {
        println!("cargo::rerun-if-changed={}", watched.display());
    }
}
