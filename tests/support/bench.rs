//! Two clients on the bench with the broker in the tab, on a virtual clock.

use std::time::Duration;

use mqtt5_playground::broker;
use mqtt5_playground::capture::ClientSlot;
use mqtt5_playground::lab::{Act, Action, BenchClient, Lab};
use mqtt5_playground::mqtt::{Packet, PacketType, Sender};
use mqtt5_playground::time::Instant;

pub const A: ClientSlot = ClientSlot(0);
pub const B: ClientSlot = ClientSlot(1);

pub struct Bench {
    pub lab: Lab,
    pub now: Instant,
}

impl Bench {
    /// Without a connection.
    pub fn offline(roles: [&str; 2]) -> Bench {
        let mut lab = Lab::within_tab([7; 32]);
        lab.set_up(roles, Instant::START);
        Bench { lab, now: Instant::START }
    }

    /// Does it; what follows from it takes its time.
    pub fn act(&mut self, client: ClientSlot, action: Action) {
        self.lab.act(Act { client, action }, self.now).expect("the bench allows it");
    }

    pub fn operate(&mut self, input: broker::Input) {
        self.lab.operate_in_tab(input, self.now);
    }

    pub fn wait(&mut self, millis: u64) {
        self.now = self.now + Duration::from_millis(millis);
        self.lab.advance(self.now);
    }

    pub fn client(&self, slot: ClientSlot) -> &BenchClient {
        self.lab.client(slot).expect("it stands on the bench")
    }

    /// The packets of a type from one end of a client's connections, with their moments.
    pub fn packets(
        &self,
        client: ClientSlot,
        sender: Sender,
        packet: PacketType,
    ) -> Vec<(Instant, Packet)> {
        let records = self.lab.capture().packets(packet, sender);
        let records = records.filter(|record| record.client == client);
        records.filter_map(|record| Some((record.at, record.valid_packet()?))).collect()
    }
}
