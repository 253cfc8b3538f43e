//! What this Server allows, offers and refuses: everything that a lesson or an operator can set.
//!
//! The default is an open broker whose CONNACK says what a stock Mosquitto 2.0 says: Receive Maximum 20
//! and Topic Alias Maximum 10. Serialized, a policy is a configuration file; absent keys keep their
//! default.

use serde::{Deserialize, Serialize};

use crate::delivery::Accepts;
use crate::mqtt::{PacketType, QoS, ReasonCode, Sender, matches, without_share_name};

/// Everything that can be set about a [`Broker`](super::Broker). A change applies to what happens
/// afterwards: limits that CONNACK announces, for instance, to later connections.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Policy {
    /// PUBLISH packets above QoS 0 that a Client may leave unacknowledged (§3.2.2.3.3). 0, which the
    /// specification forbids, counts as 1.
    pub receive_maximum: u16,
    /// The largest packet accepted, in bytes (§3.2.2.3.6). `None` and 0: no limit.
    pub maximum_packet_size: Option<u32>,
    /// The highest Topic Alias that a Client may use; 0 for none (§3.2.2.3.8).
    pub topic_alias_maximum: u16,
    /// Whether the Server uses Topic Aliases where a Client allows them.
    pub aliases_to_clients: bool,
    /// The highest QoS of a PUBLISH to the Server, and granted to a subscription (§3.2.2.3.4).
    #[serde(with = "qos")]
    pub maximum_qos: QoS,
    /// Whether retained messages are supported (§3.2.2.3.5).
    pub retain_available: bool,
    /// Whether Topic Filters may have wildcards (§3.2.2.3.11).
    pub wildcard_subscription_available: bool,
    /// Whether SUBSCRIBE may have a Subscription Identifier (§3.2.2.3.12).
    pub subscription_identifier_available: bool,
    /// Whether there are Shared Subscriptions (§3.2.2.3.13).
    pub shared_subscription_available: bool,
    /// Replaces the Client's Keep Alive, in seconds; `None` leaves it as it is (§3.2.2.3.14).
    pub server_keep_alive: Option<u16>,
    /// The longest Keep Alive granted, in seconds; a longer one, and 0, are answered with this as Server Keep
    /// Alive (§3.2.2.3.14). `None` and 0: as asked.
    pub maximum_keep_alive: Option<u16>,
    /// The longest Session Expiry Interval granted, in seconds; `None`: as asked (§3.2.2.3.2).
    pub session_expiry_maximum: Option<u32>,
    /// The beginning of the Response Information, which the Client Identifier follows, with what has a meaning
    /// in topics percent-encoded. `None`: none is sent (§3.2.2.3.15).
    pub response_information: Option<String>,
    /// Server Reference, sent with 0x9C and 0x9D: where a Client should connect instead (§4.11).
    pub server_reference: Option<String>,
    /// What a matching Client gets when several of its subscriptions match (§3.3.4).
    pub overlapping: Overlapping,
    /// Whether messages of QoS 0 wait for an absent Client too (§4.1 leaves it open).
    pub queue_qos_0: bool,
    /// Whether an error says why in a Reason String.
    pub reason_strings: bool,

    /// Whether CONNECT is accepted at all.
    pub availability: Availability,
    /// Whether a Client may connect without User Name and without Authentication Method.
    pub anonymous: bool,
    /// Who can log in. While it is empty and `anonymous` is true, any User Name will do.
    pub users: Vec<User>,
    /// Enhanced authentication with SCRAM-SHA-256 (§4.12).
    pub scram: bool,
    /// How many iterations a SCRAM-SHA-256 proof takes; values outside the range of [`auth`](crate::auth)
    /// count as its nearest end.
    pub scram_iterations: u32,
    /// The access control list: the first rule that fits decides, and what fits none is allowed.
    pub rules: Vec<Rule>,
    /// How a refused PUBLISH, SUBSCRIBE or UNSUBSCRIBE is answered.
    pub refusal: Refusal,
    /// Client Identifiers that are refused with 0x8A.
    pub banned: Vec<String>,
    /// Whether an empty Client Identifier is replaced by an assigned one (§3.1.3.1).
    pub assign_client_ids: bool,
    /// In bytes; values below 23 count as 23 [MQTT-3.1.3-5].
    pub maximum_client_id_length: u16,
    /// Whether payloads with Payload Format Indicator 1 are checked to be UTF-8 (§3.3.2.3.2).
    pub check_payload_format: bool,
    /// Levels in a Topic Name or Topic Filter; the specification has no limit (§4.7.1.1).
    pub maximum_topic_levels: Option<u16>,

    /// How many Clients may be connected at once; `None`: any number.
    pub maximum_connections: Option<u32>,
    /// CONNECT packets a second, of all Clients; `None`: any number.
    pub connections_per_second: Option<u32>,
    /// PUBLISH packets a second, of one Client; `None`: any number.
    pub messages_per_second: Option<u32>,
    /// Seconds after which a connection is ended with 0xA0; `None`: never.
    pub maximum_connect_time: Option<u32>,
    /// How many seconds a connection may take until CONNACK, authentication included.
    pub connect_timeout: u32,
    /// How many subscriptions a Session may have; `None`: any number.
    pub maximum_subscriptions: Option<u32>,
    /// How many retained messages are stored; `None`: any number.
    pub maximum_retained_messages: Option<u32>,
    /// How many messages may wait for one Session; further ones are dropped.
    pub maximum_queued_messages: u32,
}

