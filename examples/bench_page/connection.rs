//! A connection as the product makes it: its client role, its WebSocket, and every packet in a capture.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use gloo_timers::callback::Timeout;
use js_sys::{Function, Object, Uint8Array};
use mqtt5_playground::capture::{Capture, ClientSlot, Entry, LinkClose};
use mqtt5_playground::client::{Client, Command, Event, Input, Message, Output};
use mqtt5_playground::link::websocket::WebSocketLinks;
use mqtt5_playground::link::{
    AddressError, BrokerAddress, LinkCommand, LinkEvent, SUBPROTOCOL, Target,
};
use mqtt5_playground::mqtt::{
    Connect, ConnectionId, DecodeError, Disconnect, Incoming, Packet, PacketId, PacketStream,
    PacketType, Properties, Property, QoS, ReasonCode, Sender, Subscription, Text, encode,
};
use mqtt5_playground::time::Instant;
use wasm_bindgen::{JsCast, JsValue};

use crate::values::{self, Pending, Thrown, error};

/// Seconds.
const KEEP_ALIVE: u16 = 60;
const CLIENT: ClientSlot = ClientSlot(0);
const CONNECTION: ConnectionId = ConnectionId(1);

pub fn offer(bench: &JsValue) {
    values::offer(bench, "connect", |options, _, _| {
        let opened = read_options(&options).and_then(|(address, connect)| open(address, connect));
        Ok(opened.unwrap_or_else(|wrong| values::promised(Err(wrong))))
    });
}

fn read_options(options: &JsValue) -> Thrown<(BrokerAddress, Connect)> {
    let url = values::text(&values::property(options, "url")?, "url")?;
    let address = BrokerAddress::parse(&url)
        .map_err(|wrong| error(format!("`url` is no WebSocket address: {}", in_words(&wrong))))?;
    let client_id = values::text(&values::property(options, "clientId")?, "clientId")?;
    let receive_maximum = values::property(options, "receiveMaximum")?;
    let receive_maximum = match receive_maximum.is_undefined() {
        true => None,
        false => {
            let number = receive_maximum.as_f64().filter(|it| (1.0..=65535.0).contains(it));
            let number = number.filter(|it| it.fract() == 0.0);
            Some(number.ok_or_else(|| error("`receiveMaximum` is no number from 1 to 65535"))?)
        }
    };
    let receive_maximum = receive_maximum.map(|it| Property::ReceiveMaximum(it as u16));
    let connect = Connect {
        clean_start: true,
        keep_alive: KEEP_ALIVE,
        properties: receive_maximum.into_iter().collect(),
        client_id: client_id.into(),
        ..Connect::default()
    };
    Ok((address, connect))
}

fn in_words(wrong: &AddressError) -> String {
    match wrong {
        AddressError::Empty => "it is empty".to_owned(),
        AddressError::Scheme(scheme) => format!("its scheme is `{scheme}`, not `ws` or `wss`"),
        AddressError::SchemeMissing => "it does not begin with `ws://` or `wss://`".to_owned(),
        AddressError::HostMissing => "it names no host".to_owned(),
        AddressError::Character(character) => format!("it has the character {character:?}"),
        AddressError::Port(port) => format!("`{port}` is no port"),
        AddressError::Credentials => "it has credentials, which browsers refuse".to_owned(),
        AddressError::Fragment => "it has a fragment".to_owned(),
    }
}

/// Begins to connect; the promise is that of a handle.
fn open(address: BrokerAddress, connect: Connect) -> Thrown<JsValue> {
    let (pending, promise) = Pending::new();
    let connection = Connection(Rc::new(RefCell::new(State {
        client: Client::default(),
        incoming: PacketStream::new(),
        links: WebSocketLinks::default(),
        capture: Capture::default(),
        timer: None,
        connecting: Some(pending),
        asked: BTreeMap::new(),
        ending: Vec::new(),
        listener: None,
        problem: None,
        is_down: false,
    })));
    connection.command(Command::Connect(Box::new(connect)))?;
    let address = Target::At(address);
    connection.record(Entry::Opening { address: address.to_string() });
    connection.carry_out(LinkCommand::Open {
        connection: CONNECTION,
        target: address,
        subprotocol: SUBPROTOCOL.to_owned(),
    });
    connection.drive();
    Ok(promise)
}

