//! Who observes a tap, recorders before and behind it, and its applications.

use std::env;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;

use bytes::Bytes;
use mqtt5_playground::capture::{Bounds, Capture, Entry, Record};
use mqtt5_playground::mqtt::{Connect, FrameHeader, Packet, Sender, encode};
use mqtt5_playground::tap::feed::Feed;
use mqtt5_playground::tap::protocol::{Command as Asked, Event, Faults, Item, SEEN};
use tungstenite::client::IntoClientRequest;
use tungstenite::http::HeaderValue;
use tungstenite::stream::MaybeTlsStream;
use tungstenite::{Message, WebSocket};

use crate::tap::Tap;
use crate::until::{PATIENCE, until};

/// Where Mosquitto listens.
pub fn broker_url() -> String {
    env::var("MQTT_TCP_URL").expect("`cargo xtask test --live` sets it")
}

/// The same as a tool for sockets writes it.
pub fn broker() -> String {
    broker_url().replace("mqtt://", "")
}

/// Where a tap listens for TCP.
pub fn port(tap: &Tap) -> &str {
    tap.tcp().rsplit(':').next().expect("an address has a port")
}

/// Where it listens for WebSockets.
pub fn ws(tap: &Tap) -> &str {
    tap.listeners.iter().find(|address| address.starts_with("ws://")).expect("it listens there")
}

type Socket = WebSocket<MaybeTlsStream<TcpStream>>;

pub fn observe(url: &str, origin: Option<&str>) -> Result<Socket, String> {
    let mut request = url.into_client_request().map_err(|error| error.to_string())?;
    if let Some(origin) = origin {
        let origin = HeaderValue::from_str(origin).map_err(|error| error.to_string())?;
        request.headers_mut().insert("Origin", origin);
    }
    tungstenite::connect(request).map(|(socket, _)| socket).map_err(|error| error.to_string())
}

/// Reads what a tap tells, as the page does.
pub struct Observer {
    socket: Socket,
    feed: Feed,
    capture: Capture,
    seen: Seen,
}

/// How far an observer has come.
#[derive(Clone, Copy, Default)]
pub struct Seen {
    /// Connections that have ended.
    pub ended: usize,
    pub packets: usize,
}

impl Observer {
    pub fn connect(tap: &Tap) -> Observer {
        let socket = observe(&tap.observe, None).expect("it is let in");
        if let MaybeTlsStream::Plain(stream) = socket.get_ref() {
            stream.set_read_timeout(Some(PATIENCE)).expect("a time-out can be set");
        }
        let capture = Capture::new(Bounds { records: 2_000_000, bytes: 1 << 30 });
        let mut observer =
            Observer { socket, feed: Feed::default(), capture, seen: Seen::default() };
        // From now on nothing is missed.
        observer.read();
        observer
    }

    /// One message.
    pub fn read(&mut self) {
        let message = self.socket.read().expect("the tap tells");
        let Message::Binary(bytes) = message else { panic!("{message:?}") };
        for item in Item::read_all(bytes).expect("a message of the format") {
            if let Item::Happened(happened) = &item {
                match happened.event {
                    Event::Packet { is_broken: false, .. } => self.seen.packets += 1,
                    Event::Closed { .. } => self.seen.ended += 1,
                    _ => {}
                }
            }
            self.feed.take(item, &mut self.capture);
        }
        self.socket.send(Message::text(SEEN)).expect("the tap listens");
    }

    /// Reads for as long as there is a tap.
    pub fn go_on(mut self) {
        while self.socket.read().is_ok() && self.socket.send(Message::text(SEEN)).is_ok() {}
    }

    pub fn until(&mut self, is_enough: impl Fn(&Seen) -> bool) {
        while !is_enough(&self.seen) {
            self.read();
        }
    }

    pub fn until_faults(&mut self, is_enough: impl Fn(&Faults) -> bool) {
        while !is_enough(self.faults()) {
            self.read();
        }
    }

    pub fn faults(&self) -> &Faults {
        self.feed.faults()
    }

    pub fn ask(&mut self, command: &Asked) {
        let text = serde_json::to_string(command).expect("plain fields");
        self.socket.send(Message::text(text)).expect("the tap listens");
    }

    pub fn dropped(&self) -> u64 {
        self.feed.dropped()
    }

