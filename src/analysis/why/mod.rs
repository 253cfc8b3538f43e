//! Why a connection ended, or why something was refused: read from the packets that led to it.
//!
//! An answer names the packet at fault where the capture shows one, and the rule. Where the other side
//! said nothing, the last packet that breaks a rule is a suspicion, and marked as one.

mod cause;
mod fault;

use std::time::Duration;

pub use cause::Cause;
#[cfg(test)]
pub(crate) use cause::one_of_each;
use fault::Fault;
pub(super) use fault::Ledger;

use super::{answered_by, hole_at_the_end, hole_before, hole_for_answer};
use crate::capture::{Capture, ClientSlot, Entry, LinkClose, Record, RecordId};
use crate::mqtt::{Connect, Packet, PacketType, Publish, ReasonCode, Sender, Text};

/// What became of a packet or a connection, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Why {
    /// The packet that says no, or the close.
    pub end: RecordId,
    pub cause: Cause,
    /// The packet that did it, where one can be named.
    pub culprit: Option<RecordId>,
    /// What it is about: a topic, a filter, a Client Identifier …
    pub about: Option<String>,
    /// Each Topic Filter that was refused, and how.
    pub refused: Vec<(Text, ReasonCode)>,
    /// The last packets up to the end, the culprit among them, oldest first.
    pub led_to: Vec<RecordId>,
    /// The other side did not say why: this is what the packets suggest.
    pub is_suspicion: bool,
}

/// How many packets before the end are shown.
const LED_TO: usize = 5;

/// A fault further back than this did not end the connection by itself.
const RECENT: usize = 12;

/// Explains a CONNACK, DISCONNECT or acknowledgement with a Reason Code of 0x80 or more, bytes that
/// break the stream, or a close. `None` for everything that ended as it was meant to, and on connections of
/// older versions: what is explained are the rules and Reason Codes of 5.0.
pub fn why(capture: &Capture, id: RecordId) -> Option<Why> {
    let end = capture.get(id)?;
    let found = match &end.entry {
        Entry::Closed(close) => closed(capture, end, close)?,
        Entry::Packet { .. } if !speaks_5(capture, end) => return None,
        Entry::Packet { .. } => packet(capture, end)?,
        Entry::Text { .. } => Found::new(Cause::TextMessage, Some(id)),
        Entry::Broken { sender: Sender::Server, error, .. } if end.version.is_5() => {
            Found::new(Cause::ServerBroken(error.kind), Some(id))
        }
        Entry::Broken { .. } | Entry::Opening { .. } | Entry::Opened | Entry::Missing(_) => {
            return None;
        }
    };
    let led_to = led_to(capture, end, found.culprit);
    Some(Why {
        end: id,
        cause: found.cause,
        culprit: found.culprit,
        about: found.about,
        refused: found.refused,
        led_to,
        is_suspicion: found.is_suspicion,
    })
}

/// Whether [`why`] has an answer, told without reading the packets that led there.
pub fn has_why(capture: &Capture, id: RecordId) -> bool {
    let Some(record) = capture.get(id) else { return false };
    match &record.entry {
        Entry::Closed(close) if close.was_open => match spoken(capture, record) {
            Some(Spoken::Goodbye) => false,
            Some(Spoken::Refusal(id)) => {
                capture.get(id).is_some_and(|refusal| speaks_5(capture, refusal))
            }
            Some(Spoken::Text(_)) => true,
            None => record.version.is_5(),
        },
        Entry::Closed(_) => true,
        Entry::Packet { .. } => {
            let codes = |packet: Packet| packet.reason_codes().iter().any(|code| code.is_error());
            speaks_5(capture, record) && read(record).is_some_and(codes)
        }
        Entry::Text { .. } => true,
        Entry::Broken { sender, .. } => *sender == Sender::Server && record.version.is_5(),
        Entry::Opening { .. } | Entry::Opened | Entry::Missing(_) => false,
    }
}

/// Whether one side or the other meant 5.0. A Server that refuses the version of a CONNECT may speak another
/// one, and that is explained.
fn speaks_5(capture: &Capture, record: &Record) -> bool {
    record.version.is_5() || capture.version(record.connection).0.is_5()
}

/// The packet in the version in which it was written.
fn read(record: &Record) -> Option<Packet> {
    record.packet()?.ok()
}

/// Explains how the client's latest connection ended; `None` while it is open, and if it ended as intended.
pub fn why_last(capture: &Capture, client: ClientSlot) -> Option<Why> {
    let last = capture.records().rev().find(|record| record.client == client)?;
    match last.entry {
        Entry::Closed(_) => why(capture, last.id),
        _ => None,
    }
}

struct Found {
    cause: Cause,
    culprit: Option<RecordId>,
    about: Option<String>,
    refused: Vec<(Text, ReasonCode)>,
    is_suspicion: bool,
}

impl Found {
    fn new(cause: Cause, culprit: Option<RecordId>) -> Found {
        Found { cause, culprit, about: None, refused: Vec::new(), is_suspicion: false }
    }

    fn suspected(self) -> Found {
        Found { is_suspicion: true, ..self }
    }
}