/// Shared by the link, the timer and the handle.
#[derive(Clone)]
struct Connection(Rc<RefCell<State>>);

/// Borrowed only for a moment each time: what JavaScript does when it is called may come back here.
struct State {
    client: Client,
    incoming: PacketStream,
    links: WebSocketLinks,
    capture: Capture,
    /// When it wakes the client, and what wakes it.
    timer: Option<(Instant, Timeout)>,
    /// The promise of a handle, until CONNACK.
    connecting: Option<Pending>,
    /// What SUBACK, PUBACK and PUBCOMP answer.
    asked: BTreeMap<PacketId, Pending>,
    /// What waits for the link to close.
    ending: Vec<Pending>,
    listener: Option<Function>,
    /// Why the connection ends or has ended, where that is known.
    problem: Option<String>,
    /// Whether the link is closed.
    is_down: bool,
}

impl Connection {
    fn command(&self, command: Command) -> Thrown<Option<PacketId>> {
        let state = &mut *self.0.borrow_mut();
        match state.client.command(command, now()) {
            Ok(accepted) => Ok(accepted.packet_id),
            Err(refused) => Err(match &state.problem {
                Some(problem) => error(format!("{refused}; {problem}")),
                None => error(refused.to_string()),
            }),
        }
    }

    fn record(&self, entry: Entry) {
        self.0.borrow_mut().capture.push(now(), CLIENT, CONNECTION, entry);
    }

    fn carry_out(&self, command: LinkCommand) {
        let connection = self.clone();
        let tell = move |_, event| connection.link_event(event);
        let done = self.0.borrow_mut().links.carry_out(command, tell);
        if let Err((_, reason)) = done {
            self.link_event(LinkEvent::Closed { code: None, reason });
        }
    }

    fn link_event(&self, event: LinkEvent) {
        match event {
            LinkEvent::Opened => {
                self.record(Entry::Opened);
                self.handle(Input::LinkUp);
            }
            LinkEvent::Bytes(bytes) => {
                self.0.borrow_mut().incoming.push_shared(bytes);
                while let Some(outcome) = self.next_packet() {
                    self.handle(Input::Received(outcome));
                }
            }
            LinkEvent::Text { length } => {
                self.record(Entry::Text { length });
                self.note_problem("the Server sent text, which MQTT forbids [MQTT-6.0.0-1]");
                self.carry_out(LinkCommand::Close { connection: CONNECTION });
            }
            LinkEvent::Closed { code, reason } => self.closed(code, reason),
        }
        self.set_timer();
    }

    /// Records and returns the next packet of what has arrived.
    fn next_packet(&self) -> Option<Result<Packet, DecodeError>> {
        let state = &mut *self.0.borrow_mut();
        let Incoming { frame, outcome } = state.incoming.next(Sender::Server)?;
        let (at, sender) = (now(), Sender::Server);
        match outcome {
            Err(wrong) if state.incoming.is_broken() => {
                state.capture.push_broken(at, CLIENT, CONNECTION, sender, frame, wrong)
            }
            _ => state.capture.push_packet(at, CLIENT, CONNECTION, sender, frame),
        };
        Some(outcome)
    }

    fn closed(&self, code: Option<u16>, reason: String) {
        let told = match (code, reason.as_str()) {
            (Some(code), "") => format!("the WebSocket has closed with code {code}"),
            (Some(code), reason) => format!("the WebSocket has closed with code {code}: {reason}"),
            (None, reason) => format!("the browser opens no WebSocket: {reason}"),
        };
        self.note_problem(&told);
        let close = LinkClose { by: None, was_open: code.is_some(), code, reason: reason.clone() };
        self.record(Entry::Closed(close));
        self.0.borrow_mut().links.remove(CONNECTION);
        self.handle(Input::LinkDown(reason));
    }

    fn handle(&self, input: Input) {
        self.0.borrow_mut().client.handle(input, now());
        self.drive();
    }

    /// Carries out what the role wants.
    fn drive(&self) {
        loop {
            let output = self.0.borrow_mut().client.poll();
            match output {
                None => return,
                Some(Output::Send(packet)) => self.send(&packet),
                Some(Output::Close) => {
                    self.carry_out(LinkCommand::Close { connection: CONNECTION });
                }
                Some(Output::Event(event)) => self.event(event),
            }
        }
    }

