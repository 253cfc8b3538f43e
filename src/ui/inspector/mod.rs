//! One packet opened: its bytes, its fields and what they mean, each lighting up the others.

mod absent;
mod aspect;
pub mod byte_diff;
mod limits;
mod meaning;
mod model;
#[cfg(target_arch = "wasm32")]
pub mod view;

pub use aspect::Aspect;
pub use limits::{
    Beside, Card, LimitRow, card, first_beside, limits_beside, limits_of, other_cards,
    rows as limit_rows,
};
pub use meaning::{full_value, meaning, value};
pub use model::{Expanded, Glyph, Row, RowName, Sheet};
