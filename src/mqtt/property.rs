//! Properties (§2.2.2): one table of what exists, what kind of value it has and which packets carry it.

use std::ops::Range;

use bytes::Bytes;

use super::error::{EncodeError, ErrorKind};
use super::field::{FieldId, Label, Sink};
use super::frame::{skip_binary, split_length};
use super::packet::{PacketType, Sender};
use super::reader::{Read, Reader};
use super::text::Text;
use super::topic::check_topic_name;
use super::version::Version;
use super::writer::{Lengths, Room, Writer, binary_length, integer_length};

/// What can hold a property: one of the packets that have properties, or the Will inside CONNECT.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Holder {
    /// CONNECT (§3.1.2.11).
    Connect,
    /// The Will Properties in the payload of CONNECT (§3.1.3.2).
    Will,
    /// CONNACK (§3.2.2.3).
    ConnAck,
    /// PUBLISH (§3.3.2.3).
    Publish,
    /// PUBACK (§3.4.2.2).
    PubAck,
    /// PUBREC (§3.5.2.2).
    PubRec,
    /// PUBREL (§3.6.2.2).
    PubRel,
    /// PUBCOMP (§3.7.2.2).
    PubComp,
    /// SUBSCRIBE (§3.8.2.1).
    Subscribe,
    /// SUBACK (§3.9.2.1).
    SubAck,
    /// UNSUBSCRIBE (§3.10.2.1).
    Unsubscribe,
    /// UNSUBACK (§3.11.2.1).
    UnsubAck,
    /// DISCONNECT (§3.14.2.2).
    Disconnect,
    /// AUTH (§3.15.2.2).
    Auth,
}

impl Holder {
    /// Every holder, in the order of §3.
    pub const ALL: [Holder; 14] = [
        Holder::Connect,
        Holder::Will,
        Holder::ConnAck,
        Holder::Publish,
        Holder::PubAck,
        Holder::PubRec,
        Holder::PubRel,
        Holder::PubComp,
        Holder::Subscribe,
        Holder::SubAck,
        Holder::Unsubscribe,
        Holder::UnsubAck,
        Holder::Disconnect,
        Holder::Auth,
    ];

    /// The packet in which the properties travel.
    pub fn packet(self) -> PacketType {
        match self {
            Holder::Connect | Holder::Will => PacketType::Connect,
            Holder::ConnAck => PacketType::ConnAck,
            Holder::Publish => PacketType::Publish,
            Holder::PubAck => PacketType::PubAck,
            Holder::PubRec => PacketType::PubRec,
            Holder::PubRel => PacketType::PubRel,
            Holder::PubComp => PacketType::PubComp,
            Holder::Subscribe => PacketType::Subscribe,
            Holder::SubAck => PacketType::SubAck,
            Holder::Unsubscribe => PacketType::Unsubscribe,
            Holder::UnsubAck => PacketType::UnsubAck,
            Holder::Disconnect => PacketType::Disconnect,
            Holder::Auth => PacketType::Auth,
        }
    }

    /// The packet's name in capitals, or "Will Properties".
    pub fn name(self) -> &'static str {
        match self {
            Holder::Will => "Will Properties",
            _ => self.packet().name(),
        }
    }

    /// The name in lower case, for files and addresses.
    pub fn key(self) -> &'static str {
        match self {
            Holder::Will => "will",
            _ => self.packet().key(),
        }
    }
}

/// How a property's value is written (§1.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PropertyKind {
    /// One byte.
    Byte,
    /// Two bytes, the most significant first (§1.5.2).
    TwoByteInteger,
    /// Four bytes, the most significant first (§1.5.3).
    FourByteInteger,
    /// One to four bytes, at most 268,435,455 (§1.5.5).
    VariableByteInteger,
    /// Two bytes of length and at most 65,535 bytes of text (§1.5.4).
    Utf8String,
    /// Two bytes of length and at most 65,535 bytes (§1.5.6).
    BinaryData,
    /// Two strings, name and value (§1.5.7).
    StringPair,
}

impl PropertyKind {
    /// The specification's name.
    pub fn name(self) -> &'static str {
        match self {
            PropertyKind::Byte => "Byte",
            PropertyKind::TwoByteInteger => "Two Byte Integer",
            PropertyKind::FourByteInteger => "Four Byte Integer",
            PropertyKind::VariableByteInteger => "Variable Byte Integer",
            PropertyKind::Utf8String => "UTF-8 Encoded String",
            PropertyKind::BinaryData => "Binary Data",
            PropertyKind::StringPair => "UTF-8 String Pair",
        }
    }
}

