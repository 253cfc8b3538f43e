//! What a CONNACK allows, as a card: every limit, stated or by default, in words.

use crate::client::{Limit, Limits};
use crate::language::Strings;
use crate::mqtt::{Holder, PropertyId};
use crate::ui::format::grouped;

/// One limit of the card.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LimitRow {
    /// The property that states it.
    pub property: PropertyId,
    pub value: String,
    /// Whether the CONNACK states it; otherwise the specification's default holds.
    pub sent: bool,
}

impl LimitRow {
    /// The section that describes it in CONNACK, without `§`.
    pub fn section(&self) -> &'static str {
        self.property.section_in(Holder::ConnAck).unwrap_or("3.2.2.3")
    }
}

/// Every limit of a connection, those that bind soonest first.
pub fn rows(limits: &Limits, strings: &Strings) -> Vec<LimitRow> {
    let number = |limit: Limit<u16>| (grouped(limit.value.into()), limit.sent);
    let available = |limit: Limit<bool>| {
        let word = if limit.value { strings.limit_available } else { strings.limit_not_available };
        (word.to_owned(), limit.sent)
    };
    let keep_alive = match limits.keep_alive.value {
        0 => strings.limit_off.to_owned(),
        seconds => strings.limit_seconds(grouped(seconds.into())),
    };
    let expiry = match limits.session_expiry_interval.value {
        0 => strings.limit_ends_with_connection.to_owned(),
        u32::MAX => strings.limit_never.to_owned(),
        seconds => strings.limit_seconds(grouped(seconds.into())),
    };
    let size = match limits.maximum_packet_size.value {
        None => strings.limit_any_size.to_owned(),
        Some(bytes) => strings.limit_bytes(grouped(bytes.into())),
    };
    let aliases = match limits.topic_alias_maximum.value {
        0 => (strings.limit_no_aliases.to_owned(), limits.topic_alias_maximum.sent),
        _ => number(limits.topic_alias_maximum),
    };
    let qos = format!("QoS {}", limits.maximum_qos.value.bits());
    [
        (PropertyId::ReceiveMaximum, number(limits.receive_maximum)),
        (PropertyId::TopicAliasMaximum, aliases),
        (PropertyId::MaximumQoS, (qos, limits.maximum_qos.sent)),
        (PropertyId::MaximumPacketSize, (size, limits.maximum_packet_size.sent)),
        (PropertyId::RetainAvailable, available(limits.retain_available)),
        (
            PropertyId::WildcardSubscriptionAvailable,
            available(limits.wildcard_subscription_available),
        ),
        (
            PropertyId::SubscriptionIdentifierAvailable,
            available(limits.subscription_identifier_available),
        ),
        (PropertyId::SharedSubscriptionAvailable, available(limits.shared_subscription_available)),
        (PropertyId::ServerKeepAlive, (keep_alive, limits.keep_alive.sent)),
        (PropertyId::SessionExpiryInterval, (expiry, limits.session_expiry_interval.sent)),
    ]
    .map(|(property, (value, sent))| LimitRow { property, value, sent })
    .into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::Language;
    use crate::mqtt::{ConnAck, Connect, Properties, Property, ReasonCode};

    fn card(properties: Properties) -> Vec<LimitRow> {
        let connect = Connect { keep_alive: 60, ..Connect::default() };
        let connack =
            ConnAck { session_present: false, reason_code: ReasonCode::Success, properties };
        rows(&Limits::new(&connect, &connack), Language::En.strings())
    }

    #[test]
    fn what_is_absent_stands_with_its_default() {
        let card = card(Properties::NONE);
        assert!(card.iter().all(|row| !row.sent));
        let value = |property| {
            card.iter().find(|row| row.property == property).map(|row| row.value.as_str())
        };
        for (property, expect) in [
            (PropertyId::ReceiveMaximum, "65 535"),
            (PropertyId::TopicAliasMaximum, "none"),
            (PropertyId::MaximumQoS, "QoS 2"),
            (PropertyId::MaximumPacketSize, "any size"),
            (PropertyId::RetainAvailable, "available"),
            (PropertyId::ServerKeepAlive, "60 s"),
            (PropertyId::SessionExpiryInterval, "ends with the connection"),
        ] {
            let found = value(property).map(|text| text.replace('\u{a0}', " "));
            assert_eq!(found.as_deref(), Some(expect), "{}", property.name());
        }
    }

    #[test]
    fn what_is_stated_is_marked_as_sent() {
        let card = card([Property::ReceiveMaximum(20), Property::MaximumQoS(1)].into());
        let sent: Vec<_> =
            card.iter().filter(|row| row.sent).map(|row| row.value.as_str()).collect();
        assert_eq!(sent, ["20", "QoS 1"]);
    }
}
