//! Sessions: taken over, lost, kept for longer than anybody needs, and their Wills.

use std::collections::HashMap;
use std::rc::Rc;
use std::time::Duration;

use super::answers::Carried;
use super::line::Line;
use super::{Book, Kind};
use crate::capture::{Record, RecordId};
use crate::mqtt::{ConnAck, ConnectionId, Disconnect, Packet, ReasonCode, Sender, Version};
use crate::time::Instant;

/// The Sessions that clients of the capture have, or had, each at one Server.
#[derive(Default)]
pub(super) struct Sessions {
    all: HashMap<Rc<str>, Session>,
    /// Each CONNECT that is not answered yet.
    asking: HashMap<Rc<str>, Vec<(ConnectionId, RecordId)>>,
}

/// A Session as its latest connection left it.
struct Session {
    connection: ConnectionId,
    connect: RecordId,
    /// Seconds for which it is kept; `None` where the packet that says so last may be missing.
    expiry: Option<u32>,
    ended_at: Option<Instant>,
}

impl Sessions {
    /// A CONNECT, which may take a Session over.
    pub fn asks(&mut self, line: &Line, record: &Record) {
        let Some(client_id) = line.connect().map(|it| it.client_id.as_str()) else { return };
        if !client_id.is_empty() {
            let asking = self.asking.entry(key(line, client_id)).or_default();
            asking.push((record.connection, record.id));
        }
    }

    /// The connection that had the Session before this one.
    pub fn earlier(&self, line: &Line) -> Option<ConnectionId> {
        let session = self.all.get(&key(line, line.client_id()?))?;
        Some(session.connection)
    }

    /// A CONNACK. Gives the connection whose Session goes on with this one although it has not ended.
    /// `is_unsure` says that the end of the one before may be missing.
    pub fn answers(
        &mut self,
        line: &mut Line,
        record: &Record,
        packet: &Packet,
        is_unsure: bool,
        carried: &mut Carried,
        book: &mut Book,
    ) -> Option<ConnectionId> {
        let Packet::ConnAck(connack) = packet else { return None };
        let connect_id = line.greeting.connect.as_ref()?.0;
        let client_id = line.client_id().unwrap_or_default().to_owned();
        let key = key(line, &client_id);
        self.is_answered(&key, record);
        if connack.reason_code.is_error() || line.session.is_some() {
            return None;
        }
        let expiry = line.session_expiry();
        habits(line, record, connect_id, expiry, book);
        // A Server of 3.1.1 that names the client itself tells nobody how.
        if client_id.is_empty() {
            return None;
        }
        line.session = Some(key.clone());
        let earlier = self.all.get(&key).filter(|it| it.connection != record.connection);
        let taken = earlier.filter(|earlier| earlier.ended_at.is_none());
        if let (Some(taken), false) = (taken, is_unsure) {
            book.add(record, Kind::TakenOver, [taken.connect, connect_id], Some(&client_id));
        }
        if let Some(kind) = presence(line, connack, earlier.filter(|_| !is_unsure), record) {
            let before = earlier.filter(|_| kind != Kind::SessionPresentAfterClean);
            let records = before.map(|it| it.connect).into_iter().chain([connect_id, record.id]);
            book.add(record, kind, records, Some(&client_id));
        }
        let begins_anew = line.connect().is_some_and(|connect| connect.clean_start);
        if begins_anew || !connack.session_present && record.version > Version::V3_1 {
            carried.ends(&key, book);
        }
        let taken = taken.map(|taken| taken.connection);
        let session =
            Session { connection: record.connection, connect: connect_id, expiry, ended_at: None };
        self.all.insert(key, session);
        taken
    }

    /// A DISCONNECT: of a client that wants a Will it has not, or of a Server that gives the Session away.
    pub fn says_goodbye(
        &mut self,
        line: &mut Line,
        record: &Record,
        sender: Sender,
        disconnect: &Disconnect,
        book: &mut Book,
    ) {
        let has_no_will = line.connect().is_some_and(|connect| connect.will.is_none());
        if disconnect.reason_code == ReasonCode::DisconnectWithWillMessage
            && let (true, Some((connect, ..))) = (has_no_will, &line.greeting.connect)
        {
            book.add(record, Kind::WillMissing, [*connect, record.id], None);
        }
        if sender == Sender::Server && disconnect.reason_code == ReasonCode::SessionTakenOver {
            self.is_taken_over(line, record, book);
        }
        let Some(session) = self.of(line, record) else { return };
        session.ended_at.get_or_insert(record.at);
        if let Some(expiry) = disconnect.properties.session_expiry_interval() {
            session.expiry = Some(expiry);
        }
    }

