//! The settings of one client beside its forms, folded away until they are wanted.

mod acknowledgements;
mod faults;
mod login;
mod route;
mod view;

pub use view::OwnSettings;