/// A property's value by kind, borrowed from a [`Property`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PropertyValue<'a> {
    /// See [`PropertyKind::Byte`].
    Byte(u8),
    /// See [`PropertyKind::TwoByteInteger`].
    TwoByteInteger(u16),
    /// See [`PropertyKind::FourByteInteger`].
    FourByteInteger(u32),
    /// At most 268,435,455; [`encode`](super::encode) refuses more.
    VariableByteInteger(u32),
    /// At most 65,535 bytes; [`encode`](super::encode) refuses more.
    Utf8String(&'a str),
    /// At most 65,535 bytes; [`encode`](super::encode) refuses more.
    BinaryData(&'a Bytes),
    /// Name and value, each at most 65,535 bytes.
    StringPair(&'a str, &'a str),
}

macro_rules! value_type {
    (Byte) => {
        u8
    };
    (TwoByteInteger) => {
        u16
    };
    (FourByteInteger) => {
        u32
    };
    (VariableByteInteger) => {
        u32
    };
    (Utf8String) => {
        Text
    };
    (BinaryData) => {
        Bytes
    };
    (StringPair) => {
        (Text, Text)
    };
}

macro_rules! view {
    (StringPair, $value:ident) => {
        PropertyValue::StringPair(&$value.0, &$value.1)
    };
    (Utf8String, $value:ident) => {
        PropertyValue::Utf8String($value)
    };
    (BinaryData, $value:ident) => {
        PropertyValue::BinaryData($value)
    };
    ($kind:ident, $value:ident) => {
        PropertyValue::$kind(*$value)
    };
}

macro_rules! read_value {
    (Byte, $r:ident, $label:expr) => {
        $r.byte($label)?
    };
    (TwoByteInteger, $r:ident, $label:expr) => {
        $r.two_byte_integer($label)?
    };
    (FourByteInteger, $r:ident, $label:expr) => {
        $r.four_byte_integer($label)?
    };
    (VariableByteInteger, $r:ident, $label:expr) => {
        $r.variable_byte_integer($label)?
    };
    (Utf8String, $r:ident, $label:expr) => {
        $r.string_body($label)?
    };
    (BinaryData, $r:ident, $label:expr) => {
        $r.binary_body($label)?
    };
    (StringPair, $r:ident, $label:expr) => {
        $r.string_pair_body()?
    };
}

/// Declares `PropertyId`, `Property` and the look-ups together, so that none can miss an entry.
macro_rules! properties {
    ($($(#[$doc:meta])* $variant:ident = $id:literal, $key:ident, $name:literal, $kind:ident, [$($holder:ident $section:literal),*];)*) => {
        /// The identifier of a property (§2.2.2.2). What its value means is said at [`Property`].
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub enum PropertyId {
            $(
                #[doc = concat!(
                    "`", stringify!($id), "` ", $name, ", a [`", stringify!($kind), "`](PropertyKind::",
                    stringify!($kind), "). In",
                    $(" [`", stringify!($holder), "`](Holder::", stringify!($holder), ") (§", $section, ")",)* ".",
                )]
                $variant = $id,
            )*
        }

        impl PropertyId {
            /// Every property of §2.2.2.2, by identifier.
            pub const ALL: &[PropertyId] = &[$(PropertyId::$variant,)*];

            /// The property with this identifier; `None` for one that §2.2.2.2 does not list. Takes a
            /// `u32`, since the identifier is a Variable Byte Integer.
            #[inline(always)]
            pub fn from_value(value: u32) -> Option<PropertyId> {
                match value { $($id => Some(PropertyId::$variant),)* _ => None }
            }

            /// The specification's name.
            pub fn name(self) -> &'static str {
                match self { $(PropertyId::$variant => $name,)* }
            }

            /// The name in snake_case, for JSON and the glossary.
            pub fn key(self) -> &'static str {
                match self { $(PropertyId::$variant => stringify!($key),)* }
            }

            /// How its value is written.
            pub const fn kind(self) -> PropertyKind {
                match self { $(PropertyId::$variant => PropertyKind::$kind,)* }
            }

            /// What may carry it, each with the number of the section that describes it there.
            pub fn holders(self) -> &'static [(Holder, &'static str)] {
                match self { $(PropertyId::$variant => &[$((Holder::$holder, $section)),*],)* }
            }

            /// The same, a bit for each holder.
            fn holder_bits(self) -> u16 {
                match self { $(PropertyId::$variant => 0 $(| 1 << Holder::$holder as u16)*,)* }
            }

            /// The same section as the rule that an error cites.
            pub(super) fn rule_in(self, holder: Holder) -> &'static str {
                match (self, holder) {
                    $($((PropertyId::$variant, Holder::$holder) => concat!("§", $section),)*)*
                    _ => "§2.2.2.2",
                }
            }
        }

        /// A property with its value. Where a range is given, [`decode`](super::decode) refuses other
        /// values, and [`encode`](super::encode) writes them.
        #[derive(Clone, Debug, PartialEq, Eq)]
        #[repr(u8)]
        pub enum Property { $($(#[$doc])* $variant(value_type!($kind)) = $id,)* }

        impl Property {
            /// Which property it is.
            #[inline(always)]
            pub fn id(&self) -> PropertyId {
                match self { $(Property::$variant(_) => PropertyId::$variant,)* }
            }

            /// Its value, by kind.
            #[inline(always)]
            pub fn value(&self) -> PropertyValue<'_> {
                match self { $(Property::$variant(value) => view!($kind, value),)* }
            }

            /// Builds a property from a value of any kind; `None` if the kind is not the property's.
            pub fn from_value(id: PropertyId, value: PropertyValue<'_>) -> Option<Property> {
                match id { $(PropertyId::$variant => properties!(@own $kind, $variant, value),)* }
            }

            /// Reads a value and adds the property to `all`, where it is built in place.
            #[cfg_attr(not(target_family = "wasm"), inline(always))]
            fn read<S: Sink>(
                id: PropertyId,
                label: Label,
                r: &mut Reader<'_, S>,
                all: &mut Vec<Property>,
            ) -> Read<()> {
                match id { $(PropertyId::$variant => {
                    let value = read_value!($kind, r, label);
                    all.push(Property::$variant(value));
                })* }
                Ok(())
            }
        }

        /// Typed look-ups.
        impl Properties {
            $(properties!(@getter $kind, $variant, $key, $name);)*
        }
    };
    (@own Utf8String, $variant:ident, $value:ident) => {
        match $value { PropertyValue::Utf8String(v) => Some(Property::$variant(v.into())), _ => None }
    };
    (@own BinaryData, $variant:ident, $value:ident) => {
        match $value { PropertyValue::BinaryData(v) => Some(Property::$variant(v.clone())), _ => None }
    };
    (@own StringPair, $variant:ident, $value:ident) => {
        match $value {
            PropertyValue::StringPair(n, v) => Some(Property::$variant((n.into(), v.into()))),
            _ => None,
        }
    };
    (@own $kind:ident, $variant:ident, $value:ident) => {
        match $value { PropertyValue::$kind(v) => Some(Property::$variant(v)), _ => None }
    };
    (@getter StringPair, $variant:ident, $key:ident, $name:literal) => {};
    (@getter Utf8String, $variant:ident, $key:ident, $name:literal) => {
        #[doc = concat!("The value of the first ", $name, "; `None` where there is none. See [`Property::", stringify!($variant), "`].")]
        pub fn $key(&self) -> Option<&str> {
            self.0.iter().find_map(|p| match p { Property::$variant(v) => Some(v.as_str()), _ => None })
        }
    };
    (@getter BinaryData, $variant:ident, $key:ident, $name:literal) => {
        #[doc = concat!("The value of the first ", $name, "; `None` where there is none. See [`Property::", stringify!($variant), "`].")]
        pub fn $key(&self) -> Option<&Bytes> {
            self.0.iter().find_map(|p| match p { Property::$variant(v) => Some(v), _ => None })
        }
    };
    (@getter $kind:ident, $variant:ident, $key:ident, $name:literal) => {
        #[doc = concat!("The value of the first ", $name, "; `None` where there is none. See [`Property::", stringify!($variant), "`].")]
        pub fn $key(&self) -> Option<value_type!($kind)> {
            self.0.iter().find_map(|p| match p { Property::$variant(v) => Some(*v), _ => None })
        }
    };
}

