//! A client's connections one after the other, as its CONNECT, CONNACK and DISCONNECT packets say.

use std::time::Duration;

use crate::analysis::answer_to;
use crate::capture::{ClientSlot, Entry, RecordId};
use crate::course::{Evidence, Finding, Unmet};
use crate::mqtt::{ConnAck, Connect, ConnectionId, Disconnect, Packet, PacketType, PropertyId};

/// One Network Connection on which CONNECT was sent.
#[derive(Clone, Debug, PartialEq)]
pub struct Connection {
    pub id: ConnectionId,
    pub connect: (RecordId, Connect),
    pub connack: Option<(RecordId, ConnAck)>,
    /// The client's own DISCONNECT.
    pub disconnect: Option<(RecordId, Disconnect)>,
    /// Where it ended: at a DISCONNECT of either side, or at the close of the Network Connection.
    pub end: Option<RecordId>,
}

impl Connection {
    /// The interval that holds after this connection, in seconds: what the Client asked for, unless the
    /// Server said otherwise, unless the DISCONNECT did (§3.1.2.11.2, §3.2.2.3.2, §3.14.2.2.2).
    pub fn session_expiry_interval(&self) -> u32 {
        let asked = self.connect.1.properties.session_expiry_interval();
        let granted =
            self.connack.as_ref().and_then(|(_, c)| c.properties.session_expiry_interval());
        let at_end =
            self.disconnect.as_ref().and_then(|(_, d)| d.properties.session_expiry_interval());
        at_end.or(granted).or(asked).unwrap_or(0)
    }

    /// Session Present of an accepted connection.
    pub fn session_present(&self) -> Option<bool> {
        let (_, connack) = self.connack.as_ref()?;
        (!connack.reason_code.is_error()).then_some(connack.session_present)
    }

    /// A Session was to be left: the interval in force is above 0. `wanted` is what the step asks for.
    pub fn leaves_session(&self, wanted: u32) -> Result<u32, Finding> {
        let name = PropertyId::SessionExpiryInterval.name();
        match (self.session_expiry_interval(), &self.connect.1.properties) {
            (0, properties) if properties.session_expiry_interval().is_none() => {
                Err(Finding::absent(name))
            }
            (0, _) => Err(Finding::differs(name, 0, wanted)),
            (interval, _) => Ok(interval),
        }
    }

    /// Asks for the Session that `before` left: Clean Start 0, and the same Client Identifier.
    pub fn asks_for_session_of(&self, before: &Connection) -> Result<(), Unmet> {
        let (by, connect) = &self.connect;
        let (found, wanted) = (&connect.client_id, &before.connect.1.client_id);
        Finding::unless_equal("Clean Start", u8::from(connect.clean_start), 0)
            .and_then(|()| Finding::unless_equal("Client Identifier", found, wanted))
            .map_err(|finding| Unmet::by(*by, finding))
    }

    /// CONNECT and CONNACK.
    pub fn handshake(&self) -> Vec<RecordId> {
        let connack = self.connack.iter().map(|(id, _)| *id);
        [self.connect.0].into_iter().chain(connack).collect()
    }
}

/// Oldest first.
pub fn connections(evidence: &Evidence, client: ClientSlot) -> Vec<Connection> {
    let mut all = Vec::new();
    for record in evidence.sent(client, PacketType::Connect) {
        let Some(Packet::Connect(connect)) = record.valid_packet() else { continue };
        let connack = answer_to(evidence.capture, record.id).and_then(|answer| {
            match answer.valid_packet()? {
                Packet::ConnAck(connack) => Some((answer.id, connack)),
                _ => None,
            }
        });
        let mut ends = evidence.sent(client, PacketType::Disconnect);
        let disconnect = ends.find(|end| end.connection == record.connection).and_then(|end| {
            match end.valid_packet()? {
                Packet::Disconnect(disconnect) => Some((end.id, disconnect)),
                _ => None,
            }
        });
        let mut following = evidence.capture.following(record.id);
        let end = following.find(|later| {
            later.connection == record.connection
                && (matches!(later.entry, Entry::Closed(_))
                    || later.packet_type() == Some(PacketType::Disconnect))
        });
        let (connect, end) = ((record.id, *connect), end.map(|end| end.id));
        all.push(Connection { id: record.connection, connect, connack, disconnect, end });
    }
    all
}

/// Those that the Server accepted, oldest first.
pub fn accepted(evidence: &Evidence, client: ClientSlot) -> Vec<Connection> {
    let mut all = connections(evidence, client);
    all.retain(|connection| connection.session_present().is_some());
    all
}

/// The latest time away: the accepted connection that ended, and the one that came back, if there is one.
/// Sessions belong to Client Identifiers, so it is the latest before it with the same one; without such, the
/// latest of all, from which it then differs.
pub fn latest_absence(
    evidence: &Evidence,
    client: ClientSlot,
) -> Option<(Connection, Option<Connection>)> {
    let mut all = accepted(evidence, client);
    let last = all.pop()?;
    if last.end.is_some() {
        return Some((last, None));
    }
    let has_its_name = |it: &Connection| it.connect.1.client_id == last.connect.1.client_id;
    let before = all.iter().rfind(|it| has_its_name(it)).or(all.last()).cloned();
    before.map(|before| (before, Some(last)))
}

/// The CONNECT with which the Session of that connection began: its own, or that of an earlier connection
/// whose Session it resumed.
pub fn session_began(evidence: &Evidence, client: ClientSlot, connection: &Connection) -> RecordId {
    let (at, connect) = &connection.connect;
    let mut until = accepted(evidence, client)
        .into_iter()
        .rev()
        .filter(|other| other.connect.0 <= *at && other.connect.1.client_id == connect.client_id);
    let began = until.find(|other| other.session_present() == Some(false));
    began.map_or(*at, |began| began.connect.0)
}

/// The latest connection whose CONNECT is among these records.
pub fn connection_among(
    evidence: &Evidence,
    client: ClientSlot,
    records: &[RecordId],
) -> Option<Connection> {
    connections(evidence, client).into_iter().rfind(|it| records.contains(&it.connect.0))
}

/// How long after one record the other passed.
pub fn time_between(evidence: &Evidence, earlier: RecordId, later: RecordId) -> Duration {
    let at = |id| evidence.capture.get(id).map(|record| record.at);
    at(later).zip(at(earlier)).map_or(Duration::ZERO, |(later, earlier)| later.since(earlier))
}
