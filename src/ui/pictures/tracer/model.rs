//! Messages with the subscriptions they matched and the copies that came, read from the capture as it
//! grows.

use std::collections::{BTreeMap, VecDeque};

use bytes::Bytes;

use crate::capture::{Capture, ClientSlot, ConnectionId, Record, RecordId};
use crate::mqtt::{
    Packet, PacketId, Publish, QoS, Sender, Subscription, matches, split_shared, without_share_name,
};

/// What is known so far. Bounded: the oldest messages go first.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tracer {
    /// The first record not read yet.
    next: Option<RecordId>,
    clients: BTreeMap<ClientSlot, Holdings>,
    /// SUBSCRIBE and UNSUBSCRIBE packets without an answer.
    asked: BTreeMap<(ConnectionId, PacketId), Asked>,
    traces: VecDeque<Trace>,
}

/// The subscriptions that a client holds, by filter.
type Holdings = BTreeMap<String, Held>;

/// A granted subscription.
#[derive(Clone, Debug, PartialEq)]
pub struct Held {
    pub subscription: Subscription,
    pub identifier: Option<u32>,
    pub maximum_qos: QoS,
}

#[derive(Clone, Debug, PartialEq)]
enum Asked {
    Subscribe(Vec<Subscription>, Option<u32>),
    Unsubscribe(Vec<String>),
}

/// A message on its way from one to many.
#[derive(Clone, Debug, PartialEq)]
pub struct Trace {
    /// The PUBLISH to the Server; `None` for what the Server had stored, and for a Will.
    pub published: Option<(RecordId, ClientSlot)>,
    pub topic: String,
    pub qos: QoS,
    pub retain: bool,
    payload: Bytes,
    /// Clients with a matching subscription, or with a copy.
    pub receivers: Vec<Receiver>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Receiver {
    pub client: ClientSlot,
    /// The subscriptions that matched at the moment of publishing.
    pub matched: Vec<Held>,
    pub copies: Vec<Copy>,
}

/// One PUBLISH to a client.
#[derive(Clone, Debug, PartialEq)]
pub struct Copy {
    pub record: RecordId,
    pub qos: QoS,
    pub retain: bool,
    pub identifiers: Vec<u32>,
}

/// Why it came as it came, or did not come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// Every subscription that matched has No Local, and the client is the sender.
    NoLocal,
    /// Another member of the share has it.
    AnotherMember,
    /// The copy has a lower QoS than the message: a subscription asked for no more.
    LowerQoS,
    /// One copy for several subscriptions.
    OneForAll,
    /// A copy for each subscription.
    OneEach,
    /// RETAIN was cleared, since it is a live message.
    RetainCleared,
    /// RETAIN came as published.
    RetainKept,
    /// It was stored before the client subscribed.
    Stored,
    /// Nothing has come so far.
    Waiting,
}

impl Tracer {
    /// Reads what has come since; begins anew where the capture did.
    pub fn update(&mut self, capture: &Capture) {
        let begins_anew = self.next.is_some_and(|next| next > capture.next_id())
            || (capture.is_empty() && !self.traces.is_empty());
        if begins_anew {
            *self = Tracer::default();
        }
        let oldest = capture.at(0).map_or(capture.next_id(), |record| record.id);
        let from = self.next.map_or(oldest, |next| next.max(oldest));
        let position = capture.position(from).unwrap_or(capture.len());
        for record in capture.records().skip(position) {
            self.read(capture, record);
        }
        self.next = Some(capture.next_id());
    }

    /// The messages so far, the newest first.
    pub fn traces(&self) -> impl ExactSizeIterator<Item = &Trace> {
        self.traces.iter().rev()
    }

