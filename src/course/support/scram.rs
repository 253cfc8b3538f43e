//! SCRAM-SHA-256 exchanges (§4.12), read from the packets of a client.

use bytes::Bytes;

use crate::auth::{ClientFinal, ClientFirst, SCRAM_SHA_256, ServerFirst};
use crate::capture::{ClientSlot, Entry, Record, RecordId};
use crate::course::Evidence;
use crate::mqtt::{ConnectionId, Packet, PacketType, Properties, ReasonCode, Sender};

/// The user whom the broker in the tab knows in the exercises about enhanced authentication.
pub const USER: &str = "robot-07";
pub const PASSWORD: &str = "tsubame-41";

/// One exchange, as far as it has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exchange {
    pub client: ClientSlot,
    pub connection: ConnectionId,
    /// Begun by AUTH 0x19 on a connection that stands.
    pub is_again: bool,
    /// client-first, from the Client.
    pub first: (RecordId, ClientFirst),
    /// server-first, from the Server.
    pub challenge: Option<(RecordId, ServerFirst)>,
    /// client-final, from the Client, as text.
    pub answer: Option<(RecordId, String)>,
    pub end: Option<(RecordId, End)>,
    /// The connection is gone.
    pub is_over: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// The Server takes the Client; the server-final message says why the Client may take the Server.
    Proved(Bytes),
    Refused(ReasonCode),
}

impl Exchange {
    /// What the other side must send, with every value on the way to it; `None` before the challenge.
    pub fn computed(&self, password: &str) -> Option<ClientFinal> {
        let (_, challenge) = self.challenge.as_ref()?;
        ClientFinal::new(&self.first.1, challenge, password).ok()
    }

    /// Whether the proof that was sent follows from the password; `None` while none was.
    pub fn is_proof_right(&self, password: &str) -> Option<bool> {
        let (_, answer) = self.answer.as_ref()?;
        Some(*answer == self.computed(password)?.message())
    }

    /// Whether the Server knows the keys; `None` while it has not been asked to show it.
    pub fn is_server_right(&self, password: &str) -> Option<bool> {
        let (_, End::Proved(message)) = self.end.as_ref()? else { return None };
        Some(self.computed(password)?.check(message).is_ok())
    }

    /// The record with the Reason Code of a refusal.
    pub fn refusal(&self) -> Option<(RecordId, ReasonCode)> {
        match self.end.as_ref()? {
            (id, End::Refused(code)) => Some((*id, *code)),
            (_, End::Proved(_)) => None,
        }
    }

    /// The record with which the Server took the Client.
    pub fn success(&self) -> Option<RecordId> {
        match self.end.as_ref()? {
            (id, End::Proved(_)) => Some(*id),
            (_, End::Refused(_)) => None,
        }
    }

    /// The packets that it consists of, in order.
    pub fn records(&self) -> Vec<RecordId> {
        let later = [
            self.challenge.as_ref().map(|(id, _)| *id),
            self.answer.as_ref().map(|(id, _)| *id),
            self.end.as_ref().map(|(id, _)| *id),
        ];
        [self.first.0].into_iter().chain(later.into_iter().flatten()).collect()
    }

    fn proceed(&mut self, record: &Record, packet: &Packet) {
        let (id, data) = (record.id, authentication_data(packet));
        let text = || String::from_utf8_lossy(data).into_owned();
        let open = self.end.is_none();
        match (record.sender(), packet) {
            (Some(Sender::Client), Packet::Auth(_)) if self.challenge.is_some() && open => {
                self.answer.get_or_insert_with(|| (id, text()));
            }
            (Some(Sender::Server), Packet::Auth(auth)) if open => match auth.reason_code {
                ReasonCode::Success => {
                    self.end = Some((id, End::Proved(Bytes::copy_from_slice(data))));
                }
                _ if self.challenge.is_none() => {
                    let challenge = ServerFirst::parse(data, &self.first.1).ok();
                    self.challenge = challenge.map(|challenge| (id, challenge));
                }
                _ => {}
            },
            (Some(Sender::Server), Packet::ConnAck(connack)) if open => {
                let end = match connack.reason_code {
                    code if code.is_error() => End::Refused(code),
                    _ => End::Proved(Bytes::copy_from_slice(data)),
                };
                self.end = Some((id, end));
            }
            (Some(Sender::Server), Packet::Disconnect(disconnect)) if open => {
                self.end = Some((id, End::Refused(disconnect.reason_code)));
            }
            _ => {}
        }
    }
}

/// The exchanges of one client since the exercise was started, oldest first.
pub fn exchanges_of(evidence: &Evidence, client: ClientSlot) -> Vec<Exchange> {
    let since = evidence.since;
    let records = evidence.capture.records();
    exchanges(records.filter(move |record| record.client == client && record.id >= since))
}

