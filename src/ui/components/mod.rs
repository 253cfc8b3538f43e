//! Small components that several parts of the page share, one a file.

mod broker_form;
mod broker_menu;
mod copy_button;
mod course_nav;
mod deviations;
mod evidence;
mod header;
mod icon;
mod keys;
mod packet_name;
mod packet_way;
mod pips;
mod spec_ref;
mod splitter;
mod topic;

pub use broker_form::BrokerForm;
pub use copy_button::CopyButton;
pub use course_nav::CourseNav;
pub use deviations::Deviations;
pub use evidence::Evidence;
pub use header::Header;
pub use icon::{Icon, IconSprite};
pub use keys::KeysDialog;
pub use packet_name::PacketName;
pub use packet_way::{PacketWay, direction};
pub use pips::Pips;
pub use spec_ref::SpecRef;
pub use splitter::{Axis, Splitter};
pub use topic::Topic;
