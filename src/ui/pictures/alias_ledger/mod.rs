//! Alias ledger: what each alias stands for, on each connection and in each direction, and what it has
//! saved by now.

pub mod model;
#[cfg(target_arch = "wasm32")]
pub mod view;