properties! {
    /// Payload Format Indicator: 1 where the payload is UTF-8 text, 0 where it is any bytes, which is the
    /// default.
    PayloadFormatIndicator = 0x01, payload_format_indicator, "Payload Format Indicator", Byte,
        [Publish "3.3.2.3.2", Will "3.1.3.2.3"];
    /// Message Expiry Interval, in seconds: how long the message may wait for a subscriber. Absent: it does
    /// not expire. The Server takes off the time it waited [MQTT-3.3.2-6].
    MessageExpiryInterval = 0x02, message_expiry_interval, "Message Expiry Interval", FourByteInteger,
        [Publish "3.3.2.3.3", Will "3.1.3.2.4"];
    /// Content Type: what the payload is, in words that the applications agree on, often a MIME type.
    ContentType = 0x03, content_type, "Content Type", Utf8String,
        [Publish "3.3.2.3.9", Will "3.1.3.2.5"];
    /// Response Topic: the Topic Name for the response to this request. Without wildcards [MQTT-3.3.2-14].
    ResponseTopic = 0x08, response_topic, "Response Topic", Utf8String,
        [Publish "3.3.2.3.5", Will "3.1.3.2.6"];
    /// Correlation Data: bytes that the response repeats, so that the requester knows which request it
    /// answers.
    CorrelationData = 0x09, correlation_data, "Correlation Data", BinaryData,
        [Publish "3.3.2.3.6", Will "3.1.3.2.7"];
    /// Subscription Identifier, 1 to 268,435,455: set in SUBSCRIBE, and repeated in each PUBLISH which that
    /// subscription matches [MQTT-3.3.4-3].
    SubscriptionIdentifier = 0x0B, subscription_identifier, "Subscription Identifier", VariableByteInteger,
        [Publish "3.3.2.3.8", Subscribe "3.8.2.1.2"];
    /// Session Expiry Interval, in seconds from the end of the connection. 0 or absent: the Session ends
    /// with the connection; 0xFFFF_FFFF: it does not expire.
    SessionExpiryInterval = 0x11, session_expiry_interval, "Session Expiry Interval", FourByteInteger,
        [Connect "3.1.2.11.2", ConnAck "3.2.2.3.2", Disconnect "3.14.2.2.2"];
    /// Assigned Client Identifier: given by the Server to a Client whose own was empty [MQTT-3.2.2-16].
    AssignedClientIdentifier = 0x12, assigned_client_identifier, "Assigned Client Identifier", Utf8String,
        [ConnAck "3.2.2.3.7"];
    /// Server Keep Alive, in seconds: replaces the Keep Alive that the Client asked for [MQTT-3.2.2-21].
    ServerKeepAlive = 0x13, server_keep_alive, "Server Keep Alive", TwoByteInteger,
        [ConnAck "3.2.2.3.14"];
    /// Authentication Method: the name of the method of enhanced authentication, such as `SCRAM-SHA-256`
    /// (§4.12).
    AuthenticationMethod = 0x15, authentication_method, "Authentication Method", Utf8String,
        [Connect "3.1.2.11.9", ConnAck "3.2.2.3.17", Auth "3.15.2.2.2"];
    /// Authentication Data: contents as the method defines them.
    AuthenticationData = 0x16, authentication_data, "Authentication Data", BinaryData,
        [Connect "3.1.2.11.10", ConnAck "3.2.2.3.18", Auth "3.15.2.2.3"];
    /// Request Problem Information: 0 keeps Reason Strings and User Properties out of all packets but
    /// PUBLISH, CONNACK and DISCONNECT [MQTT-3.1.2-29]. Default 1.
    RequestProblemInformation = 0x17, request_problem_information, "Request Problem Information", Byte,
        [Connect "3.1.2.11.7"];
    /// Will Delay Interval, in seconds: how long the Server waits before it publishes the Will. Default 0.
    /// The end of the Session comes first if it is earlier.
    WillDelayInterval = 0x18, will_delay_interval, "Will Delay Interval", FourByteInteger,
        [Will "3.1.3.2.2"];
    /// Request Response Information: 1 allows the Server to return Response Information; with 0, the
    /// default, it must not [MQTT-3.1.2-28].
    RequestResponseInformation = 0x19, request_response_information, "Request Response Information", Byte,
        [Connect "3.1.2.11.6"];
    /// Response Information: what the Client builds its Response Topics from.
    ResponseInformation = 0x1A, response_information, "Response Information", Utf8String,
        [ConnAck "3.2.2.3.15"];
    /// Server Reference: another Server to use, with Reason Code 0x9C or 0x9D (§4.11).
    ServerReference = 0x1C, server_reference, "Server Reference", Utf8String,
        [ConnAck "3.2.2.3.16", Disconnect "3.14.2.2.5"];
    /// Reason String: a text for people who look for the fault; programs should not parse it.
    ReasonString = 0x1F, reason_string, "Reason String", Utf8String,
        [ConnAck "3.2.2.3.9", PubAck "3.4.2.2.2", PubRec "3.5.2.2.2", PubRel "3.6.2.2.2", PubComp "3.7.2.2.2",
         SubAck "3.9.2.1.2", UnsubAck "3.11.2.1.2", Disconnect "3.14.2.2.3", Auth "3.15.2.2.4"];
    /// Receive Maximum, 1 to 65,535: how many PUBLISH packets above QoS 0 the sender of this property
    /// accepts at once without having acknowledged them. Default 65,535.
    ReceiveMaximum = 0x21, receive_maximum, "Receive Maximum", TwoByteInteger,
        [Connect "3.1.2.11.3", ConnAck "3.2.2.3.3"];
    /// Topic Alias Maximum: the highest Topic Alias that the sender of this property accepts. 0, the
    /// default, accepts none.
    TopicAliasMaximum = 0x22, topic_alias_maximum, "Topic Alias Maximum", TwoByteInteger,
        [Connect "3.1.2.11.5", ConnAck "3.2.2.3.8"];
    /// Topic Alias, from 1 to the receiver's Topic Alias Maximum: a number for the Topic Name, valid in
    /// this direction of this connection.
    TopicAlias = 0x23, topic_alias, "Topic Alias", TwoByteInteger,
        [Publish "3.3.2.3.4"];
    /// Maximum QoS, 0 or 1: the highest QoS the Server supports. Absent: 2.
    MaximumQoS = 0x24, maximum_qos, "Maximum QoS", Byte,
        [ConnAck "3.2.2.3.4"];
    /// Retain Available: 0 where the Server stores no retained messages. Default 1.
    RetainAvailable = 0x25, retain_available, "Retain Available", Byte,
        [ConnAck "3.2.2.3.5"];
    /// User Property: name and value, with the meaning that applications give them. May repeat, names
    /// included, and the order is kept.
    UserProperty = 0x26, user_property, "User Property", StringPair,
        [Connect "3.1.2.11.8", ConnAck "3.2.2.3.10", Publish "3.3.2.3.7", Will "3.1.3.2.8", PubAck "3.4.2.2.3",
         PubRec "3.5.2.2.3", PubRel "3.6.2.2.3", PubComp "3.7.2.2.3", Subscribe "3.8.2.1.3", SubAck "3.9.2.1.3",
         Unsubscribe "3.10.2.1.2", UnsubAck "3.11.2.1.3", Disconnect "3.14.2.2.4", Auth "3.15.2.2.5"];
    /// Maximum Packet Size, in bytes with the Fixed Header, above 0: the largest packet the sender of this
    /// property accepts. Absent: only the wire format limits it.
    MaximumPacketSize = 0x27, maximum_packet_size, "Maximum Packet Size", FourByteInteger,
        [Connect "3.1.2.11.4", ConnAck "3.2.2.3.6"];
    /// Wildcard Subscription Available: 0 where the Server refuses Topic Filters with wildcards. Default 1.
    WildcardSubscriptionAvailable = 0x28, wildcard_subscription_available, "Wildcard Subscription Available", Byte,
        [ConnAck "3.2.2.3.11"];
    /// Subscription Identifier Available: 0 where the Server refuses Subscription Identifiers. Default 1.
    SubscriptionIdentifierAvailable = 0x29, subscription_identifier_available, "Subscription Identifier Available", Byte,
        [ConnAck "3.2.2.3.12"];
    /// Shared Subscription Available: 0 where the Server refuses Shared Subscriptions. Default 1.
    SharedSubscriptionAvailable = 0x2A, shared_subscription_available, "Shared Subscription Available", Byte,
        [ConnAck "3.2.2.3.13"];
}

