//! What was measured.

use std::time::Duration;

use super::measurement::Failure;
use super::setup::Setup;
use crate::analysis::requests::percentile;
use crate::mqtt::{QoS, ReasonCode};

/// One measurement of one broker, at its end.
#[derive(Clone, Debug)]
pub struct Run {
    pub setup: Setup,
    /// What the reader calls the broker.
    pub broker: String,
    /// Where it was.
    pub address: String,
    /// When it began, in microseconds since 1970.
    pub at: Option<u64>,
    /// The latency of each direction, where the broker is in the tab; then no time passes but on paper.
    pub latency: Option<Duration>,
    /// That of CONNACK, if it was stated.
    pub receive_maximum: Option<u16>,
    /// How many messages could be unacknowledged at once.
    pub window: u16,
    /// The maximum QoS of the subscription.
    pub granted: Option<QoS>,
    /// Of each PUBLISH, in bytes.
    pub packet_size: usize,
    /// In the order of sending.
    pub samples: Vec<Sample>,
    /// What single messages took that were sent before, with nothing else under way. Only for throughput.
    pub alone: Vec<Duration>,
    /// How much later than asked messages went out after their pause.
    pub late: Vec<Duration>,
    /// Messages that the Server refused, and the Reason Code of the first.
    pub refused: usize,
    pub refusal: Option<ReasonCode>,
    /// The time that the program itself worked while messages were under way.
    pub worked: Duration,
    pub ended: Ended,
}

/// One message.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sample {
    /// After the first one.
    pub sent: Duration,
    /// From then until it came back.
    pub delivered: Option<Duration>,
    /// From then until the PUBREC of QoS 2.
    pub received: Option<Duration>,
    /// From then until PUBACK or PUBCOMP; at QoS 0 until the PINGRESP behind it.
    pub acknowledged: Option<Duration>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ended {
    Done,
    Stopped,
    Failed(Failure),
}

/// Of a distribution, by nearest rank.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Figures {
    pub least: Duration,
    pub p50: Duration,
    pub p95: Duration,
    pub p99: Duration,
    pub most: Duration,
}

impl Figures {
    /// `None` without values.
    pub fn of(mut values: Vec<Duration>) -> Option<Figures> {
        values.sort_unstable();
        let at = |share| percentile(&values, share);
        Some(Figures {
            least: *values.first()?,
            p50: at(0.5)?,
            p95: at(0.95)?,
            p99: at(0.99)?,
            most: *values.last()?,
        })
    }
}

impl Sample {
    /// What this kind of measurement is about.
    pub fn time(&self, setup: &Setup) -> Option<Duration> {
        if setup.is_round_trip() { self.delivered } else { self.acknowledged }
    }
}

impl Run {
    /// The round trips; for throughput the times until the acknowledgement.
    pub fn times(&self) -> Vec<Duration> {
        self.samples.iter().filter_map(|sample| sample.time(&self.setup)).collect()
    }

    pub fn figures(&self) -> Option<Figures> {
        Figures::of(self.times())
    }

    pub fn acknowledged(&self) -> Option<Figures> {
        Figures::of(self.samples.iter().filter_map(|sample| sample.acknowledged).collect())
    }

    pub fn received(&self) -> Option<Figures> {
        Figures::of(self.samples.iter().filter_map(|sample| sample.received).collect())
    }

    /// How many messages have their answer.
    pub fn answered(&self) -> usize {
        self.samples.iter().filter(|sample| sample.time(&self.setup).is_some()).count()
    }

    /// Sent, and never answered.
    pub fn unanswered(&self) -> usize {
        self.samples.len() - self.answered()
    }

    /// From the first message to the last answer.
    pub fn took(&self) -> Duration {
        let end = |sample: &Sample| {
            sample.sent + sample.time(&self.setup).max(sample.acknowledged).unwrap_or_default()
        };
        self.samples.iter().map(end).max().unwrap_or_default()
    }

    /// Answered messages a second; 0 where no time has passed.
    pub fn rate(&self) -> f64 {
        per_second(self.answered(), self.took())
    }

