//! The broker in the tab measured: every packet takes the set latency, and no time passes but on paper.

use std::time::Duration;

use super::measurement::{Measurement, Options};
use super::run::Run;
use crate::auth::KEY_LENGTH;
use crate::broker::{Input, Policy};
use crate::capture::ClientSlot;
use crate::lab::InTab;
use crate::link::LinkCommand;
use crate::time::Instant;

/// A measurement of a broker in the tab of its own, a moment at a time.
pub struct InTabRun {
    measurement: Measurement,
    tab: InTab,
    latency: Duration,
    now: Instant,
}

impl InTabRun {
    pub fn new(
        options: Options,
        policy: Policy,
        latency: Duration,
        seed: [u8; KEY_LENGTH],
    ) -> InTabRun {
        let now = Instant::START;
        let mut tab = InTab::new(seed);
        tab.set_latency(latency);
        tab.operate(Input::SetPolicy(Box::new(policy)), now);
        InTabRun { measurement: Measurement::new(options, now), tab, latency, now }
    }

    /// Goes on to the next moment at which something happens; `false` when it is over.
    pub fn step(&mut self) -> bool {
        let InTabRun { measurement, tab, now, .. } = self;
        while let Some(command) = measurement.next_command() {
            match command {
                LinkCommand::Open { connection, .. } => tab.open(connection, ClientSlot(0), *now),
                LinkCommand::Send { connection, bytes } => tab.send(connection, bytes, *now),
                LinkCommand::Close { connection } => tab.close(connection, *now),
            }
        }
        let due = [measurement.next_timeout(), tab.next_timeout()].into_iter().flatten().min();
        let Some(due) = due.filter(|_| !measurement.is_over()) else { return false };
        *now = due.max(*now);
        match tab.next_event(*now) {
            Some((at, connection, event)) => measurement.link_event(connection, event, at),
            None => measurement.advance(*now),
        }
        true
    }

    pub fn measurement(&self) -> &Measurement {
        &self.measurement
    }

    /// The page worked for so long.
    pub fn worked(&mut self, time: Duration) {
        self.measurement.worked(time);
    }

    pub fn stop(&mut self) {
        self.measurement.stop(self.now);
        while self.measurement.next_command().is_some() {}
    }

    pub fn into_run(self) -> Run {
        Run { latency: Some(self.latency), ..self.measurement.into_run() }
    }
}

#[cfg(test)]
mod tests {
    use super::super::measurement::Failure;
    use super::super::run::Ended;
    use super::super::setup::{Kind, Receiver, Setup};
    use super::*;
    use crate::broker::{Action, Rule};
    use crate::client::CommandError;
    use crate::link::{SUBPROTOCOL, Target};
    use crate::mqtt::{QoS, ReasonCode};

    const LATENCY: Duration = Duration::from_micros(500);
    const ROUND_TRIP: Kind = Kind::RoundTrip { pause: Duration::ZERO, receiver: Receiver::Same };

    fn begin(kind: Kind, qos: QoS, size: usize, policy: Policy) -> InTabRun {
        let options = Options {
            setup: Setup { kind, qos, size, count: 100 },
            target: Target::InTab,
            broker: String::new(),
            at: None,
            subprotocol: SUBPROTOCOL.to_owned(),
            user_name: None,
            password: None,
            token: "t".into(),
        };
        InTabRun::new(options, policy, LATENCY, [0; KEY_LENGTH])
    }

    fn run(kind: Kind, qos: QoS, size: usize, policy: Policy) -> Run {
        let mut run = begin(kind, qos, size, policy);
        while run.step() {}
        run.into_run()
    }

    #[test]
    fn a_round_trip_is_as_many_ways_as_its_packets_take() {
        let pause = Duration::from_millis(10);
        for (kind, qos, ways, acknowledged) in [
            (ROUND_TRIP, QoS::AtMostOnce, 2, None),
            (ROUND_TRIP, QoS::AtLeastOnce, 2, Some(2)),
            // The broker in the tab delivers at once, and PUBCOMP is the second answer.
            (ROUND_TRIP, QoS::ExactlyOnce, 2, Some(4)),
            (Kind::RoundTrip { pause, receiver: Receiver::Second }, QoS::AtLeastOnce, 2, Some(2)),
        ] {
            let run = run(kind, qos, 16, Policy::default());
            assert_eq!((run.ended.clone(), run.answered()), (Ended::Done, 100), "{kind:?} {qos:?}");
            let figures = run.figures().expect("all were answered");
            assert_eq!((figures.least, figures.most), (LATENCY * ways, LATENCY * ways), "{qos:?}");
            let most = run.acknowledged().map(|figures| figures.most);
            assert_eq!(most, acknowledged.map(|ways| LATENCY * ways), "{qos:?}");
            assert_eq!(run.unanswered(), 0);
        }
    }

