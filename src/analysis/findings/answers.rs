//! Requests without an answer, answers without a request, and messages that were sent again.

use std::collections::{HashMap, HashSet, VecDeque};
use std::rc::Rc;
use std::time::Duration;

use super::line::Line;
use super::{Book, Kind, Passing, Where};
use crate::analysis::exchange::is_answer;
use crate::analysis::joins::owes;
use crate::capture::{LinkClose, Record, RecordId};
use crate::mqtt::{Packet, PacketId, PacketType, QoS, Sender, Text};
use crate::time::Instant;

/// How long the other side has for an answer while the connection stays open.
pub(super) const PATIENCE: Duration = Duration::from_secs(5);

/// What a request waits for: which packet, of whom.
type Owed = (PacketType, Sender);

/// A packet that is owed an answer.
#[derive(Clone, Debug)]
pub(super) struct Asked {
    pub record: RecordId,
    pub place: Where,
    pub by: Sender,
    pub packet: PacketType,
    /// The topic, or the Topic Filters.
    pub about: Vec<Text>,
    /// The answer may be among what is missing.
    is_untold: bool,
}

/// What is unanswered on one connection.
#[derive(Default)]
pub(super) struct Answers {
    named: HashMap<(Owed, PacketId), Asked>,
    /// Requests beyond the first with the same identifier, each of which may be answered too.
    extra: HashMap<(Owed, PacketId), u32>,
    connect: Option<Asked>,
    pings: VecDeque<Asked>,
    /// What an answer without an identifier belongs to is not known any more.
    is_muddled: bool,
    /// Packets that break a rule, which the other side may have answered all the same; without an identifier where
    /// that cannot be read.
    broken: HashSet<(Sender, Option<PacketId>)>,
}

impl Answers {
    /// Takes in a packet, and gives the request that it answers. `sees_requests` says that no request of
    /// the other side can be missing.
    pub fn passes(
        &mut self,
        passing: &Passing<'_>,
        sees_requests: bool,
        carried: &mut Carried,
        session: Option<&str>,
        book: &mut Book,
    ) -> Option<Asked> {
        let Passing { record, sender, packet, .. } = *passing;
        let packet_type = packet.packet_type();
        let asked = match is_answer(packet_type) {
            true => {
                self.answers(record, sender, packet_type, sees_requests, carried, session, book)
            }
            false => None,
        };
        // The Server has answered, with a question.
        if packet_type == PacketType::Auth && sender == Sender::Server {
            self.connect = None;
        }
        let Some(owed) = owes(record) else { return asked };
        let by = sender;
        let about = match packet {
            Packet::Publish(_) => passing.topic.map(Text::from).into_iter().collect(),
            Packet::Subscribe(subscribe) => {
                let filters = subscribe.subscriptions.iter();
                filters.map(|subscription| subscription.topic_filter.clone()).collect()
            }
            Packet::Unsubscribe(unsubscribe) => unsubscribe.topic_filters.clone(),
            _ => Vec::new(),
        };
        let request = Asked {
            record: record.id,
            place: Where::of(record),
            by,
            packet: packet_type,
            about,
            is_untold: false,
        };
        match (record.packet_id(), packet_type) {
            (Some(packet_id), _) => {
                if let Packet::Publish(publish) = packet
                    && publish.dup
                    && publish.qos > QoS::AtMostOnce
                {
                    let first = self.named.get(&(owed, packet_id));
                    resent(passing, packet_id, first, carried, session, book);
                }
                if packet_type == PacketType::PubRel
                    && let Some(session) = session
                {
                    carried.take(session, by, packet_id);
                }
                if self.named.insert((owed, packet_id), request).is_some() {
                    *self.extra.entry((owed, packet_id)).or_default() += 1;
                }
            }
            (None, PacketType::Connect) => self.connect = Some(request),
            (None, PacketType::PingReq) => self.pings.push_back(request),
            (None, _) => {}
        }
        asked
    }

