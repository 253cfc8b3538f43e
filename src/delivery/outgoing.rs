//! The sender's part of QoS 1 and 2 (§4.3.2, §4.3.3), with redelivery (§4.4) and its order (§4.6).

use std::collections::VecDeque;

use bytes::Bytes;

use super::packet_ids::{PacketIds, PacketIdsExhausted};
use super::quota::Quota;
use crate::mqtt::{Ack, Packet, PacketId, Property, Publish, QoS, ReasonCode};

/// Messages sent but not completely acknowledged: Session State (§4.1).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outgoing {
    packet_ids: PacketIds,
    /// PUBLISH has been sent, in the order of sending.
    published: VecDeque<InFlight>,
    /// PUBREC has arrived, in the order of arrival: PUBREL keeps that order [MQTT-4.6.0-4].
    released: VecDeque<InFlight>,
}

/// A message that is not completely acknowledged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InFlight {
    /// The identifier of the exchange.
    pub packet_id: PacketId,
    /// As first sent, but with its Topic Name and without Topic Alias, which the next connection does not
    /// know [MQTT-3.3.2-7]. Once PUBREC has arrived the payload is empty: it must not be sent again
    /// [MQTT-4.3.3-6].
    pub publish: Publish,
    /// Which packet of the peer is due.
    pub stage: SentStage,
}

/// Which packet of the receiver is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SentStage {
    /// QoS 1: PUBLISH has been sent.
    AwaitingPubAck,
    /// QoS 2: PUBLISH has been sent.
    AwaitingPubRec,
    /// QoS 2: PUBREL has been sent.
    AwaitingPubComp,
}

/// What an acknowledgement means for the sender.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AckOutcome {
    /// The exchange has ended and the identifier is free, whether the message was accepted or refused.
    Done(InFlight),
    /// Answer with this PUBREL [MQTT-4.3.3-4].
    SendPubRel(Ack),
    /// No exchange has this identifier. A PUBREC is answered with this PUBREL, 0x92 (§3.6.2.1);
    /// other packets are not answered.
    Unknown(Option<Ack>),
    /// The identifier is in use, but this packet does not fit the state of its exchange.
    OutOfPlace(SentStage),
}

/// What is still to be sent again on a resumed Session: connection state.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Redelivery {
    releases: VecDeque<PacketId>,
    publishes: VecDeque<PacketId>,
}

impl Outgoing {
    /// An unused Packet Identifier, for PUBLISH as well as for SUBSCRIBE and UNSUBSCRIBE.
    ///
    /// # Errors
    ///
    /// If all 65,535 are in use.
    pub fn allocate_packet_id(&mut self) -> Result<PacketId, PacketIdsExhausted> {
        self.packet_ids.allocate()
    }

    /// Marks an identifier as in use that was chosen elsewhere; false if it was in use already.
    pub fn claim_packet_id(&mut self, id: PacketId) -> bool {
        self.packet_ids.claim(id)
    }

    /// Frees the identifier of a SUBSCRIBE or UNSUBSCRIBE that has been answered, or of a packet that was
    /// never sent. Those of messages in flight are freed by their acknowledgements.
    pub fn release_packet_id(&mut self, id: PacketId) {
        self.packet_ids.release(id);
    }

    /// The identifiers in use, those of SUBSCRIBE and UNSUBSCRIBE included.
    pub fn packet_ids(&self) -> &PacketIds {
        &self.packet_ids
    }

    /// Records a PUBLISH above QoS 0 that is sent for the first time; one of QoS 0 is ignored. `topic` is
    /// its Topic Name, for which the packet may have an alias only. The caller has taken a slot of the
    /// [`Quota`] before.
    pub fn publish_sent(&mut self, publish: &Publish, topic: &str) {
        let (Some(packet_id), stage) = (publish.packet_id, awaited_after_publish(publish.qos))
        else {
            return;
        };
        let mut publish = Publish { dup: false, topic: topic.into(), ..publish.clone() };
        publish.properties.0.retain(|property| !matches!(property, Property::TopicAlias(_)));
        self.published.push_back(InFlight { packet_id, publish, stage });
    }

    /// Takes a PUBACK, which ends an exchange of QoS 1 (§4.3.2).
    pub fn puback(&mut self, ack: &Ack, quota: &mut Quota) -> AckOutcome {
        match self.stage(ack.packet_id) {
            Some(SentStage::AwaitingPubAck) => self.done(ack.packet_id, quota),
            Some(stage) => AckOutcome::OutOfPlace(stage),
            None => AckOutcome::Unknown(None),
        }
    }

