//! Answers every request with the same text.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;

use super::request::{Outbox, Request, Silence};
use super::{Behaves, BehaviourKind, Runner};
use crate::client::{Client, Event};
use crate::lab::{ActError, Action};
use crate::mqtt::{Connect, Property, Publish, QoS, matches};
use crate::time::Instant;

/// Answers each PUBLISH that has a Response Topic.
#[derive(Clone, Debug, PartialEq)]
pub struct Responder {
    /// Only requests on topics that match; `None` for all.
    pub topic_filter: Option<String>,
    /// `{payload}`, `{topic}` and `{n}` are replaced by those of the request and its number.
    pub payload: String,
    pub content_type: Option<String>,
    pub user_properties: Vec<(String, String)>,
    /// `None` for that of the request.
    pub qos: Option<QoS>,
    pub correlation: Correlation,
    /// From the request to its answer, or from the last request of a group to all its answers.
    pub delay: Duration,
    pub silence: Silence,
    pub order: Order,
}

/// The Correlation Data of answers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Correlation {
    /// The Correlation Data of the request, as it should be.
    #[default]
    Copied,
    /// Always this one: the requester cannot know what is answered.
    Foreign(String),
    LeftOut,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    #[default]
    AsTheyCome,
    /// Waits for this many requests, then answers the last one first.
    Reversed(u32),
}

impl Default for Responder {
    fn default() -> Responder {
        Responder {
            topic_filter: None,
            payload: "{payload}".to_owned(),
            content_type: None,
            user_properties: Vec::new(),
            qos: None,
            correlation: Correlation::Copied,
            delay: Duration::ZERO,
            silence: Silence::None,
            order: Order::AsTheyCome,
        }
    }
}

/// A [`Responder`] at work.
#[derive(Clone, Debug, PartialEq)]
pub struct Responding {
    pub config: Arc<Responder>,
    /// Requests so far.
    pub requests: u32,
    pub answered: u32,
    /// Requests that were not answered on purpose.
    pub left_unanswered: u32,
    /// Messages without Response Topic, which cannot be answered.
    pub not_requests: u32,
    /// Why the last answer that was refused could not be sent.
    pub refusal: Option<ActError>,
    /// Answers of a group that is not complete.
    group: Vec<Publish>,
    outbox: Outbox,
}

impl Behaves for Responder {
    const KIND: BehaviourKind = BehaviourKind::Responder;
    type Running = Responding;

    fn begin(config: Arc<Responder>) -> Responding {
        Responding {
            config,
            requests: 0,
            answered: 0,
            left_unanswered: 0,
            not_requests: 0,
            refusal: None,
            group: Vec::new(),
            outbox: Outbox::default(),
        }
    }
}

impl Responding {
    /// Answers that wait for their time.
    pub fn waiting(&self) -> usize {
        self.outbox.len()
    }

    /// Answers that wait for more requests.
    pub fn collected(&self) -> usize {
        self.group.len()
    }

    fn request(&mut self, request: &Request, now: Instant) {
        self.requests += 1;
        if self.config.silence.covers(self.requests) || self.outbox.is_full() {
            self.left_unanswered += 1;
            return;
        }
        let answer = self.answer(request);
        let due = now + self.config.delay;
        match self.config.order {
            Order::AsTheyCome => self.outbox.push(due, answer),
            Order::Reversed(count) => {
                self.group.push(answer);
                if self.group.len() >= count as usize {
                    for answer in self.group.drain(..).rev() {
                        self.outbox.push(due, answer);
                    }
                }
            }
        }
    }

    fn answer(&self, request: &Request) -> Publish {
        let Responder { payload, content_type, user_properties, qos, correlation, .. } =
            &*self.config;
        let correlation_data = match correlation {
            Correlation::Copied => request.correlation_data.cloned(),
            Correlation::Foreign(text) => Some(Bytes::from(text.clone())),
            Correlation::LeftOut => None,
        };
        let content_type = content_type.as_ref().map(|text| Property::ContentType(text.into()));
        let pairs = user_properties.iter().map(|(name, value)| Property::user(name, value));
        let payload = fill_in(payload, request, self.requests);
        request.answer(*qos, correlation_data, content_type.into_iter().chain(pairs), payload)
    }
}

impl Runner for Responding {
    fn observe(&mut self, event: &Event, now: Instant) {
        let Event::Message(message) = event else { return };
        let filter = self.config.topic_filter.as_deref();
        if filter.is_some_and(|filter| !matches(filter, &message.topic)) {
            return;
        }
        match Request::of(message) {
            Some(request) => self.request(&request, now),
            None => self.not_requests += 1,
        }
    }

    fn look(&mut self, client: &Client, _now: Instant) {
        self.outbox.is_connected = client.is_connected();
    }

    fn next_due(&self) -> Option<Instant> {
        self.outbox.next_due()
    }

    fn next_action(&mut self, _last_connect: Option<&Connect>, now: Instant) -> Option<Action> {
        let action = self.outbox.next_action(now)?;
        self.answered += 1;
        Some(action)
    }

    fn refused(&mut self, error: &ActError) {
        self.answered -= 1;
        self.left_unanswered += 1;
        self.refusal = Some(error.clone());
    }

    fn is_busy(&self) -> bool {
        self.outbox.next_due().is_some()
    }
}

/// A payload that is not text is returned as it is if the template is just `{payload}`.
fn fill_in(template: &str, request: &Request, number: u32) -> Bytes {
    let payload = &request.publish.payload;
    if template == "{payload}" {
        return payload.clone();
    }
    let filled = template
        .replace("{n}", &number.to_string())
        .replace("{topic}", request.topic)
        .replace("{payload}", &String::from_utf8_lossy(payload));
    Bytes::from(filled)
}