/// Whether CONNECT is accepted, and the Reason Code of CONNACK if not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Availability {
    /// Accepted, if nothing else forbids it.
    #[default]
    Open,
    /// Refused with 0x88 (Server unavailable).
    Unavailable,
    /// Refused with 0x89 (Server busy).
    Busy,
    /// Refused with 0x9C (Use another server): temporarily (§4.11).
    UseAnotherServer,
    /// Refused with 0x9D (Server moved): permanently (§4.11).
    ServerMoved,
}

impl Availability {
    /// The Reason Code with which CONNECT is refused; `None` if it is not.
    pub fn refusal(self) -> Option<ReasonCode> {
        match self {
            Availability::Open => None,
            Availability::Unavailable => Some(ReasonCode::ServerUnavailable),
            Availability::Busy => Some(ReasonCode::ServerBusy),
            Availability::UseAnotherServer => Some(ReasonCode::UseAnotherServer),
            Availability::ServerMoved => Some(ReasonCode::ServerMoved),
        }
    }
}

/// What a Client gets when several of its subscriptions match a message; the specification leaves the
/// choice to the Server (§3.3.4).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Overlapping {
    /// One copy with the highest QoS and every Subscription Identifier [MQTT-3.3.4-4].
    #[default]
    OneCopy,
    /// One copy for each subscription, with its own identifier [MQTT-3.3.4-5]. So does Mosquitto.
    OnePerSubscription,
}

/// How a refusal reaches the Client.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Refusal {
    /// In the acknowledgement. A PUBLISH of QoS 0 has none: it is dropped.
    #[default]
    Acknowledge,
    /// With DISCONNECT, where that may carry the Reason Code.
    Disconnect,
}

/// Someone who may log in with a password, in CONNECT or with SCRAM-SHA-256.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct User {
    /// The User Name (§3.1.3.5).
    pub name: String,
    /// In clear text: this broker is for lessons and tests.
    pub password: String,
}

/// What a rule applies to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// To connect.
    Connect,
    /// To publish; a Will counts too.
    Publish,
    /// To subscribe.
    Subscribe,
    /// To unsubscribe.
    Unsubscribe,
}

