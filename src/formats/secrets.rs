//! Secrets in captured packets: where they are, and how they are hidden before a capture is given away.
//!
//! Secret are the Password of CONNECT, in every version of MQTT, and Authentication Data. Each is
//! overwritten by `*`, byte for byte, so that every length, size and offset stays true. The messages of SCRAM
//! are left as they are: they prove that somebody knows the password, and do not contain it.

use std::ops::Range;

use bytes::Bytes;

use crate::capture::{Entry, Record};
use crate::mqtt::{Label, PropertyId, Sender, Value, dissect, split_length};

/// Overwrites every secret, and tells how many there were.
pub fn hide(records: &mut [Record]) -> usize {
    records.iter_mut().map(hide_in).sum()
}

/// How many secrets there are.
pub fn count<'a>(records: impl Iterator<Item = &'a Record>) -> usize {
    records.map(|record| secrets(record).len()).sum()
}

/// One packet with every secret overwritten, the messages of SCRAM too: for what leaves a machine without being asked
/// for each time. `None` where there is nothing to hide.
pub fn hide_in_packet(sender: Sender, bytes: &Bytes) -> Option<Bytes> {
    let found = secrets_in(sender, bytes, true);
    (!found.is_empty()).then(|| overwrite(bytes, &found))
}

fn overwrite(bytes: &[u8], secrets: &[Range<usize>]) -> Bytes {
    let mut hidden = bytes.to_vec();
    for secret in secrets {
        hidden[secret.clone()].fill(MASK);
    }
    hidden.into()
}

fn hide_in(record: &mut Record) -> usize {
    let secrets = secrets(record);
    if let (false, Entry::Packet { bytes, .. } | Entry::Broken { bytes, .. }) =
        (secrets.is_empty(), &mut record.entry)
    {
        *bytes = overwrite(bytes, &secrets);
    }
    secrets.len()
}

/// The bytes of the secrets, without those that are hidden already.
fn secrets(record: &Record) -> Vec<Range<usize>> {
    let (Entry::Packet { sender, bytes } | Entry::Broken { sender, bytes, .. }) = &record.entry
    else {
        return Vec::new();
    };
    secrets_in(*sender, bytes, false)
}

fn secrets_in(sender: Sender, bytes: &Bytes, of_scram: bool) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = Vec::new();
    // What was sent by hand may be several packets. Each is looked at up to the end of all bytes: its length may lie.
    let mut at = 0;
    while at < bytes.len() {
        let packet = bytes.slice(at..);
        for range in secrets_of_first(sender, &packet, of_scram) {
            let range = at + range.start..at + range.end;
            if !found.contains(&range) {
                found.push(range);
            }
        }
        at += match split_length(&packet[1..]) {
            Some((length, rest)) => packet.len() - rest.len() + length,
            None => packet.len(),
        };
    }
    found.retain(|range| bytes[range.clone()].iter().any(|byte| *byte != MASK));
    found
}

/// Those of the packet at the beginning.
fn secrets_of_first(sender: Sender, bytes: &Bytes, of_scram: bool) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    match bytes.first().map(|first| first >> 4) {
        Some(CONNECT) => found.extend(password(bytes)),
        Some(CONNACK | AUTH) => {}
        _ => return found,
    }
    let dissection = dissect(bytes, Some(sender));
    let (mut is_scram, mut data) = (false, Vec::new());
    for leaf in dissection.leaves() {
        match (leaf.label, &leaf.value) {
            (Label::Property(PropertyId::AuthenticationMethod, _), Value::Text(method)) => {
                is_scram = method.starts_with("SCRAM-");
            }
            (Label::Property(PropertyId::AuthenticationData, _), Value::Bytes(_)) => {
                data.push(leaf.range.clone());
            }
            _ => {}
        }
    }
    found.extend(data.into_iter().filter(|_| of_scram || !is_scram));
    found
}

