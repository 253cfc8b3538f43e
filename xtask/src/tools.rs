//! The tools a build of the page needs, installed where they are missing, each in a fixed version.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::process::{find_program, output, run, search_path};
use crate::say;

const WASM_TARGET: &str = "wasm32-unknown-unknown";
const TRUNK: &str = "0.21.14";
pub const WASM_SPLIT: &str = "0.2.3";
const GECKODRIVER: &str = "0.37.1";
pub const BINARYEN: &str = "132.0.0";
const AXE_CORE: &str = "4.14.1";
const PAHO: &str = "2.2.0";
const MQTT_JS: &str = "5.16.0";
const ESBUILD: &str = "0.28.2";
const LIGHTHOUSE: &str = "12.8.2";

/// The folder of the workspace.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask lies in the workspace")
}

/// Where things go that are made here and belong to nobody else; git ignores it.
pub fn work_dir() -> Result<PathBuf> {
    let dir = root().join("target").join("xtask");
    fs::create_dir_all(&dir).with_context(|| format!("cannot create {}", dir.display()))?;
    Ok(dir)
}

/// The cargo that runs us, in the workspace, with the installed tools on its search path.
pub fn cargo() -> Command {
    in_workspace(env::var_os("CARGO").map_or_else(|| "cargo".into(), PathBuf::from))
}

/// Trunk, in the workspace, with `wasm-bindgen` on its search path.
pub fn trunk() -> Result<Command> {
    let program = find_program("trunk", &cargo_bins()).context("trunk is not installed")?;
    let mut trunk = in_workspace(program);
    trunk.env("TRUNK_SKIP_VERSION_CHECK", "true");
    // Trunk reads NO_COLOR as a boolean and refuses the usual `1`.
    if env::var_os("NO_COLOR").is_some() {
        trunk.env("NO_COLOR", "true");
    }
    Ok(trunk)
}

fn in_workspace(program: PathBuf) -> Command {
    let mut command = Command::new(program);
    command.current_dir(root());
    if let Ok(path) = search_path(&cargo_bins()) {
        command.env("PATH", path);
    }
    command
}

/// Where `cargo install` puts programs, whether or not that folder is on the search path.
fn cargo_bins() -> Vec<PathBuf> {
    let install_root = env::var_os("CARGO_INSTALL_ROOT").map(PathBuf::from);
    let cargo_home = env::var_os("CARGO_HOME").map(PathBuf::from);
    let cargo_home = cargo_home.or_else(|| Some(env::home_dir()?.join(".cargo")));
    [install_root, cargo_home].into_iter().flatten().map(|root| root.join("bin")).collect()
}

/// Everything a build of the page cannot do without.
pub fn ensure_all() -> Result<()> {
    ensure_wasm_target()?;
    ensure_trunk()?;
    ensure_wasm_bindgen()
}

/// Rust's standard library for WebAssembly.
pub fn ensure_wasm_target() -> Result<()> {
    let sysroot =
        output(Command::new("rustc").args(["--print", "sysroot"])).context("cannot run `rustc`")?;
    if Path::new(sysroot.trim()).join("lib/rustlib").join(WASM_TARGET).is_dir() {
        return Ok(());
    }
    say(format!("adding the target {WASM_TARGET}"));
    run(in_workspace("rustup".into()).args(["target", "add", WASM_TARGET])).with_context(|| {
        format!("Rust's standard library for {WASM_TARGET} is missing and rustup did not add it")
    })
}

/// Trunk, which builds and serves the page.
pub fn ensure_trunk() -> Result<()> {
    if installed_version("trunk").is_some_and(|found| same_series(&found, TRUNK)) {
        return Ok(());
    }
    // Its own lock file, since newer versions of its dependencies may not build together.
    install("trunk", TRUNK, &["--locked"])
}

/// wasm-bindgen, in exactly the version of the library the page is built with: the two share a private format.
pub fn ensure_wasm_bindgen() -> Result<()> {
    let lock_file = root().join("Cargo.lock");
    let lock = fs::read_to_string(&lock_file)
        .with_context(|| format!("cannot read {}", lock_file.display()))?;
    let version =
        locked_version(&lock, "wasm-bindgen").context("Cargo.lock does not name wasm-bindgen")?;
    if installed_version("wasm-bindgen").is_some_and(|found| found == version)
        && find_program("wasm-bindgen-test-runner", &cargo_bins()).is_some()
    {
        return Ok(());
    }
    // Without its lock file, which may name versions that are no longer published.
    install("wasm-bindgen-cli", version, &[])?;
    match installed_version("wasm-bindgen") {
        Some(found) if found == version => Ok(()),
        Some(found) => bail!(
            "wasm-bindgen {version} is installed, but {found} stands before it on the search path: \
             remove that one or put cargo's folder first"
        ),
        None => bail!("wasm-bindgen {version} was installed where it cannot be found"),
    }
}

