//! The views; they exist in the browser only.

mod desk;
mod message;
mod own;
mod panel;
mod panel_forms;
mod panel_menu;
mod panel_tabs;
mod problem_notice;
mod received;
mod send_bar;

pub use desk::{Desk, focus_field, use_desk};
pub use panel::ClientPanel;
pub use panel_forms::{PanelForms, Panels, fresh_client_id};
pub use problem_notice::ProblemNotice;
pub use received::message_count;
