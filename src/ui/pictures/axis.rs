//! A time axis on which seconds and hours are both legible: after every mark it runs evenly for a while,
//! then ever faster; and marks that came in one moment still have places of their own.

use std::time::Duration;

use crate::time::Instant;

/// A moment with a place of its own.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mark {
    pub at: Instant,
    /// The least distance to the mark before it, in pixels.
    pub room: f64,
    /// Nothing happened since the mark before it: the time between them takes no more than that room.
    pub is_folded: bool,
}

/// How fast an axis runs after a mark.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pace {
    /// Evenly for that long; from then on every doubling takes the same room.
    pub even: Duration,
    /// The room of the even part, in pixels. It is less where that is needed to fit everything in.
    pub length: f64,
}

/// From times to pixels.
#[derive(Clone, Debug, PartialEq)]
pub struct Axis {
    pace: Pace,
    /// The marks, then the end if it is later. Times and places ascend.
    knots: Vec<Knot>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct Knot {
    at: Instant,
    x: f64,
    is_folded: bool,
}

/// A moment with a name on the axis.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tick {
    pub x: f64,
    /// Seconds after the origin.
    pub seconds: u64,
}

impl Axis {
    /// Lays out the marks, oldest first, and the time up to `end`, within `from` and `to` in pixels. Where
    /// the rooms of the marks alone take more than that, the axis becomes longer.
    pub fn new(marks: &[Mark], end: Instant, pace: Pace, from: f64, to: f64) -> Axis {
        let mut gaps: Vec<Mark> = marks.to_vec();
        if gaps.last().is_none_or(|last| last.at < end) {
            gaps.push(Mark { at: end, room: 0.0, is_folded: false });
        }
        let length = |mark: &Mark, before: &Mark, scale: f64| match mark.is_folded {
            true => mark.room,
            false => mark.room.max(scale * steps(mark.at.since(before.at), pace.even)),
        };
        let whole = |scale: f64| -> f64 {
            gaps.windows(2).map(|pair| length(&pair[1], &pair[0], scale)).sum()
        };
        let room = (to - from).max(0.0);
        let mut scale = pace.length;
        if whole(scale) > room {
            let (mut fits, mut exceeds) = (0.0, scale);
            for _ in 0..BISECTIONS {
                let middle = (fits + exceeds) / 2.0;
                match whole(middle) > room {
                    true => exceeds = middle,
                    false => fits = middle,
                }
            }
            scale = fits;
        }
        let mut knots: Vec<Knot> = Vec::with_capacity(gaps.len());
        for (index, mark) in gaps.iter().enumerate() {
            let x = match index.checked_sub(1) {
                Some(before) => knots[before].x + length(mark, &gaps[before], scale),
                None => from,
            };
            knots.push(Knot { at: mark.at, x, is_folded: mark.is_folded });
        }
        Axis { pace, knots }
    }

    /// The place of the mark with that number.
    pub fn place(&self, mark: usize) -> f64 {
        self.knots[mark].x
    }

    /// Where the axis ends.
    pub fn end(&self) -> f64 {
        self.knots.last().map_or(0.0, |knot| knot.x)
    }

    /// The place of a moment: after all marks of the same moment, and never outside the axis.
    pub fn x(&self, at: Instant) -> f64 {
        let after = self.knots.partition_point(|knot| knot.at <= at);
        let Some(before) = after.checked_sub(1) else { return self.knots[0].x };
        let from = self.knots[before];
        let Some(to) = self.knots.get(after) else { return from.x };
        let whole = self.steps_between(from, *to);
        let passed = steps(at.since(from.at), self.pace.even);
        from.x + (to.x - from.x) * (passed / whole)
    }

    /// The moment at a place, the reverse of [`Axis::x`].
    fn at(&self, x: f64) -> Instant {
        let after = self.knots.partition_point(|knot| knot.x <= x);
        let Some(before) = after.checked_sub(1) else { return self.knots[0].at };
        let from = self.knots[before];
        let Some(to) = self.knots.get(after) else { return from.at };
        let share = (x - from.x) / (to.x - from.x);
        from.at + time_of(share * self.steps_between(from, *to), self.pace.even)
    }

    fn steps_between(&self, from: Knot, to: Knot) -> f64 {
        steps(to.at.since(from.at), self.pace.even)
    }

    /// Where it runs faster than after a mark: from and to in pixels.
    pub fn compressed(&self) -> Vec<(f64, f64)> {
        let mut all: Vec<(f64, f64)> = Vec::new();
        for pair in self.knots.windows(2) {
            let (from, to) = (pair[0], pair[1]);
            if to.at.since(from.at) <= self.pace.even || to.x - from.x < SHORTEST_COMPRESSED {
                continue;
            }
            let begins = if to.is_folded { from.x } else { self.x(from.at + self.pace.even) };
            match all.last_mut() {
                Some(last) if last.1 >= begins => last.1 = to.x,
                _ => all.push((begins, to.x)),
            }
        }
        all
    }

