//! The broker of the playground on TCP and on WebSocket, for ordinary clients, tools and test suites:
//!
//! ```text
//! cargo run --release --example broker --features net -- --tcp 127.0.0.1:1883 --ws 127.0.0.1:9001
//! ```
//!
//! `--config FILE` reads a policy as JSON: any of the fields of `broker::Policy`, and absent ones keep
//! their default. For example, with an access control list that refuses one Topic Filter:
//!
//! ```json
//! { "topic_alias_maximum": 10, "receive_maximum": 20, "maximum_packet_size": 1048576,
//!   "server_keep_alive": 60, "session_expiry_maximum": 3600,
//!   "rules": [{ "action": "subscribe", "topic_filter": "test/nosubscribe", "refuse_with": "0x87" }] }
//! ```
//!
//! `--log` writes what the broker does, and the rule that decided, to standard error. Port 0 takes a
//! free one; the addresses are the first lines of standard output.
//!
//! The role itself is `src/broker`. Here is only what it must not know: sockets, a clock, randomness.

use std::collections::HashMap;
use std::future::poll_fn;
use std::hash::{BuildHasher, RandomState};
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::process::ExitCode;
use std::sync::{Arc, Mutex, MutexGuard};
use std::task::{Poll, ready};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use futures_util::{SinkExt, StreamExt};
use mqtt5_playground::broker::{Broker, Command, ConnectionId, Input, Output, Policy};
use mqtt5_playground::mqtt::{Packet, PacketStream, Sender, encode};
use mqtt5_playground::time::Instant;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt, ReadBuf};
use tokio::net::tcp::OwnedReadHalf;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, mpsc, oneshot};
use tokio_tungstenite::tungstenite::handshake::server::{ErrorResponse, Request, Response};
use tokio_tungstenite::tungstenite::http::{HeaderValue, StatusCode, header};
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{Message, protocol::CloseFrame};

/// One thread: what arrives on two connections is handled in that order, and the broker is one in any case.
#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("broker: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<(), String> {
    let options = Options::read(std::env::args().skip(1))?;
    let hub = Arc::new(Hub::new(options.policy, options.log));
    for address in options.tcp {
        let listener = listen(&address).await?;
        println!("mqtt://{}", local_address(&listener)?);
        tokio::spawn(accept(listener, hub.clone(), Transport::Tcp));
    }
    for address in options.ws {
        let listener = listen(&address).await?;
        println!("ws://{}", local_address(&listener)?);
        tokio::spawn(accept(listener, hub.clone(), Transport::WebSocket));
    }
    tokio::spawn(keep_time(hub.clone()));
    tokio::signal::ctrl_c().await.map_err(|error| error.to_string())?;
    hub.handle([Input::Command(Command::ShutDown)]);
    // Time for DISCONNECT 0x8B to leave.
    tokio::time::sleep(Duration::from_millis(200)).await;
    Ok(())
}

/// What the command line says.
struct Options {
    tcp: Vec<String>,
    ws: Vec<String>,
    policy: Policy,
    log: bool,
}

impl Options {
    fn read(mut args: impl Iterator<Item = String>) -> Result<Options, String> {
        let mut options =
            Options { tcp: Vec::new(), ws: Vec::new(), policy: Policy::default(), log: false };
        while let Some(arg) = args.next() {
            let mut value = || args.next().ok_or(format!("{arg} needs a value"));
            match arg.as_str() {
                "--tcp" => options.tcp.push(value()?),
                "--ws" => options.ws.push(value()?),
                "--config" => options.policy = read_policy(&value()?)?,
                "--log" => options.log = true,
                _ => return Err(format!("what is {arg}? {USAGE}")),
            }
        }
        match options.tcp.is_empty() && options.ws.is_empty() {
            true => Err(USAGE.into()),
            false => Ok(options),
        }
    }
}

const USAGE: &str =
    "usage: broker [--tcp ADDRESS:PORT] [--ws ADDRESS:PORT] [--config FILE] [--log]";

fn read_policy(path: &str) -> Result<Policy, String> {
    let text = std::fs::read_to_string(path).map_err(|error| format!("{path}: {error}"))?;
    serde_json::from_str(&text).map_err(|error| format!("{path}: {error}"))
}

