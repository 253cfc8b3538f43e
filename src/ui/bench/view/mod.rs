//! The views; they exist in the browser only.

mod bar;
mod keeping;
mod session;

pub use bar::BenchBar;
pub use keeping::delete_others;
pub use session::BenchSession;
