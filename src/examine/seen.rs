//! What a judge sees, and what it says.

use std::fmt::Write as _;

use super::script::{Client, Names};
use crate::capture::{Capture, Entry, Record, RecordId};
use crate::mqtt::{
    ConnAck, ConnectionId, Packet, PacketType, Properties, Property, Publish, ReasonCode, Sender,
    hex,
};
use crate::time::Instant;

/// What came of a probe.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    Conforms,
    Deviates,
    /// The broker says, or shows, that it does not have this.
    NotOffered,
    /// It could not be asked, or was not.
    NotExamined,
}

impl Outcome {
    pub const ALL: [Outcome; 4] =
        [Outcome::Deviates, Outcome::NotOffered, Outcome::NotExamined, Outcome::Conforms];

    /// Of what does as it should, or does not.
    pub fn of(conforms: bool) -> Outcome {
        match conforms {
            true => Outcome::Conforms,
            false => Outcome::Deviates,
        }
    }

    /// As reports write it.
    pub fn key(self) -> &'static str {
        match self {
            Outcome::Conforms => "conforms",
            Outcome::Deviates => "deviates",
            Outcome::NotOffered => "not_offered",
            Outcome::NotExamined => "not_examined",
        }
    }

    /// In English and in Japanese.
    pub fn words(self) -> [&'static str; 2] {
        match self {
            Outcome::Conforms => ["conforms", "適合"],
            Outcome::Deviates => ["deviates", "逸脱"],
            Outcome::NotOffered => ["not offered", "提供なし"],
            Outcome::NotExamined => ["not examined", "未検査"],
        }
    }
}

/// What a judge concludes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    pub outcome: Outcome,
    /// What the broker did, in the names and numbers of packets: the same in every language and every run.
    pub observed: String,
    /// The packets that show it.
    pub evidence: Vec<RecordId>,
}

impl Verdict {
    pub fn not_examined(observed: String, evidence: Vec<RecordId>) -> Verdict {
        Verdict { outcome: Outcome::NotExamined, observed, evidence }
    }

    pub fn not_offered(observed: String, evidence: Vec<RecordId>) -> Verdict {
        Verdict { outcome: Outcome::NotOffered, observed, evidence }
    }
}

/// A packet that a client received.
#[derive(Clone, Debug)]
pub struct Got {
    pub id: RecordId,
    pub connection: ConnectionId,
    pub at: Instant,
    pub packet: Packet,
}

/// The packets of one probe.
pub struct Seen<'a> {
    capture: &'a Capture,
    names: &'a Names,
}

