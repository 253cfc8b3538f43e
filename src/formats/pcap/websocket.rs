//! MQTT over a plain WebSocket inside TCP (§6): one side of it, the upgrade by HTTP and then frames.
//!
//! The frames of RFC 6455 are few lines, and holes in them are what a crate for live connections does
//! not know.

use super::flow::Piece;
use crate::mqtt::Sender;

/// What a side of a WebSocket says.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Said {
    /// Bytes of MQTT, and whether a frame begins with them.
    Bytes(Vec<u8>, bool),
    Missing(u64),
    /// Bytes that are there, in frames that cannot be found.
    Unread(u64),
    /// A text message of that many bytes.
    Text(usize),
    /// The code and the reason of its end.
    Close(Option<u16>, String),
}

/// The first lines of a side, as far as they matter.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Upgrade {
    /// What a client asks for.
    pub path: Option<String>,
    /// The subprotocols that are offered, or the one that is chosen.
    pub is_mqtt: bool,
    /// Whether frames are compressed, if it is the server's answer.
    pub is_compressed: bool,
}

/// Reads the head of a WebSocket's side; `None` for whatever is none.
pub(super) fn upgrade(bytes: &[u8]) -> Option<Upgrade> {
    let end = bytes.windows(4).position(|four| four == END_OF_HEAD).unwrap_or(bytes.len());
    let head = String::from_utf8_lossy(&bytes[..end]);
    let mut lines = head.split("\r\n");
    let first = lines.next()?;
    let path = first.strip_prefix("GET ").and_then(|rest| rest.split(' ').next());
    if path.is_none() && !first.starts_with("HTTP/1.1 101") {
        return None;
    }
    let mut is_websocket = false;
    let mut upgrade = Upgrade { path: path.map(str::to_owned), ..Upgrade::default() };
    for line in lines {
        let Some((name, value)) = line.split_once(':') else { continue };
        let value = value.trim().to_ascii_lowercase();
        match name.to_ascii_lowercase().as_str() {
            "upgrade" => is_websocket = value == "websocket",
            "sec-websocket-protocol" => {
                upgrade.is_mqtt |= value.split(',').any(|name| name.trim().starts_with("mqtt"));
            }
            "sec-websocket-extensions" => {
                upgrade.is_compressed |= value.contains("permessage-deflate");
            }
            _ => {}
        }
    }
    is_websocket.then_some(upgrade)
}

/// One side of a WebSocket, from its first byte on.
#[derive(Debug)]
pub(super) struct WebSocket {
    sender: Sender,
    state: State,
    /// Whether the message under way is text.
    is_text: bool,
    text: usize,
    /// What a control frame holds.
    control: Vec<u8>,
}

#[derive(Debug)]
enum State {
    /// The lines of HTTP.
    Head(Vec<u8>),
    /// The beginning of a frame.
    Header(Vec<u8>),
    Payload {
        header: Header,
        done: u64,
    },
    /// It is not known where the next frame begins.
    Lost,
}

impl WebSocket {
    pub fn new(sender: Sender) -> WebSocket {
        let state = State::Head(Vec::new());
        WebSocket { sender, state, is_text: false, text: 0, control: Vec::new() }
    }

    pub fn take(&mut self, piece: Piece<'_>) -> Vec<Said> {
        let mut said = Vec::new();
        match piece {
            Piece::Bytes { bytes, is_start } => self.bytes(bytes, is_start, &mut said),
            Piece::Missing(count) => self.hole(count, &mut said),
        }
        said
    }

    fn hole(&mut self, count: u64, said: &mut Vec<Said>) {
        match &mut self.state {
            // Within a frame whose length is known the frames go on behind it.
            State::Payload { header, done } if *done + count <= header.length => {
                *done += count;
                said.push(Said::Missing(count));
                self.end_of_payload(said);
            }
            _ => {
                self.state = State::Lost;
                said.push(Said::Missing(count));
            }
        }
    }

    fn bytes(&mut self, mut bytes: &[u8], is_start: bool, said: &mut Vec<Said>) {
        if matches!(self.state, State::Lost) {
            if !(is_start && are_frames(bytes, self.sender)) {
                said.push(Said::Unread(bytes.len() as u64));
                return;
            }
            self.is_text = false;
            self.state = State::Header(Vec::new());
        }
        while !bytes.is_empty() {
            match &mut self.state {
                State::Head(head) => {
                    let before = head.len();
                    head.extend(bytes);
                    match head.windows(4).position(|four| four == END_OF_HEAD) {
                        Some(at) => {
                            bytes = &bytes[at + 4 - before..];
                            self.state = State::Header(Vec::new());
                        }
                        None if head.len() > MOST_HEAD => return self.lose(bytes, said),
                        None => return,
                    }
                }
                State::Header(start) => {
                    start.push(bytes[0]);
                    bytes = &bytes[1..];
                    match Header::read(start, self.sender) {
                        None => return self.lose(bytes, said),
                        Some(None) => {}
                        Some(Some(header)) => {
                            match header.kind {
                                Kind::Binary => self.is_text = false,
                                Kind::Text => self.is_text = true,
                                _ => {}
                            }
                            self.control.clear();
                            self.state = State::Payload { header, done: 0 };
                            self.end_of_payload(said);
                        }
                    }
                }
                State::Payload { header, done } => {
                    let left = usize::try_from(header.length - *done).unwrap_or(usize::MAX);
                    let (part, rest) = bytes.split_at(left.min(bytes.len()));
                    let plain = header.unmask(part, *done);
                    match header.kind {
                        Kind::Binary | Kind::More if !self.is_text => {
                            said.push(Said::Bytes(
                                plain,
                                *done == 0 && header.kind == Kind::Binary,
                            ));
                        }
                        Kind::Binary | Kind::Text | Kind::More => self.text += plain.len(),
                        Kind::Close | Kind::Ping => self.control.extend(plain),
                    }
                    *done += part.len() as u64;
                    bytes = rest;
                    self.end_of_payload(said);
                }
                State::Lost => return,
            }
        }
    }

