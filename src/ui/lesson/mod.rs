//! The words half of an exercise: goal, why, steps with their verdicts and hints, the played solution.

pub mod model;
#[cfg(target_arch = "wasm32")]
pub mod view;
