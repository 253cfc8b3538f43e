//! SUBSCRIBE (§3.8): the Client asks for messages.

use super::{
    Bits, EncodeError, ErrorKind, FieldId, Holder, Lengths, PacketId, Properties, Read, Reader,
    Sink, Text, Version, Writer, binary_length, count,
};
use crate::mqtt::{
    qos::QoS,
    topic::{check_topic_filter_as, split_shared},
};

/// Its properties hold for all of its Topic Filters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subscribe {
    /// Repeated in the SUBACK [MQTT-3.8.4-2].
    pub packet_id: PacketId,
    /// Subscription Identifier and User Properties (§3.8.2.1).
    pub properties: Properties,
    /// At least one [MQTT-3.8.3-2]; the Server treats each as if it had come alone [MQTT-3.8.4-5].
    pub subscriptions: Vec<Subscription>,
}

/// One Topic Filter with its options (§3.8.3.1).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Subscription {
    /// May have wildcards, and begin with `$share/{ShareName}/` (§4.7.1, §4.8.2).
    pub topic_filter: Text,
    /// The highest QoS at which the Server may send; SUBACK may grant less.
    pub qos: QoS,
    /// Whether the messages that this Client publishes itself are kept from it [MQTT-3.8.3-3]. Forbidden on
    /// a Shared Subscription [MQTT-3.8.3-4].
    pub no_local: bool,
    /// Whether forwarded messages keep the RETAIN they were published with; otherwise it is 0
    /// [MQTT-3.3.1-12], [MQTT-3.3.1-13].
    pub retain_as_published: bool,
    /// Whether retained messages come at once.
    pub retain_handling: RetainHandling,
}

/// When retained messages are sent upon subscribing (§3.8.3.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum RetainHandling {
    /// At each SUBSCRIBE [MQTT-3.3.1-9].
    #[default]
    Send = 0,
    /// Only if the Session did not have this subscription yet [MQTT-3.3.1-10].
    SendIfNew = 1,
    /// Never [MQTT-3.3.1-11].
    DoNotSend = 2,
}

impl RetainHandling {
    /// Every value of the field that is allowed, in order.
    pub const ALL: [RetainHandling; 3] =
        [RetainHandling::Send, RetainHandling::SendIfNew, RetainHandling::DoNotSend];

    /// `None` for 3, which is a Protocol Error, and for anything above.
    pub fn from_bits(bits: u8) -> Option<RetainHandling> {
        RetainHandling::ALL.get(usize::from(bits)).copied()
    }

    /// The value of the two-bit field, 0 to 2.
    pub fn bits(self) -> u8 {
        self as u8
    }

    /// What it does in three words, for the inspector: the specification gives no names.
    pub fn name(self) -> &'static str {
        match self {
            RetainHandling::Send => "send at subscribe",
            RetainHandling::SendIfNew => "send if new",
            RetainHandling::DoNotSend => "do not send",
        }
    }
}

impl Subscribe {
    #[inline(never)]
    pub(super) fn read<S: Sink>(r: &mut Reader<'_, S>) -> Read<Subscribe> {
        let (packet_id, properties) = r.group(FieldId::VariableHeader.into(), |r| {
            Ok((r.packet_id()?, r.properties(Holder::Subscribe)?))
        })?;
        if r.at_end() {
            return Err(r.lack(r.at(), r.at()..r.at(), ErrorKind::SubscribeEmpty));
        }
        let subscriptions = r.group(FieldId::Payload.into(), |r| {
            let mut subscriptions = Vec::with_capacity(count(r.rest(), 1));
            while !r.at_end() {
                subscriptions.push(r.group(FieldId::SubscriptionEntry.into(), Subscription::read)?);
            }
            Ok(subscriptions)
        })?;
        r.expect_end()?;
        Ok(Subscribe { packet_id, properties, subscriptions })
    }

    pub(super) fn length(
        &self,
        version: Version,
        lengths: &mut Lengths,
    ) -> Result<usize, EncodeError> {
        let mut length = 2 + self.properties.length(version, lengths)?;
        for subscription in &self.subscriptions {
            length += binary_length(subscription.topic_filter.as_bytes())? + 1;
        }
        Ok(length)
    }

