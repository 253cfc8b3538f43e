//! Everything the protocol names, to be looked up: packets, properties, Reason Codes, fields.

mod model;
#[cfg(target_arch = "wasm32")]
pub mod view;

pub use model::{Entry, Kind, LayoutRow, Part, href, layout, packets_with, search, senders};
