//! Whole captures.

use super::*;
use crate::analysis::findings::Reader;
use crate::capture::{Bounds, RecordId};

#[test]
fn every_kind_is_tested() {
    // Each has a row in one of the tables beside this file.
    let tables = concat!(
        include_str!("course_of_a_connection.rs"),
        include_str!("habits.rs"),
        include_str!("packets.rs"),
        include_str!("sessions.rs"),
    );
    for key in Kind::KEYS {
        assert!(tables.contains(&format!("            \"{key}\",\n")), "{key} has no row");
    }
}

#[test]
fn what_is_as_it_should_be_has_no_findings() {
    let mut scene = Scene::new();
    scene.greets(connect(), connack());
    scene.client(subscribe("a/#")).server(suback(ReasonCode::Success));
    scene.client(publish_1("a/b", ID)).server(puback(ID)).server(publish("a/b"));
    scene.client(Packet::PingReq).server(Packet::PingResp).leaves();
    assert_eq!(scene.findings(), []);
    assert_eq!(Scene::middle().findings(), []);
}

#[test]
fn the_worst_comes_first_and_then_the_oldest() {
    let mut scene = Scene::new();
    scene.greets(Connect { keep_alive: 0, ..resuming(u32::MAX) }, connack());
    scene.client(subscribe("a")).server(suback(ReasonCode::NotAuthorized));
    scene.passes(1).client(Packet::Connect(Box::new(connect())));
    let keys: Vec<_> = scene.findings().iter().map(|found| found.kind.key()).collect();
    let expect = ["against", "refused", "keep_alive_off", "expiry_never", "no_session_kept"];
    assert_eq!(keys[..2], expect[..2]);
    assert_eq!(keys[2..].iter().collect::<BTreeSet<_>>(), expect[2..].iter().collect());
}

/// Reading in pieces, while the capture grows, comes to the same.
#[test]
fn a_capture_may_be_read_as_it_grows() {
    let mut scene = Scene::new();
    let mut reader = Reader::default();
    for round in 0..400 {
        scene.greets(resuming(900), connack()).client(publish_1("t", id(round + 1)));
        scene.client(subscribe("a")).server(suback(ReasonCode::NotAuthorized)).passes(1);
        scene.closes(None).opens();
        // It stops in between.
        let mut turns = 0;
        while !reader.extend(&scene.capture, || false) {
            turns += 1;
            assert!(turns < 1000, "it gets on");
        }
    }
    assert_eq!(reader.report(&scene.capture), scene.findings());
}

/// What a full capture has let go of is not named any more.
#[test]
fn only_packets_that_are_still_there_are_named() {
    let mut scene = Scene::greeted();
    scene.capture = Capture::new(Bounds { records: 50, bytes: 1 << 20 });
    let mut reader = Reader::default();
    for _ in 0..100 {
        scene.client(subscribe("a")).server(suback(ReasonCode::NotAuthorized));
        reader.extend(&scene.capture, || true);
        let found = reader.report(&scene.capture);
        let named: Vec<RecordId> = found.iter().flat_map(|it| it.records.clone()).collect();
        assert!(!named.is_empty());
        assert!(named.iter().all(|id| scene.capture.get(*id).is_some()));
    }
    let fresh = findings(&scene.capture);
    assert!(fresh.iter().flat_map(|it| &it.records).all(|id| scene.capture.get(*id).is_some()));
}
