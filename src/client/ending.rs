//! How a connection ends from the client's side (§3.14), and what outlives it (§4.1).

use super::command::CommandError;
use super::connection::Online;
use super::output::Outputs;
use super::session::Session;
use crate::mqtt::{Disconnect, Packet, ReasonCode};

impl Online {
    /// The last packet. The caller closes the connection [MQTT-3.14.4-2].
    pub fn disconnect(
        &mut self,
        disconnect: Disconnect,
        out: &mut Outputs,
    ) -> Result<(), CommandError> {
        let override_secs = disconnect.properties.session_expiry_interval();
        if self.connection.announced.session_expiry_interval.value == 0
            && override_secs.is_some_and(|secs| secs > 0)
        {
            return Err(CommandError::SessionExpiryWasZero);
        }
        let packet = Packet::Disconnect(disconnect);
        self.check_fitting(&packet)?;
        if let Some(secs) = override_secs {
            self.connection.session_expiry_interval = secs;
        }
        self.send_fitting(packet, out);
        Ok(())
    }

    /// Sends DISCONNECT with the Reason Code of the rule that the Server broke.
    pub fn send_disconnect(&mut self, reason_code: ReasonCode, out: &mut Outputs) {
        self.send_fitting(Packet::Disconnect(Disconnect::new(reason_code)), out);
    }

    /// Ends the connection. Returns the Session, and for how many seconds to keep it.
    pub fn into_session(self) -> (Session, u32) {
        let Online { connection, mut session } = self;
        // SUBSCRIBE and UNSUBSCRIBE are not part of Session State: they will not be answered any more.
        for packet_id in connection.packet_ids_of_requests() {
            session.outgoing.release_packet_id(packet_id);
        }
        (session, connection.session_expiry_interval)
    }
}
