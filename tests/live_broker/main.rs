//! `examples/broker.rs` with foreign clients, and beside a Mosquitto: `cargo xtask test --live`.
#![cfg(not(target_arch = "wasm32"))]

#[path = "../support/example.rs"]
mod example;
#[path = "../flows/broker/packets.rs"]
mod packets;
#[path = "../support/running.rs"]
mod running;
mod side_by_side;
mod table;

use std::collections::BTreeMap;
use std::env;
use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::process::{Command, Output, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use mqtt5_playground::mqtt::{Deframer, Packet, PacketType, Sender, decode, encode};
use tungstenite::client::IntoClientRequest;
use tungstenite::http::HeaderValue;
use tungstenite::{Message, WebSocket};

use example::example;
use packets::{connect, pubcomp, publish, pubrec, show, subscribe, subscription};
use running::Running;

/// A running broker; it ends with the test.
struct Broker {
    _process: Running,
    tcp: String,
    ws: String,
}

impl Broker {
    fn start(policy: &str) -> Broker {
        let config =
            env::temp_dir().join(format!("policy-{}-{policy:.8}.json", std::process::id()));
        std::fs::write(&config, policy).expect("a temporary file can be written");
        let mut process = Command::new(example("broker"))
            .args(["--tcp", "127.0.0.1:0", "--ws", "127.0.0.1:0", "--config"])
            .arg(&config)
            .stdout(Stdio::piped())
            .spawn()
            .expect("the example has been built");
        let mut lines = BufReader::new(process.stdout.take().expect("it is piped")).lines();
        let mut line = || lines.next().expect("two lines of addresses").expect("they are text");
        Broker { tcp: line().replace("mqtt://", ""), ws: line(), _process: Running(process) }
    }

    fn port(&self) -> &str {
        self.tcp.rsplit(':').next().expect("an address has a port")
    }

    /// A command-line client of Mosquitto, speaking MQTT 5. It writes line by line, into a pipe too.
    fn mosquitto(&self, program: &str, args: &[&str]) -> Command {
        let mut command = Command::new("stdbuf");
        command.args(["-oL", program, "-V", "5", "-h", "127.0.0.1", "-p", self.port()]).args(args);
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    fn run(&self, program: &str, args: &[&str]) -> Output {
        let output =
            self.mosquitto(program, args).output().expect("mosquitto-clients are installed");
        assert!(output.status.success(), "{program} {args:?}: {output:?}");
        output
    }

    /// Subscribes, and waits until the broker has answered.
    fn subscriber(&self, args: &[&str]) -> Subscriber {
        let mut process = self
            .mosquitto(
                "mosquitto_sub",
                &[&["-d", "-W", "20", "-F", "> %t q%q r%r %P %p"], args].concat(),
            )
            .spawn()
            .expect("mosquitto-clients are installed");
        let mut lines = BufReader::new(process.stdout.take().expect("it is piped")).lines();
        for line in lines.by_ref() {
            if line.expect("it is text").contains("received SUBACK") {
                break;
            }
        }
        let wanted = |line: &String| line.starts_with("> ");
        let messages = lines.map_while(Result::ok).filter(wanted);
        Subscriber { process: Running(process), messages: Box::new(messages) }
    }
}

struct Subscriber {
    process: Running,
    messages: Box<dyn Iterator<Item = String>>,
}

impl Subscriber {
    fn next(&mut self) -> String {
        let line = self.messages.next().expect("a message");
        line.trim_start_matches("> ").to_owned()
    }
}

#[test]
#[ignore = "needs mosquitto-clients: `cargo xtask test --live`"]
fn mosquitto_clients_exchange_messages_with_properties() {
    let broker = Broker::start("{}");
    for qos in ["0", "1", "2"] {
        let mut subscriber = broker.subscriber(&["-t", "a/#", "-q", qos, "-C", "1"]);
        let properties = "-D publish user-property k v -D publish user-property k w \
                          -D publish content-type text/plain";
        let mut args = vec!["-t", "a/b", "-q", qos, "-m", "hello"];
        args.extend(properties.split_whitespace());
        broker.run("mosquitto_pub", &args);
        assert_eq!(subscriber.next(), format!("a/b q{qos} r0 k:v k:w hello"));
        assert!(subscriber.process.0.wait().expect("it ends").success());
    }
}

#[test]
#[ignore = "needs mosquitto-clients: `cargo xtask test --live`"]
fn mosquitto_clients_find_retained_messages_and_their_sessions_again() {
    let broker = Broker::start("{}");
    broker.run("mosquitto_pub", &["-t", "kept", "-m", "retained", "-r", "-q", "1"]);
    let mut subscriber = broker.subscriber(&["-t", "kept"]);
    assert_eq!(subscriber.next(), "kept q0 r1  retained");

    let session = "-i reader -c -x 60 -q 2 -t s/#";
    let session: Vec<&str> = session.split(' ').collect();
    broker.run("mosquitto_sub", &[&session[..], &["-E"]].concat());
    for n in ["1", "2", "3"] {
        broker.run("mosquitto_pub", &["-t", "s/x", "-q", "2", "-m", n]);
    }
    let output = broker.run("mosquitto_sub", &[&session[..], &["-C", "3", "-W", "20"]].concat());
    assert_eq!(String::from_utf8_lossy(&output.stdout), "1\n2\n3\n");
}

#[test]
#[ignore = "needs mosquitto-clients: `cargo xtask test --live`"]
fn a_mosquitto_client_that_is_killed_leaves_its_will() {
    let broker = Broker::start("{}");
    let mut watcher = broker.subscriber(&["-t", "wills/#", "-q", "1"]);
    let will = "-t x --will-topic wills/a --will-payload gone --will-qos 1";
    drop(broker.subscriber(&will.split(' ').collect::<Vec<_>>()));
    assert_eq!(watcher.next(), "wills/a q1 r0  gone");
}

#[test]
#[ignore = "needs mosquitto-clients: `cargo xtask test --live`"]
fn the_policy_comes_from_the_file() {
    let broker = Broker::start(
        r#"{ "rules": [{ "action": "subscribe", "topic_filter": "test/nosubscribe",
             "refuse_with": "0x87" }], "maximum_packet_size": 100 }"#,
    );
    let refused = broker.mosquitto("mosquitto_sub", &["-d", "-t", "test/nosubscribe", "-W", "5"]);
    let output = { refused }.output().expect("mosquitto-clients are installed");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(text.contains("Subscribed (mid: 1): 135"), "{text}");
    let mut client = Wire::tcp(&broker.tcp);
    client.send(&Packet::Connect(connect("a").into()));
    assert_eq!(client.next(), "CONNACK 00 MaximumPacketSize(100)");
    client.send(&Packet::Publish(publish("t", 0, 0, &"x".repeat(100))));
    assert_eq!(client.next(), "DISCONNECT 95");
    assert_eq!(client.next(), "closed");
}

