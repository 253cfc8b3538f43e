//! The crate as a browser runs it, in Chromium: `cargo xtask test --browser`.
//!
//! What must be the same in both worlds ([`same_everywhere`]) runs natively too.

#[cfg(target_arch = "wasm32")]
mod bench;
#[cfg(target_arch = "wasm32")]
mod course;
#[cfg(target_arch = "wasm32")]
mod links;
#[cfg(target_arch = "wasm32")]
#[path = "../mistakes/mod.rs"]
mod mistakes;
#[cfg(target_arch = "wasm32")]
mod page;
mod same_everywhere;
#[cfg(target_arch = "wasm32")]
#[path = "../table/mod.rs"]
#[allow(dead_code, reason = "the native tests read more of it")]
mod table;

#[cfg(target_arch = "wasm32")]
wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);
