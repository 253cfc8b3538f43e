//! What is done to packets on their way, where that was allowed: connections that are cut, paused or slow, and packets
//! that are held, dropped, repeated or edited.
//!
//! Whoever carries bytes asks the [`Desk`]; an observer gives it commands.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use bytes::{Bytes, BytesMut};

use super::boundary::{Boundaries, side};
use super::protocol::{Command, Disturbed, Faults, From, Held, Stop, Then};
use crate::capture::Touch;
use crate::formats::secrets::hide_in_packet;
use crate::mqtt::{self, PacketType, Sender, from_hex};

/// All that is done at the moment.
#[derive(Default)]
pub struct Desk {
    connections: BTreeMap<u32, Controls>,
    held: BTreeMap<u32, Waiting>,
    last_held: u32,
    shows_secrets: bool,
}

/// One open connection.
#[derive(Default)]
struct Controls {
    is_cut: bool,
    is_paused: bool,
    delay: u32,
    stops: Vec<Stop>,
    /// What goes out of turn, by direction.
    injected: [VecDeque<(Bytes, Touch)>; 2],
}

struct Waiting {
    connection: u32,
    sender: Sender,
    bytes: Bytes,
}

/// Why a command was not carried out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// The connection or the packet is not there any more.
    Gone,
    /// The bytes are no hexadecimal digits in pairs.
    NotHex,
    /// The packet has secrets, which the observer does not see.
    Secret,
}

impl Desk {
    pub fn new(shows_secrets: bool) -> Desk {
        Desk { shows_secrets, ..Desk::default() }
    }

    pub fn opened(&mut self, connection: u32) {
        self.connections.insert(connection, Controls::default());
    }

    /// What waited on a connection that has ended: it never arrives.
    pub fn closed(&mut self, connection: u32) -> Vec<(Sender, Bytes)> {
        self.connections.remove(&connection);
        let gone = self.held.extract_if(.., |_, held| held.connection == connection);
        gone.map(|(_, held)| (held.sender, held.bytes)).collect()
    }

    /// Carries out a command; tells on which connection something is new.
    ///
    /// # Errors
    ///
    /// Why it cannot be carried out.
    pub fn command(&mut self, command: Command) -> Result<u32, Refused> {
        match command {
            Command::Cut { connection } => {
                self.controls(connection)?.is_cut = true;
                Ok(connection)
            }
            Command::Pause { connection, on } => {
                self.controls(connection)?.is_paused = on;
                Ok(connection)
            }
            Command::Delay { connection, ms } => {
                self.controls(connection)?.delay = ms.min(MOST_DELAY);
                Ok(connection)
            }
            Command::Stop { connection, stop } => {
                self.controls(connection)?.stops.push(stop);
                Ok(connection)
            }
            Command::Unstop { connection } => {
                self.controls(connection)?.stops.clear();
                Ok(connection)
            }
            Command::Release { held } => self.decide(held, |bytes| vec![(bytes, Touch::Held)]),
            Command::Drop { held } => self.decide(held, |bytes| vec![(bytes, Touch::Dropped)]),
            Command::Repeat { held } => self
                .decide(held, |bytes| vec![(bytes.clone(), Touch::Held), (bytes, Touch::Repeated)]),
            Command::Edit { held, bytes } => {
                let edited = from_hex(&bytes).map_err(|_| Refused::NotHex)?;
                let waiting = self.held.get(&held).ok_or(Refused::Gone)?;
                let has_secrets = hide_in_packet(waiting.sender, &waiting.bytes).is_some();
                if has_secrets && !self.shows_secrets {
                    return Err(Refused::Secret);
                }
                self.decide(held, |_| vec![(edited, Touch::Edited)])
            }
        }
    }

    fn controls(&mut self, connection: u32) -> Result<&mut Controls, Refused> {
        self.connections.get_mut(&connection).ok_or(Refused::Gone)
    }

