//! Has the built page open without a network once it has been visited: a service worker beside it, and a script in
//! the document that registers it.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use playground_words::Words;
use sha2::{Digest, Sha256};

use crate::first_picture::squeezed_script;

const REGISTER: &str = include_str!("offline/register.js");
const WORKER: &str = include_str!("offline/service-worker.js");
/// What the worker is called. A host must not let browsers keep it.
pub const WORKER_NAME: &str = "service-worker.js";

/// After everything else of the folder is there, apart from what browsers do not fetch, and before the document
/// gets its policy.
pub fn put_into(folder: &Path, words: &Words) -> Result<()> {
    let index = folder.join("index.html");
    let page =
        fs::read_to_string(&index).with_context(|| format!("cannot read {}", index.display()))?;
    let (before, after) = page.split_once("</head>").context("the page has no head")?;
    let script = squeezed_script(REGISTER);
    let page = format!("{before}<script>\n{script}</script>\n</head>{after}");

    let files = files(folder, words)?;
    let version = version(folder, &page, &files)?;
    let meta = "<meta name=\"color-scheme\"";
    ensure!(page.contains(meta), "the page names no colour scheme");
    let named = format!("<meta name=\"version\" content=\"{version}\">\n  {meta}");
    fs::write(&index, page.replacen(meta, &named, 1))
        .with_context(|| format!("cannot write {}", index.display()))?;

    let files = serde_json::to_string(&files).expect("texts are JSON");
    let worker = WORKER.replace("{version}", &version).replace("{files}", &files);
    let file = folder.join(WORKER_NAME);
    fs::write(&file, worker).with_context(|| format!("cannot write {}", file.display()))
}

/// Every file that the page fetches, as it names them: with the version behind those whose names carry none.
fn files(folder: &Path, words: &Words) -> Result<Vec<String>> {
    let mut files = Vec::new();
    for (below, version) in [("", None), ("words/", Some(&words.version))] {
        let within = folder.join(below);
        let entries =
            fs::read_dir(&within).with_context(|| format!("cannot list {}", within.display()))?;
        for entry in entries {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            // The document is kept under the address of the page.
            if entry.file_type()?.is_file() && !name.ends_with(".html") && !name.starts_with('_') {
                let version = version.map_or(String::new(), |version| format!("?{version}"));
                files.push(format!("{below}{name}{version}"));
            }
        }
    }
    files.sort();
    Ok(files)
}

/// Another one for other content.
fn version(folder: &Path, page: &str, files: &[String]) -> Result<String> {
    let mut hash = Sha256::new();
    hash.update(page);
    for name in files {
        let file = folder.join(name.split('?').next().unwrap_or(name));
        let content = fs::read(&file).with_context(|| format!("cannot read {}", file.display()))?;
        hash.update(name);
        hash.update(content);
    }
    Ok(hash.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tools;

    #[test]
    fn the_worker_knows_every_file_and_the_document_its_version() {
        let words = Words::render(tools::root());
        let build = |program: &str| {
            let folder = tempfile::tempdir().expect("a folder");
            let page = "<head><meta name=\"color-scheme\" content=\"light\"></head>";
            fs::write(folder.path().join("index.html"), page).expect("a page");
            fs::write(folder.path().join("program.wasm"), program).expect("a program");
            fs::write(folder.path().join("_headers"), "/*").expect("a file");
            words.write(&folder.path().join("words")).expect("words");
            put_into(folder.path(), &words).expect("it fits");
            let read = |name: &str| fs::read_to_string(folder.path().join(name)).expect(name);
            (read("index.html"), read(WORKER_NAME))
        };
        let (page, worker) = build("one");
        let version = worker.split("VERSION = \"").nth(1).and_then(|rest| rest.split('"').next());
        let version = version.expect("a version");
        assert!(page.contains(&format!("content=\"{version}\"")), "{page}");
        for file in
            ["\"program.wasm\"".to_owned(), format!("\"words/glossary.ja.txt?{}\"", words.version)]
        {
            assert!(worker.contains(&file), "{file}");
        }
        assert!(!worker.contains("_headers") && !worker.contains("index.html"), "{worker}");
        let (_, other) = build("two");
        assert!(!other.contains(version), "another program is another version");
    }
}
