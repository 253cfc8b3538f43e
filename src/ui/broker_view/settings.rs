//! The policy of the broker as settings that a page can list: one table, which says how each is called,
//! where the specification speaks of it, and how it is read and written.

use std::time::Duration;

use crate::broker::{Availability, Overlapping, Policy, Refusal};
use crate::language::Strings;
use crate::mqtt::QoS;
use crate::ui::format::grouped;

/// Settings that belong together.
pub struct Group {
    pub title: fn(&Strings) -> &'static str,
    pub settings: &'static [Setting],
}

pub struct Setting {
    /// Unique, for ids.
    pub id: &'static str,
    pub label: fn(&Strings) -> &'static str,
    /// A section of the specification, where it speaks of this.
    pub section: Option<&'static str>,
    /// What it means; for a number that may be left out, what its absence means.
    pub hint: fn(&Strings) -> &'static str,
    pub kind: Kind,
}

pub enum Kind {
    Number(Number),
    Switch { read: fn(&Policy) -> bool, write: fn(&mut Policy, bool) },
    Text { read: fn(&Policy) -> Option<&str>, write: fn(&mut Policy, Option<String>) },
    Choice(Choice),
}

pub struct Number {
    pub unit: &'static str,
    pub minimum: u32,
    pub maximum: u32,
    /// Whether it may be left out.
    pub optional: bool,
    pub read: fn(&Policy) -> Option<u32>,
    pub write: fn(&mut Policy, Option<u32>),
}

pub struct Choice {
    /// The words of each option.
    pub options: &'static [fn(&Strings) -> &'static str],
    pub read: fn(&Policy) -> usize,
    pub write: fn(&mut Policy, usize),
}

/// What is wrong with a typed number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NumberError {
    NotANumber { minimum: u32, maximum: u32 },
    OutOfRange { minimum: u32, maximum: u32 },
}

impl NumberError {
    pub fn words(self, strings: &Strings) -> String {
        match self {
            NumberError::NotANumber { minimum, maximum } => {
                strings.form_problem_not_a_number(grouped(maximum.into()), grouped(minimum.into()))
            }
            NumberError::OutOfRange { minimum, maximum } => {
                strings.form_problem_out_of_range(grouped(maximum.into()), grouped(minimum.into()))
            }
        }
    }
}

/// Reads a whole number within a range.
pub fn parse(text: &str, minimum: u32, maximum: u32) -> Result<u32, NumberError> {
    let text = text.trim();
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(NumberError::NotANumber { minimum, maximum });
    }
    match text.parse() {
        Ok(number) if (minimum..=maximum).contains(&number) => Ok(number),
        _ => Err(NumberError::OutOfRange { minimum, maximum }),
    }
}

/// Reads a latency in milliseconds, which may have a fraction.
pub fn parse_latency(text: &str) -> Result<Duration, NumberError> {
    let wrong = NumberError::OutOfRange { minimum: 0, maximum: LONGEST_LATENCY };
    let millis: f64 = text.trim().parse().map_err(|_| wrong)?;
    match (0.0..=f64::from(LONGEST_LATENCY)).contains(&millis) {
        true => Ok(Duration::from_secs_f64(millis / 1000.0)),
        false => Err(wrong),
    }
}

/// In milliseconds: a minute is longer than any patience.
const LONGEST_LATENCY: u32 = 60_000;

impl Number {
    /// Reads what was typed; nothing at all stands for a number that is left out.
    pub fn parse(&self, text: &str) -> Result<Option<u32>, NumberError> {
        match text.trim().is_empty() && self.optional {
            true => Ok(None),
            false => parse(text, self.minimum, self.maximum).map(Some),
        }
    }

    pub fn text(&self, policy: &Policy) -> String {
        (self.read)(policy).map_or_else(String::new, |number| number.to_string())
    }
}

impl Setting {
    /// Whether it stands as it does when nobody has touched it.
    pub fn is_default(&self, policy: &Policy) -> bool {
        let default = Policy::default();
        match &self.kind {
            Kind::Number(number) => (number.read)(policy) == (number.read)(&default),
            Kind::Switch { read, .. } => read(policy) == read(&default),
            Kind::Text { read, .. } => read(policy) == read(&default),
            Kind::Choice(choice) => (choice.read)(policy) == (choice.read)(&default),
        }
    }
}

