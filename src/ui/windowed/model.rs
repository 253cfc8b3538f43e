//! Which rows of a long list need to be drawn.

use std::ops::Range;

/// Rows drawn beyond each edge of what can be seen, so that scrolling finds them there.
const MARGIN: usize = 8;

/// What a scroller shows of a list whose rows all have the same height, in CSS pixels.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Sight {
    pub row_height: f64,
    /// From the list's first row down to the upper edge of what can be seen; negative while
    /// something stands above the list.
    pub top: f64,
    /// How much can be seen.
    pub height: f64,
}

/// Rows that are printed: some fifty pages. More would take the browser minutes.
const PRINTED: usize = 2000;

impl Sight {
    /// From the first row on, as far as a list is printed.
    pub fn whole(self) -> Sight {
        Sight { top: 0.0, height: self.row_height * PRINTED as f64, ..self }
    }

    /// The rows to draw out of `count`.
    pub fn rows(self, count: usize) -> Range<usize> {
        if self.row_height <= 0.0 {
            // Nothing is measured yet: enough rows to measure.
            return 0..count.min(2 * MARGIN);
        }
        let row = |y: f64| (y / self.row_height).max(0.0);
        let first = row(self.top).floor() as usize;
        let end = row(self.top + self.height).ceil() as usize;
        first.saturating_sub(MARGIN).min(count)..(end + MARGIN).min(count)
    }

    /// How far to scroll down, or up if negative, until what stands between two edges is whole in sight.
    /// The edges are counted in rows.
    pub fn distance_to(self, upper: f64, lower: f64) -> f64 {
        let (upper, lower) = (upper * self.row_height, lower * self.row_height);
        if upper < self.top {
            upper - self.top
        } else {
            (lower - (self.top + self.height)).max(0.0)
        }
    }

    /// How many whole rows fit, at least one: the step of Page Up and Page Down.
    pub fn page(self) -> usize {
        ((self.height / self.row_height.max(1.0)) as usize).max(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_rows_near_the_sight_are_drawn() {
        for (top, height, count, expect) in [
            (0.0, 320.0, 120_000, 0..18),
            (32_000.0, 320.0, 120_000, 992..1018),
            (32_016.0, 320.0, 120_000, 992..1019), // half a row at both edges
            (3_839_680.0, 320.0, 120_000, 119_982..120_000),
            (-100.0, 320.0, 120_000, 0..15), // something stands above
            (0.0, 0.0, 120_000, 0..8),       // hidden
            (6400.0, 320.0, 3, 3..3),        // the list shrank while scrolled down
            (0.0, 320.0, 0, 0..0),
        ] {
            let sight = Sight { row_height: 32.0, top, height };
            assert_eq!(sight.rows(count), expect, "{top} {height} {count}");
        }
    }

    #[test]
    fn before_measuring_a_few_rows_are_drawn() {
        assert_eq!(Sight::default().rows(120_000), 0..16);
    }

    #[test]
    fn a_row_comes_into_sight_by_the_shortest_way() {
        let sight = Sight { row_height: 32.0, top: 320.0, height: 320.0 };
        for (row, expect) in [(10, 0.0), (19, 0.0), (9, -32.0), (20, 32.0), (0, -320.0)] {
            let row = f64::from(row);
            assert_eq!(sight.distance_to(row, row + 1.0), expect, "{row}");
        }
        assert_eq!(sight.page(), 10);
    }
}