impl PropertyId {
    /// The identifier on the wire. All of them fit into one byte of the Variable Byte Integer.
    pub fn value(self) -> u8 {
        self as u8
    }

    /// The number of the section that describes it in `holder`; `None` where it is not allowed there.
    pub fn section_in(self, holder: Holder) -> Option<&'static str> {
        self.holders().iter().find(|(h, _)| *h == holder).map(|(_, section)| *section)
    }

    /// Whether `holder` may carry it more than once. Only User Property may everywhere; a PUBLISH to a
    /// subscriber carries one Subscription Identifier per matching subscription (§3.3.4).
    pub fn may_repeat_in(self, holder: Holder) -> bool {
        match self {
            PropertyId::UserProperty => true,
            PropertyId::SubscriptionIdentifier => holder == Holder::Publish,
            _ => false,
        }
    }

    /// The only side that may put it into `holder`, where the specification binds one.
    fn only_sender_in(self, holder: Holder) -> Option<Sender> {
        match (self, holder) {
            // [MQTT-3.3.4-6]
            (PropertyId::SubscriptionIdentifier, Holder::Publish) => Some(Sender::Server),
            // [MQTT-3.14.2-2]
            (PropertyId::SessionExpiryInterval, Holder::Disconnect) => Some(Sender::Client),
            (PropertyId::ServerReference, Holder::Disconnect) => Some(Sender::Server),
            _ => None,
        }
    }
}