    #[expect(clippy::too_many_arguments, reason = "one use, of values that have nothing in common")]
    fn answers(
        &mut self,
        record: &Record,
        sender: Sender,
        packet: PacketType,
        sees_requests: bool,
        carried: &mut Carried,
        session: Option<&str>,
        book: &mut Book,
    ) -> Option<Asked> {
        let owed = (packet, sender);
        let asked = match (record.packet_id(), packet) {
            (Some(packet_id), _) => {
                let asked = self.named.remove(&(owed, packet_id));
                if asked.is_none() {
                    if let Some(extra) =
                        self.extra.get_mut(&(owed, packet_id)).filter(|it| **it > 0)
                    {
                        *extra -= 1;
                        return None;
                    }
                    // It may go on where an earlier connection of the Session was.
                    if session
                        .is_some_and(|it| carried.take(it, sender.other(), packet_id).is_some())
                    {
                        return None;
                    }
                }
                asked
            }
            (None, PacketType::ConnAck) => self.connect.take(),
            (None, PacketType::PingResp) => self.pings.pop_front(),
            (None, _) => None,
        };
        // PUBREL may go on with what an earlier connection began, and CONNACK with what AUTH did.
        let may_be_first = matches!(packet, PacketType::PubRel | PacketType::ConnAck)
            || (packet == PacketType::PingResp && self.is_muddled);
        let broken = |packet_id| self.broken.contains(&(sender.other(), packet_id));
        let may_answer_broken = broken(None) || broken(record.packet_id());
        if asked.is_none() && sees_requests && !may_be_first && !may_answer_broken {
            book.add(record, Kind::AnswerUnasked { by: sender, packet }, [record.id], None);
        }
        asked
    }

    /// Takes in a packet that breaks a rule: it may be a request, or an answer.
    pub fn breaks(&mut self, record: &Record, sender: Sender) {
        self.broken.insert((sender, record.packet_id()));
        self.misses(sender);
    }

    /// Takes in that packets of a side are missing: its answers may be among them.
    pub fn misses(&mut self, sender: Sender) {
        for (((_, by), _), asked) in &mut self.named {
            asked.is_untold |= *by == sender;
        }
        if sender == Sender::Server {
            let has_asked = !self.pings.is_empty();
            self.connect = None;
            self.pings.clear();
            self.is_muddled |= has_asked;
        }
    }

    /// The connection ends: what is unanswered now stays so, unless it is sent again on the next one.
    pub fn closes(
        &self,
        line: &Line,
        end: &Record,
        close: &LinkClose,
        carried: &mut Carried,
        book: &mut Book,
    ) {
        for (key, asked) in &self.named {
            let ((owed, by), packet_id) = *key;
            let waited = end.at.since(asked.place.at);
            let is_odd = line.heard[by as usize] && is_left(line, asked, by, waited, close);
            match &line.session {
                Some(session) if goes_on(owed) => {
                    carried.put(
                        session,
                        asked.by,
                        packet_id,
                        Carry { asked: asked.clone(), is_odd },
                    );
                }
                // The one who waits for PUBREL has nothing to do.
                _ if is_odd && (owed != PacketType::PubRel || waited >= PATIENCE) => {
                    unanswered(asked, book);
                }
                _ => {}
            }
        }
        for asked in self.connect.iter().chain(&self.pings) {
            let waited = end.at.since(asked.place.at);
            if is_left(line, asked, Sender::Server, waited, close) {
                unanswered(asked, book);
            }
        }
    }

    /// Another connection goes on with the Session.
    pub fn moves_on(&mut self, session: Option<&Rc<str>>, carried: &mut Carried) {
        let Some(session) = session else { return };
        for (((owed, _), packet_id), asked) in self.named.drain() {
            if goes_on(owed) {
                carried.put(
                    session,
                    asked.by,
                    packet_id,
                    Carry { is_odd: !asked.is_untold, asked },
                );
            }
        }
    }

