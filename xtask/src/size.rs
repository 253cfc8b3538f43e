//! What the built page weighs: as it lies on disk, with gzip, and with Brotli. The first load is what has
//! to arrive before the home page is drawn, whole, its links work and its menus open. Programs, styles and words of
//! everything else, its connection among them, follow while the page is at rest, or when they are wanted.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Write;
use std::iter::Sum;
use std::path::Path;

use anyhow::{Context, Result, bail};
use flate2::Compression;
use flate2::write::GzEncoder;

use crate::loader::Loader;
use crate::{offline, split};

/// What the first load may weigh with Brotli, in bytes.
const GOAL: usize = 180_000;

/// The same for an exercise that is opened by a link, until it can be played. Its picture comes after that.
const GOAL_OF_AN_EXERCISE: usize = 1_000_000;

/// What the document names too, but browsers fetch only once the page is there.
const NOT_AT_ONCE: &[&str] = &[offline::WORKER_NAME, "app.webmanifest", "icon-192.png"];

#[derive(Clone, Copy, Default)]
struct Weight {
    raw: usize,
    gzip: usize,
    brotli: usize,
}

impl Sum for Weight {
    fn sum<I: Iterator<Item = Weight>>(weights: I) -> Weight {
        weights.fold(Weight::default(), |all, one| Weight {
            raw: all.raw + one.raw,
            gzip: all.gzip + one.gzip,
            brotli: all.brotli + one.brotli,
        })
    }
}

/// Prints the weight of every file that the page loads at once, and fails if all together exceed the goal.
/// What wasm-opt has not made smaller is only weighed.
pub fn print_first_load(dist: &Path, optimized: bool) -> Result<()> {
    let mut files = BTreeMap::new();
    read_files(dist, "", &mut files)?;
    let mut first = first_load(&files);
    // The words of one language, which the page fetches itself: those that weigh more.
    let words = files.iter().filter(|(name, _)| name.starts_with("words/interface."));
    first.extend(words.max_by_key(|(_, text)| text.len()).map(|(name, _)| name.clone()));
    let more: BTreeSet<String> = more_for_an_exercise(&files)?.into_iter().collect();
    // Each is packed once, which takes seconds.
    let weights = files
        .iter()
        .filter(|(name, _)| {
            is_program_or_style(name) || first.contains(*name) || more.contains(*name)
        })
        .map(|(name, content)| Ok((name.as_str(), weigh(content)?)))
        .collect::<Result<BTreeMap<&str, Weight>>>()?;
    let in_all = |names: &BTreeSet<String>| -> Weight {
        names.iter().map(|name| weights[name.as_str()]).sum()
    };
    println!("\nFirst load, in bytes{:>37}{:>12}{:>12}", "raw", "gzip", "brotli");
    for name in &first {
        print_row(name, weights[name.as_str()]);
    }
    let total = in_all(&first);
    print_row("in all", total);
    println!("Later:");
    for (name, weight) in &weights {
        if is_program_or_style(name) && !first.contains(*name) {
            print_row(name, *weight);
        }
    }
    let exercise = in_all(&first.union(&more).cloned().collect());
    let loads = [
        ("the first load", total.brotli, GOAL),
        ("an exercise without its picture", exercise.brotli, GOAL_OF_AN_EXERCISE),
    ];
    for (what, weighs, goal) in loads {
        println!("With Brotli {what} weighs {weighs} bytes, and may weigh {goal}.");
    }
    println!();
    match loads.iter().find(|(_, weighs, goal)| weighs > goal) {
        Some((what, weighs, goal)) if optimized => {
            bail!("{what} weighs {weighs} bytes with Brotli, more than {goal}")
        }
        _ => Ok(()),
    }
}

/// What an exercise that is opened by a link needs beside the first load, before its picture comes: its part, the styles, the other strings with
/// the glossary, and the words of its chapter; of those in two languages or of many chapters what weighs most.
fn more_for_an_exercise(files: &BTreeMap<String, Vec<u8>>) -> Result<Vec<String>> {
    let loader = files.iter().find(|(name, _)| split::names_what_comes_later(name));
    let (_, loader) = loader.context("there is no script that fetches parts")?;
    let mut more = Loader::read(&String::from_utf8_lossy(loader))?.files_of("course")?;
    let is_style = |name: &&String| name.starts_with("later-") && name.ends_with(".css");
    more.extend(files.keys().find(is_style).cloned());
    let heaviest = |is_one: fn(&str) -> bool| {
        let words = files.iter().filter(|(name, _)| name.starts_with("words/") && is_one(name));
        words.max_by_key(|(_, text)| text.len()).map(|(name, _)| name.clone())
    };
    more.extend(heaviest(|name| name.contains("/glossary.")));
    more.extend(heaviest(|name| !name.contains("/glossary.") && !name.contains("/interface.")));
    Ok(more)
}

