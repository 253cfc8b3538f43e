//! Set-ups as data: what stands on the bench and what its forms hold, as text and back.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use serde::{Deserialize, Serialize};

use super::around::{Around, StoredAround, fault_from_text, fault_to_text};
use crate::broker::Policy;
use crate::capture::{Capture, ClientSlot, Record};
use crate::client::AcknowledgeByHand;
use crate::formats::{secrets, share};
use crate::lab::{
    Act, Action, Behaviour, BehaviourKind, PeriodicPublisher, Responder, Route, SlowConsumer,
};
use crate::language::Strings;
use crate::link::{Fault, Target};
use crate::mqtt::{
    Connect, Disconnect, Packet, PacketId, Property, PropertyId, Publish, QoS, Sender, Subscribe,
    Subscription, Unsubscribe, decode, encode,
};
use crate::ui::client_panel::automation::settings;
use crate::ui::client_panel::model::LONGEST_NAME;

/// Who stands on the bench.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SetUp {
    pub clients: Vec<ClientSetUp>,
    /// Where it says more than who is there.
    pub around: Option<Around>,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct ClientSetUp {
    pub role: String,
    /// What its forms hold, and what it is set to do by itself.
    pub acts: Vec<Action>,
    /// Of its line to the broker in the tab.
    pub faults: Vec<Fault>,
}

/// A set-up with the name under which it is kept.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    pub name: String,
    /// As [`SetUp::to_text`] writes it.
    pub text: String,
}

impl Kept {
    /// The same without secrets: an earlier version of the page kept them too.
    pub fn without_secrets(self) -> Kept {
        match SetUp::from_text(&self.text).map(SetUp::without_secrets) {
            Ok((set_up, 1..)) => Kept { text: set_up.to_text(), ..self },
            _ => self,
        }
    }
}

/// The bench as it was when its page went away: for this tab only, without secrets.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Left {
    /// As [`SetUp::to_text`] writes it; Client Identifiers are kept.
    pub text: String,
    /// The places of its clients.
    pub slots: Vec<u16>,
    /// Under which it was loaded or kept.
    pub name: String,
    /// The link that was followed last.
    pub link: String,
    /// When the lab began, in microseconds since 1970.
    pub began: u64,
    /// The latest records, packed, in base64.
    pub records: String,
    /// The id of the first of them.
    #[serde(default)]
    pub first: u64,
    /// How many records there were.
    pub all: usize,
}

impl Left {
    /// With as many of the latest records as fit.
    pub fn pack(&mut self, capture: &Capture) {
        let mut room = MOST_BYTES_LEFT;
        let fits = |record: &&Record| {
            room = room.saturating_sub(record.bytes().len() + BYTES_A_RECORD);
            room > 0
        };
        let mut records: Vec<_> = capture.records().rev().take_while(fits).cloned().collect();
        records.reverse();
        secrets::hide(&mut records);
        self.records = URL_SAFE_NO_PAD.encode(share::pack(capture, records.iter()));
        self.first = records.first().map_or(0, |record| record.id.0);
        self.all = capture.len();
    }

    /// Numbered anew.
    pub fn unpack(&self) -> Vec<Record> {
        let bytes = URL_SAFE_NO_PAD.decode(&self.records).unwrap_or_default();
        share::unpack(&bytes).map_or_else(|_| Vec::new(), |read| read.records().cloned().collect())
    }
}

/// A browser keeps a few megabytes for a tab, in letters of two bytes.
const MOST_BYTES_LEFT: usize = 512 << 10;
/// What a record takes beside its packet, at most.
const BYTES_A_RECORD: usize = 24;

/// Why a text is no set-up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SetUpError {
    TooLong,
    /// The letters are not those of a link, or something is missing at the end.
    NotAText,
    /// Written by a later version.
    Version(u32),
    TooManyClients(usize),
    /// A client's packet that cannot be read, or a setting that does not fit.
    Client(usize),
}

impl SetUpError {
    pub fn words(&self, strings: &Strings) -> String {
        match self {
            SetUpError::TooLong => strings.bench_error_too_long(MOST_LETTERS),
            SetUpError::NotAText => strings.bench_error_text().to_owned(),
            SetUpError::Version(version) => strings.bench_error_version(version),
            SetUpError::TooManyClients(count) => strings.bench_error_clients(count, MOST_CLIENTS),
            SetUpError::Client(number) => strings.bench_error_client(number),
        }
    }
}