    #[test]
    fn a_pause_lies_between_answer_and_message() {
        let pause = Duration::from_millis(10);
        let kind = Kind::RoundTrip { pause, receiver: Receiver::Same };
        let run = run(kind, QoS::AtMostOnce, 16, Policy::default());
        assert_eq!(run.samples[1].sent, pause + 2 * LATENCY);
        assert_eq!(run.late.len(), 99);
    }

    #[test]
    fn throughput_is_the_window_in_each_round_trip() {
        for (qos, window, receive_maximum, in_flight, ways) in [
            (QoS::AtLeastOnce, 10, 100, 10, 2),
            (QoS::AtLeastOnce, 50, 10, 10, 2), // CONNACK allows less
            (QoS::ExactlyOnce, 10, 100, 10, 4),
            (QoS::AtMostOnce, 50, 10, 50, 2), // does not count there (§4.9)
        ] {
            let policy = Policy { receive_maximum, ..Policy::default() };
            let run = run(Kind::Throughput { window }, qos, 16, policy);
            assert_eq!((run.ended.clone(), run.answered()), (Ended::Done, 100), "{qos:?}");
            assert_eq!(run.window, in_flight, "{qos:?} {window}");
            assert_eq!(run.alone, vec![LATENCY * ways; 10], "{qos:?}");
            let expect = f64::from(in_flight) / (LATENCY * ways).as_secs_f64();
            assert_eq!(run.rate().round(), expect, "{qos:?} {window}");
        }
    }

    #[test]
    fn what_the_broker_does_not_take_is_told() {
        let maximum = 100;
        for (policy, expect) in [
            (
                Policy { maximum_qos: QoS::AtMostOnce, ..Policy::default() },
                Failure::CannotSend(CommandError::MaximumQoSExceeded {
                    qos: QoS::AtLeastOnce,
                    maximum: QoS::AtMostOnce,
                }),
            ),
            (
                Policy { maximum_packet_size: Some(maximum), ..Policy::default() },
                Failure::CannotSend(CommandError::PacketTooLarge { size: 223, maximum }),
            ),
            (
                Policy { anonymous: false, ..Policy::default() },
                Failure::Refused(ReasonCode::NotAuthorized),
            ),
            (
                Policy {
                    rules: vec![Rule {
                        action: Action::Subscribe,
                        user: None,
                        client_id: None,
                        topic_filter: None,
                        refuse_with: Some(ReasonCode::NotAuthorized),
                        maximum_qos: None,
                    }],
                    ..Policy::default()
                },
                Failure::NotSubscribed(ReasonCode::NotAuthorized),
            ),
        ] {
            let run = run(ROUND_TRIP, QoS::AtLeastOnce, 200, policy);
            assert_eq!(run.ended, Ended::Failed(expect));
            assert!(run.samples.is_empty());
        }
    }

    #[test]
    fn nothing_is_left_behind() {
        for stops in [false, true] {
            for (kind, qos) in [
                (ROUND_TRIP, QoS::ExactlyOnce),
                (Kind::Throughput { window: 50 }, QoS::AtLeastOnce),
            ] {
                let mut run = begin(kind, qos, 16, Policy::default());
                let mut steps = 0;
                while run.step() {
                    steps += 1;
                    if stops && steps == 60 {
                        run.measurement.stop(run.now);
                    }
                }
                let later = run.now + Duration::from_secs(1);
                while run.tab.next_event(later).is_some() {}
                let left = run.tab.broker().snapshot();
                assert_eq!((left.sessions.len(), left.connections.len()), (0, 0), "{stops}");
                assert!(left.retained.is_empty());
                let ended = if stops { Ended::Stopped } else { Ended::Done };
                assert_eq!(run.into_run().ended, ended, "{kind:?}");
            }
        }
    }
}
