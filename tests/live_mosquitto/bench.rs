//! The lab with WebSockets to Mosquitto and the clock of this machine, or with the broker in the tab and a clock that
//! waits for nobody.

use std::collections::HashMap;
use std::env;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::time::Duration;

use mqtt5_playground::broker::{Input, Policy};
use mqtt5_playground::capture::{Capture, ClientSlot};
use mqtt5_playground::lab::{Act, ActError, Action, Lab, LinkState};
use mqtt5_playground::link::{LinkCommand, LinkEvent, Target};
use mqtt5_playground::mqtt::{Connect, ConnectionId, Packet, PacketType, Sender};
use mqtt5_playground::time::Instant;

use crate::websocket::NativeLink;

/// An idle Mosquitto serves its WebSocket listener about ten times a second.
pub const PATIENCE: Duration = Duration::from_secs(10);

pub struct Bench {
    pub lab: Lab,
    clock: Clock,
    links: HashMap<ConnectionId, NativeLink>,
    tell: mpsc::Sender<(ConnectionId, LinkEvent)>,
    told: Receiver<(ConnectionId, LinkEvent)>,
}

enum Clock {
    /// That of this machine, as Mosquitto's.
    Real { began: std::time::Instant },
    /// Everything is in the tab: what comes next is due at once.
    Skipping { now: Instant },
}

impl Bench {
    /// On Mosquitto.
    pub fn new<'a>(roles: impl IntoIterator<Item = &'a str>) -> Bench {
        let address = env::var("MQTT_WS_URL").expect("`cargo xtask test --live` sets it");
        let target = Target::parse(&address).expect("it is the address of a WebSocket");
        Bench::on(target, Clock::Real { began: std::time::Instant::now() }, roles)
    }

    /// On the broker in the tab.
    pub fn in_tab<'a>(policy: Policy, roles: impl IntoIterator<Item = &'a str>) -> Bench {
        let clock = Clock::Skipping { now: Instant::START };
        let mut bench = Bench::on(Target::InTab, clock, roles);
        bench.operate(Input::SetPolicy(Box::new(policy)));
        bench
    }

    fn on<'a>(target: Target, clock: Clock, roles: impl IntoIterator<Item = &'a str>) -> Bench {
        let mut lab = Lab::new(target, false, [0; 32]);
        lab.set_up(roles, Instant::START);
        let (tell, told) = mpsc::channel();
        Bench { lab, clock, links: HashMap::new(), tell, told }
    }

    fn now(&self) -> Instant {
        match self.clock {
            Clock::Real { began } => Instant::START + began.elapsed(),
            Clock::Skipping { now } => now,
        }
    }

    /// The moment at which to look again, and no later than `due`: when something has come, or when it is due.
    fn let_pass(&mut self, due: Instant) {
        let now = match &mut self.clock {
            Clock::Skipping { now } => {
                *now = due.max(*now);
                *now
            }
            Clock::Real { .. } => match self.told.recv_timeout(due.since(self.now())) {
                Ok((connection, event)) => {
                    if matches!(event, LinkEvent::Closed { .. }) {
                        self.links.remove(&connection);
                    }
                    let now = self.now();
                    return self.lab.link_event(connection, event, now);
                }
                Err(RecvTimeoutError::Timeout) => self.now(),
                Err(RecvTimeoutError::Disconnected) => unreachable!("the bench holds a sender"),
            },
        };
        self.lab.advance(now);
    }

    /// Changes the policy of the broker in the tab, or gives it an operator's command.
    pub fn operate(&mut self, input: Input) {
        let now = self.now();
        self.lab.operate_in_tab(input, now);
    }

    pub fn act(&mut self, act: Act) {
        self.try_act(act).expect("the bench allows it");
    }

    pub fn try_act(&mut self, act: Act) -> Result<(), ActError> {
        let now = self.now();
        let made = self.lab.act(act, now);
        self.serve_links();
        made
    }

    /// Connects with a fresh Client Identifier.
    pub fn connect(&mut self, client: ClientSlot) {
        let client_id = format!("live-{}", nonce()).into();
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
        assert!(in_time, "in vain: {what}; on the wire: {:#?}", on_the_wire(self.lab.capture()));
    }

    /// The same, and returns whether the condition holds now.
    pub fn try_wait_until(&mut self, holds: impl FnMut(&Lab) -> bool) -> bool {
        self.wait_at_most(PATIENCE, holds)
    }

    /// The same with a patience of one's own.
    pub fn wait_at_most(&mut self, time: Duration, holds: impl FnMut(&Lab) -> bool) -> bool {
        let give_up = self.now() + time;
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
            self.let_pass(due);
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

    /// Lets come what the broker has sent: behind it comes the answer to a PINGREQ. One client after the other, since what
    /// one has sent may be on its way to the next.
    pub fn wait_for_everything(&mut self) {
        let slots: Vec<_> = {
            let connected = self.lab.clients().iter().filter(|client| client.is_connected());
            connected.map(|client| client.slot()).collect()
        };
        for slot in slots {
            let answers = |lab: &Lab| {
                let answers = lab.capture().packets(PacketType::PingResp, Sender::Server);
                answers.filter(|record| record.client == slot).count()
            };
            let before = answers(&self.lab);
            drop(self.try_act(Act { client: slot, action: Action::Ping }));
            self.try_wait_until(|lab| {
                answers(lab) > before || !lab.client(slot).is_some_and(|c| c.is_connected())
            });
        }
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

/// The broker sees the connections end.
impl Drop for Bench {
    fn drop(&mut self) {
        self.links.values_mut().for_each(NativeLink::close);
    }
}

pub fn on_the_wire(capture: &Capture) -> Vec<String> {
    capture.records().map(|r| format!("{:?} {:?}", r.sender(), r.packet_type())).collect()
}

/// What no other client of this Mosquitto has in its name.
pub fn nonce() -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    format!("{:x}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed))
}
