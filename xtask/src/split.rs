//! Cuts the built page into the part that a first visitor needs and the parts that arrive later.
//!
//! Trunk builds one program. Built with the feature `split`, it carries marks and relocations, by which
//! `wasm-split-cli` tells what only a marked part uses. What is left goes through wasm-bindgen once
//! more, takes the place of Trunk's program, and loads the rest through a small script.

use std::collections::BTreeSet;
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

use crate::loader::Loader;
use crate::process::{output, run};
use crate::tools::{self, Binaryen};

/// The program as rustc left it, before Trunk took it over; below the folder that cargo builds into.
const BUILT: &str = "wasm32-unknown-unknown/release/mqtt5-playground.wasm";
/// The script that fetches parts, as the tool calls it.
const LOADER: &str = "__wasm_split.js";
/// What joined files call the program.
const PROGRAM: &str = "program";
/// Where the script keeps what files import from it, and how joined files find the same.
const IMPORTS: &str = "sharedImports = { __wasm_split: {  } };";
const HANDED_ON: &str = "sharedImports.program = sharedImports.__wasm_split;";
/// What the page calls the script.
const LOADER_STEM: &str = "parts";

/// Whether a file names others that the page fetches only later.
pub fn names_what_comes_later(file: &str) -> bool {
    file.starts_with(LOADER_STEM) && file.ends_with(".js")
}

/// The folder that cargo builds into: `target`, unless CARGO_TARGET_DIR or a configuration says otherwise.
pub fn target_folder() -> Result<PathBuf> {
    let mut metadata = tools::cargo();
    metadata.args(["metadata", "--format-version", "1", "--no-deps"]);
    let metadata = output(&mut metadata).context("`cargo metadata` failed")?;
    let metadata: serde_json::Value =
        serde_json::from_str(&metadata).context("cannot read what `cargo metadata` prints")?;
    let folder = metadata["target_directory"].as_str();
    Ok(folder.context("`cargo metadata` names no target folder")?.into())
}

/// Splits the program that lies in `dist`, the folder Trunk has filled. The parts named `later` must be cut out.
pub fn split(dist: &Path, later: &[String], binaryen: Option<&Binaryen>) -> Result<()> {
    let built = main_name(dist)?;
    let (name, hash) =
        built.rsplit_once('-').context("Trunk has put no hash into the program's name")?;
    let hash = &format!("{:016x}", hash_of(hash, binaryen));
    let main = format!("{name}-{hash}");
    let work = tools::work_dir()?.join("split");
    if work.exists() {
        fs::remove_dir_all(&work).with_context(|| format!("cannot remove {}", work.display()))?;
    }
    fs::create_dir_all(&work).with_context(|| format!("cannot create {}", work.display()))?;
    let mut cut = std::process::Command::new(tools::ensure_wasm_split()?);
    run(cut.args(["--out-name", &main]).arg(target_folder()?.join(BUILT)).arg(&work))?;
    let cut_out = modules_in(&work)?;
    for part in later {
        let file = format!("split_{part}");
        ensure!(
            cut_out.contains(&file),
            "the part `{part}` was not cut out of the program; there are {cut_out:?}"
        );
    }
    if let Some(binaryen) = binaryen {
        join(&work, binaryen)?;
    }
    run(tools::wasm_bindgen()?
        .args(["--target", "web", "--no-typescript", "--keep-lld-exports"])
        .args(["--out-name", &main, "--out-dir"])
        .arg(dist)
        .arg(work.join(format!("{main}.wasm"))))?;
    for file in [format!("{built}.js"), format!("{built}_bg.wasm")] {
        let file = dist.join(file);
        fs::remove_file(&file).with_context(|| format!("cannot remove {}", file.display()))?;
    }
    let index = dist.join("index.html");
    replace(&index, &index, &built, &main)?;

    // Every name carries the hash, so that no cache mixes parts of two builds.
    let loader = format!("{LOADER_STEM}-{hash}.js");
    let script = dist.join(format!("{main}.js"));
    replace(&script, &script, &format!("from \"./{LOADER}\""), &format!("from \"./{loader}\""))?;
    replace(&work.join(LOADER), &dist.join(&loader), ".wasm\"", &format!("-{hash}.wasm\""))?;
    for part in modules_in(&work)?.iter().filter(|part| **part != main) {
        let from = work.join(format!("{part}.wasm"));
        let to = dist.join(format!("{part}-{hash}.wasm"));
        fs::copy(from, &to).with_context(|| format!("cannot write {}", to.display()))?;
    }
    // Fetched together with the program that imports it, not after it.
    let preload = "<link rel=\"modulepreload\" href=\"";
    let page = read(&index)?;
    let (before, after) = page.split_once(preload).context("Trunk's page preloads no module")?;
    let (folder, _) =
        after.split_once(&main).context("Trunk's page does not preload the program")?;
    let page =
        format!("{before}{preload}{folder}{loader}\" crossorigin=\"anonymous\">{preload}{after}");
    fs::write(&index, page).with_context(|| format!("cannot write {}", index.display()))
}

