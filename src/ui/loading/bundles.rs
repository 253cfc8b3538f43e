//! Fetches bundles of words from beside the page. Where the program holds them all, nothing is fetched.

use std::cell::RefCell;
use std::collections::HashMap;

use js_sys::{Promise, Uint8Array};
use leptos::prelude::window;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, future_to_promise};
use web_sys::Response;

use crate::language::Language;
use crate::words::{self, Bundle};

pub fn are_there(bundles: &[Bundle], language: Language) -> bool {
    bundles.iter().all(|bundle| words::is_there(*bundle, language))
}

/// Fetches those that are missing, all at once, and says whether all are there now.
pub async fn fetch(bundles: &[Bundle], language: Language) -> bool {
    let missing = bundles.iter().filter(|bundle| !words::is_there(**bundle, language));
    let requests: Vec<_> =
        missing.map(|bundle| (*bundle, request(words::address(*bundle, language)))).collect();
    for (bundle, request) in requests {
        let Ok(file) = JsFuture::from(request).await else { return false };
        if !words::put(bundle, language, Uint8Array::new(&file).to_vec()) {
            return false;
        }
    }
    true
}

/// What arrives from there, as an `ArrayBuffer`. All who ask while it is under way wait for the same answer.
fn request(address: String) -> Promise {
    thread_local! {
        static UNDER_WAY: RefCell<HashMap<String, Promise>> = RefCell::default();
    }
    UNDER_WAY.with_borrow_mut(|under_way| {
        let begin = || {
            let address = address.clone();
            future_to_promise(async move {
                let file = file(&address).await;
                UNDER_WAY.with_borrow_mut(|under_way| under_way.remove(&address));
                file
            })
        };
        under_way.entry(address.clone()).or_insert_with(begin).clone()
    })
}

/// An error for whatever does not arrive whole.
async fn file(address: &str) -> Result<JsValue, JsValue> {
    let response = JsFuture::from(window().fetch_with_str(address)).await?;
    let response: Response = response.dyn_into()?;
    if !response.ok() {
        return Err(JsValue::NULL);
    }
    JsFuture::from(response.array_buffer()?).await
}
