//! The causes, each with its rule.

use std::time::Duration;

use crate::capture::RecordId;
use crate::mqtt::{ErrorKind, PacketType, ReasonCode, Sender};

/// Why something ended or was refused. Numbers are given as found, and as allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// The bytes of the client's packet break a rule.
    ClientBroken(ErrorKind),
    /// The bytes of the server's packet do.
    ServerBroken(ErrorKind),
    SecondConnect,
    NotConnectFirst,
    AfterDisconnect,
    /// Topic Alias Maximum is 0 or absent.
    AliasNotAllowed {
        alias: u16,
        by: Sender,
    },
    AliasAboveMaximum {
        alias: u16,
        maximum: u16,
        by: Sender,
    },
    /// An empty Topic Name, and the alias was never set on this connection.
    AliasUnknown {
        alias: u16,
    },
    PacketTooLarge {
        size: usize,
        maximum: u32,
        by: Sender,
    },
    ReceiveMaximumExceeded {
        unfinished: usize,
        maximum: u16,
        by: Sender,
    },
    PacketIdentifierInUse {
        packet_id: u16,
    },
    /// An acknowledgement of the other Quality of Service.
    AcknowledgementOutOfPlace,
    QoSAboveMaximum {
        qos: u8,
        maximum: u8,
    },
    RetainNotAvailable,
    WildcardNotAvailable,
    SharedNotAvailable,
    SubscriptionIdentifierNotAvailable,
    /// DISCONNECT sets a Session Expiry Interval where CONNECT had 0.
    SessionExpiryAfterZero,
    AuthWithoutMethod,
    AuthMethodDiffers,
    /// Nothing was heard for one and a half times the Keep Alive.
    KeepAlive {
        silent: Duration,
        keep_alive: u16,
    },
    /// Something was sent, but it cannot have arrived.
    KeepAliveLost,
    /// By a client of this bench.
    TakenOver,
    TakenOverElsewhere,
    /// The Reason Code is all that is known.
    Refused(ReasonCode, PacketType),
    NeverOpened,
    ClosedBeforeConnect,
    ClosedWithoutConnAck,
    /// The Server's challenge was not answered, and the Server has waited long enough.
    LoginLeftOpen {
        waited: Duration,
    },
    /// The last AUTH is what the refusal answers.
    ProofRefused {
        /// On a connection that had logged in before.
        again: bool,
    },
    ProofRefusedSilently,
    ClosedUnexplained,
    CutByClient {
        with_will: bool,
    },
    NoConnAck,
    NoPingResp,
    TextMessage,
    /// What would tell may be among the bytes that the capture lacks.
    NotCaptured {
        hole: RecordId,
        missing: u64,
        unread: u64,
    },
}

