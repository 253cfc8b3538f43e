//! The picture of a run in pixels: its times as a histogram and over time, and answers a second.

use std::time::Duration;

use crate::measure::{Figures, Run};

/// From times to a share of the room, from zero or by powers of ten.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scale {
    /// In milliseconds.
    low: f64,
    high: f64,
    is_log: bool,
}

/// A place on an axis, and its value.
pub type Tick = (f64, f64);

#[derive(Clone, Debug, PartialEq)]
pub struct Histogram {
    pub width: f64,
    pub bars: Vec<Bar>,
    pub ticks: Vec<Tick>,
    pub marks: [Mark; 4],
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bar {
    pub x: f64,
    pub width: f64,
    /// As a share of the highest one.
    pub height: f64,
    pub count: usize,
    pub from: Duration,
    pub to: Duration,
}

/// p50, p95, p99 or the longest time, each in a row of its own.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mark {
    pub name: Share,
    pub time: Duration,
    pub x: f64,
    /// Its words are to the left of it.
    pub is_before: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Share {
    P50,
    P95,
    P99,
    Most,
}

/// Each message by when it was sent.
#[derive(Clone, Debug, PartialEq)]
pub struct OverTime {
    pub width: f64,
    pub dots: Vec<(f64, f64)>,
    /// From the shortest to the longest time, where there are more messages than room.
    pub spans: Vec<(f64, f64, f64)>,
    /// Where messages had no answer.
    pub unanswered: Vec<f64>,
    pub across: Vec<Tick>,
    pub up: Vec<Tick>,
}

/// Answers a second.
#[derive(Clone, Debug, PartialEq)]
pub struct Rates {
    pub width: f64,
    /// The left end and the height of each part.
    pub steps: Vec<(f64, f64)>,
    pub end: f64,
    /// The height of the mean.
    pub mean: f64,
    pub across: Vec<Tick>,
    pub up: Vec<Tick>,
}

/// The room of the numbers on the left.
pub const LEFT: f64 = 52.0;
const RIGHT: f64 = 26.0;
/// How high the pictures are, without their axes.
pub const HEIGHT: f64 = 120.0;
/// The room of each mark above a histogram.
pub const ROW: f64 = 15.0;

/// A distribution is drawn by powers of ten where its longest time is so many medians.
const LONG: f64 = 10.0;
/// What a clock of the page can tell apart, in milliseconds.
const SHORTEST: f64 = 0.01;
/// Across, in pixels.
const BAR: f64 = 10.0;
const BETWEEN_TICKS: f64 = 64.0;
const COLUMN: f64 = 4.0;

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

fn time(millis: f64) -> Duration {
    Duration::from_secs_f64(millis.max(0.0) / 1000.0)
}

impl Scale {
    /// One on which all of them fit; `None` without any.
    pub fn of(all: &[Figures]) -> Option<Scale> {
        let most = all.iter().map(|figures| figures.most).max()?;
        let least = all.iter().map(|figures| figures.least).min()?;
        let median = all.iter().map(|figures| figures.p50).min()?;
        let (least, most) = (millis(least).max(SHORTEST), millis(most).max(SHORTEST));
        Some(match most > LONG * millis(median).max(SHORTEST) {
            true => Scale { low: least / 1.1, high: most * 1.1, is_log: true },
            false => Scale { low: 0.0, high: end_of(most), is_log: false },
        })
    }

    fn share(&self, value: f64) -> f64 {
        let share = match self.is_log {
            true => (value.max(self.low) / self.low).ln() / (self.high / self.low).ln(),
            false => value / self.high,
        };
        share.clamp(0.0, 1.0)
    }

    fn value(&self, share: f64) -> f64 {
        match self.is_log {
            true => self.low * (self.high / self.low).powf(share),
            false => self.high * share,
        }
    }

