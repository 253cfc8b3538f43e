//! A small resource service over MQTT: `GET`, `PUT` and `DELETE` as a User Property, JSON in payloads.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use serde_json::{Value, json};

use super::request::{Outbox, Request, Silence};
use super::{Behaves, BehaviourKind, Runner};
use crate::client::{Client, Event};
use crate::lab::{ActError, Action};
use crate::mqtt::{Connect, Property, QoS};
use crate::time::Instant;

/// Serves the resources below a topic prefix: `devices/7` is a resource, `devices` the list of them.
#[derive(Clone, Debug, PartialEq)]
pub struct ResourceService {
    /// With its last `/`, such as `test/mqtt5/api/`.
    pub prefix: String,
    /// The resources at the start, by path below the prefix, as JSON.
    pub resources: BTreeMap<String, String>,
    /// `None` for that of the request.
    pub qos: Option<QoS>,
    pub delay: Duration,
    pub silence: Silence,
}

impl Default for ResourceService {
    fn default() -> ResourceService {
        ResourceService {
            prefix: "test/mqtt5/api/".to_owned(),
            resources: BTreeMap::new(),
            qos: None,
            delay: Duration::ZERO,
            silence: Silence::None,
        }
    }
}

/// A [`ResourceService`] at work.
#[derive(Clone, Debug, PartialEq)]
pub struct Serving {
    pub config: Arc<ResourceService>,
    /// The resources now, by path below the prefix.
    pub store: BTreeMap<String, Value>,
    pub requests: u32,
    pub left_unanswered: u32,
    /// The last answers, oldest first.
    pub log: Vec<Served>,
    pub refusal: Option<ActError>,
    outbox: Outbox,
}

/// One request and its answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Served {
    pub method: String,
    pub path: String,
    pub status: u16,
}

/// The answer as it is put into the packet.
struct Reply {
    status: u16,
    body: Value,
}

impl Behaves for ResourceService {
    const KIND: BehaviourKind = BehaviourKind::ResourceService;
    type Running = Serving;

    fn begin(config: Arc<ResourceService>) -> Serving {
        let parse = |text: &String| serde_json::from_str(text).unwrap_or_else(|_| json!(text));
        let store = config.resources.iter().map(|(path, text)| (path.clone(), parse(text)));
        Serving {
            store: store.collect(),
            config,
            requests: 0,
            left_unanswered: 0,
            log: Vec::new(),
            refusal: None,
            outbox: Outbox::default(),
        }
    }
}

impl Serving {
    /// Answers that wait for their time.
    pub fn waiting(&self) -> usize {
        self.outbox.len()
    }

    fn request(&mut self, request: &Request, path: &str, now: Instant) {
        self.requests += 1;
        if self.config.silence.covers(self.requests) || self.outbox.is_full() {
            self.left_unanswered += 1;
            return;
        }
        let mut pairs = request.publish.properties.user_properties();
        let method = pairs.find(|(name, _)| *name == METHOD).map(|(_, value)| value);
        let Reply { status, body } = self.serve(method, path, &request.publish.payload);
        if self.log.len() == SERVED_KEPT {
            self.log.remove(0);
        }
        let method = method.unwrap_or_default().to_owned();
        self.log.push(Served { method, path: path.to_owned(), status });
        let properties = [
            Property::PayloadFormatIndicator(1),
            Property::ContentType("application/json".into()),
            Property::user(STATUS, status.to_string()),
        ];
        let correlation_data = request.correlation_data.cloned();
        let body = Bytes::from(body.to_string());
        let answer = request.answer(self.config.qos, correlation_data, properties, body);
        self.outbox.push(now + self.config.delay, answer);
    }

    fn serve(&mut self, method: Option<&str>, path: &str, payload: &[u8]) -> Reply {
        let levels: Vec<&str> = path.split('/').collect();
        if levels.iter().any(|level| level.is_empty()) {
            return Reply::error(400, "a level of the path is empty");
        }
        let is_list = levels.len() == 1;
        match method {
            None => Reply::error(400, "the User Property `method` is missing"),
            Some("GET") if is_list => Reply { status: 200, body: self.list(path) },
            Some("GET") => match self.store.get(path) {
                Some(resource) => Reply { status: 200, body: resource.clone() },
                None => Reply::not_found(path),
            },
            Some("PUT") if is_list => Reply::error(400, "the path names a list, not a resource"),
            Some("PUT") => self.put(path, payload),
            Some("DELETE") if is_list => Reply::error(400, "the path names a list, not a resource"),
            Some("DELETE") => match self.store.remove(path) {
                Some(_) => Reply { status: 200, body: json!({ "deleted": path }) },
                None => Reply::not_found(path),
            },
            Some(_) => Reply::error(400, "the method is none of GET, PUT, DELETE"),
        }
    }

    fn put(&mut self, path: &str, payload: &[u8]) -> Reply {
        if payload.len() > RESOURCE_SIZE {
            return Reply::error(400, "the payload is too large for a resource");
        }
        let Ok(resource) = serde_json::from_slice::<Value>(payload) else {
            return Reply::error(400, "the payload is not JSON");
        };
        if self.store.len() >= RESOURCES_KEPT && !self.store.contains_key(path) {
            return Reply::error(400, "there are as many resources as fit");
        }
        let status = match self.store.insert(path.to_owned(), resource.clone()) {
            None => 201,
            Some(_) => 200,
        };
        Reply { status, body: resource }
    }

    /// The names directly below a path.
    fn list(&self, path: &str) -> Value {
        let below = |key: &String| {
            let rest = key.strip_prefix(path)?.strip_prefix('/')?;
            Some(rest.split('/').next().unwrap_or(rest).to_owned())
        };
        let mut names: Vec<String> = self.store.keys().filter_map(below).collect();
        names.dedup();
        json!(names)
    }
}

impl Reply {
    fn error(status: u16, why: &str) -> Reply {
        Reply { status, body: json!({ "error": why }) }
    }

    fn not_found(path: &str) -> Reply {
        Reply { status: 404, body: json!({ "error": "there is no such resource", "path": path }) }
    }
}

impl Runner for Serving {
    fn observe(&mut self, event: &Event, now: Instant) {
        if let Event::Message(message) = event
            && let Some(path) = message.topic.strip_prefix(self.config.prefix.as_str())
            && let Some(request) = Request::of(message)
        {
            self.request(&request, path, now);
        }
    }

    fn look(&mut self, client: &Client, _now: Instant) {
        self.outbox.is_connected = client.is_connected();
    }

    fn next_due(&self) -> Option<Instant> {
        self.outbox.next_due()
    }

    fn next_action(&mut self, _last_connect: Option<&Connect>, now: Instant) -> Option<Action> {
        self.outbox.next_action(now)
    }

    fn refused(&mut self, error: &ActError) {
        self.left_unanswered += 1;
        self.refusal = Some(error.clone());
    }

    fn is_busy(&self) -> bool {
        self.outbox.next_due().is_some()
    }
}

const METHOD: &str = "method";
const STATUS: &str = "status";
const RESOURCES_KEPT: usize = 200;
const RESOURCE_SIZE: usize = 4096;
const SERVED_KEPT: usize = 20;
