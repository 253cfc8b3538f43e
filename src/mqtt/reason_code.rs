//! Reason Codes (§2.4): one table, which decoder, forms, grid and glossary read.

use super::packet::{PacketType, Sender};
use super::qos::QoS;
use super::v3;
use super::version::Version;
use PacketType::*;

/// Declares the enum and its table together, so that neither can miss an entry.
macro_rules! reason_codes {
    ($($variant:ident = $value:literal, $name:literal, [$($packet:ident),*];)*) => {
        /// The result of an operation (§2.4): success below 0x80, failure from 0x80 on.
        ///
        /// 0x00 means Success, Normal disconnection or Granted QoS 0; [`ReasonCode::name_in`] tells
        /// which one a packet means.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub enum ReasonCode {
            $(
                #[doc = concat!(
                    "`", stringify!($value), "` ", $name, ". In",
                    $(" [`", stringify!($packet), "`](PacketType::", stringify!($packet), ")",)* ".",
                )]
                $variant = $value,
            )*
        }

        impl ReasonCode {
            /// Every Reason Code of §2.4, by value.
            pub const ALL: &[ReasonCode] = &[$(ReasonCode::$variant,)*];

            /// The Reason Code with this value; `None` for a value that §2.4 does not list.
            pub fn from_value(value: u8) -> Option<ReasonCode> {
                match value { $($value => Some(ReasonCode::$variant),)* _ => None }
            }

            /// The name in §2.4; for 0x00 the general one.
            pub fn name(self) -> &'static str {
                match self { $(ReasonCode::$variant => $name,)* }
            }

            /// The same, a bit for each type.
            fn packet_bits(self) -> u16 {
                match self { $(ReasonCode::$variant => 0 $(| 1 << PacketType::$packet as u16)*,)* }
            }

            /// The packets that may carry it, from either side; see [`ReasonCode::allowed_in`].
            pub fn packets(self) -> &'static [PacketType] {
                match self { $(ReasonCode::$variant => &[$($packet),*],)* }
            }
        }
    };
}

