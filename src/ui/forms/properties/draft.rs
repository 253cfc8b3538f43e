//! Every property that may stand in one part, and the User Properties, as typed.

use crate::mqtt::{Properties, Property, PropertyId, PropertyKind, PropertyValue};
use crate::ui::forms::draft::Judge;
use crate::ui::forms::problem::NumberRange;
use crate::ui::forms::{BytesDraft, BytesForm, Field, Part, Problem, UserPropertiesDraft, number};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PropertiesDraft {
    part: Part,
    /// In the order of their sections.
    rows: Vec<PropertyDraft>,
    pub user: UserPropertiesDraft,
}

/// One property: what was typed stays while it is not set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PropertyDraft {
    pub id: PropertyId,
    /// Whether the packet carries it.
    pub set: bool,
    /// Only Binary Data has a choice of forms.
    pub value: BytesDraft,
    /// For numbers.
    pub range: Option<NumberRange>,
}

impl PropertiesDraft {
    /// None is set.
    pub fn new(part: Part) -> PropertiesDraft {
        let mut ids: Vec<PropertyId> = PropertyId::ALL
            .iter()
            .copied()
            .filter(|&id| id != PropertyId::UserProperty && number::may_stand(part, id))
            .collect();
        ids.sort_by_key(|id| section_numbers(part.label(*id).section()));
        let row = |id| PropertyDraft {
            id,
            set: false,
            value: BytesDraft::default(),
            range: number::range_of(part, id),
        };
        let rows = ids.into_iter().map(row).collect();
        PropertiesDraft { part, rows, user: UserPropertiesDraft::default() }
    }

    pub fn from_properties(part: Part, properties: &Properties) -> PropertiesDraft {
        let mut draft = PropertiesDraft::new(part);
        for row in &mut draft.rows {
            if let Some(property) = properties.iter().find(|property| property.id() == row.id) {
                row.set = true;
                row.value = as_typed(property);
            }
        }
        draft.user = UserPropertiesDraft::from_properties(properties);
        draft
    }

    pub fn part(&self) -> Part {
        self.part
    }

    /// Those with a row of their own: all but User Property.
    pub fn ids(&self) -> Vec<PropertyId> {
        self.rows.iter().map(|row| row.id).collect()
    }

    pub fn get(&self, id: PropertyId) -> Option<&PropertyDraft> {
        self.rows.iter().find(|row| row.id == id)
    }

    pub fn get_mut(&mut self, id: PropertyId) -> Option<&mut PropertyDraft> {
        self.rows.iter_mut().find(|row| row.id == id)
    }

    /// Sets these properties to what they say; those that this part cannot hold are left out.
    pub fn set(&mut self, properties: &[Property]) {
        for property in properties {
            if let Some(row) = self.get_mut(property.id()) {
                row.set = true;
                row.value = as_typed(property);
            }
        }
    }

    /// Whether the packet carries this property.
    pub fn is_set(&self, id: PropertyId) -> bool {
        self.get(id).is_some_and(|row| row.set)
    }

    /// How many properties are set, User Properties apart.
    pub fn set_count(&self) -> usize {
        self.rows.iter().filter(|row| row.set).count()
    }

    /// The properties in the order of the form, User Properties last.
    pub(in crate::ui::forms) fn read(&self, judge: &mut Judge) -> Properties {
        let mut properties = Properties::default();
        for row in self.rows.iter().filter(|row| row.set) {
            let field = Field::Property(self.part, row.id);
            if let Some((property, range)) = row.out_of_range() {
                judge.problem(field, Problem::OutOfRange { range });
                properties.push(property);
            } else if let Some(property) = judge.take(field, row.read()) {
                judge.probe(field, &self.part.probe(with_company(&property)));
                properties.push(property);
            }
        }
        self.user.write(self.part, judge, &mut properties);
        properties
    }
}

impl PropertyDraft {
    fn read(&self) -> Result<Property, Problem> {
        let text = self.value.text.as_str();
        let property = match (self.range, self.id.kind()) {
            (Some(range), _) => number::property(self.id, number::read(text, range)?),
            (None, PropertyKind::BinaryData) => {
                let bytes = self.value.to_bytes()?;
                Property::from_value(self.id, PropertyValue::BinaryData(&bytes))
            }
            (None, _) => Property::from_value(self.id, PropertyValue::Utf8String(text)),
        };
        Ok(property.expect("the kind of value follows from the property"))
    }

