//! Mounts the page. Everything else is in the library.

#[cfg(target_arch = "wasm32")]
fn main() {}

#[cfg(not(target_arch = "wasm32"))]
fn main() {
    eprintln!("This program is a web page: `cargo xtask serve` builds and opens it.");
}
