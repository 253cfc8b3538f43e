//! Acknowledging by hand: what is held, in which order it goes (§4.6), and what a cut makes of it.

use mqtt5_playground::client::AckKind;
use mqtt5_playground::delivery::ReceivedStage;

use super::*;

/// [MQTT-4.6.0-2], [MQTT-4.6.0-3], [MQTT-4.3.3-9]
#[test]
fn held_acknowledgements_are_released_by_hand_in_order() {
    let acknowledge_by_hand = AcknowledgeByHand::ALL;
    let mut bench = Bench::with(Settings { acknowledge_by_hand, ..Settings::default() });
    bench.connect(c([]), CONNACK);
    for publish in [
        "32 07 00 01 61 00 01 00 6D",
        "34 07 00 01 61 00 02 00 6D",
        "32 07 00 01 61 00 03 00 6D",
        "34 07 00 01 61 00 04 00 6D",
        "3C 07 00 01 61 00 02 00 6D", // asks again: one PUBREC is enough
    ] {
        bench.server(publish);
    }
    bench.expect_sent(&[]);
    let held: Vec<_> =
        bench.connection().held.iter().map(|h| (h.kind, h.packet_id.get(), h.by_hand())).collect();
    let (puback, pubrec) = (AckKind::PubAck, AckKind::PubRec);
    assert_eq!(held, [(puback, 1, true), (pubrec, 2, true), (puback, 3, true), (pubrec, 4, true)]);

    for (packet_id, reason_code, rule) in [
        (3, ReasonCode::Success, "[MQTT-4.6.0-2]"),
        (4, ReasonCode::Success, "[MQTT-4.6.0-3]"),
        (9, ReasonCode::Success, "[MQTT-2.2.1-5]"),
        (1, ReasonCode::PacketIdentifierNotFound, "[MQTT-3.4.2-1]"),
        (2, ReasonCode::ServerBusy, "[MQTT-3.5.2-1]"),
    ] {
        let error = bench.command(acknowledge(packet_id, reason_code)).unwrap_err();
        assert_eq!(error.rule(), rule, "{packet_id} {error}");
    }
    for (packet_id, reason_code, expect) in [
        (1, ReasonCode::Success, "40 02 00 01"),
        (3, ReasonCode::QuotaExceeded, "40 03 00 03 97"),
        (2, ReasonCode::Success, "50 02 00 02"),
        (4, ReasonCode::NotAuthorized, "50 03 00 04 87"),
    ] {
        bench.command(acknowledge(packet_id, reason_code)).unwrap();
        bench.expect_sent(&[expect]);
    }
    let session = bench.client.snapshot().session.unwrap();
    let incoming: Vec<_> = session.incoming.iter().collect();
    assert_eq!(incoming, [(id(2), ReceivedStage::AwaitingPubRel)], "4 was refused");
    assert_eq!(bench.connection().receive_quota.used(), 1);

    bench.server("62 02 00 02");
    bench.server("62 02 00 02"); // asks again
    bench.expect_sent(&[]);
    let wrong = acknowledge(2, ReasonCode::QuotaExceeded);
    assert_eq!(bench.command(wrong).unwrap_err().rule(), "[MQTT-3.7.2-1]");
    bench.command(acknowledge(2, ReasonCode::Success)).unwrap();
    bench.expect_sent(&["70 02 00 02"]);
    assert_eq!(bench.connection().receive_quota.used(), 0);
}

#[test]
fn pubcomp_alone_can_be_held_and_needs_no_order() {
    let mut bench = Bench::with(Settings {
        acknowledge_by_hand: AcknowledgeByHand { pubcomp: true, ..AcknowledgeByHand::NONE },
        ..Settings::default()
    });
    bench.connect(c([]), CONNACK);
    for packet in
        ["34 07 00 01 61 00 01 00 6D", "34 07 00 01 61 00 02 00 6D", "62 02 00 01", "62 02 00 02"]
    {
        bench.server(packet);
    }
    bench.expect_sent(&["50 02 00 01", "50 02 00 02"]);
    bench.command(acknowledge(2, ReasonCode::Success)).unwrap();
    bench.command(acknowledge(1, ReasonCode::Success)).unwrap();
    bench.expect_sent(&["70 02 00 02", "70 02 00 01"]);
}

#[test]
fn an_automatic_acknowledgement_waits_for_a_held_one_of_its_kind() {
    let acknowledge_by_hand = AcknowledgeByHand::ALL;
    let mut bench = Bench::with(Settings { acknowledge_by_hand, ..Settings::default() });
    bench.connect(c([]), CONNACK);
    bench.server("32 07 00 01 61 00 01 00 6D");
    bench.client.set_settings(Settings::default());
    bench.server("32 07 00 01 61 00 02 00 6D");
    bench.server("34 07 00 01 61 00 03 00 6D");
    bench.expect_sent(&["50 02 00 03"]);
    bench.command(acknowledge(1, ReasonCode::Success)).unwrap();
    bench.expect_sent(&["40 02 00 01", "40 02 00 02"]);
}

#[test]
fn what_was_held_is_asked_for_again_after_a_cut() {
    let acknowledge_by_hand = AcknowledgeByHand::ALL;
    let mut bench = Bench::with(Settings { acknowledge_by_hand, ..Settings::default() });
    bench.connect(lasting(), CONNACK);
    bench.server("34 07 00 01 61 00 01 00 6D");
    bench.cut();
    bench.connect(lasting(), CONNACK_SESSION_PRESENT);
    assert!(bench.connection().held.is_empty());
    let error = bench.command(acknowledge(1, ReasonCode::Success)).unwrap_err();
    assert_eq!(error, CommandError::NothingToAcknowledge(id(1)));
    bench.server("3C 07 00 01 61 00 01 00 6D");
    bench.command(acknowledge(1, ReasonCode::Success)).unwrap();
    bench.expect_sent(&["50 02 00 01"]);
    assert_eq!(bench.messages().len(), 1);
}