    /// Round values, at most one on so many parts of the room.
    fn ticks(&self, most: usize) -> Vec<f64> {
        if !self.is_log {
            return even_ticks(self.high, most);
        }
        let decades = self.low.log10().floor() as i32..=self.high.log10().ceil() as i32;
        let ticks = |steps: &'static [f64]| {
            let decades = decades.clone();
            let all = decades.flat_map(move |d| steps.iter().map(move |s| s * 10_f64.powi(d)));
            all.filter(|value| (self.low..=self.high).contains(value)).collect::<Vec<_>>()
        };
        let choices: [&'static [f64]; 2] = [&[1.0, 2.0, 5.0], &[1.0]];
        let fits = choices.into_iter().map(ticks).find(|all| all.len() <= most);
        fits.unwrap_or_else(|| ticks(&[1.0]))
    }
}

/// A little above the highest value, so that little room is empty.
fn end_of(highest: f64) -> f64 {
    let step = round_up(highest / 10.0);
    (highest * 1.02 / step).ceil().max(1.0) * step
}

/// 0 and round values up to the highest.
fn even_ticks(high: f64, most: usize) -> Vec<f64> {
    let step = round_up(high / most.max(1) as f64);
    (0..).map(|n| f64::from(n) * step).take_while(|value| *value <= high * 1.0001).collect()
}

/// The next of 1, 2, 2.5, 5 times a power of ten.
fn round_up(value: f64) -> f64 {
    if value <= 0.0 {
        return 1.0;
    }
    let power = 10_f64.powf(value.log10().floor());
    let steps = [1.0, 2.0, 2.5, 5.0, 10.0];
    let step = steps.into_iter().find(|step| step * power >= value * 0.9999).unwrap_or(10.0);
    step * power
}

fn room(width: f64) -> (f64, f64) {
    (LEFT, (width - RIGHT).max(LEFT + BAR))
}

fn across(width: f64, share: f64) -> f64 {
    let (from, to) = room(width);
    from + (to - from) * share
}

fn ticks_across(width: f64) -> usize {
    let (from, to) = room(width);
    (((to - from) / BETWEEN_TICKS) as usize).max(2)
}

pub fn histogram(run: &Run, figures: &Figures, scale: &Scale, width: f64) -> Histogram {
    let (from, to) = room(width);
    let parts = (((to - from) / BAR) as usize).clamp(8, 80);
    let mut counts = vec![0_usize; parts];
    for time in run.times() {
        let share = scale.share(millis(time));
        counts[((share * parts as f64) as usize).min(parts - 1)] += 1;
    }
    let highest = counts.iter().copied().max().unwrap_or(1).max(1);
    let bars = counts.into_iter().enumerate().filter(|(_, count)| *count > 0).map(|(at, count)| {
        let [begin, end] = [at, at + 1].map(|at| at as f64 / parts as f64);
        Bar {
            x: across(width, begin),
            width: (to - from) / parts as f64,
            height: count as f64 / highest as f64,
            count,
            from: time(scale.value(begin)),
            to: time(scale.value(end)),
        }
    });
    let ticks = scale.ticks(ticks_across(width)).into_iter();
    let ticks = ticks.map(|value| (across(width, scale.share(value)), value));
    let mark = |name, time| {
        let x = across(width, scale.share(millis(time)));
        Mark { name, time, x, is_before: x > width / 2.0 }
    };
    let Figures { p50, p95, p99, most, .. } = *figures;
    Histogram {
        width,
        bars: bars.collect(),
        ticks: ticks.collect(),
        marks: [
            mark(Share::P50, p50),
            mark(Share::P95, p95),
            mark(Share::P99, p99),
            mark(Share::Most, most),
        ],
    }
}

pub fn over_time(run: &Run, scale: &Scale, width: f64) -> OverTime {
    let whole = millis(run.took()).max(SHORTEST);
    let place = |sent: Duration| across(width, millis(sent) / whole);
    let height = |time: Duration| HEIGHT * (1.0 - scale.share(millis(time)));
    let (from, to) = room(width);
    let columns = ((to - from) / COLUMN) as usize;
    let answered =
        || run.samples.iter().filter_map(|sample| Some((sample.sent, sample.time(&run.setup)?)));
    let (mut dots, mut spans) = (Vec::new(), Vec::new());
    if run.samples.len() <= columns * 2 {
        dots = answered().map(|(sent, time)| (place(sent), height(time))).collect();
    } else {
        let mut by_column: Vec<Vec<Duration>> = vec![Vec::new(); columns + 1];
        for (sent, time) in answered() {
            by_column[((place(sent) - from) / COLUMN) as usize].push(time);
        }
        for (at, times) in by_column.into_iter().enumerate() {
            if let Some(figures) = Figures::of(times) {
                let x = from + at as f64 * COLUMN;
                spans.push((x, height(figures.most), height(figures.least)));
                dots.push((x, height(figures.p50)));
            }
        }
    }
    let mut unanswered: Vec<f64> = Vec::new();
    for sample in run.samples.iter().filter(|sample| sample.time(&run.setup).is_none()) {
        let x = place(sample.sent);
        if unanswered.last().is_none_or(|last| x - last >= COLUMN) {
            unanswered.push(x);
        }
    }
    let up = scale.ticks(4).into_iter().map(|value| (height(time(value)), value)).collect();
    OverTime { width, dots, spans, unanswered, across: time_ticks(whole, width), up }
}

/// In milliseconds after the first message.
fn time_ticks(whole: f64, width: f64) -> Vec<Tick> {
    let ticks = even_ticks(whole, ticks_across(width)).into_iter();
    ticks.map(|value| (across(width, value / whole), value)).collect()
}

/// The scale of the answers a second of several runs.
pub fn highest_rate(runs: &[&Run], width: f64) -> f64 {
    let highest = runs.iter().flat_map(|run| run.rates(parts(width))).fold(0.0, f64::max);
    end_of(highest)
}

fn parts(width: f64) -> usize {
    ((width / (BAR * 2.0)) as usize).clamp(8, 40)
}

pub fn rates(run: &Run, high: f64, width: f64) -> Rates {
    let height = |rate: f64| HEIGHT * (1.0 - (rate / high).clamp(0.0, 1.0));
    let rates = run.rates(parts(width));
    let count = rates.len().max(1) as f64;
    let step = |(at, rate): (usize, &f64)| (across(width, at as f64 / count), height(*rate));
    Rates {
        width,
        steps: rates.iter().enumerate().map(step).collect(),
        end: room(width).1,
        mean: height(run.rate()),
        across: time_ticks(millis(run.took()).max(SHORTEST), width),
        up: even_ticks(high, 4).into_iter().map(|value| (height(value), value)).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::words::tests::{round_trips, throughput};
    use super::*;

    fn drawn(times: &[f64], width: f64) -> Histogram {
        let run = round_trips(times);
        let figures = run.figures().expect("there are times");
        let scale = Scale::of(&[figures]).expect("there are times");
        histogram(&run, &figures, &scale, width)
    }

    #[test]
    fn every_time_is_in_one_bar() {
        let even: Vec<f64> = (1..=500).map(|n| f64::from(n) / 10.0).collect();
        let long = [vec![1.0; 50], vec![400.0]].concat();
        for times in [&even[..], &long, &[1.0, 1.0], &[0.0], &[0.35]] {
            for width in [280.0, 900.0] {
                let drawn = drawn(times, width);
                let sum: usize = drawn.bars.iter().map(|bar| bar.count).sum();
                assert_eq!(sum, times.len(), "{width}");
                for bar in &drawn.bars {
                    assert!(bar.x >= LEFT - 0.01 && bar.x + bar.width <= width, "{bar:?}");
                    assert!(bar.height > 0.0 && bar.height <= 1.0, "{bar:?}");
                }
                assert!(drawn.ticks.len() >= 2, "{times:?} {:?}", drawn.ticks);
                let apart = drawn.ticks.windows(2).all(|pair| pair[1].0 - pair[0].0 > 20.0);
                assert!(apart, "{width} {:?}", drawn.ticks);
            }
        }
    }

    #[test]
    fn the_marks_are_in_order_and_their_words_stay_inside() {
        let times: Vec<f64> = (1..=100).map(f64::from).collect();
        let drawn = drawn(&times, 320.0);
        let places: Vec<f64> = drawn.marks.iter().map(|mark| mark.x).collect();
        assert!(places.is_sorted(), "{places:?}");
        assert!(!drawn.marks[1].is_before || drawn.marks[1].x > 160.0);
        assert_eq!(drawn.marks[3].time, Duration::from_millis(100));
        assert!(drawn.marks[3].is_before);
    }

    #[test]
    fn a_long_tail_does_not_hide_the_rest() {
        let long = [vec![1.0; 50], vec![1.2; 50], vec![400.0]].concat();
        let drawn = drawn(&long, 600.0);
        assert_eq!(drawn.bars.len(), 3, "{:?}", drawn.bars);
        assert_eq!(drawn.ticks.first().map(|tick| tick.1), Some(1.0));
    }

    #[test]
    fn many_messages_become_columns() {
        for (count, with_spans) in [(100, false), (100_000, true)] {
            let mut run = round_trips(&vec![2.0; count]);
            run.samples[1].delivered = None;
            let figures = run.figures().expect("there are times");
            let scale = Scale::of(&[figures]).expect("there are times");
            let drawn = over_time(&run, &scale, 600.0);
            assert_eq!(!drawn.spans.is_empty(), with_spans, "{count}");
            assert!(drawn.dots.len() <= 300, "{count}");
            assert_eq!(drawn.unanswered.len(), 1);
            let inside = |x: f64| (LEFT - 0.01..=600.0).contains(&x);
            assert!(drawn.dots.iter().all(|(x, y)| inside(*x) && (0.0..=HEIGHT).contains(y)));
        }
    }

    #[test]
    fn rates_fit_under_their_scale() {
        let run = throughput(20, 1000, 5.0);
        let high = highest_rate(&[&run], 600.0);
        let drawn = rates(&run, high, 600.0);
        assert!(high >= run.rate());
        assert!(drawn.steps.iter().all(|(_, y)| (0.0..=HEIGHT).contains(y)), "{drawn:?}");
        assert!((0.0..HEIGHT).contains(&drawn.mean));
        assert_eq!(drawn.up.first(), Some(&(HEIGHT, 0.0)));
    }

    #[test]
    fn round_values_are_round() {
        for (value, expect) in [(0.7, 1.0), (1.1, 2.0), (2.2, 2.5), (99.0, 100.0), (0.012, 0.02)] {
            assert!((round_up(value) - expect).abs() < 1e-9, "{value}");
        }
    }
}
