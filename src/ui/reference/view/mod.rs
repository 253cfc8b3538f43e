//! The views; they exist in the browser only.

mod detail;
mod grid;
mod uses;

pub use detail::Detail;
pub use grid::{CodesGrid, EntryList, PropertiesGrid};
pub use uses::Uses;
