//! One packet opened: its bytes, its fields and what they mean, each lighting up the others.

mod absent;
mod aspect;
#[cfg(target_arch = "wasm32")]
mod bits;
#[cfg(target_arch = "wasm32")]
mod capability_card;
#[cfg(target_arch = "wasm32")]
mod explanation;
#[cfg(target_arch = "wasm32")]
mod field_tree;
#[cfg(target_arch = "wasm32")]
mod hex;
mod limits;
#[cfg(target_arch = "wasm32")]
mod limits_table;
mod meaning;
mod model;
#[cfg(target_arch = "wasm32")]
mod reading;
#[cfg(target_arch = "wasm32")]
mod view;

pub use aspect::Aspect;
pub use limits::{
    Beside, Card, LimitRow, card, first_beside, limits_beside, limits_of, other_cards,
    rows as limit_rows,
};
pub use meaning::{full_value, meaning, value};
pub use model::{Expanded, Glyph, Row, RowName, Sheet};
#[cfg(target_arch = "wasm32")]
pub use reading::Reading;
#[cfg(target_arch = "wasm32")]
pub use view::{Inspector, Opened};
