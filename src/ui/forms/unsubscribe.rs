//! UNSUBSCRIBE as typed.

use super::draft::{Judge, PLACEHOLDER_ID};
use super::{Draft, Field, Judged, Part, PropertiesDraft, Rows};
use crate::lab::Action;
use crate::mqtt::{ErrorKind, Packet, Properties, Text, Unsubscribe};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnsubscribeDraft {
    pub topic_filters: Rows<String>,
    pub properties: PropertiesDraft,
}

impl Default for UnsubscribeDraft {
    /// One empty Topic Filter, ready to be typed.
    fn default() -> UnsubscribeDraft {
        UnsubscribeDraft::from_parts(&Properties::NONE, &["".into()])
    }
}

impl UnsubscribeDraft {
    pub fn from_parts(properties: &Properties, topic_filters: &[Text]) -> UnsubscribeDraft {
        UnsubscribeDraft {
            topic_filters: topic_filters.iter().map(String::from).collect(),
            properties: PropertiesDraft::from_properties(Part::Unsubscribe, properties),
        }
    }

    /// Adds an empty Topic Filter.
    pub fn add(&mut self) {
        self.topic_filters.push(String::new());
    }
}

impl Draft for UnsubscribeDraft {
    fn judged(&self) -> Judged {
        let mut judge = Judge::default();
        let packet = |properties, topic_filters| {
            let packet_id = PLACEHOLDER_ID;
            Packet::Unsubscribe(Unsubscribe { packet_id, properties, topic_filters })
        };
        for (row, filter) in self.topic_filters.iter().enumerate() {
            let alone = packet(Properties::NONE, vec![filter.clone().into()]);
            judge.probe(Field::TopicFilter(row), &alone);
        }
        let properties = self.properties.read(&mut judge);
        let topic_filters = self.topic_filters.iter().map(Text::from).collect();
        judge.finish(packet(properties, topic_filters), |kind| match kind {
            ErrorKind::UnsubscribeEmpty => Field::TopicFilter(0),
            _ => Field::Packet,
        })
    }

    fn action(packet: Packet) -> Option<Action> {
        match packet {
            Packet::Unsubscribe(Unsubscribe { properties, topic_filters, .. }) => {
                Some(Action::Unsubscribe { properties, topic_filters })
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
    use crate::mqtt::Property;

    #[test]
    fn a_full_unsubscribe_survives_the_form() {
        let properties = Properties::from([Property::user("why", "done")]);
        let topic_filters = vec!["a/#".into(), "$share/g/+".into()];
        let draft = UnsubscribeDraft::from_parts(&properties, &topic_filters);
        let action = Action::Unsubscribe { properties, topic_filters };
        assert_eq!(draft.to_act(ClientSlot(0)), Ok(Act { client: ClientSlot(0), action }));
    }

    #[test]
    fn problems_stand_at_their_rows() {
        let mut draft = UnsubscribeDraft::default();
        draft.add();
        let keys = draft.topic_filters.keys();
        *draft.topic_filters.get_mut(keys[0]).expect("it is there") = "a+".to_owned();
        let problems = draft.to_packet().expect_err("both filters are wrong");
        let told: Vec<_> = problems.iter().map(|p| (p.field, p.problem.rule())).collect();
        assert_eq!(
            told,
            [
                (Field::TopicFilter(0), Some("[MQTT-4.7.1-2]".to_owned())),
                (Field::TopicFilter(1), Some("[MQTT-4.7.3-1]".to_owned())),
            ]
        );
    }
}