impl Group {
    /// How many of its settings have been changed.
    pub fn changed(&self, policy: &Policy) -> usize {
        self.settings.iter().filter(|setting| !setting.is_default(policy)).count()
    }
}

/// How many of the lists of a policy are in use: users, rules, banned Client Identifiers.
pub fn lists_in_use(policy: &Policy) -> usize {
    let used = [!policy.users.is_empty(), !policy.rules.is_empty(), !policy.banned.is_empty()];
    used.into_iter().filter(|used| *used).count()
}

const fn number(
    minimum: u32,
    maximum: u32,
    unit: &'static str,
    read: fn(&Policy) -> Option<u32>,
    write: fn(&mut Policy, Option<u32>),
) -> Kind {
    Kind::Number(Number { unit, minimum, maximum, optional: false, read, write })
}

const fn optional(
    maximum: u32,
    unit: &'static str,
    read: fn(&Policy) -> Option<u32>,
    write: fn(&mut Policy, Option<u32>),
) -> Kind {
    Kind::Number(Number { unit, minimum: 1, maximum, optional: true, read, write })
}

/// A number that the table above has checked to fit.
fn short(number: Option<u32>) -> u16 {
    number.and_then(|number| number.try_into().ok()).unwrap_or(u16::MAX)
}

pub static GROUPS: &[Group] = &[
    Group {
        title: |s| s.inside_policy_announced(),
        settings: &[
            Setting {
                id: "receive-maximum",
                label: |_| "Receive Maximum",
                section: Some("3.2.2.3.3"),
                hint: |s| s.inside_hint_receive_maximum(),
                kind: number(
                    1,
                    65_535,
                    "",
                    |p| Some(p.receive_maximum.into()),
                    |p, n| p.receive_maximum = short(n),
                ),
            },
            Setting {
                id: "maximum-packet-size",
                label: |_| "Maximum Packet Size",
                section: Some("3.2.2.3.6"),
                hint: |s| s.inside_hint_maximum_packet_size(),
                kind: optional(
                    u32::MAX,
                    "B",
                    |p| p.maximum_packet_size,
                    |p, n| p.maximum_packet_size = n,
                ),
            },
            Setting {
                id: "topic-alias-maximum",
                label: |_| "Topic Alias Maximum",
                section: Some("3.2.2.3.8"),
                hint: |s| s.inside_hint_topic_alias_maximum(),
                kind: number(
                    0,
                    65_535,
                    "",
                    |p| Some(p.topic_alias_maximum.into()),
                    |p, n| p.topic_alias_maximum = short(n),
                ),
            },
            Setting {
                id: "maximum-qos",
                label: |_| "Maximum QoS",
                section: Some("3.2.2.3.4"),
                hint: |s| s.inside_hint_maximum_qos(),
                kind: Kind::Choice(Choice {
                    options: &[|_| "0", |_| "1", |_| "2"],
                    read: |p| p.maximum_qos.bits().into(),
                    write: |p, index| p.maximum_qos = QoS::ALL[index.min(2)],
                }),
            },
            Setting {
                id: "retain-available",
                label: |_| "Retain Available",
                section: Some("3.2.2.3.5"),
                hint: |s| s.inside_hint_retain_available(),
                kind: Kind::Switch {
                    read: |p| p.retain_available,
                    write: |p, on| p.retain_available = on,
                },
            },
            Setting {
                id: "wildcard-subscription-available",
                label: |_| "Wildcard Subscription Available",
                section: Some("3.2.2.3.11"),
                hint: |s| s.inside_hint_wildcard(),
                kind: Kind::Switch {
                    read: |p| p.wildcard_subscription_available,
                    write: |p, on| p.wildcard_subscription_available = on,
                },
            },
            Setting {
                id: "subscription-identifiers-available",
                label: |_| "Subscription Identifiers Available",
                section: Some("3.2.2.3.12"),
                hint: |s| s.inside_hint_identifiers(),
                kind: Kind::Switch {
                    read: |p| p.subscription_identifier_available,
                    write: |p, on| p.subscription_identifier_available = on,
                },
            },
            Setting {
                id: "shared-subscription-available",
                label: |_| "Shared Subscription Available",
                section: Some("3.2.2.3.13"),
                hint: |s| s.inside_hint_shared(),
                kind: Kind::Switch {
                    read: |p| p.shared_subscription_available,
                    write: |p, on| p.shared_subscription_available = on,
                },
            },
            Setting {
                id: "server-keep-alive",
                label: |_| "Server Keep Alive",
                section: Some("3.2.2.3.14"),
                hint: |s| s.inside_hint_server_keep_alive(),
                kind: Kind::Number(Number {
                    unit: "s",
                    minimum: 0,
                    maximum: 65_535,
                    optional: true,
                    read: |p| p.server_keep_alive.map(u32::from),
                    write: |p, n| p.server_keep_alive = n.map(|n| short(Some(n))),
                }),
            },
            Setting {
                id: "session-expiry-maximum",
                label: |s| s.inside_set_session_expiry_maximum(),
                section: Some("3.2.2.3.2"),
                hint: |s| s.inside_hint_session_expiry_maximum(),
                kind: Kind::Number(Number {
                    unit: "s",
                    minimum: 0,
                    maximum: u32::MAX,
                    optional: true,
                    read: |p| p.session_expiry_maximum,
                    write: |p, n| p.session_expiry_maximum = n,
                }),
            },
            Setting {
                id: "response-information",
                label: |_| "Response Information",
                section: Some("3.2.2.3.15"),
                hint: |s| s.inside_hint_response_information(),
                kind: Kind::Text {
                    read: |p| p.response_information.as_deref(),
                    write: |p, text| p.response_information = text,
                },
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
                hint: |s| s.inside_hint_overlapping(),
                kind: Kind::Choice(Choice {
                    options: &[
                        |s| s.inside_overlapping_one_copy(),
                        |s| s.inside_overlapping_each(),
                    ],
                    read: |p| (p.overlapping == Overlapping::OnePerSubscription).into(),
                    write: |p, index| {
                        p.overlapping = match index {
                            0 => Overlapping::OneCopy,
                            _ => Overlapping::OnePerSubscription,
                        }
                    },
                }),
            },
            Setting {
                id: "aliases-to-clients",
                label: |s| s.inside_set_aliases_to_clients(),
                section: Some("3.1.2.11.5"),
                hint: |s| s.inside_hint_aliases_to_clients(),
                kind: Kind::Switch {
                    read: |p| p.aliases_to_clients,
                    write: |p, on| p.aliases_to_clients = on,
                },
            },
            Setting {
                id: "queue-qos-0",
                label: |s| s.inside_set_queue_qos_0(),
                section: Some("4.1"),
                hint: |s| s.inside_hint_queue_qos_0(),
                kind: Kind::Switch { read: |p| p.queue_qos_0, write: |p, on| p.queue_qos_0 = on },
            },
            Setting {
                id: "reason-strings",
                label: |s| s.inside_set_reason_strings(),
                section: Some("3.2.2.3.9"),
                hint: |s| s.inside_hint_reason_strings(),
                kind: Kind::Switch {
                    read: |p| p.reason_strings,
                    write: |p, on| p.reason_strings = on,
                },
            },
            Setting {
                id: "check-payload-format",
                label: |s| s.inside_set_check_payload_format(),
                section: Some("3.3.2.3.2"),
                hint: |s| s.inside_hint_check_payload_format(),
                kind: Kind::Switch {
                    read: |p| p.check_payload_format,
                    write: |p, on| p.check_payload_format = on,
                },
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
                hint: |s| s.inside_hint_availability(),
                kind: Kind::Choice(Choice {
                    options: &[
                        |s| s.inside_availability_open(),
                        |_| "0x88 Server unavailable",
                        |_| "0x89 Server busy",
                        |_| "0x9C Use another server",
                        |_| "0x9D Server moved",
                    ],
                    read: |p| AVAILABILITY.iter().position(|a| *a == p.availability).unwrap_or(0),
                    write: |p, index| p.availability = AVAILABILITY[index.min(4)],
                }),
            },
            Setting {
                id: "server-reference",
                label: |_| "Server Reference",
                section: Some("4.11"),
                hint: |s| s.inside_hint_server_reference(),
                kind: Kind::Text {
                    read: |p| p.server_reference.as_deref(),
                    write: |p, text| p.server_reference = text,
                },
            },
            Setting {
                id: "anonymous",
                label: |s| s.inside_set_anonymous(),
                section: Some("3.1.3.5"),
                hint: |s| s.inside_hint_anonymous(),
                kind: Kind::Switch { read: |p| p.anonymous, write: |p, on| p.anonymous = on },
            },
            Setting {
                id: "scram",
                label: |_| "SCRAM-SHA-256",
                section: Some("4.12"),
                hint: |s| s.inside_hint_scram(),
                kind: Kind::Switch { read: |p| p.scram, write: |p, on| p.scram = on },
            },
            Setting {
                id: "assign-client-ids",
                label: |s| s.inside_set_assign_client_ids(),
                section: Some("3.1.3.1"),
                hint: |s| s.inside_hint_assign_client_ids(),
                kind: Kind::Switch {
                    read: |p| p.assign_client_ids,
                    write: |p, on| p.assign_client_ids = on,
                },
            },
            Setting {
                id: "refusal",
                label: |s| s.inside_set_refusal(),
                section: Some("4.13"),
                hint: |s| s.inside_hint_refusal(),
                kind: Kind::Choice(Choice {
                    options: &[|s| s.inside_refusal_acknowledge(), |_| "DISCONNECT"],
                    read: |p| (p.refusal == Refusal::Disconnect).into(),
                    write: |p, index| {
                        p.refusal = match index {
                            0 => Refusal::Acknowledge,
                            _ => Refusal::Disconnect,
                        }
                    },
                }),
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
                hint: |s| s.inside_hint_maximum_connections(),
                kind: optional(
                    u32::MAX,
                    "",
                    |p| p.maximum_connections,
                    |p, n| p.maximum_connections = n,
                ),
            },
            Setting {
                id: "connections-per-second",
                label: |s| s.inside_set_connections_per_second(),
                section: None,
                hint: |s| s.inside_hint_connections_per_second(),
                kind: optional(
                    u32::MAX,
                    "",
                    |p| p.connections_per_second,
                    |p, n| p.connections_per_second = n,
                ),
            },
            Setting {
                id: "messages-per-second",
                label: |s| s.inside_set_messages_per_second(),
                section: None,
                hint: |s| s.inside_hint_messages_per_second(),
                kind: optional(
                    u32::MAX,
                    "",
                    |p| p.messages_per_second,
                    |p, n| p.messages_per_second = n,
                ),
            },
            Setting {
                id: "maximum-connect-time",
                label: |s| s.inside_set_maximum_connect_time(),
                section: None,
                hint: |s| s.inside_hint_maximum_connect_time(),
                kind: optional(
                    u32::MAX,
                    "s",
                    |p| p.maximum_connect_time,
                    |p, n| p.maximum_connect_time = n,
                ),
            },
            Setting {
                id: "connect-timeout",
                label: |s| s.inside_set_connect_timeout(),
                section: Some("3.1.4"),
                hint: |s| s.inside_hint_connect_timeout(),
                kind: number(
                    1,
                    u32::MAX,
                    "s",
                    |p| Some(p.connect_timeout),
                    |p, n| p.connect_timeout = n.unwrap_or(u32::MAX),
                ),
            },
            Setting {
                id: "maximum-subscriptions",
                label: |s| s.inside_set_maximum_subscriptions(),
                section: None,
                hint: |s| s.inside_hint_maximum_subscriptions(),
                kind: optional(
                    u32::MAX,
                    "",
                    |p| p.maximum_subscriptions,
                    |p, n| p.maximum_subscriptions = n,
                ),
            },
            Setting {
                id: "maximum-retained-messages",
                label: |s| s.inside_set_maximum_retained(),
                section: None,
                hint: |s| s.inside_hint_maximum_retained(),
                kind: optional(
                    u32::MAX,
                    "",
                    |p| p.maximum_retained_messages,
                    |p, n| p.maximum_retained_messages = n,
                ),
            },
            Setting {
                id: "maximum-queued-messages",
                label: |s| s.inside_set_maximum_queued(),
                section: None,
                hint: |s| s.inside_hint_maximum_queued(),
                kind: number(
                    0,
                    u32::MAX,
                    "",
                    |p| Some(p.maximum_queued_messages),
                    |p, n| p.maximum_queued_messages = n.unwrap_or(u32::MAX),
                ),
            },
            Setting {
                id: "maximum-client-id-length",
                label: |s| s.inside_set_maximum_client_id_length(),
                section: Some("3.1.3.1"),
                hint: |s| s.inside_hint_maximum_client_id_length(),
                kind: number(
                    23,
                    65_535,
                    "B",
                    |p| Some(p.maximum_client_id_length.into()),
                    |p, n| p.maximum_client_id_length = short(n),
                ),
            },
            Setting {
                id: "maximum-topic-levels",
                label: |s| s.inside_set_maximum_topic_levels(),
                section: Some("4.7"),
                hint: |s| s.inside_hint_maximum_topic_levels(),
                kind: optional(
                    65_535,
                    "",
                    |p| p.maximum_topic_levels.map(u32::from),
                    |p, n| p.maximum_topic_levels = n.map(|n| short(Some(n))),
                ),
            },
            Setting {
                id: "scram-iterations",
                label: |s| s.inside_set_scram_iterations(),
                section: Some("4.12"),
                hint: |s| s.inside_hint_scram_iterations(),
                kind: number(
                    crate::auth::MINIMUM_ITERATIONS,
                    100_000,
                    "",
                    |p| Some(p.scram_iterations),
                    |p, n| p.scram_iterations = n.unwrap_or(crate::auth::MINIMUM_ITERATIONS),
                ),
            },
        ],
    },
];

