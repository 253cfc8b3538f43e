//! Which version of MQTT a packet is written in.

use super::frame::body;
use super::packet::{PacketType, Sender};

/// A version of MQTT with a grammar of its own, from the oldest on. All of them share the Fixed Header, so
/// that packets are cut alike; 5.0 added the properties and most Reason Codes.
///
/// 3.1 numbers no normative statements, so its errors name those of 3.1.1. Where 3.1 calls bits unused, it
/// does not say that they are 0, and any value is read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Version {
    /// 3.1, whose Protocol Name is `MQIsdp`.
    V3_1,
    /// 3.1.1, the first that OASIS published.
    V3_1_1,
    /// 5.0, which every function reads and writes that takes no version.
    #[default]
    V5,
}

impl Version {
    /// Every version, from the oldest on.
    pub const ALL: [Version; 3] = [Version::V3_1, Version::V3_1_1, Version::V5];

    /// What people call it: `5.0`.
    pub fn name(self) -> &'static str {
        match self {
            Version::V3_1 => "3.1",
            Version::V3_1_1 => "3.1.1",
            Version::V5 => "5.0",
        }
    }

    /// The Protocol Name in CONNECT (§3.1.2.1).
    pub fn protocol_name(self) -> &'static str {
        match self {
            Version::V3_1 => "MQIsdp",
            Version::V3_1_1 | Version::V5 => "MQTT",
        }
    }

    /// The byte behind the Protocol Name: Protocol Version in 5.0, Protocol Level in 3.1.1 (§3.1.2.2).
    pub fn level(self) -> u8 {
        match self {
            Version::V3_1 => 3,
            Version::V3_1_1 => 4,
            Version::V5 => 5,
        }
    }

    /// The version that a CONNECT announces by its Protocol Name and level; `None` where they name no
    /// version, and for every other packet. Bit 7 of the level is passed over: a bridge between two brokers
    /// sets it, which no version allows, and speaks the version that the other bits name.
    ///
    /// ```
    /// use mqtt5_playground::mqtt::Version;
    ///
    /// let connect = *b"\x10\x0D\x00\x04MQTT\x04\x02\x00\x3C\x00\x01c";
    /// assert_eq!(Version::of_connect(&connect), Some(Version::V3_1_1));
    /// ```
    pub fn of_connect(frame: &[u8]) -> Option<Version> {
        if frame.first()? >> 4 != PacketType::Connect.value() {
            return None;
        }
        let (length, rest) = body(frame)?.split_first_chunk()?;
        let name = rest.get(..u16::from_be_bytes(*length).into())?;
        let level = rest.get(name.len())? & 0x7F;
        let is = |version: &Version| {
            (version.protocol_name().as_bytes(), version.level()) == (name, level)
        };
        Version::ALL.into_iter().find(is)
    }

    /// Whether it is 5.0, the one with properties and Reason Codes.
    pub fn is_5(self) -> bool {
        self == Version::V5
    }

    /// Whether this side may send such a packet in this version. Before 5.0 only the Client sends
    /// DISCONNECT.
    pub(super) fn lets_send(self, packet: PacketType, sender: Sender) -> bool {
        packet.sent_by(sender)
            && (self.is_5() || packet != PacketType::Disconnect || sender == Sender::Client)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_connect_tells_its_version() {
        for (frame, expect) in [
            (&b"\x10\x0E\0\x06MQIsdp\x03\x02\0\x3C\0\0"[..], Some(Version::V3_1)),
            (b"\x10\x0C\0\x04MQTT\x04\x02\0\x3C\0\0", Some(Version::V3_1_1)),
            (b"\x10\x0D\0\x04MQTT\x05\x02\0\x3C\0\0\0", Some(Version::V5)),
            (b"\x10\x0C\0\x04MQTT\x84\x02\0\x3C\0\0", Some(Version::V3_1_1)), // from a bridge
            (b"\x10\x0C\0\x04MQTT\x03\x02\0\x3C\0\0", None),
            (b"\x10\x0E\0\x06MQIsdp\x04\x02\0\x3C\0\0", None),
            (b"\x10\x06\0\x04MQTT", None),
            (b"\x30\x0C\0\x04MQTT\x04\x02\0\x3C\0\0", None),
            (b"\x10", None),
            (b"", None),
        ] {
            assert_eq!(Version::of_connect(frame), expect, "{frame:02x?}");
        }
    }
}