/// One line of the access control list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// What it applies to.
    pub action: Action,
    /// Absent: everyone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// Absent: every Client Identifier.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_id: Option<String>,
    /// Absent: every topic. For PUBLISH a filter that matches the Topic Name; for SUBSCRIBE and
    /// UNSUBSCRIBE a filter that covers the one asked for, `$share/…/` aside.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub topic_filter: Option<String>,
    /// Absent or 0x00: allowed. Otherwise the Reason Code to refuse with.
    #[serde(default, with = "reason_code", skip_serializing_if = "Option::is_none")]
    pub refuse_with: Option<ReasonCode>,
    /// The highest QoS granted to a subscription.
    #[serde(default, with = "optional_qos", skip_serializing_if = "Option::is_none")]
    pub maximum_qos: Option<QoS>,
}

impl Rule {
    /// Allows everyone to do this with the topics of this filter.
    pub fn allow(action: Action, topic_filter: &str) -> Rule {
        Rule {
            action,
            user: None,
            client_id: None,
            topic_filter: Some(topic_filter.into()),
            refuse_with: None,
            maximum_qos: None,
        }
    }

    /// Refuses this to everyone, for the topics of this filter.
    pub fn refuse(action: Action, topic_filter: &str, reason_code: ReasonCode) -> Rule {
        Rule { refuse_with: Some(reason_code), ..Rule::allow(action, topic_filter) }
    }

    fn fits(&self, request: &Request<'_>) -> bool {
        let same = |rule: &Option<String>, value: Option<&str>| {
            rule.as_deref().is_none_or(|rule| value == Some(rule))
        };
        let covered = match (&self.topic_filter, request.topic) {
            (None, _) => true,
            (Some(_), None) => false,
            (Some(rule), Some(topic)) => match request.action {
                Action::Publish | Action::Connect => matches(rule, topic),
                Action::Subscribe | Action::Unsubscribe => covers(rule, without_share_name(topic)),
            },
        };
        self.action == request.action
            && same(&self.user, request.user)
            && same(&self.client_id, Some(request.client_id))
            && covered
    }
}

/// What a Client wants to do.
#[derive(Clone, Copy, Debug)]
pub(super) struct Request<'a> {
    pub(super) action: Action,
    pub(super) user: Option<&'a str>,
    pub(super) client_id: &'a str,
    /// The Topic Name or Topic Filter; none for CONNECT.
    pub(super) topic: Option<&'a str>,
}

impl Policy {
    /// What a connection that begins now may send.
    pub(super) fn accepts(&self) -> Accepts {
        Accepts {
            receive_maximum: self.receive_maximum.max(1),
            maximum_packet_size: self.maximum_packet_size.filter(|size| *size > 0),
            topic_alias_maximum: self.topic_alias_maximum,
            maximum_qos: self.maximum_qos,
            retain: self.retain_available,
            wildcard_subscription: self.wildcard_subscription_available,
            subscription_identifier: self.subscription_identifier_available,
            shared_subscription: self.shared_subscription_available,
        }
    }

    /// The first rule that fits.
    pub(super) fn rule_for(&self, request: &Request<'_>) -> Option<&Rule> {
        self.rules.iter().find(|rule| rule.fits(request))
    }

    /// The Reason Code with which the rules refuse a request in `packet`. A code that the packet may
    /// not carry counts as 0x87.
    pub(super) fn refusal_by_rule(
        &self,
        request: &Request<'_>,
        packet: PacketType,
    ) -> Option<ReasonCode> {
        let code = self.rule_for(request)?.refuse_with.filter(|code| code.is_error())?;
        match code.allowed_in(packet, Some(Sender::Server)) {
            true => Some(code),
            false => Some(ReasonCode::NotAuthorized),
        }
    }

    pub(super) fn user(&self, name: &str) -> Option<&User> {
        self.users.iter().find(|user| user.name == name)
    }

    /// Whether a Topic Name or Filter has more levels than are taken.
    pub(super) fn too_deep(&self, topic: &str) -> bool {
        let levels = topic.split('/').count();
        self.maximum_topic_levels.is_some_and(|maximum| levels > usize::from(maximum))
    }
}

impl Policy {
    /// The Keep Alive of a connection, in seconds, for the one that its CONNECT asks for.
    pub fn keep_alive(&self, asked: u16) -> u16 {
        let keep_alive = self.server_keep_alive.unwrap_or(asked);
        match self.maximum_keep_alive {
            Some(maximum) if maximum > 0 && (keep_alive == 0 || keep_alive > maximum) => maximum,
            _ => keep_alive,
        }
    }

