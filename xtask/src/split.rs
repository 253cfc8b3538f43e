//! Cuts the built page into the part that a first visitor needs and the parts that arrive later.
//!
//! Trunk builds one program. Built with the feature `split`, it carries marks and relocations, by which
//! `wasm-split-cli` tells what only a marked part uses. What is left goes through wasm-bindgen once
//! more, takes the place of Trunk's program, and loads the rest through a small script.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

use crate::process::{output, run};
use crate::tools;

/// The program as rustc left it, before Trunk took it over; below the folder that cargo builds into.
const BUILT: &str = "wasm32-unknown-unknown/release/mqtt5-playground.wasm";
/// The script that fetches parts, as the tool calls it.
const LOADER: &str = "__wasm_split.js";
/// What the page calls it.
const LOADER_STEM: &str = "parts";

/// Whether a file names others that the page fetches only later.
pub fn names_what_comes_later(file: &str) -> bool {
    file.starts_with(LOADER_STEM) && file.ends_with(".js")
}

/// The files of a part, as the script that fetches parts names them: its own, and those that it shares with others.
pub fn files_of(loader: &str, part: &str) -> Result<Vec<String>> {
    let file_behind = |name: &str| {
        let (_, rest) = loader.split_once(name)?;
        rest.split("\"./").nth(1)?.split('"').next()
    };
    let own = format!("__wasm_split_load_{part} =");
    let (_, load) =
        loader.split_once(&own).with_context(|| format!("there is no part `{part}`"))?;
    let shared = load.split("}\n, [").nth(1).and_then(|rest| rest.split_once(']'));
    let (shared, _) = shared.with_context(|| format!("`{part}` does not say what it shares"))?;
    let shared = shared.split(", ").filter(|chunk| !chunk.is_empty());
    let names = std::iter::once(own).chain(shared.map(|chunk| format!("const {chunk} =")));
    let file = |name: String| {
        file_behind(&name).map(str::to_owned).with_context(|| format!("no file behind `{name}`"))
    };
    names.map(file).collect()
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
pub fn split(dist: &Path, later: &[String]) -> Result<()> {
    let main = main_name(dist)?;
    let (_, hash) =
        main.rsplit_once('-').context("Trunk has put no hash into the program's name")?;
    let work = tools::work_dir()?.join("split");
    if work.exists() {
        fs::remove_dir_all(&work).with_context(|| format!("cannot remove {}", work.display()))?;
    }
    fs::create_dir_all(&work).with_context(|| format!("cannot create {}", work.display()))?;
    let mut cut = std::process::Command::new(tools::ensure_wasm_split()?);
    run(cut.args(["--out-name", &main]).arg(target_folder()?.join(BUILT)).arg(&work))?;
    run(tools::wasm_bindgen()?
        .args(["--target", "web", "--no-typescript", "--keep-lld-exports"])
        .args(["--out-name", &main, "--out-dir"])
        .arg(dist)
        .arg(work.join(format!("{main}.wasm"))))?;

    // Every name carries the hash, so that no cache mixes parts of two builds.
    let loader = format!("{LOADER_STEM}-{hash}.js");
    let script = dist.join(format!("{main}.js"));
    replace(&script, &script, &format!("from \"./{LOADER}\""), &format!("from \"./{loader}\""))?;
    replace(&work.join(LOADER), &dist.join(&loader), ".wasm\"", &format!("-{hash}.wasm\""))?;
    let mut cut_out = BTreeSet::new();
    for entry in fs::read_dir(&work).with_context(|| format!("cannot list {}", work.display()))? {
        let file = entry?.path();
        let stem = file.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
        if stem != main && file.extension().is_some_and(|extension| extension == "wasm") {
            let part = dist.join(format!("{stem}-{hash}.wasm"));
            fs::copy(&file, &part).with_context(|| format!("cannot write {}", part.display()))?;
            cut_out.insert(stem.to_owned());
        }
    }
    for part in later {
        let is_there = cut_out.contains(&format!("split_{part}"));
        ensure!(
            is_there,
            "the part `{part}` was not cut out of the program; there are {cut_out:?}"
        );
    }
    // Fetched together with the program that imports it, not after it.
    let index = dist.join("index.html");
    let preload = "<link rel=\"modulepreload\" href=\"";
    let page = read(&index)?;
    let (before, after) = page.split_once(preload).context("Trunk's page preloads no module")?;
    let (folder, _) =
        after.split_once(&main).context("Trunk's page does not preload the program")?;
    let page =
        format!("{before}{preload}{folder}{loader}\" crossorigin=\"anonymous\">{preload}{after}");
    fs::write(&index, page).with_context(|| format!("cannot write {}", index.display()))
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
    fn the_files_of_a_part_are_its_own_and_those_that_it_shares() {
        let load = |name: &str, file: &str, after: &str| {
            format!(
                "{name} = makeLoad(() => {{\n    const src = fetch(new URL(\"./{file}.wasm\", \
                 import.meta.url));\n    return src;\n}}\n, [{after}]);\n"
            )
        };
        let loader = [
            load("const __chunk_2", "chunk_2-0a", ""),
            load("const __chunk_3", "chunk_3-0a", ""),
            load("export const __wasm_split_load_tools", "split_tools-0a", "__chunk_3"),
            load("export const __wasm_split_load_home", "split_home-0a", "__chunk_2, __chunk_3"),
            load("export const __wasm_split_load_alone", "split_alone-0a", ""),
        ]
        .concat();
        let files = |part| files_of(&loader, part).expect("it is whole");
        assert_eq!(files("home"), ["split_home-0a.wasm", "chunk_2-0a.wasm", "chunk_3-0a.wasm"]);
        assert_eq!(files("alone"), ["split_alone-0a.wasm"]);
        assert!(files_of(&loader, "missing").is_err());
        assert!(files_of(&loader.replace("const __chunk_2 =", ""), "home").is_err());
        assert!(files_of(&loader.replace("}\n, [", "}, ["), "home").is_err());
    }
}
