//! The page beside its peers in one Chromium: `cargo xtask bench` builds, serves and starts everything, and tells this
//! program by its environment where it is. Rounds take turns, and each figure is the median of its rounds.
//!
//! The arguments choose the parts: `--codec`, `--round-trips`, `--flood`; `--quick` for fewer rounds,
//! `--wall` for the time that passes in place of processor time, `--bench-page` where the product without its views is there
//! to be flooded too.

#[path = "../../tests/e2e/bidi.rs"]
#[allow(dead_code, reason = "the tests use all of it")]
mod bidi;
#[path = "../../tests/e2e/browser.rs"]
#[allow(dead_code, reason = "the tests use all of it")]
mod browser;
mod codec;
mod contract;
mod flood;
#[path = "../peers/src/packets.rs"]
#[allow(dead_code, reason = "the native benchmark reads more of it")]
mod packets;
#[path = "../../tests/e2e/page.rs"]
#[allow(dead_code, reason = "the tests use all of it")]
mod page;
mod plain;
mod round_trips;
mod run;
mod sender;
mod table;
#[path = "../../tests/support/websocket.rs"]
mod websocket;

use thirtyfour::error::WebDriverResult;

fn main() -> WebDriverResult<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let has = |name: &str| arguments.iter().any(|argument| argument == name);
    if std::env::var_os("CHROMEDRIVER_URL").is_none() {
        println!("the page is measured by `cargo xtask bench`, which starts what that needs");
        return Ok(());
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let quick = has("--quick");
        if has("--codec") || has("--round-trips") {
            contract::check().await?;
        }
        if has("--codec") {
            codec::measure(quick).await?;
        }
        if has("--round-trips") {
            round_trips::measure(quick).await?;
        }
        if has("--flood") {
            flood::measure(quick, has("--wall"), has("--bench-page")).await?;
        }
        Ok(())
    })
}