/// As many as have a letter of their own.
pub const MOST_CLIENTS: usize = 26;

/// The part of the client that the composer puts on the bench, as long as it is in front.
pub const COMPOSER: &str = "composer";

/// Prefix of generated Client Identifiers. In a shared link it means "generate a new one", so the recipient
/// does not take over the author's Session.
pub const FRESH_CLIENT_ID: &str = "playground-";

/// As many letters as browsers, chats and mail commonly leave whole.
pub const MOST_LETTERS: usize = 8000;

#[derive(Serialize, Deserialize)]
struct Stored {
    v: u32,
    clients: Vec<StoredClient>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    around: Option<StoredAround>,
}

#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
struct StoredClient {
    role: String,
    /// Whole packets, in base64.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    forms: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    broker: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    subprotocol: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<u8>,
    /// What acknowledgements are held back.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    holds: Vec<String>,
    /// Behaviours, each with the settings that differ from what they are at first.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    does: BTreeMap<String, BTreeMap<String, String>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    faults: Vec<String>,
}

const VERSION: u32 = 1;

impl SetUp {
    /// For a link, and for the browser's memory.
    pub fn to_text(&self) -> String {
        let clients = self.clients.iter().map(ClientSetUp::store).collect();
        let around = self.around.as_ref().map(Around::store);
        let stored = Stored { v: VERSION, clients, around };
        let json = serde_json::to_vec(&stored).expect("strings and numbers are JSON");
        URL_SAFE_NO_PAD.encode(json)
    }

    /// The same without passwords and Authentication Data, and how many there were. User Names stay.
    pub fn without_secrets(mut self) -> (SetUp, usize) {
        let acts = self.clients.iter_mut().flat_map(|client| &mut client.acts);
        let left_out: usize = acts.map(leave_out_secrets).sum();
        let around = self.around.as_mut();
        let users = around.map_or(0, |around| leave_out_passwords(&mut around.policy));
        (self, left_out + users)
    }

    /// Only who is there, and what they do.
    pub fn without_around(mut self) -> SetUp {
        self.around = None;
        self.clients.iter_mut().for_each(|client| client.faults.clear());
        self
    }

    pub fn from_text(text: &str) -> Result<SetUp, SetUpError> {
        match text.len() {
            ..=MOST_LETTERS => SetUp::from_any_text(text),
            _ => Err(SetUpError::TooLong),
        }
    }

    /// The same where the text has not come from outside, of whatever length.
    pub fn from_any_text(text: &str) -> Result<SetUp, SetUpError> {
        let json = URL_SAFE_NO_PAD.decode(text).map_err(|_| SetUpError::NotAText)?;
        let value: serde_json::Value =
            serde_json::from_slice(&json).map_err(|_| SetUpError::NotAText)?;
        let version = value.get("v").and_then(serde_json::Value::as_u64);
        match version.and_then(|version| u32::try_from(version).ok()) {
            Some(VERSION) => {}
            Some(version) => return Err(SetUpError::Version(version)),
            None => return Err(SetUpError::NotAText),
        }
        let stored: Stored = serde_json::from_value(value).map_err(|_| SetUpError::NotAText)?;
        if stored.clients.len() > MOST_CLIENTS {
            return Err(SetUpError::TooManyClients(stored.clients.len()));
        }
        let read = |(index, client): (usize, &StoredClient)| {
            ClientSetUp::read(client).ok_or(SetUpError::Client(index + 1))
        };
        let clients = stored.clients.iter().enumerate().map(read).collect::<Result<_, _>>()?;
        let around = match &stored.around {
            Some(stored) => Some(Around::read(stored).ok_or(SetUpError::NotAText)?),
            None => None,
        };
        Ok(SetUp { clients, around })
    }
}

impl ClientSetUp {
    /// Its acts at that place of the bench.
    pub fn acts_at(&self, client: ClientSlot) -> Vec<Act> {
        self.acts.iter().map(|action| Act { client, action: action.clone() }).collect()
    }

