//! Measures what is built beside its peers, all in one run: natively, in Chromium, what the first load weighs, and what
//! Lighthouse says.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::chromedriver::ChromeDriver;
use crate::debian::{CHROMEDRIVER, CHROMIUM, MOSQUITTO, ensure};
use crate::dist;
use crate::mosquitto::Mosquitto;
use crate::process::run;
use crate::static_server::{StaticServer, Worker};
use crate::{lighthouse, say, size, split, tools};

/// Codecs of others and the native comparison with them, a workspace of its own.
const PEERS: &str = "benches/peers/Cargo.toml";

#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    /// The codec beside other Rust codecs: `benches/peers`.
    Native,
    /// The codec as the page ships it, beside mqtt-packet and the Rust codecs that run in a page.
    Codec,
    /// The client of the page over Mosquitto, beside MQTT.js.
    RoundTrips,
    /// What floods cost the built page.
    Flood,
    /// The broker on sockets beside a Mosquitto: `benches/broker`.
    Broker,
    /// What the first load weighs.
    FirstLoad,
    /// What Lighthouse says about the built page.
    Lighthouse,
}

impl Part {
    /// In the order in which they run.
    const ALL: [Part; 7] = [
        Part::Native,
        Part::Codec,
        Part::RoundTrips,
        Part::Flood,
        Part::Broker,
        Part::FirstLoad,
        Part::Lighthouse,
    ];

    fn switch(self) -> &'static str {
        match self {
            Part::Native => "--native",
            Part::Codec => "--codec",
            Part::RoundTrips => "--round-trips",
            Part::Flood => "--flood",
            Part::Broker => "--broker",
            Part::FirstLoad => "--first-load",
            Part::Lighthouse => "--lighthouse",
        }
    }

    /// Whether it measures the page as it is built for a web server.
    fn is_of_built_page(self) -> bool {
        matches!(self, Part::Flood | Part::FirstLoad | Part::Lighthouse)
    }

    /// Whether `benches/page` measures it, in Chromium.
    fn is_in_chromium(self) -> bool {
        matches!(self, Part::Codec | Part::RoundTrips | Part::Flood)
    }
}

pub struct Options {
    parts: Vec<Part>,
    quick: bool,
    /// The main thread by the time that passes, in place of processor time.
    wall: bool,
    /// Folders with built pages, to be measured in place of one that is built for it.
    dists: Vec<PathBuf>,
    /// For `cargo bench`, which is all that runs then.
    cargo_bench: Option<Vec<String>>,
}

impl Options {
    pub fn parse(args: &[String]) -> Result<Options> {
        let mut options = Options {
            parts: Vec::new(),
            quick: false,
            wall: false,
            dists: Vec::new(),
            cargo_bench: None,
        };
        let mut args = args.iter();
        while let Some(arg) = args.next() {
            match arg.as_str() {
                "--" => options.cargo_bench = Some(args.by_ref().cloned().collect()),
                "--quick" => options.quick = true,
                "--wall" => options.wall = true,
                "--dist" => {
                    let folder = args.next().context("--dist needs the folder of a built page")?;
                    options.dists.push(folder.into());
                }
                other => match Part::ALL.into_iter().find(|part| part.switch() == other) {
                    Some(part) => options.parts.push(part),
                    None => bail!("`bench` does not know `{other}`; try `cargo xtask help`"),
                },
            }
        }
        if options.parts.is_empty() {
            options.parts = Part::ALL.to_vec();
        }
        Ok(options)
    }

    fn has(&self, part: Part) -> bool {
        self.parts.contains(&part)
    }

    /// Floods of pages that are there already build nothing, and a quick flood builds nothing beside the page.
    fn needs_bench_page(&self) -> bool {
        let floods = self.has(Part::Flood) && !self.quick && self.dists.is_empty();
        floods || self.has(Part::Codec) || self.has(Part::RoundTrips)
    }
}

pub fn bench(options: &Options) -> Result<()> {
    if let Some(args) = &options.cargo_bench {
        return cargo_bench(args);
    }
    if options.has(Part::Native) {
        native(options)?;
    }
    let dists = match options.dists.as_slice() {
        [] if options.parts.iter().any(|part| part.is_of_built_page()) => vec![built()?],
        dists => dists.to_vec(),
    };
    if options.parts.iter().any(|part| part.is_in_chromium()) {
        in_chromium(options, &dists)?;
    }
    if options.has(Part::Broker) {
        broker(options)?;
    }
    if options.has(Part::FirstLoad) {
        // Only weighed: whether it is too heavy is for `cargo xtask dist` to say.
        dists.iter().try_for_each(|dist| size::print_first_load(dist, false))?;
    }
    if options.has(Part::Lighthouse) {
        lighthouse::measure(&dists, options.quick)?;
    }
    Ok(())
}

