//! What the page shows of the broker's inside, as plain values joined from its snapshot.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::broker::{
    ClientId, ConnectionId, ConnectionPhase, ConnectionSnapshot, Message, Note, Presence,
    SessionSnapshot, Snapshot,
};
use crate::capture::ClientSlot;
use crate::lab::{Action, BenchClient, Lab};
use crate::link::{Fault, Line, Stop};
use crate::mqtt::{PacketType, ReasonCode, RetainHandling, Sender, Subscription};
use crate::time::Instant;

/// The broker as it is, without its history.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Inside {
    pub connections: Vec<(Option<ClientSlot>, ConnectionSnapshot)>,
    pub sessions: Vec<(Option<ClientSlot>, SessionSnapshot)>,
    pub retained: Vec<Arc<Message>>,
    pub timers: Vec<Timer>,
}

/// Something that will happen by itself.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timer {
    pub at: Instant,
    pub due: Due,
    /// Whose it is: a Client Identifier, or the topic of a retained message.
    pub whose: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Due {
    /// No CONNECT, or no end of authentication, in time.
    Connect,
    KeepAlive,
    MaximumConnectTime,
    SessionEnd,
    Will,
    /// The first of the waiting messages that expires.
    Queued,
    Retained,
}

impl Inside {
    pub fn of(lab: &Lab) -> Inside {
        let Snapshot { connections, sessions, retained, .. } = lab.in_tab().broker().snapshot();
        let mut timers: Vec<Timer> = connections.iter().flat_map(connection_timers).collect();
        timers.extend(sessions.iter().flat_map(session_timers));
        timers.extend(retained.iter().filter_map(|message| {
            let whose = message.topic.to_string();
            Some(Timer { at: message.expires_at?, due: Due::Retained, whose })
        }));
        timers.sort();
        let slot = |id: ConnectionId| lab.client_of(id).map(BenchClient::slot);
        let left = left_behind(lab);
        Inside {
            connections: connections.into_iter().map(|c| (slot(c.id), c)).collect(),
            sessions: sessions
                .into_iter()
                .map(|session| match session.presence {
                    Presence::Connected(id) => (slot(id), session),
                    Presence::Absent { .. } => (left.get(&*session.client_id).copied(), session),
                })
                .collect(),
            retained,
            timers,
        }
    }

    pub fn connection(
        &self,
        id: ConnectionId,
    ) -> Option<&(Option<ClientSlot>, ConnectionSnapshot)> {
        self.connections.iter().find(|(_, connection)| connection.id == id)
    }

    pub fn session(&self, client_id: &str) -> Option<&(Option<ClientSlot>, SessionSnapshot)> {
        self.sessions.iter().find(|(_, session)| &*session.client_id == client_id)
    }
}

/// Which client on the bench keeps the other half of a Session that is not connected.
fn left_behind(lab: &Lab) -> BTreeMap<String, ClientSlot> {
    let stored = lab.clients().iter().flat_map(|client| {
        let stored = client.client().snapshot().stored.into_iter();
        stored.map(|stored| (stored.session.client_id.into(), client.slot()))
    });
    stored.collect()
}

/// The clients on the bench by the Client Identifier under which the broker knows them.
pub fn by_client_id(lab: &Lab) -> BTreeMap<String, ClientSlot> {
    let mut clients = left_behind(lab);
    for session in lab.in_tab().broker().snapshot().sessions {
        if let Presence::Connected(id) = session.presence
            && let Some(client) = lab.client_of(id)
        {
            clients.insert(session.client_id.to_string(), client.slot());
        }
    }
    clients
}

fn connection_timers(connection: &ConnectionSnapshot) -> Vec<Timer> {
    let timer = |at, due, whose: &str| Timer { at, due, whose: whose.to_owned() };
    match &connection.phase {
        ConnectionPhase::AwaitingConnect { give_up_at } => {
            vec![timer(*give_up_at, Due::Connect, "")]
        }
        ConnectionPhase::Authenticating { client_id, give_up_at, .. } => {
            vec![timer(*give_up_at, Due::Connect, client_id)]
        }
        ConnectionPhase::Connected(connected) => [
            connected.keep_alive_ends_at.map(|at| (at, Due::KeepAlive)),
            connected.ends_at.map(|at| (at, Due::MaximumConnectTime)),
        ]
        .into_iter()
        .flatten()
        .map(|(at, due)| timer(at, due, &connected.client_id))
        .collect(),
    }
}