    /// The end of a connection, from which its Session Expiry Interval counts.
    pub fn closes(&mut self, line: &Line, end: &Record) {
        if let Some(connect) = line.connect() {
            self.is_answered(&key(line, &connect.client_id), end);
        }
        let is_told = line.goodbye[Sender::Client as usize].is_some();
        let Some(session) = self.of(line, end) else { return };
        session.ended_at.get_or_insert(end.at);
        // A DISCONNECT with another interval may be among what is missing.
        if line.last_was_hole[Sender::Client as usize] && !is_told {
            session.expiry = None;
        }
    }

    /// The CONNECT of that connection waits no longer.
    fn is_answered(&mut self, key: &str, record: &Record) {
        if let Some(asking) = self.asking.get_mut(key) {
            asking.retain(|(connection, _)| *connection != record.connection);
            if asking.is_empty() {
                self.asking.remove(key);
            }
        }
    }

    fn of(&mut self, line: &Line, record: &Record) -> Option<&mut Session> {
        let session = self.all.get_mut(line.session.as_ref()?)?;
        (session.connection == record.connection).then_some(session)
    }

    fn is_taken_over(&mut self, line: &mut Line, record: &Record, book: &mut Book) {
        line.is_taken_over = true;
        let Some(key) = line.session.clone() else {
            return book.add(record, Kind::TakenOverElsewhere, [record.id], None);
        };
        // The CONNACK of the other one came first, and it is told there.
        if self.all.get(&key).is_some_and(|session| session.connection != record.connection) {
            return;
        }
        let own = line.greeting.connect.as_ref().map(|(connect, ..)| *connect);
        let asking = self.asking.get(&key).and_then(|all| all.last());
        let asking = asking.filter(|(_, connect)| Some(*connect) > own);
        match asking {
            Some((_, connect)) => {
                let about = line.client_id();
                book.add(record, Kind::TakenOver, [*connect, record.id], about);
            }
            None => book.add(record, Kind::TakenOverElsewhere, [record.id], line.client_id()),
        }
    }
}

/// One Client Identifier at one Server.
fn key(line: &Line, client_id: &str) -> Rc<str> {
    format!("{}\0{client_id}", line.address.as_deref().unwrap_or_default()).into()
}

/// What is odd about Session Present.
fn presence(
    line: &Line,
    connack: &ConnAck,
    earlier: Option<&Session>,
    record: &Record,
) -> Option<Kind> {
    let connect = line.connect()?;
    match (connect.clean_start, connack.session_present) {
        (true, true) => return Some(Kind::SessionPresentAfterClean),
        // CONNACK does not say it in 3.1.
        (false, false) if record.version > Version::V3_1 => {}
        _ => return None,
    }
    let lasts = line.session_expiry().is_some_and(|expiry| expiry > 0);
    let Some(Session { expiry: Some(expiry), ended_at, .. }) = earlier else {
        return lasts.then_some(Kind::NoSessionKept);
    };
    let away = ended_at.map_or(Duration::ZERO, |ended_at| record.at.since(ended_at));
    let kept_for = Duration::from_secs((*expiry).into());
    match *expiry {
        0 => Some(Kind::SessionEnded),
        u32::MAX => Some(Kind::SessionLost),
        expiry if away >= kept_for => Some(Kind::SessionExpired { away, expiry }),
        // Clocks differ: too close to tell.
        _ if away + CLOSE >= kept_for => Some(Kind::NoSessionKept),
        _ => Some(Kind::SessionLost),
    }
}

/// What an accepted CONNECT asks for and may not mean.
fn habits(
    line: &Line,
    record: &Record,
    connect_id: RecordId,
    expiry: Option<u32>,
    book: &mut Book,
) {
    let (Some(connect), Some(expiry), true) = (line.connect(), expiry, line.version.is_5()) else {
        return;
    };
    if expiry == u32::MAX {
        book.add(record, Kind::ExpiryNever, [connect_id], None);
    }
    if connect.clean_start && expiry >= LONG {
        book.add(record, Kind::CleanStartKeeps { expiry }, [connect_id], None);
    }
    let delay = connect.will.as_ref().and_then(|will| will.properties.will_delay_interval());
    if let Some(delay) = delay.filter(|delay| *delay > expiry) {
        book.add(record, Kind::WillDelayCut { delay, expiry }, [connect_id], None);
    }
}

/// A Session Expiry Interval from which on a Session is meant to be come back to.
const LONG: u32 = 3600;

const CLOSE: Duration = Duration::from_secs(1);