/// The benchmarks of the library alone. Only these: what else `cargo bench` would start does not know their switches.
fn cargo_bench(args: &[String]) -> Result<()> {
    let names = ["captures", "codec", "findings"];
    let mut cargo = tools::cargo();
    cargo.arg("bench").args(names.iter().flat_map(|name| ["--bench", name]));
    run(cargo.args(args))
}

fn broker(options: &Options) -> Result<()> {
    ensure(&[&MOSQUITTO])?;
    say("the broker on sockets beside a Mosquitto");
    let mut cargo = tools::cargo();
    cargo.args(["bench", "--quiet", "--bench", "broker", "--"]);
    run(cargo.args(options.quick.then_some("--quick")))
}

fn native(options: &Options) -> Result<()> {
    say("the codec beside other Rust codecs");
    let mut cargo = tools::cargo();
    cargo.args(["run", "--release", "--quiet", "--manifest-path"]);
    cargo.arg(tools::root().join(PEERS)).arg("--");
    cargo.args(options.quick.then_some("--quick"));
    run(&mut cargo)
}

/// A page built as for a web server, in a folder of its own.
fn built() -> Result<PathBuf> {
    let folder = work_dir()?.join("dist");
    dist::build(&dist::Options { public_url: "/".to_owned(), folder: folder.clone() })?;
    Ok(folder)
}

fn in_chromium(options: &Options, dists: &[PathBuf]) -> Result<()> {
    ensure(&[&MOSQUITTO, &CHROMIUM, &CHROMEDRIVER])?;
    let peers = StaticServer::start_isolated(pages(options)?)?;
    let pages =
        dists.iter().map(|dist| StaticServer::start(dist.clone(), &base(dist)?, Worker::Empty));
    let pages = pages.collect::<Result<Vec<_>>>()?;
    let page_urls: Vec<String> = pages.iter().map(StaticServer::url).collect();
    let mosquitto = Mosquitto::start_without_bounds()?;
    let driver = ChromeDriver::start()?;
    say("the page beside its peers, in Chromium");
    let mut cargo = tools::cargo();
    // What it measures is elsewhere; itself, it shares its build with the tests.
    cargo.args(["bench", "--quiet", "--profile", "dev", "--bench", "page", "--"]);
    cargo.args(options.parts.iter().filter(|part| part.is_in_chromium()).map(|it| it.switch()));
    cargo.args(options.quick.then_some("--quick")).args(options.wall.then_some("--wall"));
    cargo.args(options.needs_bench_page().then_some("--bench-page"));
    run(cargo
        .env("CHROMEDRIVER_URL", driver.url())
        .env("MQTT_WS_URL", mosquitto.websocket_url())
        .env("MQTT_TCP_URL", mosquitto.tcp_url())
        .env("PAGE_URLS", page_urls.join(" "))
        .env("PEERS_URL", peers.url()))
}

/// A folder with the pages of peers, and the page that has the product without its views.
fn pages(options: &Options) -> Result<PathBuf> {
    let folder = work_dir()?.join("pages");
    fs::create_dir_all(&folder).with_context(|| format!("cannot create {}", folder.display()))?;
    let sources = tools::root().join("benches/page/pages");
    let entries =
        fs::read_dir(&sources).with_context(|| format!("cannot list {}", sources.display()))?;
    for entry in entries {
        let file = entry?.path();
        copy(&file, &folder.join(file.file_name().unwrap_or_default()))?;
    }
    if options.needs_bench_page() {
        bench_page(&folder)?;
    }
    if options.has(Part::Codec) {
        peers_in_page(&folder)?;
    }
    let mqtt_js = tools::ensure_mqtt_js().context("MQTT.js is needed to measure beside it")?;
    copy(&mqtt_js.join("mqtt/dist/mqtt.min.js"), &folder.join("mqtt.min.js"))?;
    let esbuild = tools::ensure_esbuild().context("esbuild is needed to pack mqtt-packet")?;
    run(Command::new(esbuild)
        .arg(folder.join("mqtt_packet_entry.js"))
        .args(["--bundle", "--minify", "--define:global=globalThis", "--log-level=warning"])
        .arg(format!("--outfile={}", folder.join("mqtt_packet.js").display()))
        // MQTT.js brings it.
        .env("NODE_PATH", mqtt_js))?;
    Ok(folder)
}

const TARGET: &str = "wasm32-unknown-unknown";

/// The example `bench_page`, with the profile and the tools that the page is built with.
fn bench_page(folder: &Path) -> Result<()> {
    const NAME: &str = "bench_page";
    tools::ensure_wasm_target()?;
    say("building the product without its views");
    run(tools::cargo().args(["build", "--release", "--target", TARGET, "--example", NAME]))?;
    let built = split::target_folder()?.join(TARGET).join("release/examples");
    for_pages(&built.join(format!("{NAME}.wasm")), NAME, folder)
}