    fn decide(
        &mut self,
        held: u32,
        parts: impl FnOnce(Bytes) -> Vec<(Bytes, Touch)>,
    ) -> Result<u32, Refused> {
        let Waiting { connection, sender, bytes } = self.held.remove(&held).ok_or(Refused::Gone)?;
        self.controls(connection)?.injected[side(sender)].extend(parts(bytes));
        Ok(connection)
    }

    /// For the observers.
    pub fn state(&self) -> Faults {
        let is_disturbed = |(_, controls): &(&u32, &Controls)| {
            controls.is_paused || controls.delay > 0 || !controls.stops.is_empty()
        };
        let disturbed = |(connection, controls): (&u32, &Controls)| Disturbed {
            connection: *connection,
            paused: controls.is_paused,
            delay: controls.delay,
            stops: controls.stops.clone(),
        };
        let held = |(held, waiting): (&u32, &Waiting)| {
            let hidden =
                hide_in_packet(waiting.sender, &waiting.bytes).filter(|_| !self.shows_secrets);
            Held {
                held: *held,
                connection: waiting.connection,
                from: From::of(waiting.sender),
                bytes: mqtt::hex(&hidden.unwrap_or_else(|| waiting.bytes.clone())),
            }
        };
        Faults {
            connections: self.connections.iter().filter(is_disturbed).map(disturbed).collect(),
            held: self.held.iter().map(held).collect(),
        }
    }

    pub fn is_cut(&self, connection: u32) -> bool {
        self.connections.get(&connection).is_some_and(|controls| controls.is_cut)
    }

    pub fn is_paused(&self, connection: u32) -> bool {
        self.connections.get(&connection).is_some_and(|controls| controls.is_paused)
    }

    pub fn delay(&self, connection: u32) -> Option<Duration> {
        let controls = self.connections.get(&connection)?;
        (controls.delay > 0).then(|| Duration::from_millis(controls.delay.into()))
    }
}

/// One direction of a connection as its bytes go through the desk.
pub struct Way {
    connection: u32,
    sender: Sender,
    boundaries: Boundaries,
    /// A packet that is looked at before any of it goes on.
    begun: BytesMut,
}

/// What to do with bytes, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// They go on as they came.
    On(Bytes),
    /// They go on out of turn, or not as they came.
    Touched(Bytes, Touch),
    /// A packet does not go on for now.
    Off,
}

impl Way {
    pub fn new(connection: u32, sender: Sender) -> Way {
        Way { connection, sender, boundaries: Boundaries::default(), begun: BytesMut::new() }
    }

    /// Takes bytes that have come, and tells what becomes of them and of what waits.
    pub fn pass(&mut self, mut bytes: Bytes, desk: &mut Desk) -> Vec<Part> {
        let mut parts = Vec::new();
        while !bytes.is_empty() {
            if !self.is_watched(desk) {
                self.let_go(&mut parts);
                self.boundaries.skip(&bytes);
                parts.push(Part::On(std::mem::take(&mut bytes)));
            } else if self.begun.is_empty() && !self.boundaries.is_between() {
                // A part of this packet is on its way already.
                let rest = self.boundaries.next(&bytes);
                parts.push(Part::On(bytes.split_to(rest)));
            } else {
                let rest = self.boundaries.next(&bytes);
                self.begun.extend_from_slice(&bytes.split_to(rest));
                if self.boundaries.is_between() {
                    let packet = self.begun.split().freeze();
                    self.packet(packet, desk, &mut parts);
                }
            }
            self.inject(desk, &mut parts);
        }
        parts
    }

    /// What goes out without anything having come.
    pub fn idle(&mut self, desk: &mut Desk) -> Vec<Part> {
        let mut parts = Vec::new();
        self.inject(desk, &mut parts);
        if !self.is_watched(desk) {
            self.let_go(&mut parts);
        }
        parts
    }

