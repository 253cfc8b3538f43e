//! What the page asks of the browser beside drawing: the clipboard, files, focus.

pub mod answers_http;
pub mod database;
pub mod focus_keeper;
pub mod locks;
pub mod rescue;
pub mod storage;

use gloo_timers::future::TimeoutFuture;
use js_sys::{Array, Promise, Reflect};
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    Blob, BlobPropertyBag, Element, Event, File, FileList, HtmlAnchorElement, HtmlElement,
    HtmlInputElement, Performance, ScrollIntoViewOptions, ScrollLogicalPosition, Url,
};

use crate::auth::KEY_LENGTH;

/// Puts the text on the clipboard and tells whether that worked.
pub fn copy(text: String, then: impl FnOnce(bool) + 'static) {
    let navigator = window().navigator();
    // Pages that were not loaded over https or from this machine have no clipboard.
    let has_clipboard = Reflect::get(&navigator, &JsValue::from_str("clipboard"))
        .is_ok_and(|clipboard| !clipboard.is_undefined());
    if !has_clipboard {
        return then(false);
    }
    let written = navigator.clipboard().write_text(&text);
    spawn_local(async move { then(JsFuture::from(written).await.is_ok()) });
}

thread_local! {
    /// Asked for with every packet, so that finding it would cost as much as reading it.
    static CLOCK: Option<Performance> = window().performance();
}

/// Milliseconds since the page began, which no clock that is set changes.
pub fn milliseconds() -> f64 {
    CLOCK.with(|clock| clock.as_ref().map_or_else(js_sys::Date::now, Performance::now))
}

/// Ready when the browser has painted what is there now; at once in a tab that nobody sees, which is not painted.
pub async fn painted() {
    if document().hidden() {
        return;
    }
    let frame = Promise::new(&mut |begun, _| _ = window().request_animation_frame(&begun));
    let _ = JsFuture::from(frame).await;
    // A frame is painted after it has begun.
    TimeoutFuture::new(0).await;
}

/// Randomness for a broker in the tab.
pub fn seed() -> [u8; KEY_LENGTH] {
    let mut seed = [0; KEY_LENGTH];
    for half in seed.chunks_mut(16) {
        half.copy_from_slice(&uuid::Uuid::new_v4().as_bytes()[..half.len()]);
    }
    seed
}

/// How many minutes the clock of the reader is ahead of UTC, at a moment in microseconds since 1970.
pub fn zone_at(micros: u64) -> i32 {
    let date = js_sys::Date::new(&JsValue::from_f64(micros as f64 / 1000.0));
    -date.get_timezone_offset() as i32
}

/// Takes what stands behind the `#` out of the address of the page.
pub fn forget_fragment() {
    let location = window().location();
    if let (Ok(path), Ok(query), Ok(history)) =
        (location.pathname(), location.search(), window().history())
    {
        let address = format!("{path}{query}");
        let _ = history.replace_state_with_url(&JsValue::NULL, "", Some(&address));
    }
}

/// The address of the page, without what is asked of it.
pub fn address() -> String {
    let here = window().location().href().unwrap_or_default();
    here.split(['?', '#']).next().unwrap_or_default().to_owned()
}

/// Offers the text as a file.
pub fn save(name: &str, media_type: &str, text: &str) {
    // Creating a blob or its address fails only out of memory; there is no file then.
    let _ = try_save(name, media_type, &JsValue::from_str(text));
}

/// Offers the bytes as a file.
pub fn save_bytes(name: &str, media_type: &str, bytes: &[u8]) {
    let bytes = js_sys::Uint8Array::from(bytes);
    let _ = try_save(name, media_type, &bytes);
}

/// The files of a list, as a drop or an `<input type="file">` has it.
pub fn all_files(files: &FileList) -> Vec<File> {
    (0..files.length()).filter_map(|at| files.get(at)).collect()
}

