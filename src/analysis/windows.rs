//! The in-flight window of each connection and direction (§4.9), as the packets tell it.

use std::collections::VecDeque;

use crate::capture::{ClientSlot, Entry, Record, RecordId};
use crate::delivery::Quota;
use crate::mqtt::{ConnectionId, Packet, PacketId, PacketType, QoS, Sender};

/// One direction of one accepted connection.
#[derive(Clone, Debug, PartialEq)]
pub struct Window {
    pub client: ClientSlot,
    pub connection: ConnectionId,
    /// Whose messages it holds.
    pub sender: Sender,
    /// The receiver's Receive Maximum.
    pub maximum: u16,
    /// The packet that states it: CONNECT for messages from the Server, CONNACK for those to it.
    pub stated_in: RecordId,
    /// Whether it is stated there; if it is not, 65,535 holds.
    pub is_stated: bool,
    /// What is in flight, oldest first; at the end of the connection for one that is over.
    pub slots: Vec<InFlight>,
    /// The most there ever was in flight at once.
    pub peak: usize,
    /// The PUBLISH that reached this peak first.
    pub peak_at: Option<RecordId>,
    /// The first PUBLISH beyond the maximum.
    pub overrun_at: Option<RecordId>,
    /// Messages completely acknowledged.
    pub finished: usize,
    /// Messages of QoS 0, which need no slot.
    pub qos_0: usize,
    /// The latest of the finished messages, oldest first.
    pub latest_finished: VecDeque<RecordId>,
    /// The latest packet that changed any of this.
    pub touched: RecordId,
    /// Whether the connection is still open.
    pub is_open: bool,
}

/// A message above QoS 0 that is not completely acknowledged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InFlight {
    pub packet_id: PacketId,
    pub publish: RecordId,
    /// How far its exchange is: PUBLISH, and for QoS 2 PUBREC and PUBREL.
    pub reached: PacketType,
}

impl Window {
    fn publish(&mut self, record: &Record, packet_id: PacketId) {
        // Sent again on the same connection it still has the slot of the first time.
        if self.slots.iter().any(|slot| slot.packet_id == packet_id) {
            return;
        }
        let reached = PacketType::Publish;
        self.slots.push(InFlight { packet_id, publish: record.id, reached });
        if self.slots.len() > self.peak {
            self.peak = self.slots.len();
            self.peak_at = Some(record.id);
        }
        if self.slots.len() > usize::from(self.maximum) {
            self.overrun_at = self.overrun_at.or(Some(record.id));
        }
    }

    fn finish(&mut self, packet_id: PacketId) {
        let Some(at) = self.slots.iter().position(|slot| slot.packet_id == packet_id) else {
            return;
        };
        let done = self.slots.remove(at);
        self.finished += 1;
        if self.latest_finished.len() == FINISHED_KEPT {
            self.latest_finished.pop_front();
        }
        self.latest_finished.push_back(done.publish);
    }

    fn reach(&mut self, packet_id: PacketId, reached: PacketType) {
        if let Some(slot) = self.slots.iter_mut().find(|slot| slot.packet_id == packet_id) {
            slot.reached = reached;
        }
    }
}

/// The windows of accepted connections, two each, in the order of their CONNACKs: first the one for messages
/// from the Server, then the one for messages to it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Windows {
    all: Vec<Window>,
    /// The Receive Maximum of each CONNECT that has no CONNACK yet.
    asked: Vec<(ConnectionId, RecordId, Option<u16>)>,
    /// Whether a client's new connection takes the place of those it had before.
    keeps_latest: bool,
}

impl Windows {
    /// Of each client only the latest connection.
    pub fn of_latest() -> Windows {
        Windows { keeps_latest: true, ..Windows::default() }
    }