/// The Password of a CONNECT of 5.0, 3.1.1 or 3.1, also where the packet breaks a rule. Where its place
/// cannot be found everything from there on counts as secret.
fn password(packet: &[u8]) -> Option<Range<usize>> {
    let mut walk = Walk { bytes: packet, at: 1 };
    walk.variable()?;
    walk.prefixed()?; // Protocol Name
    let (version, flags) = (walk.byte()?, walk.byte()?);
    if flags & PASSWORD_FLAG == 0 {
        return None;
    }
    let before = walk.at;
    let found = walk.find_password(version, flags).filter(|range| range.end <= packet.len());
    let range = found.unwrap_or(walk.at.clamp(before, packet.len())..packet.len());
    (!range.is_empty()).then_some(range)
}

/// Reads lengths and goes past what they announce.
struct Walk<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Walk<'_> {
    fn find_password(&mut self, version: u8, flags: u8) -> Option<Range<usize>> {
        let has_properties = version >= 5;
        self.skip(2)?; // Keep Alive
        if has_properties {
            self.properties()?;
        }
        self.prefixed()?; // Client Identifier
        if flags & WILL_FLAG != 0 {
            if has_properties {
                self.properties()?;
            }
            self.prefixed()?; // Will Topic
            self.prefixed()?; // Will Payload
        }
        if flags & USER_NAME_FLAG != 0 {
            self.prefixed()?;
        }
        self.prefixed()
    }

    fn byte(&mut self) -> Option<u8> {
        let byte = *self.bytes.get(self.at)?;
        self.at += 1;
        Some(byte)
    }

    fn skip(&mut self, length: usize) -> Option<Range<usize>> {
        let end = self.at.checked_add(length).filter(|end| *end <= self.bytes.len())?;
        let range = self.at..end;
        self.at = end;
        Some(range)
    }

    /// A length of two bytes, and what follows it.
    fn prefixed(&mut self) -> Option<Range<usize>> {
        let before = self.at;
        let length = usize::from(self.byte()?) << 8 | usize::from(self.byte()?);
        let range = self.skip(length);
        if range.is_none() {
            self.at = before;
        }
        range
    }

    fn properties(&mut self) -> Option<Range<usize>> {
        let before = self.at;
        let length = self.variable()?;
        let range = self.skip(length);
        if range.is_none() {
            self.at = before;
        }
        range
    }

    /// A Variable Byte Integer.
    fn variable(&mut self) -> Option<usize> {
        let (value, rest) = split_length(&self.bytes[self.at..])?;
        self.at = self.bytes.len() - rest.len();
        Some(value)
    }
}