#[test]
#[ignore = "starts the example: `cargo xtask test --live`"]
fn a_websocket_carries_the_same_packets() {
    let broker = Broker::start("{}");
    let mut subscriber = Wire::websocket(&broker.ws);
    subscriber.send(&Packet::Connect(connect("ws").into()));
    assert_eq!(subscriber.next(), "CONNACK 00");
    subscriber.send(&subscribe(1, [subscription("a/#", 2)]));
    assert_eq!(subscriber.next(), "SUBACK 1 [02]");
    broker.run("mosquitto_pub", &["-t", "a/b", "-q", "2", "-m", "from TCP"]);
    assert_eq!(subscriber.next(), "PUBLISH 1 qos2 a/b from TCP");
    subscriber.send(&pubrec(1));
    assert_eq!(subscriber.next(), "PUBREL 1");
    subscriber.send(&pubcomp(1));
    let mut watcher = broker.subscriber(&["-t", "b", "-q", "1"]);
    subscriber.send(&Packet::Publish(publish("b", 1, 7, "from a WebSocket")));
    assert_eq!(subscriber.next(), "PUBACK 7");
    assert_eq!(watcher.next(), "b q1 r0  from a WebSocket");
}

/// [MQTT-6.0.0-2]
#[test]
#[ignore = "starts the example: `cargo xtask test --live`"]
fn packets_need_not_line_up_with_websocket_messages() {
    let broker = Broker::start("{}");
    let mut client = Wire::websocket(&broker.ws);
    let packets = [Packet::Connect(connect("a").into()), Packet::PingReq, Packet::PingReq];
    let bytes: Vec<u8> =
        packets.iter().flat_map(|packet| encode(packet).expect("it can be written")).collect();
    for piece in bytes.chunks(5) {
        client.write(piece);
    }
    for expect in ["CONNACK 00", "PINGRESP", "PINGRESP"] {
        assert_eq!(client.next(), expect);
    }
}