    fn send(&self, packet: &Packet) {
        match encode(packet) {
            Ok(bytes) => {
                self.record(Entry::Packet { sender: Sender::Client, bytes: bytes.clone() });
                self.carry_out(LinkCommand::Send { connection: CONNECTION, bytes });
            }
            Err(wrong) => self.note_problem(&wrong.to_string()),
        }
    }

    fn event(&self, event: Event) {
        match event {
            Event::Message(message) => self.message(&message),
            Event::PublishFinished { publish, reason_code, .. } => {
                let packet = match publish.qos {
                    QoS::ExactlyOnce => PacketType::PubRec,
                    _ => PacketType::PubAck,
                };
                self.answered(publish.packet_id, packet, reason_code, JsValue::UNDEFINED);
            }
            Event::Subscribed { suback, .. } => {
                let granted = suback.reason_codes.first().copied();
                let granted = granted.unwrap_or(ReasonCode::UnspecifiedError);
                let value = JsValue::from_f64(f64::from(granted.value()));
                self.answered(Some(suback.packet_id), PacketType::SubAck, granted, value);
            }
            Event::Connected { .. } => {
                let pending = self.0.borrow_mut().connecting.take();
                if let Some(pending) = pending {
                    pending.settle(Ok(self.to_handle()));
                }
            }
            Event::Refused(connack) => {
                let code = connack.reason_code.in_words(PacketType::ConnAck);
                self.note_problem(&format!("the Server has refused the connection: {code}"));
            }
            Event::Disconnected(disconnect) => {
                let code = disconnect.reason_code.in_words(PacketType::Disconnect);
                self.note_problem(&format!("the Server has sent DISCONNECT: {code}"));
            }
            Event::Violation(violation) => self.note_problem(&violation.to_string()),
            Event::ConnectTimeout => self.note_problem("the Server has not answered in time"),
            Event::PingTimeout => self.note_problem("the Server has not answered PINGREQ in time"),
            Event::LinkDown { .. } => self.ended(),
            // Nothing waits for these.
            _ => {}
        }
    }

    fn message(&self, Message { topic, publish }: &Message) {
        let listener = self.0.borrow().listener.clone();
        if let Some(listener) = listener {
            let payload = Uint8Array::from(&publish.payload[..]);
            let topic = JsValue::from_str(topic);
            // What a listener throws is told as in any other callback, and does not stop the next message.
            if let Err(thrown) = listener.call2(&JsValue::UNDEFINED, &topic, &payload) {
                report(&thrown);
            }
        }
    }

    /// Keeps or breaks the promise of what has been answered.
    fn answered(
        &self,
        packet_id: Option<PacketId>,
        packet: PacketType,
        reason_code: ReasonCode,
        value: JsValue,
    ) {
        let pending = packet_id.and_then(|id| self.0.borrow_mut().asked.remove(&id));
        if let Some(pending) = pending {
            pending.settle(match reason_code.is_error() {
                false => Ok(value),
                true => {
                    let (name, code) = (packet.name(), reason_code.in_words(packet));
                    Err(error(format!("the Server has answered with {name} {code}")))
                }
            });
        }
    }

    /// The link is gone: nothing that waits will be answered, and the callers that asked for the end have it.
    fn ended(&self) {
        let (waiting, ending, problem) = {
            let state = &mut *self.0.borrow_mut();
            state.timer = None;
            state.is_down = true;
            let asked = std::mem::take(&mut state.asked).into_values();
            let waiting: Vec<Pending> = state.connecting.take().into_iter().chain(asked).collect();
            (waiting, std::mem::take(&mut state.ending), state.problem.clone())
        };
        let problem = problem.unwrap_or_default();
        for pending in waiting {
            pending.settle(Err(error(&problem)));
        }
        for pending in ending {
            pending.settle(Ok(JsValue::UNDEFINED));
        }
    }

    /// The first problem says why; what follows from it does not.
    fn note_problem(&self, problem: &str) {
        self.0.borrow_mut().problem.get_or_insert_with(|| problem.to_owned());
    }

