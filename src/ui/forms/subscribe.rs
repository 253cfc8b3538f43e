//! SUBSCRIBE as typed.

use super::draft::{Judge, PLACEHOLDER_ID};
use super::{Draft, Field, Judged, Part, PropertiesDraft, Rows};
use crate::lab::Action;
use crate::mqtt::{ErrorKind, Packet, Properties, Subscribe, Subscription};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SubscribeDraft {
    pub subscriptions: Rows<Subscription>,
    pub properties: PropertiesDraft,
}

impl Default for SubscribeDraft {
    /// One empty Topic Filter, ready to be typed.
    fn default() -> SubscribeDraft {
        SubscribeDraft::from_parts(&Properties::NONE, &[Subscription::default()])
    }
}

impl SubscribeDraft {
    pub fn from_parts(properties: &Properties, subscriptions: &[Subscription]) -> SubscribeDraft {
        SubscribeDraft {
            subscriptions: subscriptions.iter().cloned().collect(),
            properties: PropertiesDraft::from_properties(Part::Subscribe, properties),
        }
    }

    /// Adds an empty Topic Filter.
    pub fn add(&mut self) {
        self.subscriptions.push(Subscription::default());
    }
}

impl Draft for SubscribeDraft {
    fn judged(&self) -> Judged {
        let mut judge = Judge::default();
        let packet = |properties, subscriptions| {
            Packet::Subscribe(Subscribe { packet_id: PLACEHOLDER_ID, properties, subscriptions })
        };
        for (row, subscription) in self.subscriptions.iter().enumerate() {
            // The filter first by itself: No Local can only be wrong on a filter that is right.
            let topic_filter = subscription.topic_filter.clone();
            let alone = Subscription { topic_filter, ..Subscription::default() };
            if judge.probe(Field::TopicFilter(row), &packet(Properties::NONE, vec![alone])) {
                let whole = vec![subscription.clone()];
                judge.probe(Field::NoLocal(row), &packet(Properties::NONE, whole));
            }
        }
        let properties = self.properties.read(&mut judge);
        let subscriptions = self.subscriptions.iter().cloned().collect();
        judge.finish(packet(properties, subscriptions), |kind| match kind {
            ErrorKind::SubscribeEmpty => Field::TopicFilter(0),
            _ => Field::Packet,
        })
    }

    fn action(packet: Packet) -> Option<Action> {
        match packet {
            Packet::Subscribe(Subscribe { properties, subscriptions, .. }) => {
                Some(Action::Subscribe { properties, subscriptions })
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capture::ClientSlot;
    use crate::lab::Act;
    use crate::mqtt::{Property, PropertyId, QoS, RetainHandling};

    #[test]
    fn a_full_subscribe_survives_the_form() {
        let properties = [
            Property::SubscriptionIdentifier(268_435_455),
            Property::user("a", "1"),
            Property::user("a", "1"),
        ];
        let subscriptions = [
            Subscription {
                topic_filter: "a/#".into(),
                qos: QoS::ExactlyOnce,
                no_local: true,
                retain_as_published: true,
                retain_handling: RetainHandling::DoNotSend,
            },
            Subscription { topic_filter: "$share/g/+".into(), ..Subscription::default() },
        ];
        let draft = SubscribeDraft::from_parts(&properties.clone().into(), &subscriptions);
        let act = Act::subscribe(ClientSlot(0), properties, subscriptions);
        assert_eq!(draft.to_act(ClientSlot(0)), Ok(act));
    }

    #[test]
    fn problems_stand_at_their_rows() {
        let filter = |text: &str, no_local| Subscription {
            topic_filter: text.into(),
            no_local,
            ..Subscription::default()
        };
        let mut draft = SubscribeDraft::from_parts(
            &[Property::SubscriptionIdentifier(0)].into(),
            &[
                filter("a/b#", true),
                filter("fine/+", true),
                filter("", false),
                filter("$share/g/a", true),
                filter("$share//a", false),
            ],
        );
        let told = |draft: &SubscribeDraft| {
            let problems = draft.to_packet().err().unwrap_or_default();
            let told = problems.iter().map(|p| (p.field, p.problem.rule().unwrap_or_default()));
            told.collect::<Vec<_>>()
        };
        let identifier = Field::Property(Part::Subscribe, PropertyId::SubscriptionIdentifier);
        assert_eq!(
            told(&draft),
            [
                (Field::TopicFilter(0), "[MQTT-4.7.1-1]".to_owned()),
                (Field::TopicFilter(2), "[MQTT-4.7.3-1]".to_owned()),
                (Field::NoLocal(3), "[MQTT-3.8.3-4]".to_owned()),
                (Field::TopicFilter(4), "[MQTT-4.8.2-1]".to_owned()),
                (identifier, "§3.8.2.1.2".to_owned()),
            ]
        );
        draft = SubscribeDraft::from_parts(&Properties::NONE, &[]);
        assert_eq!(told(&draft), [(Field::TopicFilter(0), "[MQTT-3.8.3-2]".to_owned())]);
    }
}