/// [MQTT-6.0.0-1], [MQTT-6.0.0-3], [MQTT-6.0.0-4]
#[test]
#[ignore = "starts the example: `cargo xtask test --live`"]
fn a_websocket_needs_the_subprotocol_and_binary_messages() {
    let broker = Broker::start("{}");
    for (offer, expect) in [
        (None, None),
        (Some("chat"), None),
        (Some("mqtt"), Some("mqtt")),
        (Some("chat, mqtt"), Some("mqtt")),
    ] {
        let mut request = broker.ws.as_str().into_client_request().expect("a valid address");
        if let Some(offer) = offer {
            request.headers_mut().insert("Sec-WebSocket-Protocol", HeaderValue::from_static(offer));
        }
        let outcome = tungstenite::client(request, tcp(&broker.ws));
        let selected =
            outcome.ok().map(|(_, response)| response.headers()["Sec-WebSocket-Protocol"].clone());
        assert_eq!(selected.as_ref().and_then(|name| name.to_str().ok()), expect, "{offer:?}");
    }
    let mut socket = websocket(&broker.ws);
    socket.send(Message::text("hello")).expect("the connection is open");
    match socket.read() {
        Ok(Message::Close(Some(frame))) => assert_eq!(u16::from(frame.code), 1003),
        other => panic!("{other:?}"),
    }
}

