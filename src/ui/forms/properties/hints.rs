//! What a property's value says in other words, and what its absence means.

use super::PropertyDraft;
use crate::language::Strings;
use crate::mqtt::PropertyId;
use crate::ui::forms::Part;

/// The unit of a number; `None` for a plain number.
pub fn unit(id: PropertyId, strings: &Strings) -> Option<&'static str> {
    match id {
        PropertyId::SessionExpiryInterval
        | PropertyId::MessageExpiryInterval
        | PropertyId::WillDelayInterval => Some(strings.form_unit_seconds()),
        PropertyId::MaximumPacketSize => Some(strings.form_unit_bytes()),
        _ => None,
    }
}

/// The value as a person would say it, then what the absence of the property means.
pub fn hint(part: Part, row: &PropertyDraft, strings: &Strings) -> String {
    let number = row.value.text.trim().parse().ok();
    match number.and_then(|number| in_words(row.id, number, strings)) {
        Some(words) => strings.form_value_and_absence(absent(part, row.id, strings), words),
        None => absent(part, row.id, strings).to_owned(),
    }
}

fn in_words(id: PropertyId, number: u32, strings: &Strings) -> Option<String> {
    match id {
        PropertyId::SessionExpiryInterval if number == u32::MAX => {
            Some(strings.form_never_expires().to_owned())
        }
        PropertyId::SessionExpiryInterval
        | PropertyId::MessageExpiryInterval
        | PropertyId::WillDelayInterval => {
            duration(number, strings).map(|words| strings.form_that_is(words))
        }
        PropertyId::MaximumPacketSize => size(number).map(|words| strings.form_that_is(words)),
        _ => None,
    }
}

/// In the two largest units; `None` below a minute, where the number says it already.
fn duration(seconds: u32, strings: &Strings) -> Option<String> {
    if seconds < 60 {
        return None;
    }
    let parts = [
        strings.form_days(seconds / 86_400),
        strings.form_hours(seconds / 3600 % 24),
        strings.form_minutes(seconds / 60 % 60),
        strings.form_seconds(seconds % 60),
    ];
    let amounts = [seconds / 86_400, seconds / 3600 % 24, seconds / 60 % 60, seconds % 60];
    let largest = amounts.iter().position(|amount| *amount > 0)?;
    let shown = parts.iter().zip(amounts).skip(largest).take(2);
    let words: Vec<_> = shown.filter(|(_, amount)| *amount > 0).map(|(p, _)| p.as_str()).collect();
    Some(words.join(" "))
}

/// In binary units; `None` below one KiB.
fn size(bytes: u32) -> Option<String> {
    let (unit, name) = match bytes {
        0..1024 => return None,
        1024..1_048_576 => (1024.0, "KiB"),
        1_048_576..1_073_741_824 => (1_048_576.0, "MiB"),
        _ => (1_073_741_824.0, "GiB"),
    };
    let amount = (f64::from(bytes) / unit * 10.0).round() / 10.0;
    Some(format!("{amount} {name}"))
}

fn absent(part: Part, id: PropertyId, strings: &Strings) -> &'static str {
    match id {
        PropertyId::SessionExpiryInterval if part == Part::Disconnect => {
            strings.form_absent_disconnect_session_expiry_interval()
        }
        PropertyId::SessionExpiryInterval => strings.form_absent_session_expiry_interval(),
        PropertyId::ReceiveMaximum => strings.form_absent_receive_maximum(),
        PropertyId::MaximumPacketSize => strings.form_absent_maximum_packet_size(),
        PropertyId::TopicAliasMaximum => strings.form_absent_topic_alias_maximum(),
        PropertyId::RequestResponseInformation => {
            strings.form_absent_request_response_information()
        }
        PropertyId::RequestProblemInformation => strings.form_absent_request_problem_information(),
        PropertyId::AuthenticationMethod => strings.form_absent_authentication_method(),
        PropertyId::AuthenticationData => strings.form_absent_authentication_data(),
        PropertyId::WillDelayInterval => strings.form_absent_will_delay_interval(),
        PropertyId::PayloadFormatIndicator => strings.form_absent_payload_format_indicator(),
        PropertyId::MessageExpiryInterval => strings.form_absent_message_expiry_interval(),
        PropertyId::ContentType => strings.form_absent_content_type(),
        PropertyId::ResponseTopic => strings.form_absent_response_topic(),
        PropertyId::CorrelationData => strings.form_absent_correlation_data(),
        PropertyId::TopicAlias => strings.form_absent_topic_alias(),
        PropertyId::SubscriptionIdentifier => strings.form_absent_subscription_identifier(),
        PropertyId::ReasonString => strings.form_absent_reason_string(),
        // The rest is sent by Servers only, or has an editor of its own.
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::Language;
    use crate::ui::forms::PropertiesDraft;

    #[test]
    fn every_property_of_a_form_says_what_its_absence_means() {
        for part in [Part::Connect, Part::Will, Part::Publish, Part::Subscribe, Part::Disconnect] {
            for id in PropertiesDraft::new(part).ids() {
                for language in Language::ALL {
                    let words = absent(part, id, language.strings());
                    assert!(!words.is_empty(), "{} in {part:?}", id.name());
                }
            }
        }
    }

    #[test]
    fn large_numbers_are_said_in_larger_units() {
        let strings = Language::En.strings();
        for (seconds, expect) in [
            (59, None),
            (300, Some("5 min")),
            (90, Some("1 min 30 s")),
            (3600, Some("1 h")),
            (90_061, Some("1 d 1 h")),
        ] {
            assert_eq!(duration(seconds, strings).as_deref(), expect, "{seconds}");
        }
        for (bytes, expect) in [
            (1023, None),
            (1024, Some("1 KiB")),
            (1_048_576, Some("1 MiB")),
            (1536, Some("1.5 KiB")),
        ] {
            assert_eq!(size(bytes).as_deref(), expect, "{bytes}");
        }
    }
}