fn packet(capture: &Capture, end: &Record) -> Option<Found> {
    let sender = end.sender()?;
    let packet = read(end)?;
    let packet_type = packet.packet_type();
    let code = packet.reason_codes().iter().copied().find(|code| code.is_error())?;
    let asked = answered_by(capture, end.id);
    match packet {
        Packet::ConnAck(_) | Packet::Disconnect(_) => {
            let accused = sender.other();
            if let Some(found) = circumstance(capture, end, code) {
                return Some(found);
            }
            let culprit = fault::faults(capture, end.id, accused)
                .into_iter()
                .rev()
                .find(|fault| fault.cause.fits(code));
            if let Some(Fault { record, cause, about }) = culprit {
                return Some(Found { about, ..Found::new(cause, Some(record)) });
            }
            if let Some(found) = refused_proof(capture, end, code) {
                return Some(found);
            }
            let refused = Cause::Refused(code, packet_type);
            let culprit = asked.map(|record| record.id);
            let about = asked.and_then(read).and_then(|asked| about(&asked, code));
            Some(Found { about, ..Found::new(refused, culprit) })
        }
        Packet::SubAck(ref suback) => Some(filters(asked, &suback.reason_codes, code, packet_type)),
        Packet::UnsubAck(ref unsuback) => {
            Some(filters(asked, &unsuback.reason_codes, code, packet_type))
        }
        Packet::PubAck(_) | Packet::PubRec(_) | Packet::PubRel(_) | Packet::PubComp(_) => {
            let asked_packet = asked.and_then(Record::valid_packet);
            let topic = match (asked, &asked_packet) {
                (Some(record), Some(Packet::Publish(publish))) => {
                    Some(topic_of(capture, record, publish))
                }
                _ => None,
            };
            let cause = Cause::Refused(code, packet_type);
            Some(Found { about: topic, ..Found::new(cause, asked.map(|record| record.id)) })
        }
        _ => None,
    }
}

/// A SUBACK or UNSUBACK: which filters were refused.
fn filters(
    asked: Option<&Record>,
    codes: &[ReasonCode],
    first: ReasonCode,
    packet_type: PacketType,
) -> Found {
    let filters: Vec<Text> = match asked.and_then(Record::valid_packet) {
        Some(Packet::Subscribe(packet)) => {
            packet.subscriptions.into_iter().map(|subscription| subscription.topic_filter).collect()
        }
        Some(Packet::Unsubscribe(packet)) => packet.topic_filters,
        _ => Vec::new(),
    };
    let refused: Vec<_> = filters
        .into_iter()
        .zip(codes.iter().copied())
        .filter(|(_, code)| code.is_error())
        .collect();
    let about = refused.first().map(|(filter, _)| filter.to_string());
    let cause = Cause::Refused(first, packet_type);
    Found { about, refused, ..Found::new(cause, asked.map(|record| record.id)) }
}

/// Ends for which no packet of the connection is at fault.
fn circumstance(capture: &Capture, end: &Record, code: ReasonCode) -> Option<Found> {
    match code {
        ReasonCode::SessionTakenOver => Some(match taken_over(capture, end) {
            Some((record, client_id)) => {
                Found { about: Some(client_id), ..Found::new(Cause::TakenOver, Some(record)) }
            }
            None => Found::new(Cause::TakenOverElsewhere, None),
        }),
        ReasonCode::KeepAliveTimeout => {
            let (cause, last) = silence(capture, end)?;
            if let Some(found) = hole_at_the_end(capture, end.id, Sender::Client).and_then(untold) {
                return Some(found);
            }
            Some(match cause {
                Cause::KeepAlive { .. } => Found::new(cause, Some(last)),
                _ => Found::new(Cause::KeepAliveLost, Some(last)),
            })
        }
        _ => None,
    }
}

/// A refusal that answers an AUTH of the client.
fn refused_proof(capture: &Capture, end: &Record, code: ReasonCode) -> Option<Found> {
    if !matches!(code, ReasonCode::NotAuthorized | ReasonCode::BadUserNameOrPassword) {
        return None;
    }
    let auth = before(capture, end, PacketType::Auth)?;
    let again = before(capture, end, PacketType::ConnAck).is_some();
    (auth.sender() == Some(Sender::Client))
        .then(|| Found::new(Cause::ProofRefused { again }, Some(auth.id)))
}

/// The last packet of that type on the connection, before `end`.
fn before<'a>(capture: &'a Capture, end: &Record, wanted: PacketType) -> Option<&'a Record> {
    capture.preceding(end.id).find(|record| record.packet_type() == Some(wanted))
}

fn closed(capture: &Capture, end: &Record, close: &LinkClose) -> Option<Found> {
    if !close.was_open {
        return Some(Found::new(Cause::NeverOpened, None));
    }
    match spoken(capture, end) {
        Some(Spoken::Goodbye) => None,
        Some(Spoken::Refusal(id)) => {
            let refusal = capture.get(id).filter(|refusal| speaks_5(capture, refusal))?;
            packet(capture, refusal)
        }
        Some(Spoken::Text(id)) => Some(Found::new(Cause::TextMessage, Some(id))),
        None if !end.version.is_5() => None,
        None => {
            // Where the last that was said is missing, it may have been a DISCONNECT.
            let sides = [Sender::Client, Sender::Server];
            let hole = sides.into_iter().find_map(|side| hole_at_the_end(capture, end.id, side));
            if let Some(found) = hole.and_then(untold) {
                return Some(found);
            }
            match close.by {
                Some(Sender::Client) => Some(closed_by_client(capture, end)),
                _ => Some(closed_by_server(capture, end).suspected()),
            }
        }
    }
}

