//! The packets of one side that break a rule, also those that are sound in themselves.

use std::collections::{HashMap, HashSet};

use super::Cause;
use crate::capture::{Capture, Entry, Record, RecordId};
use crate::delivery::Accepts;
use crate::mqtt::{
    Auth, Class, Connect, Disconnect, Packet, PacketId, PacketType, Publish, QoS, ReasonCode,
    Sender, Subscribe, split_shared,
};

pub(super) struct Fault {
    pub record: RecordId,
    pub cause: Cause,
    pub about: Option<String>,
}

/// How many packets before the end are read as closely as their receiver reads them.
const READ: usize = 1000;

/// The faults of one side on the connection of `until`, shortly before it, oldest first.
pub(super) fn faults(capture: &Capture, until: RecordId, accused: Sender) -> Vec<Fault> {
    let mut records: Vec<&Record> = capture.preceding(until).collect();
    records.reverse();
    let whole = records.first().is_some_and(|first| matches!(first.entry, Entry::Opening { .. }));
    let mut ledger = Ledger::of(accused, whole);
    let mut faults = Vec::new();
    let far = records.len().saturating_sub(READ);
    for (index, record) in records.into_iter().enumerate() {
        if let Some(hole) = record.hole() {
            ledger.misses(hole.sender);
        }
        let Some(sender) = record.sender() else { continue };
        if index < far && ledger.skims(record, sender) {
            continue;
        }
        let packet = match record.packet_for_5() {
            Some(Ok(packet)) => packet,
            Some(Err(error)) => {
                // Bytes that only wait for more break nothing yet, unless the stream ends there.
                let is_fault = error.kind.class() != Class::Framing
                    || matches!(record.entry, Entry::Broken { .. });
                if sender == accused && is_fault {
                    let cause = match accused {
                        Sender::Client => Cause::ClientBroken(error.kind),
                        Sender::Server => Cause::ServerBroken(error.kind),
                    };
                    faults.push(Fault { record: record.id, cause, about: None });
                }
                continue;
            }
            None => continue,
        };
        if sender == accused {
            let aliased = capture.aliased(record).is_some();
            if let Some((cause, about)) = ledger.sends(&packet, record.bytes().len(), aliased) {
                faults.push(Fault { record: record.id, cause, about });
            }
        } else {
            ledger.hears(&packet);
        }
    }
    faults
}

/// What the accused side may do by now, and what it has under way.
pub(in crate::analysis) struct Ledger {
    accused: Sender,
    /// Whether the capture still holds the connection's beginning.
    is_whole: bool,
    has_begun: bool,
    has_ended: bool,
    connect: Option<Connect>,
    /// What the other side said it takes.
    limits: Option<Accepts>,
    /// Own messages above QoS 0 that are not finished.
    unfinished: HashSet<PacketId>,
    /// Own requests that are not answered.
    asked: HashSet<PacketId>,
    /// The other side's messages above QoS 0.
    received: HashMap<PacketId, QoS>,
}

impl Ledger {
    /// `is_whole` says that the connection's beginning is among what will be taken in.
    pub(in crate::analysis) fn of(accused: Sender, is_whole: bool) -> Ledger {
        Ledger {
            accused,
            is_whole,
            has_begun: !is_whole,
            has_ended: false,
            connect: None,
            limits: None,
            unfinished: HashSet::new(),
            asked: HashSet::new(),
            received: HashMap::new(),
        }
    }

    /// Takes in a packet far from the end without decoding it, which many would be slow for: only which
    /// identifiers are in use matters then. `false` for the few that have to be read.
    fn skims(&mut self, record: &Record, sender: Sender) -> bool {
        use PacketType as P;
        let Some(packet_type) = record.packet_type() else { return false };
        let by_accused = sender == self.accused;
        match (packet_type, record.packet_id(), by_accused) {
            (P::Publish, Some(id), true) => _ = self.unfinished.insert(id),
            (P::Publish, Some(id), false) => {
                self.received.insert(id, record.qos().unwrap_or_default());
            }
            (P::PubAck | P::PubComp, Some(id), true) => _ = self.received.remove(&id),
            (P::PubAck | P::PubComp, Some(id), false) => _ = self.unfinished.remove(&id),
            (P::Subscribe | P::Unsubscribe, Some(id), true) => _ = self.asked.insert(id),
            (P::SubAck | P::UnsubAck, Some(id), false) => _ = self.asked.remove(&id),
            (P::Connect | P::ConnAck | P::Disconnect | P::PubRec, ..) => return false,
            _ => {}
        }
        self.has_begun |= by_accused;
        true
    }

