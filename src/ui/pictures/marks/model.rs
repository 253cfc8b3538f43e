//! From mark to mark.

use crate::capture::RecordId;

/// The middle of a mark, in pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spot {
    pub x: f64,
    pub y: f64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    Next,
    Previous,
    First,
    Last,
    Up,
    Down,
}

impl Step {
    /// What a key asks for, by its name in the browser.
    pub fn of(key: &str) -> Option<Step> {
        Some(match key {
            "ArrowRight" => Step::Next,
            "ArrowLeft" => Step::Previous,
            "ArrowUp" => Step::Up,
            "ArrowDown" => Step::Down,
            "Home" => Step::First,
            "End" => Step::Last,
            _ => return None,
        })
    }

    /// The mark that it leads to; `None` where there is no other that way. The marks are in their order in time, or as
    /// they are read.
    pub fn from(self, at: usize, spots: &[Spot]) -> Option<usize> {
        let here = spots.get(at)?;
        let nearest = |is_there: &dyn Fn(f64) -> bool| {
            let all = spots.iter().enumerate().filter(|(_, spot)| is_there(spot.y - here.y));
            let distance = |spot: &Spot| (spot.x - here.x).hypot(spot.y - here.y);
            all.min_by(|(_, a), (_, b)| distance(a).total_cmp(&distance(b))).map(|(to, _)| to)
        };
        let to = match self {
            Step::Next => at + 1,
            Step::Previous => at.checked_sub(1)?,
            Step::First => 0,
            Step::Last => spots.len() - 1,
            Step::Up => nearest(&|down| down < -SAME_HEIGHT)?,
            Step::Down => nearest(&|down| down > SAME_HEIGHT)?,
        };
        (to != at && to < spots.len()).then_some(to)
    }
}

/// The mark that a press means: the nearest one within reach of a finger, since marks may be closer to each other than
/// fingers are wide.
pub fn pressed(spots: &[Spot], x: f64, y: f64) -> Option<usize> {
    let distance = |spot: &Spot| (spot.x - x).hypot(spot.y - y);
    let all = spots.iter().enumerate().filter(|(_, spot)| distance(spot) <= REACH);
    all.min_by(|(_, a), (_, b)| distance(a).total_cmp(&distance(b))).map(|(at, _)| at)
}

/// The mark at which Tab stops: that of the open packet, or else the one that had the focus last, or else the latest.
pub fn stop(
    records: &[RecordId],
    open: Option<RecordId>,
    focused: Option<RecordId>,
) -> Option<usize> {
    let of = |id: Option<RecordId>| records.iter().position(|record| Some(*record) == id);
    // The same packet may have several marks; the one with the focus is not lost for another.
    of(focused.filter(|focused| Some(*focused) == open))
        .or_else(|| of(open))
        .or_else(|| of(focused))
        .or(records.len().checked_sub(1))
}

/// Marks at about the same height are beside each other.
const SAME_HEIGHT: f64 = 2.0;
/// The corner of a square of 24 pixels, from its middle.
const REACH: f64 = 17.0;

#[cfg(test)]
mod tests {
    use super::*;

    /// Two lanes of three marks each, in their order in time.
    const SPOTS: [Spot; 6] = [
        Spot { x: 10.0, y: 20.0 },
        Spot { x: 30.0, y: 70.0 },
        Spot { x: 50.0, y: 20.0 },
        Spot { x: 57.0, y: 21.0 },
        Spot { x: 60.0, y: 70.0 },
        Spot { x: 300.0, y: 70.0 },
    ];

    #[test]
    fn arrow_keys_lead_from_mark_to_mark() {
        for (at, key, expect) in [
            (0, "ArrowRight", Some(1)),
            (5, "ArrowRight", None),
            (3, "ArrowLeft", Some(2)),
            (0, "ArrowLeft", None),
            (3, "Home", Some(0)),
            (0, "Home", None),
            (3, "End", Some(5)),
            (0, "ArrowDown", Some(1)),
            (2, "ArrowDown", Some(4)), // not the one beside it, which is a pixel lower
            (5, "ArrowUp", Some(3)),
            (0, "ArrowUp", None),
        ] {
            let step = Step::of(key).expect("it is a step");
            assert_eq!(step.from(at, &SPOTS), expect, "{key} at {at}");
        }
        assert_eq!(Step::of("a"), None);
        assert_eq!(Step::Next.from(0, &[]), None);
    }

    #[test]
    fn a_press_means_the_nearest_mark() {
        for (x, y, expect) in [
            (51.0, 18.0, Some(2)),
            (54.0, 20.0, Some(3)),
            (22.0, 32.0, Some(0)), // the corner of 24 pixels around it
            (28.0, 20.0, None),
            (300.0, 86.0, Some(5)),
        ] {
            assert_eq!(pressed(&SPOTS, x, y), expect, "{x} {y}");
        }
    }

    #[test]
    fn there_is_one_place_to_stop() {
        let records = [RecordId(3), RecordId(5), RecordId(5), RecordId(9)];
        for (open, focused, expect) in [
            (None, None, Some(3)),
            (Some(5), None, Some(1)),
            (Some(5), Some(3), Some(1)),
            (Some(4), Some(3), Some(0)), // the open packet has no mark here
            (None, Some(4), Some(3)),
        ] {
            let [open, focused] = [open, focused].map(|id: Option<u64>| id.map(RecordId));
            assert_eq!(stop(&records, open, focused), expect, "{open:?} {focused:?}");
        }
        assert_eq!(stop(&[], Some(RecordId(1)), None), None);
    }
}