impl Cause {
    /// The name under which it is explained; a Reason Code that means something else in this packet
    /// has a name of its own.
    pub fn key(self) -> &'static str {
        use ReasonCode as R;
        match self {
            Cause::ClientBroken(_) => "client_broken",
            Cause::ServerBroken(_) => "server_broken",
            Cause::SecondConnect => "second_connect",
            Cause::NotConnectFirst => "not_connect_first",
            Cause::AfterDisconnect => "after_disconnect",
            Cause::AliasNotAllowed { .. } => "alias_not_allowed",
            Cause::AliasAboveMaximum { .. } => "alias_above_maximum",
            Cause::AliasUnknown { .. } => "alias_unknown",
            Cause::PacketTooLarge { .. } => "packet_too_large",
            Cause::ReceiveMaximumExceeded { .. } => "receive_maximum_exceeded",
            Cause::PacketIdentifierInUse { .. } => "packet_identifier_in_use",
            Cause::AcknowledgementOutOfPlace => "acknowledgement_out_of_place",
            Cause::QoSAboveMaximum { .. } => "qos_above_maximum",
            Cause::RetainNotAvailable => "retain_not_available",
            Cause::WildcardNotAvailable => "wildcard_not_available",
            Cause::SharedNotAvailable => "shared_not_available",
            Cause::SubscriptionIdentifierNotAvailable => "subscription_identifier_not_available",
            Cause::SessionExpiryAfterZero => "session_expiry_after_zero",
            Cause::AuthWithoutMethod => "auth_without_method",
            Cause::AuthMethodDiffers => "auth_method_differs",
            Cause::KeepAlive { .. } => "keep_alive",
            Cause::KeepAliveLost => "keep_alive_lost",
            Cause::TakenOver => "taken_over",
            Cause::TakenOverElsewhere => "taken_over_elsewhere",
            Cause::NeverOpened => "never_opened",
            Cause::ClosedBeforeConnect => "closed_before_connect",
            Cause::ClosedWithoutConnAck => "closed_without_connack",
            Cause::LoginLeftOpen { .. } => "login_left_open",
            Cause::ProofRefused { .. } => "proof_refused",
            Cause::ProofRefusedSilently => "proof_refused_silently",
            Cause::ClosedUnexplained => "closed_unexplained",
            Cause::CutByClient { with_will: false } => "cut_by_client",
            Cause::CutByClient { with_will: true } => "cut_by_client_with_will",
            Cause::NoConnAck => "no_connack",
            Cause::NoPingResp => "no_pingresp",
            Cause::TextMessage => "text_message",
            Cause::NotCaptured { .. } => "not_captured",
            Cause::Refused(code, packet) => match (code, packet) {
                (R::MalformedPacket, _) => "code_malformed_packet",
                (R::ProtocolError, _) => "code_protocol_error",
                (R::ImplementationSpecificError, _) => "code_implementation_specific_error",
                (R::UnsupportedProtocolVersion, _) => "code_unsupported_protocol_version",
                (R::ClientIdentifierNotValid, _) => "code_client_identifier_not_valid",
                (R::BadUserNameOrPassword, _) => "code_bad_user_name_or_password",
                (R::NotAuthorized, PacketType::ConnAck) => "code_not_authorized_to_connect",
                (R::NotAuthorized, PacketType::PubAck | PacketType::PubRec) => {
                    "code_not_authorized_to_publish"
                }
                (R::NotAuthorized, PacketType::SubAck | PacketType::UnsubAck) => {
                    "code_not_authorized_to_subscribe"
                }
                (R::NotAuthorized, _) => "code_not_authorized",
                (R::ServerUnavailable, _) => "code_server_unavailable",
                (R::ServerBusy, _) => "code_server_busy",
                (R::Banned, _) => "code_banned",
                (R::ServerShuttingDown, _) => "code_server_shutting_down",
                (R::BadAuthenticationMethod, _) => "code_bad_authentication_method",
                (R::KeepAliveTimeout, _) => "keep_alive_lost",
                (R::SessionTakenOver, _) => "taken_over_elsewhere",
                (R::TopicFilterInvalid, _) => "code_topic_filter_invalid",
                (R::TopicNameInvalid, PacketType::ConnAck) => "code_will_topic_invalid",
                (R::TopicNameInvalid, _) => "code_topic_name_invalid",
                (R::PacketIdentifierInUse, _) => "code_packet_identifier_in_use",
                (R::PacketIdentifierNotFound, _) => "code_packet_identifier_not_found",
                (R::ReceiveMaximumExceeded, _) => "receive_maximum_exceeded",
                (R::TopicAliasInvalid, _) => "alias_above_maximum",
                (R::PacketTooLarge, _) => "packet_too_large",
                (R::MessageRateTooHigh, _) => "code_message_rate_too_high",
                (R::QuotaExceeded, _) => "code_quota_exceeded",
                (R::AdministrativeAction, _) => "code_administrative_action",
                (R::PayloadFormatInvalid, _) => "code_payload_format_invalid",
                (R::RetainNotSupported, PacketType::ConnAck) => "code_will_retain_not_supported",
                (R::RetainNotSupported, _) => "retain_not_available",
                (R::QoSNotSupported, PacketType::ConnAck) => "code_will_qos_not_supported",
                (R::QoSNotSupported, _) => "qos_above_maximum",
                (R::UseAnotherServer, _) => "code_use_another_server",
                (R::ServerMoved, _) => "code_server_moved",
                (R::SharedSubscriptionsNotSupported, _) => "shared_not_available",
                (R::ConnectionRateExceeded, _) => "code_connection_rate_exceeded",
                (R::MaximumConnectTime, _) => "code_maximum_connect_time",
                (R::SubscriptionIdentifiersNotSupported, _) => {
                    "subscription_identifier_not_available"
                }
                (R::WildcardSubscriptionsNotSupported, _) => "wildcard_not_available",
                _ => "code_unspecified_error",
            },
        }
    }

    /// The normative statement that decides it, or the section where no statement has a number.
    pub fn rule(self) -> &'static str {
        use ReasonCode as R;
        match self {
            Cause::ClientBroken(kind) | Cause::ServerBroken(kind) => kind.rule(),
            Cause::SecondConnect => "[MQTT-3.1.0-2]",
            Cause::NotConnectFirst => "[MQTT-3.1.0-1]",
            Cause::AfterDisconnect => "[MQTT-3.14.4-1]",
            Cause::AliasNotAllowed { by: Sender::Client, .. } => "[MQTT-3.2.2-18]",
            Cause::AliasNotAllowed { by: Sender::Server, .. } => "[MQTT-3.1.2-27]",
            Cause::AliasAboveMaximum { by: Sender::Client, .. } => "[MQTT-3.2.2-17]",
            Cause::AliasAboveMaximum { by: Sender::Server, .. } => "[MQTT-3.1.2-26]",
            Cause::AliasUnknown { .. } => "§3.3.2.3.4",
            Cause::PacketTooLarge { by: Sender::Client, .. } => "[MQTT-3.2.2-15]",
            Cause::PacketTooLarge { by: Sender::Server, .. } => "[MQTT-3.1.2-24]",
            Cause::ReceiveMaximumExceeded { by: Sender::Client, .. } => "[MQTT-3.3.4-7]",
            Cause::ReceiveMaximumExceeded { by: Sender::Server, .. } => "[MQTT-3.3.4-9]",
            Cause::PacketIdentifierInUse { .. } => "[MQTT-2.2.1-3]",
            Cause::AcknowledgementOutOfPlace => "§4.3",
            Cause::QoSAboveMaximum { .. } => "[MQTT-3.2.2-11]",
            Cause::RetainNotAvailable => "[MQTT-3.2.2-14]",
            Cause::WildcardNotAvailable => "§3.2.2.3.11",
            Cause::SharedNotAvailable => "§3.2.2.3.13",
            Cause::SubscriptionIdentifierNotAvailable => "§3.2.2.3.12",
            Cause::SessionExpiryAfterZero => "§3.14.2.2.2",
            Cause::AuthWithoutMethod => "[MQTT-4.12.0-7]",
            Cause::AuthMethodDiffers => "[MQTT-4.12.0-5]",
            Cause::KeepAlive { .. } | Cause::KeepAliveLost => "[MQTT-3.1.2-22]",
            Cause::TakenOver | Cause::TakenOverElsewhere => "[MQTT-3.1.4-3]",
            Cause::NeverOpened => "§4.2",
            Cause::ClosedBeforeConnect | Cause::ClosedWithoutConnAck => "§3.1.4",
            Cause::LoginLeftOpen { .. } => "§4.12",
            Cause::ProofRefused { again: true } => "[MQTT-4.12.1-2]",
            Cause::ProofRefused { again: false } | Cause::ProofRefusedSilently => "[MQTT-4.12.0-4]",
            Cause::ClosedUnexplained => "§4.13",
            Cause::CutByClient { with_will: false } => "[MQTT-3.1.2-23]",
            Cause::CutByClient { with_will: true } => "[MQTT-3.1.2-8]",
            Cause::NoConnAck => "[MQTT-3.1.4-5]",
            Cause::NoPingResp => "[MQTT-3.12.4-1]",
            Cause::TextMessage => "[MQTT-6.0.0-1]",
            Cause::NotCaptured { .. } => "§4.2",
            Cause::Refused(code, packet) => match (code, packet) {
                (R::MalformedPacket | R::ProtocolError, _) => "[MQTT-4.13.1-1]",
                (R::UnsupportedProtocolVersion, _) => "[MQTT-3.1.2-2]",
                (R::ClientIdentifierNotValid, _) => "[MQTT-3.1.3-8]",
                (R::BadUserNameOrPassword | R::NotAuthorized, PacketType::ConnAck) => {
                    "[MQTT-3.1.4-2]"
                }
                (R::NotAuthorized, _) => "§5.4.2",
                (R::BadAuthenticationMethod, _) => "[MQTT-4.12.0-1]",
                (R::KeepAliveTimeout, _) => "[MQTT-3.1.2-22]",
                (R::SessionTakenOver, _) => "[MQTT-3.1.4-3]",
                (R::TopicFilterInvalid | R::TopicNameInvalid, _) => "§4.7.3",
                (R::PacketIdentifierInUse, _) => "[MQTT-2.2.1-3]",
                (R::ReceiveMaximumExceeded, _) => "[MQTT-3.3.4-7]",
                (R::TopicAliasInvalid, _) => "[MQTT-3.3.2-9]",
                (R::PacketTooLarge, _) => "[MQTT-3.2.2-15]",
                (R::PayloadFormatInvalid, _) => "§3.3.2.3.2",
                (R::RetainNotSupported, PacketType::ConnAck) => "[MQTT-3.2.2-13]",
                (R::RetainNotSupported, _) => "[MQTT-3.2.2-14]",
                (R::QoSNotSupported, PacketType::ConnAck) => "[MQTT-3.2.2-12]",
                (R::QoSNotSupported, _) => "[MQTT-3.2.2-11]",
                (R::UseAnotherServer | R::ServerMoved, _) => "§4.11",
                (R::SharedSubscriptionsNotSupported, _) => "§3.2.2.3.13",
                (R::SubscriptionIdentifiersNotSupported, _) => "§3.2.2.3.12",
                (R::WildcardSubscriptionsNotSupported, _) => "§3.2.2.3.11",
                (_, PacketType::ConnAck) => "§3.2.2.2",
                (_, PacketType::PubAck) => "§3.4.2.1",
                (_, PacketType::PubRec) => "§3.5.2.1",
                (_, PacketType::PubRel) => "§3.6.2.1",
                (_, PacketType::PubComp) => "§3.7.2.1",
                (_, PacketType::SubAck) => "§3.9.3",
                (_, PacketType::UnsubAck) => "§3.11.3",
                _ => "§3.14.2.1",
            },
        }
    }

    /// Whether this fault of a packet may be what a Reason Code speaks of. The general codes may speak
    /// of any: servers differ in how precisely they answer.
    pub(super) fn fits(self, code: ReasonCode) -> bool {
        use ReasonCode as R;
        if matches!(
            code,
            R::UnspecifiedError
                | R::MalformedPacket
                | R::ProtocolError
                | R::ImplementationSpecificError
        ) {
            return true;
        }
        match self {
            Cause::ClientBroken(kind) | Cause::ServerBroken(kind) => kind.reason_code() == code,
            Cause::AliasNotAllowed { .. }
            | Cause::AliasAboveMaximum { .. }
            | Cause::AliasUnknown { .. } => code == R::TopicAliasInvalid,
            Cause::PacketTooLarge { .. } => code == R::PacketTooLarge,
            Cause::ReceiveMaximumExceeded { .. } => code == R::ReceiveMaximumExceeded,
            Cause::PacketIdentifierInUse { .. } => code == R::PacketIdentifierInUse,
            Cause::QoSAboveMaximum { .. } => code == R::QoSNotSupported,
            Cause::RetainNotAvailable => code == R::RetainNotSupported,
            Cause::WildcardNotAvailable => code == R::WildcardSubscriptionsNotSupported,
            Cause::SharedNotAvailable => code == R::SharedSubscriptionsNotSupported,
            Cause::SubscriptionIdentifierNotAvailable => {
                code == R::SubscriptionIdentifiersNotSupported
            }
            Cause::AuthMethodDiffers => code == R::BadAuthenticationMethod,
            _ => false,
        }
    }
}