    /// What was looked at when the bytes ended.
    pub fn end(&mut self) -> Option<Bytes> {
        (!self.begun.is_empty()).then(|| self.begun.split().freeze())
    }

    /// Whether packets have to be looked at one by one.
    fn is_watched(&self, desk: &Desk) -> bool {
        desk.connections.get(&self.connection).is_some_and(|controls| {
            let sends = |stop: &Stop| stop.from.sender() == self.sender;
            controls.stops.iter().any(sends) || !controls.injected[side(self.sender)].is_empty()
        })
    }

    fn let_go(&mut self, parts: &mut Vec<Part>) {
        parts.extend(self.end().map(Part::On));
    }

    fn packet(&self, packet: Bytes, desk: &mut Desk, parts: &mut Vec<Part>) {
        let name =
            packet.first().and_then(|byte| PacketType::from_value(byte >> 4)).map(PacketType::name);
        let Some(controls) = desk.connections.get_mut(&self.connection) else {
            return parts.push(Part::On(packet));
        };
        let fits =
            |stop: &Stop| stop.from.sender() == self.sender && Some(stop.packet.as_str()) == name;
        let Some(place) = controls.stops.iter().position(fits) else {
            return parts.push(Part::On(packet));
        };
        match controls.stops.remove(place).then {
            Then::Drop => parts.push(Part::Touched(packet, Touch::Dropped)),
            Then::Repeat => {
                parts.push(Part::On(packet.clone()));
                parts.push(Part::Touched(packet, Touch::Repeated));
            }
            Then::Hold => {
                desk.last_held += 1;
                let waiting =
                    Waiting { connection: self.connection, sender: self.sender, bytes: packet };
                desk.held.insert(desk.last_held, waiting);
                parts.push(Part::Off);
            }
        }
    }

    /// Between two packets there is room for one.
    fn inject(&self, desk: &mut Desk, parts: &mut Vec<Part>) {
        let Some(controls) = desk.connections.get_mut(&self.connection) else { return };
        if self.boundaries.is_between() || !self.begun.is_empty() {
            let injected = controls.injected[side(self.sender)].drain(..);
            parts.extend(injected.map(|(bytes, touch)| Part::Touched(bytes, touch)));
        }
    }
}

/// An hour, in milliseconds.
const MOST_DELAY: u32 = 3_600_000;

#[cfg(test)]
mod tests {
    use super::*;
    use Sender::Server;

    const PUBACK: &[u8] = &[0x40, 2, 0, 1];
    const OTHER: &[u8] = &[0x40, 2, 0, 2];
    const PING: &[u8] = &[0xD0, 0];

    fn desk(stops: &[Then]) -> Desk {
        let mut desk = Desk::new(false);
        desk.opened(1);
        for then in stops {
            let stop = Stop { from: From::Broker, packet: "PUBACK".to_owned(), then: *then };
            assert_eq!(desk.command(Command::Stop { connection: 1, stop }), Ok(1));
        }
        desk
    }

    /// What goes on, touched or not, in one piece each.
    fn sent(parts: &[Part]) -> Vec<u8> {
        let sent = parts.iter().map(|part| match part {
            Part::On(bytes) => bytes.clone(),
            Part::Touched(_, Touch::Dropped) | Part::Off => Bytes::new(),
            Part::Touched(bytes, _) => bytes.clone(),
        });
        sent.collect::<Vec<_>>().concat()
    }

    fn pass(way: &mut Way, desk: &mut Desk, stream: &[u8], piece: usize) -> Vec<Part> {
        stream
            .chunks(piece)
            .flat_map(|piece| way.pass(Bytes::copy_from_slice(piece), desk))
            .collect()
    }

    #[test]
    fn what_nobody_stops_goes_on_as_it_came() {
        let mut desk = desk(&[]);
        let mut way = Way::new(1, Server);
        let stream = [PUBACK, PING, OTHER].concat();
        assert_eq!(
            pass(&mut way, &mut desk, &stream, 100),
            [Part::On(Bytes::from(stream.clone()))]
        );
    }

