//! The stylesheets of the parts that arrive later. `cargo xtask dist` joins them behind a link with the id
//! `later`, disabled, so that no browser fetches them yet; in other builds there is no such link, since all
//! stylesheets are there from the beginning.

use js_sys::Promise;
use leptos::prelude::document;
use wasm_bindgen_futures::JsFuture;

/// Has them applied, and says whether they are.
pub async fn fetch() -> bool {
    const IS_THERE: &str = "data-is-there";
    let Some(link) = document().get_element_by_id("later") else { return true };
    if link.has_attribute(IS_THERE) {
        return true;
    }
    let loaded = Promise::new(&mut |resolve, reject| {
        // Adding a listener cannot fail.
        let _ = link.add_event_listener_with_callback("load", &resolve);
        let _ = link.add_event_listener_with_callback("error", &reject);
    });
    let _ = link.remove_attribute("disabled");
    let is_there = JsFuture::from(loaded).await.is_ok();
    // A link asks again only when it is enabled again.
    let _ = match is_there {
        true => link.set_attribute(IS_THERE, ""),
        false => link.set_attribute("disabled", ""),
    };
    is_there
}