/// The Rust codecs of others, in the same way: the profile `page` of their workspace is that of the page.
fn peers_in_page(folder: &Path) -> Result<()> {
    tools::ensure_wasm_target()?;
    say("building the codecs of others for the page");
    let target = split::target_folder()?.join("peers");
    let mut cargo = tools::cargo();
    cargo.args(["rustc", "--lib", "--crate-type", "cdylib", "--locked", "--profile", "page"]);
    cargo.args(["--target", TARGET, "--manifest-path"]).arg(tools::root().join(PEERS));
    run(cargo.arg("--target-dir").arg(&target))?;
    let built = target.join(TARGET).join("page/mqtt5_playground_peers.wasm");
    for_pages(&built, "peers", folder)
}

/// Writes a program, and the script that loads it, as the build of the page does.
fn for_pages(built: &Path, name: &str, folder: &Path) -> Result<()> {
    tools::ensure_wasm_bindgen()?;
    run(tools::wasm_bindgen()?
        .args(["--target", "web", "--no-typescript", "--out-name", name, "--out-dir"])
        .arg(folder)
        .arg(built))?;
    if let Some(binaryen) = tools::ensure_binaryen() {
        dist::optimize(&binaryen, &folder.join(format!("{name}_bg.wasm")))?;
    }
    Ok(())
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::copy(from, to)
        .with_context(|| format!("cannot copy {} to {}", from.display(), to.display()))?;
    Ok(())
}

/// The path that a page was built for.
pub fn base(dist: &Path) -> Result<String> {
    let index = dist.join("index.html");
    let page =
        fs::read_to_string(&index).with_context(|| format!("cannot read {}", index.display()))?;
    let (_, rest) = page.split_once("<base href=\"").context("the page has no base")?;
    let (base, _) = rest.split_once('"').context("the base of the page has no end")?;
    Ok(base.to_owned())
}

fn work_dir() -> Result<PathBuf> {
    Ok(tools::work_dir()?.join("bench"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_chosen_and_what_follows_two_dashes_is_for_cargo_bench() {
        let parse = |args: &str| {
            let args: Vec<String> = args.split_whitespace().map(str::to_owned).collect();
            Options::parse(&args)
        };
        let all: Vec<&str> = Part::ALL.into_iter().map(Part::switch).collect();
        for (args, parts, quick, dists, cargo_bench) in [
            ("", all.clone(), false, &[][..], None),
            ("--quick --flood", vec!["--flood"], true, &[], None),
            ("--flood --dist a --dist b", vec!["--flood"], false, &["a", "b"], None),
            ("--lighthouse --dist a", vec!["--lighthouse"], false, &["a"], None),
            ("--dist a", all.clone(), false, &["a"], None),
            ("--", all.clone(), false, &[], Some(vec![])),
            (
                "-- codec -- --sample-count 9",
                all,
                false,
                &[],
                Some(vec!["codec", "--", "--sample-count", "9"]),
            ),
        ] {
            let options = parse(args).expect(args);
            let found: Vec<&str> = options.parts.iter().map(|part| part.switch()).collect();
            assert_eq!((found, options.quick), (parts, quick), "{args}");
            assert_eq!(
                options.dists,
                dists.iter().map(PathBuf::from).collect::<Vec<_>>(),
                "{args}"
            );
            let cargo_bench: Option<Vec<String>> =
                cargo_bench.map(|args| args.into_iter().map(str::to_owned).collect());
            assert_eq!(options.cargo_bench, cargo_bench, "{args}");
        }
        for args in ["--everything", "codec", "--dist"] {
            assert!(parse(args).is_err(), "{args}");
        }
    }

    /// They are compared as the page ships its own, and wasm-bindgen is there in one version.
    #[test]
    fn peers_are_built_as_the_page_is() {
        let read = |file: &str| -> toml::Table {
            let text = fs::read_to_string(tools::root().join(file)).expect(file);
            text.parse().expect(file)
        };
        let (ours, theirs) = (read("Cargo.toml"), read(PEERS));
        let profile = |manifest: &toml::Table, name: &str| manifest["profile"][name].clone();
        let (page, base) = (profile(&theirs, "page"), profile(&theirs, "release"));
        for (key, value) in profile(&ours, "release").as_table().expect("a profile") {
            assert_eq!(page.get(key).or(base.get(key)), Some(value), "{key}");
        }
        assert_eq!(page["debug"].as_bool(), Some(false));
        let wasm_bindgen = |file: &str| {
            let lock = fs::read_to_string(tools::root().join(file)).expect(file);
            tools::locked_version(&lock, "wasm-bindgen").map(str::to_owned)
        };
        assert_eq!(wasm_bindgen("benches/peers/Cargo.lock"), wasm_bindgen("Cargo.lock"));
    }
}