impl Property {
    /// A User Property.
    pub fn user(name: impl Into<Text>, value: impl Into<Text>) -> Property {
        Property::UserProperty((name.into(), value.into()))
    }

    /// Bytes on the wire behind the identifier.
    #[inline(always)]
    fn value_length(&self) -> Result<usize, EncodeError> {
        match self.value() {
            PropertyValue::Byte(_) => Ok(1),
            PropertyValue::TwoByteInteger(_) => Ok(2),
            PropertyValue::FourByteInteger(_) => Ok(4),
            PropertyValue::VariableByteInteger(value) => integer_length(value as usize),
            PropertyValue::Utf8String(text) => binary_length(text.as_bytes()),
            PropertyValue::BinaryData(data) => binary_length(data),
            PropertyValue::StringPair(name, value) => {
                Ok(binary_length(name.as_bytes())? + binary_length(value.as_bytes())?)
            }
        }
    }

    /// Writes as many, behind the identifier.
    #[inline(always)]
    fn write(&self, room: &mut Room<'_>) {
        let id = self.id().value();
        let behind_id = |room: &mut Room<'_>, bytes: &[u8]| {
            let [high, low] = (bytes.len() as u16).to_be_bytes();
            room.behind_fixed([id, high, low], bytes);
        };
        match self.value() {
            PropertyValue::Byte(value) => room.fixed([id, value]),
            PropertyValue::TwoByteInteger(value) => {
                let [a, b] = value.to_be_bytes();
                room.fixed([id, a, b]);
            }
            PropertyValue::FourByteInteger(value) => {
                let [a, b, c, d] = value.to_be_bytes();
                room.fixed([id, a, b, c, d]);
            }
            PropertyValue::VariableByteInteger(value) => {
                room.fixed([id]);
                room.variable_byte_integer(value as usize);
            }
            PropertyValue::Utf8String(text) => behind_id(room, text.as_bytes()),
            PropertyValue::BinaryData(data) => behind_id(room, data),
            PropertyValue::StringPair(name, value) => {
                behind_id(room, name.as_bytes());
                room.binary(value.as_bytes());
            }
        }
    }

    /// The range its own section gives; an error comes with the bytes at fault. The value stands at `range`.
    fn check_range(
        &self,
        range: Range<usize>,
        holder: Holder,
    ) -> Result<(), (Range<usize>, ErrorKind)> {
        let id = self.id();
        let kind = match self {
            Property::PayloadFormatIndicator(v)
            | Property::RequestProblemInformation(v)
            | Property::RequestResponseInformation(v)
            | Property::MaximumQoS(v)
            | Property::RetainAvailable(v)
            | Property::WildcardSubscriptionAvailable(v)
            | Property::SubscriptionIdentifierAvailable(v)
            | Property::SharedSubscriptionAvailable(v)
                if *v > 1 =>
            {
                ErrorKind::PropertyNotZeroOrOne(id, holder)
            }
            Property::ReceiveMaximum(0)
            | Property::MaximumPacketSize(0)
            | Property::SubscriptionIdentifier(0) => ErrorKind::PropertyZero(id, holder),
            Property::TopicAlias(0) => ErrorKind::TopicAliasZero,
            Property::ResponseTopic(topic) => {
                return check_topic_name(topic).map_err(|(offset, kind)| {
                    // The text follows its two-byte length.
                    let at = range.start + 2 + offset;
                    let kind = match kind {
                        ErrorKind::TopicNameWildcard => ErrorKind::ResponseTopicWildcard,
                        kind => kind,
                    };
                    (at..range.end.min(at + 1), kind)
                });
            }
            _ => return Ok(()),
        };
        Err((range, kind))
    }
}