    pub fn capture(&self) -> &Capture {
        &self.capture
    }

    pub fn packets(&self) -> impl Iterator<Item = &Record> {
        self.capture.records().filter(|record| record.packet_type().is_some())
    }

    /// Why connections have ended.
    fn closed(&self) -> Vec<String> {
        let closed = |record: &Record| match &record.entry {
            Entry::Closed(close) => Some(close.reason.clone()),
            _ => None,
        };
        self.capture.records().filter_map(closed).collect()
    }

    /// What each side sent, a pair a connection, in the order of their CONNECT.
    pub fn bytes_by_connection(&self) -> Vec<(Vec<u8>, Vec<u8>)> {
        let mut all: Vec<(u32, Vec<u8>, Vec<u8>)> = Vec::new();
        for record in self.packets() {
            let connection = record.connection.0;
            let at = all.iter().position(|known| known.0 == connection).unwrap_or_else(|| {
                all.push((connection, Vec::new(), Vec::new()));
                all.len() - 1
            });
            match record.sender() {
                Some(Sender::Client) => all[at].1.extend(record.bytes()),
                _ => all[at].2.extend(record.bytes()),
            }
        }
        all.sort();
        all.into_iter().map(|(_, up, down)| (up, down)).collect()
    }
}

type Both = Arc<Mutex<Vec<(Vec<u8>, Vec<u8>)>>>;

/// Stands between two, and keeps what each connection carries.
pub struct Between {
    pub port: u16,
    carried: Both,
    ended: Arc<Mutex<usize>>,
}

impl Between {
    pub fn open(to: &str) -> Between {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let port = listener.local_addr().expect("it listens").port();
        let (carried, ended) = (Both::default(), Arc::new(Mutex::new(0)));
        let (keep, end, to) = (carried.clone(), ended.clone(), to.to_owned());
        thread::spawn(move || {
            for (number, client) in listener.incoming().map_while(Result::ok).enumerate() {
                let Ok(server) = TcpStream::connect(&to) else { return };
                keep.lock().expect("nobody has panicked").push((Vec::new(), Vec::new()));
                let twin = |stream: &TcpStream| stream.try_clone().expect("a socket can be shared");
                let (from_server, to_client) = (twin(&server), twin(&client));
                let (up, down, end) = (keep.clone(), keep.clone(), end.clone());
                thread::spawn(move || {
                    let back = thread::spawn(move || {
                        pass(from_server, to_client, |bytes| {
                            down.lock().expect("nobody has panicked")[number].1.extend(bytes);
                        });
                    });
                    pass(client, server, |bytes| {
                        up.lock().expect("nobody has panicked")[number].0.extend(bytes);
                    });
                    let _ = back.join();
                    *end.lock().expect("nobody has panicked") += 1;
                });
            }
        });
        Between { port, carried, ended }
    }

    /// For what is to connect to it.
    pub fn url(&self) -> String {
        format!("mqtt://127.0.0.1:{}", self.port)
    }

    /// What each side sent on each connection, once so many have ended.
    pub fn connections(&self, count: usize) -> Vec<(Vec<u8>, Vec<u8>)> {
        until(|| (*self.ended.lock().expect("nobody has panicked") >= count).then_some(()));
        self.carried.lock().expect("nobody has panicked").clone()
    }
}

fn pass(mut from: TcpStream, mut to: TcpStream, mut see: impl FnMut(&[u8])) {
    let mut buffer = [0; 16 << 10];
    while let Ok(length @ 1..) = from.read(&mut buffer) {
        see(&buffer[..length]);
        if to.write_all(&buffer[..length]).is_err() {
            break;
        }
    }
    // It may be gone.
    let _ = to.shutdown(Shutdown::Write);
}

