//! One connection that carries MQTT: segments → records.

use super::connections::{Carries, Connection};
use super::flow::{Flow, Piece};
use super::frames::Segment;
use super::packets::{Out, Packets, Places};
use super::websocket::{Said, WebSocket};
use crate::capture::{Capture, ClientSlot, Entry, LinkClose};
use crate::mqtt::{ConnectionId, Sender};
use crate::time::Instant;

pub(super) struct Stream<'a> {
    slot: ClientSlot,
    id: ConnectionId,
    address: String,
    /// The client and the server.
    sides: [Side<'a>; 2],
    state: State,
    /// How the WebSocket in it was ended.
    end: Option<(Sender, Option<u16>, String)>,
}

struct Side<'a> {
    flow: Flow<'a>,
    frames: Option<WebSocket>,
    packets: Packets,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    New,
    Opening,
    Open,
    Closed,
}

impl<'a> Stream<'a> {
    /// Nothing read yet; `borders` where it was read before.
    pub fn new(
        connection: &Connection,
        slot: ClientSlot,
        id: ConnectionId,
        borders: Option<[Places; 2]>,
    ) -> Stream<'a> {
        let server = connection.ends[1];
        let path = match &connection.carries {
            Carries::WebSocket(path) => Some(path),
            _ => None,
        };
        let side = |sender: Sender, extent: usize, borders: Option<Places>| Side {
            flow: Flow::default(),
            frames: path.map(|_| WebSocket::new(sender)),
            packets: Packets::new(sender, connection.version, connection.starts(extent), borders),
        };
        let [of_client, of_server] = borders.map_or([None, None], |borders| borders.map(Some));
        Stream {
            slot,
            id,
            address: path.map_or_else(|| server.to_string(), |path| format!("ws://{server}{path}")),
            sides: [side(Sender::Client, 0, of_client), side(Sender::Server, 1, of_server)],
            // Where its beginning was not captured, nothing is known about it.
            state: if connection.is_whole { State::New } else { State::Open },
            end: None,
        }
    }

    pub fn segment(
        &mut self,
        capture: &mut Capture,
        now: Instant,
        connection: &Connection,
        segment: &Segment<'a>,
        at: i64,
    ) {
        let mut out = Out { capture, at: now, slot: self.slot, connection: self.id };
        if self.state == State::New {
            out.push(Entry::Opening { address: self.address.clone() });
            self.state = State::Opening;
        }
        if self.state == State::Opening && (segment.grants() || !segment.payload.is_empty()) {
            out.push(Entry::Opened);
            self.state = State::Open;
        }
        let own = connection.side(segment);
        let other = 1 - own;
        // What it has got came before what it says.
        if let Some(acknowledged) = segment.acknowledged.filter(|_| !segment.is_reset) {
            let pieces =
                self.sides[other].flow.acknowledged(&connection.extents[other], acknowledged);
            self.take(other, pieces, &mut out);
        }
        // The number of a reset may be any.
        if !segment.is_reset || !segment.payload.is_empty() {
            let extent = &connection.extents[own];
            let pieces = self.sides[own].flow.segment(extent, at, segment.payload, segment.cut);
            self.take(own, pieces, &mut out);
        }

        if (segment.is_fin || segment.is_reset) && self.state != State::Closed {
            let by = segment.is_fin.then_some(SENDERS[own]);
            let was_open = self.state == State::Open;
            let close = match self.end.take() {
                Some((by, code, reason)) => LinkClose { by: Some(by), was_open, code, reason },
                None => LinkClose { by, was_open, code: None, reason: String::new() },
            };
            out.push(Entry::Closed(close));
            self.state = State::Closed;
        }
    }

    fn take(&mut self, side: usize, pieces: Vec<Piece<'_>>, out: &mut Out<'_>) {
        let Side { frames, packets, .. } = &mut self.sides[side];
        for piece in pieces {
            let Some(frames) = frames else {
                packets.take(piece, out);
                continue;
            };
            for said in frames.take(piece) {
                match said {
                    Said::Bytes(bytes, is_start) => {
                        packets.take(Piece::Bytes { bytes: &bytes, is_start }, out);
                    }
                    Said::Missing(count) => packets.take(Piece::Missing(count), out),
                    Said::Unread(count) => packets.skip(count, out),
                    Said::Text(length) => _ = out.push(Entry::Text { length }),
                    Said::Close(code, reason) => {
                        self.end.get_or_insert((SENDERS[side], code, reason));
                    }
                }
            }
        }
    }

    /// Where packets begin again on either side, once everything has been read.
    pub fn into_places(self) -> [Places; 2] {
        self.sides.map(|side| side.packets.into_places())
    }

    /// Counts what is left when the file ends: bytes that are missing, and bytes that were not read.
    pub fn finish(&mut self, capture: &mut Capture, now: Instant) -> (u64, u64) {
        let mut out = Out { capture, at: now, slot: self.slot, connection: self.id };
        let mut sum = (0, 0);
        for side in &mut self.sides {
            side.packets.finish(&mut out);
            sum = (sum.0 + side.packets.missing, sum.1 + side.packets.unread);
        }
        sum
    }
}

const SENDERS: [Sender; 2] = [Sender::Client, Sender::Server];