    /// What has been waiting for too long on a connection that is open.
    pub fn report(&self, line: &Line, end: Instant, book: &mut Book) {
        let named = self.named.iter().filter(|(((_, by), _), _)| line.heard[*by as usize]);
        let all = named.map(|(_, asked)| asked).chain(&self.connect).chain(&self.pings);
        let is_odd = |asked: &&Asked| !asked.is_untold && end.since(asked.place.at) >= PATIENCE;
        for asked in all.filter(is_odd) {
            unanswered(asked, book);
        }
    }
}

/// Whether the next connection of the Session sends again what waits for this (§4.4).
fn goes_on(owed: PacketType) -> bool {
    matches!(owed, PacketType::PubAck | PacketType::PubRec | PacketType::PubComp)
}

/// Whether it is odd that a request was not answered before the end: not if who asked left at once, or if
/// the other side has said why it ends.
fn is_left(line: &Line, asked: &Asked, owes: Sender, waited: Duration, close: &LinkClose) -> bool {
    if asked.is_untold {
        return false;
    }
    let has_left = close.by == Some(asked.by) || line.is_ended_by(asked.by);
    waited >= PATIENCE || !(has_left || line.is_ended_by(owes))
}

fn unanswered(asked: &Asked, book: &mut Book) {
    let kind = match asked.packet {
        PacketType::Connect => Kind::NoConnAck,
        PacketType::PingReq => Kind::NoPingResp,
        packet => Kind::Unanswered { by: asked.by, packet },
    };
    let mut about = asked.about.iter().map(Text::as_str);
    book.add_of(asked.place, kind, [asked.record], about.next());
}

/// A PUBLISH with DUP.
fn resent(
    passing: &Passing<'_>,
    packet_id: PacketId,
    first: Option<&Asked>,
    carried: &mut Carried,
    session: Option<&str>,
    book: &mut Book,
) {
    let Passing { record, sender: by, topic, .. } = *passing;
    let since = |asked: &Asked| record.at.since(asked.place.at);
    if let Some(first) = first {
        let kind = Kind::ResentWithoutReconnect { by, longest: since(first) };
        return book.add(record, kind, [first.record, record.id], topic);
    }
    match session.and_then(|session| carried.take(session, by, packet_id)) {
        Some(Carry { asked, .. }) => {
            let kind = Kind::ResentAfterReconnect { by, longest: since(&asked) };
            book.add(record, kind, [asked.record, record.id], topic);
        }
        None => book.add(record, Kind::ResentUnknown { by }, [record.id], topic),
    }
}

/// What was unfinished when a connection ended, by Session: the next connection may finish it.
#[derive(Default)]
pub(super) struct Carried {
    sessions: HashMap<Rc<str>, HashMap<(Sender, PacketId), Carry>>,
}

struct Carry {
    asked: Asked,
    is_odd: bool,
}

impl Carried {
    fn put(&mut self, session: &Rc<str>, by: Sender, packet_id: PacketId, carry: Carry) {
        self.sessions.entry(session.clone()).or_default().insert((by, packet_id), carry);
    }

    fn take(&mut self, session: &str, by: Sender, packet_id: PacketId) -> Option<Carry> {
        self.sessions.get_mut(session)?.remove(&(by, packet_id))
    }

    /// The Session is gone, and with it what was unfinished.
    pub fn ends(&mut self, session: &str, book: &mut Book) {
        let all = self.sessions.remove(session).into_iter().flatten();
        for (_, carry) in all.filter(|(_, carry)| carry.is_odd) {
            unanswered(&carry.asked, book);
        }
    }

    /// It is not known any more what of it was finished.
    pub fn forgets(&mut self, session: &str) {
        self.sessions.remove(session);
    }

    pub fn report(&self, book: &mut Book) {
        let all = self.sessions.values().flat_map(HashMap::values);
        for carry in all.filter(|carry| carry.is_odd) {
            unanswered(&carry.asked, book);
        }
    }
}
