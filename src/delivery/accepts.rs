//! What one side of a connection accepts from the other, as CONNECT or CONNACK states it.

use super::Quota;
use crate::mqtt::{ConnAck, Connect, Packet, Properties, QoS};

/// What the sender of a CONNECT or CONNACK accepts, with the standard's defaults for what it left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Accepts {
    /// Publications above QoS 0 at once; 65,535 by default (§3.1.2.11.3, §3.2.2.3.3).
    pub receive_maximum: u16,
    /// The largest packet, in bytes; `None`, the default, is any that the protocol allows (§3.1.2.11.4,
    /// §3.2.2.3.6).
    pub maximum_packet_size: Option<u32>,
    /// The highest Topic Alias; 0 by default, which forbids them (§3.1.2.11.5, §3.2.2.3.8).
    pub topic_alias_maximum: u16,
    /// The highest QoS of a PUBLISH; 2 by default, and always towards a Client (§3.2.2.3.4).
    pub maximum_qos: QoS,
    /// Messages with RETAIN 1; by default they are accepted (§3.2.2.3.5).
    pub retain: bool,
    /// Topic Filters with `+` or `#`; by default they are accepted (§3.2.2.3.11).
    pub wildcard_subscription: bool,
    /// Subscription Identifiers; by default they are accepted (§3.2.2.3.12).
    pub subscription_identifier: bool,
    /// Topic Filters that begin with `$share/`; by default they are accepted (§3.2.2.3.13).
    pub shared_subscription: bool,
}

impl Default for Accepts {
    /// What a packet without any properties states.
    fn default() -> Accepts {
        Accepts {
            receive_maximum: Quota::DEFAULT_MAXIMUM,
            maximum_packet_size: None,
            topic_alias_maximum: 0,
            maximum_qos: QoS::ExactlyOnce,
            retain: true,
            wildcard_subscription: true,
            subscription_identifier: true,
            shared_subscription: true,
        }
    }
}

impl Accepts {
    /// What a Client accepts from its Server.
    pub fn of_connect(connect: &Connect) -> Accepts {
        Accepts::of_both(&connect.properties)
    }

    /// What a Server accepts from its Client.
    pub fn of_connack(connack: &ConnAck) -> Accepts {
        let stated = &connack.properties;
        let may = |stated: Option<u8>| stated != Some(0);
        Accepts {
            maximum_qos: stated.maximum_qos().and_then(QoS::from_bits).unwrap_or(QoS::ExactlyOnce),
            retain: may(stated.retain_available()),
            wildcard_subscription: may(stated.wildcard_subscription_available()),
            subscription_identifier: may(stated.subscription_identifier_available()),
            shared_subscription: may(stated.shared_subscription_available()),
            ..Accepts::of_both(stated)
        }
    }

    /// What a CONNECT or CONNACK states; `None` for any other packet.
    pub fn stated_in(packet: &Packet) -> Option<Accepts> {
        match packet {
            Packet::Connect(connect) => Some(Accepts::of_connect(connect)),
            Packet::ConnAck(connack) => Some(Accepts::of_connack(connack)),
            _ => None,
        }
    }

    /// The properties that both packets have.
    fn of_both(stated: &Properties) -> Accepts {
        let default = Accepts::default();
        Accepts {
            receive_maximum: stated.receive_maximum().unwrap_or(default.receive_maximum),
            maximum_packet_size: stated.maximum_packet_size(),
            topic_alias_maximum: stated
                .topic_alias_maximum()
                .unwrap_or(default.topic_alias_maximum),
            ..default
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mqtt::{Property, ReasonCode};

    #[test]
    fn what_is_left_out_has_the_standards_default() {
        assert_eq!(Accepts::of_connect(&Connect::default()), Accepts::default());
        let properties = [
            Property::ReceiveMaximum(3),
            Property::MaximumQoS(1),
            Property::RetainAvailable(0),
            Property::SharedSubscriptionAvailable(1),
        ]
        .into();
        let reason_code = ReasonCode::Success;
        let connack = ConnAck { session_present: false, reason_code, properties };
        let expect = Accepts {
            receive_maximum: 3,
            maximum_qos: QoS::AtLeastOnce,
            retain: false,
            ..Accepts::default()
        };
        assert_eq!(Accepts::of_connack(&connack), expect);
    }
}