/// Until it has ended well; what it wrote.
pub fn run(command: &mut Command) -> String {
    let output = command.output().expect("the program is installed");
    assert!(output.status.success(), "{command:?}: {output:?}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// A `mosquitto_sub` gets what a `mosquitto_pub` publishes.
pub fn message_arrives(port: &str, version: &str, topic: &str, message: &str) {
    let mut subscriber = subscriber(port, version, topic);
    run(Command::new("mosquitto_pub")
        .args(["-V", version, "-p", port, "-q", "2", "-t", topic, "-m", message]));
    assert!(subscriber.wait().expect("it ends").success(), "the message arrives");
}

/// A `mosquitto_sub` that waits for one message; the broker has answered it.
fn subscriber(port: &str, version: &str, topic: &str) -> Child {
    let mut process = Command::new("stdbuf")
        .args(["-oL", "mosquitto_sub", "-d", "-W", "20", "-C", "1", "-q", "2"])
        .args(["-V", version, "-p", port, "-t", topic])
        .stdout(Stdio::piped())
        .spawn()
        .expect("mosquitto-clients are installed");
    let mut lines = BufReader::new(process.stdout.take().expect("it is piped")).lines();
    let is_subscribed =
        lines.by_ref().map_while(Result::ok).any(|line| line.contains("received SUBACK"));
    assert!(is_subscribed);
    // Who writes into a pipe that nobody reads ends.
    thread::spawn(move || lines.count());
    process
}

/// What an observer is told of a `mosquitto_pub` that does not reach the broker.
pub fn why_it_fails(tap: &Tap) -> String {
    let mut observer = Observer::connect(tap);
    let output = Command::new("mosquitto_pub")
        .args(["-p", port(tap), "-t", "t", "-m", "m"])
        .output()
        .expect("mosquitto-clients are installed");
    assert!(!output.status.success());
    observer.until(|seen| seen.ended >= 1);
    observer.closed().swap_remove(0)
}

pub fn connect(client_id: &str) -> Bytes {
    let connect = Connect { client_id: client_id.into(), clean_start: true, ..Connect::default() };
    encode(&Packet::Connect(Box::new(connect))).expect("it can be encoded")
}

/// A client that has connected, with what it sends unread.
pub fn client(address: &str, client_id: &str) -> TcpStream {
    let mut stream = TcpStream::connect(address).expect("it listens");
    stream.set_nodelay(true).expect("it can be set");
    stream.set_read_timeout(Some(PATIENCE)).expect("it can be set");
    stream.write_all(&connect(client_id)).expect("it listens");
    read_packet(&mut stream);
    stream
}

/// The next packet, however long it takes.
pub fn read_packet(stream: &mut impl Read) -> Vec<u8> {
    let mut packet = vec![0; 2];
    stream.read_exact(&mut packet).expect("a packet comes");
    loop {
        let header = FrameHeader::read(&packet).expect("the broker writes packets");
        let (had, length) = (packet.len(), header.map(|header| header.length));
        if length == Some(had) {
            return packet;
        }
        packet.resize(length.unwrap_or(had + 1), 0);
        stream.read_exact(&mut packet[had..]).expect("a packet comes");
    }
}

/// CONNECT, PINGREQ and DISCONNECT, each when the one before is answered; all that was sent.
pub fn ping_over_websocket(url: &str) -> Vec<u8> {
    let mut request = url.into_client_request().expect("an address");
    request.headers_mut().insert("Sec-WebSocket-Protocol", HeaderValue::from_static("mqtt"));
    let (mut socket, _) = tungstenite::connect(request).expect("it listens");
    let mut sent = Vec::new();
    for packet in [&connect("over-websocket")[..], &[0xC0, 0]] {
        sent.extend(packet);
        socket.send(Message::binary(packet.to_vec())).expect("it listens");
        socket.read().expect("it answers");
    }
    sent.extend([0xE0, 0]);
    socket.send(Message::binary(vec![0xE0, 0])).expect("it listens");
    let _ = socket.close(None);
    while socket.read().is_ok() {}
    sent
}

/// Sends CONNECT and ends its side; all that comes back.
pub fn half_close(address: &str) -> Vec<u8> {
    let mut stream = TcpStream::connect(address).expect("it listens");
    stream.set_read_timeout(Some(PATIENCE)).expect("it can be set");
    stream.write_all(&[&connect("half")[..], &[0xC0, 0]].concat()).expect("it listens");
    stream.shutdown(Shutdown::Write).expect("it is open");
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    answer
}

/// Where it is installed.
pub fn tshark_reads(file: &Path, publishes: usize) {
    let tshark =
        Command::new("tshark").arg("-r").arg(file).args(["-Y", "mqtt.msgtype == 3"]).output();
    let Ok(output) = tshark else { return };
    let lines = String::from_utf8_lossy(&output.stdout).lines().count();
    assert!(output.status.success() && lines == publishes, "{output:?}");
}
