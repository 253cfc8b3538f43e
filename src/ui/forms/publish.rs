//! PUBLISH as typed.

use super::draft::{Judge, PLACEHOLDER_ID};
use super::{BytesDraft, Draft, Field, Judged, Part, PropertiesDraft};
use crate::lab::Action;
use crate::mqtt::{ErrorKind, Packet, Property, Publish, QoS};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublishDraft {
    /// May be empty where a Topic Alias stands for it.
    pub topic: String,
    pub qos: QoS,
    pub retain: bool,
    pub payload: BytesDraft,
    pub properties: PropertiesDraft,
}

impl Default for PublishDraft {
    fn default() -> PublishDraft {
        PublishDraft::from_publish(&Publish::default())
    }
}

impl PublishDraft {
    pub fn from_publish(publish: &Publish) -> PublishDraft {
        PublishDraft {
            topic: publish.topic.to_string(),
            qos: publish.qos,
            retain: publish.retain,
            payload: BytesDraft::from_bytes(&publish.payload),
            properties: PropertiesDraft::from_properties(Part::Publish, &publish.properties),
        }
    }
}

impl Draft for PublishDraft {
    fn judged(&self) -> Judged {
        let mut judge = Judge::of(self.properties.part().sender());
        let topic = self.topic.clone();
        // Whether an empty Topic Name has an alias is judged on the whole packet.
        let alone = Publish {
            topic: topic.clone().into(),
            properties: [Property::TopicAlias(1)].into(),
            ..Publish::default()
        };
        judge.probe(Field::TopicName, &Packet::Publish(alone));
        let payload = judge.take(Field::Payload, self.payload.to_bytes()).unwrap_or_default();
        let publish = Publish {
            qos: self.qos,
            retain: self.retain,
            topic: topic.into(),
            packet_id: (self.qos > QoS::AtMostOnce).then_some(PLACEHOLDER_ID),
            properties: self.properties.read(&mut judge),
            payload,
            dup: false,
        };
        judge.finish(Packet::Publish(publish), |kind| match kind {
            ErrorKind::TopicNameMissing => Field::TopicName,
            _ => Field::Packet,
        })
    }

    fn action(packet: Packet) -> Option<Action> {
        match packet {
            Packet::Publish(publish) => {
                Some(Action::Publish(Publish { packet_id: None, ..publish }))
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;
    use crate::capture::ClientSlot;
    use crate::lab::Act;
    use crate::mqtt::PropertyId;
    use crate::ui::forms::{BytesForm, Problem};

    #[test]
    fn a_full_publish_survives_the_form() {
        for payload in [&b"{\"a\":1}"[..], b"plain", &[0xFF, 0x00], b"", b"a\r\n"] {
            let publish = Publish {
                qos: QoS::ExactlyOnce,
                retain: true,
                topic: "a/b".into(),
                properties: [
                    Property::PayloadFormatIndicator(1),
                    Property::MessageExpiryInterval(300),
                    Property::TopicAlias(65_535),
                    Property::ResponseTopic("answers".into()),
                    Property::CorrelationData(Bytes::from_static(&[0x00, 0xFF])),
                    Property::ContentType("application/json".into()),
                    Property::user("k", "1"),
                    Property::user("k", "2"),
                ]
                .into(),
                payload: Bytes::copy_from_slice(payload),
                ..Publish::default()
            };
            let act = PublishDraft::from_publish(&publish).to_act(ClientSlot(1));
            assert_eq!(act, Ok(Act::publish(ClientSlot(1), publish)));
        }
    }

    #[test]
    fn problems_stand_at_their_fields() {
        type Change = fn(&mut PublishDraft);
        type Told = Option<(Field, Option<&'static str>)>;
        let rows: [(Change, Told); 7] = [
            (|_| {}, None),
            (|d| d.topic.clear(), Some((Field::TopicName, Some("§3.3.2.1")))),
            (|d| d.topic.push('#'), Some((Field::TopicName, Some("[MQTT-3.3.2-2]")))),
            (|d| d.topic = "x".repeat(65_536), Some((Field::TopicName, Some("§1.5.4")))),
            (|d| d.payload.form = BytesForm::Hex, Some((Field::Payload, None))),
            (|d| d.payload.form = BytesForm::Json, Some((Field::Payload, None))),
            (
                |d| {
                    let row = d.properties.get_mut(PropertyId::ResponseTopic).expect("in PUBLISH");
                    (row.set, row.value.text) = (true, "a/+".to_owned());
                },
                Some((
                    Field::Property(Part::Publish, PropertyId::ResponseTopic),
                    Some("[MQTT-3.3.2-14]"),
                )),
            ),
        ];
        for (change, expect) in rows {
            let mut draft = PublishDraft { topic: "a".to_owned(), ..PublishDraft::default() };
            draft.payload.text = "hello".to_owned();
            change(&mut draft);
            let problems = draft.to_packet().err().unwrap_or_default();
            let told = problems.iter().map(|p| (p.field, p.problem.rule())).collect::<Vec<_>>();
            let expect = expect.map(|(field, rule)| (field, rule.map(str::to_owned)));
            assert_eq!(told, Vec::from_iter(expect), "{draft:?}");
        }
    }

    #[test]
    fn a_topic_alias_may_stand_for_the_topic_name() {
        let mut draft = PublishDraft::default();
        let row = draft.properties.get_mut(PropertyId::TopicAlias).expect("in PUBLISH");
        (row.set, row.value.text) = (true, "3".to_owned());
        assert!(draft.to_packet().is_ok());
        let row = draft.properties.get_mut(PropertyId::TopicAlias).expect("in PUBLISH");
        row.value.text = "0".to_owned();
        let problems = draft.to_packet().expect_err("0 is no Topic Alias");
        assert!(matches!(problems[0].problem, Problem::OutOfRange { range } if range.minimum == 1));
    }

    #[test]
    fn the_packet_identifier_counts_in_the_size() {
        let mut draft = PublishDraft { topic: "a".to_owned(), ..PublishDraft::default() };
        assert_eq!(draft.size().map(|size| size.packet), Ok(6));
        draft.qos = QoS::AtLeastOnce;
        assert_eq!(draft.size().map(|size| size.packet), Ok(8));
    }
}