/// The exchanges in these records, oldest first.
pub fn exchanges<'a>(records: impl Iterator<Item = &'a Record>) -> Vec<Exchange> {
    use PacketType as T;
    let mut all: Vec<Exchange> = Vec::new();
    for record in records {
        if matches!(record.entry, Entry::Closed(_)) {
            let ended = all.iter_mut().filter(|it| it.connection == record.connection);
            ended.for_each(|exchange| exchange.is_over = true);
        }
        if !matches!(record.packet_type(), Some(T::Connect | T::ConnAck | T::Auth | T::Disconnect))
        {
            continue;
        }
        let Some(packet) = record.valid_packet() else { continue };
        let current = all.iter_mut().rev().find(|it| it.connection == record.connection);
        let goes_on = current.as_ref().is_some_and(|it| it.end.is_none());
        let begins = record.sender() == Some(Sender::Client) && !goes_on;
        match (begins.then(|| client_first(&packet)).flatten(), current) {
            (Some(first), _) => all.push(Exchange {
                client: record.client,
                connection: record.connection,
                is_again: matches!(&packet, Packet::Auth(auth)
                    if auth.reason_code == ReasonCode::ReAuthenticate),
                first: (record.id, first),
                challenge: None,
                answer: None,
                end: None,
                is_over: false,
            }),
            (None, Some(exchange)) => exchange.proceed(record, &packet),
            (None, None) => {}
        }
    }
    all
}

/// The message that begins an exchange: in CONNECT, in AUTH 0x19, or in the AUTH after a CONNECT that
/// only named the method.
fn client_first(packet: &Packet) -> Option<ClientFirst> {
    if !matches!(packet, Packet::Connect(_) | Packet::Auth(_)) {
        return None;
    }
    let method = packet.properties().authentication_method();
    ClientFirst::parse(authentication_data(packet)).ok().filter(|_| method == Some(SCRAM_SHA_256))
}

fn authentication_data(packet: &Packet) -> &[u8] {
    Properties::authentication_data(packet.properties()).map_or(&[][..], |data| data)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::{Credentials, verify};
    use crate::capture::Capture;
    use crate::mqtt::{Auth, ConnAck, Connect, Property, encode};
    use crate::time::Instant;

    fn properties(data: impl Into<Bytes>) -> Properties {
        [
            Property::AuthenticationMethod(SCRAM_SHA_256.into()),
            Property::AuthenticationData(data.into()),
        ]
        .into()
    }

    fn push(capture: &mut Capture, sender: Sender, packet: Packet) {
        let bytes = encode(&packet).expect("it has a representation");
        capture.push_packet(Instant::START, ClientSlot(0), ConnectionId(1), sender, bytes);
    }

    fn auth(reason_code: ReasonCode, data: impl Into<Bytes>) -> Packet {
        Packet::Auth(Auth { reason_code, properties: properties(data) })
    }

    /// A login with one password against keys from another, then AUTH 0x19.
    fn login(sent: &str, stored: &str) -> Capture {
        let mut capture = Capture::default();
        let first = ClientFirst::new(USER, "abc").expect("valid");
        let credentials = Credentials::derive(stored, b"salt", 4096);
        let challenge = ServerFirst::new(&first, "def", &credentials).expect("valid");
        let answer = ClientFinal::new(&first, &challenge, sent).expect("valid");
        let connect = Connect { properties: properties(first.message()), ..Connect::default() };
        let go_on = ReasonCode::ContinueAuthentication;
        push(&mut capture, Sender::Client, Packet::Connect(Box::new(connect)));
        push(&mut capture, Sender::Server, auth(go_on, challenge.message().to_owned()));
        push(&mut capture, Sender::Client, auth(go_on, answer.message()));
        let verified = verify(&first, &challenge, &credentials, answer.message().as_bytes());
        let (reason_code, properties) = match verified {
            Ok(verified) => (ReasonCode::Success, properties(verified.server_final())),
            Err(_) => (ReasonCode::NotAuthorized, Properties::default()),
        };
        let connack = ConnAck { session_present: false, reason_code, properties };
        push(&mut capture, Sender::Server, Packet::ConnAck(connack));
        push(&mut capture, Sender::Client, auth(ReasonCode::ReAuthenticate, first.message()));
        capture
    }

    #[test]
    fn an_exchange_is_read_from_connect_to_connack() {
        let capture = login(PASSWORD, PASSWORD);
        let all = exchanges(capture.records());
        let [first, again] = &all[..] else { panic!("two exchanges: {all:?}") };
        assert_eq!(first.records(), [0, 1, 2, 3].map(RecordId));
        assert_eq!(first.is_proof_right(PASSWORD), Some(true));
        assert_eq!(first.is_server_right(PASSWORD), Some(true));
        assert_eq!(first.is_server_right("something else"), Some(false));
        assert!(again.is_again && again.challenge.is_none() && !first.is_again);
        assert_eq!((again.is_proof_right(PASSWORD), again.success()), (None, None));
    }

    #[test]
    fn a_wrong_password_is_told_from_the_proof() {
        let capture = login("swallow", PASSWORD);
        let all = exchanges(capture.records());
        assert_eq!(all[0].is_proof_right(PASSWORD), Some(false));
        assert_eq!(all[0].is_proof_right("swallow"), Some(true));
        assert_eq!(all[0].is_server_right(PASSWORD), None);
        assert_eq!(all[0].refusal(), Some((RecordId(3), ReasonCode::NotAuthorized)));
    }
}
