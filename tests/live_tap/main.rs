//! `examples/tap.rs` between foreign clients and a Mosquitto: `cargo xtask test --live`.
#![cfg(not(target_arch = "wasm32"))]

#[path = "../support/example.rs"]
mod example;
mod faults;
mod flood;
#[path = "../support/mosquitto.rs"]
#[allow(dead_code, reason = "nothing here starts it again")]
mod mosquitto;
#[path = "../support/running.rs"]
mod running;
mod support;
#[path = "../support/tap.rs"]
mod tap;
mod tls;
#[path = "../support/until.rs"]
mod until;

use std::process::Command;
use std::{env, fs};

use mqtt5_playground::formats::read_file;
use mqtt5_playground::mqtt::{PacketType, Sender, Version, from_hex};

use support::{Between, Observer, broker, broker_url, run};
use tap::Tap;
use until::until;

/// What a program sends through two recorders with the tap between them.
fn passes_unaltered(
    name: &str,
    connections: usize,
    versions: &[Version],
    program: impl FnOnce(u16),
) {
    let back = Between::open(&broker());
    let tap = Tap::start(&back.url(), &[]);
    let front = Between::open(tap.tcp());
    let mut observer = Observer::connect(&tap);
    program(front.port);
    observer.until(|seen| seen.ended >= connections);
    let (sent, arrived) = (front.connections(connections), back.connections(connections));
    assert_eq!(sent, arrived, "{name}: the same bytes at both ends");
    assert_eq!(observer.bytes_by_connection(), sent, "{name}: and in what the tap tells");
    let spoken: Vec<Version> = observer.packets().map(|packet| packet.version).collect();
    for version in versions {
        assert!(spoken.contains(version), "{name}: {version:?} among {spoken:?}");
    }
    assert_eq!(observer.capture().records().filter(|record| record.hole().is_some()).count(), 0);
}

#[test]
#[ignore = "needs a Mosquitto: `cargo xtask test --live`"]
fn clients_of_mosquitto_pass_unaltered_in_every_version() {
    passes_unaltered("mosquitto", 6, &Version::ALL, |port| {
        let (port, message) = (port.to_string(), "x".repeat(70_000));
        for version in ["mqttv31", "mqttv311", "mqttv5"] {
            support::message_arrives(&port, version, &format!("tap/{version}"), &message);
        }
    });
}

#[test]
#[ignore = "needs a Mosquitto: `cargo xtask test --live`"]
fn a_websocket_on_one_side_or_on_both_carries_the_same_packets() {
    let websocket = env::var("MQTT_WS_URL").expect("`cargo xtask test --live` sets it");
    for to in [broker_url(), websocket] {
        let tap = Tap::start(&to, &["--ws", "127.0.0.1:0"]);
        let mut observer = Observer::connect(&tap);
        let sent = support::ping_over_websocket(support::ws(&tap));
        observer.until(|seen| seen.ended >= 1);
        let types: Vec<_> = observer.packets().filter_map(|packet| packet.packet_type()).collect();
        let expect = [
            PacketType::Connect,
            PacketType::ConnAck,
            PacketType::PingReq,
            PacketType::PingResp,
            PacketType::Disconnect,
        ];
        assert_eq!(types, expect, "{to}");
        assert_eq!(observer.bytes_by_connection()[0].0, sent, "{to}");
    }
}

/// Left out where there is no Node.js to run it with.
mod mqtt_js {
    use super::*;

    /// Ends by telling what it has sent and received, a line each.
    const CODE: &str = r#"
        import mqtt from "mqtt"
        import WebSocket from "ws"
        const sent = [], received = []
        const createWebsocket = (url, protocols) => {
            const socket = new WebSocket(url, protocols)
            const send = socket.send.bind(socket)
            socket.send = (bytes, ...rest) => { sent.push(bytes); send(bytes, ...rest) }
            socket.on("message", bytes => received.push(bytes))
            return socket
        }
        const client = await mqtt.connectAsync(process.env.TAP, {
            protocolVersion: 5, clientId: "js", properties: { receiveMaximum: 7 }, createWebsocket,
        })
        const heard = new Promise(resolve => client.on("message", (topic, payload) => resolve(payload)))
        await client.subscribeAsync("tap/js", { qos: 1 })
        await client.publishAsync("tap/js", "hello", { qos: 1, properties: { userProperties: { k: "v" } } })
        if (String(await heard) !== "hello") process.exit(1)
        await client.endAsync()
        for (const bytes of [sent, received]) console.log(Buffer.concat(bytes).toString("hex"))
    "#;

    #[test]
    #[ignore = "needs a Mosquitto and MQTT.js: `cargo xtask test --live`"]
    fn mqtt_js_over_websocket_passes_unaltered() {
        let folder = env::var_os("MQTT_JS_FOLDER").expect("`cargo xtask test --live` sets it");
        let back = Between::open(&broker());
        let tap = Tap::start(&back.url(), &["--ws", "127.0.0.1:0"]);
        let mut observer = Observer::connect(&tap);
        let mut node = Command::new("node");
        node.current_dir(folder).env("TAP", support::ws(&tap));
        let told = run(node.args(["--input-type=module", "--eval", CODE]));
        observer.until(|seen| seen.ended >= 1);
        let carried = observer.bytes_by_connection();
        assert_eq!(carried, back.connections(1), "at the broker's end");
        let at_its_end: Vec<_> = told.lines().map(|line| from_hex(line).expect("digits")).collect();
        assert_eq!([&carried[0].0, &carried[0].1], [&at_its_end[0], &at_its_end[1]]);
    }
}