    /// Reads one more record; they come in their order.
    pub fn read(&mut self, record: &Record) {
        let connection = record.connection;
        let (Some(packet), Some(sender)) = (record.packet_type(), record.sender()) else {
            let windows = self.all.iter_mut().filter(|window| window.connection == connection);
            match record.entry {
                Entry::Closed(_) => {
                    self.asked.retain(|(of, ..)| *of != connection);
                    for window in windows {
                        window.is_open = false;
                        window.touched = record.id;
                    }
                }
                // What became of these messages is not known, so nothing is said of them.
                Entry::Missing(_) => {
                    for window in windows {
                        window.slots.clear();
                        window.touched = record.id;
                    }
                }
                _ => {}
            }
            return;
        };
        match packet {
            PacketType::Connect => {
                if let Some(Packet::Connect(connect)) = record.valid_packet() {
                    self.asked.push((connection, record.id, connect.properties.receive_maximum()));
                }
            }
            PacketType::ConnAck => self.accept(record),
            _ => {
                // What acknowledges goes against the way of the message.
                let of = match packet {
                    PacketType::Publish | PacketType::PubRel => sender,
                    _ if sender == Sender::Client => Sender::Server,
                    _ => Sender::Client,
                };
                let found = self
                    .all
                    .iter_mut()
                    .rfind(|window| window.connection == connection && window.sender == of);
                if let Some(window) = found {
                    note(window, record, packet);
                }
            }
        }
    }

    pub fn all(&self) -> &[Window] {
        &self.all
    }

    fn accept(&mut self, record: &Record) {
        let Some(Packet::ConnAck(connack)) = record.valid_packet() else { return };
        let Some(at) = self.asked.iter().position(|(of, ..)| *of == record.connection) else {
            return;
        };
        let (_, connect, towards_client) = self.asked.swap_remove(at);
        if connack.reason_code.is_error() {
            return;
        }
        if self.keeps_latest {
            self.all.retain(|window| window.client != record.client);
        }
        let towards_server = connack.properties.receive_maximum();
        self.all.push(empty(record, Sender::Server, connect, towards_client));
        self.all.push(empty(record, Sender::Client, record.id, towards_server));
    }
}

/// The windows of every accepted connection, see [`Windows`].
pub fn windows<'a>(records: impl Iterator<Item = &'a Record>) -> Vec<Window> {
    let mut windows = Windows::default();
    records.for_each(|record| windows.read(record));
    windows.all
}

fn note(window: &mut Window, record: &Record, packet: PacketType) {
    if packet == PacketType::Publish && record.qos() == Some(QoS::AtMostOnce) {
        window.qos_0 += 1;
        window.touched = record.id;
        return;
    }
    let Some(packet_id) = record.packet_id() else { return };
    window.touched = record.id;
    let refuses = record.ack_reason_code().is_some_and(|code| code >= 0x80);
    match packet {
        PacketType::Publish => window.publish(record, packet_id),
        PacketType::PubAck | PacketType::PubComp => window.finish(packet_id),
        PacketType::PubRec if refuses => window.finish(packet_id),
        PacketType::PubRec | PacketType::PubRel => window.reach(packet_id, packet),
        _ => {}
    }
}

fn empty(connack: &Record, sender: Sender, stated_in: RecordId, maximum: Option<u16>) -> Window {
    Window {
        client: connack.client,
        connection: connack.connection,
        sender,
        maximum: maximum.unwrap_or(Quota::DEFAULT_MAXIMUM),
        stated_in,
        is_stated: maximum.is_some(),
        slots: Vec::new(),
        peak: 0,
        peak_at: None,
        overrun_at: None,
        finished: 0,
        qos_0: 0,
        latest_finished: VecDeque::new(),
        touched: connack.id,
        is_open: true,
    }
}