/// One of each kind, for tests of what is said about them.
#[cfg(test)]
pub(crate) fn one_of_each() -> Vec<Cause> {
    let by = Sender::Client;
    let mut all = vec![
        Cause::ClientBroken(ErrorKind::QoS3),
        Cause::ServerBroken(ErrorKind::QoS3),
        Cause::SecondConnect,
        Cause::NotConnectFirst,
        Cause::AfterDisconnect,
        Cause::AliasNotAllowed { alias: 1, by },
        Cause::AliasAboveMaximum { alias: 11, maximum: 10, by },
        Cause::AliasUnknown { alias: 1 },
        Cause::PacketTooLarge { size: 20, maximum: 10, by },
        Cause::ReceiveMaximumExceeded { unfinished: 4, maximum: 3, by },
        Cause::PacketIdentifierInUse { packet_id: 1 },
        Cause::AcknowledgementOutOfPlace,
        Cause::QoSAboveMaximum { qos: 2, maximum: 1 },
        Cause::RetainNotAvailable,
        Cause::WildcardNotAvailable,
        Cause::SharedNotAvailable,
        Cause::SubscriptionIdentifierNotAvailable,
        Cause::SessionExpiryAfterZero,
        Cause::AuthWithoutMethod,
        Cause::AuthMethodDiffers,
        Cause::KeepAlive { silent: Duration::from_secs(16), keep_alive: 10 },
        Cause::KeepAliveLost,
        Cause::TakenOver,
        Cause::TakenOverElsewhere,
        Cause::NeverOpened,
        Cause::ClosedBeforeConnect,
        Cause::ClosedWithoutConnAck,
        Cause::LoginLeftOpen { waited: Duration::from_secs(30) },
        Cause::ProofRefused { again: false },
        Cause::ProofRefusedSilently,
        Cause::ClosedUnexplained,
        Cause::CutByClient { with_will: false },
        Cause::CutByClient { with_will: true },
        Cause::NoConnAck,
        Cause::NoPingResp,
        Cause::TextMessage,
        Cause::NotCaptured { hole: RecordId(4), missing: 1448, unread: 0 },
    ];
    for &code in ReasonCode::ALL.iter().filter(|code| code.is_error()) {
        all.extend(code.packets().iter().map(|packet| Cause::Refused(code, *packet)));
    }
    all
}
