//! The pairs as typed.

use super::draft::Judge;
use super::{Field, PairPart, Part, Rows};
use crate::mqtt::{Properties, Property};

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PairDraft {
    pub name: String,
    pub value: String,
}

/// Every pair is sent, also an empty one: the specification allows it.
pub type UserPropertiesDraft = Rows<PairDraft>;

impl UserPropertiesDraft {
    pub fn from_properties(properties: &Properties) -> UserPropertiesDraft {
        properties
            .user_properties()
            .map(|(name, value)| PairDraft { name: name.to_owned(), value: value.to_owned() })
            .collect()
    }

    /// Adds them to the properties, in order.
    pub(in crate::ui::forms) fn write(
        &self,
        part: Part,
        judge: &mut Judge,
        properties: &mut Properties,
    ) {
        for (row, pair) in self.iter().enumerate() {
            for (end, property) in [
                (PairPart::Name, Property::user(&pair.name, "")),
                (PairPart::Value, Property::user("", &pair.value)),
            ] {
                judge.probe(Field::UserProperty(part, row, end), &part.probe([property].into()));
            }
            properties.push(Property::user(&pair.name, &pair.value));
        }
    }
}
