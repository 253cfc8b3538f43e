//! What a packet does not carry, and what holds instead.

use crate::language::Strings;
use crate::mqtt::{
    FieldId, Holder, Label, Packet, PacketType, Properties, PropertyId, ReasonCode, Sender,
};

/// Fields and properties whose absence means something, in the order of the specification's sections.
pub fn absent(packet: &Packet, sender: Sender, has: impl Fn(FieldId) -> bool) -> Vec<Label> {
    let packet_type = packet.packet_type();
    let mut labels: Vec<Label> =
        reason_code(packet_type).filter(|id| !has(*id)).map(Label::Field).into_iter().collect();
    let missing = |holder: Holder, properties: &Properties| {
        of_holder(holder, sender)
            .iter()
            .filter(|id| properties.iter().all(|property| property.id() != **id))
            .filter_map(|id| Some(Label::Property(*id, id.section_in(holder)?)))
            .collect::<Vec<_>>()
    };
    // A refusal sets no limits.
    let is_refusal = packet_type == PacketType::ConnAck
        && packet.reason_codes().iter().any(|code| code.is_error());
    if let Some(holder) = holder(packet_type).filter(|_| !is_refusal) {
        labels.extend(missing(holder, packet.properties()));
    }
    if let Packet::Connect(connect) = packet
        && let Some(will) = &connect.will
    {
        labels.extend(missing(Holder::Will, &will.properties));
    }
    labels
}

/// What holds instead.
pub fn default_meaning(label: Label, packet_type: PacketType, strings: &Strings) -> String {
    use PropertyId as P;
    let id = match label {
        Label::Field(_) | Label::Unread => {
            let name = ReasonCode::Success.name_in(packet_type);
            return strings.inspector_absent_reason_code(name);
        }
        Label::Property(id, _) => id,
    };
    match (id, packet_type) {
        (P::SessionExpiryInterval, PacketType::ConnAck) => {
            strings.inspector_absent_session_expiry_connack()
        }
        (P::SessionExpiryInterval, PacketType::Disconnect) => {
            strings.inspector_absent_session_expiry_disconnect()
        }
        (P::SessionExpiryInterval, _) => strings.inspector_absent_session_expiry(),
        (P::ReceiveMaximum, _) => strings.inspector_absent_receive_maximum(),
        (P::MaximumPacketSize, _) => strings.inspector_absent_packet_size(),
        (P::TopicAliasMaximum, _) => strings.inspector_absent_alias_maximum(),
        (P::RequestResponseInformation, _) => strings.inspector_absent_response_information(),
        (P::RequestProblemInformation, _) => strings.inspector_absent_problem_information(),
        (P::AuthenticationMethod, _) => strings.inspector_absent_authentication(),
        (P::WillDelayInterval, _) => strings.inspector_absent_at_once(),
        (P::PayloadFormatIndicator, _) => strings.inspector_absent_payload_format(),
        (P::MessageExpiryInterval, _) => strings.inspector_absent_never_expires(),
        (P::ResponseTopic, _) => strings.inspector_absent_no_response(),
        (P::MaximumQoS, _) => strings.inspector_absent_qos(),
        (P::AssignedClientIdentifier, _) => strings.inspector_absent_client_identifier(),
        (P::ServerKeepAlive, _) => strings.inspector_absent_keep_alive(),
        (P::ResponseInformation, _) => strings.inspector_absent_no_response_information(),
        (P::SubscriptionIdentifier, PacketType::Publish) => {
            strings.inspector_absent_identifier_delivered()
        }
        (P::SubscriptionIdentifier, _) => strings.inspector_absent_identifier(),
        _ => strings.inspector_absent_available(),
    }
    .to_owned()
}

/// The Reason Code that a packet may leave out when it is 0x00.
fn reason_code(packet: PacketType) -> Option<FieldId> {
    Some(match packet {
        PacketType::PubAck => FieldId::PubAckReasonCode,
        PacketType::PubRec => FieldId::PubRecReasonCode,
        PacketType::PubRel => FieldId::PubRelReasonCode,
        PacketType::PubComp => FieldId::PubCompReasonCode,
        PacketType::Disconnect => FieldId::DisconnectReasonCode,
        PacketType::Auth => FieldId::AuthReasonCode,
        _ => return None,
    })
}

