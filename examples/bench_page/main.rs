//! The product without its views, for measuring from outside: a page that sets `window.bench`. `cargo xtask bench` builds
//! it as the product's page is built; [docs/bench.md](../../docs/bench.md) describes its functions.
//!
//! Whatever is wrong is told in words, by an `Error` that is thrown or a `Promise` that is rejected.

#[cfg(target_arch = "wasm32")]
mod codec;
#[cfg(target_arch = "wasm32")]
mod connection;
#[cfg(target_arch = "wasm32")]
mod values;

#[cfg(not(target_arch = "wasm32"))]
fn main() {
    eprintln!("this example runs in a browser: see docs/bench.md");
}

#[cfg(target_arch = "wasm32")]
fn main() {
    use js_sys::{Object, Reflect};
    use wasm_bindgen::JsValue;

    console_error_panic_hook::set_once();
    // Where the page has put its promise that this program comes.
    let page = js_sys::global();
    let bench = Reflect::get(&page, &JsValue::from_str("bench")).unwrap_or_default();
    let bench = if bench.is_object() { bench } else { Object::new().into() };
    codec::offer(&bench);
    connection::offer(&bench);
    values::set(&page, "bench", &bench);
}
