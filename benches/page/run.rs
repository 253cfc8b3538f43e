//! Something measured in a browser of its own.

use std::future::Future;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use mqtt5_playground::language::Language;
use serde_json::{Value, json};
use thirtyfour::error::WebDriverResult;

use crate::browser::in_browser;
use crate::page::Page;

/// What comes of it. The browser is new, and is closed afterwards.
pub async fn in_one_browser<T, F>(measure: impl FnOnce(Arc<Page>) -> F) -> WebDriverResult<T>
where
    T: Send + 'static,
    F: Future<Output = WebDriverResult<T>> + Send + 'static,
{
    let found = Arc::new(Mutex::new(None));
    let keep = Arc::clone(&found);
    in_browser(Language::En, |page| {
        let page = Arc::new(page);
        let measured = measure(Arc::clone(&page));
        async move {
            page.driver().set_script_timeout(Duration::from_secs(120)).await?;
            let figures = measured.await?;
            *keep.lock().expect("nobody panics with it") = Some(figures);
            Ok(())
        }
    })
    .await?;
    let figures = found.lock().expect("nobody panics with it").take();
    Ok(figures.expect("what ends well has figures"))
}

/// What a function of the page comes to that returns a promise.
pub async fn call(page: &Page, function: &str, given: Vec<Value>) -> WebDriverResult<Value> {
    let script = format!(
        "const [given, end] = arguments;
        Promise.resolve().then(() => window.{function}(...given))
            .then((value) => end({{ value }}), (error) => end({{ error: String(error) }}));"
    );
    let told = page.driver().execute_async(script, vec![json!(given)]).await?;
    let told = told.json();
    assert!(told["error"].is_null(), "{function}: {}", told["error"]);
    Ok(told["value"].clone())
}

pub fn numbers(list: &Value) -> Vec<f64> {
    list.as_array().into_iter().flatten().filter_map(Value::as_f64).collect()
}