    /// Takes a PUBREC: PUBREL answers it, unless it refuses the message (§4.3.3).
    pub fn pubrec(&mut self, ack: &Ack, quota: &mut Quota) -> AckOutcome {
        let id = ack.packet_id;
        match self.stage(id) {
            Some(SentStage::AwaitingPubRec) if ack.reason_code.is_error() => self.done(id, quota),
            Some(SentStage::AwaitingPubRec) => {
                if let Some(mut message) = take(&mut self.published, id) {
                    message.stage = SentStage::AwaitingPubComp;
                    message.publish.payload = Bytes::new();
                    self.released.push_back(message);
                }
                AckOutcome::SendPubRel(Ack::success(id))
            }
            // The receiver sends PUBREC again because it has not received the PUBREL.
            Some(SentStage::AwaitingPubComp) if !ack.reason_code.is_error() => {
                AckOutcome::SendPubRel(Ack::success(id))
            }
            Some(stage) => AckOutcome::OutOfPlace(stage),
            None if ack.reason_code.is_error() => AckOutcome::Unknown(None),
            None => AckOutcome::Unknown(Some(Ack::new(id, ReasonCode::PacketIdentifierNotFound))),
        }
    }

    /// Takes a PUBCOMP, which ends an exchange of QoS 2 (§4.3.3).
    pub fn pubcomp(&mut self, ack: &Ack, quota: &mut Quota) -> AckOutcome {
        match self.stage(ack.packet_id) {
            Some(SentStage::AwaitingPubComp) => self.done(ack.packet_id, quota),
            Some(stage) => AckOutcome::OutOfPlace(stage),
            None => AckOutcome::Unknown(None),
        }
    }

    /// Gives up a message that can never be sent again, and frees its identifier and slot.
    pub fn give_up(&mut self, id: PacketId, quota: &mut Quota) -> Option<InFlight> {
        match self.done(id, quota) {
            AckOutcome::Done(message) => Some(message),
            _ => None,
        }
    }

    /// Everything unacknowledged, for a connection that resumes the Session [MQTT-4.4.0-1].
    pub fn redelivery(&self) -> Redelivery {
        let ids = |list: &VecDeque<InFlight>| list.iter().map(|m| m.packet_id).collect();
        Redelivery { releases: ids(&self.released), publishes: ids(&self.published) }
    }

    /// The next packet to send again: PUBREL in the order of the PUBRECs, then PUBLISH with DUP 1 in the
    /// order of first sending [MQTT-4.6.0-1]. `None` while the quota has no slot for the next PUBLISH, and
    /// when nothing is left. New messages must wait until then, since they must not overtake.
    pub fn resend(&self, redelivery: &mut Redelivery, quota: &mut Quota) -> Option<Packet> {
        while let Some(id) = redelivery.releases.pop_front() {
            if find(&self.released, id).is_some() {
                return Some(Packet::PubRel(Ack::success(id)));
            }
        }
        while let Some(id) = redelivery.publishes.front().copied() {
            // A message that has been acknowledged meanwhile is not sent again [MQTT-4.4.0-2].
            let Some(message) = find(&self.published, id) else {
                redelivery.publishes.pop_front();
                continue;
            };
            if !quota.take(id) {
                return None;
            }
            redelivery.publishes.pop_front();
            return Some(Packet::Publish(Publish { dup: true, ..message.publish.clone() }));
        }
        None
    }

    /// How far the exchange with this identifier is; `None` where there is none.
    pub fn stage(&self, id: PacketId) -> Option<SentStage> {
        find(&self.published, id).or_else(|| find(&self.released, id)).map(|m| m.stage)
    }

    /// Every message in flight: PUBLISH unanswered in the order of sending, then PUBREL unanswered.
    pub fn in_flight(&self) -> impl Iterator<Item = &InFlight> {
        self.published.iter().chain(&self.released)
    }

    /// How many messages are not completely acknowledged.
    pub fn len(&self) -> usize {
        self.published.len() + self.released.len()
    }

    /// Whether every message is completely acknowledged.
    pub fn is_empty(&self) -> bool {
        self.published.is_empty() && self.released.is_empty()
    }

    fn done(&mut self, id: PacketId, quota: &mut Quota) -> AckOutcome {
        match take(&mut self.published, id).or_else(|| take(&mut self.released, id)) {
            Some(message) => {
                quota.give_back(id);
                self.packet_ids.release(id);
                AckOutcome::Done(message)
            }
            None => AckOutcome::Unknown(None),
        }
    }
}

impl Redelivery {
    /// How many packets have still to be sent again.
    pub fn len(&self) -> usize {
        self.releases.len() + self.publishes.len()
    }

