//! Mounts the page. Everything else is in the library.

#[cfg(target_arch = "wasm32")]
fn main() {
    mqtt5_playground::ui::tell_panics();
    mqtt5_playground::ui::start();
}

/// What `index.html` calls when the program has stopped.
#[cfg(target_arch = "wasm32")]
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn save_what_is_left() -> bool {
    mqtt5_playground::ui::save_what_is_left()
}

/// Stops the program as a fault of its own would: `wasmBindings.panic_on_purpose()` in the console of the browser
/// shows what a reader would see then.
#[cfg(target_arch = "wasm32")]
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn panic_on_purpose() {
    panic!("on purpose");
}

#[cfg(not(target_arch = "wasm32"))]
fn main() {
    eprintln!("This program is a web page: `cargo xtask serve` builds and opens it.");
}
