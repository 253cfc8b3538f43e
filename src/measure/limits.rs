//! What limits round trips and throughput: rules, each of which says only what the run itself shows.

use std::time::Duration;

use super::run::{Figures, Run};
use super::setup::Kind;
use crate::mqtt::QoS;

/// One sentence, with the figures that are its reason.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Limit {
    /// Throughput is at most the window divided by the time that one message takes.
    Window {
        window: u16,
        bound: Bound,
        /// The median of messages that were sent one by one.
        alone: Duration,
        /// Messages a second: `window` in each `alone`.
        product: f64,
        /// Messages a second.
        measured: f64,
        reached: Reached,
        /// The mean of the messages that count.
        loaded: Duration,
    },
    /// At QoS 0 nothing is acknowledged: each window ends with a PINGREQ.
    Pings { window: u16 },
    /// Nearly all round trips lie near a multiple of this period.
    Period { period: Duration, share: f64 },
    /// A few are near a multiple of this period, and much longer than the others.
    Stragglers { count: usize, period: Duration, median: Duration },
    /// All round trips are this number of ways through the tab.
    Ways { latency: Duration, ways: u32 },
    /// PUBCOMP comes one round trip after PUBREC.
    TwoTrips { received: Duration, completed: Duration },
    /// The subscription gives less than was asked for.
    Granted { asked: QoS, granted: QoS },
    /// The share of payload in the bytes of each PUBLISH, and payload bytes a second.
    Payload { payload: usize, packet: usize, rate: f64 },
    /// How long the program itself worked, of the time that passed; in the tab no time passes for it.
    Worked { each: Duration, share: f64, is_on_paper: bool },
    /// Timers let messages go later than asked; round trips count from the sending.
    Late { asked: Duration, median: Duration },
    /// All times are multiples of this: the clock has no finer steps.
    Clock { step: Duration },
}

/// Who set the window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bound {
    Asked,
    /// Receive Maximum is less than was asked for.
    ReceiveMaximum {
        asked: u16,
    },
}

/// What was measured, beside what the window allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reached {
    /// The window is the limit.
    Nearly,
    /// Something else is: messages wait for it.
    Less,
    /// Messages are answered sooner when there are many than one by one.
    More,
}

impl Limit {
    pub fn key(&self) -> &'static str {
        match self {
            Limit::Window { reached: Reached::Nearly, .. } => "window",
            Limit::Window { reached: Reached::Less, .. } => "less-than-window",
            Limit::Window { reached: Reached::More, .. } => "more-than-window",
            Limit::Pings { .. } => "pings",
            Limit::Period { .. } => "period",
            Limit::Stragglers { .. } => "stragglers",
            Limit::Ways { .. } => "ways",
            Limit::TwoTrips { .. } => "two-trips",
            Limit::Granted { .. } => "granted",
            Limit::Payload { .. } => "payload",
            Limit::Worked { .. } => "worked",
            Limit::Late { .. } => "late",
            Limit::Clock { .. } => "clock",
        }
    }
}

/// Below this share of what the window allows it is not the limit, and above its reverse messages are answered sooner.
const NEARLY: f64 = 0.75;
/// So many windows have to have been answered.
const FULL: usize = 4;
/// Fewer values show no pattern.
const PATTERN: usize = 10;
/// How often Mosquitto 2.0 looks at its WebSockets while nothing else happens.
const PERIOD: Duration = Duration::from_millis(100);
/// How near a multiple is near, as a share of the period: by chance, a fifth of all values would be.
const NEAR: f64 = 0.1;
/// From this share on it is not a coincidence. A network whose round trip is that long looks the same.
const MOST: f64 = 0.75;
/// A period is long beside what is so many times shorter.
const MUCH: u32 = 5;
/// PUBCOMP after at least so many times the time of PUBREC.
const SECOND_TRIP: f64 = 1.4;
/// What is not worth a sentence.
const WORTH: f64 = 0.01;
/// How browsers round their clocks, coarsest first.
const STEPS: [Duration; 3] =
    [Duration::from_millis(100), Duration::from_millis(1), Duration::from_micros(100)];