/// An answer would rest on the absence of a packet, and that may be in this hole.
fn untold(record: &Record) -> Option<Found> {
    let hole = record.hole()?;
    let cause = Cause::NotCaptured { hole: record.id, missing: hole.missing, unread: hole.unread };
    Some(Found::new(cause, Some(record.id)))
}

/// What was said before a close.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Spoken {
    /// A DISCONNECT without an error.
    Goodbye,
    /// A packet that says why.
    Refusal(RecordId),
    Text(RecordId),
}

fn spoken(capture: &Capture, end: &Record) -> Option<Spoken> {
    capture.preceding(end.id).find_map(|record| match (&record.entry, record.packet_type()) {
        (Entry::Text { .. }, _) => Some(Spoken::Text(record.id)),
        (_, Some(PacketType::Disconnect | PacketType::ConnAck)) => {
            match (read(record)?, record.id) {
                (Packet::Disconnect(packet), id) if packet.reason_code.is_error() => {
                    Some(Spoken::Refusal(id))
                }
                (Packet::Disconnect(_), _) => Some(Spoken::Goodbye),
                (Packet::ConnAck(packet), id) if packet.reason_code.is_error() => {
                    Some(Spoken::Refusal(id))
                }
                _ => None,
            }
        }
        _ => None,
    })
}

/// The client closed without a DISCONNECT.
fn closed_by_client(capture: &Capture, end: &Record) -> Found {
    if let Some(fault) = recent_fault(capture, end, Sender::Server) {
        return Found { about: fault.about, ..Found::new(fault.cause, Some(fault.record)) };
    }
    let is_unanswered = |asked: &&Record| super::answer_to(capture, asked.id).is_none();
    let Some(connect) = before(capture, end, PacketType::Connect) else {
        return Found::new(Cause::CutByClient { with_will: false }, None);
    };
    if before(capture, end, PacketType::ConnAck).is_none() {
        if let Some(found) = hole_before(capture, end.id, Sender::Server).and_then(untold) {
            return found;
        }
        return match before(capture, end, PacketType::Auth) {
            // It was the client's turn.
            Some(auth) if auth.sender() == Some(Sender::Server) => {
                Found::new(Cause::CutByClient { with_will: false }, None)
            }
            auth => Found::new(Cause::NoConnAck, Some(auth.unwrap_or(connect).id)),
        };
    }
    let ping = before(capture, end, PacketType::PingReq).filter(is_unanswered);
    let answer = ping.and_then(|ping| hole_for_answer(capture, ping.id)).and_then(untold);
    if let Some(found) = answer {
        return found;
    }
    match ping {
        Some(ping) => Found::new(Cause::NoPingResp, Some(ping.id)),
        None => {
            let packet = connect.valid_packet();
            let with_will = matches!(packet, Some(Packet::Connect(it)) if it.will.is_some());
            Found::new(Cause::CutByClient { with_will }, None)
        }
    }
}

/// The server, or something in between, closed without DISCONNECT.
fn closed_by_server(capture: &Capture, end: &Record) -> Found {
    if let Some(fault) = recent_fault(capture, end, Sender::Client) {
        return Found { about: fault.about, ..Found::new(fault.cause, Some(fault.record)) };
    }
    let missing = |side| hole_before(capture, end.id, side).and_then(untold);
    let Some(connect) = before(capture, end, PacketType::Connect) else {
        if let Some(found) = missing(Sender::Client) {
            return found;
        }
        // A full capture may have dropped the beginning.
        let opened = capture.preceding(end.id).any(|record| record.entry == Entry::Opened);
        let cause = if opened { Cause::ClosedBeforeConnect } else { Cause::ClosedUnexplained };
        return Found::new(cause, None);
    };
    if before(capture, end, PacketType::ConnAck).is_none() {
        if let Some(found) = missing(Sender::Server) {
            return found;
        }
        return match before(capture, end, PacketType::Auth) {
            None => Found::new(Cause::ClosedWithoutConnAck, Some(connect.id)),
            Some(auth) if auth.sender() == Some(Sender::Server) => {
                let waited = end.at.since(auth.at);
                Found::new(Cause::LoginLeftOpen { waited }, Some(auth.id))
            }
            Some(auth) => Found::new(Cause::ProofRefusedSilently, Some(auth.id)),
        };
    }
    if let Some((record, client_id)) = taken_over(capture, end) {
        return Found { about: Some(client_id), ..Found::new(Cause::TakenOver, Some(record)) };
    }
    if let Some((cause @ Cause::KeepAlive { .. }, last)) = silence(capture, end) {
        return Found::new(cause, Some(last));
    }
    Found::new(Cause::ClosedUnexplained, None)
}

/// The last fault of one side, if the connection did not outlive it for long.
fn recent_fault(capture: &Capture, end: &Record, accused: Sender) -> Option<Fault> {
    let fault = fault::faults(capture, end.id, accused).pop()?;
    let since = capture.preceding(end.id).take_while(|record| record.id > fault.record).count();
    (since <= RECENT).then_some(fault)
}

/// The CONNECT of another connection with the same Client Identifier.
fn taken_over(capture: &Capture, end: &Record) -> Option<(RecordId, String)> {
    let (connect_id, client_id) = identity(capture, end)?;
    let before = capture.position(end.id)?;
    let after = capture.position(connect_id)? + 1;
    (after..before).rev().filter_map(|position| capture.at(position)).find_map(|record| {
        let is_connect = record.connection != end.connection
            && record.packet_type() == Some(PacketType::Connect)
            && record.sender() == Some(Sender::Client);
        match is_connect.then(|| read(record))?? {
            Packet::Connect(connect) if connect.client_id == client_id => {
                Some((record.id, client_id.clone()))
            }
            _ => None,
        }
    })
}

