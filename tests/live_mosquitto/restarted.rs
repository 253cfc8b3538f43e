//! A Mosquitto of our own that is stopped and started again while messages are on their way: the client connects again by
//! itself, and what it and the broker owe each other is neither lost nor doubled.

use std::fs;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command};
use std::thread;
use std::time::{Duration, Instant};

use bytes::Bytes;
use mqtt5_playground::capture::ClientSlot;
use mqtt5_playground::lab::{Act, Action, LinkState, Problem, Reconnect};
use mqtt5_playground::link::Target;
use mqtt5_playground::mqtt::{Connect, Property, Publish, QoS, Subscription};

use crate::bench::{self, Bench};

const A: ClientSlot = ClientSlot(0);
const B: ClientSlot = ClientSlot(1);

struct Mosquitto {
    folder: PathBuf,
    port: u16,
    child: Child,
}

impl Mosquitto {
    fn start() -> Mosquitto {
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR"))
            .join(format!("mosquitto-{}", bench::nonce()));
        fs::create_dir_all(&folder).expect("a folder can be made");
        // Mosquitto 2.0.11 does not start with a WebSocket listener alone.
        let free =
            [0, 0].map(|any| TcpListener::bind((Ipv4Addr::LOCALHOST, any)).expect("a free port"));
        let [tcp, port] =
            free.each_ref().map(|listener| listener.local_addr().expect("it is bound").port());
        drop(free);
        // Where this runs as root, Mosquitto would give that up and could not write its folder.
        let settings = format!(
            "user root\nallow_anonymous true\nlistener {tcp} 127.0.0.1\n\
             listener {port} 127.0.0.1\nprotocol websockets\n\
             persistence true\npersistence_location {}/\n",
            folder.display()
        );
        fs::write(folder.join("mosquitto.conf"), settings).expect("it can be written");
        let child = run(&folder, port);
        Mosquitto { folder, port, child }
    }

    /// Ends it as a service manager does, so that it saves its Sessions.
    fn stop(&mut self) {
        let id = self.child.id().to_string();
        let sent = Command::new("kill").args(["-TERM", &id]).status();
        assert!(sent.is_ok_and(|status| status.success()));
        self.child.wait().expect("it ends");
    }

    fn start_again(&mut self) {
        self.child = run(&self.folder, self.port);
    }

    fn address(&self) -> Target {
        Target::parse(&format!("ws://127.0.0.1:{}", self.port)).expect("an address")
    }
}

fn run(folder: &std::path::Path, port: u16) -> Child {
    let child = Command::new("mosquitto")
        .arg("-c")
        .arg(folder.join("mosquitto.conf"))
        .env("PATH", "/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin:/opt/homebrew/sbin")
        .spawn()
        .expect("Mosquitto is installed");
    let began = Instant::now();
    while TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_err() {
        assert!(began.elapsed() < bench::PATIENCE, "it does not listen");
        thread::yield_now();
    }
    child
}

impl Drop for Mosquitto {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = fs::remove_dir_all(&self.folder);
    }
}

#[test]
#[ignore = "needs Mosquitto: `cargo xtask test --live`"]
fn a_broker_that_is_started_again_in_the_middle_loses_and_doubles_nothing() {
    let mut mosquitto = Mosquitto::start();
    let mut bench = Bench::new(["publisher", "subscriber"]);
    bench.lab.set_target(mosquitto.address());
    for client in [A, B] {
        let policy = Reconnect { first_wait: Duration::from_millis(300), ..Reconnect::default() };
        bench.act(Act { client, action: Action::Automate(policy.into()) });
        let connect = Connect {
            client_id: format!("restart-{}", bench::nonce()).into(),
            properties: [Property::SessionExpiryInterval(600)].into(),
            ..Connect::default()
        };
        bench.act(Act::connect(client, connect));
        bench.wait_until("CONNACK", |lab| lab.client(client).is_some_and(|c| c.is_connected()));
    }
    let subscription =
        Subscription { topic_filter: "t".into(), qos: QoS::ExactlyOnce, ..Subscription::default() };
    bench.act(Act::subscribe(B, [], [subscription]));
    bench.wait_for_everything();

    // Some are acknowledged, some on their way, some come to a broker that is not there.
    let publish = |bench: &mut Bench, number: u8| {
        let qos = if number.is_multiple_of(2) { QoS::AtLeastOnce } else { QoS::ExactlyOnce };
        let payload = Bytes::from(vec![number]);
        let publish = Publish { topic: "t".into(), qos, payload, ..Publish::default() };
        bench.try_act(Act::publish(A, publish)).is_ok()
    };
    let mut taken = Vec::new();
    for number in 0..40 {
        if publish(&mut bench, number) {
            taken.push(number);
        }
        if number == 20 {
            mosquitto.stop();
        }
    }
    assert!(taken.len() >= 20, "{taken:?}");
    bench.wait_until("the end of both connections", |lab| {
        [A, B].iter().all(|slot| !lab.client(*slot).is_some_and(|c| c.is_connected()))
    });
    let problem = bench.lab.client(A).and_then(|client| client.problem());
    assert!(
        matches!(
            problem,
            Some(
                Problem::Dropped { .. }
                    | Problem::Disconnected { .. }
                    | Problem::ConnectFailed { .. }
            )
        ),
        "{problem:?}"
    );
    mosquitto.start_again();
    bench.wait_until("both are there again", |lab| {
        [A, B].iter().all(|slot| lab.client(*slot).is_some_and(|c| c.is_connected()))
    });
    bench.wait_until("everything is acknowledged", |lab| lab.is_settled());
    bench.wait_for_everything();
    let messages = bench.lab.client(B).expect("it stands on the bench").messages();
    let count =
        |number: u8| messages.iter().filter(|it| it.publish.payload[..] == [number]).count();
    for number in taken {
        let count = count(number);
        match number % 2 {
            1 => assert_eq!(count, 1, "message {number} of QoS 2"),
            _ => assert!(count >= 1, "message {number} of QoS 1"),
        }
    }
    assert_eq!(bench.lab.client(A).map(|client| client.link_state()), Some(LinkState::Open));
}