/// The broker, its clock, and the way to each connection.
struct Hub {
    state: Mutex<State>,
    /// Told whenever the next deadline may have come nearer.
    deadline_moved: Notify,
    log: bool,
    /// Into which every TCP connection reads, one at a time: an idle one needs none of its own.
    buffer: Mutex<Vec<u8>>,
}

struct State {
    broker: Broker,
    started: std::time::Instant,
    last_connection: u32,
    peers: HashMap<ConnectionId, Peer>,
}

/// The hub's end of a connection.
struct Peer {
    packets: mpsc::Sender<Packet>,
    end: oneshot::Sender<Duration>,
}

/// The connection's end of the hub.
struct FromHub {
    /// Ends when the connection is to be closed after everything before it is out.
    packets: mpsc::Receiver<Packet>,
    /// How long the connection may go on.
    end: oneshot::Receiver<Duration>,
}

impl Hub {
    fn new(policy: Policy, log: bool) -> Hub {
        let broker = Broker::new(policy, seed());
        let started = std::time::Instant::now();
        let state = State { broker, started, last_connection: 0, peers: HashMap::new() };
        let buffer = Mutex::new(vec![0; READ_SIZE]);
        Hub { state: Mutex::new(state), deadline_moved: Notify::new(), log, buffer }
    }

    fn open(&self) -> (ConnectionId, FromHub) {
        let (to_packets, packets) = mpsc::channel(PENDING_PACKETS);
        let (to_end, end) = oneshot::channel();
        let mut state = self.lock();
        state.last_connection = state.last_connection.wrapping_add(1);
        let id = ConnectionId(state.last_connection);
        state.peers.insert(id, Peer { packets: to_packets, end: to_end });
        drop(state);
        self.handle([Input::Opened(id)]);
        (id, FromHub { packets, end })
    }

    /// Hands inputs to the broker and its outputs to the connections.
    fn handle(&self, inputs: impl IntoIterator<Item = Input>) {
        let mut state = self.lock();
        let before = state.broker.next_timeout();
        for input in inputs {
            let now = state.now();
            state.broker.handle(input, now);
            self.distribute(&mut state);
        }
        if state.broker.next_timeout() != before {
            self.deadline_moved.notify_one();
        }
    }

    fn distribute(&self, state: &mut State) {
        while let Some(output) = state.broker.poll() {
            match output {
                Output::Send(id, packet) => {
                    let sent = state.peers.get(&id).map(|peer| peer.packets.try_send(packet));
                    // Who does not read what it asked for cannot be served without end.
                    if sent.is_some_and(|sent| sent.is_err()) {
                        state.end(id, Duration::ZERO);
                        let now = state.now();
                        state.broker.handle(Input::Closed(id), now);
                    }
                }
                Output::Close(id) => state.end(id, TIME_TO_READ_THE_LAST),
                Output::Note(note) if self.log => {
                    let who = note.client_id.as_deref().unwrap_or("-");
                    let at = note.at.as_millis_f64() / 1000.0;
                    eprintln!("{at:.3} {who}: {} {}", note.event, note.event.rule());
                }
                Output::Note(_) => {}
            }
        }
    }

    fn maximum_packet_size(&self, id: ConnectionId) -> Option<u32> {
        self.lock().broker.maximum_packet_size(id)
    }

    /// Until the broker's next deadline; `None` without one.
    fn until_deadline(&self) -> Option<Duration> {
        let state = self.lock();
        let now = state.now();
        state.broker.next_timeout().map(|at| at.since(now))
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("nothing panics while it holds the broker")
    }
}

impl State {
    /// Sends nothing more to a connection, and has it closed in `grace` at the latest.
    fn end(&mut self, id: ConnectionId, grace: Duration) {
        if let Some(peer) = self.peers.remove(&id) {
            // It may have closed by itself.
            let _ = peer.end.send(grace);
        }
    }

    fn now(&self) -> Instant {
        let micros = self.started.elapsed().as_micros();
        Instant::from_micros(u64::try_from(micros).unwrap_or(u64::MAX))
    }
}

