//! Everything the protocol names, to be looked up: packets, properties, Reason Codes, fields.

mod model;

#[cfg(target_arch = "wasm32")]
mod detail;
#[cfg(target_arch = "wasm32")]
mod grid;
#[cfg(target_arch = "wasm32")]
mod uses;

#[cfg(target_arch = "wasm32")]
pub use detail::Detail;
#[cfg(target_arch = "wasm32")]
pub use grid::{CodesGrid, EntryList, PropertiesGrid};
pub use model::{Entry, Kind, LayoutRow, Part, href, layout, packets_with, search, senders};
#[cfg(target_arch = "wasm32")]
pub use uses::Uses;
