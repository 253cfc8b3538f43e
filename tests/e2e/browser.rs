//! A browser for each test, and what it has to complain about.

use std::env;
use std::future::Future;
use std::panic::resume_unwind;
use std::path::Path;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use mqtt5_playground::language::Language;
use serde_json::{Map, Value, json};
use thirtyfour::error::WebDriverResult;
use thirtyfour::extensions::query::ElementPollerWithTimeout;
use thirtyfour::{BrowserLogEntry, Capabilities, WebDriver};

use crate::bidi::BiDi;
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
///
/// The test command says which browser: Chromium if it names a ChromeDriver, Firefox if it names GeckoDrivers.
pub async fn in_browser<T>(language: Language, test: impl FnOnce(Page) -> T) -> Outcome
where
    T: Future<Output = Outcome> + Send + 'static,
{
    match env::var("GECKODRIVER_URLS") {
        Ok(urls) => {
            let geckodriver = GeckoDriver::borrow(&urls);
            in_one(Browser::firefox(&geckodriver.url).await?, language, test).await
        }
        Err(_) => in_one(Browser::chromium().await?, language, test).await,
    }
}

async fn in_one<T>(browser: Browser, language: Language, test: impl FnOnce(Page) -> T) -> Outcome
where
    T: Future<Output = Outcome> + Send + 'static,
{
    let outcome = tokio::spawn(test(Page::new(browser.clone(), language))).await;
    let complaints = browser.complaints().await;
    if !matches!(outcome, Ok(Ok(()))) {
        tell_what_was_seen(&browser.driver, complaints.as_deref().unwrap_or_default()).await;
    }
    browser.driver.quit().await?;
    outcome.unwrap_or_else(|error| resume_unwind(error.into_panic()))?;
    let complaints = complaints?;
    assert!(complaints.is_empty(), "the console holds {complaints:#?}");
    Ok(())
}

#[derive(Clone)]
pub struct Browser {
    pub driver: WebDriver,
    /// Only with Firefox.
    bidi: Option<Arc<Mutex<BiDi>>>,
}

impl Browser {
    async fn chromium() -> WebDriverResult<Browser> {
        let more = ("goog:loggingPrefs", json!({ "browser": "ALL" }));
        let driver = start(setting("CHROMEDRIVER_URL"), "goog:chromeOptions", more).await?;
        Ok(Browser { driver, bidi: None })
    }

    async fn firefox(url: &str) -> WebDriverResult<Browser> {
        let more = ("webSocketUrl", json!(true));
        let driver = start(url.to_owned(), "moz:firefoxOptions", more).await?;
        let address = driver.capabilities().get("webSocketUrl").and_then(Value::as_str);
        let mut bidi = BiDi::connect(address.expect("it was asked for"));
        bidi.subscribe("log.entryAdded");
        Ok(Browser { driver, bidi: Some(Arc::new(Mutex::new(bidi))) })
    }

    /// What Firefox does in its own way; `None` in Chromium.
    pub fn bidi(&self) -> Option<MutexGuard<'_, BiDi>> {
        self.bidi.as_ref().map(|bidi| bidi.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// What the console holds since it was last asked: errors and warnings, the page's and the browser's own.
    pub async fn complaints(&self) -> WebDriverResult<Vec<String>> {
        if let Some(mut bidi) = self.bidi() {
            let mut entries = bidi.events();
            entries.retain(|entry| entry["level"] == "error" || entry["level"] == "warn");
            // A part that was on its way when the page was left; one that fails is told in the page.
            let is_cut_off = |text: &str| CUT_OFF.iter().any(|words| text.contains(words));
            entries.retain(|entry| !entry["text"].as_str().is_some_and(is_cut_off));
            return Ok(entries.iter().map(ToString::to_string).collect());
        }
        let is_complaint = |entry: &BrowserLogEntry| matches!(&*entry.level, "SEVERE" | "WARNING");
        let log = self.driver.browser_log().await?;
        Ok(log.into_iter().filter(is_complaint).map(|entry| entry.message).collect())
    }
}

/// What Firefox says of a fetch that ends with its page, before and after its first bytes have come.
const CUT_OFF: [&str; 2] =
    ["NetworkError when attempting to fetch resource", "AbortError: The operation was aborted"];

/// A browser as `webdriver.json` describes it.
async fn start(url: String, options: &str, more: (&str, Value)) -> WebDriverResult<WebDriver> {
    let browsers: Value = serde_json::from_str(include_str!("../webdriver.json"))
        .expect("webdriver.json holds an object");
    let capabilities: Map<String, Value> = [(options, browsers[options].clone()), more]
        .map(|(name, value)| (name.to_owned(), value))
        .into_iter()
        .collect();
    WebDriver::builder(url, Capabilities::from(capabilities))
        .poller(Arc::new(ElementPollerWithTimeout::new(PATIENCE, LOOK_AGAIN)))
        .connect()
        .await
}

/// The GeckoDrivers that no test uses now, once the first one was borrowed.
static IDLE: Mutex<Option<Vec<String>>> = Mutex::new(None);
static CAME_BACK: Condvar = Condvar::new();

/// A GeckoDriver has one browser at a time, so a test borrows one for as long as it runs.
struct GeckoDriver {
    url: String,
}

impl GeckoDriver {
    /// One of these, as soon as one is idle.
    fn borrow(urls: &str) -> GeckoDriver {
        let mut idle = IDLE.lock().expect("nobody panics with it");
        loop {
            let urls = || urls.split_whitespace().map(str::to_owned).collect();
            if let Some(url) = idle.get_or_insert_with(urls).pop() {
                return GeckoDriver { url };
            }
            idle = CAME_BACK.wait(idle).expect("nobody panics with it");
        }
    }
}

impl Drop for GeckoDriver {
    fn drop(&mut self) {
        let mut idle = IDLE.lock().expect("nobody panics with it");
        idle.get_or_insert_default().push(std::mem::take(&mut self.url));
        CAME_BACK.notify_one();
    }
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
