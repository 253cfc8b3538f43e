//! What a panel shows of its client, as plain values.

use crate::analysis::answer_to;
use crate::capture::{Capture, ClientSlot, RecordId};
use crate::lab::Problem;
use crate::language::Strings;
use crate::mqtt::{PacketType, ReasonCode, Sender};
use crate::ui::forms::FormKind;
use crate::ui::lamp::Lamp;

/// How long a client's name, and that of a set-up, may be.
pub const LONGEST_NAME: usize = 40;

impl Lamp {
    /// Why this form cannot be sent now; `None` when it can.
    pub fn forbids(self, form: FormKind, strings: &Strings) -> Option<&'static str> {
        match (self, form) {
            (Lamp::Offline | Lamp::Failed, FormKind::Connect) => None,
            (Lamp::Offline | Lamp::Failed, _) => Some(strings.panel_connect_first()),
            (Lamp::Connecting, FormKind::Connect) => Some(strings.panel_connecting_already()),
            // Before CONNACK a Client may already send DISCONNECT; packets that need the Server's limits
            // wait for them here.
            (Lamp::Connecting, FormKind::Disconnect) => None,
            (Lamp::Connecting, _) => Some(strings.panel_awaiting_connack()),
            (Lamp::Connected, FormKind::Connect) => Some(strings.panel_connected_already()),
            (Lamp::Connected, _) => None,
            (Lamp::Closing, _) => Some(strings.panel_closing_wait()),
        }
    }
}

/// Whether a problem is a failure to reach CONNACK, for which there are things to try.
pub fn is_connect_failure(problem: &Problem) -> bool {
    matches!(problem, Problem::ConnectFailed { .. })
}

/// A packet that the learner sent, and what came back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exchange {
    pub sent: RecordId,
    pub answer: Option<Answer>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    pub record: RecordId,
    pub packet: PacketType,
    pub reason_codes: Vec<ReasonCode>,
}

impl Exchange {
    /// The first packet of that type which `client` sent from `since` on.
    pub fn find(
        capture: &Capture,
        client: ClientSlot,
        packet: PacketType,
        since: RecordId,
    ) -> Option<Exchange> {
        let start = capture.position(since)?;
        let mut records = (start..capture.len()).filter_map(|position| capture.at(position));
        let sent = records.find(|record| {
            record.client == client
                && record.sender() == Some(Sender::Client)
                && record.packet_type() == Some(packet)
        })?;
        let answer = answer_to(capture, sent.id).and_then(|record| {
            let reason_codes = record.valid_packet()?.reason_codes().to_vec();
            Some(Answer { record: record.id, packet: record.packet_type()?, reason_codes })
        });
        Some(Exchange { sent: sent.id, answer })
    }
}

impl Answer {
    /// `0x01 Granted QoS 1`, one for each code.
    pub fn words(&self) -> String {
        let word = |code: &ReasonCode| code.in_words(self.packet);
        self.reason_codes.iter().map(word).collect::<Vec<_>>().join(", ")
    }

    pub fn is_error(&self) -> bool {
        self.reason_codes.iter().any(|code| code.is_error())
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;
    use crate::mqtt::ConnectionId;
    use crate::time::Instant;

    #[test]
    fn an_exchange_is_found_with_its_answer() {
        let mut capture = Capture::default();
        let (a, b) = (ClientSlot(0), ClientSlot(1));
        let mut push = |client, sender, bytes: &'static [u8]| {
            let connection = ConnectionId(u32::from(client == b));
            let bytes = Bytes::from_static(bytes);
            capture.push_packet(Instant::START, client, connection, sender, bytes)
        };
        // SUBSCRIBE 1 "a", for both clients; only B is answered, with Granted QoS 1.
        const SUBSCRIBE: &[u8] = &[0x82, 7, 0, 1, 0, 0, 1, b'a', 1];
        let earlier = push(b, Sender::Client, SUBSCRIBE);
        let since = push(a, Sender::Client, SUBSCRIBE);
        let sent = push(b, Sender::Client, SUBSCRIBE);
        let answer = push(b, Sender::Server, &[0x90, 4, 0, 1, 0, 1]);

        let subscribe = PacketType::Subscribe;
        let found = Exchange::find(&capture, b, subscribe, since).expect("it was sent");
        assert_eq!(found.sent, sent);
        let answered = found.answer.expect("it was answered");
        assert_eq!((answered.record, answered.words()), (answer, "0x01 Granted QoS 1".to_owned()));
        assert!(!answered.is_error());

        let alone = Exchange::find(&capture, a, subscribe, earlier).expect("it was sent");
        assert_eq!((alone.sent, alone.answer), (since, None));
        assert_eq!(Exchange::find(&capture, a, PacketType::Publish, earlier), None);
        assert_eq!(Exchange::find(&capture, b, subscribe, capture.next_id()), None);
    }
}
