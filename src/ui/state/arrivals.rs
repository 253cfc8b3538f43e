//! Which rows of a view have come since it was drawn last, so that they are animated once.

use leptos::prelude::*;

use crate::ui::pace::first_animated;

/// Rows have numbers in the order in which they came. Copied freely.
#[derive(Clone, Copy)]
pub struct Arrivals(StoredValue<Drawn>);

#[derive(Clone, Copy)]
struct Drawn {
    /// How many rows there were.
    rows: u64,
    first_new: u64,
}

impl Arrivals {
    /// The rows that are there already are not new.
    pub fn after(rows: u64) -> Arrivals {
        Arrivals(StoredValue::new(Drawn { rows, first_new: rows }))
    }

    /// Notes how many rows there are now. To be called before they are drawn.
    pub fn draw(self, rows: u64) {
        self.0.update_value(|drawn| {
            *drawn = Drawn { rows, first_new: first_animated(drawn.rows, rows) };
        });
    }

    /// Whether the row is new in the present drawing, and so few are that they are animated.
    pub fn is_new(self, row: u64) -> bool {
        row >= self.0.with_value(|drawn| drawn.first_new)
    }
}