/// The connection's CONNECT, and its Client Identifier, assigned or its own.
fn identity(capture: &Capture, end: &Record) -> Option<(RecordId, String)> {
    let connect = capture
        .preceding(end.id)
        .find(|record| record.packet_type() == Some(PacketType::Connect))?;
    let Some(Packet::Connect(packet)) = connect.valid_packet() else { return None };
    let client_id = match packet.client_id.as_str() {
        "" => match super::answer_to(capture, connect.id)?.valid_packet()? {
            Packet::ConnAck(connack) => connack.properties.assigned_client_identifier()?.to_owned(),
            _ => return None,
        },
        own => own.to_owned(),
    };
    Some((connect.id, client_id))
}

/// How long the client had been silent, against its Keep Alive, and its last packet.
fn silence(capture: &Capture, end: &Record) -> Option<(Cause, RecordId)> {
    let last = capture.preceding(end.id).find(|record| record.sender() == Some(Sender::Client))?;
    let find = |wanted: PacketType| {
        let record =
            capture.preceding(end.id).find(|record| record.packet_type() == Some(wanted))?;
        record.valid_packet()
    };
    let asked = match find(PacketType::Connect) {
        Some(Packet::Connect(connect)) => connect.keep_alive,
        _ => return None,
    };
    let keep_alive = match find(PacketType::ConnAck) {
        Some(Packet::ConnAck(connack)) => connack.properties.server_keep_alive().unwrap_or(asked),
        _ => asked,
    };
    let silent = end.at.since(last.at);
    // What crosses the wire takes its time, either way.
    let limit = Duration::from_millis(1500 * u64::from(keep_alive)).saturating_sub(TOLERANCE);
    let expired = keep_alive > 0 && silent >= limit;
    let cause = match expired {
        true => Cause::KeepAlive { silent, keep_alive },
        false => Cause::KeepAliveLost,
    };
    Some((cause, last.id))
}

/// How much earlier than by this clock a Keep Alive may run out on the other side.
const TOLERANCE: Duration = Duration::from_millis(250);

/// What a refused CONNECT is refused for.
fn about(asked: &Packet, code: ReasonCode) -> Option<String> {
    let Packet::Connect(connect) = asked else { return None };
    let connect: &Connect = connect;
    match code {
        ReasonCode::ClientIdentifierNotValid => Some(connect.client_id.to_string()),
        ReasonCode::BadUserNameOrPassword | ReasonCode::NotAuthorized | ReasonCode::Banned => {
            connect.user_name.as_ref().map(String::from)
        }
        ReasonCode::BadAuthenticationMethod => {
            connect.properties.authentication_method().map(str::to_owned)
        }
        ReasonCode::TopicNameInvalid
        | ReasonCode::PayloadFormatInvalid
        | ReasonCode::RetainNotSupported
        | ReasonCode::QoSNotSupported => connect.will.as_ref().map(|will| will.topic.to_string()),
        _ => None,
    }
}

/// The Topic Name of a PUBLISH, looked up where it has only an alias.
fn topic_of(capture: &Capture, record: &Record, publish: &Publish) -> String {
    let aliased = capture.aliased(record).map(|aliased| aliased.topic.to_owned());
    aliased.unwrap_or_else(|| publish.topic.to_string())
}

