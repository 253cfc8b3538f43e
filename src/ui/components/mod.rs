//! Small components that several parts of the page share, one a file.

mod back;
mod closable_notice;
pub mod controls;
mod copy_button;
mod deviations;
mod evidence;
mod icon;
mod in_turn;
mod lazy;
mod packet_name;
mod packet_way;
mod pips;
mod side_choice;
mod spec_ref;
mod splitter;
mod topic;
pub mod until;

pub use back::Back;
pub use closable_notice::ClosableNotice;
pub use copy_button::CopyButton;
pub use deviations::Deviations;
pub use evidence::Evidence;
pub use icon::{Icon, IconSprite};
pub use in_turn::{InTurn, draw_in_turns};
pub use lazy::{Arrived, Arriving, DrawnBehind, Extent, Lazy, Meanwhile, State};
pub use packet_name::PacketName;
pub use packet_way::{PacketWay, direction};
pub use pips::Pips;
pub use side_choice::SideChoice;
pub use spec_ref::SpecRef;
pub use splitter::{Axis, Splitter};
pub use topic::Topic;
