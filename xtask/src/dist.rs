//! Builds the page for a web server: small, and for any path below its host.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use playground_words::{Parts, Words};

use crate::process::run;
use crate::tools::Binaryen;
use crate::{content_policy, first_picture, headers, offline, say, size, split, style, tools};

pub struct Options {
    pub public_url: String,
    pub folder: PathBuf,
}

impl Options {
    pub fn parse(args: &[String]) -> Result<Options> {
        let public_url = match args {
            [] => "/".to_owned(),
            [switch, path] if switch == "--public-url" => with_slashes(path),
            _ => bail!("usage: cargo xtask dist [--public-url PATH]"),
        };
        Ok(Options { public_url, folder: tools::root().join("dist") })
    }
}

/// Builds it and says what it weighs.
pub fn dist(options: &Options) -> Result<()> {
    let optimized = build(options)?;
    size::print_first_load(&options.folder, optimized)
}

/// Returns whether wasm-opt was there to make it smaller.
pub fn build(options: &Options) -> Result<bool> {
    tools::ensure_all()?;
    let binaryen = tools::ensure_binaryen();
    say(format!("building the page for {}", options.public_url));
    run(tools::trunk()?
        .args([
            "build",
            "--release",
            "--features",
            "split",
            "--public-url",
            &options.public_url,
            "--dist",
        ])
        .arg(&options.folder))?;
    say("splitting it into what is needed at once and what comes later");
    let parts = Parts::read(tools::root());
    split::split(&options.folder, &parts.later, binaryen.as_ref())?;
    style::join(&options.folder, &parts.first.styles)?;
    let words = Words::render(tools::root());
    words.write(&options.folder.join("words")).context("cannot write the words")?;
    first_picture::put_into(&options.folder, &words)?;
    if let Some(binaryen) = &binaryen {
        say("making it smaller with wasm-opt");
        for file in files_ending(&options.folder, ".wasm")? {
            optimize(binaryen, &file)?;
        }
    }
    offline::put_into(&options.folder, &words)?;
    content_policy::put_into(&options.folder)?;
    headers::write(&options.folder, &options.public_url)?;
    // Static hosts answer an address they do not know with this file, so the page opens there too.
    fs::copy(options.folder.join("index.html"), options.folder.join("404.html"))?;
    say(format!("built in {}", options.folder.display()));
    Ok(binaryen.is_some())
}

/// In place.
pub fn optimize(binaryen: &Binaryen, file: &Path) -> Result<()> {
    run(binaryen
        .program("wasm-opt")
        .args(["-O2", "--strip-debug", "--strip-producers"])
        .arg(file)
        .arg("--output")
        .arg(file))
}

fn files_ending(folder: &Path, end: &str) -> Result<Vec<PathBuf>> {
    let entries =
        fs::read_dir(folder).with_context(|| format!("cannot list {}", folder.display()))?;
    let files = entries.map(|entry| Ok(entry?.path())).collect::<Result<Vec<PathBuf>>>()?;
    Ok(files.into_iter().filter(|file| file.to_string_lossy().ends_with(end)).collect())
}

/// A path as `<base href>` needs it. A whole address keeps its beginning.
fn with_slashes(path: &str) -> String {
    let path = path.trim_matches('/');
    match path {
        "" => "/".to_owned(),
        _ if path.contains("://") => format!("{path}/"),
        _ => format!("/{path}/"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_public_path_begins_and_ends_with_a_slash() {
        for (given, expect) in [
            ("/", "/"),
            ("", "/"),
            ("mqtt5", "/mqtt5/"),
            ("/a/b", "/a/b/"),
            ("/a/", "/a/"),
            ("https://example.org/a", "https://example.org/a/"),
        ] {
            assert_eq!(with_slashes(given), expect, "{given}");
        }
    }
}
