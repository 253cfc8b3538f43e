//! The policy of the broker as settings that a page can list: one table, which says how each is called,
//! where the specification speaks of it, and how it is read and written.

use crate::broker::{Availability, Overlapping, Policy, Refusal};
use crate::language::Strings;
use crate::mqtt::QoS;
use crate::ui::settings::{Control, Range, Setting, Wrong, put, put_optional, shown};

/// Settings that belong together.
pub struct Group {
    pub title: fn(&Strings) -> &'static str,
    pub settings: &'static [Setting<Policy>],
}

impl Group {
    /// How many of its settings have been changed.
    pub fn changed(&self, policy: &Policy) -> usize {
        let default = Policy::default();
        self.settings.iter().filter(|setting| !setting.agrees(policy, &default)).count()
    }
}

/// How many of the lists of a policy are in use: users, rules, banned Client Identifiers.
pub fn lists_in_use(policy: &Policy) -> usize {
    let used = [!policy.users.is_empty(), !policy.rules.is_empty(), !policy.banned.is_empty()];
    used.into_iter().filter(|used| *used).count()
}

/// A number up to the largest that a field of its kind takes, or none.
const fn optional(maximum: u32, unit: &'static str) -> Control {
    Control::Number(Range::whole(1, maximum, unit).optional())
}

const fn number(minimum: u32, maximum: u32, unit: &'static str) -> Control {
    Control::Number(Range::whole(minimum, maximum, unit))
}

/// In milliseconds: a minute is longer than any patience.
pub const LATENCY: Range = Range::fraction(0, 60_000, "ms");