    /// The Response Information of a Client: a part of the topics for it alone (§3.2.2.3.15). `None` also where it
    /// would be longer than a string can be.
    pub fn response_information(&self, client_id: &str) -> Option<String> {
        let mut topic = self.response_information.clone()?;
        for character in client_id.chars() {
            match character {
                '/' | '+' | '#' | '%' => topic += &format!("%{:02X}", u32::from(character)),
                _ => topic.push(character),
            }
        }
        (topic.len() <= usize::from(u16::MAX)).then_some(topic)
    }
}

impl Default for Policy {
    fn default() -> Policy {
        Policy {
            receive_maximum: 20,
            maximum_packet_size: None,
            topic_alias_maximum: 10,
            aliases_to_clients: true,
            maximum_qos: QoS::ExactlyOnce,
            retain_available: true,
            wildcard_subscription_available: true,
            subscription_identifier_available: true,
            shared_subscription_available: true,
            server_keep_alive: None,
            maximum_keep_alive: None,
            session_expiry_maximum: None,
            response_information: Some("response/".into()),
            server_reference: None,
            overlapping: Overlapping::default(),
            queue_qos_0: false,
            reason_strings: true,
            availability: Availability::default(),
            anonymous: true,
            users: Vec::new(),
            scram: true,
            scram_iterations: crate::auth::MINIMUM_ITERATIONS,
            rules: Vec::new(),
            refusal: Refusal::default(),
            banned: Vec::new(),
            assign_client_ids: true,
            maximum_client_id_length: u16::MAX,
            check_payload_format: false,
            maximum_topic_levels: None,
            maximum_connections: None,
            connections_per_second: None,
            messages_per_second: None,
            maximum_connect_time: None,
            connect_timeout: 30,
            maximum_subscriptions: None,
            maximum_retained_messages: None,
            maximum_queued_messages: 100_000,
        }
    }
}

/// Whether every topic that `filter` matches is matched by `rule` too: level by level, with `+` and `#`
/// of the filter covered only by a wildcard of the rule.
fn covers(rule: &str, filter: &str) -> bool {
    let mut levels = filter.split('/');
    for part in rule.split('/') {
        match (part, levels.next()) {
            ("#", _) => return true,
            ("+", Some(level)) if level != "#" => {}
            (part, Some(level)) if part == level => {}
            _ => return false,
        }
    }
    levels.next().is_none()
}

/// A QoS is written as its number.
mod qos {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    use crate::mqtt::QoS;

    pub(super) fn serialize<S: Serializer>(qos: &QoS, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_u8(qos.bits())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<QoS, D::Error> {
        let bits = u8::deserialize(from)?;
        QoS::from_bits(bits).ok_or_else(|| D::Error::custom("a QoS is 0, 1 or 2"))
    }
}

mod optional_qos {
    use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

    use crate::mqtt::QoS;

    pub(super) fn serialize<S: Serializer>(qos: &Option<QoS>, to: S) -> Result<S::Ok, S::Error> {
        qos.map(QoS::bits).serialize(to)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<QoS>, D::Error> {
        let Some(bits) = Option::<u8>::deserialize(from)? else { return Ok(None) };
        QoS::from_bits(bits).map(Some).ok_or_else(|| D::Error::custom("a QoS is 0, 1 or 2"))
    }
}

/// A Reason Code is written as its number, or read from a text such as `"0x87"`.
mod reason_code {
    use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

    use crate::mqtt::ReasonCode;

    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Written {
        Number(u8),
        Text(String),
    }

