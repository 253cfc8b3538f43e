//! All tests in four parts, each with the servers and the browser it needs, on free ports, ended with it.

use std::fs;

use anyhow::{Context, Result, bail};

use crate::chromedriver::ChromeDriver;
use crate::debian::{CHROMEDRIVER, CHROMIUM, JAPANESE_FONT, MOSQUITTO, MOSQUITTO_CLIENTS, ensure};
use crate::dist::{self, dist};
use crate::mosquitto::Mosquitto;
use crate::process::run;
use crate::static_server::StaticServer;
use crate::{say, tools};

/// Below a path, as on many static hosts, since a page that works there works at the root too.
const PUBLIC_URL: &str = "/mqtt5-playground/";

#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    /// Everything that needs only Rust, and the examples in the documentation.
    Native,
    /// `tests/browser.rs`, compiled to WebAssembly, in Chromium.
    Browser,
    /// `tests/live_mosquitto.rs`, natively against Mosquitto.
    Live,
    /// `tests/e2e.rs`, which drives the built page in Chromium.
    EndToEnd,
}

pub struct Parts(Vec<Part>);

impl Parts {
    pub fn parse(args: &[String]) -> Result<Parts> {
        let parts = args.iter().map(|arg| match arg.as_str() {
            "--native" => Ok(Part::Native),
            "--browser" => Ok(Part::Browser),
            "--live" => Ok(Part::Live),
            "--e2e" => Ok(Part::EndToEnd),
            other => bail!("`test` does not know `{other}`; try `cargo xtask help`"),
        });
        let parts = parts.collect::<Result<Vec<Part>>>()?;
        Ok(Parts(if parts.is_empty() {
            vec![Part::Native, Part::Browser, Part::Live, Part::EndToEnd]
        } else {
            parts
        }))
    }
}

/// Runs every part, also after one has failed, so that one run tells all.
pub fn test(Parts(parts): Parts) -> Result<()> {
    let mut failed = Vec::new();
    for part in parts {
        let (name, result) = match part {
            Part::Native => ("native", native()),
            Part::Browser => ("browser", browser()),
            Part::Live => ("live", live()),
            Part::EndToEnd => ("e2e", end_to_end()),
        };
        if let Err(error) = result {
            say(format!("{name} tests: {error:#}"));
            failed.push(name);
        }
        if crate::process::interrupted() {
            bail!("interrupted");
        }
    }
    if !failed.is_empty() {
        bail!("failed: {}", failed.join(", "));
    }
    Ok(())
}

fn native() -> Result<()> {
    say("native tests");
    run(tools::cargo().args(["test", "--workspace", "--no-fail-fast"]))
}

fn browser() -> Result<()> {
    tools::ensure_wasm_target()?;
    tools::ensure_wasm_bindgen()?;
    ensure(&[&MOSQUITTO, &CHROMIUM, &CHROMEDRIVER])?;
    say("tests in Chromium, with Mosquitto");
    let mosquitto = Mosquitto::start_on_free_port()?;
    let driver = ChromeDriver::start()?;
    tell_browser_tests(&mosquitto)?;
    run(tools::cargo()
        .args([
            "test",
            "--package",
            "mqtt5-playground",
            "--target",
            "wasm32-unknown-unknown",
            "--test",
            "browser",
        ])
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

fn live() -> Result<()> {
    ensure(&[&MOSQUITTO, &MOSQUITTO_CLIENTS])?;
    say("tests against Mosquitto");
    let mosquitto = Mosquitto::start_on_free_port()?;
    run(tools::cargo()
        .args(["test", "--workspace", "--test", "live_mosquitto", "--", "--ignored"])
        .env("MQTT_WS_URL", mosquitto.websocket_url())
        .env("MQTT_TCP_URL", mosquitto.tcp_url()))
}

fn end_to_end() -> Result<()> {
    ensure(&[&MOSQUITTO, &CHROMIUM, &CHROMEDRIVER, &JAPANESE_FONT])?;
    let folder = tools::work_dir()?.join("dist");
    dist(&dist::Options { public_url: PUBLIC_URL.to_owned(), folder: folder.clone() })?;
    say("end-to-end tests of the built page in Chromium, with Mosquitto");
    let mosquitto = Mosquitto::start_on_free_port()?;
    let server = StaticServer::start(folder, PUBLIC_URL)?;
    let driver = ChromeDriver::start()?;
    run(tools::cargo()
        .args(["test", "--workspace", "--test", "e2e", "--", "--ignored"])
        .env("PAGE_URL", server.url())
        .env("WEBDRIVER_URL", driver.url())
        .env("MQTT_WS_URL", mosquitto.websocket_url()))
}
