//! The bench: clients, their links, the broker in the tab, the capture and the clock.

mod act;

pub use act::{Act, Action};
