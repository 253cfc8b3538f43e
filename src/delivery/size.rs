//! Maximum Packet Size (§3.1.2.11.4, §3.2.2.3.6) for the sender.

use crate::mqtt::{EncodeError, Packet, PacketType, PropertyId, encode};

/// The size of a packet on the wire, in bytes with the Fixed Header.
///
/// # Errors
///
/// If it has no representation: see [`encode`].
pub fn packet_size(packet: &Packet) -> Result<usize, EncodeError> {
    encode(packet).map(|bytes| bytes.len())
}

/// Makes a packet fit the receiver's Maximum Packet Size, where the specification says how: User Properties
/// and then the Reason String are omitted from all packets but CONNECT, PUBLISH, SUBSCRIBE and UNSUBSCRIBE
/// ([MQTT-3.2.2-19], [MQTT-3.2.2-20], and the same for the others). `None` if it is still too large, or has
/// no representation at all.
pub fn fit_into(mut packet: Packet, maximum: Option<u32>) -> Option<Packet> {
    let Some(maximum) = maximum else { return Some(packet) };
    let fits = |packet: &Packet| packet_size(packet).is_ok_and(|size| size <= maximum as usize);
    let may_be_shortened = may_be_shortened(&packet);
    for left_out in [PropertyId::UserProperty, PropertyId::ReasonString] {
        if fits(&packet) {
            return Some(packet);
        }
        let properties = packet.properties_mut().filter(|_| may_be_shortened)?;
        properties.0.retain(|property| property.id() != left_out);
    }
    fits(&packet).then_some(packet)
}

/// Whether Reason String and User Properties may be omitted from this packet.
fn may_be_shortened(packet: &Packet) -> bool {
    !matches!(
        packet.packet_type(),
        PacketType::Connect | PacketType::Publish | PacketType::Subscribe | PacketType::Unsubscribe
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mqtt::{
        Ack, Auth, ConnAck, Disconnect, PacketId, Properties, Property, Publish, ReasonCode,
        SubAck, UnsubAck,
    };

    /// [MQTT-3.2.2-19], [MQTT-3.2.2-20], [MQTT-3.4.2-2], [MQTT-3.4.2-3], [MQTT-3.5.2-2], [MQTT-3.5.2-3],
    /// [MQTT-3.6.2-2], [MQTT-3.6.2-3], [MQTT-3.7.2-2], [MQTT-3.7.2-3], [MQTT-3.9.2-1], [MQTT-3.9.2-2],
    /// [MQTT-3.11.2-1], [MQTT-3.11.2-2], [MQTT-3.14.2-3], [MQTT-3.14.2-4], [MQTT-3.15.2-2], [MQTT-3.15.2-3]
    #[test]
    fn user_property_goes_first_then_reason_string_then_nothing_is_left() {
        let reason = Property::ReasonString("because".into());
        let user = Property::user("name", "value");
        let packet_id = PacketId::MIN;
        let ack = |properties: Properties| Ack {
            packet_id,
            reason_code: ReasonCode::UnspecifiedError,
            properties,
        };
        type Build<'a> = Box<dyn Fn(Properties) -> Packet + 'a>;
        let builds: [Build; 9] = [
            Box::new(|properties| {
                Packet::ConnAck(ConnAck {
                    session_present: false,
                    reason_code: ReasonCode::NotAuthorized,
                    properties,
                })
            }),
            Box::new(|properties| Packet::PubAck(ack(properties))),
            Box::new(|properties| Packet::PubRec(ack(properties))),
            Box::new(|properties| Packet::PubRel(ack(properties))),
            Box::new(|properties| Packet::PubComp(ack(properties))),
            Box::new(|properties| {
                let reason_codes = vec![ReasonCode::NotAuthorized];
                Packet::SubAck(SubAck { packet_id, properties, reason_codes })
            }),
            Box::new(|properties| {
                let reason_codes = vec![ReasonCode::NotAuthorized];
                Packet::UnsubAck(UnsubAck { packet_id, properties, reason_codes })
            }),
            Box::new(|properties| {
                Packet::Disconnect(Disconnect {
                    reason_code: ReasonCode::QuotaExceeded,
                    properties,
                })
            }),
            Box::new(|properties| {
                Packet::Auth(Auth { reason_code: ReasonCode::ContinueAuthentication, properties })
            }),
        ];
        for build in builds {
            let full = build([reason.clone(), user.clone()].into());
            let short = build([reason.clone()].into());
            let bare = build(Properties::NONE);
            let name = full.packet_type().name();
            let size = |packet: &Packet| packet_size(packet).unwrap() as u32;
            for (maximum, expect) in [
                (None, Some(&full)),
                (Some(size(&full)), Some(&full)),
                (Some(size(&full) - 1), Some(&short)),
                (Some(size(&short) - 1), Some(&bare)),
                (Some(size(&bare) - 1), None),
            ] {
                assert_eq!(fit_into(full.clone(), maximum).as_ref(), expect, "{name} {maximum:?}");
            }
        }
    }

    #[test]
    fn a_publish_is_never_shortened() {
        let properties = [Property::user("name", "value")].into();
        let publish = Publish { topic: "a".into(), properties, ..Publish::default() };
        assert_eq!(fit_into(Packet::Publish(publish), Some(10)), None);
    }
}
