//! Small components that several parts of the page share, one a file.

mod broker_menu;
mod course_nav;
mod evidence;
mod header;
mod icon;
mod keys;
mod pips;
mod spec_ref;
mod splitter;

pub use course_nav::CourseNav;
pub use evidence::Evidence;
pub use header::Header;
pub use icon::{Icon, IconSprite};
pub use keys::KeysDialog;
pub use pips::Pips;
pub use spec_ref::SpecRef;
pub use splitter::{Axis, Splitter};
