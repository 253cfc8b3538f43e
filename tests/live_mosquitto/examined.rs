//! What an examination finds on Mosquitto.

use std::env;
use std::fs;
use std::path::Path;

use mqtt5_playground::examine::{Examination, Finding, Options, Outcome, Report};
use mqtt5_playground::link::Target;

use crate::bench::nonce;
use crate::over_tcp::play;

/// `docs/examined/mosquitto.md`. With `UPDATE_DOCS=1` it is written anew.
#[test]
#[ignore = "needs a Mosquitto: `cargo xtask test --live`"]
fn the_report_of_mosquitto_is_up_to_date() {
    let report = Report::new("Mosquitto 2.0.11".into(), String::new(), None, examine());
    let text = report.to_markdown(0);
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/examined/mosquitto.md");
    if env::var_os("UPDATE_DOCS").is_some() {
        fs::write(&path, &text).expect("the report can be written");
    }
    let written = fs::read_to_string(&path).unwrap_or_default();
    let changed = text.lines().filter(|line| !written.lines().any(|other| other == *line));
    assert_eq!(changed.collect::<Vec<_>>(), [""; 0], "run this with UPDATE_DOCS=1");

    // As in `docs/brokers.md` and `docs/mosquitto.md`.
    for (id, outcome, observed) in [
        ("qos-2-moment", Outcome::Conforms, "at PUBREL"),
        ("overlapping-copies", Outcome::Conforms, "one each"),
        ("no-subscribers", Outcome::Conforms, "PUBACK 0x10"),
        ("receive-maximum", Outcome::Conforms, "Receive Maximum 20"),
        ("receive-maximum-of-the-server", Outcome::Conforms, "PUBREC 0x97"),
        ("pubrel-unknown", Outcome::Conforms, "PUBCOMP 0x00"),
        ("pubrec-unknown", Outcome::Conforms, "PUBREL 0x00"),
        ("takeover-code", Outcome::Deviates, "closed"),
        ("shared-no-retained", Outcome::Deviates, "PUBLISH q0 retain x \"kept\""),
        ("alias-from-the-server", Outcome::NotOffered, "–"),
        ("response-information", Outcome::NotOffered, "–"),
        ("method-unknown", Outcome::Conforms, "CONNACK 0x8C, closed"),
        ("publish-dup-qos-0", Outcome::Deviates, "–"),
        ("publish-alias-0", Outcome::Conforms, "DISCONNECT 0x81, closed"),
        ("publish-wildcard", Outcome::Conforms, "DISCONNECT 0x82, closed"),
        ("subscribe-shared-no-local", Outcome::Deviates, "SUBACK [0x00]"),
        ("pubrel-flags", Outcome::Conforms, "closed"),
        ("pingreq-body", Outcome::Deviates, "–"),
        ("connack-from-client", Outcome::Conforms, "closed"),
        ("suback-from-client", Outcome::Deviates, "–"),
        ("type-0", Outcome::Conforms, "DISCONNECT 0x82, closed"),
        ("connect-data-without-method", Outcome::Deviates, "–"),
    ] {
        let entry = report.entry(id).expect("it was asked");
        assert_eq!((entry.outcome, entry.observed.as_str()), (outcome, observed), "{id}");
    }
}

fn examine() -> Vec<Finding> {
    let token: String = nonce().chars().filter(char::is_ascii_alphanumeric).collect();
    let options = Options { with_seldom: true, ..Options::new(Target::InTab, &token) };
    play(|now| Examination::new(options, now), None).into_findings()
}