impl<'a> Seen<'a> {
    pub fn new(capture: &'a Capture, names: &'a Names) -> Seen<'a> {
        Seen { capture, names }
    }

    pub fn capture(&self) -> &'a Capture {
        self.capture
    }

    pub fn topic(&self, topic: &str) -> String {
        self.names.topic(topic)
    }

    fn of(&self, client: Client) -> impl Iterator<Item = &'a Record> + use<'a> {
        self.capture.records().filter(move |record| record.client == client.slot())
    }

    /// The connections of a client, in order.
    fn connections(&self, client: Client) -> Vec<ConnectionId> {
        let mut all: Vec<_> = self.of(client).map(|record| record.connection).collect();
        all.dedup();
        all
    }

    /// What a client received and could read.
    pub fn received(&self, client: Client) -> Vec<Got> {
        let of_server = self.of(client).filter(|record| record.sender() == Some(Sender::Server));
        let got = of_server.filter_map(|record| {
            let (id, at, connection) = (record.id, record.at, record.connection);
            Some(Got { id, at, connection, packet: record.valid_packet()? })
        });
        got.collect()
    }

    /// The same on one of its connections, counted from 0.
    pub fn received_on(&self, client: Client, connection: usize) -> Vec<Got> {
        let connection = self.connections(client).get(connection).copied();
        let mut got = self.received(client);
        got.retain(|got| Some(got.connection) == connection);
        got
    }

    pub fn publishes(&self, client: Client) -> Vec<(RecordId, Publish)> {
        publishes(self.received(client))
    }

    pub fn publishes_on(&self, client: Client, connection: usize) -> Vec<(RecordId, Publish)> {
        publishes(self.received_on(client, connection))
    }

    /// The CONNACK on one of its connections.
    pub fn connack(&self, client: Client, connection: usize) -> Option<(RecordId, ConnAck)> {
        self.received_on(client, connection).into_iter().find_map(|got| match got.packet {
            Packet::ConnAck(connack) => Some((got.id, connack)),
            _ => None,
        })
    }

    /// Packets of one type, with their identifiers.
    pub fn of_type(&self, client: Client, packet: PacketType) -> Vec<Got> {
        let mut got = self.received(client);
        got.retain(|got| got.packet.packet_type() == packet);
        got
    }

    /// What the client itself sent.
    pub fn sent(&self, client: Client, packet: PacketType) -> Vec<RecordId> {
        let of_client = self.of(client).filter(|record| record.sender() == Some(Sender::Client));
        of_client
            .filter(|record| record.begun_type() == Some(packet))
            .map(|record| record.id)
            .collect()
    }

    /// Where the broker ended a connection.
    pub fn closed(&self, client: Client, connection: usize) -> Option<(RecordId, Instant)> {
        let connection = self.connections(client).get(connection).copied()?;
        let mut records = self.of(client).filter(|record| record.connection == connection);
        records.find(|record| is_end(record)).map(|record| (record.id, record.at))
    }

    fn last_connection(&self, client: Client) -> usize {
        self.connections(client).len().saturating_sub(1)
    }

    pub fn is_closed(&self, client: Client) -> bool {
        self.closed(client, self.last_connection(client)).is_some()
    }

    /// Whether everything that came to a client could be read.
    pub fn is_all_read(&self, client: Client) -> bool {
        let mut of_server =
            self.of(client).filter(|record| record.sender() == Some(Sender::Server));
        of_server.all(|record| record.valid_packet().is_some())
    }

    /// What came to a client after it was accepted, in short, without answers to PINGREQ.
    pub fn told(&self, client: Client) -> String {
        self.told_on(client, self.last_connection(client))
    }

    pub fn told_on(&self, client: Client, connection: usize) -> String {
        let id = self.connections(client).get(connection).copied();
        let mut told = Vec::new();
        for record in self.of(client).filter(|record| Some(record.connection) == id) {
            if is_end(record) {
                told.push("closed".to_owned());
            }
            if record.sender() != Some(Sender::Server) {
                continue;
            }
            match record.valid_packet() {
                Some(Packet::PingResp) => {}
                Some(Packet::ConnAck(connack)) if !connack.reason_code.is_error() => {}
                Some(packet) => told.push(self.brief(&packet)),
                None => {
                    let bytes = record.bytes();
                    told.push(format!("[{}]", hex(&bytes[..bytes.len().min(8)])));
                }
            }
        }
        listed(&told)
    }

    /// A packet in short, without the names that are new in every run.
    pub fn brief(&self, packet: &Packet) -> String {
        brief(packet).replace(&format!("{}/", self.names.prefix()), "")
    }

    /// Everything that came to a client or ended its connection, without answers to PINGREQ.
    pub fn evidence(&self, client: Client) -> Vec<RecordId> {
        let told = self.of(client).filter(|record| {
            let is_packet = record.sender() == Some(Sender::Server)
                && record.packet_type() != Some(PacketType::PingResp);
            is_packet || is_end(record)
        });
        told.map(|record| record.id).collect()
    }

    /// By what came to this client.
    pub fn judge(&self, client: Client, conforms: bool) -> Verdict {
        self.verdict(conforms, self.told(client), self.evidence(client))
    }

    pub fn verdict(
        &self,
        conforms: bool,
        observed: impl Into<String>,
        evidence: Vec<RecordId>,
    ) -> Verdict {
        Verdict { outcome: Outcome::of(conforms), observed: observed.into(), evidence }
    }

    pub fn not_offered(&self, observed: impl Into<String>, evidence: Vec<RecordId>) -> Verdict {
        Verdict::not_offered(observed.into(), evidence)
    }

    pub fn not_examined(&self, client: Client) -> Verdict {
        Verdict::not_examined(self.told(client), self.evidence(client))
    }

    /// Whether exactly these payloads came, in this order.
    pub fn payloads(&self, client: Client, expected: &[&str]) -> Verdict {
        self.messages(client, |publishes| payloads_are(publishes, expected))
    }

    /// Whether one message came that has these qualities.
    pub fn message(&self, client: Client, has: impl Fn(&Publish) -> bool) -> Verdict {
        self.messages(client, |publishes| matches!(publishes, [(_, publish)] if has(publish)))
    }

    /// By all the messages that came.
    pub fn messages(
        &self,
        client: Client,
        are_right: impl Fn(&[(RecordId, Publish)]) -> bool,
    ) -> Verdict {
        let publishes = self.publishes(client);
        let conforms = are_right(&publishes);
        let mut evidence = record_ids(&publishes);
        if evidence.is_empty() {
            evidence = self.evidence(client);
        }
        let publishes = publishes.into_iter().map(|(_, publish)| Packet::Publish(publish));
        let observed: Vec<_> = publishes.map(|packet| self.brief(&packet)).collect();
        self.verdict(conforms, listed(&observed), evidence)
    }

    /// Whether the first connection of a client was accepted.
    pub fn is_accepted(&self, client: Client) -> bool {
        self.connack(client, 0).is_some_and(|(_, connack)| !connack.reason_code.is_error())
    }

    /// Whether the broker ended the connection.
    pub fn refused(&self, client: Client) -> Verdict {
        self.judge(client, self.is_closed(client))
    }

    /// By the Reason Codes of the last acknowledgement of that type.
    pub fn codes(
        &self,
        client: Client,
        packet: PacketType,
        right: impl Fn(&[ReasonCode]) -> bool,
    ) -> Verdict {
        match self.of_type(client, packet).last() {
            Some(got) => self.verdict(
                right(got.packet.reason_codes()),
                self.brief(&got.packet),
                vec![got.id],
            ),
            None => self.judge(client, false),
        }
    }
}

