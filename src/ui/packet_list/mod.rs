//! The packets on the wire as a list: what each says in one line, and a filter.
//!
//! The [ladder](super::ladder) shows the same records; what both need stands here.

mod calm;
mod facts;
#[cfg(target_arch = "wasm32")]
mod filter_menu;
#[cfg(target_arch = "wasm32")]
mod following;
mod model;
#[cfg(target_arch = "wasm32")]
mod moving;
#[cfg(target_arch = "wasm32")]
mod packet_row;
#[cfg(target_arch = "wasm32")]
mod view;
#[cfg(target_arch = "wasm32")]
mod wire_bar;
#[cfg(target_arch = "wasm32")]
mod wire_state;

#[cfg(target_arch = "wasm32")]
pub use calm::use_calm;
pub use calm::{ANIMATED, pause};
pub use facts::{Facts, Line, explain_error};
#[cfg(target_arch = "wasm32")]
pub use following::{NewerButton, use_following};
pub use model::{Filter, Matches, as_text, has_word, toggled};
#[cfg(target_arch = "wasm32")]
pub use moving::use_moving;
#[cfg(target_arch = "wasm32")]
pub use packet_row::line_view;
#[cfg(target_arch = "wasm32")]
pub use view::{EmptyWire, LeftOut, PacketList};
#[cfg(target_arch = "wasm32")]
pub use wire_bar::WireBar;
#[cfg(target_arch = "wasm32")]
pub use wire_state::{WireState, WireView, use_wire};