/// Properties in wire order, repeats included.
///
/// The vector may hold anything: what a packet must not carry, too many of one, values out of range.
/// [`encode`](super::encode) writes it as it is.
///
/// ```
/// use mqtt5_playground::mqtt::{Properties, Property};
///
/// let properties = Properties::from([Property::TopicAlias(1), Property::user("unit", "°C")]);
/// assert_eq!(properties.topic_alias(), Some(1));
/// assert_eq!(properties.receive_maximum(), None);
/// assert_eq!(properties.user_properties().next(), Some(("unit", "°C")));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Properties(pub Vec<Property>);

impl Properties {
    /// No properties: one byte on the wire, a Property Length of 0 [MQTT-2.2.2-1].
    pub const NONE: Properties = Properties(Vec::new());

    /// All of them, in wire order.
    pub fn iter(&self) -> std::slice::Iter<'_, Property> {
        self.0.iter()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many there are, repeats included.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Adds one at the end, also where the same one is there already.
    pub fn push(&mut self, property: Property) {
        self.0.push(property);
    }

    /// Whether there is at least one with this identifier.
    pub fn contains(&self, id: PropertyId) -> bool {
        self.0.iter().any(|p| p.id() == id)
    }

    /// User Properties in wire order: names may repeat and order carries meaning (§3.3.2.3.7).
    pub fn user_properties(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().filter_map(|p| match p {
            Property::UserProperty((name, value)) => Some((name.as_str(), value.as_str())),
            _ => None,
        })
    }

    /// Every Subscription Identifier, in wire order.
    pub fn subscription_identifiers(&self) -> impl Iterator<Item = u32> {
        self.0.iter().filter_map(|p| match p {
            Property::SubscriptionIdentifier(id) => Some(*id),
            _ => None,
        })
    }

