//! Measurements on the page: what can be chosen, the picture of a run in pixels, and what it says.

pub mod chart;
pub mod draft;
pub mod words;
