//! What responders share: reading a request, and answers that wait for their time (§4.10).

use std::collections::VecDeque;

use bytes::Bytes;

use crate::client::Message;
use crate::lab::Action;
use crate::mqtt::{Property, Publish, QoS};
use crate::time::Instant;

/// Which requests are not answered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Silence {
    #[default]
    None,
    /// The first ones, this many; later ones are answered.
    First(u32),
    All,
}

impl Silence {
    /// Whether the request with this number, from 1 on, is not answered.
    pub(super) fn covers(self, number: u32) -> bool {
        match self {
            Silence::None => false,
            Silence::First(count) => number <= count,
            Silence::All => true,
        }
    }
}

/// A message that asks for an answer: its PUBLISH has a Response Topic.
pub(super) struct Request<'a> {
    pub topic: &'a str,
    pub response_topic: &'a str,
    pub correlation_data: Option<&'a Bytes>,
    pub publish: &'a Publish,
}

impl<'a> Request<'a> {
    pub fn of(message: &'a Message) -> Option<Request<'a>> {
        let publish = &message.publish;
        Some(Request {
            topic: &message.topic,
            response_topic: publish.properties.response_topic()?,
            correlation_data: publish.properties.correlation_data(),
            publish,
        })
    }

    /// The PUBLISH to its Response Topic. Correlation Data comes first, as in most clients.
    pub fn answer(
        &self,
        qos: Option<QoS>,
        correlation_data: Option<Bytes>,
        properties: impl IntoIterator<Item = Property>,
        payload: Bytes,
    ) -> Publish {
        let correlation_data = correlation_data.map(Property::CorrelationData);
        Publish {
            qos: qos.unwrap_or(self.publish.qos),
            topic: self.response_topic.into(),
            properties: correlation_data.into_iter().chain(properties).collect(),
            payload,
            ..Publish::default()
        }
    }
}

/// Answers to be sent, in their order. They wait while there is no connection.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Outbox {
    waiting: VecDeque<(Instant, Publish)>,
    pub is_connected: bool,
}

impl Outbox {
    pub fn push(&mut self, due: Instant, answer: Publish) {
        self.waiting.push_back((due, answer));
    }

    pub fn len(&self) -> usize {
        self.waiting.len()
    }

    pub fn is_full(&self) -> bool {
        self.waiting.len() >= ANSWERS_KEPT
    }

    pub fn next_due(&self) -> Option<Instant> {
        self.waiting.front().map(|(due, _)| *due).filter(|_| self.is_connected)
    }

    pub fn next_action(&mut self, now: Instant) -> Option<Action> {
        self.next_due().filter(|due| *due <= now)?;
        self.waiting.pop_front().map(|(_, answer)| Action::Publish(answer))
    }
}

/// Upper bound on waiting answers: more than any exercise needs. Further requests are not answered.
const ANSWERS_KEPT: usize = 1000;
