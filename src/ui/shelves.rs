//! Fetches shelves of words from beside the page. Where the program holds them all, nothing is fetched.

use leptos::prelude::window;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::Response;

use crate::language::Language;
use crate::words::{self, Shelf};

pub fn are_there(shelves: &[Shelf], language: Language) -> bool {
    shelves.iter().all(|shelf| words::is_there(*shelf, language.index()))
}

/// Fetches those that are missing, and says whether all are there now.
pub async fn fetch(shelves: &[Shelf], language: Language) -> bool {
    for shelf in shelves {
        if words::is_there(*shelf, language.index()) {
            continue;
        }
        let Some(text) = text(&shelf.address(language.tag())).await else { return false };
        if !words::put(*shelf, language.index(), text) {
            return false;
        }
    }
    true
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
