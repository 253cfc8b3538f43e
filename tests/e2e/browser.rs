//! A browser for each test, and what it has to complain about.

use std::env;
use std::future::Future;
use std::panic::resume_unwind;
use std::path::Path;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use mqtt5_playground::language::Language;
use thirtyfour::extensions::query::ElementPollerWithTimeout;
use thirtyfour::{BrowserLogEntry, Capabilities, WebDriver};

use crate::page::{Outcome, Page};

/// How long anything may take to appear, on a slow machine too.
const PATIENCE: Duration = Duration::from_secs(20);
const LOOK_AGAIN: Duration = Duration::from_millis(25);

/// What the test command tells.
pub fn setting(variable: &str) -> String {
    env::var(variable)
        .unwrap_or_else(|_| panic!("{variable} is not set: use `cargo xtask test --e2e`"))
}

/// Gives a test a browser of its own, with nothing remembered, and closes it however the test ends. The console must
/// hold nothing that the test has not expected.
pub async fn in_browser<T>(language: Language, test: impl FnOnce(Page) -> T) -> Outcome
where
    T: Future<Output = Outcome> + Send + 'static,
{
    let mut capabilities: serde_json::Map<String, serde_json::Value> =
        serde_json::from_str(include_str!("../webdriver.json"))
            .expect("webdriver.json holds an object");
    capabilities.insert("goog:loggingPrefs".into(), serde_json::json!({ "browser": "ALL" }));
    let driver = WebDriver::builder(setting("WEBDRIVER_URL"), Capabilities::from(capabilities))
        .poller(Arc::new(ElementPollerWithTimeout::new(PATIENCE, LOOK_AGAIN)))
        .connect()
        .await?;
    let outcome = tokio::spawn(test(Page::new(driver.clone(), language))).await;
    let complaints = complaints(&driver).await;
    if !matches!(outcome, Ok(Ok(()))) {
        tell_what_was_seen(&driver, complaints.as_deref().unwrap_or_default()).await;
    }
    driver.quit().await?;
    outcome.unwrap_or_else(|error| resume_unwind(error.into_panic()))?;
    let complaints = complaints?;
    assert!(complaints.is_empty(), "the console holds {complaints:#?}");
    Ok(())
}

/// What the console holds since it was last asked: errors and warnings, the page's and the browser's own.
pub async fn complaints(driver: &WebDriver) -> thirtyfour::error::WebDriverResult<Vec<String>> {
    let is_complaint = |entry: &BrowserLogEntry| matches!(&*entry.level, "SEVERE" | "WARNING");
    let log = driver.browser_log().await?;
    Ok(log.into_iter().filter(is_complaint).map(|entry| entry.message).collect())
}

/// What the learner saw when it went wrong.
async fn tell_what_was_seen(driver: &WebDriver, complaints: &[String]) {
    // The test harness gives each thread the name of its test.
    let test = thread::current().name().unwrap_or("test").replace("::", "-");
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{test}.png"));
    if driver.screenshot(&file).await.is_ok() {
        eprintln!("{} shows the page at the end", file.display());
    }
    eprintln!("the console holds {complaints:#?}");
}
