//! The families in which the page shows Control Packets: each has a shade and an icon.

use crate::mqtt::PacketType;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    Connection,
    Publish,
    Acknowledgement,
    Subscription,
    Authentication,
    KeepAlive,
}

impl Family {
    pub fn of(packet: PacketType) -> Family {
        match packet {
            PacketType::Connect | PacketType::ConnAck | PacketType::Disconnect => {
                Family::Connection
            }
            PacketType::Publish => Family::Publish,
            PacketType::PubAck | PacketType::PubRec | PacketType::PubRel | PacketType::PubComp => {
                Family::Acknowledgement
            }
            PacketType::Subscribe
            | PacketType::SubAck
            | PacketType::Unsubscribe
            | PacketType::UnsubAck => Family::Subscription,
            PacketType::PingReq | PacketType::PingResp => Family::KeepAlive,
            PacketType::Auth => Family::Authentication,
        }
    }

    /// Its name in stylesheets and in the sprite.
    pub fn key(self) -> &'static str {
        match self {
            Family::Connection => "connection",
            Family::Publish => "publish",
            Family::Acknowledgement => "acknowledgement",
            Family::Subscription => "subscription",
            Family::Authentication => "authentication",
            Family::KeepAlive => "keep-alive",
        }
    }
}
