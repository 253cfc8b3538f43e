//! What the browser keeps of the captures on the shelf: what is said about each, and how many there are.

use serde::{Deserialize, Serialize};

use super::model::{Source, Summary};
use crate::capture::Capture;
use crate::formats::{NotRead, secrets, share};

/// A kept capture without its packets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptCapture {
    pub source: Source,
    /// The name that the user gave it.
    #[serde(default)]
    pub name: Option<String>,
    pub summary: Summary,
    pub not_read: NotRead,
    /// What its packets take.
    pub bytes: usize,
    /// Secrets that were overwritten.
    pub hidden: usize,
}

impl KeptCapture {
    pub fn to_text(&self) -> String {
        serde_json::to_string(self).expect("strings and numbers are JSON")
    }

    /// `None` for what a later version of the page wrote in another way.
    pub fn from_text(text: &str) -> Option<KeptCapture> {
        serde_json::from_str(text).ok()
    }
}

/// The packets as they are kept, without secrets, and how many secrets there were.
pub fn pack(capture: &Capture) -> (Vec<u8>, usize) {
    let mut records: Vec<_> = capture.records().cloned().collect();
    let hidden = secrets::hide(&mut records);
    (share::pack(capture, records.iter()), hidden)
}

/// `None` where the bytes are damaged.
pub fn unpack(bytes: &[u8]) -> Option<Capture> {
    share::unpack(bytes).ok()
}

/// How many captures are kept, and how many bytes they may take together.
pub const MOST_CAPTURES: usize = 20;
pub const MOST_BYTES: usize = 100 << 20;

/// How many of the oldest have to go so that one more of that size has room. `sizes` begins with the
/// oldest.
pub fn superfluous(sizes: &[usize], more: usize) -> usize {
    let mut left = sizes.len();
    let mut bytes = sizes.iter().sum::<usize>() + more;
    for size in sizes {
        if left < MOST_CAPTURES && bytes <= MOST_BYTES {
            break;
        }
        left -= 1;
        bytes -= size;
    }
    sizes.len() - left
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capture::{ClientSlot, Entry};
    use crate::mqtt::{Connect, ConnectionId, Packet, Sender, encode};
    use crate::time::Instant;

    #[test]
    fn what_is_kept_has_no_password_and_comes_back() {
        let mut capture = Capture::default();
        let connect = Connect { password: Some("secret".into()), ..Connect::default() };
        let bytes = encode(&Packet::Connect(Box::new(connect))).expect("it can be encoded");
        let entry = Entry::Packet { sender: Sender::Client, bytes };
        capture.push(Instant::from_millis(3), ClientSlot(1), ConnectionId(2), entry);
        let (bytes, hidden) = pack(&capture);
        assert_eq!(hidden, 1);
        assert!(!bytes.windows(6).any(|window| window == b"secret"));
        let back = unpack(&bytes).expect("it was packed just now");
        assert_eq!(back.at(0).map(|record| record.bytes().len()), Some(capture.byte_len()));
        let kept = KeptCapture {
            source: Source::File("far.pcapng".to_owned()),
            name: Some("Monday".to_owned()),
            summary: Summary::of(&capture),
            not_read: NotRead::of(&capture),
            bytes: bytes.len(),
            hidden,
        };
        assert_eq!(KeptCapture::from_text(&kept.to_text()), Some(kept));
        assert_eq!(KeptCapture::from_text("{}"), None);
    }

    #[test]
    fn the_oldest_go_when_there_are_too_many_or_they_take_too_much() {
        const MIB: usize = 1 << 20;
        for (sizes, more, expect) in [
            (vec![], MIB, 0),
            (vec![1; MOST_CAPTURES - 1], 1, 0),
            (vec![1; MOST_CAPTURES], 1, 1),
            (vec![60 * MIB, 10 * MIB, 20 * MIB], 30 * MIB, 1),
            (vec![10 * MIB, 60 * MIB, 20 * MIB], 60 * MIB, 2),
            (vec![10 * MIB], MOST_BYTES, 1),
        ] {
            assert_eq!(superfluous(&sizes, more), expect, "{sizes:?} and {more}");
        }
    }
}