fn holder(packet: PacketType) -> Option<Holder> {
    Some(match packet {
        PacketType::Connect => Holder::Connect,
        PacketType::ConnAck => Holder::ConnAck,
        PacketType::Publish => Holder::Publish,
        PacketType::Subscribe => Holder::Subscribe,
        PacketType::Disconnect => Holder::Disconnect,
        _ => return None,
    })
}

fn of_holder(holder: Holder, sender: Sender) -> &'static [PropertyId] {
    use PropertyId as P;
    match (holder, sender) {
        (Holder::Connect, _) => &[
            P::SessionExpiryInterval,
            P::ReceiveMaximum,
            P::MaximumPacketSize,
            P::TopicAliasMaximum,
            P::RequestResponseInformation,
            P::RequestProblemInformation,
            P::AuthenticationMethod,
        ],
        (Holder::Will, _) => {
            &[P::WillDelayInterval, P::PayloadFormatIndicator, P::MessageExpiryInterval]
        }
        (Holder::ConnAck, _) => &[
            P::SessionExpiryInterval,
            P::ReceiveMaximum,
            P::MaximumQoS,
            P::RetainAvailable,
            P::MaximumPacketSize,
            P::AssignedClientIdentifier,
            P::TopicAliasMaximum,
            P::WildcardSubscriptionAvailable,
            P::SubscriptionIdentifierAvailable,
            P::SharedSubscriptionAvailable,
            P::ServerKeepAlive,
            P::ResponseInformation,
        ],
        (Holder::Publish, Sender::Client) => {
            &[P::PayloadFormatIndicator, P::MessageExpiryInterval, P::ResponseTopic]
        }
        (Holder::Publish, Sender::Server) => &[
            P::PayloadFormatIndicator,
            P::MessageExpiryInterval,
            P::ResponseTopic,
            P::SubscriptionIdentifier,
        ],
        (Holder::Subscribe, _) => &[P::SubscriptionIdentifier],
        (Holder::Disconnect, Sender::Client) => &[P::SessionExpiryInterval],
        _ => &[],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::Language;
    use crate::mqtt::{Ack, ConnAck, Connect, Disconnect, PacketId, Property, Will};

    fn names(packet: &Packet, sender: Sender) -> Vec<&'static str> {
        absent(packet, sender, |_| false).into_iter().map(Label::name).collect()
    }

    #[test]
    fn what_is_sent_is_not_absent() {
        let connect = Packet::Connect(Box::new(Connect {
            properties: [Property::ReceiveMaximum(5), Property::SessionExpiryInterval(1)].into(),
            will: Some(Will::default()),
            ..Connect::default()
        }));
        assert_eq!(
            names(&connect, Sender::Client),
            [
                "Maximum Packet Size",
                "Topic Alias Maximum",
                "Request Response Information",
                "Request Problem Information",
                "Authentication Method",
                "Will Delay Interval",
                "Payload Format Indicator",
                "Message Expiry Interval",
            ]
        );
    }

    #[test]
    fn a_reason_code_left_out_is_success_and_a_refusal_has_no_limits() {
        let ack = Packet::PubAck(Ack::success(PacketId::MIN));
        assert_eq!(names(&ack, Sender::Server), ["PUBACK Reason Code"]);
        let label = absent(&ack, Sender::Server, |_| false)[0];
        let words = default_meaning(label, PacketType::PubAck, Language::En.strings());
        assert_eq!(words, "absent: 0x00 Success");
        let sent = absent(&ack, Sender::Server, |id| id == FieldId::PubAckReasonCode);
        assert!(sent.is_empty());

        let goodbye = Packet::Disconnect(Disconnect::new(ReasonCode::Success));
        let label = absent(&goodbye, Sender::Client, |_| false)[0];
        let words = default_meaning(label, PacketType::Disconnect, Language::En.strings());
        assert_eq!(words, "absent: 0x00 Normal disconnection");

        let refusal = Packet::ConnAck(ConnAck {
            session_present: false,
            reason_code: ReasonCode::Banned,
            properties: Properties::NONE,
        });
        assert!(names(&refusal, Sender::Server).is_empty());
    }

    #[test]
    fn the_same_absence_means_something_else_elsewhere() {
        let strings = Language::En.strings();
        let says = |packet: PacketType| {
            let label = Label::Property(PropertyId::SessionExpiryInterval, "3.1.2.11.2");
            default_meaning(label, packet, strings)
        };
        assert_ne!(says(PacketType::Connect), says(PacketType::ConnAck));
        assert_ne!(says(PacketType::ConnAck), says(PacketType::Disconnect));
    }
}
