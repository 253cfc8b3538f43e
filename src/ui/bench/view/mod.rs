//! The views; they exist in the browser only.

mod bar;
mod session;

pub use bar::BenchBar;
pub use session::BenchSession;
