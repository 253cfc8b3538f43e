//! Marks of a picture that stand for packets: pressed or chosen with the keyboard, they open their packet, and the one
//! that is open is told apart. However many there are, Tab stops at one of them; the arrow keys go on from there.

pub mod model;
#[cfg(target_arch = "wasm32")]
pub mod view;