pub static GROUPS: &[Group] = &[
    Group {
        title: |s| s.inside_policy_announced(),
        settings: &[
            Setting {
                id: "receive-maximum",
                label: |_| "Receive Maximum",
                section: Some("3.2.2.3.3"),
                hint: Some(|s| s.inside_hint_receive_maximum()),
                control: number(1, 65_535, ""),
                read: |p| p.receive_maximum.to_string(),
                write: |p, text| put(&mut p.receive_maximum, text),
            },
            Setting {
                id: "maximum-packet-size",
                label: |_| "Maximum Packet Size",
                section: Some("3.2.2.3.6"),
                hint: Some(|s| s.inside_hint_maximum_packet_size()),
                control: optional(u32::MAX, "B"),
                read: |p| shown(&p.maximum_packet_size),
                write: |p, text| put_optional(&mut p.maximum_packet_size, text),
            },
            Setting {
                id: "topic-alias-maximum",
                label: |_| "Topic Alias Maximum",
                section: Some("3.2.2.3.8"),
                hint: Some(|s| s.inside_hint_topic_alias_maximum()),
                control: number(0, 65_535, ""),
                read: |p| p.topic_alias_maximum.to_string(),
                write: |p, text| put(&mut p.topic_alias_maximum, text),
            },
            Setting {
                id: "maximum-qos",
                label: |_| "Maximum QoS",
                section: Some("3.2.2.3.4"),
                hint: Some(|s| s.inside_hint_maximum_qos()),
                control: Control::Choice(&[("0", |_| "0"), ("1", |_| "1"), ("2", |_| "2")]),
                read: |p| p.maximum_qos.bits().to_string(),
                write: |p, text| {
                    let bits = text.parse().map_err(|_| Wrong::Choice)?;
                    p.maximum_qos = QoS::from_bits(bits).ok_or(Wrong::Choice)?;
                    Ok(())
                },
            },
            Setting {
                id: "retain-available",
                label: |_| "Retain Available",
                section: Some("3.2.2.3.5"),
                hint: Some(|s| s.inside_hint_retain_available()),
                control: Control::Switch,
                read: |p| p.retain_available.to_string(),
                write: |p, text| put(&mut p.retain_available, text),
            },
            Setting {
                id: "wildcard-subscription-available",
                label: |_| "Wildcard Subscription Available",
                section: Some("3.2.2.3.11"),
                hint: Some(|s| s.inside_hint_wildcard()),
                control: Control::Switch,
                read: |p| p.wildcard_subscription_available.to_string(),
                write: |p, text| put(&mut p.wildcard_subscription_available, text),
            },
            Setting {
                id: "subscription-identifiers-available",
                label: |_| "Subscription Identifiers Available",
                section: Some("3.2.2.3.12"),
                hint: Some(|s| s.inside_hint_identifiers()),
                control: Control::Switch,
                read: |p| p.subscription_identifier_available.to_string(),
                write: |p, text| put(&mut p.subscription_identifier_available, text),
            },
            Setting {
                id: "shared-subscription-available",
                label: |_| "Shared Subscription Available",
                section: Some("3.2.2.3.13"),
                hint: Some(|s| s.inside_hint_shared()),
                control: Control::Switch,
                read: |p| p.shared_subscription_available.to_string(),
                write: |p, text| put(&mut p.shared_subscription_available, text),
            },
            Setting {
                id: "server-keep-alive",
                label: |_| "Server Keep Alive",
                section: Some("3.2.2.3.14"),
                hint: Some(|s| s.inside_hint_server_keep_alive()),
                control: Control::Number(Range::whole(0, 65_535, "s").optional()),
                read: |p| shown(&p.server_keep_alive),
                write: |p, text| put_optional(&mut p.server_keep_alive, text),
            },
            Setting {
                id: "maximum-keep-alive",
                label: |s| s.inside_set_maximum_keep_alive(),
                section: Some("3.2.2.3.14"),
                hint: Some(|s| s.inside_hint_maximum_keep_alive()),
                control: Control::Number(Range::whole(1, 65_535, "s").optional()),
                read: |p| shown(&p.maximum_keep_alive),
                write: |p, text| put_optional(&mut p.maximum_keep_alive, text),
            },
            Setting {
                id: "session-expiry-maximum",
                label: |s| s.inside_set_session_expiry_maximum(),
                section: Some("3.2.2.3.2"),
                hint: Some(|s| s.inside_hint_session_expiry_maximum()),
                control: Control::Number(Range::whole(0, u32::MAX, "s").optional()),
                read: |p| shown(&p.session_expiry_maximum),
                write: |p, text| put_optional(&mut p.session_expiry_maximum, text),
            },
            Setting {
                id: "response-information",
                label: |_| "Response Information",
                section: Some("3.2.2.3.15"),
                hint: Some(|s| s.inside_hint_response_information()),
                control: Control::Text,
                read: |p| shown(&p.response_information),
                write: |p, text| put_optional(&mut p.response_information, text),
            },
        ],
    },
    Group {
        title: |s| s.inside_policy_delivery(),
        settings: &[
            Setting {
                id: "overlapping",
                label: |s| s.inside_set_overlapping(),
                section: Some("3.3.4"),
                hint: Some(|s| s.inside_hint_overlapping()),
                control: Control::Choice(&[
                    ("one", |s| s.inside_overlapping_one_copy()),
                    ("each", |s| s.inside_overlapping_each()),
                ]),
                read: |p| key_of(OVERLAPPING, p.overlapping),
                write: |p, text| put_choice(&mut p.overlapping, OVERLAPPING, text),
            },
            Setting {
                id: "aliases-to-clients",
                label: |s| s.inside_set_aliases_to_clients(),
                section: Some("3.1.2.11.5"),
                hint: Some(|s| s.inside_hint_aliases_to_clients()),
                control: Control::Switch,
                read: |p| p.aliases_to_clients.to_string(),
                write: |p, text| put(&mut p.aliases_to_clients, text),
            },
            Setting {
                id: "queue-qos-0",
                label: |s| s.inside_set_queue_qos_0(),
                section: Some("4.1"),
                hint: Some(|s| s.inside_hint_queue_qos_0()),
                control: Control::Switch,
                read: |p| p.queue_qos_0.to_string(),
                write: |p, text| put(&mut p.queue_qos_0, text),
            },
            Setting {
                id: "reason-strings",
                label: |s| s.inside_set_reason_strings(),
                section: Some("3.2.2.3.9"),
                hint: Some(|s| s.inside_hint_reason_strings()),
                control: Control::Switch,
                read: |p| p.reason_strings.to_string(),
                write: |p, text| put(&mut p.reason_strings, text),
            },
            Setting {
                id: "check-payload-format",
                label: |s| s.inside_set_check_payload_format(),
                section: Some("3.3.2.3.2"),
                hint: Some(|s| s.inside_hint_check_payload_format()),
                control: Control::Switch,
                read: |p| p.check_payload_format.to_string(),
                write: |p, text| put(&mut p.check_payload_format, text),
            },
        ],
    },
    Group {
        title: |s| s.inside_policy_admission(),
        settings: &[
            Setting {
                id: "availability",
                label: |s| s.inside_set_availability(),
                section: Some("3.2.2.2"),
                hint: Some(|s| s.inside_hint_availability()),
                control: Control::Choice(&[
                    ("open", |s| s.inside_availability_open()),
                    ("88", |_| "0x88 Server unavailable"),
                    ("89", |_| "0x89 Server busy"),
                    ("9C", |_| "0x9C Use another server"),
                    ("9D", |_| "0x9D Server moved"),
                ]),
                read: |p| key_of(AVAILABILITY, p.availability),
                write: |p, text| put_choice(&mut p.availability, AVAILABILITY, text),
            },
            Setting {
                id: "server-reference",
                label: |_| "Server Reference",
                section: Some("4.11"),
                hint: Some(|s| s.inside_hint_server_reference()),
                control: Control::Text,
                read: |p| shown(&p.server_reference),
                write: |p, text| put_optional(&mut p.server_reference, text),
            },
            Setting {
                id: "anonymous",
                label: |s| s.inside_set_anonymous(),
                section: Some("3.1.3.5"),
                hint: Some(|s| s.inside_hint_anonymous()),
                control: Control::Switch,
                read: |p| p.anonymous.to_string(),
                write: |p, text| put(&mut p.anonymous, text),
            },
            Setting {
                id: "scram",
                label: |_| "SCRAM-SHA-256",
                section: Some("4.12"),
                hint: Some(|s| s.inside_hint_scram()),
                control: Control::Switch,
                read: |p| p.scram.to_string(),
                write: |p, text| put(&mut p.scram, text),
            },
            Setting {
                id: "assign-client-ids",
                label: |s| s.inside_set_assign_client_ids(),
                section: Some("3.1.3.1"),
                hint: Some(|s| s.inside_hint_assign_client_ids()),
                control: Control::Switch,
                read: |p| p.assign_client_ids.to_string(),
                write: |p, text| put(&mut p.assign_client_ids, text),
            },
            Setting {
                id: "refusal",
                label: |s| s.inside_set_refusal(),
                section: Some("4.13"),
                hint: Some(|s| s.inside_hint_refusal()),
                control: Control::Choice(&[
                    ("acknowledge", |s| s.inside_refusal_acknowledge()),
                    ("disconnect", |_| "DISCONNECT"),
                ]),
                read: |p| key_of(REFUSAL, p.refusal),
                write: |p, text| put_choice(&mut p.refusal, REFUSAL, text),
            },
        ],
    },
    Group {
        title: |s| s.inside_policy_limits(),
        settings: &[
            Setting {
                id: "maximum-connections",
                label: |s| s.inside_set_maximum_connections(),
                section: None,
                hint: Some(|s| s.inside_hint_maximum_connections()),
                control: optional(u32::MAX, ""),
                read: |p| shown(&p.maximum_connections),
                write: |p, text| put_optional(&mut p.maximum_connections, text),
            },
            Setting {
                id: "connections-per-second",
                label: |s| s.inside_set_connections_per_second(),
                section: None,
                hint: Some(|s| s.inside_hint_connections_per_second()),
                control: optional(u32::MAX, ""),
                read: |p| shown(&p.connections_per_second),
                write: |p, text| put_optional(&mut p.connections_per_second, text),
            },
            Setting {
                id: "messages-per-second",
                label: |s| s.inside_set_messages_per_second(),
                section: None,
                hint: Some(|s| s.inside_hint_messages_per_second()),
                control: optional(u32::MAX, ""),
                read: |p| shown(&p.messages_per_second),
                write: |p, text| put_optional(&mut p.messages_per_second, text),
            },
            Setting {
                id: "maximum-connect-time",
                label: |s| s.inside_set_maximum_connect_time(),
                section: None,
                hint: Some(|s| s.inside_hint_maximum_connect_time()),
                control: optional(u32::MAX, "s"),
                read: |p| shown(&p.maximum_connect_time),
                write: |p, text| put_optional(&mut p.maximum_connect_time, text),
            },
            Setting {
                id: "connect-timeout",
                label: |s| s.inside_set_connect_timeout(),
                section: Some("3.1.4"),
                hint: Some(|s| s.inside_hint_connect_timeout()),
                control: number(1, u32::MAX, "s"),
                read: |p| p.connect_timeout.to_string(),
                write: |p, text| put(&mut p.connect_timeout, text),
            },
            Setting {
                id: "maximum-subscriptions",
                label: |s| s.inside_set_maximum_subscriptions(),
                section: None,
                hint: Some(|s| s.inside_hint_maximum_subscriptions()),
                control: optional(u32::MAX, ""),
                read: |p| shown(&p.maximum_subscriptions),
                write: |p, text| put_optional(&mut p.maximum_subscriptions, text),
            },
            Setting {
                id: "maximum-retained-messages",
                label: |s| s.inside_set_maximum_retained(),
                section: None,
                hint: Some(|s| s.inside_hint_maximum_retained()),
                control: optional(u32::MAX, ""),
                read: |p| shown(&p.maximum_retained_messages),
                write: |p, text| put_optional(&mut p.maximum_retained_messages, text),
            },
            Setting {
                id: "maximum-queued-messages",
                label: |s| s.inside_set_maximum_queued(),
                section: None,
                hint: Some(|s| s.inside_hint_maximum_queued()),
                control: number(0, u32::MAX, ""),
                read: |p| p.maximum_queued_messages.to_string(),
                write: |p, text| put(&mut p.maximum_queued_messages, text),
            },
            Setting {
                id: "maximum-client-id-length",
                label: |s| s.inside_set_maximum_client_id_length(),
                section: Some("3.1.3.1"),
                hint: Some(|s| s.inside_hint_maximum_client_id_length()),
                control: number(23, 65_535, "B"),
                read: |p| p.maximum_client_id_length.to_string(),
                write: |p, text| put(&mut p.maximum_client_id_length, text),
            },
            Setting {
                id: "maximum-topic-levels",
                label: |s| s.inside_set_maximum_topic_levels(),
                section: Some("4.7"),
                hint: Some(|s| s.inside_hint_maximum_topic_levels()),
                control: optional(65_535, ""),
                read: |p| shown(&p.maximum_topic_levels),
                write: |p, text| put_optional(&mut p.maximum_topic_levels, text),
            },
            Setting {
                id: "scram-iterations",
                label: |s| s.inside_set_scram_iterations(),
                section: Some("4.12"),
                hint: Some(|s| s.inside_hint_scram_iterations()),
                control: number(crate::auth::MINIMUM_ITERATIONS, 100_000, ""),
                read: |p| p.scram_iterations.to_string(),
                write: |p, text| put(&mut p.scram_iterations, text),
            },
        ],
    },
];