/// Packets that may wait for one connection to read them.
const PENDING_PACKETS: usize = 1 << 16;

/// For a DISCONNECT, and what stands before it.
const TIME_TO_READ_THE_LAST: Duration = Duration::from_secs(5);

/// The standard library keys its hash maps with random numbers of the system.
fn seed() -> [u8; 32] {
    let mut seed = [0; 32];
    for chunk in seed.chunks_mut(8) {
        chunk.copy_from_slice(&RandomState::new().hash_one("seed").to_be_bytes());
    }
    seed
}

async fn keep_time(hub: Arc<Hub>) {
    loop {
        let due = async {
            match hub.until_deadline() {
                Some(duration) => tokio::time::sleep(duration).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = due => hub.handle([Input::Tick]),
            () = hub.deadline_moved.notified() => {}
        }
    }
}

#[derive(Clone, Copy)]
enum Transport {
    Tcp,
    WebSocket,
}

async fn listen(address: &str) -> Result<TcpListener, String> {
    TcpListener::bind(address).await.map_err(|error| format!("{address}: {error}"))
}

fn local_address(listener: &TcpListener) -> Result<SocketAddr, String> {
    listener.local_addr().map_err(|error| error.to_string())
}

async fn accept(listener: TcpListener, hub: Arc<Hub>, transport: Transport) {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                let hub = hub.clone();
                tokio::spawn(async move {
                    // A broken transport has no one left to be told.
                    let _ = stream.set_nodelay(true);
                    match transport {
                        Transport::Tcp => serve_tcp(stream, hub).await,
                        Transport::WebSocket => serve_websocket(stream, hub).await,
                    }
                });
            }
            // Out of file descriptors, for instance: others may close.
            Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
        }
    }
}

/// The bytes of one connection on their way to the broker.
struct Incoming {
    id: ConnectionId,
    hub: Arc<Hub>,
    stream: PacketStream,
}

impl Incoming {
    fn new(id: ConnectionId, hub: Arc<Hub>) -> Incoming {
        Incoming { id, hub, stream: PacketStream::new() }
    }

    /// Waits until something arrives, and takes it: so many bytes, or none once the peer has ended.
    async fn read(&mut self, reader: &mut OwnedReadHalf) -> io::Result<usize> {
        let hub = self.hub.clone();
        poll_fn(|context| {
            let mut buffer = hub.buffer.lock().expect("nothing panics while it reads");
            let mut read = ReadBuf::new(&mut buffer);
            ready!(Pin::new(&mut *reader).poll_read(context, &mut read))?;
            if !read.filled().is_empty() {
                self.push(read.filled());
            }
            Poll::Ready(Ok(read.filled().len()))
        })
        .await
    }

    /// After what cannot be read the broker closes, and ignores what follows it (§4.13).
    fn push(&mut self, bytes: &[u8]) {
        self.stream.set_maximum_packet_size(self.hub.maximum_packet_size(self.id));
        self.stream.push(bytes);
        let mut inputs = Vec::new();
        while let Some(incoming) = self.stream.next(Sender::Client) {
            inputs.push(Input::Received(self.id, incoming.outcome));
        }
        inputs.extend(self.stream.begun().map(|packet| Input::Begun(self.id, packet)));
        self.hub.handle(inputs);
    }
}

impl Drop for Incoming {
    fn drop(&mut self) {
        self.hub.lock().peers.remove(&self.id);
        self.hub.handle([Input::Closed(self.id)]);
    }
}

/// Waits for packets and takes all that are there. `None` once the connection is to be closed.
async fn next_bytes(packets: &mut mpsc::Receiver<Packet>) -> Option<Bytes> {
    let mut bytes = BytesMut::new();
    let mut next = Some(packets.recv().await?);
    while let Some(packet) = next {
        // A packet without a representation on the wire ends the connection.
        bytes.extend_from_slice(&encode(&packet).ok()?);
        next = if bytes.len() < WRITE_SIZE { packets.try_recv().ok() } else { None };
    }
    Some(bytes.freeze())
}

/// Resolves when the connection may not go on.
async fn ended(end: oneshot::Receiver<Duration>) {
    match end.await {
        Ok(grace) => tokio::time::sleep(grace).await,
        // Closed by the peer: others tell.
        Err(_) => std::future::pending().await,
    }
}

