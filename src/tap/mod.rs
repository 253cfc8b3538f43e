//! A tap between any application and any broker: bytes pass unaltered, and whoever observes them gets every packet.
//!
//! What passes the tap becomes [`Event`](protocol::Event)s ([`recorder`]), which wait in a [`ring`] of bounded size and
//! reach an observer in a small format ([`protocol`]). The observer is the page, which makes a capture of them
//! ([`feed`]); it learns where the tap is from an [`address`] that the tap prints. What may be done to the packets on
//! their way is in [`faults`].
//!
//! Sockets, the clock and files are in `net`, which exists only with the feature of that name; everything else is
//! plain Rust, so that both ends of the format are one piece of code.

pub mod address;
pub mod boundary;
pub mod faults;
pub mod feed;
#[cfg(all(feature = "net", not(target_arch = "wasm32")))]
pub mod net;
pub mod protocol;
pub mod recorder;
pub mod ring;