    pub(super) fn write(&self, w: &mut Writer<'_>) {
        w.two_byte_integer(self.packet_id.get());
        self.properties.write(w);
        for subscription in &self.subscriptions {
            w.string(&subscription.topic_filter);
            w.byte(match w.version() {
                Version::V5 => subscription.options(),
                Version::V3_1 | Version::V3_1_1 => subscription.qos.bits(),
            });
        }
    }
}

impl Subscription {
    fn read<S: Sink>(r: &mut Reader<'_, S>) -> Read<Subscription> {
        let version = r.version();
        let topic_filter = r.string_checked(FieldId::TopicFilter, |filter, found| {
            check_topic_filter_as(filter, found, version)
        })?;
        let at = r.at();
        if !version.is_5() {
            let byte = r.flags(FieldId::SubscriptionOptions.into(), REQUESTED_QOS)?;
            // 3.1 does not use the upper six bits.
            let reserved = BEFORE_5_RESERVED.of(byte) == 0 || version == Version::V3_1;
            r.hold(reserved, at..at + 1, ErrorKind::RequestedQoSReserved)?;
            r.hold(MAXIMUM_QOS.of(byte) != 3, at..at + 1, ErrorKind::SubscriptionQoS3)?;
            let qos = QoS::from_bits(MAXIMUM_QOS.of(byte)).unwrap_or_default();
            return Ok(Subscription { topic_filter, qos, ..Subscription::default() });
        }
        let options = r.flags(FieldId::SubscriptionOptions.into(), OPTIONS)?;
        let may_be_local = options & NO_LOCAL == 0 || split_shared(&topic_filter).is_none();
        let is_reserved = RESERVED.of(options) != 0;
        r.hold(!is_reserved, at..at + 1, ErrorKind::SubscriptionOptionsReserved)?;
        r.hold(RETAIN_HANDLING.of(options) != 3, at..at + 1, ErrorKind::RetainHandling3)?;
        r.hold(MAXIMUM_QOS.of(options) != 3, at..at + 1, ErrorKind::SubscriptionQoS3)?;
        r.hold(may_be_local, at..at + 1, ErrorKind::NoLocalOnShared)?;
        Ok(Subscription {
            topic_filter,
            qos: QoS::from_bits(MAXIMUM_QOS.of(options)).unwrap_or_default(),
            no_local: options & NO_LOCAL != 0,
            retain_as_published: options & RETAIN_AS_PUBLISHED != 0,
            retain_handling: RetainHandling::from_bits(RETAIN_HANDLING.of(options))
                .unwrap_or_default(),
        })
    }

    fn options(&self) -> u8 {
        let bit = |set: bool, flag: u8| if set { flag } else { 0 };
        self.qos.bits()
            | bit(self.no_local, NO_LOCAL)
            | bit(self.retain_as_published, RETAIN_AS_PUBLISHED)
            | self.retain_handling.bits() << RETAIN_HANDLING.low
    }
}

const RESERVED: Bits = Bits::new(7, 6);
const RETAIN_HANDLING: Bits = Bits::new(5, 4);
const RETAIN_AS_PUBLISHED: u8 = 0b0000_1000;
const NO_LOCAL: u8 = 0b0000_0100;
const MAXIMUM_QOS: Bits = Bits::new(1, 0);

const BEFORE_5_RESERVED: Bits = Bits::new(7, 2);

const REQUESTED_QOS: &[(FieldId, Bits)] =
    &[(FieldId::SubscriptionReserved, BEFORE_5_RESERVED), (FieldId::SubscriptionQoS, MAXIMUM_QOS)];

const OPTIONS: &[(FieldId, Bits)] = &[
    (FieldId::SubscriptionReserved, RESERVED),
    (FieldId::RetainHandling, RETAIN_HANDLING),
    (FieldId::RetainAsPublished, Bits::new(3, 3)),
    (FieldId::NoLocal, Bits::new(2, 2)),
    (FieldId::SubscriptionQoS, MAXIMUM_QOS),
];