    fn store(&self) -> StoredClient {
        let mut stored = StoredClient { role: self.role.clone(), ..StoredClient::default() };
        stored.faults = self.faults.iter().filter_map(fault_to_text).collect();
        for action in &self.acts {
            match action {
                Action::SetRoute(route) => {
                    stored.broker = route.target.as_ref().map(Target::to_string);
                    let plain = Route::default();
                    let (name, version) = (&route.subprotocol, route.protocol_version);
                    stored.subprotocol = (*name != plain.subprotocol).then(|| name.clone());
                    stored.version = (version != plain.protocol_version).then_some(version);
                }
                Action::AcknowledgeByHand(held) => {
                    let names = [("puback", held.puback), ("pubrec", held.pubrec)];
                    let names = names.into_iter().chain([("pubcomp", held.pubcomp)]);
                    stored.holds = names.filter(|n| n.1).map(|n| n.0.to_owned()).collect();
                }
                Action::Automate(behaviour) => {
                    let kind = behaviour.kind();
                    let plain = settings::default(kind);
                    let changed = settings::settings(kind).iter().filter_map(|setting| {
                        let text = (setting.read)(behaviour);
                        (text != (setting.read)(&plain)).then(|| (setting.id.to_owned(), text))
                    });
                    stored.does.insert(settings::key(kind).to_owned(), changed.collect());
                }
                other => stored.forms.extend(
                    to_packet(other)
                        .and_then(|packet| Some(URL_SAFE_NO_PAD.encode(encode(&packet).ok()?))),
                ),
            }
        }
        stored
    }

    fn read(stored: &StoredClient) -> Option<ClientSetUp> {
        if stored.role.chars().count() > LONGEST_NAME {
            return None;
        }
        let mut acts = Vec::new();
        for form in &stored.forms {
            let bytes = Bytes::from(URL_SAFE_NO_PAD.decode(form).ok()?);
            acts.push(from_packet(decode(&bytes, Some(Sender::Client)).ok()?)?);
        }
        let mut route = Route::default();
        if let Some(broker) = &stored.broker {
            route.target = Some(Target::parse(broker).ok()?);
        }
        if let Some(subprotocol) = &stored.subprotocol {
            route.subprotocol = subprotocol.clone();
        }
        route.protocol_version = stored.version.unwrap_or(route.protocol_version);
        if route != Route::default() {
            acts.push(Action::SetRoute(route));
        }
        if !stored.holds.is_empty() {
            let holds = |name: &str| stored.holds.iter().any(|held| held == name);
            acts.push(Action::AcknowledgeByHand(AcknowledgeByHand {
                puback: holds("puback"),
                pubrec: holds("pubrec"),
                pubcomp: holds("pubcomp"),
            }));
        }
        for (key, changed) in &stored.does {
            let kind = BehaviourKind::ALL.into_iter().find(|kind| settings::key(*kind) == key)?;
            let mut behaviour = settings::default(kind);
            for (id, text) in changed {
                let setting = settings::settings(kind).iter().find(|setting| setting.id == id)?;
                setting.set(&mut behaviour, text).ok()?;
            }
            acts.push(Action::Automate(behaviour));
        }
        let faults =
            stored.faults.iter().map(|text| fault_from_text(text)).collect::<Option<_>>()?;
        Some(ClientSetUp { role: stored.role.clone(), acts, faults })
    }
}

fn leave_out_passwords(policy: &mut Policy) -> usize {
    let passwords = policy.users.iter_mut().map(|user| std::mem::take(&mut user.password));
    passwords.filter(|password| !password.is_empty()).count()
}

fn leave_out_secrets(action: &mut Action) -> usize {
    let Action::Connect(connect) = action else { return 0 };
    let password = connect.password.take().is_some();
    let before = connect.properties.len();
    connect.properties.0.retain(|property| property.id() != PropertyId::AuthenticationData);
    usize::from(password) + before - connect.properties.len()
}

/// The packet of a form; its Packet Identifier is a placeholder.
fn to_packet(action: &Action) -> Option<Packet> {
    let packet_id = PacketId::MIN;
    Some(match action.clone() {
        Action::Connect(connect) => Packet::Connect(connect),
        Action::Publish(publish) => {
            let packet_id = (publish.qos > QoS::AtMostOnce).then_some(packet_id);
            Packet::Publish(Publish { packet_id, ..publish })
        }
        Action::Subscribe { properties, subscriptions } => {
            Packet::Subscribe(Subscribe { packet_id, properties, subscriptions })
        }
        Action::Unsubscribe { properties, topic_filters } => {
            Packet::Unsubscribe(Unsubscribe { packet_id, properties, topic_filters })
        }
        Action::Disconnect(disconnect) => Packet::Disconnect(disconnect),
        _ => return None,
    })
}

