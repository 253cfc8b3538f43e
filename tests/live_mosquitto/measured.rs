//! What a measurement finds on Mosquitto, over TCP.

use std::time::Duration;

use mqtt5_playground::link::Target;
use mqtt5_playground::measure::{
    Ended, Failure, Kind, Limit, Measurement, Options, Receiver, Run, Setup, limits,
};
use mqtt5_playground::mqtt::QoS;

use crate::bench::nonce;
use crate::over_tcp::play;

/// Stock Mosquitto 2.0 announces it.
const RECEIVE_MAXIMUM: u16 = 20;

#[test]
#[ignore = "needs a Mosquitto: `cargo xtask test --live`"]
fn round_trips_come_back_at_every_qos_to_one_client_and_to_two() {
    for (qos, receiver) in [
        (QoS::AtMostOnce, Receiver::Same),
        (QoS::AtLeastOnce, Receiver::Same),
        (QoS::ExactlyOnce, Receiver::Same),
        (QoS::ExactlyOnce, Receiver::Second),
    ] {
        let kind = Kind::RoundTrip { pause: Duration::ZERO, receiver };
        let run = measure(Setup { kind, qos, size: 64, count: 50 }, None);
        assert_eq!((&run.ended, run.answered()), (&Ended::Done, 50), "{qos:?} {receiver:?}");
        assert_eq!((run.granted, run.refused), (Some(qos), 0), "{qos:?}");
        let has_two = run.samples.iter().all(|sample| sample.received < sample.acknowledged);
        assert!(qos != QoS::ExactlyOnce || has_two, "PUBREC comes before PUBCOMP");
    }
}

#[test]
#[ignore = "needs a Mosquitto: `cargo xtask test --live`"]
fn throughput_keeps_to_the_receive_maximum_of_mosquitto() {
    for (qos, window, expect) in [
        (QoS::AtMostOnce, 100, 100),
        (QoS::AtLeastOnce, 100, RECEIVE_MAXIMUM),
        (QoS::AtLeastOnce, 5, 5),
        (QoS::ExactlyOnce, 100, RECEIVE_MAXIMUM),
    ] {
        let setup = Setup { kind: Kind::Throughput { window }, qos, size: 64, count: 2000 };
        let run = measure(setup, None);
        // Beyond it Mosquitto would have ended the connection with 0x93.
        assert_eq!((&run.ended, run.answered()), (&Ended::Done, 2000), "{qos:?} {window}");
        assert_eq!(run.window, expect, "{qos:?} {window}");
        let found = limits(&run);
        let has_window = found.iter().any(|limit| matches!(limit, Limit::Window { .. }));
        assert!(has_window, "{found:?}");
        assert!(run.rate() > 0.0);
    }
}

#[test]
#[ignore = "needs a Mosquitto: `cargo xtask test --live`"]
fn a_measurement_that_is_cut_keeps_what_it_has() {
    let kind = Kind::Throughput { window: 10 };
    let setup = Setup { kind, qos: QoS::AtLeastOnce, size: 64, count: 100_000 };
    let run = measure(setup, Some(500));
    assert!(matches!(run.ended, Ended::Failed(Failure::Lost(_))), "{:?}", run.ended);
    assert!(run.answered() > 100 && run.unanswered() > 0, "{}", run.answered());
}

/// The link is cut before the sending of that number.
fn measure(setup: Setup, cut_at: Option<usize>) -> Run {
    let options = Options {
        setup,
        target: Target::InTab,
        broker: "Mosquitto".into(),
        at: None,
        subprotocol: String::new(),
        user_name: None,
        password: None,
        token: nonce(),
    };
    play(|now| Measurement::new(options, now), cut_at).into_run()
}