    /// Goes on to the next frame where this one ends.
    fn end_of_payload(&mut self, said: &mut Vec<Said>) {
        let State::Payload { header, done } = &self.state else { return };
        if *done < header.length {
            return;
        }
        match header.kind {
            Kind::Close => {
                let code = self.control.first_chunk().map(|code| u16::from_be_bytes(*code));
                let reason = self.control.get(2..).unwrap_or_default();
                said.push(Said::Close(code, String::from_utf8_lossy(reason).into_owned()));
            }
            Kind::Text | Kind::More if self.is_text && header.is_last => {
                said.push(Said::Text(std::mem::take(&mut self.text)));
            }
            _ => {}
        }
        self.state = State::Header(Vec::new());
    }

    /// What is no frame, though none is missing.
    fn lose(&mut self, rest: &[u8], said: &mut Vec<Said>) {
        let before = match &self.state {
            State::Header(start) => start.len(),
            _ => 0,
        };
        self.state = State::Lost;
        said.push(Said::Missing(0));
        said.push(Said::Unread((before + rest.len()) as u64));
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    More,
    Text,
    Binary,
    Close,
    /// PING and PONG.
    Ping,
}

/// The beginning of a frame (RFC 6455 §5.2).
#[derive(Clone, Copy, Debug)]
struct Header {
    kind: Kind,
    is_last: bool,
    length: u64,
    mask: [u8; 4],
    /// How many bytes it takes itself.
    width: usize,
}

impl Header {
    /// `None` for what begins no frame of this side, `Some(None)` while more is needed.
    fn read(bytes: &[u8], sender: Sender) -> Option<Option<Header>> {
        let &[first, second, ref rest @ ..] = bytes else { return Some(None) };
        let kind = match first & 0x7F {
            0x00 => Kind::More,
            0x01 => Kind::Text,
            0x02 => Kind::Binary,
            0x08 => Kind::Close,
            0x09 | 0x0A => Kind::Ping,
            // Among them the bits of extensions, such as compression.
            _ => return None,
        };
        let is_last = first & 0x80 != 0;
        // A client masks, a server does not.
        let is_masked = second & 0x80 != 0;
        let short = second & 0x7F;
        let is_control = matches!(kind, Kind::Close | Kind::Ping);
        if is_masked != (sender == Sender::Client) || is_control && (short > 125 || !is_last) {
            return None;
        }
        let width = match short {
            126 => 2,
            127 => 8,
            _ => 0,
        };
        let masks = if is_masked { 4 } else { 0 };
        if rest.len() < width + masks {
            return Some(None);
        }
        let (length, mask) = rest.split_at(width);
        let length = match width {
            0 => u64::from(short),
            _ => length.iter().fold(0, |length, byte| length << 8 | u64::from(*byte)),
        };
        let mask = mask.first_chunk().filter(|_| is_masked).copied().unwrap_or_default();
        (length < 1 << 40).then_some(Some(Header {
            kind,
            is_last,
            length,
            mask,
            width: 2 + width + masks,
        }))
    }

    fn unmask(&self, bytes: &[u8], from: u64) -> Vec<u8> {
        let phase = (from % 4) as usize;
        let mask = self.mask.iter().cycle().skip(phase);
        bytes.iter().zip(mask).map(|(byte, mask)| byte ^ mask).collect()
    }
}

/// Whether bytes are frames from the first to the last: nothing less tells where they begin again.
fn are_frames(mut bytes: &[u8], sender: Sender) -> bool {
    while !bytes.is_empty() {
        let Some(Some(header)) = Header::read(bytes, sender) else { return false };
        let end =
            usize::try_from(header.length).ok().and_then(|length| length.checked_add(header.width));
        match end.and_then(|end| bytes.get(end..)) {
            Some(rest) => bytes = rest,
            None => return false,
        }
    }
    true
}

const END_OF_HEAD: &[u8] = b"\r\n\r\n";

/// Longer than any head that browsers send.
const MOST_HEAD: usize = 64 << 10;