/// `wasm-split-cli`, which cuts the page where the code marks its parts. It tells no version, so it lies apart
/// with the list that cargo keeps of what it installed.
pub fn ensure_wasm_split() -> Result<PathBuf> {
    const PACKAGE: &str = "wasm_split_cli_support";
    let folder = root().join("target").join("tools").join(PACKAGE);
    let program = folder.join("bin").join(format!("wasm-split-cli{}", env::consts::EXE_SUFFIX));
    let list = fs::read_to_string(folder.join(".crates.toml")).unwrap_or_default();
    if !list.contains(&format!("\"{PACKAGE} {WASM_SPLIT} ")) {
        let to = format!("--root={}", folder.display());
        install(PACKAGE, WASM_SPLIT, &["--features=build-binary", &to])?;
    }
    Ok(program)
}

/// `wasm-bindgen`, in the workspace.
pub fn wasm_bindgen() -> Result<Command> {
    find_program("wasm-bindgen", &cargo_bins())
        .map(in_workspace)
        .context("wasm-bindgen is not installed")
}

/// GeckoDriver, which drives Firefox. Whichever is there will do: it speaks the standard protocol.
pub fn ensure_geckodriver() -> Result<()> {
    if installed_version("geckodriver").is_some() {
        return Ok(());
    }
    install("geckodriver", GECKODRIVER, &["--locked"])
}

/// `geckodriver`, in the workspace.
pub fn geckodriver() -> Result<Command> {
    find_program("geckodriver", &cargo_bins())
        .map(in_workspace)
        .context("geckodriver is not installed")
}

/// Where the programs of Binaryen are, which make the page about a tenth smaller; `None` where npm is missing or cannot
/// install them.
pub fn ensure_binaryen() -> Option<Binaryen> {
    let folder = npm_package("binaryen", BINARYEN, PathBuf::from(".bin"));
    if folder.is_none() {
        say("building without Binaryen: the page gets a little larger");
    }
    folder.map(Binaryen)
}

pub struct Binaryen(PathBuf);

impl Binaryen {
    /// To be called with files of the page: the features are those that Rust's own output uses.
    pub fn program(&self, name: &str) -> Command {
        let name = if cfg!(windows) { format!("{name}.cmd") } else { name.to_owned() };
        let mut program = Command::new(self.0.join(name));
        program.args([
            "--enable-bulk-memory",
            "--enable-mutable-globals",
            "--enable-multivalue",
            "--enable-nontrapping-float-to-int",
            "--enable-reference-types",
            "--enable-sign-ext",
        ]);
        program
    }
}

/// axe-core, a script that examines a page for accessibility; `None` where npm is missing or cannot install it.
pub fn ensure_axe_core() -> Option<PathBuf> {
    npm_package("axe-core", AXE_CORE, Path::new("axe-core").join("axe.min.js"))
}

/// A folder from which Node.js finds MQTT.js; `None` where npm is missing or cannot install it.
pub fn ensure_mqtt_js() -> Option<PathBuf> {
    npm_package("mqtt", MQTT_JS, PathBuf::new())
}

/// esbuild, which makes one script of a package for Node.js; `None` where npm is missing or cannot install it.
pub fn ensure_esbuild() -> Option<PathBuf> {
    let program = if cfg!(windows) { "esbuild.cmd" } else { "esbuild" };
    npm_package("esbuild", ESBUILD, Path::new(".bin").join(program))
}

/// Lighthouse, which judges a page; `None` where npm is missing or cannot install it.
pub fn ensure_lighthouse() -> Option<PathBuf> {
    let program = if cfg!(windows) { "lighthouse.cmd" } else { "lighthouse" };
    npm_package("lighthouse", LIGHTHOUSE, Path::new(".bin").join(program))
}