    pub(super) fn serialize<S: Serializer>(
        code: &Option<ReasonCode>,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        code.map(ReasonCode::value).serialize(to)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<Option<ReasonCode>, D::Error> {
        let value = match Option::<Written>::deserialize(from)? {
            None => return Ok(None),
            Some(Written::Number(value)) => Some(value),
            Some(Written::Text(text)) => {
                text.strip_prefix("0x").and_then(|digits| u8::from_str_radix(digits, 16).ok())
            }
        };
        let code = value.and_then(ReasonCode::from_value);
        code.map(Some).ok_or_else(|| D::Error::custom("no such Reason Code"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_covers_whole_filters_only() {
        for (rule, filter, expect) in [
            ("a/b", "a/b", true),
            ("a/b", "a/+", false), // asks for more than the rule speaks of
            ("a/+", "a/b", true),
            ("a/+", "a/+", true),
            ("a/+", "a/#", false),
            ("a/#", "a", true),
            ("a/#", "a/+/c", true),
            ("#", "a/#", true),
            ("+/b", "#", false),
        ] {
            assert_eq!(covers(rule, filter), expect, "{rule} on {filter}");
        }
    }

    #[test]
    fn the_first_rule_that_fits_decides() {
        let policy = Policy {
            rules: vec![
                Rule::allow(Action::Subscribe, "a/open"),
                Rule { user: Some("root".into()), ..Rule::allow(Action::Subscribe, "a/#") },
                Rule::refuse(Action::Subscribe, "a/#", ReasonCode::NotAuthorized),
                Rule::refuse(Action::Publish, "a/#", ReasonCode::TopicFilterInvalid),
            ],
            ..Policy::default()
        };
        let ask = |action, user, topic| {
            let packet = match action {
                Action::Publish => PacketType::PubAck,
                _ => PacketType::SubAck,
            };
            let request = Request { action, user, client_id: "c", topic: Some(topic) };
            policy.refusal_by_rule(&request, packet)
        };
        for (action, user, topic, expect) in [
            (Action::Subscribe, None, "a/open", None),
            (Action::Subscribe, None, "a/b", Some(ReasonCode::NotAuthorized)),
            (Action::Subscribe, None, "$share/g/a/b", Some(ReasonCode::NotAuthorized)),
            (Action::Subscribe, Some("root"), "a/b", None),
            (Action::Subscribe, None, "b", None),
            // PUBACK has no 0x8F.
            (Action::Publish, None, "a/b", Some(ReasonCode::NotAuthorized)),
        ] {
            assert_eq!(ask(action, user, topic), expect, "{action:?} {user:?} {topic}");
        }
    }

    #[test]
    fn a_policy_reads_back_from_its_file_form() {
        let text = r#"{ "topic_alias_maximum": 3, "maximum_qos": 1, "overlapping": "one_per_subscription",
            "users": [{ "name": "ada", "password": "secret" }],
            "rules": [{ "action": "subscribe", "topic_filter": "x", "refuse_with": "0x87" },
                      { "action": "subscribe", "topic_filter": "y", "maximum_qos": 0 }] }"#;
        let policy: Policy = serde_json::from_str(text).expect("a valid policy");
        assert_eq!(policy.topic_alias_maximum, 3);
        assert_eq!(policy.maximum_qos, QoS::AtLeastOnce);
        assert_eq!(policy.rules[0].refuse_with, Some(ReasonCode::NotAuthorized));
        assert_eq!(policy.receive_maximum, Policy::default().receive_maximum);
        let again = serde_json::to_string(&policy).expect("a policy can be written");
        assert_eq!(serde_json::from_str::<Policy>(&again).expect("what was written"), policy);
    }

    #[test]
    fn a_wrong_file_is_refused_with_its_reason() {
        for (text, expect) in [
            (r#"{ "recieve_maximum": 3 }"#, "unknown field `recieve_maximum`"),
            (r#"{ "maximum_qos": 3 }"#, "a QoS is 0, 1 or 2"),
            (
                r#"{ "rules": [{ "action": "publish", "refuse_with": "0x05" }] }"#,
                "no such Reason Code",
            ),
        ] {
            let error = serde_json::from_str::<Policy>(text).expect_err(text).to_string();
            assert!(error.contains(expect), "{text}: {error}");
        }
    }
}