/// Whether something other than the client ended the connection here.
fn is_end(record: &Record) -> bool {
    matches!(&record.entry, Entry::Closed(close) if close.by != Some(Sender::Client))
}

fn listed(observed: &[String]) -> String {
    match observed {
        [] => "–".to_owned(),
        observed => observed.join(", "),
    }
}

pub fn record_ids(publishes: &[(RecordId, Publish)]) -> Vec<RecordId> {
    publishes.iter().map(|(id, _)| *id).collect()
}

pub fn payloads_are(publishes: &[(RecordId, Publish)], expected: &[&str]) -> bool {
    publishes
        .iter()
        .map(|(_, publish)| &publish.payload[..])
        .eq(expected.iter().map(|p| p.as_bytes()))
}

fn publishes(got: Vec<Got>) -> Vec<(RecordId, Publish)> {
    let publish = |got: Got| match got.packet {
        Packet::Publish(publish) => Some((got.id, publish)),
        _ => None,
    };
    got.into_iter().filter_map(publish).collect()
}

/// A packet in names and numbers that are the same in every language.
pub fn brief(packet: &Packet) -> String {
    let mut out = packet.packet_type().name().to_owned();
    let code = |out: &mut String, code: ReasonCode| {
        let _ = write!(out, " 0x{:02X}", code.value());
    };
    match packet {
        Packet::ConnAck(connack) => {
            code(&mut out, connack.reason_code);
            if connack.session_present {
                out += " present";
            }
        }
        Packet::Publish(publish) => {
            let _ = write!(out, " q{}", publish.qos.bits());
            if publish.dup {
                out += " dup";
            }
            if publish.retain {
                out += " retain";
            }
            let _ = write!(out, " {}", &*publish.topic);
            let payload = String::from_utf8_lossy(&publish.payload);
            match payload.chars().count() {
                0 => {}
                length if length > 24 => {
                    let _ = write!(out, " ({} bytes)", publish.payload.len());
                }
                _ => {
                    let _ = write!(out, " {payload:?}");
                }
            }
            out += &properties(&publish.properties);
        }
        Packet::PubAck(ack) | Packet::PubRec(ack) | Packet::PubRel(ack) | Packet::PubComp(ack) => {
            code(&mut out, ack.reason_code);
        }
        Packet::SubAck(_) | Packet::UnsubAck(_) => {
            let codes = packet.reason_codes().iter().map(|code| format!("0x{:02X}", code.value()));
            let _ = write!(out, " [{}]", codes.collect::<Vec<_>>().join(" "));
        }
        Packet::Disconnect(disconnect) => code(&mut out, disconnect.reason_code),
        Packet::Auth(auth) => code(&mut out, auth.reason_code),
        _ => {}
    }
    out
}

/// Those of a message.
fn properties(properties: &Properties) -> String {
    let mut out = String::new();
    for property in properties {
        let _ = match property {
            Property::SubscriptionIdentifier(id) => write!(out, " id={id}"),
            Property::TopicAlias(alias) => write!(out, " alias={alias}"),
            // What is left of it depends on the moment.
            Property::MessageExpiryInterval(_) => write!(out, " expiry"),
            Property::PayloadFormatIndicator(value) => write!(out, " format={value}"),
            Property::ContentType(value) => write!(out, " type={}", &**value),
            Property::ResponseTopic(_) => write!(out, " response"),
            Property::CorrelationData(_) => write!(out, " correlation"),
            Property::UserProperty((name, value)) => write!(out, " {}={}", &**name, &**value),
            _ => Ok(()),
        };
    }
    out
}
