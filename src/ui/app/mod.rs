//! The whole page: what arrives when, and which place shows what.

mod captures;
mod course_nav;
mod entries;
mod header;
mod keys;
mod keys_dialog;
mod language_failed;
mod new_version;
mod not_kept;
mod parts;
mod shell;
mod start;
mod title;

pub use shell::App;
pub use start::start;