reason_codes! {
    Success = 0x00, "Success", [ConnAck, PubAck, PubRec, PubRel, PubComp, SubAck, UnsubAck, Disconnect, Auth];
    GrantedQoS1 = 0x01, "Granted QoS 1", [SubAck];
    GrantedQoS2 = 0x02, "Granted QoS 2", [SubAck];
    DisconnectWithWillMessage = 0x04, "Disconnect with Will Message", [Disconnect];
    NoMatchingSubscribers = 0x10, "No matching subscribers", [PubAck, PubRec];
    NoSubscriptionExisted = 0x11, "No subscription existed", [UnsubAck];
    ContinueAuthentication = 0x18, "Continue authentication", [Auth];
    ReAuthenticate = 0x19, "Re-authenticate", [Auth];
    UnspecifiedError = 0x80, "Unspecified error", [ConnAck, PubAck, PubRec, SubAck, UnsubAck, Disconnect];
    MalformedPacket = 0x81, "Malformed Packet", [ConnAck, Disconnect];
    ProtocolError = 0x82, "Protocol Error", [ConnAck, Disconnect];
    ImplementationSpecificError = 0x83, "Implementation specific error", [ConnAck, PubAck, PubRec, SubAck, UnsubAck, Disconnect];
    UnsupportedProtocolVersion = 0x84, "Unsupported Protocol Version", [ConnAck];
    ClientIdentifierNotValid = 0x85, "Client Identifier not valid", [ConnAck];
    BadUserNameOrPassword = 0x86, "Bad User Name or Password", [ConnAck];
    NotAuthorized = 0x87, "Not authorized", [ConnAck, PubAck, PubRec, SubAck, UnsubAck, Disconnect];
    ServerUnavailable = 0x88, "Server unavailable", [ConnAck];
    ServerBusy = 0x89, "Server busy", [ConnAck, Disconnect];
    Banned = 0x8A, "Banned", [ConnAck];
    ServerShuttingDown = 0x8B, "Server shutting down", [Disconnect];
    BadAuthenticationMethod = 0x8C, "Bad authentication method", [ConnAck, Disconnect];
    KeepAliveTimeout = 0x8D, "Keep Alive timeout", [Disconnect];
    SessionTakenOver = 0x8E, "Session taken over", [Disconnect];
    TopicFilterInvalid = 0x8F, "Topic Filter invalid", [SubAck, UnsubAck, Disconnect];
    TopicNameInvalid = 0x90, "Topic Name invalid", [ConnAck, PubAck, PubRec, Disconnect];
    PacketIdentifierInUse = 0x91, "Packet Identifier in use", [PubAck, PubRec, SubAck, UnsubAck];
    PacketIdentifierNotFound = 0x92, "Packet Identifier not found", [PubRel, PubComp];
    ReceiveMaximumExceeded = 0x93, "Receive Maximum exceeded", [Disconnect];
    TopicAliasInvalid = 0x94, "Topic Alias invalid", [Disconnect];
    PacketTooLarge = 0x95, "Packet too large", [ConnAck, Disconnect];
    MessageRateTooHigh = 0x96, "Message rate too high", [Disconnect];
    QuotaExceeded = 0x97, "Quota exceeded", [ConnAck, PubAck, PubRec, SubAck, Disconnect];
    AdministrativeAction = 0x98, "Administrative action", [Disconnect];
    PayloadFormatInvalid = 0x99, "Payload format invalid", [ConnAck, PubAck, PubRec, Disconnect];
    RetainNotSupported = 0x9A, "Retain not supported", [ConnAck, Disconnect];
    QoSNotSupported = 0x9B, "QoS not supported", [ConnAck, Disconnect];
    UseAnotherServer = 0x9C, "Use another server", [ConnAck, Disconnect];
    ServerMoved = 0x9D, "Server moved", [ConnAck, Disconnect];
    SharedSubscriptionsNotSupported = 0x9E, "Shared Subscriptions not supported", [SubAck, Disconnect];
    ConnectionRateExceeded = 0x9F, "Connection rate exceeded", [ConnAck, Disconnect];
    MaximumConnectTime = 0xA0, "Maximum connect time", [Disconnect];
    SubscriptionIdentifiersNotSupported = 0xA1, "Subscription Identifiers not supported", [SubAck, Disconnect];
    WildcardSubscriptionsNotSupported = 0xA2, "Wildcard Subscriptions not supported", [SubAck, Disconnect];
}

impl ReasonCode {
    /// The byte on the wire.
    pub fn value(self) -> u8 {
        self as u8
    }

    /// Whether it reports a failure: true from 0x80 on (§2.4).
    pub fn is_error(self) -> bool {
        self.value() >= 0x80
    }

    /// The maximum QoS that it grants in SUBACK; `None` for one that refuses (§3.9.3).
    pub fn granted_qos(self) -> Option<QoS> {
        match self {
            ReasonCode::Success => Some(QoS::AtMostOnce),
            ReasonCode::GrantedQoS1 => Some(QoS::AtLeastOnce),
            ReasonCode::GrantedQoS2 => Some(QoS::ExactlyOnce),
            _ => None,
        }
    }

