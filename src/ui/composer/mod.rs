//! The packet composer: one packet as fields and as bytes, each following the other; broken on purpose,
//! sent, and answered.

#[cfg(target_arch = "wasm32")]
mod bytes_side;
#[cfg(target_arch = "wasm32")]
mod fields_side;
pub mod model;
#[cfg(target_arch = "wasm32")]
mod packet_choice;
pub mod paste;
#[cfg(target_arch = "wasm32")]
mod send;
#[cfg(target_arch = "wasm32")]
mod state;
#[cfg(target_arch = "wasm32")]
mod view;
#[cfg(target_arch = "wasm32")]
mod ways;
mod words;

#[cfg(target_arch = "wasm32")]
pub use view::ComposerView;
pub use words::breakage_words;
