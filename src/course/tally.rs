//! How many packets a run took.

use std::collections::HashMap;

use crate::analysis::owes;
use crate::capture::{Capture, ClientSlot, Entry, Record, RecordId};
use crate::lab::Lab;
use crate::mqtt::{PacketId, PacketType, Sender};

/// Packets that the clients have sent since then, without keeping alive. An exchange that has begun counts whole: whether
/// its last acknowledgement passes in the moment in which the last step is met or in the next one makes no difference.
/// Clients that acknowledge by hand are not waited for.
pub fn packets_sent(lab: &Lab, since: RecordId) -> usize {
    count(lab.capture(), since, |client| {
        lab.client(client).is_some_and(|client| !client.acknowledges_by_hand())
    })
}

fn count(capture: &Capture, since: RecordId, acknowledges: impl Fn(ClientSlot) -> bool) -> usize {
    let (mut sent, mut awaited) = (0, HashMap::new());
    for record in capture.records().filter(|record| record.id >= since) {
        let is_sent = record.sender() == Some(Sender::Client);
        sent += usize::from(is_sent && record.packet_type() != Some(PacketType::PingReq));
        follow(record, &mut awaited);
    }
    awaited.retain(|(_, client, _), _| acknowledges(*client));
    sent + awaited.values().sum::<usize>()
}

/// Who publishes the message of an exchange, between the server and which client, under which Packet Identifier.
type Exchange = (Sender, ClientSlot, PacketId);

/// Keeps how many packets each exchange still asks of the client (sections 4.3.2 and 4.3.3).
fn follow(record: &Record, awaited: &mut HashMap<Exchange, usize>) {
    if matches!(record.entry, Entry::Closed(_)) {
        // What is left of them happens after a new connection, or never.
        awaited.retain(|(_, client, _), _| *client != record.client);
        return;
    }
    let (Some(sender), Some(packet), Some(id)) =
        (record.sender(), record.packet_type(), record.packet_id())
    else {
        return;
    };
    let publisher = match packet {
        PacketType::Publish | PacketType::PubRel => sender,
        PacketType::PubAck | PacketType::PubRec | PacketType::PubComp => sender.other(),
        _ => return,
    };
    // How many packets are still to come; the two sides send them in turn.
    let left = match owes(record).map(|(answer, _)| answer) {
        Some(PacketType::PubRec) => 3,
        Some(PacketType::PubRel) => 2,
        Some(PacketType::PubAck | PacketType::PubComp) => 1,
        _ => 0,
    };
    let of_client = match sender {
        Sender::Server => usize::div_ceil(left, 2),
        Sender::Client => left / 2,
    };
    awaited.insert((publisher, record.client, id), of_client);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capture::LinkClose;
    use crate::mqtt::{Ack, ConnectionId, Disconnect, Packet, Publish, QoS, ReasonCode, encode};
    use crate::time::Instant;

    /// What was counted after each entry.
    fn counts<const N: usize>(entries: [Entry; N]) -> [usize; N] {
        let mut capture = Capture::default();
        entries.map(|entry| {
            capture.push(Instant::START, ClientSlot(0), ConnectionId(1), entry);
            count(&capture, RecordId(0), |_| true)
        })
    }

    fn passed(sender: Sender, packet: Packet) -> Entry {
        let bytes = encode(&packet).expect("it can be written");
        Entry::Packet { sender, bytes }
    }

    fn publish(sender: Sender, qos: QoS) -> Entry {
        let packet_id = (qos != QoS::AtMostOnce).then_some(PacketId::MIN);
        let topic = "t".into();
        passed(sender, Packet::Publish(Publish { qos, packet_id, topic, ..Publish::default() }))
    }

    fn answer(sender: Sender, of: fn(Ack) -> Packet, reason_code: ReasonCode) -> Entry {
        let answer = Ack::new(PacketId::MIN, reason_code);
        passed(sender, of(answer))
    }

    #[test]
    fn an_exchange_counts_whole_from_its_first_packet_on() {
        use QoS::{AtLeastOnce, AtMostOnce, ExactlyOnce};
        use ReasonCode::{QuotaExceeded, Success};
        use Sender::{Client, Server};

        let received = [
            publish(Server, AtMostOnce),
            publish(Server, AtLeastOnce),
            answer(Client, Packet::PubAck, Success),
            publish(Server, ExactlyOnce),
            answer(Client, Packet::PubRec, Success),
            answer(Server, Packet::PubRel, Success),
            answer(Client, Packet::PubComp, Success),
        ];
        assert_eq!(counts(received), [0, 1, 1, 3, 3, 3, 3]);
        let sent = [
            publish(Client, AtMostOnce),
            publish(Client, AtLeastOnce),
            answer(Server, Packet::PubAck, Success),
            publish(Client, ExactlyOnce),
            answer(Server, Packet::PubRec, Success),
            answer(Client, Packet::PubRel, Success),
            answer(Server, Packet::PubComp, Success),
        ];
        assert_eq!(counts(sent), [1, 2, 2, 4, 4, 4, 4]);
        let refused = [publish(Client, ExactlyOnce), answer(Server, Packet::PubRec, QuotaExceeded)];
        assert_eq!(counts(refused), [2, 1]);
        let refuses = [publish(Server, ExactlyOnce), answer(Client, Packet::PubRec, QuotaExceeded)];
        assert_eq!(counts(refuses), [2, 1]);
    }

    #[test]
    fn what_a_lost_connection_left_open_is_not_awaited() {
        let lost = LinkClose { by: None, was_open: true, code: None, reason: String::new() };
        let entries = [
            publish(Sender::Server, QoS::ExactlyOnce),
            Entry::Closed(lost),
            publish(Sender::Server, QoS::ExactlyOnce),
            passed(Sender::Client, Packet::PingReq),
            passed(Sender::Client, Packet::Disconnect(Disconnect::new(ReasonCode::Success))),
        ];
        assert_eq!(counts(entries), [2, 0, 2, 2, 3]);
    }
}
