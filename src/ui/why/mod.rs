//! "Why was I dropped?": what ended a connection or refused something, the packets that led to it, the
//! rule, and one thing to try.

mod model;
#[cfg(target_arch = "wasm32")]
pub mod view;

pub use model::{Story, end_of, figure, told};