    fn read(&mut self, capture: &Capture, record: &Record) {
        let (Some(packet), Some(sender)) = (record.valid_packet(), record.sender()) else { return };
        let key = packet.packet_id().map(|id| (record.connection, id));
        match packet {
            Packet::ConnAck(connack) if !connack.session_present => {
                self.clients.remove(&record.client);
            }
            Packet::Subscribe(subscribe) => {
                let identifier = subscribe.properties.subscription_identifier();
                let asked = Asked::Subscribe(subscribe.subscriptions, identifier);
                self.asked.extend(key.map(|key| (key, asked)));
            }
            Packet::Unsubscribe(unsubscribe) => {
                let asked = Asked::Unsubscribe(unsubscribe.topic_filters);
                self.asked.extend(key.map(|key| (key, asked)));
            }
            Packet::SubAck(suback) => {
                let Some(Asked::Subscribe(asked, identifier)) =
                    key.and_then(|key| self.asked.remove(&key))
                else {
                    return;
                };
                let held = self.clients.entry(record.client).or_default();
                for (subscription, code) in asked.into_iter().zip(suback.reason_codes) {
                    let Some(maximum_qos) = code.granted_qos() else { continue };
                    let filter = subscription.topic_filter.clone();
                    held.insert(filter, Held { subscription, identifier, maximum_qos });
                }
            }
            Packet::UnsubAck(unsuback) => {
                let Some(Asked::Unsubscribe(filters)) = key.and_then(|key| self.asked.remove(&key))
                else {
                    return;
                };
                let held = self.clients.entry(record.client).or_default();
                for (filter, code) in filters.iter().zip(unsuback.reason_codes) {
                    if !code.is_error() {
                        held.remove(filter);
                    }
                }
            }
            Packet::Publish(publish) => {
                let topic = match capture.aliased(record) {
                    Some(aliased) if publish.topic.is_empty() => aliased.topic.to_owned(),
                    _ => publish.topic.clone(),
                };
                match sender {
                    Sender::Client if !publish.dup => self.published(record, topic, publish),
                    Sender::Client => {}
                    Sender::Server => self.delivered(record, topic, publish),
                }
            }
            _ => {}
        }
    }

    fn published(&mut self, record: &Record, topic: String, publish: Publish) {
        let receivers = self.clients.iter().filter_map(|(client, held)| {
            let matched = matching(held, &topic);
            let receiver = Receiver { client: *client, matched, copies: Vec::new() };
            (!receiver.matched.is_empty()).then_some(receiver)
        });
        let trace = Trace {
            published: Some((record.id, record.client)),
            receivers: receivers.collect(),
            qos: publish.qos,
            retain: publish.retain,
            payload: publish.payload,
            topic,
        };
        self.add(trace);
    }

    fn delivered(&mut self, record: &Record, topic: String, publish: Publish) {
        let copy = Copy {
            record: record.id,
            qos: publish.qos,
            retain: publish.retain,
            identifiers: publish.properties.subscription_identifiers().collect(),
        };
        // A second try is no second copy.
        let is_known = |trace: &Trace| {
            trace.topic == topic && trace.payload == publish.payload && trace.published.is_some()
        };
        let as_sent = self.traces.iter_mut().rev().find(|trace| is_known(trace));
        let trace = match as_sent {
            Some(_) if publish.dup => return,
            // With RETAIN, before any live copy, it may be the stored message, upon subscribing.
            Some(trace) if !publish.retain || trace.is_live_for(record.client) => trace,
            _ => {
                let held = self.clients.get(&record.client);
                let matched = held.map(|held| matching(held, &topic)).unwrap_or_default();
                let receiver = Receiver { client: record.client, matched, copies: vec![copy] };
                self.add(Trace {
                    published: None,
                    topic,
                    qos: publish.qos,
                    retain: publish.retain,
                    payload: publish.payload,
                    receivers: vec![receiver],
                });
                return;
            }
        };
        match trace.receivers.iter_mut().find(|receiver| receiver.client == record.client) {
            Some(receiver) => receiver.copies.push(copy),
            None => trace.receivers.push(Receiver {
                client: record.client,
                matched: Vec::new(),
                copies: vec![copy],
            }),
        }
    }

    fn add(&mut self, trace: Trace) {
        if self.traces.len() == MOST_TRACES {
            self.traces.pop_front();
        }
        self.traces.push_back(trace);
    }
}

fn matching(held: &Holdings, topic: &str) -> Vec<Held> {
    let fits = |held: &&Held| matches(without_share_name(&held.subscription.topic_filter), topic);
    held.values().filter(fits).cloned().collect()
}

impl Trace {
    /// Whether that client had a matching subscription when the message was published.
    fn is_live_for(&self, client: ClientSlot) -> bool {
        self.receivers.iter().any(|r| r.client == client && !r.matched.is_empty())
    }

    /// What decided at that receiver.
    pub fn reasons(&self, receiver: &Receiver) -> Vec<Reason> {
        let Some((_, sender)) = self.published else { return vec![Reason::Stored] };
        let is_shared = |held: &Held| split_shared(&held.subscription.topic_filter).is_some();
        let Some(first) = receiver.copies.first() else {
            let own = receiver.client == sender;
            let is_silent = |held: &Held| held.subscription.no_local && own;
            let elsewhere = self.receivers.iter().any(|other| {
                other.client != receiver.client
                    && !other.copies.is_empty()
                    && other.matched.iter().any(is_shared)
            });
            return vec![match () {
                () if receiver.matched.iter().all(is_silent) => Reason::NoLocal,
                () if receiver.matched.iter().all(is_shared) && elsewhere => Reason::AnotherMember,
                () => Reason::Waiting,
            }];
        };
        let mut reasons = Vec::new();
        match (receiver.copies.len(), receiver.matched.len()) {
            (1, 2..) => reasons.push(Reason::OneForAll),
            (2.., 2..) => reasons.push(Reason::OneEach),
            _ => {}
        }
        if receiver.copies.iter().all(|copy| copy.qos < self.qos) {
            reasons.push(Reason::LowerQoS);
        }
        if self.retain {
            reasons.push(match first.retain {
                true => Reason::RetainKept,
                false => Reason::RetainCleared,
            });
        }
        reasons
    }
}