const MASK: u8 = b'*';
const CONNECT: u8 = 1;
const CONNACK: u8 = 2;
const AUTH: u8 = 15;
const WILL_FLAG: u8 = 0b0000_0100;
const PASSWORD_FLAG: u8 = 0b0100_0000;
const USER_NAME_FLAG: u8 = 0b1000_0000;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capture::{Capture, ClientSlot};
    use crate::formats::{json::records_to_json, pcap::records_to_pcapng, records_to_text, share};
    use crate::mqtt::{Auth, Connect, ConnectionId, Packet, Property, ReasonCode, Will, encode};
    use crate::time::Instant;

    const SECRET: &str = "S3cret!パス";

    fn record(bytes: impl Into<Bytes>) -> Record {
        let mut capture = Capture::default();
        let entry = Entry::Packet { sender: Sender::Client, bytes: bytes.into() };
        capture.push(Instant::START, ClientSlot(0), ConnectionId(1), entry);
        capture.at(0).cloned().expect("one was pushed")
    }

    fn connect() -> Connect {
        Connect {
            client_id: "device".into(),
            user_name: Some("tanaka".into()),
            password: Some(Bytes::from(SECRET)),
            will: Some(Will {
                topic: "gone".into(),
                payload: Bytes::from_static(b"lost"),
                properties: [Property::WillDelayInterval(5)].into(),
                ..Will::default()
            }),
            properties: [Property::ReceiveMaximum(3)].into(),
            ..Connect::default()
        }
    }

    fn bytes(packet: Packet) -> Bytes {
        encode(&packet).expect("it can be encoded")
    }

    #[test]
    fn of_several_packets_in_one_none_keeps_its_secret() {
        let connect = bytes(Packet::Connect(Box::new(connect())));
        let several = [&[0xC0, 0][..], &connect, &[0xC0, 0], &connect].concat();
        let mut records = [record(several.clone())];
        assert_eq!(hide(&mut records), 2);
        let hidden = records[0].bytes();
        assert_eq!(hidden.len(), several.len());
        assert!(!hidden.windows(SECRET.len()).any(|piece| piece == SECRET.as_bytes()));
        assert_eq!(hide(&mut records), 0, "once is enough");
    }

    #[test]
    fn a_password_is_overwritten_and_nothing_else() {
        let whole = bytes(Packet::Connect(Box::new(connect())));
        let mut records = [record(whole.clone())];
        assert_eq!(count(records.iter()), 1);
        assert_eq!(hide(&mut records), 1);
        let masked = Connect { password: Some(vec![b'*'; SECRET.len()].into()), ..connect() };
        assert_eq!(records[0].valid_packet(), Some(Packet::Connect(Box::new(masked))));
        assert_eq!(records[0].bytes().len(), whole.len());
        assert_eq!(hide(&mut records), 0, "what is hidden is no secret any more");
    }

    #[test]
    fn no_file_and_no_link_contains_a_hidden_password() {
        let whole = bytes(Packet::Connect(Box::new(connect())));
        let mut records = [record(whole.clone())];
        hide(&mut records);
        let hex: String = SECRET.bytes().map(|byte| format!("{byte:02x}")).collect();
        let capture = Capture::default();
        let written =
            [records_to_json(&capture, records.iter()), records_to_text(&capture, records.iter())];
        for text in written {
            let text = text.to_lowercase().replace(' ', "");
            assert!(!text.contains(&hex) && !text.contains("s3cret"), "{text}");
        }
        let written =
            [records_to_pcapng(&capture, records.iter()), share::pack(&capture, records.iter())];
        for file in written {
            assert!(!file.windows(SECRET.len()).any(|window| window == SECRET.as_bytes()));
        }
        let plain = share::pack(&capture, [record(whole)].iter());
        assert!(plain.windows(SECRET.len()).any(|window| window == SECRET.as_bytes()));
    }

    #[test]
    fn authentication_data_is_secret_unless_it_is_scram() {
        for (method, expect) in [("SCRAM-SHA-256", 0), ("K8S-SAT", 1)] {
            let properties = || {
                [
                    Property::AuthenticationMethod(method.into()),
                    Property::AuthenticationData(Bytes::from(SECRET)),
                ]
            };
            let auth =
                Auth { reason_code: ReasonCode::ReAuthenticate, properties: properties().into() };
            let open = Connect { properties: properties().into(), ..Connect::default() };
            for packet in [Packet::Auth(auth), Packet::Connect(Box::new(open))] {
                let mut records = [record(bytes(packet))];
                assert_eq!(hide(&mut records), expect, "{method}");
                let holds = |record: &Record| {
                    record.bytes().windows(SECRET.len()).any(|part| part == SECRET.as_bytes())
                };
                assert_eq!(holds(&records[0]), expect == 0, "{method}");
                assert!(records[0].valid_packet().is_some());
            }
        }
    }

    #[test]
    fn passwords_of_older_versions_and_of_broken_packets_are_found() {
        let v3 = b"\x10\x17\0\x04MQTT\x04\xC2\0\x3C\0\x01d\0\x02me\0\x06secret";
        let v31 = b"\x10\x19\0\x06MQIsdp\x03\xC2\0\x3C\0\x01d\0\x02me\0\x06secret";
        // Its length says more than there is.
        let long = b"\x10\x17\0\x04MQTT\x04\xC2\0\x3C\0\x01d\0\x02me\0\x09secret";
        let lost = b"\x10\x17\0\x04MQTT\x05\xC2\0\x3C\x7F\0\x01d\0\x02me\0\x06secret";
        for packet in [&v3[..], &v31[..], &long[..], &lost[..]] {
            let mut records = [record(packet.to_vec())];
            assert_eq!(hide(&mut records), 1, "{packet:?}");
            let hidden = records[0].bytes();
            assert_eq!(hidden.len(), packet.len());
            assert!(hidden.ends_with(b"******"), "{hidden:?}");
        }
        for packet in [&b""[..], b"\x10", b"\x10\x00", b"\x10\x02\0\x04", b"\x30\x03\0\x01a"] {
            assert_eq!(hide(&mut [record(packet.to_vec())]), 0, "{packet:?}");
        }
    }
}