    #[inline(always)]
    pub(super) fn read<S: Sink>(r: &mut Reader<'_, S>, holder: Holder) -> Read<Properties> {
        let group = match holder {
            Holder::Will => FieldId::WillProperties,
            _ => FieldId::Properties,
        };
        r.open(group.into());
        let start = r.at();
        let properties = match r.variable_byte_integer(FieldId::PropertyLength.into()) {
            Ok(0) => Ok(Properties::NONE),
            Ok(length) => Properties::read_block(r, holder, length as usize, start..r.at()),
            Err(stop) => Err(stop),
        };
        r.close();
        properties
    }

    #[inline(never)]
    fn read_block<S: Sink>(
        r: &mut Reader<'_, S>,
        holder: Holder,
        length: usize,
        said: Range<usize>,
    ) -> Read<Properties> {
        let block = r.rest().get(..length).unwrap_or(r.rest());
        let mut properties = Vec::with_capacity(count(block));
        r.block(length, said, |r| {
            let mut seen = 0;
            while !r.at_end() {
                read_property(r, holder, &mut seen, &mut properties)?;
            }
            Ok(())
        })?;
        Ok(Properties(properties))
    }

    /// Bytes on the wire, with the Property Length; none before 5.0, where no packet has properties.
    #[inline(always)]
    pub(super) fn length(
        &self,
        version: Version,
        lengths: &mut Lengths,
    ) -> Result<usize, EncodeError> {
        match self.is_empty() {
            _ if !version.is_5() => Ok(0),
            true => Ok(1),
            false => self.some_length(lengths),
        }
    }

    #[inline(never)]
    fn some_length(&self, lengths: &mut Lengths) -> Result<usize, EncodeError> {
        let mut length = 0;
        for property in &self.0 {
            length += 1 + property.value_length()?;
        }
        lengths.add_block(length);
        Ok(integer_length(length)? + length)
    }

    /// Writes as many bytes as [`length`](Properties::length) says.
    #[inline(always)]
    pub(super) fn write(&self, w: &mut Writer<'_>) {
        match self.is_empty() {
            _ if !w.version().is_5() => {}
            true => w.byte(0),
            false => {
                let (room, length) = w.block();
                self.write_some(room, length);
            }
        }
    }

    /// The same where room has been made for more.
    #[inline(always)]
    pub(super) fn write_within<'a>(
        &self,
        mut room: Room<'a>,
        version: Version,
        lengths: &mut Lengths,
    ) -> Room<'a> {
        match self.is_empty() {
            _ if !version.is_5() => room,
            true => {
                room.fixed([0]);
                room
            }
            false => self.write_some(room, lengths.next_block()),
        }
    }

    /// Takes the room by value, so that where it begins stays in a register.
    #[inline(never)]
    fn write_some<'a>(&self, mut room: Room<'a>, length: usize) -> Room<'a> {
        room.variable_byte_integer(length);
        for property in &self.0 {
            property.write(&mut room);
        }
        room
    }
}

impl From<Vec<Property>> for Properties {
    fn from(properties: Vec<Property>) -> Properties {
        Properties(properties)
    }
}

impl<const N: usize> From<[Property; N]> for Properties {
    fn from(properties: [Property; N]) -> Properties {
        Properties(properties.into())
    }
}

impl FromIterator<Property> for Properties {
    fn from_iter<I: IntoIterator<Item = Property>>(properties: I) -> Properties {
        Properties(properties.into_iter().collect())
    }
}