    /// Round moments after `origin`, at most one on so many pixels.
    pub fn ticks(&self, origin: Instant, pitch: f64) -> Vec<Tick> {
        let (begin, end) = (self.knots[0].x, self.end());
        let mut ticks = Vec::new();
        let mut from = begin;
        // The end of a line of numbers is left free, so that the next one has its distance.
        while from <= end {
            let to = (from + pitch * 0.45).min(end);
            let least = self.at(from).since(origin).as_micros().div_ceil(1_000_000) as u64;
            let most = self.at(to).since(origin).as_secs();
            if let Some(seconds) = roundest(least, most) {
                let x = self.x(origin + Duration::from_secs(seconds));
                ticks.push(Tick { x, seconds });
            }
            from += pitch;
        }
        ticks
    }
}

/// How far a time reaches: 1 for the even part, and 1 more for every time it is e times as long.
fn steps(time: Duration, even: Duration) -> f64 {
    let times = time.as_secs_f64() / even.as_secs_f64();
    if times <= 1.0 { times } else { 1.0 + times.ln() }
}

/// The reverse of [`steps`].
fn time_of(steps: f64, even: Duration) -> Duration {
    let times = if steps <= 1.0 { steps } else { (steps - 1.0).exp() };
    Duration::try_from_secs_f64(times * even.as_secs_f64()).unwrap_or(Duration::MAX)
}

/// The roundest number of seconds from the first to the last.
fn roundest(least: u64, most: u64) -> Option<u64> {
    ROUND.iter().map(|step| least.next_multiple_of(*step)).find(|seconds| *seconds <= most)
}

/// The least distance of each mark to the one before it, so that those of one lane have their own room
/// however many of other lanes come between. Each is given as its lane and its room there.
pub fn rooms(marks: impl IntoIterator<Item = (usize, f64)>, between: f64) -> Vec<f64> {
    let mut latest: Vec<(usize, f64)> = Vec::new();
    let mut before: Option<f64> = None;
    let mut rooms = Vec::new();
    for (lane, own) in marks {
        let known = latest.iter().position(|(other, _)| *other == lane);
        let beside = before.map_or(0.0, |before| before + between);
        let place = known.map_or(beside, |at| beside.max(latest[at].1 + own));
        rooms.push(before.map_or(0.0, |before| place - before));
        match known {
            Some(at) => latest[at].1 = place,
            None => latest.push((lane, place)),
        }
        before = Some(place);
    }
    rooms
}

/// The first of the marks that fit into so many pixels together with all that follow.
pub fn first_that_fits(rooms: &[f64], width: f64) -> usize {
    let mut used = 0.0;
    let mut first = rooms.len().saturating_sub(1);
    while first > 0 && used + rooms[first] <= width {
        used += rooms[first];
        first -= 1;
    }
    first
}

/// Halvings of the scale until it is exact to the fraction of a pixel.
const BISECTIONS: usize = 40;
/// A shorter stretch is not worth a sign, in pixels.
const SHORTEST_COMPRESSED: f64 = 12.0;
/// What counts as round, roundest first, in seconds.
const ROUND: [u64; 16] = [
    31_536_000, 2_592_000, 604_800, 86_400, 43_200, 21_600, 3600, 1800, 600, 300, 60, 30, 10, 5, 2,
    1,
];

#[cfg(test)]
mod tests {
    use super::*;

    const PACE: Pace = Pace { even: Duration::from_secs(5), length: 70.0 };

    fn second(seconds: u64) -> Instant {
        Instant::from_millis(seconds * 1000)
    }

    fn axis(marks: &[(u64, f64)], end: u64, width: f64) -> Axis {
        let marks: Vec<_> = marks
            .iter()
            .map(|(at, room)| Mark { at: second(*at), room: *room, is_folded: false })
            .collect();
        Axis::new(&marks, second(end), PACE, 10.0, 10.0 + width)
    }

    #[test]
    fn five_seconds_and_an_hour_are_both_legible() {
        let axis = axis(&[(0, 0.0), (5, 20.0), (3605, 20.0)], 3605, 400.0);
        let (five, hour) = (axis.place(1) - axis.place(0), axis.place(2) - axis.place(1));
        assert!(five > 35.0, "{five}");
        assert!(hour > 4.0 * five, "{hour}");
        assert!((axis.end() - 410.0).abs() < 0.1, "all of the room is used: {}", axis.end());
    }

    #[test]
    fn a_short_time_does_not_fill_the_width() {
        let axis = axis(&[(0, 0.0)], 2, 800.0);
        assert_eq!(axis.x(second(0)), 10.0);
        assert_eq!(axis.x(second(2)), 10.0 + 70.0 * 2.0 / 5.0);
    }

