//! The built page as a learner meets it, in Chromium: `cargo xtask test --e2e` builds, serves and drives it.
#![cfg(not(target_arch = "wasm32"))]

use std::env;
use std::future::Future;
use std::panic::resume_unwind;
use std::time::Duration;

use thirtyfour::prelude::*;
use thirtyfour::{By, Capabilities};

fn setting(variable: &str) -> String {
    env::var(variable)
        .unwrap_or_else(|_| panic!("{variable} is not set: use `cargo xtask test --e2e`"))
}

/// Gives a test a browser of its own, set up as for tests/browser.rs, and closes it however the test ends.
async fn in_browser<T>(test: impl FnOnce(WebDriver) -> T) -> WebDriverResult<()>
where
    T: Future<Output = WebDriverResult<()>> + Send + 'static,
{
    let capabilities: serde_json::Map<String, serde_json::Value> =
        serde_json::from_str(include_str!("webdriver.json"))
            .expect("webdriver.json holds an object");
    let driver = WebDriver::new(setting("WEBDRIVER_URL"), Capabilities::from(capabilities)).await?;
    let outcome = tokio::spawn(test(driver.clone())).await;
    driver.quit().await?;
    outcome.unwrap_or_else(|error| resume_unwind(error.into_panic()))
}

const PATIENCE: Duration = Duration::from_secs(20);
const POLL: Duration = Duration::from_millis(50);

#[tokio::test]
#[ignore = "needs the built page and a browser: `cargo xtask test --e2e`"]
async fn the_page_opens_and_its_program_starts() -> WebDriverResult<()> {
    in_browser(|driver| async move {
        driver.goto(setting("PAGE_URL")).await?;
        // Both of them belong to the program, not to the file it comes in.
        driver.query(By::Css("main")).wait(PATIENCE, POLL).first().await?;
        let loading = driver.query(By::Id("loading"));
        assert!(
            loading.wait(PATIENCE, POLL).not_exists().await?,
            "it still says that it is loading"
        );
        Ok(())
    })
    .await
}