    /// Whether everything has been sent again.
    pub fn is_empty(&self) -> bool {
        self.releases.is_empty() && self.publishes.is_empty()
    }
}

fn awaited_after_publish(qos: QoS) -> SentStage {
    match qos {
        QoS::ExactlyOnce => SentStage::AwaitingPubRec,
        QoS::AtLeastOnce | QoS::AtMostOnce => SentStage::AwaitingPubAck,
    }
}

fn find(list: &VecDeque<InFlight>, id: PacketId) -> Option<&InFlight> {
    list.iter().find(|message| message.packet_id == id)
}

fn take(list: &mut VecDeque<InFlight>, id: PacketId) -> Option<InFlight> {
    let position = list.iter().position(|message| message.packet_id == id)?;
    list.remove(position)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn send(outgoing: &mut Outgoing, quota: &mut Quota, qos: QoS, topic: &str) -> PacketId {
        let packet_id = outgoing.allocate_packet_id().unwrap();
        assert!(quota.take(packet_id));
        let publish = Publish {
            qos,
            packet_id: Some(packet_id),
            topic: topic.into(),
            payload: Bytes::from_static(b"payload"),
            ..Publish::default()
        };
        outgoing.publish_sent(&publish, topic);
        packet_id
    }

    fn resent(outgoing: &Outgoing, quota: &mut Quota) -> Vec<(&'static str, u16, bool)> {
        let mut redelivery = outgoing.redelivery();
        std::iter::from_fn(|| outgoing.resend(&mut redelivery, quota))
            .map(|packet| {
                let dup = matches!(&packet, Packet::Publish(p) if p.dup);
                let id = packet.packet_id().expect("PUBLISH and PUBREL carry an identifier");
                (packet.packet_type().name(), id.get(), dup)
            })
            .collect()
    }

    /// [MQTT-4.3.2-3], [MQTT-4.3.3-3], [MQTT-4.3.3-4], [MQTT-4.3.3-5], [MQTT-2.2.1-5]
    #[test]
    fn both_exchanges_run_to_their_end_and_free_identifier_and_slot() {
        let (mut outgoing, mut quota) = (Outgoing::default(), Quota::new(5));
        let one = send(&mut outgoing, &mut quota, QoS::AtLeastOnce, "a");
        let two = send(&mut outgoing, &mut quota, QoS::ExactlyOnce, "b");
        assert_eq!(outgoing.stage(one), Some(SentStage::AwaitingPubAck));
        assert_eq!(outgoing.stage(two), Some(SentStage::AwaitingPubRec));
        assert!(matches!(outgoing.puback(&Ack::success(one), &mut quota), AckOutcome::Done(_)));
        let outcome = outgoing.pubrec(&Ack::success(two), &mut quota);
        assert_eq!(outcome, AckOutcome::SendPubRel(Ack::success(two)));
        assert_eq!(outgoing.stage(two), Some(SentStage::AwaitingPubComp));
        assert_eq!(quota.used(), 1, "PUBREC below 0x80 gives no slot back (§4.9)");
        let outcome = outgoing.pubrec(&Ack::success(two), &mut quota);
        assert_eq!(outcome, AckOutcome::SendPubRel(Ack::success(two)), "PUBREC again");
        assert!(matches!(outgoing.pubcomp(&Ack::success(two), &mut quota), AckOutcome::Done(_)));
        assert!(outgoing.is_empty() && outgoing.packet_ids().is_empty() && quota.used() == 0);
    }

    /// [MQTT-4.4.0-2], §4.9
    #[test]
    fn a_refusal_ends_the_exchange() {
        let (mut outgoing, mut quota) = (Outgoing::default(), Quota::new(5));
        let one = send(&mut outgoing, &mut quota, QoS::AtLeastOnce, "a");
        let two = send(&mut outgoing, &mut quota, QoS::ExactlyOnce, "b");
        let refused = |id| Ack::new(id, ReasonCode::NotAuthorized);
        assert!(matches!(outgoing.puback(&refused(one), &mut quota), AckOutcome::Done(_)));
        assert!(matches!(outgoing.pubrec(&refused(two), &mut quota), AckOutcome::Done(_)));
        assert_eq!((outgoing.len(), quota.used()), (0, 0));
        assert_eq!(resent(&outgoing, &mut quota), []);
    }

    #[test]
    fn unknown_and_misplaced_acknowledgements_are_told_apart() {
        let (mut outgoing, mut quota) = (Outgoing::default(), Quota::new(5));
        let unknown = PacketId::MAX;
        let one = send(&mut outgoing, &mut quota, QoS::AtLeastOnce, "a");
        let two = send(&mut outgoing, &mut quota, QoS::ExactlyOnce, "b");
        let before = outgoing.clone();
        let ok = Ack::success;
        assert_eq!(outgoing.puback(&ok(unknown), &mut quota), AckOutcome::Unknown(None));
        assert_eq!(
            outgoing.pubrec(&ok(unknown), &mut quota),
            AckOutcome::Unknown(Some(Ack::new(unknown, ReasonCode::PacketIdentifierNotFound)))
        );
        assert_eq!(outgoing.pubcomp(&ok(unknown), &mut quota), AckOutcome::Unknown(None));
        for (outcome, stage) in [
            (outgoing.pubrec(&ok(one), &mut quota), SentStage::AwaitingPubAck),
            (outgoing.pubcomp(&ok(one), &mut quota), SentStage::AwaitingPubAck),
            (outgoing.puback(&ok(two), &mut quota), SentStage::AwaitingPubRec),
            (outgoing.pubcomp(&ok(two), &mut quota), SentStage::AwaitingPubRec),
        ] {
            assert_eq!(outcome, AckOutcome::OutOfPlace(stage));
        }
        assert_eq!((&outgoing, quota.used()), (&before, 2));
    }

    /// [MQTT-3.3.1-1], [MQTT-4.3.3-6], [MQTT-4.4.0-1], [MQTT-4.6.0-1], [MQTT-4.6.0-4]
    #[test]
    fn a_resumed_session_sends_again_what_is_unacknowledged_in_order() {
        let (mut outgoing, mut quota) = (Outgoing::default(), Quota::new(10));
        for (qos, topic) in [(2, "a"), (1, "b"), (2, "c"), (1, "d"), (2, "e")] {
            send(&mut outgoing, &mut quota, QoS::from_bits(qos).unwrap(), topic);
        }
        let id = |value| PacketId::new(value).unwrap();
        outgoing.pubrec(&Ack::success(id(3)), &mut quota);
        outgoing.pubrec(&Ack::success(id(1)), &mut quota);
        outgoing.puback(&Ack::success(id(2)), &mut quota);
        let expect = [
            ("PUBREL", 3, false),
            ("PUBREL", 1, false),
            ("PUBLISH", 4, true),
            ("PUBLISH", 5, true),
        ];
        assert_eq!(resent(&outgoing, &mut Quota::new(10)), expect);
        assert_eq!(resent(&outgoing, &mut Quota::new(10)), expect, "and again on the next one");
    }

    /// [MQTT-4.9.0-2], [MQTT-4.9.0-3]
    #[test]
    fn redelivery_keeps_to_the_quota_of_the_new_connection() {
        let (mut outgoing, mut quota) = (Outgoing::default(), Quota::new(10));
        let ids = [(); 3].map(|()| send(&mut outgoing, &mut quota, QoS::AtLeastOnce, "a"));
        let mut quota = Quota::new(1);
        let mut redelivery = outgoing.redelivery();
        let mut next =
            |outgoing: &Outgoing, quota: &mut Quota| outgoing.resend(&mut redelivery, quota);
        assert_eq!(next(&outgoing, &mut quota).and_then(|p| p.packet_id()), Some(ids[0]));
        assert_eq!(next(&outgoing, &mut quota), None, "no slot");
        outgoing.puback(&Ack::success(ids[0]), &mut quota);
        assert_eq!(next(&outgoing, &mut quota).and_then(|p| p.packet_id()), Some(ids[1]));
        outgoing.puback(&Ack::success(ids[1]), &mut quota);
        outgoing.puback(&Ack::success(ids[2]), &mut quota);
        assert_eq!(next(&outgoing, &mut quota), None, "the last is acknowledged already");
        assert!(redelivery.is_empty());
    }

    /// [MQTT-3.3.2-7]
    #[test]
    fn a_message_in_flight_keeps_its_topic_name_and_no_alias() {
        let mut outgoing = Outgoing::default();
        let packet_id = outgoing.allocate_packet_id().unwrap();
        let properties = [Property::TopicAlias(1), Property::user("k", "v")].into();
        let qos = QoS::AtLeastOnce;
        let publish = Publish { qos, packet_id: Some(packet_id), properties, ..Publish::default() };
        outgoing.publish_sent(&publish, "a/b");
        let kept = &outgoing.in_flight().next().unwrap().publish;
        assert_eq!(kept.topic, "a/b");
        assert_eq!(kept.properties.0, [Property::user("k", "v")]);
        assert!(outgoing.give_up(packet_id, &mut Quota::default()).is_some());
        assert!(outgoing.packet_ids().is_empty());
    }
}
