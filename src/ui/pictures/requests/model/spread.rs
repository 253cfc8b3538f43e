//! All round trips as dots over one axis.

use std::time::Duration;

use super::EDGE;
use crate::analysis::requests::percentile;

/// All round trips on one logarithmic axis, one dot each or several.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Spread {
    pub width: f64,
    pub dots: Vec<SpreadDot>,
    /// For so many round trips a dot stands.
    pub per_dot: usize,
    /// Times on the axis.
    pub ticks: Vec<(f64, Duration)>,
    /// From three round trips on.
    pub median: Option<(f64, Duration)>,
    pub p99: Option<(f64, Duration)>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SpreadDot {
    pub x: f64,
    /// Over the axis.
    pub y: f64,
    /// The last round trip that it stands for, in their order.
    pub nth: usize,
    /// Whether the latest round trip is in it.
    pub is_latest: bool,
}

/// `None` without any.
pub fn spread(sorted: &[Duration], latest: Option<Duration>, width: f64) -> Option<Spread> {
    let (shortest, longest) = (sorted.first()?, sorted.last()?);
    let exponent = |time: &Duration| time.as_secs_f64().max(SHORTEST).log10();
    let low = (exponent(shortest) + 1e-9).floor();
    let high = (exponent(longest) - 1e-9).ceil().max(low + 1.0);
    let (from, to) = (EDGE + 8.0, width - EDGE - 12.0);
    let place = |time: &Duration| from + (to - from) * (exponent(time) - low) / (high - low);
    let column = |time: &Duration| ((place(time) - from) / DOT).floor().max(0.0) as usize;
    let mut columns: Vec<(usize, usize)> = Vec::new();
    for time in sorted {
        let at = column(time);
        match columns.last_mut() {
            Some((last, count)) if *last == at => *count += 1,
            _ => columns.push((at, 1)),
        }
    }
    let most = columns.iter().map(|(_, count)| *count).max().unwrap_or(1);
    let per_dot = most.div_ceil(STACK);
    let latest = latest.map(|time| column(&time));
    let before = columns.iter().scan(0, |sum, (_, count)| {
        let before = *sum;
        *sum += count;
        Some(before)
    });
    let dots = columns.iter().zip(before).flat_map(|((at, count), before)| {
        let stack = count.div_ceil(per_dot);
        (0..stack).map(move |row| SpreadDot {
            x: from + (*at as f64 + 0.5) * DOT,
            y: -DOT * (row as f64 + 0.5) - 1.0,
            nth: before + (per_dot * (row + 1)).min(*count) - 1,
            is_latest: latest == Some(*at) && row + 1 == stack,
        })
    });
    let steps: &[f64] = if high - low > 2.0 { &[1.0] } else { &[1.0, 2.0, 5.0] };
    let decades = (low as i32..=high as i32).flat_map(|decade| {
        steps.iter().map(move |step| Duration::from_secs_f64(step * 10_f64.powi(decade)))
    });
    let highest = 10_f64.powf(high) * 1.001;
    let ticks = decades.filter(|time| time.as_secs_f64() <= highest);
    let statistic = |share| {
        let time = percentile(sorted, share).filter(|_| sorted.len() > 2)?;
        Some((place(&time), time))
    };
    Some(Spread {
        width,
        dots: dots.collect(),
        per_dot,
        ticks: ticks.map(|time| (place(&time), time)).collect(),
        median: statistic(0.5),
        p99: statistic(0.99),
    })
}

/// From one dot to the next, and dots above each other.
const DOT: f64 = 7.0;
const STACK: usize = 4;
/// A tenth of a millisecond: what the clock of a browser tells apart.
const SHORTEST: f64 = 1e-4;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::pictures::requests::model::round_duration;

    const WIDTHS: [f64; 4] = [316.0, 340.0, 560.0, 900.0];

    #[test]
    fn every_round_trip_is_in_a_dot() {
        let millis = |times: &[u64]| -> Vec<Duration> {
            times.iter().map(|time| Duration::from_millis(*time)).collect()
        };
        let nth = |times: &[u64]| -> Vec<usize> {
            let spread = spread(&millis(times), None, 400.0).expect("there are some");
            spread.dots.iter().map(|dot| dot.nth).collect()
        };
        assert_eq!(nth(&[2, 20, 20, 200]), [0, 1, 2, 3]);
        // Three to a dot, which stands for its last one.
        assert_eq!(nth(&[20; 10]), [2, 5, 8, 9]);
    }

    #[test]
    fn few_round_trips_are_dots_without_statistics() {
        let millis = |values: &[u64]| -> Vec<Duration> {
            values.iter().map(|value| Duration::from_millis(*value)).collect()
        };
        for (times, dots, statistics) in [
            (&[3][..], 1, false),
            (&[3, 3], 2, false),
            (&[3, 900], 2, false),
            (&[3, 5, 9], 3, true),
            (&[0, 0, 0], 3, true), // all in one moment of the clock
        ] {
            for width in WIDTHS {
                let spread = spread(&millis(times), None, width).expect("there are some");
                assert_eq!(spread.dots.len(), dots, "{times:?}");
                assert_eq!(spread.median.is_some(), statistics, "{times:?}");
                assert_eq!(spread.p99.is_some(), statistics, "{times:?}");
                assert!(spread.ticks.len() >= 2, "{times:?}: {:?}", spread.ticks);
                for dot in &spread.dots {
                    assert!((0.0..=width).contains(&dot.x), "{times:?} at {width}: {dot:?}");
                }
            }
        }
    }

    #[test]
    fn many_round_trips_are_bounded_dots_with_median_and_p99_in_place() {
        let mut times: Vec<_> = (1..=5000).map(|n| Duration::from_micros(n * 100)).collect();
        times.sort_unstable();
        for width in WIDTHS {
            let spread = spread(&times, times.last().copied(), width).expect("there are some");
            assert!(spread.dots.len() <= STACK * (width / DOT) as usize, "{width}");
            assert!(spread.per_dot > 1, "{width}");
            let (median, p99) = (spread.median.expect("many"), spread.p99.expect("many"));
            assert_eq!((median.1.as_millis(), p99.1.as_millis()), (250, 495));
            assert!(median.0 < p99.0);
            assert_eq!(spread.dots.iter().filter(|dot| dot.is_latest).count(), 1);
            let deepest = spread.dots.iter().map(|dot| dot.y).fold(0.0, f64::min);
            assert!(deepest >= -DOT * STACK as f64, "{width}: {deepest}");
        }
    }

    #[test]
    fn the_axis_of_round_trips_has_round_times() {
        for (shortest, longest, expect) in [
            (3, 9, "1 ms, 2 ms, 5 ms, 10 ms"),
            (3, 40, "1 ms, 2 ms, 5 ms, 10 ms, 20 ms, 50 ms, 100 ms"),
            (3, 4000, "1 ms, 10 ms, 100 ms, 1 s, 10 s"),
            (10, 10, "10 ms, 20 ms, 50 ms, 100 ms"),
            (0, 0, "0.1 ms, 0.2 ms, 0.5 ms, 1 ms"),
        ] {
            let times = [shortest, longest].map(Duration::from_millis);
            let spread = spread(&times, None, 400.0).expect("there are two");
            let ticks: Vec<_> = spread.ticks.iter().map(|(_, t)| round_duration(*t)).collect();
            assert_eq!(ticks.join(", "), expect);
        }
    }
}