    /// Wakes the client when it asks for it. A timer that comes too early is left: it costs less than a new one for each
    /// packet.
    fn set_timer(&self) {
        let state = &mut *self.0.borrow_mut();
        let Some(due) = state.client.next_timeout() else {
            state.timer = None;
            return;
        };
        if state.timer.as_ref().is_some_and(|(at, _)| *at <= due) {
            return;
        }
        let connection = self.clone();
        let wake = move || {
            connection.0.borrow_mut().timer = None;
            connection.handle(Input::Tick);
            connection.set_timer();
        };
        let wait = due.since(now()).as_millis() + 1;
        let wait = u32::try_from(wait).unwrap_or(u32::MAX).min(i32::MAX as u32);
        state.timer = Some((due, Timeout::new(wait, wake)));
    }

    /// What `connect` promises.
    fn to_handle(&self) -> JsValue {
        let handle = JsValue::from(Object::new());
        let connection = self.clone();
        values::offer(&handle, "subscribe", move |filter, qos, _| {
            Ok(connection.subscribe(&filter, &qos).unwrap_or_else(|e| values::promised(Err(e))))
        });
        let connection = self.clone();
        values::offer(&handle, "publish", move |topic, payload, qos| {
            let published = connection.publish(&topic, &payload, &qos);
            Ok(published.unwrap_or_else(|e| values::promised(Err(e))))
        });
        let connection = self.clone();
        values::offer(&handle, "onMessage", move |listener, _, _| {
            let listener = listener.dyn_into::<Function>();
            let listener = listener.map_err(|_| error("`listener` is not a function"))?;
            connection.0.borrow_mut().listener = Some(listener);
            Ok(JsValue::UNDEFINED)
        });
        let connection = self.clone();
        values::offer(&handle, "end", move |_, _, _| Ok(connection.end()));
        let connection = self.clone();
        values::offer(&handle, "captured", move |_, _, _| {
            Ok(JsValue::from_f64(connection.0.borrow().capture.next_id().0 as f64))
        });
        handle
    }

    fn subscribe(&self, filter: &JsValue, qos: &JsValue) -> Thrown<JsValue> {
        let topic_filter = Text::from(values::text(filter, "filter")?);
        let qos = values::qos(qos)?;
        let subscription = Subscription { topic_filter, qos, ..Subscription::default() };
        self.ask(Command::Subscribe {
            properties: Properties::NONE,
            subscriptions: vec![subscription],
        })
    }

    fn publish(&self, topic: &JsValue, payload: &JsValue, qos: &JsValue) -> Thrown<JsValue> {
        self.ask(Command::Publish {
            qos: values::qos(qos)?,
            retain: false,
            topic: values::text(topic, "topic")?.into(),
            properties: Properties::NONE,
            payload: values::bytes(payload, "payload")?,
        })
    }

    /// A promise of the answer, or one that is kept already where there is none.
    fn ask(&self, command: Command) -> Thrown<JsValue> {
        let promise = match self.command(command)? {
            Some(packet_id) => {
                let (pending, promise) = Pending::new();
                self.0.borrow_mut().asked.insert(packet_id, pending);
                promise
            }
            None => values::promised(Ok(JsValue::UNDEFINED)),
        };
        self.drive();
        self.set_timer();
        Ok(promise)
    }

    /// DISCONNECT; the promise is kept once the link is closed, or at once where it is.
    fn end(&self) -> JsValue {
        if self.0.borrow().is_down {
            return values::promised(Ok(JsValue::UNDEFINED));
        }
        // Refused where the connection is being closed already, which comes to the same.
        let _ = self.command(Command::Disconnect(Disconnect::new(ReasonCode::Success)));
        self.note_problem("`end` has been called");
        let (pending, promise) = Pending::new();
        self.0.borrow_mut().ending.push(pending);
        self.drive();
        self.set_timer();
        promise
    }
}

/// Milliseconds of the page, to the microsecond.
fn now() -> Instant {
    let performance = web_sys::window().and_then(|window| window.performance());
    let milliseconds = performance.map_or_else(js_sys::Date::now, |performance| performance.now());
    Instant::from_micros((milliseconds * 1000.0) as u64)
}

/// As an exception that nobody has caught.
fn report(thrown: &JsValue) {
    let page = js_sys::global();
    if let Ok(report) = values::property(&page, "reportError")
        && let Some(report) = report.dyn_ref::<Function>()
    {
        let _ = report.call1(&page, thrown);
    }
}