/// In the order of the options.
const AVAILABILITY: [Availability; 5] = [
    Availability::Open,
    Availability::Unavailable,
    Availability::Busy,
    Availability::UseAnotherServer,
    Availability::ServerMoved,
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::language::Language;

    fn all() -> impl Iterator<Item = &'static Setting> {
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
        for setting in all() {
            let mut policy = Policy::default();
            assert!(setting.is_default(&policy), "{}", setting.id);
            match &setting.kind {
                Kind::Number(number) => {
                    let value = (number.minimum..).find(|n| (number.read)(&policy) != Some(*n));
                    (number.write)(&mut policy, value);
                    assert_eq!((number.read)(&policy), value, "{}", setting.id);
                    assert_eq!(number.parse(&number.text(&policy)), Ok(value), "{}", setting.id);
                    if number.optional {
                        (number.write)(&mut policy, None);
                        assert_eq!((number.read)(&policy), None, "{}", setting.id);
                        (number.write)(&mut policy, value);
                    }
                }
                Kind::Switch { read, write } => {
                    let value = !read(&policy);
                    write(&mut policy, value);
                    assert_eq!(read(&policy), value, "{}", setting.id);
                }
                Kind::Text { read, write } => {
                    write(&mut policy, Some("x".into()));
                    assert_eq!(read(&policy), Some("x"), "{}", setting.id);
                }
                Kind::Choice(choice) => {
                    for index in 0..choice.options.len() {
                        (choice.write)(&mut policy, index);
                        assert_eq!((choice.read)(&policy), index, "{}", setting.id);
                    }
                    let other = (choice.read)(&Policy::default()) == 0;
                    (choice.write)(&mut policy, other.into());
                }
            }
            assert!(!setting.is_default(&policy), "{}", setting.id);
            let changed: usize = GROUPS.iter().map(|group| group.changed(&policy)).sum();
            assert_eq!(changed, 1, "{}", setting.id);
        }
    }

    #[test]
    fn every_setting_is_named_and_explained() {
        for language in Language::ALL {
            let strings = language.strings();
            for setting in all() {
                assert!(!(setting.label)(strings).is_empty(), "{}", setting.id);
                assert!(!(setting.hint)(strings).is_empty(), "{}", setting.id);
            }
        }
    }

    #[test]
    fn numbers_are_read_within_their_range() {
        let Kind::Number(number) = &all().next().expect("a setting").kind else { panic!() };
        let (minimum, maximum) = (1, 65_535);
        for (text, expect) in [
            (" 20 ", Ok(Some(20))),
            ("", Err(NumberError::NotANumber { minimum, maximum })),
            ("-1", Err(NumberError::NotANumber { minimum, maximum })),
            ("0", Err(NumberError::OutOfRange { minimum, maximum })),
            ("99999999999", Err(NumberError::OutOfRange { minimum, maximum })),
        ] {
            assert_eq!(number.parse(text), expect, "{text}");
        }
    }

    #[test]
    fn a_latency_may_have_a_fraction() {
        for (text, micros) in [("0.5", Some(500)), (" 20 ", Some(20_000)), ("0", Some(0))] {
            assert_eq!(parse_latency(text).ok(), micros.map(Duration::from_micros), "{text}");
        }
        for text in ["", "-1", "60001", "NaN", "inf", "x"] {
            assert!(parse_latency(text).is_err(), "{text}");
        }
    }
}
