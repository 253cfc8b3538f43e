//! The bench: one panel a client, with its forms, what became of what it sent, and what it received.

pub mod automation;
pub mod model;
pub mod notice;
pub mod payload;
pub mod refusal;

#[cfg(target_arch = "wasm32")]
mod message;
#[cfg(target_arch = "wasm32")]
mod own;
#[cfg(target_arch = "wasm32")]
mod panel;
#[cfg(target_arch = "wasm32")]
mod panel_forms;
#[cfg(target_arch = "wasm32")]
mod panel_menu;
#[cfg(target_arch = "wasm32")]
mod panel_tabs;
#[cfg(target_arch = "wasm32")]
mod problem_notice;
#[cfg(target_arch = "wasm32")]
mod received;
#[cfg(target_arch = "wasm32")]
mod send_bar;

pub use model::Lamp;
#[cfg(target_arch = "wasm32")]
pub use panel::ClientPanel;
#[cfg(target_arch = "wasm32")]
pub use panel_forms::{PanelForms, Panels, fresh_client_id};
#[cfg(target_arch = "wasm32")]
pub use problem_notice::ProblemNotice;
#[cfg(target_arch = "wasm32")]
pub use received::message_count;
pub use refusal::words as refusal_words;
