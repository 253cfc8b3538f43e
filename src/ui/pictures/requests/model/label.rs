//! Where Correlation Data and times are written.

use super::{Arc, LETTERS};
use crate::analysis::requests::State;

/// Finds room for what is written, the latest first: heights are above the line of the asker where they
/// are negative, and below the other. Returns the rows above and below.
pub(super) fn label(arcs: &mut [Arc], now: Option<f64>, width: f64) -> (f64, f64) {
    let mut above = Rows::new(width);
    let mut below = Rows::new(width);
    for arc in arcs.iter_mut().rev() {
        let end = arc.answered.or(arc.gives_up).unwrap_or(arc.sent + 12.0);
        arc.time_at = match (arc.state, now) {
            // The time that is left stands over the line that gets shorter.
            (State::Pending(_), Some(now)) => {
                let found = above.find((now + end) / 2.0, TIME);
                found.map(|(x, row)| (x, -8.0 - row * ROW))
            }
            _ => {
                let found = below.find((arc.sent + end) / 2.0, TIME);
                found.map(|(x, row)| (x, 14.0 + row * ROW))
            }
        };
        let Some(data) = &arc.data else { continue };
        let wide = letters(data) * LETTER;
        let is_late = matches!(arc.state, State::Late(_));
        for x in arc.answered.filter(|_| !is_late).into_iter().chain([arc.sent]) {
            if let Some((x, row)) = above.find(x, wide) {
                arc.data_at.push((x, -8.0 - row * ROW));
            }
        }
    }
    (above.used, below.used)
}

/// Puts what is written, once the lines are known, above the one of the asker and below everything.
pub(super) fn lower_labels(arcs: &mut [Arc], asker: f64, bottom: f64) {
    for arc in arcs {
        arc.data_at.iter_mut().for_each(|(_, y)| *y += asker);
        if let Some((_, y)) = &mut arc.time_at {
            *y += if *y < 0.0 { asker } else { bottom };
        }
    }
}

/// Lines of text above each other, filled from the right.
struct Rows {
    /// How far each is free, from the left.
    free: [f64; ROWS],
    width: f64,
    used: f64,
}

impl Rows {
    fn new(width: f64) -> Rows {
        Rows { free: [width; ROWS], width, used: 0.0 }
    }

    /// The middle of a text near `x`, and its row.
    fn find(&mut self, x: f64, wide: f64) -> Option<(f64, f64)> {
        let x = x.min(self.width - wide / 2.0).max(wide / 2.0 + LETTERS - 8.0);
        let row = self.free.iter().position(|free| x + wide / 2.0 <= *free)?;
        self.free[row] = x - wide / 2.0 - 4.0;
        self.used = self.used.max(row as f64 + 1.0);
        Some((x, row as f64))
    }
}

/// In letters of the Latin width.
fn letters(text: &str) -> f64 {
    text.chars().map(|letter| if letter.is_ascii() || letter == '…' { 1.0 } else { 1.8 }).sum()
}

/// Lines of text above the one lane and below the other.
const ROWS: usize = 2;
pub(super) const ROW: f64 = 12.0;
/// What a time takes across, and one letter.
pub(super) const TIME: f64 = 48.0;
const LETTER: f64 = 6.2;
