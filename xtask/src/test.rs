//! All tests in four parts, each with the servers and the browser it needs, on free ports, ended with it.

use std::fs;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::chromedriver::ChromeDriver;
use crate::debian::{
    CHROMEDRIVER, CHROMIUM, FIREFOX, JAPANESE_FONT, MOSQUITTO, MOSQUITTO_CLIENTS, ensure, program,
};
use crate::dist;
use crate::geckodriver::GeckoDriver;
use crate::mosquitto::Mosquitto;
use crate::process::{interrupted, run};
use crate::static_server::{StaticServer, Worker};
use crate::{say, size, tools};

/// Below a path, as on many static hosts, since a page that works there works at the root too.
const PUBLIC_URL: &str = "/mqtt5-playground/";

#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    /// Everything that needs only Rust, and the examples in the documentation.
    Native,
    /// `tests/browser/`, compiled to WebAssembly, in Chromium.
    Browser,
    /// `tests/live_mosquitto/` and `tests/live_broker/`, natively against Mosquitto.
    Live,
    /// `tests/e2e/`, which drives the built page in Chromium, then in Firefox.
    EndToEnd,
}

impl Part {
    /// In the order in which they run.
    const ALL: [Part; 4] = [Part::Native, Part::Browser, Part::Live, Part::EndToEnd];

    fn name(self) -> &'static str {
        match self {
            Part::Native => "native",
            Part::Browser => "browser",
            Part::Live => "live",
            Part::EndToEnd => "e2e",
        }
    }

    fn run(self, harness: &[String]) -> Result<()> {
        match self {
            Part::Native => native(harness),
            Part::Browser => browser(harness),
            Part::Live => live(harness),
            Part::EndToEnd => end_to_end(harness),
        }
    }
}

pub struct Options {
    parts: Vec<Part>,
    /// What the test programs themselves are told, e.g. which tests to run.
    harness: Vec<String>,
}

impl Options {
    pub fn parse(args: &[String]) -> Result<Options> {
        let (ours, harness) = match args.iter().position(|arg| arg == "--") {
            Some(at) => (&args[..at], args[at + 1..].to_vec()),
            None => (args, Vec::new()),
        };
        let named =
            |part: &Part| ours.iter().any(|arg| arg.strip_prefix("--") == Some(part.name()));
        let mut parts: Vec<Part> = Part::ALL.into_iter().filter(named).collect();
        if parts.len() != ours.len() {
            bail!(
                "`test` takes each of --native, --browser, --live and --e2e once, then `--` and a filter"
            );
        }
        if parts.is_empty() {
            parts = Part::ALL.to_vec();
        }
        Ok(Options { parts, harness })
    }
}

/// Runs every part, also after one has failed, so that one run tells all.
pub fn test(options: &Options) -> Result<()> {
    let mut failed = Vec::new();
    for part in &options.parts {
        if let Err(error) = part.run(&options.harness) {
            say(format!("{} tests: {error:#}", part.name()));
            failed.push(part.name());
        }
        if interrupted() {
            bail!("interrupted");
        }
    }
    if !failed.is_empty() {
        bail!("failed: {}", failed.join(", "));
    }
    Ok(())
}

fn native(harness: &[String]) -> Result<()> {
    say("native tests");
    if program("tshark").is_none() {
        say("leaving out what tshark would check, since it is not installed");
    }
    // With the sockets of the tap.
    run(tools::cargo()
        .args(["test", "--workspace", "--features", NET, "--no-fail-fast", "--"])
        .args(harness))
}

fn browser(harness: &[String]) -> Result<()> {
    tools::ensure_wasm_target()?;
    tools::ensure_wasm_bindgen()?;
    ensure(&[&MOSQUITTO, &CHROMIUM, &CHROMEDRIVER])?;
    say("tests in Chromium, with Mosquitto");
    let mosquitto = Mosquitto::start_on_free_ports()?;
    let driver = ChromeDriver::start()?;
    tell_browser_tests(&mosquitto)?;
    run(tools::cargo()
        .args(["test", "--package", "mqtt5-playground", "--target", "wasm32-unknown-unknown"])
        .args(["--test", "browser", "--"])
        .args(harness)
        .env("CHROMEDRIVER_REMOTE", driver.url())
        .env("WASM_BINDGEN_TEST_TIMEOUT", "120"))
}

/// Code in a browser sees no environment, and building the address in would mean building anew for every run. So the
/// tests fetch it from the server they come from, which also serves the folder of the package.
fn tell_browser_tests(mosquitto: &Mosquitto) -> Result<()> {
    let file = tools::work_dir()?.join("mosquitto-url.txt");
    fs::write(&file, mosquitto.websocket_url())
        .with_context(|| format!("cannot write {}", file.display()))
}

fn live(harness: &[String]) -> Result<()> {
    ensure(&[&MOSQUITTO, &MOSQUITTO_CLIENTS])?;
    say("tests against Mosquitto");
    let mosquitto = Mosquitto::start_on_free_ports()?;
    let mut tests = ignored_tests_in(&["live_mosquitto", "live_broker", "live_tap"], harness);
    match tools::ensure_paho() {
        Some(python) => tests.env("PAHO_PYTHON", python),
        None => {
            say("leaving out the tests that run Paho");
            tests.args(["--skip", "paho::"])
        }
    };
    match tools::ensure_mqtt_js() {
        Some(folder) => tests.env("MQTT_JS_FOLDER", folder),
        None => {
            say("leaving out the tests that run MQTT.js");
            tests.args(["--skip", "mqtt_js::"])
        }
    };
    run(tests
        .env("MQTT_WS_URL", mosquitto.websocket_url())
        .env("MQTT_TCP_URL", mosquitto.tcp_url()))
}

