//! What a client does by itself: its settings as a table, what it is doing in words, and the section of a
//! panel that shows both.

pub mod model;
pub mod settings;
#[cfg(target_arch = "wasm32")]
pub mod view;
