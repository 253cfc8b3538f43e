//! Fetches shelves of words from beside the page. Where the program holds them all, nothing is fetched.

use std::cell::RefCell;
use std::collections::HashMap;

use js_sys::Promise;
use leptos::prelude::window;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, future_to_promise};
use web_sys::Response;

use crate::language::Language;
use crate::words::{self, Shelf};

pub fn are_there(shelves: &[Shelf], language: Language) -> bool {
    shelves.iter().all(|shelf| words::is_there(*shelf, language.index()))
}

/// Fetches those that are missing, all at once, and says whether all are there now.
pub async fn fetch(shelves: &[Shelf], language: Language) -> bool {
    let missing = shelves.iter().filter(|shelf| !words::is_there(**shelf, language.index()));
    let requests: Vec<_> =
        missing.map(|shelf| (*shelf, request(shelf.address(language.tag())))).collect();
    for (shelf, request) in requests {
        let text = JsFuture::from(request).await.ok().and_then(|text| text.as_string());
        if !text.is_some_and(|text| words::put(shelf, language.index(), text)) {
            return false;
        }
    }
    true
}

/// What arrives from there as text. Whoever asks while it is under way waits for the same answer.
fn request(address: String) -> Promise {
    thread_local! {
        static UNDER_WAY: RefCell<HashMap<String, Promise>> = RefCell::default();
    }
    UNDER_WAY.with_borrow_mut(|under_way| {
        let begin = || {
            let address = address.clone();
            future_to_promise(async move {
                let text = text(&address).await;
                UNDER_WAY.with_borrow_mut(|under_way| under_way.remove(&address));
                Ok(text.map_or(JsValue::NULL, JsValue::from))
            })
        };
        under_way.entry(address.clone()).or_insert_with(begin).clone()
    })
}

/// `None` for whatever does not arrive whole.
async fn text(address: &str) -> Option<String> {
    let response = JsFuture::from(window().fetch_with_str(address)).await.ok()?;
    let response: Response = response.dyn_into().ok()?;
    if !response.ok() {
        return None;
    }
    JsFuture::from(response.text().ok()?).await.ok()?.as_string()
}