fn end_to_end(harness: &[String]) -> Result<()> {
    ensure(&[&MOSQUITTO, &CHROMIUM, &CHROMEDRIVER, &FIREFOX, &JAPANESE_FONT])?;
    tools::ensure_geckodriver()?;
    let folder = tools::work_dir()?.join("dist");
    let options = dist::Options { public_url: PUBLIC_URL.to_owned(), folder: folder.clone() };
    let optimized = dist::build(&options)?;
    // A page that is too heavy fails too, but can be tried all the same.
    let weighed = size::print_first_load(&folder, optimized);
    let mosquitto = Mosquitto::start_on_free_ports()?;
    let server = StaticServer::start(folder.clone(), PUBLIC_URL, Worker::Empty)?;
    let mut failed = Vec::new();
    for (browser, run) in [("Chromium", in_chromium as fn(Command) -> _), ("Firefox", in_firefox)] {
        say(format!("end-to-end tests of the built page in {browser}, with Mosquitto"));
        // Its later version is new to each browser.
        let keeping = StaticServer::start(folder.clone(), PUBLIC_URL, Worker::Keeps)?;
        let mut tests = ignored_tests_in(&["e2e"], harness);
        tests.env("PAGE_URL", server.url()).env("KEPT_PAGE_URL", keeping.url());
        tests.env("MQTT_WS_URL", mosquitto.websocket_url());
        if let Err(error) = run(tests) {
            say(format!("in {browser}: {error:#}"));
            failed.push(browser);
        }
        if interrupted() {
            bail!("interrupted");
        }
    }
    if !failed.is_empty() {
        bail!("failed in {}", failed.join(" and in "));
    }
    weighed
}

fn in_chromium(mut tests: Command) -> Result<()> {
    let driver = ChromeDriver::start()?;
    match tools::ensure_axe_core() {
        Some(script) => tests.env("AXE_SCRIPT", script),
        None => {
            say("leaving out the tests that need axe-core");
            tests.args(["--skip", "accessibility::"])
        }
    };
    run(tests.env("CHROMEDRIVER_URL", driver.url()))
}

/// All but [`CHROMIUM_ONLY`].
fn in_firefox(mut tests: Command) -> Result<()> {
    let drivers = GeckoDriver::start_for_each_thread()?;
    let urls: Vec<String> = drivers.iter().map(GeckoDriver::url).collect();
    for test in CHROMIUM_ONLY {
        tests.args(["--skip", test]);
    }
    run(tests.env("GECKODRIVER_URLS", urls.join(" ")))
}

/// The end-to-end tests that Firefox is spared, one by one or a module at a time: what `--skip` understands.
const CHROMIUM_ONLY: &[&str] = &[
    // They tell the browser what to wish, to block or to measure, over a protocol of its own.
    "accessibility::",
    "first_picture::",
    "flood::a_hundred_thousand_packets_stay_fluid",
    "ladder::what_has_happened_is_replayed_packet_by_packet",
    "parts::",
    "pictures::",
    "stage::packets_travel_and_can_be_opened",
    // They go through the whole course, for minutes.
    "stage::acts_by_hand_open_at_their_field",
    "stage::pictures_are_in_sight",
    // Other tests there lead the same way, in another language or to another broker.
    "exercises::first_user_property_on_mosquitto_in_english",
    "exercises::first_user_property_in_the_tab",
    "request_response::first_request_in_the_tab_in_japanese",
    "subscriptions::overlapping_subscriptions_get_two_copies_from_mosquitto_in_english",
    // What they show comes from the words and the program alone.
    "around::",
    "on_mosquitto::",
];

const NET: &str = "mqtt5-playground/net";

/// Tests that are left out unless their servers were started for them. `--workspace` keeps the features, and so the
/// build, of the native tests.
fn ignored_tests_in(tests: &[&str], harness: &[String]) -> Command {
    let mut cargo = tools::cargo();
    cargo.args(["test", "--workspace", "--features", NET, "--no-fail-fast"]);
    for test in tests {
        cargo.args(["--test", test]);
    }
    cargo.args(["--", "--ignored"]).args(harness);
    cargo
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(args: &str) -> Result<(Vec<&'static str>, Vec<String>)> {
        let args: Vec<String> = args.split_whitespace().map(str::to_owned).collect();
        let options = Options::parse(&args)?;
        Ok((options.parts.into_iter().map(Part::name).collect(), options.harness))
    }

    #[test]
    fn what_firefox_is_spared_is_there() {
        for test in CHROMIUM_ONLY {
            let (module, name) = test.split_once("::").expect("a module and perhaps a test in it");
            let file = tools::root().join("tests/e2e").join(format!("{module}.rs"));
            let tests = fs::read_to_string(&file).expect(test);
            assert!(tests.contains(&format!("async fn {name}")), "{test}");
        }
    }

    #[test]
    fn parts_run_in_their_order_and_the_rest_goes_to_the_test_programs() {
        let all = vec!["native", "browser", "live", "e2e"];
        for (args, parts, harness) in [
            ("", all.clone(), vec![]),
            ("--e2e --native", vec!["native", "e2e"], vec![]),
            ("--live -- connect --nocapture", vec!["live"], vec!["connect", "--nocapture"]),
            ("-- connect", all, vec!["connect"]),
        ] {
            let (found_parts, found_harness) = parse(args).expect(args);
            assert_eq!(
                (found_parts, found_harness),
                (parts, harness.into_iter().map(str::to_owned).collect()),
                "{args}"
            );
        }
        for args in ["--everything", "live", "--live --live"] {
            assert!(parse(args).is_err(), "{args}");
        }
    }
}