fn session_timers(session: &SessionSnapshot) -> Vec<Timer> {
    let (ends_at, will_at) = match session.presence {
        Presence::Connected(_) => (None, None),
        Presence::Absent { ends_at, will_at, .. } => (ends_at, will_at),
    };
    let queued = session.queue.iter().filter_map(|delivery| delivery.message.expires_at).min();
    [(ends_at, Due::SessionEnd), (will_at, Due::Will), (queued, Due::Queued)]
        .into_iter()
        .filter_map(|(at, due)| Some(Timer { at: at?, due, whose: session.client_id.to_string() }))
        .collect()
}

/// What the broker did last, newest first.
pub fn recent(lab: &Lab) -> Vec<Arc<Note>> {
    let mut recent = lab.in_tab().broker().snapshot().recent;
    recent.reverse();
    recent
}

/// The Session of a Client Identifier, by a short name where there is none yet.
pub fn client_name(client_id: Option<&ClientId>) -> &str {
    client_id.map_or("–", |client_id| client_id)
}

/// What a subscription asks for beside its filter, in the specification's words.
pub fn options(options: &Subscription, identifier: Option<u32>) -> Vec<String> {
    let mut words = vec![format!("QoS {}", options.qos.bits())];
    words.extend(identifier.map(|id| format!("Subscription Identifier {id}")));
    words.extend(options.no_local.then(|| "No Local".to_owned()));
    words.extend(options.retain_as_published.then(|| "Retain As Published".to_owned()));
    words.extend(
        (options.retain_handling != RetainHandling::Send)
            .then(|| format!("Retain Handling {}", options.retain_handling as u8)),
    );
    words
}

/// Every Reason Code with which a Server may end a connection.
pub fn disconnect_codes() -> impl Iterator<Item = ReasonCode> {
    let may = |code: &ReasonCode| code.allowed_in(PacketType::Disconnect, Some(Sender::Server));
    ReasonCode::ALL.iter().copied().filter(may)
}

/// The packets that can be stopped, by which end sends them.
pub fn stoppable(from: Sender) -> impl Iterator<Item = PacketType> {
    PacketType::ALL.into_iter().filter(move |packet| packet.sent_by(from))
}

/// One way of a client's line, as it is now.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WayState {
    pub is_paused: bool,
    pub is_byte_by_byte: bool,
    pub stops: Vec<Stop>,
    /// Packets held back, by type, with how many of each.
    pub held: Vec<(PacketType, usize)>,
    pub waiting: usize,
    pub dropped: u64,
}

impl WayState {
    pub fn of(line: Option<&Line>, from: Sender) -> WayState {
        let Some(way) = line.map(|line| line.way(from)) else { return WayState::default() };
        let mut held: Vec<(PacketType, usize)> = Vec::new();
        for packet in way.held() {
            match held.iter_mut().find(|(other, _)| *other == packet) {
                Some((_, count)) => *count += 1,
                None => held.push((packet, 1)),
            }
        }
        WayState {
            is_paused: way.is_paused(),
            is_byte_by_byte: way.is_byte_by_byte(),
            stops: way.stops().to_vec(),
            held,
            waiting: way.waiting(),
            dropped: way.dropped(),
        }
    }

    /// The packet types that can be let go again.
    pub fn releasable(&self) -> Vec<PacketType> {
        let stopped = self.stops.iter().map(|stop| stop.packet);
        let mut packets: Vec<_> = self.held.iter().map(|(packet, _)| *packet).collect();
        packets.extend(stopped);
        packets.sort_by_key(|packet| packet.value());
        packets.dedup();
        packets
    }
}

/// How many clients have a line on which something is broken.
pub fn broken_lines(lab: &Lab) -> usize {
    let slots = lab.clients().iter().map(BenchClient::slot);
    slots.filter(|slot| lab.in_tab().line(*slot).is_some_and(Line::is_faulty)).count()
}

