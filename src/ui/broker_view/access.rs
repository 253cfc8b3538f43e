//! Rules of the access control list as choices that a page can offer.

use crate::broker::{Action, Rule};
use crate::mqtt::{PacketType, ReasonCode, Sender, check_topic_filter};

/// In the order in which a page offers them.
pub const ACTIONS: [Action; 4] =
    [Action::Connect, Action::Publish, Action::Subscribe, Action::Unsubscribe];

/// The packet that asks.
pub fn request(action: Action) -> PacketType {
    match action {
        Action::Connect => PacketType::Connect,
        Action::Publish => PacketType::Publish,
        Action::Subscribe => PacketType::Subscribe,
        Action::Unsubscribe => PacketType::Unsubscribe,
    }
}

/// The packet that a refusal stands in.
pub fn answer(action: Action) -> PacketType {
    match action {
        Action::Connect => PacketType::ConnAck,
        Action::Publish => PacketType::PubAck,
        Action::Subscribe => PacketType::SubAck,
        Action::Unsubscribe => PacketType::UnsubAck,
    }
}

/// The Reason Codes a rule may refuse with.
pub fn refusals(action: Action) -> impl Iterator<Item = ReasonCode> {
    let may = move |code: &ReasonCode| {
        code.is_error() && code.allowed_in(answer(action), Some(Sender::Server))
    };
    ReasonCode::ALL.iter().copied().filter(may)
}

/// What a new line begins with: something that can be tried at once.
pub fn example() -> Rule {
    Rule::refuse(Action::Subscribe, "test/nosubscribe", ReasonCode::NotAuthorized)
}

/// For another action, with a Reason Code that fits there.
pub fn with_action(rule: &Rule, action: Action) -> Rule {
    let refuse_with = rule.refuse_with.map(|code| match refusals(action).any(|c| c == code) {
        true => code,
        false => ReasonCode::NotAuthorized,
    });
    let keeps_topic = action != Action::Connect;
    Rule {
        action,
        refuse_with,
        topic_filter: rule.topic_filter.clone().filter(|_| keeps_topic),
        maximum_qos: rule.maximum_qos.filter(|_| action == Action::Subscribe),
        ..rule.clone()
    }
}

pub fn filter_is_wrong(rule: &Rule) -> bool {
    rule.topic_filter.as_deref().is_some_and(|filter| check_topic_filter(filter).is_err())
}

/// What was typed, where nothing at all means that it does not matter.
pub fn given(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_action_keeps_what_makes_sense_there() {
        let quota = Rule { refuse_with: Some(ReasonCode::TopicFilterInvalid), ..example() };
        let publish = with_action(&quota, Action::Publish);
        assert_eq!(publish.refuse_with, Some(ReasonCode::NotAuthorized));
        assert_eq!(publish.topic_filter, quota.topic_filter);
        assert_eq!(with_action(&quota, Action::Connect).topic_filter, None);
        let allowed = Rule { refuse_with: None, ..example() };
        assert_eq!(with_action(&allowed, Action::Publish).refuse_with, None);
    }

    #[test]
    fn every_action_can_be_refused_and_the_example_is_right() {
        for action in ACTIONS {
            assert!(refusals(action).any(|code| code == ReasonCode::NotAuthorized), "{action:?}");
        }
        assert!(!filter_is_wrong(&example()));
        assert!(filter_is_wrong(&Rule { topic_filter: Some("a/#/b".into()), ..example() }));
        assert!(!filter_is_wrong(&Rule { topic_filter: given(""), ..example() }));
    }
}