const READ_SIZE: usize = 64 << 10;
const WRITE_SIZE: usize = 64 << 10;

async fn serve_tcp(stream: TcpStream, hub: Arc<Hub>) {
    let (id, FromHub { mut packets, end }) = hub.open();
    let mut incoming = Incoming::new(id, hub);
    let (mut reader, mut writer) = stream.into_split();
    let write = async {
        while let Some(bytes) = next_bytes(&mut packets).await {
            writer.write_all(&bytes).await?;
        }
        writer.shutdown().await
    };
    let read = async {
        loop {
            match incoming.read(&mut reader).await? {
                0 => return io::Result::Ok(()),
                // More is waiting: without this, one fast sender would stop all others.
                READ_SIZE => tokio::task::yield_now().await,
                _ => {}
            }
        }
    };
    tokio::select! {
        // Unread bytes would make the system reset the connection, and the last packet could be lost.
        _ = write => drop(tokio::time::timeout(TIME_TO_READ_THE_LAST, drain(reader)).await),
        _ = read => {}
        () = ended(end) => {}
    }
}

async fn drain(mut reader: OwnedReadHalf) {
    // On the heap: otherwise the task of every connection has room for it.
    let mut buffer = vec![0; 4096];
    while reader.read(&mut buffer).await.is_ok_and(|length| length > 0) {}
}

async fn serve_websocket(stream: TcpStream, hub: Arc<Hub>) {
    let config = WebSocketConfig::default().max_message_size(None).max_frame_size(None);
    let accepted =
        tokio_tungstenite::accept_hdr_async_with_config(stream, choose_mqtt, Some(config)).await;
    let Ok(socket) = accepted else { return };
    let (id, FromHub { mut packets, end }) = hub.open();
    let mut incoming = Incoming::new(id, hub);
    let (mut writer, mut reader) = socket.split();
    let write = async {
        while let Some(bytes) = next_bytes(&mut packets).await {
            if writer.send(Message::Binary(bytes)).await.is_err() {
                return None;
            }
        }
        Some(CloseFrame { code: 1000.into(), reason: "".into() })
    };
    let read = async {
        while let Some(Ok(message)) = reader.next().await {
            match message {
                Message::Binary(bytes) => incoming.push(&bytes),
                // Control packets come in binary messages only [MQTT-6.0.0-1].
                Message::Text(_) => {
                    let reason = "MQTT needs binary messages".into();
                    return Some(CloseFrame { code: 1003.into(), reason });
                }
                Message::Ping(_) | Message::Pong(_) | Message::Frame(_) => {}
                Message::Close(_) => return None,
            }
        }
        None
    };
    let close = tokio::select! {
        close = write => close,
        close = read => close,
        () = ended(end) => None,
    };
    if let Some(close) = close {
        let _ = writer.send(Message::Close(Some(close))).await;
        let drain = async { while let Some(Ok(_)) = reader.next().await {} };
        let _ = tokio::time::timeout(TIME_TO_READ_THE_LAST, drain).await;
    }
}

/// The Client offers the subprotocol `mqtt`, and the Server selects it [MQTT-6.0.0-3], [MQTT-6.0.0-4].
// The size of the error is the WebSocket library's choice.
#[allow(clippy::result_large_err)]
fn choose_mqtt(request: &Request, mut response: Response) -> Result<Response, ErrorResponse> {
    let offered = request.headers().get_all(header::SEC_WEBSOCKET_PROTOCOL);
    let offers_mqtt = offered
        .iter()
        .filter_map(|value| value.to_str().ok())
        .any(|value| value.split(',').any(|name| name.trim() == "mqtt"));
    if !offers_mqtt {
        let mut refusal =
            ErrorResponse::new(Some("the subprotocol mqtt is needed (MQTT 5.0, §6)".into()));
        *refusal.status_mut() = StatusCode::BAD_REQUEST;
        return Err(refusal);
    }
    let mqtt = HeaderValue::from_static("mqtt");
    response.headers_mut().insert(header::SEC_WEBSOCKET_PROTOCOL, mqtt);
    Ok(response)
}
