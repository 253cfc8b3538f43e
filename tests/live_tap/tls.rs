//! A broker that speaks TLS alone.

use std::fs;
use std::path::Path;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};

use crate::mosquitto::{Mosquitto, free_ports};
use crate::support::{self, Observer};
use crate::tap::Tap;

/// A Mosquitto with a certificate for `localhost`, and who has signed it.
fn start() -> Mosquitto {
    let [port] = free_ports();
    Mosquitto::start(port, |folder| {
        write_certificates(folder);
        format!(
            "listener {port} 127.0.0.1\n\
             cafile {0}/ca.pem\ncertfile {0}/server.pem\nkeyfile {0}/key.pem\n",
            folder.display()
        )
    })
}

fn address(broker: &Mosquitto) -> String {
    format!("mqtts://localhost:{}", broker.port)
}

fn write_certificates(folder: &Path) {
    let mut authority = CertificateParams::new([]).expect("no names are good names");
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let key = || KeyPair::generate().expect("there is randomness");
    let authority = CertifiedIssuer::self_signed(authority, key()).expect("it can be signed");
    let server_key = key();
    let server = CertificateParams::new(["localhost".to_owned()])
        .and_then(|server| server.signed_by(&server_key, &authority))
        .expect("it can be signed");
    for (name, text) in [
        ("ca.pem", authority.pem()),
        ("server.pem", server.pem()),
        ("key.pem", server_key.serialize_pem()),
    ] {
        fs::write(folder.join(name), text).expect("it can be written");
    }
}

#[test]
#[ignore = "needs Mosquitto: `cargo xtask test --live`"]
fn an_application_without_tls_reaches_a_broker_with_it() {
    let broker = start();
    let authority = broker.folder.path().join("ca.pem").display().to_string();
    let tap = Tap::start(&address(&broker), &["--ca", &authority]);
    let mut observer = Observer::connect(&tap);
    let message = "x".repeat(70_000);
    support::message_arrives(support::port(&tap), "mqttv5", "tap/tls", &message);
    observer.until(|seen| seen.ended >= 2);
    let whole = |bytes: &[u8]| bytes.windows(70_000).any(|run| run == message.as_bytes());
    let connections = observer.bytes_by_connection();
    assert!(connections.iter().any(|(sent, _)| whole(sent)), "what was sent is told");
    assert!(connections.iter().any(|(_, received)| whole(received)), "what was received is told");
}

#[test]
#[ignore = "needs Mosquitto: `cargo xtask test --live`"]
fn a_certificate_that_nobody_trusts_ends_the_connection_and_is_told() {
    let broker = start();
    let why = support::why_it_fails(&Tap::start(&address(&broker), &[]));
    assert!(why.contains("certificate"), "{why}");
}