/// A Python that has Paho, in a folder of its own under `target/tools`; `None` where there is no Python, or it cannot
/// install Paho.
pub fn ensure_paho() -> Option<PathBuf> {
    let folder = root().join("target").join("tools").join("paho-python");
    let python = folder.join("bin").join("python");
    let version = "import paho.mqtt; print(paho.mqtt.__version__)";
    let installed = || {
        let found = output(Command::new(&python).args(["-c", version]))?;
        (found.trim() == PAHO).then(|| python.clone())
    };
    if let Some(python) = installed() {
        return Some(python);
    }
    let Some(system_python) = find_program("python3", &[]) else {
        say("there is no python3 to install Paho with");
        return None;
    };
    say(format!("installing paho-mqtt {PAHO} into target/tools"));
    let outcome =
        run(Command::new(system_python).args(["-m", "venv"]).arg(&folder)).and_then(|()| {
            run(Command::new(&python)
                .args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"])
                .arg(format!("paho-mqtt=={PAHO}")))
        });
    if let Err(error) = outcome {
        say(format!("paho-mqtt could not be installed: {error:#}"));
    }
    installed()
}

/// A file of an npm package, from `target/tools`, where the package is installed if it is missing.
fn npm_package(package: &str, version: &str, file: PathBuf) -> Option<PathBuf> {
    // A folder for each: npm removes from a folder what it is not asked for.
    let folder = root().join("target").join("tools").join(package);
    let modules = folder.join("node_modules");
    let installed = || {
        let about = fs::read_to_string(modules.join(package).join("package.json")).ok()?;
        about.contains(&format!("\"version\": \"{version}\"")).then(|| modules.join(&file))
    };
    if let Some(file) = installed() {
        return Some(file);
    }
    let Some(npm) = find_program("npm", &[]) else {
        say(format!("there is no npm to install {package} with"));
        return None;
    };
    say(format!("installing the npm package {package} {version} into target/tools"));
    let npm_install = fs::create_dir_all(&folder).map_err(Into::into).and_then(|()| {
        run(in_workspace(npm)
            .args(["install", "--no-save", "--no-package-lock", "--no-audit", "--no-fund"])
            .args([
                "--loglevel=error".into(),
                format!("--prefix={}", folder.display()),
                format!("{package}@{version}"),
            ]))
    });
    if let Err(error) = npm_install {
        say(format!("{package} could not be installed: {error:#}"));
    }
    installed()
}

fn install(package: &str, version: &str, more: &[&str]) -> Result<()> {
    say(format!("installing {package} {version}: this takes some minutes, once"));
    run(cargo().args(["install", package, "--version", version]).args(more))
        .with_context(|| format!("{package} {version} is needed and could not be installed"))
}

/// The version a tool says it has, e.g. `0.21.14` from `trunk 0.21.14`.
fn installed_version(tool: &str) -> Option<String> {
    let program = find_program(tool, &cargo_bins())?;
    let printed = output(Command::new(program).arg("--version"))?;
    printed.split_whitespace().nth(1).map(str::to_owned)
}

/// Whether `found` is `wanted` or a later patch of it.
fn same_series(found: &str, wanted: &str) -> bool {
    let parts = |version: &str| -> Option<(String, u32)> {
        let (series, patch) = version.rsplit_once('.')?;
        Some((series.to_owned(), patch.parse().ok()?))
    };
    match (parts(found), parts(wanted)) {
        (Some((found, found_patch)), Some((wanted, patch))) => {
            found == wanted && found_patch >= patch
        }
        _ => false,
    }
}

/// The version of a package in the text of a `Cargo.lock`.
pub fn locked_version<'a>(lock: &'a str, package: &str) -> Option<&'a str> {
    let name = format!("name = \"{package}\"");
    let mut lines = lock.lines();
    lines.find(|line| *line == name)?;
    lines.next()?.strip_prefix("version = \"")?.strip_suffix('"')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lock_file_tells_the_version_of_exactly_that_package() {
        let lock = "[[package]]\nname = \"wasm-bindgen-futures\"\nversion = \"0.4.1\"\n\n\
                    [[package]]\nname = \"wasm-bindgen\"\nversion = \"0.2.130\"\n";
        assert_eq!(locked_version(lock, "wasm-bindgen"), Some("0.2.130"));
        assert_eq!(locked_version(lock, "wasm"), None);
    }

    #[test]
    fn only_later_patches_of_the_same_series_will_do() {
        for (found, expect) in [
            ("0.21.14", true),
            ("0.21.15", true),
            ("0.21.9", false),
            ("0.22.0", false),
            ("0.21.14-rc.1", false),
        ] {
            assert_eq!(same_series(found, "0.21.14"), expect, "{found}");
        }
    }
}
