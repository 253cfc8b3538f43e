//! The whole page: what arrives when, and which place shows what.

mod course_nav;
mod entries;
mod header;
mod keys_dialog;
mod parts;
mod shell;
mod start;

pub use shell::App;
pub use start::start;