impl<'a> IntoIterator for &'a Properties {
    type Item = &'a Property;
    type IntoIter = std::slice::Iter<'a, Property>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

/// One property: its identifier is judged before its value is read, so that the error names the
/// byte that makes the packet wrong.
#[inline(always)]
fn read_property<S: Sink>(
    r: &mut Reader<'_, S>,
    holder: Holder,
    seen: &mut u64,
    all: &mut Vec<Property>,
) -> Read<()> {
    let (at, label) = (r.at(), FieldId::PropertyIdentifier.into());
    let identifier = r.peek_variable_byte_integer(label)?;
    let here = at..at + identifier.length;
    let Some(id) = PropertyId::from_value(identifier.value) else {
        // Nor is the length of what follows known.
        let error = r.stop(at, here, ErrorKind::PropertyUnknown(identifier.value));
        if !r.is_guess() {
            r.take_ahead(label, identifier);
        }
        return Err(error);
    };
    let is_allowed = id.holder_bits() >> holder as u16 & 1 == 1;
    r.hold(is_allowed, here.clone(), ErrorKind::PropertyNotAllowed(id, holder))?;
    if let (Some(only), Some(sender)) = (id.only_sender_in(holder), r.sender()) {
        r.hold(only == sender, here.clone(), ErrorKind::PropertyFromWrongSide(id, holder))?;
    }
    let bit = 1 << id.value();
    if *seen & bit != 0 && is_allowed && !id.may_repeat_in(holder) {
        r.flaw(at, here, ErrorKind::PropertyRepeated(id, holder))?;
    }
    *seen |= bit;
    let section = if S::READS_ON { id.section_in(holder) } else { None };
    let group = Label::Property(id, section.unwrap_or("2.2.2.2"));
    r.open(group);
    r.take_ahead(label, identifier);
    let value_at = r.at();
    let mut outcome = Property::read(id, group, r, all);
    if outcome.is_ok()
        && RANGED >> id.value() & 1 == 1
        && let Some(property) = all.last()
        && let Err((range, kind)) = property.check_range(value_at..r.at(), holder)
    {
        outcome = r.flaw(range.start, range, kind);
    }
    r.close();
    outcome
}

/// A bit for each property that [`Property::check_range`] may refuse.
const RANGED: u64 = {
    let (mut bits, mut index) = (0, 0);
    while index < PropertyId::ALL.len() {
        let id = PropertyId::ALL[index];
        let has_range = match id {
            PropertyId::ReceiveMaximum
            | PropertyId::MaximumPacketSize
            | PropertyId::SubscriptionIdentifier
            | PropertyId::TopicAlias
            | PropertyId::ResponseTopic => true,
            _ => matches!(id.kind(), PropertyKind::Byte),
        };
        if has_range {
            bits |= 1 << id as u8;
        }
        index += 1;
    }
    bits
};

/// How many properties there are, as far as they can be told apart, so that there is room for all of them at
/// once. More are never said than there are bytes.
fn count(mut block: &[u8]) -> usize {
    let mut count = 0;
    while let Some((&id, rest)) = block.split_first() {
        let Some(id) = PropertyId::from_value(id.into()) else { break };
        let skipped = match id.kind() {
            PropertyKind::Byte => rest.get(1..),
            PropertyKind::TwoByteInteger => rest.get(2..),
            PropertyKind::FourByteInteger => rest.get(4..),
            PropertyKind::VariableByteInteger => split_length(rest).map(|(_, rest)| rest),
            PropertyKind::Utf8String | PropertyKind::BinaryData => skip_binary(rest),
            PropertyKind::StringPair => skip_binary(rest).and_then(skip_binary),
        };
        count += 1;
        let Some(skipped) = skipped else { break };
        block = skipped;
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_ordered_and_reads_back() {
        assert_eq!(PropertyId::ALL.len(), 27);
        assert!(PropertyId::ALL.is_sorted());
        for &id in PropertyId::ALL {
            assert_eq!(PropertyId::from_value(id.value().into()), Some(id), "{}", id.name());
            assert!(!id.holders().is_empty(), "{}", id.name());
        }
    }

    #[test]
    fn what_has_a_range_is_looked_at() {
        let bytes = Bytes::from_static(b"#");
        let texts = ["", "#", "a"].map(PropertyValue::Utf8String);
        let numbers = [0, 1, 2, 255].map(PropertyValue::Byte);
        let large = [0, 1].map(PropertyValue::TwoByteInteger);
        let larger = [0, 1].map(PropertyValue::FourByteInteger);
        let variable = [0, 1].map(PropertyValue::VariableByteInteger);
        let others = [PropertyValue::BinaryData(&bytes), PropertyValue::StringPair("", "#")];
        let values = [&texts[..], &numbers, &large, &larger, &variable, &others].concat();
        for &id in PropertyId::ALL {
            let of_its_kind = values.iter().filter_map(|value| Property::from_value(id, *value));
            let refused =
                |property: Property| property.check_range(0..1, id.holders()[0].0).is_err();
            let has_range = of_its_kind.map(refused).fold(false, |any, one| any | one);
            assert_eq!(RANGED >> id.value() & 1 == 1, has_range, "{}", id.name());
        }
    }

    #[test]
    fn look_ups_find_the_first_and_keep_repeats_in_order() {
        let properties = Properties::from([
            Property::user("a", "1"),
            Property::SubscriptionIdentifier(7),
            Property::user("a", "2"),
            Property::SubscriptionIdentifier(3),
        ]);
        assert_eq!(properties.subscription_identifier(), Some(7));
        assert_eq!(properties.subscription_identifiers().collect::<Vec<_>>(), [7, 3]);
        assert_eq!(properties.user_properties().collect::<Vec<_>>(), [("a", "1"), ("a", "2")]);
        assert_eq!(properties.receive_maximum(), None);
    }
}
