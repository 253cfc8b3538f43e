//! The pictures of the chapters, one folder each: a plain `model.rs` over the capture and a view.

pub mod alias_game;
pub mod alias_ledger;
pub mod axis;
pub mod codes;
pub mod marks;
pub mod metadata;
pub mod requests;
pub mod scram;
pub mod sessions;
pub mod tracer;
pub mod versions;
#[cfg(target_arch = "wasm32")]
pub mod view;
pub mod window;