    /// Answers a second in so many equal parts of the time.
    pub fn rates(&self, parts: usize) -> Vec<f64> {
        let took = self.took();
        let mut counts = vec![0_usize; parts];
        if took.is_zero() || parts == 0 {
            return Vec::new();
        }
        for sample in &self.samples {
            if let Some(time) = sample.time(&self.setup) {
                let share = (sample.sent + time).as_secs_f64() / took.as_secs_f64();
                counts[((share * parts as f64) as usize).min(parts - 1)] += 1;
            }
        }
        let part = took / parts as u32;
        counts.into_iter().map(|count| per_second(count, part)).collect()
    }

    /// The share of the time in which the program itself worked; above 1 only on paper.
    pub fn worked_share(&self) -> f64 {
        let took = self.took().as_secs_f64();
        if took == 0.0 { 0.0 } else { self.worked.as_secs_f64() / took }
    }
}

fn per_second(count: usize, time: Duration) -> f64 {
    if time.is_zero() { 0.0 } else { count as f64 / time.as_secs_f64() }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::super::setup::{Kind, Receiver};
    use super::*;

    pub fn ms(millis: f64) -> Duration {
        Duration::from_secs_f64(millis / 1000.0)
    }

    /// A run with these round trips, one after the other.
    pub fn round_trips(qos: QoS, times: &[f64]) -> Run {
        let mut sent = Duration::ZERO;
        let mut samples = Vec::new();
        for time in times {
            let time = ms(*time);
            samples.push(Sample { sent, delivered: Some(time), ..Sample::default() });
            sent += time;
        }
        let kind = Kind::RoundTrip { pause: Duration::ZERO, receiver: Receiver::Same };
        Run {
            setup: Setup { kind, qos, size: 16, count: times.len() },
            broker: "b".into(),
            address: "ws://b".into(),
            at: None,
            latency: None,
            receive_maximum: None,
            window: 1,
            granted: Some(qos),
            packet_size: 40,
            samples,
            alone: Vec::new(),
            late: Vec::new(),
            refused: 0,
            refusal: None,
            worked: Duration::ZERO,
            ended: Ended::Done,
        }
    }

    /// A run of so many messages, `window` at a time, each of which takes so long; alone they took `alone`.
    pub fn throughput(window: u16, count: usize, alone: f64, each: f64) -> Run {
        let kind = Kind::Throughput { window };
        let sample = |number: usize| Sample {
            sent: ms(each) * (number / usize::from(window)) as u32,
            acknowledged: Some(ms(each)),
            ..Sample::default()
        };
        let run = round_trips(QoS::AtLeastOnce, &[]);
        Run {
            setup: Setup { kind, count, ..run.setup },
            window,
            granted: None,
            samples: (0..count).map(sample).collect(),
            alone: vec![ms(alone); 10],
            ..run
        }
    }

    #[test]
    fn figures_are_values_that_were_measured() {
        let times: Vec<f64> = (1..=200).map(f64::from).collect();
        let figures = round_trips(QoS::AtMostOnce, &times).figures().expect("there are values");
        let expect = [1.0, 100.0, 190.0, 198.0, 200.0].map(ms);
        let Figures { least, p50, p95, p99, most } = figures;
        assert_eq!([least, p50, p95, p99, most], expect);
        assert_eq!(round_trips(QoS::AtMostOnce, &[]).figures(), None);
    }

    #[test]
    fn what_was_never_answered_is_not_counted_as_fast() {
        let mut run = round_trips(QoS::AtMostOnce, &[5.0, 5.0, 5.0]);
        run.samples[1].delivered = None;
        assert_eq!((run.answered(), run.unanswered()), (2, 1));
        assert_eq!(run.times().len(), 2);
    }

    #[test]
    fn rates_over_time_add_up() {
        // Ten at a time, five milliseconds each: two thousand a second.
        let run = throughput(10, 100, 5.0, 5.0);
        assert_eq!(run.took(), ms(50.0));
        assert_eq!(run.rate().round(), 2000.0);
        let rates = run.rates(10);
        let sum: f64 = rates.iter().map(|rate| rate * 0.005).sum();
        assert_eq!((rates.len(), sum.round()), (10, 100.0));
        assert!(throughput(1, 0, 1.0, 1.0).rates(10).is_empty(), "no time has passed");
    }
}
