//! What arrives after the first program: parts of the page, their styles, and words. Knows no page.

pub mod bundles;
pub mod locale;
pub mod part;
pub mod prefetch;
pub mod styles;