/// Hands over the text of the file that was chosen in the `<input type="file">` of this event; the same
/// file can be chosen again afterwards.
pub fn read_chosen_file(event: &Event, then: impl FnOnce(String) + 'static) {
    let Some(input) = event.target().and_then(|t| t.dyn_into::<HtmlInputElement>().ok()) else {
        return;
    };
    let Some(file) = input.files().and_then(|files| files.get(0)) else { return };
    let text = file.text();
    spawn_local(async move {
        // A file that cannot be read holds nothing: the caller says what is wrong with that.
        let text = JsFuture::from(text).await.ok().and_then(|text| text.as_string());
        then(text.unwrap_or_default());
        input.set_value("");
    });
}

fn try_save(name: &str, media_type: &str, content: &JsValue) -> Result<(), JsValue> {
    let options = BlobPropertyBag::new();
    options.set_type(media_type);
    let parts = Array::of1(content);
    let blob = Blob::new_with_blob_sequence_and_options(&parts, &options)?;
    let url = Url::create_object_url_with_blob(&blob)?;
    let link: HtmlAnchorElement = document().create_element("a")?.unchecked_into();
    link.set_href(&url);
    link.set_download(name);
    link.click();
    Url::revoke_object_url(&url)
}

/// Whether a key pressed here is meant for something that is being typed.
pub fn is_typing(event: &Event) -> bool {
    const FIELDS: &str = "input:not([type=checkbox]):not([type=radio]), textarea, select, dialog";
    let element = event.target().and_then(|target| target.dyn_into::<Element>().ok());
    element.is_some_and(|element| element.closest(FIELDS).is_ok_and(|found| found.is_some()))
}

/// The elements within `root` that fit the selector, in their order in the document.
pub fn all_within(root: &Element, selector: &str) -> Vec<HtmlElement> {
    let found = root.query_selector_all(selector).ok().into_iter();
    found
        .flat_map(|found| (0..found.length()).filter_map(move |at| found.item(at)?.dyn_into().ok()))
        .collect()
}

/// Puts the focus on the first element within `root` that fits the selector, without scrolling.
pub fn focus_within(root: &Element, selector: &str) {
    let found = root.query_selector(selector).ok().flatten();
    if let Some(element) = found.and_then(|found| found.dyn_into::<HtmlElement>().ok()) {
        focus_in_place(&element);
    }
}

/// Scrolls as little as needed until the element can be seen.
pub fn bring_into_sight(element: &Element) {
    let options = ScrollIntoViewOptions::new();
    options.set_block(ScrollLogicalPosition::Nearest);
    element.scroll_into_view_with_scroll_into_view_options(&options);
}

/// Scrolls the element with that id to its beginning.
pub fn scroll_to_top(id: &str) {
    if let Some(element) = document().get_element_by_id(id) {
        element.set_scroll_top(0);
    }
}

/// Puts the focus on the element with that id.
pub fn focus_element(id: &str) {
    let found = document().get_element_by_id(id);
    if let Some(element) = found.and_then(|found| found.dyn_into::<HtmlElement>().ok()) {
        let _ = element.focus();
    }
}

/// Puts the focus on a part of the page, which need not be a control.
pub fn focus_part(id: &str) {
    let element = document().get_element_by_id(id);
    if let Some(element) = element.and_then(|found| found.dyn_into::<HtmlElement>().ok()) {
        if !element.has_attribute("tabindex") {
            let _ = element.set_attribute("tabindex", "-1");
        }
        let _ = element.focus();
    }
}

/// Puts the focus there without scrolling.
pub fn focus_in_place(element: &HtmlElement) {
    let options = web_sys::FocusOptions::new();
    options.set_prevent_scroll(true);
    let _ = element.focus_with_options(&options);
}

/// The number that the nearest element around the event's target carries in a `data-` attribute.
pub fn data_number(event: &Event, name: &str) -> Option<usize> {
    let target = event.target()?.dyn_into::<Element>().ok()?;
    let element = target.closest(&format!("[{name}]")).ok()??;
    element.get_attribute(name)?.parse().ok()
}
