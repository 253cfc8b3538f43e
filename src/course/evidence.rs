//! What a check may look at.

use std::collections::BTreeSet;

use super::verdict::Finding;
use crate::capture::{Capture, ClientSlot, Record, RecordId};
use crate::mqtt::{PacketType, Sender};

/// The capture since the exercise was started, and how the learner looked at it.
#[derive(Clone, Copy)]
pub struct Evidence<'a> {
    pub capture: &'a Capture,
    /// The first record that counts.
    pub since: RecordId,
    /// The records opened in the inspector.
    pub opened: &'a BTreeSet<RecordId>,
    /// What the packet list is filtered by now, as typed.
    pub filter: &'a str,
}

impl<'a> Evidence<'a> {
    /// Packets of one type that `client` sent, oldest first.
    pub fn sent(
        &self,
        client: ClientSlot,
        packet: PacketType,
    ) -> impl Iterator<Item = &'a Record> + use<'a> {
        self.packets(client, packet, Sender::Client)
    }

    /// Packets of one type that `client` received, oldest first.
    pub fn received(
        &self,
        client: ClientSlot,
        packet: PacketType,
    ) -> impl Iterator<Item = &'a Record> + use<'a> {
        self.packets(client, packet, Sender::Server)
    }

    /// The first packet of one type that `client` received and the learner opened. Far fewer are opened than captured,
    /// so that asking costs little in a flood too.
    pub fn opened(&self, client: ClientSlot, packet: PacketType) -> Option<RecordId> {
        let is_wanted = |id: &RecordId| {
            self.capture.get(*id).is_some_and(|record| {
                record.client == client
                    && record.packet_type() == Some(packet)
                    && record.sender() == Some(Sender::Server)
            })
        };
        self.opened.range(self.since..).copied().find(is_wanted)
    }

    /// What to say while `client` has not sent such a packet.
    pub fn not_sent(client: ClientSlot, packet: PacketType) -> Finding {
        Finding::NoPacket { packet, sender: Sender::Client, client }
    }

    /// What to say while `client` has not received such a packet.
    pub fn not_received(client: ClientSlot, packet: PacketType) -> Finding {
        Finding::NoPacket { packet, sender: Sender::Server, client }
    }

    fn packets(
        &self,
        client: ClientSlot,
        packet: PacketType,
        sender: Sender,
    ) -> impl Iterator<Item = &'a Record> + use<'a> {
        let since = self.since;
        self.capture
            .packets(packet, sender)
            .filter(move |record| record.client == client && record.id >= since)
    }
}
