//! The lab with the browser's WebSockets, and waiting for what happens to it.

use std::cell::RefCell;
use std::collections::{HashMap, VecDeque};
use std::rc::Rc;

use js_sys::{Function, Promise};
use mqtt5_playground::capture::ClientSlot;
use mqtt5_playground::lab::{Act, ActError, Lab};
use mqtt5_playground::link::websocket::WebSocketLink;
use mqtt5_playground::link::{LinkCommand, LinkEvent, Target};
use mqtt5_playground::mqtt::{Connect, ConnectionId, PacketType, Sender};
use mqtt5_playground::time::Instant;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::Response;

/// Where Mosquitto listens; the test command leaves it in a file that the tests' own server serves.
pub async fn mosquitto() -> Target {
    let window = web_sys::window().expect("tests run in a page");
    let response = JsFuture::from(window.fetch_with_str("/target/xtask/mosquitto-url.txt")).await;
    let response: Response = response.expect("the tests' server answers").unchecked_into();
    assert!(response.ok(), "no Mosquitto was started: use `cargo xtask test --browser`");
    let text = JsFuture::from(response.text().expect("it is read once")).await;
    let text = text.expect("the file is text").as_string().expect("text is a string");
    Target::parse(&text).expect("it is the address of a WebSocket")
}

/// What links have told and nobody has taken yet, and whom to wake when there is more.
#[derive(Clone, Default)]
pub struct Events(Rc<RefCell<Told>>);

#[derive(Default)]
struct Told {
    events: VecDeque<(ConnectionId, LinkEvent)>,
    waiting: Option<Function>,
}

impl Events {
    pub fn tell(&self, connection: ConnectionId, event: LinkEvent) {
        self.0.borrow_mut().events.push_back((connection, event));
        let waiting = self.0.borrow_mut().waiting.take();
        if let Some(wake) = waiting {
            wake.call0(&JsValue::NULL).expect("resolving a promise cannot fail");
        }
    }

    /// The next one, if it is there.
    fn take(&self) -> Option<(ConnectionId, LinkEvent)> {
        self.0.borrow_mut().events.pop_front()
    }

    /// The next one, as soon as it is there; the test runner ends a test that waits for too long.
    pub async fn next(&self) -> (ConnectionId, LinkEvent) {
        loop {
            if let Some(event) = self.0.borrow_mut().events.pop_front() {
                return event;
            }
            let more = Promise::new(&mut |wake, _| self.0.borrow_mut().waiting = Some(wake));
            JsFuture::from(more).await.expect("it is never rejected");
        }
    }
}

pub struct Bench {
    pub lab: Lab,
    began: f64,
    links: HashMap<ConnectionId, WebSocketLink>,
    events: Events,
}

impl Bench {
    pub fn new<'a>(target: Target, roles: impl IntoIterator<Item = &'a str>) -> Bench {
        let mut lab = Lab::new(target, false, [0; 32]);
        lab.set_up(roles, Instant::START);
        Bench { lab, began: milliseconds(), links: HashMap::new(), events: Events::default() }
    }

    fn now(&self) -> Instant {
        Instant::from_micros(((milliseconds() - self.began) * 1000.0) as u64)
    }

    pub async fn connect(&mut self, client: ClientSlot) {
        let client_id =
            format!("browser-{}-{}", client.letter(), uuid::Uuid::new_v4().simple()).into();
        let connect =
            Connect { client_id, clean_start: true, keep_alive: 60, ..Connect::default() };
        self.act(Act::connect(client, connect)).await;
    }

    /// Does it unless the bench refuses; what follows is to be waited for.
    pub fn begin(&mut self, act: Act) -> Result<(), ActError> {
        let now = self.now();
        let made = self.lab.act(act, now);
        self.serve_links();
        made
    }

    /// Lets time pass on the browser's clock, and takes what links tell meanwhile.
    pub async fn rest(&mut self, milliseconds: i32) {
        let wake = Promise::new(&mut |wake, _| {
            let window = web_sys::window().expect("tests run in a page");
            let timeout =
                window.set_timeout_with_callback_and_timeout_and_arguments_0(&wake, milliseconds);
            timeout.expect("a timeout can be set");
        });
        JsFuture::from(wake).await.expect("it is never rejected");
        while let Some((connection, event)) = self.events.take() {
            let now = self.now();
            self.lab.link_event(connection, event, now);
            self.serve_links();
        }
        let now = self.now();
        self.lab.advance(now);
        self.serve_links();
    }

    /// Does it, and waits until every answer is there.
    pub async fn act(&mut self, act: Act) {
        let now = self.now();
        self.lab.act(act, now).expect("the bench allows it");
        self.serve_links();
        self.wait_until(|lab| lab.is_settled()).await;
    }

    pub async fn wait_until(&mut self, holds: impl Fn(&Lab) -> bool) {
        while !holds(&self.lab) {
            let (connection, event) = self.events.next().await;
            let now = self.now();
            self.lab.link_event(connection, event, now);
            self.serve_links();
        }
    }

    /// How many packets of that type have passed at a client.
    pub fn count(&self, client: ClientSlot, packet: PacketType, sender: Sender) -> usize {
        let packets = self.lab.capture().packets(packet, sender);
        packets.filter(|record| record.client == client).count()
    }

    fn serve_links(&mut self) {
        while let Some(command) = self.lab.next_command() {
            match command {
                LinkCommand::Open { connection, target, .. } => {
                    let address = target.address().expect("every connection goes to Mosquitto");
                    let events = self.events.clone();
                    let link = WebSocketLink::open(address, "mqtt", move |event| {
                        events.tell(connection, event)
                    });
                    self.links.insert(connection, link.expect("the browser takes the address"));
                }
                LinkCommand::Send { connection, bytes } => self.links[&connection].send(&bytes),
                LinkCommand::Close { connection } => self.links[&connection].close(),
            }
        }
    }
}

fn milliseconds() -> f64 {
    let window = web_sys::window().expect("tests run in a page");
    window.performance().expect("every browser has a clock").now()
}
