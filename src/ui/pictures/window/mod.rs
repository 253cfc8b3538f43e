//! The in-flight window: slots of each direction, the queue behind them, acknowledgements held by hand.

pub mod model;
#[cfg(target_arch = "wasm32")]
pub mod view;
