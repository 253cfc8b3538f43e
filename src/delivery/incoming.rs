//! The receiver's part of QoS 2 (§4.3.3): which Packet Identifiers are not free for a new message yet.

use litemap::LiteMap;

use crate::mqtt::{PacketId, ReasonCode};

/// QoS 2 messages received but not completely acknowledged: Session State (§4.1).
///
/// A message is handed on when its PUBLISH arrives; from then on its identifier is kept, so that a
/// repeat is recognised on this connection and the next.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Incoming {
    stages: LiteMap<PacketId, ReceivedStage>,
}

/// How far the exchange of a received QoS 2 message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ReceivedStage {
    /// PUBLISH has arrived, PUBREC has not been sent.
    PubRecDue,
    /// PUBREC has been sent.
    AwaitingPubRel,
    /// PUBREL has arrived, PUBCOMP has not been sent.
    PubCompDue,
}

/// Whether a QoS 2 PUBLISH is new.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Receipt {
    /// A new message, to be handed on.
    New,
    /// A repeat: to be answered with PUBREC again, but not handed on [MQTT-4.3.3-10].
    Repeat,
}

impl Incoming {
    /// A PUBLISH of QoS 2 has arrived. DUP does not matter: only the identifier tells whether it is a
    /// repeat.
    pub fn publish(&mut self, id: PacketId) -> Receipt {
        match self.stages.insert(id, ReceivedStage::PubRecDue) {
            None => Receipt::New,
            Some(_) => Receipt::Repeat,
        }
    }

    /// PUBREC is being sent. From 0x80 on the exchange has ended, and the identifier means a new message
    /// [MQTT-4.3.3-9].
    pub fn pubrec_sent(&mut self, id: PacketId, reason_code: ReasonCode) {
        if reason_code.is_error() {
            self.stages.remove(&id);
        } else if let Some(stage) = self.stages.get_mut(&id) {
            *stage = ReceivedStage::AwaitingPubRel;
        }
    }

    /// PUBREL has arrived. Returns the Reason Code of the PUBCOMP that answers it [MQTT-4.3.3-11]: 0x92 for
    /// an identifier that is not known, which is not an error during recovery (§3.6.2.1).
    pub fn pubrel(&mut self, id: PacketId) -> ReasonCode {
        match self.stages.get_mut(&id) {
            Some(stage) => {
                *stage = ReceivedStage::PubCompDue;
                ReasonCode::Success
            }
            None => ReasonCode::PacketIdentifierNotFound,
        }
    }

    /// PUBCOMP is being sent: from now on the identifier means a new message [MQTT-4.3.3-12].
    pub fn pubcomp_sent(&mut self, id: PacketId) {
        self.stages.remove(&id);
    }

    /// How far the exchange with this identifier is; `None` where there is none.
    pub fn stage(&self, id: PacketId) -> Option<ReceivedStage> {
        self.stages.get(&id).copied()
    }

    /// Whether an exchange with this identifier is not finished.
    pub fn contains(&self, id: PacketId) -> bool {
        self.stages.contains_key(&id)
    }

    /// Every exchange that is not finished, by Packet Identifier.
    pub fn iter(&self) -> impl Iterator<Item = (PacketId, ReceivedStage)> {
        self.stages.iter().map(|(id, stage)| (*id, *stage))
    }

    /// How many exchanges are not finished.
    pub fn len(&self) -> usize {
        self.stages.len()
    }

    /// Whether every exchange is finished.
    pub fn is_empty(&self) -> bool {
        self.stages.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: PacketId = PacketId::MIN;

    /// [MQTT-4.3.3-8], [MQTT-4.3.3-10], [MQTT-4.3.3-11], [MQTT-4.3.3-12]
    #[test]
    fn a_message_is_handed_on_once_until_pubcomp_is_out() {
        let mut incoming = Incoming::default();
        assert_eq!(incoming.publish(ID), Receipt::New);
        assert_eq!(incoming.stage(ID), Some(ReceivedStage::PubRecDue));
        assert_eq!(incoming.publish(ID), Receipt::Repeat, "before PUBREC");
        incoming.pubrec_sent(ID, ReasonCode::Success);
        assert_eq!(incoming.stage(ID), Some(ReceivedStage::AwaitingPubRel));
        assert_eq!(incoming.publish(ID), Receipt::Repeat, "after PUBREC");
        incoming.pubrec_sent(ID, ReasonCode::NoMatchingSubscribers);
        assert_eq!(incoming.pubrel(ID), ReasonCode::Success);
        assert_eq!(incoming.stage(ID), Some(ReceivedStage::PubCompDue));
        assert_eq!(incoming.pubrel(ID), ReasonCode::Success, "a repeated PUBREL is answered too");
        incoming.pubcomp_sent(ID);
        assert!(incoming.is_empty());
        assert_eq!(incoming.publish(ID), Receipt::New);
    }

    /// [MQTT-4.3.3-9]
    #[test]
    fn after_a_refusing_pubrec_the_identifier_is_new() {
        let mut incoming = Incoming::default();
        incoming.publish(ID);
        incoming.pubrec_sent(ID, ReasonCode::QuotaExceeded);
        assert_eq!(incoming.publish(ID), Receipt::New);
    }

    #[test]
    fn pubrel_for_an_unknown_identifier_is_answered_with_0x92() {
        assert_eq!(Incoming::default().pubrel(ID), ReasonCode::PacketIdentifierNotFound);
    }
}