    #[test]
    fn one_packet_is_stopped_and_the_others_pass_however_they_are_split() {
        let stream = [PING, PUBACK, PING, OTHER].concat();
        for (then, expect) in [
            (Then::Drop, [PING, PING, OTHER].concat()),
            (Then::Hold, [PING, PING, OTHER].concat()),
            (Then::Repeat, [PING, PUBACK, PUBACK, PING, OTHER].concat()),
        ] {
            for piece in 1..=stream.len() {
                let mut desk = desk(&[then]);
                let mut way = Way::new(1, Server);
                let parts = pass(&mut way, &mut desk, &stream, piece);
                assert_eq!(sent(&parts), expect, "{then:?} in pieces of {piece}");
                assert!(parts.iter().any(|part| !matches!(part, Part::On(_))));
                assert_eq!(desk.state().connections, []);
            }
        }
    }

    #[test]
    fn a_held_packet_waits_for_its_decision_and_goes_between_two_others() {
        for (command, expect) in [
            (Command::Release { held: 1 }, PUBACK.to_vec()),
            (Command::Drop { held: 1 }, vec![]),
            (Command::Repeat { held: 1 }, [PUBACK, PUBACK].concat()),
            (
                Command::Edit { held: 1, bytes: "40 03 00 01 83".to_owned() },
                vec![0x40, 3, 0, 1, 0x83],
            ),
        ] {
            let mut desk = desk(&[Then::Hold]);
            let mut way = Way::new(1, Server);
            // The next packet is half there when the decision comes.
            let before = pass(&mut way, &mut desk, &[PUBACK, &OTHER[..2]].concat(), 100);
            assert_eq!(desk.state().held[0].bytes, "40020001");
            let on_its_way = sent(&before);
            assert_eq!(desk.command(command.clone()), Ok(1));
            assert_eq!(desk.command(Command::Release { held: 1 }), Err(Refused::Gone));
            let at_once = way.idle(&mut desk);
            let after = pass(&mut way, &mut desk, &[&OTHER[2..], PING].concat(), 1);
            let all = [on_its_way, sent(&at_once), sent(&after)].concat();
            let late = [OTHER, &expect, PING].concat();
            assert_eq!(all, late, "{command:?}");
        }
    }

    #[test]
    fn a_packet_with_secrets_is_not_edited_unseen() {
        let connect = b"\x10\x12\0\x04MQTT\x04\xC2\0\x3C\0\0\0\x01u\0\x01p";
        for shows_secrets in [false, true] {
            let mut desk = Desk::new(shows_secrets);
            desk.opened(1);
            let stop =
                Stop { from: From::Application, packet: "CONNECT".to_owned(), then: Then::Hold };
            assert_eq!(desk.command(Command::Stop { connection: 1, stop }), Ok(1));
            Way::new(1, Sender::Client).pass(Bytes::from_static(connect), &mut desk);
            assert_eq!(desk.state().held[0].bytes.ends_with("2a"), !shows_secrets);
            let edit = Command::Edit { held: 1, bytes: "c000".to_owned() };
            let expect = if shows_secrets { Ok(1) } else { Err(Refused::Secret) };
            assert_eq!(desk.command(edit), expect);
        }
        assert_eq!(desk(&[]).command(Command::Cut { connection: 2 }), Err(Refused::Gone));
    }

    #[test]
    fn what_waits_on_a_connection_goes_with_it() {
        let mut desk = desk(&[Then::Hold]);
        Way::new(1, Server).pass(Bytes::from_static(PUBACK), &mut desk);
        assert_eq!(desk.closed(1), [(Server, Bytes::from_static(PUBACK))]);
        assert_eq!(desk.state(), Faults::default());
    }
}
