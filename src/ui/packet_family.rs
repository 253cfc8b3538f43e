//! The families in which the page shows Control Packets: each has a shade and an icon.

use crate::mqtt::PacketType;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PacketFamily {
    Connection,
    Publish,
    Acknowledgement,
    Subscription,
    Authentication,
    KeepAlive,
}

impl PacketFamily {
    pub fn of(packet: PacketType) -> PacketFamily {
        match packet {
            PacketType::Connect | PacketType::ConnAck | PacketType::Disconnect => {
                PacketFamily::Connection
            }
            PacketType::Publish => PacketFamily::Publish,
            PacketType::PubAck | PacketType::PubRec | PacketType::PubRel | PacketType::PubComp => {
                PacketFamily::Acknowledgement
            }
            PacketType::Subscribe
            | PacketType::SubAck
            | PacketType::Unsubscribe
            | PacketType::UnsubAck => PacketFamily::Subscription,
            PacketType::PingReq | PacketType::PingResp => PacketFamily::KeepAlive,
            PacketType::Auth => PacketFamily::Authentication,
        }
    }

    /// Its name in stylesheets and in the sprite.
    pub fn key(self) -> &'static str {
        match self {
            PacketFamily::Connection => "connection",
            PacketFamily::Publish => "publish",
            PacketFamily::Acknowledgement => "acknowledgement",
            PacketFamily::Subscription => "subscription",
            PacketFamily::Authentication => "authentication",
            PacketFamily::KeepAlive => "keep-alive",
        }
    }
}
