//! Where the learner is: the address, the places it names, and what is kept while another place is in front.

pub mod address;
#[cfg(target_arch = "wasm32")]
pub mod kept_page;
#[cfg(target_arch = "wasm32")]
pub mod pane;
#[cfg(target_arch = "wasm32")]
pub mod route;