fn print_row(name: &str, weight: Weight) {
    println!("  {name:<43}{:>12}{:>12}{:>12}", weight.raw, weight.gzip, weight.brotli);
}

/// A browser fetches no stylesheet while it is disabled, and the document asks for one ahead only where it opens an exercise.
fn comes_later(line: &str) -> bool {
    line.contains(" disabled ") || line.starts_with("preload(\"style\"")
}

/// `index.html` and whatever it names, and what those name in turn.
fn first_load(files: &BTreeMap<String, Vec<u8>>) -> BTreeSet<String> {
    let mut first = BTreeSet::new();
    let mut unread = vec!["index.html".to_owned()];
    while let Some(name) = unread.pop() {
        let Some(content) = files.get(&name) else {
            continue;
        };
        if !first.insert(name.clone()) || !is_text(&name) || split::names_what_comes_later(&name) {
            continue;
        }
        let text = String::from_utf8_lossy(content);
        let text: String = text.lines().filter(|line| !comes_later(line)).collect();
        let names = |file: &&String| text.contains(file.rsplit('/').next().unwrap_or(file));
        let named = files.keys().filter(names).filter(|file| !NOT_AT_ONCE.contains(&file.as_str()));
        unread.extend(named.cloned());
    }
    first
}

fn is_program_or_style(name: &str) -> bool {
    [".wasm", ".css", ".js"].iter().any(|end| name.ends_with(end))
}

fn is_text(name: &str) -> bool {
    [".html", ".css", ".js"].iter().any(|end| name.ends_with(end))
}

/// All files below a folder, by their path with slashes.
pub fn read_files(
    folder: &Path,
    prefix: &str,
    files: &mut BTreeMap<String, Vec<u8>>,
) -> Result<()> {
    let entries =
        fs::read_dir(folder).with_context(|| format!("cannot list {}", folder.display()))?;
    for entry in entries {
        let entry = entry?;
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.file_type()?.is_dir() {
            read_files(&entry.path(), &format!("{name}/"), files)?;
        } else {
            let content = fs::read(entry.path()).with_context(|| format!("cannot read {name}"))?;
            files.insert(name, content);
        }
    }
    Ok(())
}

fn weigh(content: &[u8]) -> Result<Weight> {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::best());
    gzip.write_all(content)?;
    Ok(Weight {
        raw: content.len(),
        gzip: gzip.finish()?.len(),
        brotli: with_brotli(content)?.len(),
    })
}

/// As small as Brotli makes it, which takes seconds for a program.
pub fn with_brotli(content: &[u8]) -> Result<Vec<u8>> {
    let mut packed = Vec::new();
    let params = brotli::enc::BrotliEncoderParams { quality: 11, lgwin: 24, ..Default::default() };
    brotli::BrotliCompress(&mut &content[..], &mut packed, &params)?;
    Ok(packed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_load_is_what_the_index_names_and_what_that_names() {
        let files = [
            (
                "index.html",
                "<script>\npreload(\"style\", \"/later-5.css\");\n</script>\n<link disabled href=\"later-5.css\">\n\
                 <link href=\"base-1.css\"><script>register('service-worker.js'); import '/app-2.js'</script>",
            ),
            ("base-1.css", "@font-face { src: url(fonts/mono-3.woff2) }"),
            ("app-2.js", "import './snippets/a/inline0.js'; new URL('app_bg.wasm')"),
            ("app_bg.wasm", "404.html"),
            ("fonts/mono-3.woff2", ""),
            ("snippets/a/inline0.js", ""),
            ("404.html", ""),
            ("docs/later.png", ""),
            ("later-5.css", ""),
            ("service-worker.js", ""),
        ];
        let files = files.map(|(name, text)| (name.to_owned(), text.as_bytes().to_vec())).into();
        let expect = [
            "app-2.js",
            "app_bg.wasm",
            "base-1.css",
            "fonts/mono-3.woff2",
            "index.html",
            "snippets/a/inline0.js",
        ];
        assert_eq!(first_load(&files), expect.map(str::to_owned).into());
    }
}