/// More would not be looked at.
const MOST_TRACES: usize = 40;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::course::{Cast, Exercise, Move, exercise};
    use crate::lab::Lab;
    use crate::link::Target;
    use crate::time::Instant;

    /// Letter, matching subscriptions, copies, and why.
    type Row = (char, usize, usize, Vec<Reason>);

    /// What the tracer says after an exercise's solution was played in the tab: by message, oldest first,
    /// the receivers with the number of matches and copies.
    fn traced(id: &str) -> Vec<(String, Vec<Row>)> {
        let (_, exercise): (_, &'static Exercise) = exercise(id).expect("it exists");
        let mut lab = Lab::new(Target::InTab, false, [7; 32]);
        let mut now = Instant::START;
        lab.set_up(exercise.clients.iter().map(|client| client.role), now);
        let mut tracer = Tracer::default();
        for next in (exercise.solution)(&Cast::new(exercise.clients, "7f")) {
            let Move::Act(act) = next else { continue };
            lab.act(act, now).expect("the solution may do it");
            now = lab.skip(std::time::Duration::from_millis(50), now).expect("in the tab");
            tracer.update(lab.capture());
        }
        let traces = tracer.traces().collect::<Vec<_>>().into_iter().rev();
        let row = |trace: &Trace| {
            let receivers = trace.receivers.iter().map(|receiver| {
                let (matched, copies) = (receiver.matched.len(), receiver.copies.len());
                (receiver.client.letter(), matched, copies, trace.reasons(receiver))
            });
            (trace.topic.clone(), receivers.collect())
        };
        traces.map(row).collect()
    }

    #[test]
    fn numbered_subscriptions_match_one_message_each() {
        assert_eq!(
            traced("subscription-id"),
            [
                ("sensors/boiler/temperature".to_owned(), vec![('B', 1, 1, vec![])]),
                ("alarms/boiler".to_owned(), vec![('B', 1, 1, vec![])]),
            ]
        );
    }

    #[test]
    fn overlapping_subscriptions_make_one_copy_in_the_tab() {
        let copies = vec![('B', 2, 1, vec![Reason::OneForAll])];
        assert_eq!(traced("overlap"), [("home/kitchen/temperature".to_owned(), copies)]);
    }

    #[test]
    fn no_local_decides_against_the_sender() {
        assert_eq!(
            traced("no-local"),
            [
                ("chat/lobby".to_owned(), vec![('A', 1, 1, vec![])]),
                (
                    "chat/room".to_owned(),
                    vec![('A', 1, 0, vec![Reason::NoLocal]), ('B', 1, 1, vec![])]
                ),
            ]
        );
    }

    #[test]
    fn retain_is_cleared_or_kept() {
        let expect =
            vec![('B', 1, 1, vec![Reason::RetainCleared]), ('C', 1, 1, vec![Reason::RetainKept])];
        let traces = traced("retain-as-published");
        assert_eq!(
            traces.iter().map(|(_, rows)| rows.clone()).collect::<Vec<_>>(),
            [expect.clone(), expect]
        );
    }

    #[test]
    fn a_stored_message_is_told_from_a_live_one() {
        let rows: Vec<_> = traced("retain-handling").into_iter().map(|(_, rows)| rows).collect();
        assert_eq!(rows[0], [], "nobody had subscribed when it was published");
        assert_eq!(rows[1], [('B', 1, 1, vec![Reason::Stored])]);
        assert_eq!(rows.len(), 3);
    }

    #[test]
    fn a_share_gives_each_job_to_one_member() {
        for (_, rows) in traced("shared-subscription") {
            let copies: usize = rows.iter().map(|(_, _, copies, _)| copies).sum();
            assert_eq!(copies, 1, "{rows:?}");
            let others = rows.iter().filter(|(_, _, copies, _)| *copies == 0);
            assert!(others.into_iter().all(|row| row.3 == [Reason::AnotherMember]), "{rows:?}");
        }
    }
}
