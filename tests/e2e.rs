//! The built page as a learner meets it, in Chromium: `cargo xtask test --e2e` builds, serves and drives it.
#![cfg(not(target_arch = "wasm32"))]

use std::env;
use std::time::Duration;

use thirtyfour::prelude::*;
use thirtyfour::{By, Capabilities};

fn setting(variable: &str) -> String {
    env::var(variable)
        .unwrap_or_else(|_| panic!("{variable} is not set: use `cargo xtask test --e2e`"))
}

/// A browser of its own for one test, set up as for the tests in tests/browser.rs.
async fn browser() -> WebDriverResult<WebDriver> {
    let capabilities: serde_json::Map<String, serde_json::Value> =
        serde_json::from_str(include_str!("webdriver.json"))
            .expect("webdriver.json holds an object");
    WebDriver::new(setting("WEBDRIVER_URL"), Capabilities::from(capabilities)).await
}

#[tokio::test]
#[ignore = "needs the built page and a browser: `cargo xtask test --e2e`"]
async fn the_page_opens_and_its_program_starts() -> WebDriverResult<()> {
    let driver = browser().await?;
    driver.goto(setting("PAGE_URL")).await?;
    assert_eq!(driver.title().await?, "MQTT 5.0 Playground");
    // It goes away once the program runs.
    let started =
        driver.query(By::Id("loading")).wait(Duration::from_secs(20), Duration::from_millis(50));
    assert!(started.not_exists().await?, "the page still shows that it is loading");
    driver.quit().await
}