/// Finished messages that are kept by name.
const FINISHED_KEPT: usize = 6;

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;
    use crate::capture::Capture;
    use crate::mqtt::{ConnAck, Connect, Properties, Property, ReasonCode, encode};
    use crate::time::Instant;

    const ONE: ConnectionId = ConnectionId(1);

    fn push(capture: &mut Capture, sender: Sender, bytes: Bytes) -> RecordId {
        let entry = Entry::Packet { sender, bytes };
        capture.push(Instant::START, ClientSlot(0), ONE, entry)
    }

    fn accepted(receive_maximum: u16) -> Capture {
        let mut capture = Capture::default();
        let properties: Properties = [Property::ReceiveMaximum(receive_maximum)].into();
        let connect = Connect { properties, ..Connect::default() };
        let connect = encode(&Packet::Connect(Box::new(connect))).expect("it is valid");
        push(&mut capture, Sender::Client, connect);
        let reason_code = ReasonCode::Success;
        let connack =
            ConnAck { session_present: false, reason_code, properties: Properties::default() };
        let connack = encode(&Packet::ConnAck(connack)).expect("it is valid");
        push(&mut capture, Sender::Server, connack);
        capture
    }

    fn to_client(capture: &Capture) -> Window {
        let all = windows(capture.records());
        all.into_iter().find(|window| window.sender == Sender::Server).expect("it is accepted")
    }

    #[test]
    fn each_direction_has_the_maximum_of_its_receiver() {
        let all = windows(accepted(2).records());
        let maxima: Vec<_> = all.iter().map(|w| (w.sender, w.maximum, w.is_stated)).collect();
        assert_eq!(maxima, [(Sender::Server, 2, true), (Sender::Client, u16::MAX, false)]);
    }

    #[test]
    fn a_slot_of_qos_2_is_free_at_pubcomp() {
        let mut capture = accepted(1);
        let publish = Bytes::from_static(b"\x34\x06\x00\x01a\x00\x07\x00");
        let first = push(&mut capture, Sender::Server, publish);
        let mut seen = vec![to_client(&capture).slots];
        for (sender, first_byte) in
            [(Sender::Client, 0x50), (Sender::Server, 0x62), (Sender::Client, 0x70)]
        {
            push(&mut capture, sender, Bytes::from(vec![first_byte, 2, 0, 7]));
            seen.push(to_client(&capture).slots);
        }
        let reached: Vec<_> = seen.iter().map(|slots| slots.first().map(|s| s.reached)).collect();
        let expect = [PacketType::Publish, PacketType::PubRec, PacketType::PubRel];
        assert_eq!(reached[..3], expect.map(Some));
        assert_eq!(reached[3], None);
        let window = to_client(&capture);
        assert_eq!((window.finished, window.peak, window.peak_at), (1, 1, Some(first)));
    }

    #[test]
    fn a_new_connection_takes_the_place_of_the_one_before() {
        let capture = accepted(2);
        let mut windows = Windows::of_latest();
        for _ in 0..2 {
            capture.records().for_each(|record| windows.read(record));
        }
        assert_eq!(windows.all().len(), 2);
        assert_eq!(windows.asked, []);
    }

    #[test]
    fn a_refusal_in_pubrec_frees_the_slot_too() {
        let mut capture = accepted(1);
        push(&mut capture, Sender::Server, Bytes::from_static(b"\x34\x06\x00\x01a\x00\x07\x00"));
        push(&mut capture, Sender::Client, Bytes::from_static(b"\x50\x03\x00\x07\x83"));
        assert_eq!(to_client(&capture).slots, []);
    }

    #[test]
    fn one_beyond_the_maximum_is_named_and_qos_0_is_not_counted() {
        let mut capture = accepted(1);
        push(&mut capture, Sender::Server, Bytes::from_static(b"\x30\x04\x00\x01a\x00"));
        push(&mut capture, Sender::Server, Bytes::from_static(b"\x32\x06\x00\x01a\x00\x01\x00"));
        assert_eq!(to_client(&capture).overrun_at, None);
        let second = Bytes::from_static(b"\x32\x06\x00\x01a\x00\x02\x00");
        let second = push(&mut capture, Sender::Server, second);
        let window = to_client(&capture);
        assert_eq!((window.overrun_at, window.peak, window.qos_0), (Some(second), 2, 1));
        // The same number again, with DUP, is the same message.
        push(&mut capture, Sender::Server, Bytes::from_static(b"\x3a\x06\x00\x01a\x00\x02\x00"));
        assert_eq!(to_client(&capture).peak, 2);
    }
}