fn from_packet(packet: Packet) -> Option<Action> {
    Some(match packet {
        Packet::Connect(connect) => Action::Connect(connect),
        Packet::Publish(publish) => Action::Publish(Publish { packet_id: None, ..publish }),
        Packet::Subscribe(Subscribe { properties, subscriptions, .. }) => {
            Action::Subscribe { properties, subscriptions }
        }
        Packet::Unsubscribe(Unsubscribe { properties, topic_filters, .. }) => {
            Action::Unsubscribe { properties, topic_filters }
        }
        Packet::Disconnect(disconnect) => Action::Disconnect(disconnect),
        _ => return None,
    })
}

/// What the page offers from the start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BuiltIn {
    PublishSubscribe,
    RequestResponse,
    SlowConsumer,
    ThreeWorkers,
}

impl BuiltIn {
    pub const ALL: [BuiltIn; 4] = [
        BuiltIn::PublishSubscribe,
        BuiltIn::RequestResponse,
        BuiltIn::SlowConsumer,
        BuiltIn::ThreeWorkers,
    ];

    pub fn name(self, strings: &Strings) -> &'static str {
        match self {
            BuiltIn::PublishSubscribe => strings.bench_set_up_publish(),
            BuiltIn::RequestResponse => strings.bench_set_up_request(),
            BuiltIn::SlowConsumer => strings.bench_set_up_slow(),
            BuiltIn::ThreeWorkers => strings.bench_set_up_workers(),
        }
    }

    pub fn set_up(self) -> SetUp {
        let clients = match self {
            BuiltIn::PublishSubscribe => vec![
                client("publisher", [connect([]), publish("bench/demo", "hello")]),
                client("subscriber", [connect([]), subscribe("bench/#")]),
            ],
            BuiltIn::RequestResponse => vec![
                client("requester", [connect([]), subscribe("bench/answers"), request()]),
                client(
                    "responder",
                    [connect([]), subscribe("bench/request"), Action::Automate(responder())],
                ),
            ],
            BuiltIn::SlowConsumer => vec![
                client(
                    "publisher",
                    [
                        connect([]),
                        publish("bench/flow", "by hand"),
                        Action::Automate(periodic("bench/flow")),
                    ],
                ),
                client(
                    "subscriber",
                    [
                        connect([Property::ReceiveMaximum(3)]),
                        subscribe("bench/flow"),
                        Action::Automate(SlowConsumer::default().into()),
                    ],
                ),
            ],
            BuiltIn::ThreeWorkers => {
                let worker = || client("worker", [connect([]), subscribe("$share/workers/jobs/#")]);
                let publisher = client(
                    "publisher",
                    [
                        connect([]),
                        publish("jobs/resize", "job"),
                        Action::Automate(periodic("jobs/resize")),
                    ],
                );
                vec![publisher, worker(), worker(), worker()]
            }
        };
        SetUp { clients, around: None }
    }
}

fn client<const N: usize>(role: &str, acts: [Action; N]) -> ClientSetUp {
    ClientSetUp { role: role.to_owned(), acts: acts.into(), faults: Vec::new() }
}

fn connect<const N: usize>(properties: [Property; N]) -> Action {
    let properties = properties.into();
    Action::Connect(Box::new(Connect {
        clean_start: true,
        keep_alive: 60,
        client_id: FRESH_CLIENT_ID.into(),
        properties,
        ..Connect::default()
    }))
}

fn publish(topic: &str, payload: &str) -> Action {
    Action::Publish(Publish {
        qos: QoS::AtLeastOnce,
        topic: topic.into(),
        payload: Bytes::from(payload.to_owned()),
        ..Publish::default()
    })
}

fn subscribe(topic_filter: &str) -> Action {
    let (topic_filter, qos) = (topic_filter.to_owned(), QoS::AtLeastOnce);
    let subscriptions =
        vec![Subscription { topic_filter: topic_filter.into(), qos, ..Subscription::default() }];
    Action::Subscribe { properties: Default::default(), subscriptions }
}

