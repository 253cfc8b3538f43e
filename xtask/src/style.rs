//! Joins the stylesheets of the built page: what the first picture needs becomes part of the document, so
//! that nothing is waited for; the rest is one file, which `src/ui/loading/styles.rs` has applied before the
//! first part of the page that arrives later.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};

/// Rewrites the page in `dist`, which Trunk has filled. The stylesheets named in `first_styles` are those of the first
/// picture.
pub fn join(dist: &Path, first_styles: &[String]) -> Result<()> {
    let index = dist.join("index.html");
    let page =
        fs::read_to_string(&index).with_context(|| format!("cannot read {}", index.display()))?;
    let (mut first, mut later) = (String::new(), String::new());
    let (mut kept, mut place) = (Vec::new(), None);
    let mut missing: Vec<_> = first_styles.iter().collect();
    for line in page.lines() {
        let Some(file) = stylesheet(line) else {
            kept.push(line.to_owned());
            continue;
        };
        place.get_or_insert(kept.len());
        let path = dist.join(file);
        let css =
            fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
        fs::remove_file(&path).with_context(|| format!("cannot remove {}", path.display()))?;
        let stem = file.rsplit_once('-').map_or(file, |(stem, _)| stem);
        let is_first = first_styles.iter().any(|first| first == stem);
        missing.retain(|first| *first != stem);
        let joined = if is_first { &mut first } else { &mut later };
        joined.push_str(&squeezed(&css));
    }
    ensure!(missing.is_empty(), "the page links no stylesheets {missing:?}");
    let folder = page
        .split_once("<base href=\"")
        .and_then(|(_, rest)| rest.split_once('"'))
        .map_or("/", |(folder, _)| folder);
    let file = format!("later-{:016x}.css", hash(&later));
    fs::write(dist.join(&file), &later).with_context(|| format!("cannot write {file}"))?;
    let joined = format!(
        "<style>\n{first}</style>\n<link id=\"later\" rel=\"stylesheet\" disabled href=\"{folder}{file}\">"
    );
    kept.insert(place.context("the page has no stylesheets")?, joined);
    fs::write(&index, kept.join("\n") + "\n")
        .with_context(|| format!("cannot write {}", index.display()))
}

/// The file that a line of the page links as a stylesheet.
fn stylesheet(line: &str) -> Option<&str> {
    let link = line.trim_start().strip_prefix("<link rel=\"stylesheet\" href=\"")?;
    link.split('"').next()?.rsplit('/').next()
}

/// Without comments and indentation.
pub fn squeezed(css: &str) -> String {
    let mut out = String::new();
    let mut rest = css;
    while let Some((before, comment)) = rest.split_once("/*") {
        out.push_str(before);
        rest = comment.split_once("*/").map_or("", |(_, after)| after);
    }
    out.push_str(rest);
    let lines = out.lines().map(str::trim).filter(|line| !line.is_empty());
    lines.map(|line| format!("{line}\n")).collect()
}

/// FNV-1a.
fn hash(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_holds_its_first_styles_and_names_the_others() {
        let dist = tempfile::tempdir().expect("a folder");
        let write = |name: &str, text: &str| fs::write(dist.path().join(name), text).expect(name);
        write(
            "index.html",
            "<base href=\"/sub/\">\n<link rel=\"stylesheet\" href=\"/sub/base-1.css\"/>\n\
             <link rel=\"stylesheet\" href=\"/sub/bench-2.css\" integrity=\"x\"/>\n\
             <link rel=\"stylesheet\" href=\"/sub/home-3.css\"/>\n</head>\n",
        );
        write("base-1.css", "/* The base. */\n@layer base {\n  a { color: red; }\n}\n");
        write("bench-2.css", "b {}\n");
        write("home-3.css", "c {}\n");
        let first = ["base", "home"].map(str::to_owned);
        join(dist.path(), &first).expect("it joins");
        let page = fs::read_to_string(dist.path().join("index.html")).expect("the page");
        let lines: Vec<_> = page.lines().map(str::trim).collect();
        let first = ["<style>", "@layer base {", "a { color: red; }", "}", "c {}", "</style>"];
        assert_eq!(lines[1..7], first, "{page}");
        assert!(lines[7].starts_with("<link id=\"later\" rel=\"stylesheet\" disabled"), "{page}");
        let later = format!("later-{:016x}.css", hash("b {}\n"));
        assert!(page.contains(&later) && dist.path().join(&later).exists(), "{page}");
        assert!(!dist.path().join("base-1.css").exists());
        assert!(!dist.path().join("bench-2.css").exists());
    }
}