/// [MQTT-4.2-1]
#[test]
#[ignore = "starts the example: `cargo xtask test --live`"]
fn many_clients_and_messages_are_served() {
    const CLIENTS: usize = 200;
    const MESSAGES: u16 = 50;
    let broker = Broker::start(r#"{ "receive_maximum": 1000 }"#);
    let mut clients: Vec<Wire> = (0..CLIENTS)
        .map(|n| {
            let mut client = Wire::tcp(&broker.tcp);
            client.send(&Packet::Connect(connect(&format!("c{n}")).into()));
            client.send(&subscribe(1, [subscription(&format!("to/{n}"), 1)]));
            assert!(client.next().starts_with("CONNACK 00"));
            assert_eq!(client.next(), "SUBACK 1 [01]");
            client
        })
        .collect();
    let started = Instant::now();
    for (n, client) in clients.iter_mut().enumerate() {
        let to = format!("to/{}", (n + 1) % CLIENTS);
        for packet_id in 1..=MESSAGES {
            client.send(&Packet::Publish(publish(&to, 1, packet_id, "x")));
        }
    }
    for client in &mut clients {
        let (mut acknowledged, mut delivered) = (0, 0);
        while acknowledged < MESSAGES || delivered < MESSAGES {
            let packet = client.next();
            match packet.split_once(' ') {
                Some(("PUBACK", _)) => acknowledged += 1,
                Some(("PUBLISH", _)) => delivered += 1,
                _ => panic!("{packet}"),
            }
        }
    }
    let took = started.elapsed();
    assert!(took < Duration::from_secs(20), "{CLIENTS} × {MESSAGES} messages took {took:?}");
}

/// More than may wait for one connection: the broker sends while the publisher goes on.
#[test]
#[ignore = "starts the example: `cargo xtask test --live`"]
fn a_publisher_that_never_pauses_stops_nobody() {
    const MESSAGES: usize = 150_000;
    let broker = Broker::start("{}");
    let open = |name: &str| {
        let mut stream = tcp(&broker.tcp);
        let packets =
            [Packet::Connect(connect(name).into()), subscribe(1, [subscription(name, 0)])];
        for packet in packets {
            stream.write_all(&encode(&packet).expect("it is valid")).expect("it listens");
        }
        // SUBACK is the second.
        let mut deframer = Deframer::new();
        let mut byte = [0];
        for _ in 0..2 {
            while deframer.next_frame().expect("whole packets").is_none() {
                stream.read_exact(&mut byte).expect("it answers");
                deframer.push(&byte);
            }
        }
        stream
    };
    let (mut publisher, mut subscriber) = (open("publisher"), open("subscriber"));
    let flooding = std::thread::spawn(move || {
        let message = Packet::Publish(publish("subscriber", 0, 0, &"x".repeat(64)));
        let thousand = encode(&message).expect("it is valid").repeat(1000);
        for _ in 0..MESSAGES / 1000 {
            publisher.write_all(&thousand).expect("the broker takes them");
        }
        publisher
    });
    let (mut deframer, mut taken, mut buffer) = (Deframer::new(), 0, vec![0; 1 << 16]);
    while taken < MESSAGES {
        let length = subscriber.read(&mut buffer).expect("it goes on");
        assert!(length > 0, "closed after {taken} messages");
        deframer.push(&buffer[..length]);
        while let Some(frame) = deframer.next_frame().expect("whole packets") {
            taken += usize::from(frame[0] >> 4 == PacketType::Publish as u8);
        }
    }
    drop(flooding.join());
}

/// [MQTT-4.6.0-6] speaks of one connection; that packets of two are handled in the order in which they come is what
/// somebody expects who sends a request on one and an answer on the other.
#[test]
#[ignore = "starts the example: `cargo xtask test --live`"]
fn packets_on_two_connections_are_handled_in_the_order_in_which_they_come() {
    const ROUNDS: usize = 500;
    let broker = Broker::start(r#"{ "receive_maximum": 1000 }"#);
    let open = |name: &str| {
        let mut client = Wire::tcp(&broker.tcp);
        client.send(&Packet::Connect(connect(name).into()));
        assert!(client.next().starts_with("CONNACK 00"));
        client
    };
    let (mut first, mut second, mut watcher) = (open("first"), open("second"), open("watcher"));
    watcher.send(&subscribe(1, [subscription("order", 0)]));
    assert_eq!(watcher.next(), "SUBACK 1 [00]");
    // Others keep the broker busy meanwhile.
    let is_over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        for number in 0..4 {
            let (mut busy, is_over) = (open(&format!("busy-{number}")), &is_over);
            scope.spawn(move || {
                while !is_over.load(Ordering::Relaxed) {
                    for packet_id in 1..=20 {
                        busy.send(&Packet::Publish(publish("noise", 1, packet_id, "x")));
                    }
                    (1..=20).for_each(|_| drop(busy.next()));
                }
            });
        }
        let swapped = (0..ROUNDS).filter(|_| {
            first.send(&Packet::Publish(publish("order", 0, 0, "first")));
            second.send(&Packet::Publish(publish("order", 0, 0, "second")));
            let order = [watcher.next(), watcher.next()];
            !(order[0].contains("first") && order[1].contains("second"))
        });
        let swapped = swapped.count();
        is_over.store(true, Ordering::Relaxed);
        // The system itself may hand over the second first where the sender moves to another processor in between.
        assert!(swapped < ROUNDS / 50, "{swapped} of {ROUNDS}");
    });
}