/// Everything that mends what is broken.
pub fn mend() -> Action {
    Action::Fault(Fault::Mend)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::lab::Act;
    use crate::link::{Fate, Scope, Target};
    use crate::mqtt::{Connect, Property, Publish, Will};

    const A: ClientSlot = ClientSlot(0);

    fn lab() -> (Lab, Instant) {
        let mut lab = Lab::new(Target::InTab, false, [7; 32]);
        lab.set_up(["publisher"], Instant::START);
        (lab, Instant::START)
    }

    fn act(lab: &mut Lab, now: &mut Instant, action: Action) {
        lab.act(Act { client: A, action }, *now).expect("the bench allows it");
        *now = *now + Duration::from_millis(100);
        lab.advance(*now);
    }

    fn connect() -> Action {
        Action::Connect(Box::new(Connect {
            client_id: "a".into(),
            keep_alive: 10,
            properties: vec![Property::SessionExpiryInterval(60)].into(),
            will: Some(Will {
                topic: "a/gone".into(),
                properties: vec![Property::WillDelayInterval(5)].into(),
                ..Will::default()
            }),
            ..Connect::default()
        }))
    }

    #[test]
    fn what_will_happen_by_itself_is_listed_in_order() {
        let (mut lab, mut now) = lab();
        act(&mut lab, &mut now, connect());
        let publish = Publish {
            topic: "t".into(),
            retain: true,
            payload: "42".into(),
            properties: vec![Property::MessageExpiryInterval(30)].into(),
            ..Publish::default()
        };
        act(&mut lab, &mut now, Action::Publish(publish));
        let due = |lab: &Lab| {
            let timers = Inside::of(lab).timers;
            assert!(timers.is_sorted());
            timers.into_iter().map(|timer| timer.due).collect::<Vec<_>>()
        };
        assert_eq!(due(&lab), [Due::KeepAlive, Due::Retained]);
        act(&mut lab, &mut now, Action::Cut);
        assert_eq!(due(&lab), [Due::Will, Due::Retained, Due::SessionEnd]);
        let next = Inside::of(&lab).timers.first().map(|timer| timer.at);
        assert_eq!(next, lab.in_tab().broker().next_timeout());
    }

    #[test]
    fn a_session_keeps_the_letter_of_its_client() {
        let (mut lab, mut now) = lab();
        act(&mut lab, &mut now, connect());
        let inside = Inside::of(&lab);
        assert_eq!(inside.connections[0].0, Some(A));
        assert_eq!(inside.session("a").map(|(slot, _)| *slot), Some(Some(A)));
        assert_eq!(by_client_id(&lab).get("a"), Some(&A));
        act(&mut lab, &mut now, Action::Cut);
        assert_eq!(Inside::of(&lab).session("a").map(|(slot, _)| *slot), Some(Some(A)));
        assert_eq!(by_client_id(&lab).get("a"), Some(&A));
    }

    #[test]
    fn a_way_tells_what_is_stopped_and_what_can_be_let_go() {
        let (mut lab, mut now) = lab();
        act(&mut lab, &mut now, connect());
        let (from, scope) = (Sender::Server, Scope::Next);
        for packet in [PacketType::PingResp, PacketType::PubAck] {
            let fault = Fault::Stop { from, packet, fate: Fate::Held, scope };
            act(&mut lab, &mut now, Action::Fault(fault));
        }
        act(&mut lab, &mut now, Action::Ping);
        let way = WayState::of(lab.in_tab().line(A), from);
        assert_eq!(way.held, [(PacketType::PingResp, 1)]);
        assert_eq!(way.stops.len(), 1);
        assert_eq!(way.releasable(), [PacketType::PubAck, PacketType::PingResp]);
        assert_eq!(broken_lines(&lab), 1);
        act(&mut lab, &mut now, mend());
        assert_eq!(
            (broken_lines(&lab), WayState::of(lab.in_tab().line(A), from).held.len()),
            (0, 0)
        );
    }

    #[test]
    fn codes_and_packets_to_choose_from_are_those_the_specification_allows() {
        assert!(disconnect_codes().all(|code| code.is_error()));
        assert_eq!(disconnect_codes().count(), 28);
        for (from, count) in [(Sender::Client, 11), (Sender::Server, 11)] {
            assert_eq!(stoppable(from).count(), count, "{from:?}");
        }
    }
}