/// What the keys of a choice stand for.
type Keys<V> = &'static [(&'static str, V)];

const OVERLAPPING: Keys<Overlapping> =
    &[("one", Overlapping::OneCopy), ("each", Overlapping::OnePerSubscription)];

const AVAILABILITY: Keys<Availability> = &[
    ("open", Availability::Open),
    ("88", Availability::Unavailable),
    ("89", Availability::Busy),
    ("9C", Availability::UseAnotherServer),
    ("9D", Availability::ServerMoved),
];

const REFUSAL: Keys<Refusal> =
    &[("acknowledge", Refusal::Acknowledge), ("disconnect", Refusal::Disconnect)];

fn key_of<V: Copy + PartialEq>(keys: Keys<V>, value: V) -> String {
    let found = keys.iter().find(|(_, one)| *one == value);
    found.map_or_else(String::new, |(key, _)| (*key).to_owned())
}

fn put_choice<V: Copy>(place: &mut V, keys: Keys<V>, key: &str) -> Result<(), Wrong> {
    let found = keys.iter().find(|(one, _)| *one == key);
    *place = found.ok_or(Wrong::Choice)?.1;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::language::Language;

    fn all() -> impl Iterator<Item = &'static Setting<Policy>> {
        GROUPS.iter().flat_map(|group| group.settings)
    }

    #[test]
    fn every_key_of_a_policy_is_a_setting_or_a_list() {
        let policy = serde_json::to_value(Policy::default()).expect("a policy is JSON");
        let keys = policy.as_object().expect("an object").len();
        let lists = ["users", "rules", "banned"].len();
        assert_eq!(all().count() + lists, keys);
        let ids: BTreeSet<_> = all().map(|setting| setting.id).collect();
        assert_eq!(ids.len(), all().count());
    }

    #[test]
    fn what_is_written_is_read_and_differs_from_the_default() {
        let default = Policy::default();
        for setting in all() {
            let mut policy = default.clone();
            let before = (setting.read)(&policy);
            assert_eq!(setting.set(&mut policy, &before), Ok(()), "{}", setting.id);
            assert_eq!(policy, default, "{}", setting.id);
            let texts: Vec<String> = match &setting.control {
                Control::Number(range) => {
                    let none = range.is_optional.then(String::new);
                    let numbers = [range.maximum, range.minimum, range.minimum + 1];
                    none.into_iter().chain(numbers.map(|n| n.to_string())).collect()
                }
                Control::Switch => vec!["true".to_owned(), "false".to_owned()],
                Control::Text => vec!["x".to_owned()],
                Control::Choice(offers) => {
                    offers.iter().map(|(key, _)| (*key).to_owned()).collect()
                }
                Control::Codes => unreachable!("no policy has Reason Codes"),
            };
            for text in &texts {
                assert_eq!(setting.set(&mut policy, text), Ok(()), "{} {text}", setting.id);
                assert_eq!((setting.read)(&policy), *text, "{}", setting.id);
                let changed: usize = GROUPS.iter().map(|group| group.changed(&policy)).sum();
                assert_eq!(changed, usize::from(*text != before), "{} {text}", setting.id);
            }
            assert!(texts.iter().any(|text| *text != before), "{}", setting.id);
        }
    }

    #[test]
    fn what_does_not_fit_changes_nothing() {
        for setting in all() {
            let texts: &[&str] = match &setting.control {
                Control::Number(_) => &["-1", "1.5", "ten", "99999999999"],
                Control::Switch | Control::Choice(_) => &["", "perhaps"],
                Control::Text | Control::Codes => &[],
            };
            for text in texts {
                let mut policy = Policy::default();
                assert!(setting.set(&mut policy, text).is_err(), "{} {text}", setting.id);
                assert_eq!(policy, Policy::default(), "{} {text}", setting.id);
            }
        }
    }

    #[test]
    fn every_setting_is_named_and_explained() {
        for language in Language::ALL {
            let strings = language.strings();
            for setting in all() {
                assert!(!(setting.label)(strings).is_empty(), "{}", setting.id);
                let hint = setting.hint.map_or("", |hint| hint(strings));
                assert!(!hint.is_empty(), "{}", setting.id);
            }
        }
    }
}