    /// Takes in a packet of the accused, and says what is wrong with it. `aliased` says whether its Topic Alias
    /// stands for something.
    pub(in crate::analysis) fn sends(
        &mut self,
        packet: &Packet,
        size: usize,
        aliased: bool,
    ) -> Option<(Cause, Option<String>)> {
        let is_connect = matches!(packet, Packet::Connect(_));
        let is_client = self.accused == Sender::Client;
        let begins = !std::mem::replace(&mut self.has_begun, true);
        if is_client && begins && !is_connect {
            return Some((Cause::NotConnectFirst, None));
        }
        if std::mem::replace(&mut self.has_ended, matches!(packet, Packet::Disconnect(_))) {
            return Some((Cause::AfterDisconnect, None));
        }
        let fault = match packet {
            Packet::Connect(connect) => self.connects(connect),
            Packet::Publish(publish) => return self.publishes(publish, size, aliased),
            Packet::Subscribe(subscribe) => return self.subscribes(subscribe, size),
            Packet::Unsubscribe(unsubscribe) => self.asks(unsubscribe.packet_id),
            Packet::Auth(auth) => self.authenticates(auth),
            Packet::Disconnect(disconnect) => self.disconnects(disconnect),
            Packet::PubAck(ack) => self.acknowledges(ack.packet_id, QoS::AtLeastOnce),
            Packet::PubRec(ack) => self.acknowledges(ack.packet_id, QoS::ExactlyOnce),
            Packet::PubComp(ack) => {
                self.received.remove(&ack.packet_id);
                None
            }
            _ => None,
        };
        fault.or_else(|| self.exceeds_size(size)).map(|cause| (cause, None))
    }

    /// Takes in that the capture lacks something: what is under way is not known any more.
    pub(in crate::analysis) fn misses(&mut self, sender: Sender) {
        self.unfinished.clear();
        self.asked.clear();
        self.received.clear();
        if sender == self.accused {
            self.is_whole = false;
            self.has_begun = true;
        }
    }

    /// Takes in a packet of the other side.
    pub(in crate::analysis) fn hears(&mut self, packet: &Packet) {
        match packet {
            Packet::Connect(connect) => {
                self.limits = Some(Accepts::of_connect(connect));
                self.connect = Some((**connect).clone());
            }
            Packet::ConnAck(connack) if connack.reason_code == ReasonCode::Success => {
                self.limits = Some(Accepts::of_connack(connack));
            }
            Packet::PubAck(ack) | Packet::PubComp(ack) => {
                self.unfinished.remove(&ack.packet_id);
            }
            Packet::PubRec(ack) if ack.reason_code.is_error() => {
                self.unfinished.remove(&ack.packet_id);
            }
            Packet::SubAck(ack) => _ = self.asked.remove(&ack.packet_id),
            Packet::UnsubAck(ack) => _ = self.asked.remove(&ack.packet_id),
            Packet::Publish(publish) => {
                if let Some(packet_id) = publish.packet_id {
                    self.received.insert(packet_id, publish.qos);
                }
            }
            _ => {}
        }
    }

    /// Whose packets it judges.
    pub(in crate::analysis) fn is_of(&self, sender: Sender) -> bool {
        self.accused == sender
    }

    /// How many of its messages above QoS 0 are not finished.
    pub(in crate::analysis) fn in_flight(&self) -> usize {
        self.unfinished.len()
    }

    fn connects(&mut self, connect: &Connect) -> Option<Cause> {
        self.connect.replace(connect.clone()).map(|_| Cause::SecondConnect)
    }

