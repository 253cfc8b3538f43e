//! A Will as typed.

use super::draft::Judge;
use super::{BytesDraft, Field, Part, PropertiesDraft};
use crate::mqtt::{Connect, Packet, QoS, Will};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WillDraft {
    /// Whether CONNECT carries it.
    pub set: bool,
    pub topic: String,
    pub qos: QoS,
    pub retain: bool,
    pub payload: BytesDraft,
    pub properties: PropertiesDraft,
}

impl Default for WillDraft {
    fn default() -> WillDraft {
        WillDraft {
            set: false,
            topic: String::new(),
            qos: QoS::default(),
            retain: false,
            payload: BytesDraft::default(),
            properties: PropertiesDraft::new(Part::Will),
        }
    }
}

impl WillDraft {
    pub fn from_will(will: &Will) -> WillDraft {
        WillDraft {
            set: true,
            topic: will.topic.to_string(),
            qos: will.qos,
            retain: will.retain,
            payload: BytesDraft::from_bytes(&will.payload),
            properties: PropertiesDraft::from_properties(Part::Will, &will.properties),
        }
    }

    /// `None` when it is not set, and when its payload cannot be read.
    pub(in crate::ui::forms) fn read(&self, judge: &mut Judge) -> Option<Will> {
        if !self.set {
            return None;
        }
        let properties = self.properties.read(judge);
        let probe =
            |will| Packet::Connect(Box::new(Connect { will: Some(will), ..Connect::default() }));
        let topic = Will { topic: self.topic.clone().into(), ..Will::default() };
        judge.probe(Field::WillTopic, &probe(topic));
        let payload = judge.take(Field::WillPayload, self.payload.to_bytes())?;
        // Unlike a PUBLISH, a Will has a payload of 65 535 bytes at most: it is Binary Data (§3.1.3.4).
        let alone = Will { topic: "t".into(), payload: payload.clone(), ..Will::default() };
        judge.probe(Field::WillPayload, &probe(alone));
        let (topic, qos, retain) = (self.topic.clone(), self.qos, self.retain);
        Some(Will { qos, retain, properties, topic: topic.into(), payload })
    }

    /// How many of its parts beyond topic and payload are set.
    pub fn set_count(&self) -> usize {
        self.properties.set_count() + self.properties.user.len()
    }
}
