//! The settings of one client beside its forms, folded away until they are wanted.

mod acknowledgements;
pub mod entry;
mod faults;
mod folded;
mod groups;
mod login;
mod route;
mod set;
mod view;

pub use view::OwnSettings;