/// What tells two builds apart: the program, for which Trunk's hash stands, and how it is cut and joined.
fn hash_of(program: &str, binaryen: Option<&Binaryen>) -> u64 {
    let mut hasher = DefaultHasher::new();
    program.hash(&mut hasher);
    (include_str!("split.rs"), include_str!("loader.rs")).hash(&mut hasher);
    (tools::WASM_SPLIT, binaryen.map(|_| tools::BINARYEN)).hash(&mut hasher);
    hasher.finish()
}

/// The names of the modules in a folder, without `.wasm`.
fn modules_in(folder: &Path) -> Result<BTreeSet<String>> {
    let entries =
        fs::read_dir(folder).with_context(|| format!("cannot list {}", folder.display()))?;
    let names = entries.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()));
    let names = names.collect::<Result<Vec<String>>>()?;
    Ok(names.iter().filter_map(|name| name.strip_suffix(".wasm").map(str::to_owned)).collect())
}

/// Puts together what an exercise needs: links lead there most, each file costs a phone some time, and one file packs better than
/// several. Whoever follows a link to another page fetches some of it in vain.
fn join(work: &Path, binaryen: &Binaryen) -> Result<()> {
    let script = work.join(LOADER);
    let mut loader = Loader::read(&read(&script)?)?;
    for (name, files) in loader.join("course", "home")? {
        let files: Vec<PathBuf> =
            files.iter().map(|file| work.join(format!("{file}.wasm"))).collect();
        let joined = work.join("joined");
        let program = work.join("program.wat");
        fs::write(&program, imports_of(&files, binaryen)?)
            .with_context(|| format!("cannot write {}", program.display()))?;
        let mut merge = binaryen.program("wasm-merge");
        merge.arg(&program).arg("__wasm_split");
        for file in &files {
            merge.arg(file).arg(file.file_stem().unwrap_or_default());
        }
        run(merge.arg("--debuginfo").arg("--output").arg(&joined))?;
        for file in &files {
            fs::remove_file(file).with_context(|| format!("cannot remove {}", file.display()))?;
        }
        let whole = work.join(format!("{name}.wasm"));
        fs::rename(&joined, &whole).with_context(|| format!("cannot write {}", whole.display()))?;
    }
    fs::write(&script, loader.write())
        .with_context(|| format!("cannot write {}", script.display()))?;
    replace(&script, &script, IMPORTS, &format!("{IMPORTS}\n        {HANDED_ON}"))
}

/// What modules import from the program, as a module in text that hands it on to them: so it is imported once.
fn imports_of(files: &[PathBuf], binaryen: &Binaryen) -> Result<String> {
    let mut lines = BTreeSet::new();
    for file in files {
        let text = output(binaryen.program("wasm-dis").arg(file))
            .with_context(|| format!("cannot read {}", file.display()))?;
        lines.extend(text.lines().filter_map(handed_on));
    }
    Ok(format!("(module\n{})\n", String::from_iter(lines)))
}

/// `(import "__wasm_split" "memory" (memory $0 24))` taken from `program` and handed on.
fn handed_on(line: &str) -> Option<String> {
    let import = line.trim().strip_prefix("(import \"__wasm_split\" \"")?;
    let (name, rest) = import.split_once("\" (")?;
    let (kind, rest) = rest.split_once(" $")?;
    // What follows the name that the tool gives it.
    let (_, of_type) = rest.split_once(' ')?;
    Some(format!(
        " (import \"{PROGRAM}\" \"{name}\" ({kind} ${name} {of_type}\n (export \"{name}\" ({kind} ${name}))\n"
    ))
}

/// The name of the program in Trunk's folder, with its hash: `mqtt5-playground-0123456789abcdef`.
fn main_name(dist: &Path) -> Result<String> {
    let entries = fs::read_dir(dist).with_context(|| format!("cannot list {}", dist.display()))?;
    let mut names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let program = names.find_map(|name| name.strip_suffix("_bg.wasm").map(str::to_owned));
    program.with_context(|| format!("there is no program in {}", dist.display()))
}

/// Copies a file with other words in place of some that must be there.
fn replace(from: &Path, to: &Path, before: &str, after: &str) -> Result<()> {
    let text = read(from)?;
    ensure!(text.contains(before), "{} has no `{before}`", from.display());
    fs::write(to, text.replace(before, after))
        .with_context(|| format!("cannot write {}", to.display()))
}

fn read(file: &Path) -> Result<String> {
    fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_imported_is_handed_on() {
        let handed_on = |line| handed_on(line).unwrap_or_default();
        let memory = handed_on(r#" (import "__wasm_split" "memory" (memory $mimport$0 24))"#);
        let expected = " (import \"program\" \"memory\" (memory $memory 24))\n (export \"memory\" (memory $memory))\n";
        assert_eq!(memory, expected);
        let global = r#" (import "__wasm_split" "stack" (global $__stack_pointer (mut i32)))"#;
        let expected = " (import \"program\" \"stack\" (global $stack (mut i32)))\n (export \"stack\" (global $stack))\n";
        assert_eq!(handed_on(global), expected);
        assert_eq!(handed_on(" (data $.rodata (i32.const 1464624) \"__wasm_split\")"), "");
    }
}