fn request() -> Action {
    Action::Publish(Publish {
        qos: QoS::AtLeastOnce,
        topic: "bench/request".into(),
        properties: [
            Property::ResponseTopic("bench/answers".into()),
            Property::CorrelationData(Bytes::from_static(b"request-1")),
        ]
        .into(),
        payload: Bytes::from_static(br#"{"query":"status"}"#),
        ..Publish::default()
    })
}

fn responder() -> Behaviour {
    Responder {
        payload: r#"{"status":"healthy","request":{n}}"#.to_owned(),
        content_type: Some("application/json".to_owned()),
        user_properties: vec![("status".to_owned(), "healthy".to_owned())],
        ..Responder::default()
    }
    .into()
}

fn periodic(topic: &str) -> Behaviour {
    let plain = PeriodicPublisher::default();
    let publish = Publish { qos: QoS::AtLeastOnce, topic: topic.into(), ..plain.publish.clone() };
    PeriodicPublisher { publish, ..plain }.into()
}

/// A form's act as it is kept.
pub fn to_keep(action: Action) -> Action {
    match action {
        Action::Connect(connect) if connect.client_id.starts_with(FRESH_CLIENT_ID) => {
            let client_id = FRESH_CLIENT_ID.into();
            Action::Connect(Box::new(Connect { client_id, ..*connect }))
        }
        other => other,
    }
}

/// The same ready to be used, with this Client Identifier where a fresh one is meant.
pub fn to_use(action: Action, fresh_client_id: &str) -> Action {
    match action {
        Action::Connect(connect) if connect.client_id == FRESH_CLIENT_ID => {
            let client_id = fresh_client_id.into();
            Action::Connect(Box::new(Connect { client_id, ..*connect }))
        }
        other => other,
    }
}

/// The acts of a client whose forms are as they were at the start: a fresh DISCONNECT is not worth keeping.
pub fn worth_keeping(action: &Action) -> bool {
    match action {
        Action::Disconnect(disconnect) => *disconnect != Disconnect::new(disconnect.reason_code),
        Action::Subscribe { subscriptions, .. } => !subscriptions.is_empty(),
        Action::Automate(behaviour) => behaviour.kind() != BehaviourKind::Login,
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::broker::User;
    use crate::capture::Entry;
    use crate::lab::{DEFAULT_LATENCY, Reconnect};
    use crate::mqtt::{ConnectionId, ReasonCode};
    use crate::time::Instant;

    fn everything() -> SetUp {
        let route = Route {
            target: Some(Target::parse("ws://in-tab.test:9001/mqtt").expect("an address")),
            subprotocol: String::new(),
            protocol_version: 4,
        };
        let holds = AcknowledgeByHand { puback: true, pubrec: false, pubcomp: true };
        let reason_code = ReasonCode::DisconnectWithWillMessage;
        let kinds = BehaviourKind::ALL.into_iter().filter(|kind| *kind != BehaviourKind::Login);
        let mut acts = vec![
            connect([Property::ReceiveMaximum(3), Property::user("a", "=,&#")]),
            request(),
            subscribe("温度/#"),
            Action::Disconnect(Disconnect::new(reason_code)),
            Action::SetRoute(route),
            Action::AcknowledgeByHand(holds),
        ];
        let mut does: Vec<_> = kinds.map(settings::default).collect();
        does.sort_by_key(|behaviour| settings::key(behaviour.kind()));
        for behaviour in &mut does {
            if let Some(reconnect) = behaviour.get::<Reconnect>() {
                let retry_after = BTreeSet::new();
                *behaviour = Reconnect { retry_after, ..reconnect.clone() }.into();
            }
        }
        acts.extend(does.into_iter().map(Action::Automate));
        let faults = vec![Fault::Pause(Sender::Server)];
        let around = Around {
            target: Target::parse("ws://broker.test:9001/mqtt").expect("an address"),
            policy: Box::default(),
            latency: DEFAULT_LATENCY,
        };
        SetUp {
            clients: vec![client("", []), ClientSetUp { role: "すべて".to_owned(), acts, faults }],
            around: Some(around),
        }
    }

    #[test]
    fn a_set_up_survives_its_text() {
        let built_in = BuiltIn::ALL.map(BuiltIn::set_up);
        for set_up in built_in.into_iter().chain([everything(), SetUp::default()]) {
            let text = set_up.to_text();
            assert!(text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b)));
            assert!(text.len() < MOST_LETTERS);
            assert_eq!(SetUp::from_text(&text), Ok(set_up));
        }
    }

    #[test]
    fn what_is_kept_and_shared_contains_no_secret() {
        let mut set_up = everything();
        let Action::Connect(connect) = &mut set_up.clients[1].acts[0] else {
            panic!("it begins with CONNECT")
        };
        connect.user_name = Some("tanaka".into());
        let (plain, none) = set_up.clone().without_secrets();
        assert_eq!((&plain, none), (&set_up, 0));

        let mut with = set_up.clone();
        let Action::Connect(connect) = &mut with.clients[1].acts[0] else {
            panic!("it begins with CONNECT")
        };
        connect.password = Some(Bytes::from_static(b"S3cret!"));
        connect.properties.push(Property::AuthenticationMethod("TOKEN".into()));
        connect.properties.push(Property::AuthenticationData(Bytes::from_static(b"abc")));
        let kept = Kept { name: "mine".to_owned(), text: with.to_text() };
        assert_eq!(SetUp::from_text(&kept.text), Ok(with.clone()), "who asks for it gets it");

        let policy = &mut with.around.as_mut().expect("it has one").policy;
        policy.users.push(User { name: "tanaka".to_owned(), password: "S3cret!".to_owned() });
        let kept = Kept { text: with.to_text(), ..kept };
        let (without, left_out) = with.without_secrets();
        assert_eq!(left_out, 3);
        let Action::Connect(connect) = &without.clients[1].acts[0] else {
            panic!("it begins with CONNECT")
        };
        assert_eq!(connect.user_name.as_deref(), Some("tanaka"));
        assert_eq!(connect.password, None);
        assert_eq!(SetUp::from_text(&kept.without_secrets().text), Ok(without));
    }

    #[test]
    fn what_is_left_has_the_latest_packets_and_no_password() {
        let mut capture = Capture::default();
        let mut push = |millis, packet| {
            let bytes = encode(&packet).expect("it can be encoded");
            let entry = Entry::Packet { sender: Sender::Client, bytes };
            capture.push(Instant::from_millis(millis), ClientSlot(2), ConnectionId(7), entry);
        };
        for millis in 0..3 {
            let payload = vec![0; 400 << 10].into();
            push(
                millis,
                Packet::Publish(Publish { topic: "t".into(), payload, ..Publish::default() }),
            );
        }
        let password = Some(Bytes::from_static(b"S3cret!"));
        push(9, Packet::Connect(Box::new(Connect { password, ..Connect::default() })));
        let mut left = Left::default();
        left.pack(&capture);
        assert_eq!(left.all, 4);
        let back = left.unpack();
        assert_eq!(back.len(), 2, "the latest that fit");
        assert_eq!((back[1].at, back[1].client), (Instant::from_millis(9), ClientSlot(2)));
        assert!(back[1].bytes().ends_with(b"*******"));
        assert_eq!(Left::default().unpack(), Vec::new());
    }

    #[test]
    fn a_bad_text_is_refused_with_its_reason() {
        let text = |json: &str| URL_SAFE_NO_PAD.encode(json);
        let many = format!(r#"{{"v":1,"clients":[{}]}}"#, vec!["{}"; 27].join(","));
        let long_name = format!(r#"{{"v":1,"clients":[{{}},{{"role":"{}"}}]}}"#, "x".repeat(41));
        for (text, expect) in [
            ("x".repeat(8001), SetUpError::TooLong),
            ("".to_owned(), SetUpError::NotAText),
            ("%%".to_owned(), SetUpError::NotAText),
            (text("{}"), SetUpError::NotAText),
            (text(r#"{"v":1}"#), SetUpError::NotAText),
            (text(r#"{"v":2,"clients":[]}"#), SetUpError::Version(2)),
            (text(&many), SetUpError::TooManyClients(27)),
            (text(&long_name), SetUpError::Client(2)),
            (text(r#"{"v":1,"clients":[{"forms":["wAA"]}]}"#), SetUpError::Client(1)), // PINGREQ
            (text(r#"{"v":1,"clients":[{"forms":["EA"]}]}"#), SetUpError::Client(1)),
            (text(r#"{"v":1,"clients":[{"broker":"mqtt://a"}]}"#), SetUpError::Client(1)),
            (text(r#"{"v":1,"clients":[{"faults":["fire"]}]}"#), SetUpError::Client(1)),
            (text(r#"{"v":1,"clients":[],"around":{"broker":"x"}}"#), SetUpError::NotAText),
            (text(r#"{"v":1,"clients":[{"does":{"fly":{}}}]}"#), SetUpError::Client(1)),
            (text(r#"{"v":1,"clients":[{"does":{"slow":{"takes":"x"}}}]}"#), SetUpError::Client(1)),
        ] {
            assert_eq!(SetUp::from_text(&text), Err(expect), "{text}");
        }
        // A link that was cut on its way.
        let whole = everything().to_text();
        for end in 0..whole.len() {
            assert!(SetUp::from_text(&whole[..end]).is_err(), "{end}");
        }
    }
}
