//! The words half of an exercise: goal, why, steps with their verdicts and hints, the played solution.

pub mod model;

#[cfg(target_arch = "wasm32")]
mod by_hand;
#[cfg(target_arch = "wasm32")]
mod control;
#[cfg(target_arch = "wasm32")]
mod on_mosquitto;
#[cfg(target_arch = "wasm32")]
mod player;
#[cfg(target_arch = "wasm32")]
mod prediction;
#[cfg(target_arch = "wasm32")]
mod session;
#[cfg(target_arch = "wasm32")]
mod step;
#[cfg(target_arch = "wasm32")]
mod strip;
#[cfg(target_arch = "wasm32")]
mod view;

#[cfg(target_arch = "wasm32")]
pub use on_mosquitto::OnMosquitto;
#[cfg(target_arch = "wasm32")]
pub use player::make as make_move;
#[cfg(target_arch = "wasm32")]
pub use session::LessonSession;
#[cfg(target_arch = "wasm32")]
pub use strip::{TaskStrip, scroll_to};
#[cfg(target_arch = "wasm32")]
pub use view::Lesson;