fn led_to(capture: &Capture, end: &Record, culprit: Option<RecordId>) -> Vec<RecordId> {
    let mut ids: Vec<RecordId> = capture
        .preceding(end.id)
        .filter(|record| !record.bytes().is_empty())
        .take(LED_TO)
        .map(|record| record.id)
        .collect();
    ids.extend(culprit);
    if !end.bytes().is_empty() {
        ids.push(end.id);
    }
    ids.sort_unstable();
    ids.dedup();
    ids
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;
    use crate::mqtt::{
        Ack, Auth, ConnAck, ConnectionId, Disconnect, ErrorKind, PacketId, Properties, Property,
        QoS, SubAck, Subscribe, Subscription, Will, encode,
    };
    use crate::time::Instant;

    /// One thing that happens; records count from 0 in this order.
    enum Step {
        Opened,
        Client(Packet),
        Server(Packet),
        /// Bytes of the client, sent by hand.
        Bytes(&'static [u8]),
        /// A packet of another client.
        Stranger(Packet),
        Closed(Sender),
        Refused,
        Passes(u64),
    }
    use Step::*;

    fn play(steps: Vec<Step>) -> Capture {
        let mut capture = Capture::default();
        let mut now = Instant::START;
        let (slot, connection) = (ClientSlot(0), ConnectionId(1));
        capture.push(now, slot, connection, Entry::Opening { address: "in-tab".into() });
        for step in steps {
            let written = |packet: &Packet| encode(packet).expect("it has a representation");
            match step {
                Opened => _ = capture.push(now, slot, connection, Entry::Opened),
                Client(packet) => {
                    let bytes = written(&packet);
                    capture.push_packet(now, slot, connection, Sender::Client, bytes);
                }
                Server(packet) => {
                    let bytes = written(&packet);
                    capture.push_packet(now, slot, connection, Sender::Server, bytes);
                }
                Bytes(bytes) => {
                    let bytes = Bytes::from_static(bytes);
                    capture.push_packet(now, slot, connection, Sender::Client, bytes);
                }
                Stranger(packet) => {
                    let (slot, connection) = (ClientSlot(1), ConnectionId(2));
                    capture.push_packet(now, slot, connection, Sender::Client, written(&packet));
                }
                Closed(by) => {
                    let close = LinkClose {
                        by: Some(by),
                        was_open: true,
                        code: None,
                        reason: String::new(),
                    };
                    capture.push(now, slot, connection, Entry::Closed(close));
                }
                Refused => {
                    let close =
                        LinkClose { by: None, was_open: false, code: None, reason: String::new() };
                    capture.push(now, slot, connection, Entry::Closed(close));
                }
                Passes(millis) => now = now + Duration::from_millis(millis),
            }
        }
        capture
    }

    fn connect(properties: impl Into<Properties>) -> Packet {
        Packet::Connect(Box::new(Connect {
            client_id: "sensor".into(),
            keep_alive: 10,
            properties: properties.into(),
            ..Connect::default()
        }))
    }

    fn connack(reason_code: ReasonCode, properties: impl Into<Properties>) -> Packet {
        let properties = properties.into();
        Packet::ConnAck(ConnAck { session_present: false, reason_code, properties })
    }

    /// Both sides have said hello: records 0 to 3.
    fn greeted(limits: impl Into<Properties>, then: Vec<Step>) -> Vec<Step> {
        let mut steps =
            vec![Opened, Client(connect([])), Server(connack(ReasonCode::Success, limits))];
        steps.extend(then);
        steps
    }

    fn with_will() -> Packet {
        let will = Will { topic: "gone".into(), ..Will::default() };
        Packet::Connect(Box::new(Connect { will: Some(will), ..Connect::default() }))
    }

    fn auth(reason_code: ReasonCode) -> Packet {
        let properties = [Property::AuthenticationMethod("m".into())].into();
        Packet::Auth(Auth { reason_code, properties })
    }

    /// CONNECT with a method, and the Server's challenge: records 0 to 3.
    fn logging_in(then: Vec<Step>) -> Vec<Step> {
        let mut steps = vec![
            Opened,
            Client(connect([Property::AuthenticationMethod("m".into())])),
            Server(auth(ReasonCode::ContinueAuthentication)),
        ];
        steps.extend(then);
        steps
    }

    fn publish(topic: &str, qos: QoS, id: u16, properties: impl Into<Properties>) -> Packet {
        Packet::Publish(Publish {
            qos,
            topic: topic.into(),
            packet_id: PacketId::new(id),
            properties: properties.into(),
            ..Publish::default()
        })
    }

    fn disconnect(reason_code: ReasonCode) -> Packet {
        Packet::Disconnect(Disconnect::new(reason_code))
    }

    fn subscribe(filter: &str) -> Packet {
        Packet::Subscribe(Subscribe {
            packet_id: PacketId::MIN,
            properties: Properties::NONE,
            subscriptions: vec![
                Subscription { topic_filter: filter.into(), ..Subscription::default() },
                Subscription { topic_filter: "fine".into(), ..Subscription::default() },
            ],
        })
    }

    fn ack(packet: impl Fn(Ack) -> Packet, id: u16, reason_code: ReasonCode) -> Packet {
        let packet_id = PacketId::new(id).expect("it is not zero");
        packet(Ack { reason_code, ..Ack::success(packet_id) })
    }

    /// What the last record is explained by.
    fn last(steps: Vec<Step>) -> Option<Why> {
        let capture = play(steps);
        let last = capture.records().next_back().expect("something happened").id;
        let answer = why(&capture, last);
        assert_eq!(has_why(&capture, last), answer.is_some());
        answer
    }

    #[test]
    fn each_end_has_its_cause_and_its_culprit() {
        use QoS::{AtLeastOnce, AtMostOnce, ExactlyOnce};
        let by = Sender::Client;
        let server = Sender::Server;
        for (name, steps, cause, culprit) in [
            (
                "a second CONNECT",
                greeted(
                    [],
                    vec![Client(connect([])), Server(disconnect(ReasonCode::ProtocolError))],
                ),
                Cause::SecondConnect,
                Some(4),
            ),
            (
                "an alias above the maximum",
                greeted(
                    [Property::TopicAliasMaximum(10)],
                    vec![
                        Client(publish("t", AtMostOnce, 0, [Property::TopicAlias(11)])),
                        Server(disconnect(ReasonCode::TopicAliasInvalid)),
                    ],
                ),
                Cause::AliasAboveMaximum { alias: 11, maximum: 10, by },
                Some(4),
            ),
            (
                "an alias where none is allowed, and a bare close",
                greeted(
                    [],
                    vec![
                        Client(publish("t", AtMostOnce, 0, [Property::TopicAlias(1)])),
                        Closed(server),
                    ],
                ),
                Cause::AliasNotAllowed { alias: 1, by },
                Some(4),
            ),
            (
                "an alias that was never set",
                greeted(
                    [Property::TopicAliasMaximum(10)],
                    vec![
                        Client(publish("", AtMostOnce, 0, [Property::TopicAlias(2)])),
                        Server(disconnect(ReasonCode::ProtocolError)),
                    ],
                ),
                Cause::AliasUnknown { alias: 2 },
                Some(4),
            ),
            (
                "Topic Alias 0, told by its own bytes",
                greeted(
                    [Property::TopicAliasMaximum(10)],
                    vec![
                        Bytes(&[0x30, 0x07, 0, 1, b't', 3, 0x23, 0, 0]),
                        Server(disconnect(ReasonCode::TopicAliasInvalid)),
                    ],
                ),
                Cause::ClientBroken(ErrorKind::TopicAliasZero),
                Some(4),
            ),
            (
                "more than Receive Maximum unfinished",
                greeted(
                    [Property::ReceiveMaximum(2)],
                    vec![
                        Client(publish("t", AtLeastOnce, 1, [])),
                        Server(ack(Packet::PubAck, 1, ReasonCode::Success)),
                        Client(publish("t", ExactlyOnce, 2, [])),
                        Client(publish("t", AtLeastOnce, 3, [])),
                        // PUBREC frees nothing.
                        Server(ack(Packet::PubRec, 2, ReasonCode::Success)),
                        Client(publish("t", AtLeastOnce, 4, [])),
                        Server(disconnect(ReasonCode::ReceiveMaximumExceeded)),
                    ],
                ),
                Cause::ReceiveMaximumExceeded { unfinished: 3, maximum: 2, by },
                Some(9),
            ),
            (
                "a packet too large",
                greeted(
                    [Property::MaximumPacketSize(10)],
                    vec![
                        Client(publish("a/long/topic", AtMostOnce, 0, [])),
                        Server(disconnect(ReasonCode::PacketTooLarge)),
                    ],
                ),
                Cause::PacketTooLarge { size: 17, maximum: 10, by },
                Some(4),
            ),
            (
                "a QoS above the maximum",
                greeted(
                    [Property::MaximumQoS(1)],
                    vec![
                        Client(publish("t", ExactlyOnce, 1, [])),
                        Server(disconnect(ReasonCode::QoSNotSupported)),
                    ],
                ),
                Cause::QoSAboveMaximum { qos: 2, maximum: 1 },
                Some(4),
            ),
            (
                "an identifier in use",
                greeted(
                    [],
                    vec![
                        Client(publish("t", AtLeastOnce, 1, [])),
                        Client(publish("u", AtLeastOnce, 1, [])),
                        Closed(server),
                    ],
                ),
                Cause::PacketIdentifierInUse { packet_id: 1 },
                Some(5),
            ),
            (
                "a filter with a wildcard",
                greeted(
                    [Property::WildcardSubscriptionAvailable(0)],
                    vec![
                        Client(subscribe("a/#")),
                        Server(disconnect(ReasonCode::WildcardSubscriptionsNotSupported)),
                    ],
                ),
                Cause::WildcardNotAvailable,
                Some(4),
            ),
            (
                "a Session Expiry Interval out of nothing",
                greeted(
                    [],
                    vec![
                        Client(Packet::Disconnect(Disconnect {
                            properties: [Property::SessionExpiryInterval(5)].into(),
                            ..Disconnect::new(ReasonCode::Success)
                        })),
                        Server(disconnect(ReasonCode::ProtocolError)),
                    ],
                ),
                Cause::SessionExpiryAfterZero,
                Some(4),
            ),
            (
                "AUTH without a method",
                greeted(
                    [],
                    vec![
                        Client(Packet::Auth(Auth {
                            reason_code: ReasonCode::ReAuthenticate,
                            properties: [Property::AuthenticationMethod("m".into())].into(),
                        })),
                        Closed(server),
                    ],
                ),
                Cause::AuthWithoutMethod,
                Some(4),
            ),
            (
                "no CONNECT at first",
                vec![Opened, Client(Packet::PingReq), Closed(server)],
                Cause::NotConnectFirst,
                Some(2),
            ),
            (
                "broken bytes, and a close without a word",
                greeted([], vec![Bytes(&[0x36, 0x05, 0, 1, b't', 0, 1]), Closed(server)]),
                Cause::ClientBroken(ErrorKind::QoS3),
                Some(4),
            ),
            (
                "a silence that the server tells of",
                greeted([], vec![Passes(15_000), Server(disconnect(ReasonCode::KeepAliveTimeout))]),
                Cause::KeepAlive { silent: Duration::from_secs(15), keep_alive: 10 },
                Some(2),
            ),
            (
                "a silence that it does not tell of, with its own Keep Alive",
                greeted([Property::ServerKeepAlive(4)], vec![Passes(6_000), Closed(server)]),
                Cause::KeepAlive { silent: Duration::from_secs(6), keep_alive: 4 },
                Some(2),
            ),
            (
                "a PINGREQ that was lost",
                greeted(
                    [],
                    vec![
                        Passes(14_000),
                        Client(Packet::PingReq),
                        Passes(1_000),
                        Server(disconnect(ReasonCode::KeepAliveTimeout)),
                    ],
                ),
                Cause::KeepAliveLost,
                Some(4),
            ),
            (
                "the same Client Identifier again",
                greeted(
                    [],
                    vec![Stranger(connect([])), Server(disconnect(ReasonCode::SessionTakenOver))],
                ),
                Cause::TakenOver,
                Some(4),
            ),
            (
                "the same Client Identifier somewhere else",
                greeted([], vec![Server(disconnect(ReasonCode::SessionTakenOver))]),
                Cause::TakenOverElsewhere,
                None,
            ),
            (
                "a server that never answers",
                vec![Opened, Client(connect([])), Closed(server)],
                Cause::ClosedWithoutConnAck,
                Some(2),
            ),
            (
                "a server that closes for no reason to be seen",
                greeted(
                    [],
                    vec![Client(Packet::PingReq), Server(Packet::PingResp), Closed(server)],
                ),
                Cause::ClosedUnexplained,
                None,
            ),
            ("a link that never opened", vec![Refused], Cause::NeverOpened, None),
            (
                "a close before CONNECT",
                vec![Opened, Closed(server)],
                Cause::ClosedBeforeConnect,
                None,
            ),
            ("a cut", greeted([], vec![Closed(by)]), Cause::CutByClient { with_will: false }, None),
            (
                "a cut, and a Will",
                vec![
                    Opened,
                    Client(with_will()),
                    Server(connack(ReasonCode::Success, [])),
                    Closed(by),
                ],
                Cause::CutByClient { with_will: true },
                None,
            ),
            (
                "a challenge that nobody answered in time",
                logging_in(vec![Passes(30_000), Closed(server)]),
                Cause::LoginLeftOpen { waited: Duration::from_secs(30) },
                Some(3),
            ),
            (
                "a challenge that was not wanted",
                logging_in(vec![Closed(by)]),
                Cause::CutByClient { with_will: false },
                None,
            ),
            (
                "a proof without an answer",
                logging_in(vec![Client(auth(ReasonCode::ContinueAuthentication)), Closed(by)]),
                Cause::NoConnAck,
                Some(4),
            ),
            (
                "a wrong proof",
                logging_in(vec![
                    Client(auth(ReasonCode::ContinueAuthentication)),
                    Server(connack(ReasonCode::NotAuthorized, [])),
                ]),
                Cause::ProofRefused { again: false },
                Some(4),
            ),
            (
                "a wrong proof, and a close without a word",
                logging_in(vec![Client(auth(ReasonCode::ContinueAuthentication)), Closed(server)]),
                Cause::ProofRefusedSilently,
                Some(4),
            ),
            (
                "a wrong proof on a connection that had logged in",
                logging_in(vec![
                    Server(connack(ReasonCode::Success, [])),
                    Client(auth(ReasonCode::ReAuthenticate)),
                    Server(disconnect(ReasonCode::NotAuthorized)),
                ]),
                Cause::ProofRefused { again: true },
                Some(5),
            ),
            (
                "no PINGRESP",
                greeted([], vec![Client(Packet::PingReq), Closed(by)]),
                Cause::NoPingResp,
                Some(4),
            ),
            (
                "no CONNACK",
                vec![Opened, Client(connect([])), Closed(by)],
                Cause::NoConnAck,
                Some(2),
            ),
            (
                "a refused CONNECT",
                vec![
                    Opened,
                    Client(connect([])),
                    Server(connack(ReasonCode::BadUserNameOrPassword, [])),
                    Closed(server),
                ],
                Cause::Refused(ReasonCode::BadUserNameOrPassword, PacketType::ConnAck),
                Some(2),
            ),
            (
                "a refused PUBLISH",
                greeted(
                    [],
                    vec![
                        Client(publish("t", AtLeastOnce, 1, [])),
                        Server(ack(Packet::PubAck, 1, ReasonCode::NotAuthorized)),
                    ],
                ),
                Cause::Refused(ReasonCode::NotAuthorized, PacketType::PubAck),
                Some(4),
            ),
            (
                "a server that broke a rule",
                greeted(
                    [],
                    vec![
                        Server(publish("t", AtMostOnce, 0, [Property::TopicAlias(1)])),
                        Client(disconnect(ReasonCode::TopicAliasInvalid)),
                    ],
                ),
                Cause::AliasNotAllowed { alias: 1, by: server },
                Some(4),
            ),
            (
                "an operator",
                greeted([], vec![Server(disconnect(ReasonCode::AdministrativeAction))]),
                Cause::Refused(ReasonCode::AdministrativeAction, PacketType::Disconnect),
                None,
            ),
        ] {
            let why = last(steps).unwrap_or_else(|| panic!("{name} is explained"));
            assert_eq!(why.cause, cause, "{name}");
            assert_eq!(why.culprit, culprit.map(RecordId), "{name}");
            assert!(why.culprit.is_none_or(|culprit| why.led_to.contains(&culprit)), "{name}");
        }
    }

    #[test]
    fn what_ends_as_it_was_meant_to_needs_no_explanation() {
        for (name, steps) in [
            (
                "a goodbye",
                greeted([], vec![Client(disconnect(ReasonCode::Success)), Closed(Sender::Server)]),
            ),
            ("an accepted CONNECT", greeted([], vec![])),
            (
                "an acknowledgement",
                greeted(
                    [],
                    vec![
                        Client(publish("t", QoS::AtLeastOnce, 1, [])),
                        Server(ack(Packet::PubAck, 1, ReasonCode::NoMatchingSubscribers)),
                    ],
                ),
            ),
        ] {
            assert_eq!(last(steps), None, "{name}");
        }
    }

    #[test]
    fn what_is_far_from_the_end_still_counts() {
        // Two messages stay unfinished while many others pass; the third is one too many.
        let mut steps = vec![
            Client(publish("t", QoS::AtLeastOnce, 1, [])),
            Client(publish("t", QoS::ExactlyOnce, 2, [])),
        ];
        for _ in 0..2000 {
            steps.push(Client(publish("t", QoS::AtMostOnce, 0, [])));
        }
        steps.push(Client(publish("t", QoS::AtLeastOnce, 3, [])));
        steps.push(Closed(Sender::Server));
        let cause = last(greeted([Property::ReceiveMaximum(2)], steps)).map(|why| why.cause);
        let by = Sender::Client;
        let expect = Cause::ReceiveMaximumExceeded { unfinished: 3, maximum: 2, by };
        assert_eq!(cause, Some(expect));
    }

    #[test]
    fn a_close_tells_what_the_packet_before_it_told() {
        let steps = greeted(
            [],
            vec![
                Client(connect([])),
                Server(disconnect(ReasonCode::ProtocolError)),
                Closed(Sender::Server),
            ],
        );
        let why = last(steps).expect("it is explained");
        assert_eq!((why.cause, why.is_suspicion), (Cause::SecondConnect, false));
    }

    #[test]
    fn a_bare_close_only_raises_a_suspicion() {
        let bare = last(greeted([], vec![Client(connect([])), Closed(Sender::Server)]));
        assert!(bare.is_some_and(|why| why.is_suspicion));
        // What the connection outlived did not end it.
        let mut steps = vec![Client(publish("t", QoS::AtMostOnce, 0, [Property::TopicAlias(1)]))];
        for _ in 0..10 {
            steps.extend([Client(Packet::PingReq), Server(Packet::PingResp)]);
        }
        steps.push(Closed(Sender::Server));
        let cause = last(greeted([], steps)).map(|why| why.cause);
        assert_eq!(cause, Some(Cause::ClosedUnexplained));
    }

    #[test]
    fn every_refused_filter_is_named() {
        let suback = Packet::SubAck(SubAck {
            packet_id: PacketId::MIN,
            properties: Properties::NONE,
            reason_codes: vec![ReasonCode::NotAuthorized, ReasonCode::Success],
        });
        let why = last(greeted([], vec![Client(subscribe("a/#")), Server(suback)]))
            .expect("it is explained");
        assert_eq!(why.refused, [("a/#".into(), ReasonCode::NotAuthorized)]);
        assert_eq!(why.about.as_deref(), Some("a/#"));
        assert_eq!(why.led_to, [2, 3, 4, 5].map(RecordId));
    }

    #[test]
    fn a_client_is_asked_about_its_latest_connection() {
        let capture = play(greeted([], vec![Client(connect([])), Closed(Sender::Server)]));
        let why = why_last(&capture, ClientSlot(0)).expect("it is explained");
        assert_eq!((why.end, why.cause), (RecordId(5), Cause::SecondConnect));
        assert_eq!(why_last(&capture, ClientSlot(1)), None);
        let standing = play(greeted([], vec![]));
        assert_eq!(why_last(&standing, ClientSlot(0)), None);
    }

    #[test]
    fn a_capture_that_lost_its_beginning_accuses_nobody_of_what_it_cannot_know() {
        let mut capture = Capture::default();
        let (slot, connection) = (ClientSlot(0), ConnectionId(1));
        let bytes = encode(&publish("", QoS::AtMostOnce, 0, [Property::TopicAlias(1)]));
        let bytes = bytes.expect("it has a representation");
        capture.push_packet(Instant::START, slot, connection, Sender::Client, bytes);
        let close = LinkClose { by: None, was_open: true, code: None, reason: String::new() };
        let end = capture.push(Instant::START, slot, connection, Entry::Closed(close));
        let cause = why(&capture, end).map(|why| why.cause);
        assert_eq!(cause, Some(Cause::ClosedUnexplained));
    }

    /// A connection that the Server closes after these packets: how its CONNACK and its close are explained.
    fn refused(connect: &'static [u8], connack: &'static [u8]) -> [Option<Cause>; 2] {
        let mut capture = Capture::default();
        let (slot, connection) = (ClientSlot(0), ConnectionId(1));
        let mut push = |entry| capture.push(Instant::START, slot, connection, entry);
        push(Entry::Opened);
        push(Entry::Packet { sender: Sender::Client, bytes: Bytes::from_static(connect) });
        let said = push(Entry::Packet { sender: Sender::Server, bytes: connack.into() });
        let by = Some(Sender::Server);
        let close = LinkClose { by, was_open: true, code: None, reason: String::new() };
        let closed = push(Entry::Closed(close));
        [said, closed].map(|id| {
            let found = why(&capture, id);
            assert_eq!(has_why(&capture, id), found.is_some(), "{connect:02x?} {connack:02x?}");
            found.map(|why| why.cause)
        })
    }

    #[test]
    fn only_what_5_0_says_is_explained() {
        const OLD: &[u8] = b"\x10\x0D\0\x04MQTT\x04\x02\0\x3C\0\x01c";
        const NEW: &[u8] = b"\x10\x0E\0\x04MQTT\x05\x02\0\x3C\0\0\x01c";
        let refusal = Cause::Refused(ReasonCode::UnsupportedProtocolVersion, PacketType::ConnAck);
        let version = Cause::ClientBroken(ErrorKind::ProtocolVersion(4));
        for (connect, connack, expect) in [
            // A Server of 3.1.1 to a Client of 5.0, and the other way round.
            (NEW, &b"\x20\x02\0\x01"[..], Some(refusal)),
            (OLD, b"\x20\x03\0\x84\0", Some(version)),
            // Both speak 3.1.1, whose refusals and silent ends say nothing in the words of 5.0.
            (OLD, b"\x20\x02\0\x05", None),
        ] {
            assert_eq!(refused(connect, connack), [expect; 2], "{connect:02x?} {connack:02x?}");
        }
        assert_eq!(refused(OLD, b"\x20\x02\0\0"), [None, None]);
    }
}
