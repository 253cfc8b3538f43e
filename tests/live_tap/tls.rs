//! A broker that speaks TLS alone.

use std::fs;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use tempfile::TempDir;

use crate::support::{self, Observer, Tap, run, until};

/// A Mosquitto with a certificate for `localhost`, and who has signed it.
struct Broker {
    process: Child,
    port: u16,
    folder: TempDir,
}

impl Broker {
    fn start() -> Broker {
        let folder = TempDir::new().expect("a folder can be made");
        write_certificates(folder.path());
        let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port is free");
        let port = free.local_addr().expect("it is bound").port();
        drop(free);
        let settings = format!(
            "user root\nallow_anonymous true\nlistener {port} 127.0.0.1\n\
             cafile {0}/ca.pem\ncertfile {0}/server.pem\nkeyfile {0}/key.pem\n",
            folder.path().display()
        );
        fs::write(folder.path().join("mosquitto.conf"), settings).expect("it can be written");
        let process = Command::new("mosquitto")
            .arg("-c")
            .arg(folder.path().join("mosquitto.conf"))
            .env("PATH", "/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin:/opt/homebrew/sbin")
            .stderr(Stdio::null())
            .spawn()
            .expect("Mosquitto is installed");
        let broker = Broker { process, port, folder };
        until(|| TcpStream::connect((Ipv4Addr::LOCALHOST, port)).ok());
        broker
    }

    fn address(&self) -> String {
        format!("mqtts://localhost:{}", self.port)
    }

    fn authority(&self) -> String {
        self.folder.path().join("ca.pem").display().to_string()
    }
}

impl Drop for Broker {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
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
    let broker = Broker::start();
    let tap = Tap::start(&["--to", &broker.address(), "--ca", &broker.authority()]);
    let mut observer = Observer::connect(&tap);
    let port = tap.port().to_string();
    let mut subscriber = support::subscriber(&port, "mqttv5", "tap/tls");
    let message = "x".repeat(70_000);
    run(Command::new("mosquitto_pub")
        .args(["-V", "mqttv5", "-p", &port, "-q", "2", "-t", "tap/tls", "-m", &message]));
    assert!(subscriber.wait().expect("it ends").success(), "the message arrives");
    observer.until(|seen| seen.ended >= 2);
    let whole = |bytes: &[u8]| bytes.windows(70_000).any(|run| run == message.as_bytes());
    let connections = observer.bytes_by_connection();
    assert!(connections.iter().any(|(sent, _)| whole(sent)), "what was sent is told");
    assert!(connections.iter().any(|(_, received)| whole(received)), "what was received is told");
}

#[test]
#[ignore = "needs Mosquitto: `cargo xtask test --live`"]
fn a_certificate_that_nobody_trusts_ends_the_connection_and_is_told() {
    let broker = Broker::start();
    let tap = Tap::start(&["--to", &broker.address()]);
    let mut observer = Observer::connect(&tap);
    let status = Command::new("mosquitto_pub")
        .args(["-p", &tap.port().to_string(), "-t", "t", "-m", "m"])
        .output()
        .expect("mosquitto-clients are installed");
    assert!(!status.status.success());
    observer.until(|seen| seen.ended >= 1);
    let closed = observer.closed();
    assert!(closed[0].contains("certificate"), "{closed:?}");
}
