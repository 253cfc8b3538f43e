//! The limits that each side announces, in CONNECT and CONNACK.

use super::command::CommandError;
use crate::delivery::{Accepts, packet_size};
use crate::mqtt::{
    ConnAck, Connect, Packet, Properties, Publish, QoS, Subscription, Text, split_shared,
};

/// A value, and whether the packet stated it or it is the specification's default.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit<T> {
    /// The value in force.
    pub value: T,
    /// True where the packet stated it.
    pub sent: bool,
}

/// What the Client announced in CONNECT (§3.1.2.11), with defaults; the client holds the Server to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Announced {
    /// PUBLISH packets above QoS 0 that the Server may leave unacknowledged, 1 to 65,535. Default 65,535.
    pub receive_maximum: Limit<u16>,
    /// In bytes; `None`, the default, accepts any size.
    pub maximum_packet_size: Limit<Option<u32>>,
    /// The highest alias the Server may use; 0, the default, for none.
    pub topic_alias_maximum: Limit<u16>,
    /// In seconds; 0 is the default, 0xFFFF_FFFF never expires.
    pub session_expiry_interval: Limit<u32>,
    /// Whether all packets may carry Reason Strings and User Properties. Default true.
    pub request_problem_information: Limit<bool>,
    /// Whether CONNACK may carry Response Information. Default false.
    pub request_response_information: Limit<bool>,
}

/// What the Server stated in CONNACK (§3.2.2.3), with defaults; the client keeps to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The Client's own identifier, or the one the Server assigned (then `sent`).
    pub client_id: Limit<Text>,
    /// In seconds; by default what CONNECT asked for. 0xFFFF_FFFF never expires (§3.1.2.11.2).
    pub session_expiry_interval: Limit<u32>,
    /// In seconds, 0 for none; by default what CONNECT asked for.
    pub keep_alive: Limit<u16>,
    /// PUBLISH packets above QoS 0 that the Client may leave unacknowledged, 1 to 65,535. Default 65,535.
    pub receive_maximum: Limit<u16>,
    /// The highest QoS of a PUBLISH. Default 2.
    pub maximum_qos: Limit<QoS>,
    /// Whether a PUBLISH may have RETAIN. Default true.
    pub retain_available: Limit<bool>,
    /// In bytes; `None`, the default, accepts any size.
    pub maximum_packet_size: Limit<Option<u32>>,
    /// The highest alias the Client may use; 0, the default, for none.
    pub topic_alias_maximum: Limit<u16>,
    /// Whether Topic Filters may have wildcards. Default true.
    pub wildcard_subscription_available: Limit<bool>,
    /// Whether SUBSCRIBE may have a Subscription Identifier. Default true.
    pub subscription_identifier_available: Limit<bool>,
    /// Whether Topic Filters may begin with `$share/`. Default true.
    pub shared_subscription_available: Limit<bool>,
}

impl<T> Limit<T> {
    fn new(sent: Option<T>, default: T) -> Limit<T> {
        match sent {
            Some(value) => Limit { value, sent: true },
            None => Limit { value: default, sent: false },
        }
    }

    /// A value with the standard's default in it already, and the property that states it.
    fn of<P>(value: T, property: Option<P>) -> Limit<T> {
        Limit { value, sent: property.is_some() }
    }
}

impl Announced {
    /// What this CONNECT announces.
    pub fn new(connect: &Connect) -> Announced {
        let p = &connect.properties;
        let accepts = Accepts::of_connect(connect);
        Announced {
            receive_maximum: Limit::of(accepts.receive_maximum, p.receive_maximum()),
            maximum_packet_size: Limit::of(accepts.maximum_packet_size, p.maximum_packet_size()),
            topic_alias_maximum: Limit::of(accepts.topic_alias_maximum, p.topic_alias_maximum()),
            session_expiry_interval: Limit::new(p.session_expiry_interval(), 0),
            request_problem_information: flag(p.request_problem_information(), true),
            request_response_information: flag(p.request_response_information(), false),
        }
    }
}

impl Limits {
    /// What holds after this CONNACK, which answers this CONNECT.
    pub fn new(connect: &Connect, connack: &ConnAck) -> Limits {
        let p = &connack.properties;
        let accepts = Accepts::of_connack(connack);
        let announced = Announced::new(connect);
        // Only an empty Client Identifier is replaced by an assigned one (§3.2.2.3.7).
        let assigned = p.assigned_client_identifier().filter(|_| connect.client_id.is_empty());
        Limits {
            client_id: Limit::new(assigned.map(Text::from), connect.client_id.clone()),
            session_expiry_interval: Limit::new(
                p.session_expiry_interval(),
                announced.session_expiry_interval.value,
            ),
            keep_alive: Limit::new(p.server_keep_alive(), connect.keep_alive),
            receive_maximum: Limit::of(accepts.receive_maximum, p.receive_maximum()),
            maximum_qos: Limit::of(accepts.maximum_qos, p.maximum_qos()),
            retain_available: Limit::of(accepts.retain, p.retain_available()),
            maximum_packet_size: Limit::of(accepts.maximum_packet_size, p.maximum_packet_size()),
            topic_alias_maximum: Limit::of(accepts.topic_alias_maximum, p.topic_alias_maximum()),
            wildcard_subscription_available: Limit::of(
                accepts.wildcard_subscription,
                p.wildcard_subscription_available(),
            ),
            subscription_identifier_available: Limit::of(
                accepts.subscription_identifier,
                p.subscription_identifier_available(),
            ),
            shared_subscription_available: Limit::of(
                accepts.shared_subscription,
                p.shared_subscription_available(),
            ),
        }
    }

