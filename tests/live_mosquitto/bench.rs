//! The lab with WebSockets to Mosquitto and the clock of this machine.

use std::collections::HashMap;
use std::env;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::time::Duration;

use mqtt5_playground::capture::{ClientSlot, ConnectionId};
use mqtt5_playground::lab::{Act, Lab, LinkState};
use mqtt5_playground::link::{LinkCommand, LinkEvent, Target};
use mqtt5_playground::mqtt::{Connect, Packet, PacketType, Sender};
use mqtt5_playground::time::Instant;

use crate::websocket::NativeLink;

/// An idle Mosquitto serves its WebSocket listener about ten times a second.
const PATIENCE: Duration = Duration::from_secs(10);

pub struct Bench {
    pub lab: Lab,
    began: std::time::Instant,
    links: HashMap<ConnectionId, NativeLink>,
    tell: mpsc::Sender<(ConnectionId, LinkEvent)>,
    told: Receiver<(ConnectionId, LinkEvent)>,
}

impl Bench {
    pub fn new<'a>(roles: impl IntoIterator<Item = &'a str>) -> Bench {
        let address = env::var("MQTT_WS_URL").expect("`cargo xtask test --live` sets it");
        let target = Target::parse(&address).expect("it is the address of a WebSocket");
        let mut lab = Lab::new(target, false, [0; 32]);
        lab.set_up(roles, Instant::START);
        let (tell, told) = mpsc::channel();
        Bench { lab, began: std::time::Instant::now(), links: HashMap::new(), tell, told }
    }

    fn now(&self) -> Instant {
        Instant::START + self.began.elapsed()
    }

    pub fn act(&mut self, act: Act) {
        let now = self.now();
        self.lab.act(act, now).expect("the bench allows it");
        self.serve_links();
    }

    /// Connects with a fresh Client Identifier.
    pub fn connect(&mut self, client: ClientSlot) {
        let client_id = format!("live-{}", nonce());
        let connect =
            Connect { client_id, clean_start: true, keep_alive: 60, ..Connect::default() };
        self.act(Act::connect(client, connect));
        self.wait_until("CONNACK", |lab| lab.client(client).is_some_and(|c| c.is_connected()));
    }

    pub fn wait_until_closed(&mut self, client: ClientSlot) {
        self.wait_until("the end of the connection", |lab| {
            lab.client(client).is_some_and(|client| client.link_state() == LinkState::Closed)
        });
    }

    /// Lets this much time pass, with everything that arrives meanwhile.
    pub fn wait(&mut self, time: Duration) {
        let end = self.now() + time;
        self.go_on_until(end, |_| false);
    }

    /// Lets time pass and packets arrive until the condition holds.
    pub fn wait_until(&mut self, what: &str, holds: impl FnMut(&Lab) -> bool) {
        let in_time = self.try_wait_until(holds);
        assert!(in_time, "in vain: {what}; on the wire: {:#?}", self.on_the_wire());
    }

    /// The same, and returns whether the condition holds now.
    pub fn try_wait_until(&mut self, holds: impl FnMut(&Lab) -> bool) -> bool {
        let give_up = self.now() + PATIENCE;
        self.go_on_until(give_up, holds)
    }

    /// Goes on until the condition holds or this moment has come; returns whether it holds.
    fn go_on_until(&mut self, give_up: Instant, mut holds: impl FnMut(&Lab) -> bool) -> bool {
        while !holds(&self.lab) {
            let now = self.now();
            if now >= give_up {
                return false;
            }
            let due = self.lab.next_timeout().map_or(give_up, |due| due.min(give_up));
            match self.told.recv_timeout(due.since(now)) {
                Ok((connection, event)) => {
                    if matches!(event, LinkEvent::Closed { .. }) {
                        self.links.remove(&connection);
                    }
                    let now = self.now();
                    self.lab.link_event(connection, event, now);
                }
                Err(RecvTimeoutError::Timeout) => {
                    let now = self.now();
                    self.lab.advance(now);
                }
                Err(RecvTimeoutError::Disconnected) => unreachable!("the bench holds a sender"),
            }
            self.serve_links();
        }
        true
    }

    /// The latest packet of that type which the Server sent.
    pub fn packet(&self, packet: PacketType) -> Packet {
        let mut records = self.lab.capture().packets(packet, Sender::Server).rev();
        let record = records.next().unwrap_or_else(|| panic!("no {} came", packet.name()));
        record.valid_packet().expect("Mosquitto keeps to the rules")
    }

    pub fn on_the_wire(&self) -> Vec<String> {
        let records = self.lab.capture().records();
        records.map(|r| format!("{:?} {:?}", r.sender(), r.packet_type())).collect()
    }

    fn serve_links(&mut self) {
        while let Some(command) = self.lab.next_command() {
            match command {
                LinkCommand::Open { connection, target, .. } => {
                    let address = target.address().expect("every connection goes to Mosquitto");
                    let tell = self.tell.clone();
                    let link = NativeLink::open(address, move |event| {
                        // After the end of a test nobody listens any more.
                        let _ = tell.send((connection, event));
                    });
                    self.links.insert(connection, link);
                }
                LinkCommand::Send { connection, bytes } => {
                    if let Some(link) = self.links.get_mut(&connection) {
                        link.send(bytes);
                    }
                }
                LinkCommand::Close { connection } => {
                    if let Some(link) = self.links.get_mut(&connection) {
                        link.close();
                    }
                }
            }
        }
    }
}

/// What no other client of this Mosquitto has in its name.
pub fn nonce() -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    format!("{:x}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed))
}