    /// The number where it has its place in the bytes, but not in the range that the specification gives.
    fn out_of_range(&self) -> Option<(Property, NumberRange)> {
        let range = self.range?;
        let number =
            number::read(&self.value.text, NumberRange { minimum: 0, maximum: u32::MAX, ..range })
                .ok()?;
        let is_out = !(range.minimum..=range.maximum).contains(&number);
        let property = number::property(self.id, number).filter(|_| is_out)?;
        let fits = self.id.kind() != PropertyKind::VariableByteInteger || number <= range.maximum;
        fits.then_some((property, range))
    }

    /// Whether its value is one of 0 and 1.
    pub fn is_flag(&self) -> bool {
        self.id.kind() == PropertyKind::Byte
    }

    /// Whether its value is bytes, which have more than one form.
    pub fn is_binary(&self) -> bool {
        self.id.kind() == PropertyKind::BinaryData
    }
}

fn as_typed(property: &Property) -> BytesDraft {
    let text = match property.value() {
        PropertyValue::Byte(value) => value.to_string(),
        PropertyValue::TwoByteInteger(value) => value.to_string(),
        PropertyValue::FourByteInteger(value) | PropertyValue::VariableByteInteger(value) => {
            value.to_string()
        }
        PropertyValue::Utf8String(value) => value.to_owned(),
        PropertyValue::BinaryData(bytes) => return BytesDraft::from_text_or_bytes(bytes),
        PropertyValue::StringPair(..) => return BytesDraft::default(),
    };
    BytesDraft { form: BytesForm::Text, text }
}

/// The property alone, but for one that may not stand alone: the rule that joins two is judged on the
/// whole packet.
fn with_company(property: &Property) -> Properties {
    let mut properties = Properties::default();
    if property.id() == PropertyId::AuthenticationData {
        properties.push(Property::AuthenticationMethod("".into()));
    }
    properties.push(property.clone());
    properties
}

/// Sections sort by their numbers: 3.1.2.11.10 comes after 3.1.2.11.9.
fn section_numbers(section: &str) -> Vec<u32> {
    section.split('.').filter_map(|number| number.parse().ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_holds_exactly_what_a_client_may_send() {
        use PropertyId::*;
        for (part, expect) in [
            (
                Part::Connect,
                &[
                    SessionExpiryInterval,
                    ReceiveMaximum,
                    MaximumPacketSize,
                    TopicAliasMaximum,
                    RequestResponseInformation,
                    RequestProblemInformation,
                    AuthenticationMethod,
                    AuthenticationData,
                ][..],
            ),
            (
                Part::Will,
                &[
                    WillDelayInterval,
                    PayloadFormatIndicator,
                    MessageExpiryInterval,
                    ContentType,
                    ResponseTopic,
                    CorrelationData,
                ],
            ),
            (
                Part::Publish,
                &[
                    PayloadFormatIndicator,
                    MessageExpiryInterval,
                    TopicAlias,
                    ResponseTopic,
                    CorrelationData,
                    // No Subscription Identifier: only a Server puts it into PUBLISH [MQTT-3.3.4-6].
                    ContentType,
                ],
            ),
            (Part::Subscribe, &[SubscriptionIdentifier]),
            (Part::Unsubscribe, &[]),
            // No Server Reference (§3.14.2.2.5).
            (Part::Disconnect, &[SessionExpiryInterval, ReasonString]),
        ] {
            assert_eq!(PropertiesDraft::new(part).ids(), expect, "{part:?}");
        }
    }

    #[test]
    fn what_is_not_set_stays_typed_and_unsent() {
        let mut draft = PropertiesDraft::new(Part::Connect);
        let row = draft.get_mut(PropertyId::ReceiveMaximum).expect("CONNECT may carry it");
        row.value.text = "nonsense".to_owned();
        let mut judge = Judge::default();
        assert_eq!(draft.read(&mut judge), Properties::NONE);
        let judged = judge.finish(Part::Connect.probe(Properties::NONE), |_| Field::Packet);
        assert_eq!(judged.problems, []);
        assert_eq!(draft.set_count(), 0);
    }
}