/// What a run shows, most important first; nothing where nothing was answered.
pub fn limits(run: &Run) -> Vec<Limit> {
    let Some(figures) = run.figures() else { return Vec::new() };
    [
        window(run),
        pings(run),
        ways(run, &figures),
        period(run),
        stragglers(run, &figures),
        two_trips(run),
        granted(run),
        worked(run),
        late(run),
        clock(run),
        payload(run),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn window(run: &Run) -> Option<Limit> {
    let Kind::Throughput { window: asked } = run.setup.kind else { return None };
    // With fewer windows the last, partly filled one weighs too much.
    if run.answered() < FULL * usize::from(run.window) {
        return None;
    }
    let alone = Figures::of(run.alone.clone())?.p50;
    if alone.is_zero() {
        return None;
    }
    let (product, measured) = (f64::from(run.window) / alone.as_secs_f64(), run.rate());
    let share = measured / product;
    let reached = match share {
        _ if share < NEARLY => Reached::Less,
        _ if share > NEARLY.recip() => Reached::More,
        _ => Reached::Nearly,
    };
    let bound = match run.window < asked {
        true => Bound::ReceiveMaximum { asked },
        false => Bound::Asked,
    };
    let times = run.times();
    let loaded = times.iter().sum::<Duration>() / u32::try_from(times.len()).ok()?.max(1);
    Some(Limit::Window { window: run.window, bound, alone, product, measured, reached, loaded })
}

fn pings(run: &Run) -> Option<Limit> {
    let is_it = !run.setup.is_round_trip() && run.setup.qos == QoS::AtMostOnce;
    is_it.then_some(Limit::Pings { window: run.window })
}

/// Everything takes the set latency and nothing else.
fn ways(run: &Run, figures: &Figures) -> Option<Limit> {
    let latency = run.latency.filter(|latency| !latency.is_zero())?;
    let ways = figures.p50.as_micros() as f64 / latency.as_micros() as f64;
    let is_all = figures.least == figures.most && ways.fract() == 0.0;
    is_all.then_some(Limit::Ways { latency, ways: ways as u32 })
}

fn period(run: &Run) -> Option<Limit> {
    // Messages that are under way together keep the broker awake.
    let times = if run.setup.is_round_trip() { run.times() } else { run.alone.clone() };
    if times.len() < PATTERN || run.latency.is_some() {
        return None;
    }
    let share = near(&times) as f64 / times.len() as f64;
    (share >= MOST).then_some(Limit::Period { period: PERIOD, share })
}

/// How many of them are near a multiple of the period.
fn near(times: &[Duration]) -> usize {
    let is_near = |time: &&Duration| {
        let times = time.as_secs_f64() / PERIOD.as_secs_f64();
        times.round() >= 1.0 && (times - times.round()).abs() <= NEAR
    };
    times.iter().filter(is_near).count()
}

fn stragglers(run: &Run, figures: &Figures) -> Option<Limit> {
    let median = figures.p50;
    if !run.setup.is_round_trip() || run.latency.is_some() || median * MUCH > PERIOD {
        return None;
    }
    let long: Vec<_> = run.times().into_iter().filter(|time| *time > PERIOD / 2).collect();
    let count = near(&long);
    // One alone may be anything.
    let is_pattern = count >= 2 && count as f64 >= MOST * long.len() as f64;
    is_pattern.then_some(Limit::Stragglers { count, period: PERIOD, median })
}

fn two_trips(run: &Run) -> Option<Limit> {
    let (received, completed) = (run.received()?.p50, run.acknowledged()?.p50);
    let is_second = completed.as_secs_f64() >= SECOND_TRIP * received.as_secs_f64();
    is_second.then_some(Limit::TwoTrips { received, completed })
}

fn granted(run: &Run) -> Option<Limit> {
    let (asked, granted) = (run.setup.qos, run.granted?);
    (granted < asked).then_some(Limit::Granted { asked, granted })
}

fn worked(run: &Run) -> Option<Limit> {
    let (share, is_on_paper) = (run.worked_share(), run.latency.is_some());
    let each = run.worked / u32::try_from(run.answered()).ok()?.max(1);
    let is_worth = !each.is_zero() && (is_on_paper || share >= WORTH);
    is_worth.then_some(Limit::Worked { each, share, is_on_paper })
}

fn late(run: &Run) -> Option<Limit> {
    let Kind::RoundTrip { pause: asked, .. } = run.setup.kind else { return None };
    let median = Figures::of(run.late.clone())?.p50;
    let is_worth = median.as_secs_f64() >= WORTH * asked.as_secs_f64() && !median.is_zero();
    is_worth.then_some(Limit::Late { asked, median })
}

fn clock(run: &Run) -> Option<Limit> {
    let times = run.times();
    if times.len() < PATTERN || run.latency.is_some() {
        return None;
    }
    // The owner of the clock may have rounded its fractions off.
    let is_whole = |time: &Duration, step: Duration| {
        let rest = time.as_micros() % step.as_micros();
        rest <= 1 || rest >= step.as_micros() - 1
    };
    // Nothing is a multiple of everything.
    let longest = times.iter().max()?.as_micros() + 1;
    let is_it = |step: &Duration| {
        step.as_micros() <= longest && times.iter().all(|time| is_whole(time, *step))
    };
    let step = STEPS.into_iter().find(is_it)?;
    Some(Limit::Clock { step })
}

fn payload(run: &Run) -> Option<Limit> {
    let (payload, packet) = (run.setup.size, run.packet_size);
    (packet > 0 && !run.took().is_zero()).then_some(Limit::Payload {
        payload,
        packet,
        rate: run.rate() * payload as f64,
    })
}

#[cfg(test)]
mod tests {
    use super::super::run::Sample;
    use super::super::run::tests::{ms, round_trips, throughput};
    use super::*;

    fn keys(run: &Run) -> Vec<&'static str> {
        limits(run).iter().map(Limit::key).filter(|key| *key != "payload").collect()
    }

    #[test]
    fn the_window_is_the_limit_where_the_product_is_reached() {
        for (window, alone, each, expect) in [
            (20, 5.0, 5.0, "window"), // 20 ÷ 5 ms
            (20, 5.0, 6.0, "window"),
            (20, 5.0, 10.0, "less-than-window"), // they wait for something
            (20, 100.0, 10.0, "more-than-window"), // an idle broker was slow
        ] {
            let run = throughput(window, 1000, alone, each);
            assert_eq!(keys(&run)[0], expect, "{alone} {each}");
        }
        let Some(Limit::Window { product, measured, .. }) =
            limits(&throughput(20, 1000, 5.0, 5.0)).first().copied()
        else {
            panic!("there is a window")
        };
        assert_eq!((product.round(), measured.round()), (4000.0, 4000.0));
        let few = throughput(20, 79, 5.0, 5.0);
        assert!(!keys(&few).contains(&"window"), "the last window weighs too much");
    }

    #[test]
    fn who_set_the_window_is_known() {
        let mut run = throughput(20, 1000, 5.0, 5.0);
        run.setup.kind = Kind::Throughput { window: 100 };
        let Limit::Window { bound, .. } = limits(&run)[0] else { panic!("there is a window") };
        assert_eq!(bound, Bound::ReceiveMaximum { asked: 100 });
    }

    #[test]
    fn a_period_is_no_chance() {
        let near: Vec<f64> = (0..20).map(|n| [99.2, 101.3, 200.4][n % 3]).collect();
        let even: Vec<f64> = (0..100).map(|n| 5.0 * f64::from(n) + 0.7).collect();
        let short: Vec<f64> = (0..20).map(|n| 2.0 + 0.3 * f64::from(n)).collect();
        for (times, expect) in
            [(&near[..], true), (&near[..9], false), (&even, false), (&short, false)]
        {
            let run = round_trips(QoS::AtMostOnce, times);
            assert_eq!(keys(&run).contains(&"period"), expect, "{times:?}");
        }
    }

    #[test]
    fn a_few_that_waited_are_told_apart() {
        for (long, expect) in [
            (&[101.2, 104.2][..], true),
            (&[101.2], false),                   // one may be anything
            (&[101.2, 98.0, 55.0, 65.0], false), // no period
            (&[], false),
        ] {
            let times = [vec![1.5; 50], long.to_vec()].concat();
            let run = round_trips(QoS::AtMostOnce, &times);
            assert_eq!(keys(&run).contains(&"stragglers"), expect, "{long:?}");
        }
        let slow = [vec![60.0; 50], vec![101.0, 99.0]].concat();
        assert!(!keys(&round_trips(QoS::AtMostOnce, &slow)).contains(&"stragglers"));
    }

    #[test]
    fn in_the_tab_every_way_takes_the_latency() {
        for (latency, times, expect) in [
            (0.5, &[1.0, 1.0][..], Some(2)),
            (0.5, &[2.0, 2.0], Some(4)),
            (0.5, &[1.0, 1.5], None),
            (0.0, &[0.0, 0.0], None),
        ] {
            let mut run = round_trips(QoS::AtLeastOnce, times);
            run.latency = Some(ms(latency));
            let ways = limits(&run).into_iter().find_map(|limit| match limit {
                Limit::Ways { ways, .. } => Some(ways),
                _ => None,
            });
            assert_eq!(ways, expect, "{times:?}");
        }
    }

    #[test]
    fn the_second_trip_of_qos_2_is_seen() {
        for (received, completed, expect) in [(5.0, 10.1, true), (5.0, 6.0, false)] {
            let mut run = round_trips(QoS::ExactlyOnce, &[5.0; 12]);
            for Sample { received: r, acknowledged, .. } in &mut run.samples {
                (*r, *acknowledged) = (Some(ms(received)), Some(ms(completed)));
            }
            assert_eq!(keys(&run).contains(&"two-trips"), expect, "{received} {completed}");
        }
    }

    #[test]
    fn a_lower_qos_is_told() {
        let mut run = round_trips(QoS::ExactlyOnce, &[5.03, 4.0]);
        run.granted = Some(QoS::AtLeastOnce);
        assert_eq!(keys(&run), ["granted"]);
    }

    #[test]
    fn the_work_of_the_program_is_a_share_of_the_time() {
        let mut run = throughput(1, 100, 5.0, 5.0);
        run.worked = ms(250.0);
        let found = limits(&run);
        let worked = Limit::Worked { each: ms(2.5), share: 0.5, is_on_paper: false };
        assert!(found.contains(&worked), "{found:?}");
        run.worked = ms(1.0);
        assert!(!keys(&run).contains(&"worked"), "a fiftieth of a percent");
    }

    #[test]
    fn late_timers_are_told_beside_the_pause() {
        for (asked, late, expect) in [(10.0, 1.0, true), (1000.0, 1.0, false), (10.0, 0.0, false)] {
            let mut run = round_trips(QoS::AtMostOnce, &[5.03, 4.0]);
            let pause = ms(asked);
            run.setup.kind =
                Kind::RoundTrip { pause, receiver: super::super::setup::Receiver::Same };
            run.late = vec![ms(late); 3];
            assert_eq!(keys(&run).contains(&"late"), expect, "{asked} {late}");
        }
    }

    #[test]
    fn the_coarsest_step_of_the_clock_is_found() {
        for (times, expect) in [
            ([1.0, 2.0, 5.0, 7.0, 3.0].repeat(2), Some(ms(1.0))),
            ([1.1, 2.0, 5.3, 7.0, 3.0].repeat(2), Some(ms(0.1))),
            ([100.0, 200.0, 100.0, 300.0, 100.0].repeat(2), Some(ms(100.0))),
            ([1.037, 2.0, 5.3, 7.0, 3.0].repeat(2), None),
            (vec![1.0, 2.0], None), // chance
        ] {
            let run = round_trips(QoS::AtMostOnce, &times);
            let step = limits(&run).into_iter().find_map(|limit| match limit {
                Limit::Clock { step } => Some(step),
                _ => None,
            });
            assert_eq!(step, expect, "{times:?}");
        }
    }

    #[test]
    fn the_payload_is_a_share_of_the_bytes() {
        let run = round_trips(QoS::AtMostOnce, &[10.0, 10.0]);
        let found = limits(&run).pop();
        assert_eq!(found, Some(Limit::Payload { payload: 16, packet: 40, rate: 1600.0 }));
        assert!(limits(&round_trips(QoS::AtMostOnce, &[])).is_empty(), "nothing was measured");
        let in_no_time = limits(&round_trips(QoS::AtMostOnce, &[0.0; 12]));
        assert!(in_no_time.is_empty(), "{in_no_time:?}");
    }
}