    /// The limits of a message each time it is sent, also when it is sent again and the Server has become
    /// stricter since.
    pub(super) fn check_publish(&self, publish: &Publish) -> Result<(), CommandError> {
        let maximum = self.maximum_qos.value;
        if publish.qos > maximum {
            return Err(CommandError::MaximumQoSExceeded { qos: publish.qos, maximum });
        }
        if publish.retain && !self.retain_available.value {
            return Err(CommandError::RetainNotAvailable);
        }
        Ok(())
    }

    pub(super) fn check_subscriptions(
        &self,
        properties: &Properties,
        subscriptions: &[Subscription],
    ) -> Result<(), CommandError> {
        let available = self.subscription_identifier_available.value;
        if properties.subscription_identifier().is_some() && !available {
            return Err(CommandError::SubscriptionIdentifierNotAvailable);
        }
        for subscription in subscriptions {
            let filter = subscription.topic_filter.as_str();
            let shared = split_shared(filter);
            if shared.is_some() && !self.shared_subscription_available.value {
                return Err(CommandError::SharedSubscriptionNotAvailable);
            }
            let inner = shared.map_or(filter, |(_, inner)| inner);
            if inner.contains(['#', '+']) && !self.wildcard_subscription_available.value {
                return Err(CommandError::WildcardSubscriptionNotAvailable);
            }
        }
        Ok(())
    }

    pub(super) fn check_size(&self, packet: &Packet) -> Result<(), CommandError> {
        let Some(maximum) = self.maximum_packet_size.value else { return Ok(()) };
        let size = packet_size(packet).map_err(CommandError::NotEncodable)?;
        match size > maximum as usize {
            true => Err(CommandError::PacketTooLarge { size, maximum }),
            false => Ok(()),
        }
    }
}

fn flag(sent: Option<u8>, default: bool) -> Limit<bool> {
    Limit::new(sent.map(|value| value != 0), default)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mqtt::{Property, ReasonCode};

    fn limits(properties: impl Into<Properties>) -> Limits {
        let connect = Connect { client_id: "c".into(), keep_alive: 60, ..Connect::default() };
        let connack = ConnAck {
            session_present: false,
            reason_code: ReasonCode::Success,
            properties: properties.into(),
        };
        Limits::new(&connect, &connack)
    }

    #[test]
    fn what_connack_leaves_out_has_the_default_of_its_section() {
        let limits = limits([]);
        assert_eq!(limits.client_id, Limit { value: "c".into(), sent: false });
        assert_eq!(limits.session_expiry_interval, Limit { value: 0, sent: false });
        assert_eq!(limits.keep_alive, Limit { value: 60, sent: false });
        assert_eq!(limits.receive_maximum, Limit { value: 65_535, sent: false });
        assert_eq!(limits.maximum_qos, Limit { value: QoS::ExactlyOnce, sent: false });
        assert_eq!(limits.maximum_packet_size, Limit { value: None, sent: false });
        assert_eq!(limits.topic_alias_maximum, Limit { value: 0, sent: false });
        for available in [
            limits.retain_available,
            limits.wildcard_subscription_available,
            limits.subscription_identifier_available,
            limits.shared_subscription_available,
        ] {
            assert_eq!(available, Limit { value: true, sent: false });
        }
    }

    #[test]
    fn what_connack_states_is_kept_and_marked_as_sent() {
        let limits = limits([
            Property::SessionExpiryInterval(7),
            Property::ServerKeepAlive(5),
            Property::ReceiveMaximum(3),
            Property::MaximumQoS(1),
            Property::RetainAvailable(0),
            Property::MaximumPacketSize(100),
            Property::TopicAliasMaximum(10),
            Property::WildcardSubscriptionAvailable(1),
        ]);
        assert_eq!(limits.session_expiry_interval, Limit { value: 7, sent: true });
        assert_eq!(limits.keep_alive, Limit { value: 5, sent: true });
        assert_eq!(limits.receive_maximum, Limit { value: 3, sent: true });
        assert_eq!(limits.maximum_qos, Limit { value: QoS::AtLeastOnce, sent: true });
        assert_eq!(limits.retain_available, Limit { value: false, sent: true });
        assert_eq!(limits.maximum_packet_size, Limit { value: Some(100), sent: true });
        assert_eq!(limits.topic_alias_maximum, Limit { value: 10, sent: true });
        assert_eq!(limits.wildcard_subscription_available, Limit { value: true, sent: true });
    }
}