    #[test]
    fn marks_of_one_moment_have_places_of_their_own() {
        let axis = axis(&[(3, 0.0), (3, 22.0), (3, 22.0), (9, 22.0)], 9, 300.0);
        assert_eq!(axis.place(1) - axis.place(0), 22.0);
        assert_eq!(axis.place(2) - axis.place(1), 22.0);
        assert_eq!(axis.x(second(3)), axis.place(2), "a moment comes after its marks");
    }

    #[test]
    fn the_axis_is_longer_than_asked_only_where_the_marks_need_it() {
        let marks = [(0, 0.0), (1, 50.0), (2, 50.0), (3, 50.0)];
        for (width, expect) in [(400.0, 160.0), (150.0, 160.0), (90.0, 160.0)] {
            assert!((axis(&marks, 3, width).end() - expect).abs() < 0.1, "{width}");
        }
    }

    #[test]
    fn time_never_runs_backwards_and_reads_back() {
        let axis = axis(&[(0, 0.0), (4, 10.0), (64, 30.0), (64, 30.0), (7264, 30.0)], 9000, 500.0);
        let mut before = 0.0;
        for at in (0..9000).map(second) {
            let x = axis.x(at);
            assert!(x >= before, "{at:?}");
            before = x;
            // Where a stretch is a place between two marks of one moment, every moment lies behind it.
            let back = axis.at(x).as_millis_f64() - at.as_millis_f64();
            assert!(back.abs() < 1.0, "{at:?} {back}");
        }
        for (at, expect) in [(9000, axis.end()), (20_000, axis.end())] {
            assert!((axis.x(second(at)) - expect).abs() < 1e-6, "never outside: {at}");
        }
    }

    #[test]
    fn what_moves_through_a_long_stretch_is_seen_to_move_at_first() {
        // An hour of Session Expiry, and the width that a small screen has.
        let axis = axis(&[(0, 0.0), (3600, 14.0)], 3600, 300.0);
        assert!(axis.x(second(1)) - axis.x(second(0)) > 5.0);
        assert!(axis.x(second(10)) - axis.x(second(9)) > 2.0);
    }

    #[test]
    fn idle_time_can_be_folded_away() {
        let marks = [(0, 0.0, false), (1, 10.0, false), (601, 16.0, true), (602, 10.0, false)];
        let marks = marks.map(|(at, room, is_folded)| Mark { at: second(at), room, is_folded });
        let axis = Axis::new(&marks, second(602), PACE, 0.0, 400.0);
        assert_eq!(axis.place(2) - axis.place(1), 16.0);
        assert_eq!(axis.compressed(), [(axis.place(1), axis.place(2))]);
    }

    #[test]
    fn it_says_where_it_runs_faster() {
        let axis = axis(&[(0, 0.0), (4, 10.0), (64, 10.0)], 64, 400.0);
        assert_eq!(axis.compressed(), [(axis.x(second(9)), axis.place(2))]);
    }

    #[test]
    fn ticks_are_round_and_have_their_distance() {
        let axis = axis(&[(100, 0.0), (103, 10.0), (3703, 10.0)], 3703, 500.0);
        let ticks = axis.ticks(second(100), 80.0);
        assert_eq!(ticks[0], Tick { x: 10.0, seconds: 0 });
        assert!(ticks.windows(2).all(|pair| pair[1].x - pair[0].x > 40.0), "{ticks:?}");
        assert!(ticks.len() >= 4, "{ticks:?}");
        for (least, most, expect) in [
            (0, 3, Some(0)),
            (1, 4, Some(2)),
            (7, 12, Some(10)),
            (59, 61, Some(60)),
            (3500, 3700, Some(3600)),
            (61, 61, Some(61)),
            (9, 8, None), // less than a second is in the window
        ] {
            assert_eq!(roundest(least, most), expect, "{least} {most}");
        }
    }

    #[test]
    fn marks_of_a_lane_keep_their_distance_whatever_comes_between() {
        for (marks, expect) in [
            (vec![(0, 20.0), (0, 20.0)], vec![0.0, 20.0]),
            (vec![(0, 20.0), (1, 20.0), (0, 20.0)], vec![0.0, 3.0, 17.0]),
            (vec![(0, 20.0), (1, 20.0), (2, 20.0), (1, 20.0)], vec![0.0, 3.0, 3.0, 17.0]),
            (vec![], vec![]),
        ] {
            assert_eq!(rooms(marks.clone(), 3.0), expect, "{marks:?}");
        }
    }

    #[test]
    fn the_latest_marks_are_those_that_fit() {
        for (rooms, width, expect) in [
            (&[0.0, 20.0, 20.0][..], 40.0, 0),
            (&[0.0, 20.0, 20.0], 39.0, 1),
            (&[0.0, 20.0, 20.0], 5.0, 2), // the latest one stays in any case
            (&[], 5.0, 0),
        ] {
            assert_eq!(first_that_fits(rooms, width), expect, "{rooms:?} {width}");
        }
    }
}
