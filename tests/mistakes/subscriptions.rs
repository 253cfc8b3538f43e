//! Mistakes in the exercises of this chapter.

use super::Mistake;

pub fn mistakes() -> Vec<Mistake> {
    Vec::new()
}