    fn publishes(
        &mut self,
        publish: &Publish,
        size: usize,
        aliased: bool,
    ) -> Option<(Cause, Option<String>)> {
        let by = self.accused;
        let about = (!publish.topic.is_empty()).then(|| publish.topic.to_string());
        let alias = publish.properties.topic_alias();
        let in_use = publish.packet_id.filter(|id| {
            let repeats = publish.dup && self.unfinished.contains(id);
            !repeats && (self.asked.contains(id) || !self.unfinished.insert(*id))
        });
        let mut fault = in_use.map(|id| Cause::PacketIdentifierInUse { packet_id: id.get() });
        if let (Some(alias), None) = (alias, fault) {
            fault = match &self.limits {
                Some(Accepts { topic_alias_maximum: 0, .. }) => {
                    Some(Cause::AliasNotAllowed { alias, by })
                }
                Some(Accepts { topic_alias_maximum: maximum, .. }) if alias > *maximum => {
                    Some(Cause::AliasAboveMaximum { alias, maximum: *maximum, by })
                }
                _ if publish.topic.is_empty() && self.is_whole && !aliased => {
                    Some(Cause::AliasUnknown { alias })
                }
                _ => None,
            };
        }
        let fault = fault.or_else(|| self.exceeds_size(size)).or_else(|| {
            let limits = self.limits.as_ref()?;
            let unfinished = self.unfinished.len();
            if publish.packet_id.is_some() && unfinished > usize::from(limits.receive_maximum) {
                let maximum = limits.receive_maximum;
                return Some(Cause::ReceiveMaximumExceeded { unfinished, maximum, by });
            }
            if publish.qos > limits.maximum_qos {
                let (qos, maximum) = (publish.qos.bits(), limits.maximum_qos.bits());
                return Some(Cause::QoSAboveMaximum { qos, maximum });
            }
            (publish.retain && !limits.retain).then_some(Cause::RetainNotAvailable)
        });
        fault.map(|cause| (cause, about))
    }

    fn subscribes(
        &mut self,
        subscribe: &Subscribe,
        size: usize,
    ) -> Option<(Cause, Option<String>)> {
        let fault = self.asks(subscribe.packet_id).or_else(|| self.exceeds_size(size));
        if let Some(cause) = fault {
            return Some((cause, None));
        }
        let limits = self.limits.as_ref()?;
        if !limits.subscription_identifier
            && subscribe.properties.subscription_identifier().is_some()
        {
            return Some((Cause::SubscriptionIdentifierNotAvailable, None));
        }
        subscribe.subscriptions.iter().find_map(|subscription| {
            let filter = subscription.topic_filter.as_str();
            let shared = split_shared(filter);
            let inner = shared.map_or(filter, |(_, inner)| inner);
            let cause = match () {
                () if shared.is_some() && !limits.shared_subscription => Cause::SharedNotAvailable,
                () if inner.contains(['#', '+']) && !limits.wildcard_subscription => {
                    Cause::WildcardNotAvailable
                }
                () => return None,
            };
            Some((cause, Some(filter.to_owned())))
        })
    }

    fn asks(&mut self, packet_id: PacketId) -> Option<Cause> {
        let is_free = !self.unfinished.contains(&packet_id) && self.asked.insert(packet_id);
        (!is_free).then_some(Cause::PacketIdentifierInUse { packet_id: packet_id.get() })
    }

    fn authenticates(&self, auth: &Auth) -> Option<Cause> {
        let method = self.connect.as_ref()?.properties.authentication_method();
        match (method, auth.properties.authentication_method()) {
            (None, _) if self.accused == Sender::Client => Some(Cause::AuthWithoutMethod),
            (Some(chosen), Some(named)) if chosen != named => Some(Cause::AuthMethodDiffers),
            _ => None,
        }
    }

    fn disconnects(&self, disconnect: &Disconnect) -> Option<Cause> {
        let asked = self.connect.as_ref()?.properties.session_expiry_interval().unwrap_or(0);
        let now = disconnect.properties.session_expiry_interval().unwrap_or(0);
        let is_client = self.accused == Sender::Client;
        (is_client && asked == 0 && now > 0).then_some(Cause::SessionExpiryAfterZero)
    }

    fn acknowledges(&mut self, packet_id: PacketId, qos: QoS) -> Option<Cause> {
        let asked = self.received.get(&packet_id).copied();
        if qos == QoS::AtLeastOnce {
            self.received.remove(&packet_id);
        }
        asked.is_some_and(|asked| asked != qos).then_some(Cause::AcknowledgementOutOfPlace)
    }

    fn exceeds_size(&self, size: usize) -> Option<Cause> {
        let maximum = self.limits.as_ref()?.maximum_packet_size?;
        let by = self.accused;
        (size > maximum as usize).then_some(Cause::PacketTooLarge { size, maximum, by })
    }
}