/// A Client played by hand, over either transport.
struct Wire {
    transport: Transport,
    deframer: Deframer,
    aliases: BTreeMap<u16, String>,
}

enum Transport {
    Tcp(TcpStream),
    WebSocket(Box<WebSocket<TcpStream>>),
}

impl Wire {
    fn tcp(address: &str) -> Wire {
        Wire::over(Transport::Tcp(tcp(address)))
    }

    fn websocket(url: &str) -> Wire {
        Wire::over(Transport::WebSocket(Box::new(websocket(url))))
    }

    fn over(transport: Transport) -> Wire {
        Wire { transport, deframer: Deframer::new(), aliases: BTreeMap::new() }
    }

    fn send(&mut self, packet: &Packet) {
        let bytes = encode(packet).expect("it can be written");
        self.write(&bytes);
    }

    /// Sends to a peer that may have closed.
    fn try_send(&mut self, packet: &Packet) {
        let bytes = encode(packet).expect("it can be written");
        if let Transport::Tcp(stream) = &mut self.transport {
            let _ = stream.write_all(&bytes);
        }
    }

    fn write(&mut self, bytes: &[u8]) {
        match &mut self.transport {
            Transport::Tcp(stream) => stream.write_all(bytes).expect("the connection is open"),
            Transport::WebSocket(socket) => {
                socket.send(Message::binary(bytes.to_vec())).expect("the connection is open");
            }
        }
    }

    /// The next packet as text; `closed` at the end, `nothing` when none comes in time. What is no packet of 5.0 has
    /// words of its own.
    fn next(&mut self) -> String {
        loop {
            if let Some(frame) = self.deframer.next_frame().expect("the broker writes packets") {
                return match decode(&frame, Some(Sender::Server)) {
                    Ok(packet) => show(&self.resolve(packet)),
                    Err(error) => format!("{:02x?}, which is no packet: {error}", &frame[..]),
                };
            }
            match &mut self.transport {
                Transport::Tcp(stream) => {
                    let mut buffer = [0; 4096];
                    match stream.read(&mut buffer) {
                        Ok(0) => return "closed".into(),
                        Ok(length) => self.deframer.push(&buffer[..length]),
                        Err(error) if error.kind() == ErrorKind::WouldBlock => {
                            return "nothing".into();
                        }
                        Err(_) => return "closed".into(),
                    }
                }
                Transport::WebSocket(socket) => match socket.read() {
                    Ok(message) => self.deframer.push(&message.into_data()),
                    Err(_) => return "closed".into(),
                },
            }
        }
    }
}

impl Wire {
    /// Puts in the Topic Name where an alias stands for it.
    fn resolve(&mut self, mut packet: Packet) -> Packet {
        if let Packet::Publish(publish) = &mut packet
            && let Some(alias) = publish.properties.topic_alias()
        {
            match publish.topic.as_str() {
                "" => publish.topic = self.aliases[&alias].clone().into(),
                topic => drop(self.aliases.insert(alias, topic.to_owned())),
            }
        }
        packet
    }
}

fn tcp(address: &str) -> TcpStream {
    let address = address.rsplit('/').next().expect("an address");
    let stream = TcpStream::connect(address).expect("the broker takes the connection");
    stream.set_read_timeout(Some(Duration::from_secs(10))).expect("ten seconds are not zero");
    stream
}

fn websocket(url: &str) -> WebSocket<TcpStream> {
    let mut request = url.into_client_request().expect("a valid address");
    request.headers_mut().insert("Sec-WebSocket-Protocol", HeaderValue::from_static("mqtt"));
    tungstenite::client(request, tcp(url)).expect("the broker speaks WebSocket").0
}