    /// The name as `packet` means it: 0x00 reads differently in SUBACK and DISCONNECT.
    pub fn name_in(self, packet: PacketType) -> &'static str {
        match (self, packet) {
            (ReasonCode::Success, SubAck) => "Granted QoS 0",
            (ReasonCode::Success, Disconnect) => "Normal disconnection",
            _ => self.name(),
        }
    }

    /// `0x87 Not authorized`, by the name that it has in `packet`.
    pub fn in_words(self, packet: PacketType) -> String {
        format!("0x{:02X} {}", self.value(), self.name_in(packet))
    }

    /// The return code of CONNACK or SUBACK that said the same before 5.0, and its name in 3.1.1 (§3.2.2.3,
    /// §3.9.3); `None` where there was none.
    pub fn return_code(self, packet: PacketType) -> Option<(u8, &'static str)> {
        v3::return_code(self, packet)
    }

    /// [`in_words`](ReasonCode::in_words) for a packet of any version: `0x05 Connection Refused, not authorized`. `None` where the
    /// packet has no such code before 5.0, as PUBACK has none at all.
    pub fn in_words_as(self, packet: PacketType, version: Version) -> Option<String> {
        match version {
            Version::V5 => Some(self.in_words(packet)),
            Version::V3_1 | Version::V3_1_1 => {
                let (value, name) = self.return_code(packet)?;
                Some(format!("0x{value:02X} {name}"))
            }
        }
    }

    /// Whether `packet`, sent by `sender`, may carry it. Only DISCONNECT (§3.14.2.1) and AUTH
    /// (§3.15.2.1) have codes that belong to one side; where the sender is `None`, either will do.
    pub fn allowed_in(self, packet: PacketType, sender: Option<Sender>) -> bool {
        self.packet_bits() >> packet as u16 & 1 == 1
            && sender.is_none_or(|s| self.sent_by(packet, s))
    }

    fn sent_by(self, packet: PacketType, sender: Sender) -> bool {
        use ReasonCode as R;
        let only = match (packet, self) {
            (Disconnect, R::Success | R::DisconnectWithWillMessage) => Sender::Client,
            (
                Disconnect,
                R::UnspecifiedError
                | R::MalformedPacket
                | R::ProtocolError
                | R::ImplementationSpecificError
                | R::BadAuthenticationMethod
                | R::TopicNameInvalid
                | R::ReceiveMaximumExceeded
                | R::TopicAliasInvalid
                | R::PacketTooLarge
                | R::MessageRateTooHigh
                | R::QuotaExceeded
                | R::AdministrativeAction
                | R::PayloadFormatInvalid,
            ) => return true,
            (Disconnect, _) => Sender::Server,
            (Auth, R::Success) => Sender::Server,
            (Auth, R::ReAuthenticate) => Sender::Client,
            _ => return true,
        };
        sender == only
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_ordered_and_reads_back() {
        assert_eq!(ReasonCode::ALL.len(), 43);
        assert!(ReasonCode::ALL.is_sorted());
        for &code in ReasonCode::ALL {
            assert_eq!(ReasonCode::from_value(code.value()), Some(code), "{}", code.name());
            assert!(!code.packets().is_empty(), "{}", code.name());
        }
    }

    #[test]
    fn one_value_has_three_names() {
        assert_eq!(ReasonCode::Success.name_in(ConnAck), "Success");
        assert_eq!(ReasonCode::Success.name_in(SubAck), "Granted QoS 0");
        assert_eq!(ReasonCode::Success.name_in(Disconnect), "Normal disconnection");
    }

    #[test]
    fn some_codes_belong_to_one_side() {
        for (code, packet, client, server) in [
            (ReasonCode::DisconnectWithWillMessage, Disconnect, true, false),
            (ReasonCode::Success, Disconnect, true, false),
            (ReasonCode::SessionTakenOver, Disconnect, false, true),
            (ReasonCode::ProtocolError, Disconnect, true, true),
            (ReasonCode::ReAuthenticate, Auth, true, false),
            (ReasonCode::Success, Auth, false, true),
            (ReasonCode::ContinueAuthentication, Auth, true, true),
            (ReasonCode::Success, PubAck, true, true),
        ] {
            let name = code.name_in(packet);
            assert_eq!(code.allowed_in(packet, Some(Sender::Client)), client, "{name}");
            assert_eq!(code.allowed_in(packet, Some(Sender::Server)), server, "{name}");
            assert!(code.allowed_in(packet, None), "{name}");
        }
    }
}