/// Left out where there is no Python to run it with.
mod paho {
    use super::*;

    const CODE: &str = r#"
import os, sys, threading
import paho.mqtt.client as mqtt
version = int(sys.argv[1])
client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, client_id=f"paho-{version}", protocol=version)
client.username_pw_set("user", "top secret")
ready, heard = threading.Event(), threading.Event()
client.on_subscribe = lambda *args: ready.set()
client.on_message = lambda *args: heard.set()
client.connect("127.0.0.1", int(os.environ["TAP"]))
client.loop_start()
client.subscribe("tap/paho", 2)
ready.wait(10)
client.publish("tap/paho", b"\x00\xff", 2).wait_for_publish(10)
done = heard.wait(10)
client.disconnect()
client.loop_stop()
sys.exit(0 if done else 1)
"#;

    #[test]
    #[ignore = "needs a Mosquitto and Paho: `cargo xtask test --live`"]
    fn paho_passes_unaltered_and_its_password_is_hidden() {
        let python = env::var_os("PAHO_PYTHON").expect("`cargo xtask test --live` sets it");
        let back = Between::open(&broker());
        let tap = Tap::start(&back.url(), &[]);
        let front = Between::open(tap.tcp());
        let mut observer = Observer::connect(&tap);
        for version in ["4", "5"] {
            let port = front.port.to_string();
            run(Command::new(&python).args(["-c", CODE, version]).env("TAP", port));
        }
        observer.until(|seen| seen.ended >= 2);
        let (sent, arrived) = (front.connections(2), back.connections(2));
        assert_eq!(sent, arrived);
        // All that differs in what is told is the password.
        let hidden =
            |bytes: &[u8]| String::from_utf8_lossy(bytes).replace("top secret", "**********");
        let told = observer.bytes_by_connection();
        for ((sent, answered), (told, told_back)) in sent.iter().zip(&told) {
            assert_eq!(hidden(sent), String::from_utf8_lossy(told));
            assert_eq!(answered, told_back);
        }
        let versions: Vec<_> = observer.packets().map(|packet| packet.version).collect();
        assert!(versions.contains(&Version::V3_1_1) && versions.contains(&Version::V5));
    }
}

#[test]
#[ignore = "needs a Mosquitto: `cargo xtask test --live`"]
fn the_file_can_be_read_while_it_grows() {
    let file = env::temp_dir().join(format!("tap-{}.pcapng", std::process::id()));
    let path = file.to_str().expect("a plain path");
    let tap = Tap::start(&broker_url(), &["--pcapng", path]);
    let mut observer = Observer::connect(&tap);
    let mut read = Vec::new();
    for round in 1..=2 {
        let port = support::port(&tap);
        run(Command::new("mosquitto_pub")
            .args(["-V", "mqttv5", "-p", port, "-t", "tap/file", "-m", "hi"]));
        observer.until(|seen| seen.ended >= round);
        let records = until(|| {
            let loaded = read_file(&fs::read(&file).expect("the file is there")).ok()?;
            let publishes = loaded.capture.packets(PacketType::Publish, Sender::Client).count();
            let ends = loaded
                .capture
                .records()
                .filter(|r| r.packet_type() == Some(PacketType::Disconnect));
            (publishes == round && ends.count() == round).then(|| loaded.capture.len())
        });
        read.push(records);
        support::tshark_reads(&file, round);
    }
    assert!(read[1] > read[0]);
    let _ = fs::remove_file(&file);
}

#[test]
#[ignore = "needs a Mosquitto: `cargo xtask test --live`"]
fn a_half_closed_connection_still_brings_the_answers() {
    let back = Between::open(&broker());
    let tap = Tap::start(&back.url(), &[]);
    let direct = support::half_close(&broker());
    let through = support::half_close(tap.tcp());
    assert_eq!(through, direct, "what comes back after the client has ended its side");
}

#[test]
#[ignore = "needs a Mosquitto: `cargo xtask test --live`"]
fn who_has_no_token_or_comes_from_elsewhere_sees_nothing() {
    let tap = Tap::start(&broker_url(), &[]);
    let wrong = tap.observe.rsplit_once('/').expect("a token").0.to_owned() + "/0000";
    assert!(support::observe(&wrong, None).is_err());
    assert!(support::observe(&tap.observe, Some("https://evil.example")).is_err());
    assert!(support::observe(&tap.observe, Some("http://127.0.0.1:8080")).is_ok());
}

#[test]
#[ignore = "needs a Mosquitto: `cargo xtask test --live`"]
fn a_broker_that_is_not_there_is_told_to_the_application_and_the_observer() {
    let why = support::why_it_fails(&Tap::start("mqtt://127.0.0.1:1", &[]));
    assert!(why.contains("cannot be reached"), "{why}");
}
