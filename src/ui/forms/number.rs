//! Numbers, and which of them a property takes.

use super::problem::NumberRange;
use super::{Part, Problem};
use crate::mqtt::{
    ErrorKind, MAX_REMAINING_LENGTH, Property, PropertyId, PropertyKind, PropertyValue,
};
use crate::ui::settings::{Range, Wrong};

/// Reads a whole number within the range.
pub(super) fn read(text: &str, range: NumberRange) -> Result<u32, Problem> {
    Range::whole(range.minimum, range.maximum, "").read_whole(text).map_err(|wrong| match wrong {
        Wrong::OutOfRange { .. } => Problem::OutOfRange { range },
        _ => Problem::NotANumber { range },
    })
}

/// What a numeric property takes: its kind's whole range, narrowed by what the codec refuses. `None`
/// for a property that is no number.
pub(super) fn range_of(part: Part, id: PropertyId) -> Option<NumberRange> {
    let widest = match id.kind() {
        PropertyKind::Byte => u32::from(u8::MAX),
        PropertyKind::TwoByteInteger => u32::from(u16::MAX),
        PropertyKind::FourByteInteger => u32::MAX,
        PropertyKind::VariableByteInteger => MAX_REMAINING_LENGTH as u32,
        PropertyKind::Utf8String | PropertyKind::BinaryData | PropertyKind::StringPair => {
            return None;
        }
    };
    let taken = |number: &u32| {
        property(id, *number)
            .is_some_and(|p| super::draft::check(&part.probe([p].into()), part.sender()).is_ok())
    };
    Some(NumberRange {
        minimum: [0].into_iter().find(taken).unwrap_or(1),
        maximum: [widest].into_iter().find(taken).unwrap_or(1),
        section: part.label(id).section(),
    })
}

/// Whether this property may stand in this part at all.
pub(super) fn may_stand(part: Part, id: PropertyId) -> bool {
    let sample = match id.kind() {
        PropertyKind::Utf8String => Property::from_value(id, PropertyValue::Utf8String("t")),
        PropertyKind::BinaryData => {
            Property::from_value(id, PropertyValue::BinaryData(&Default::default()))
        }
        PropertyKind::StringPair => Property::from_value(id, PropertyValue::StringPair("", "")),
        _ => property(id, 1),
    };
    sample.is_some_and(|sample| {
        !matches!(
            super::draft::check(&part.probe([sample].into()), part.sender()),
            Err(Problem::Rule(
                ErrorKind::PropertyNotAllowed(..) | ErrorKind::PropertyFromWrongSide(..)
            ))
        )
    })
}

/// A numeric property; `None` if the number does not fit into its bytes or the property is no number.
pub(super) fn property(id: PropertyId, number: u32) -> Option<Property> {
    let value = match id.kind() {
        PropertyKind::Byte => PropertyValue::Byte(number.try_into().ok()?),
        PropertyKind::TwoByteInteger => PropertyValue::TwoByteInteger(number.try_into().ok()?),
        PropertyKind::FourByteInteger => PropertyValue::FourByteInteger(number),
        PropertyKind::VariableByteInteger => PropertyValue::VariableByteInteger(number),
        _ => return None,
    };
    Property::from_value(id, value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_follow_the_codec() {
        for (part, id, minimum, maximum, section) in [
            (Part::Connect, PropertyId::SessionExpiryInterval, 0, u32::MAX, "3.1.2.11.2"),
            (Part::Connect, PropertyId::ReceiveMaximum, 1, 65_535, "3.1.2.11.3"),
            (Part::Connect, PropertyId::MaximumPacketSize, 1, u32::MAX, "3.1.2.11.4"),
            (Part::Connect, PropertyId::TopicAliasMaximum, 0, 65_535, "3.1.2.11.5"),
            (Part::Connect, PropertyId::RequestProblemInformation, 0, 1, "3.1.2.11.7"),
            (Part::Publish, PropertyId::TopicAlias, 1, 65_535, "3.3.2.3.4"),
            (Part::Subscribe, PropertyId::SubscriptionIdentifier, 1, 268_435_455, "3.8.2.1.2"),
            (Part::Will, PropertyId::WillDelayInterval, 0, u32::MAX, "3.1.3.2.2"),
        ] {
            let expect = Some(NumberRange { minimum, maximum, section });
            assert_eq!(range_of(part, id), expect, "{}", id.name());
        }
        assert_eq!(range_of(Part::Publish, PropertyId::ContentType), None);
    }

    #[test]
    fn numbers_are_read_as_typed() {
        let range = NumberRange { minimum: 1, maximum: 65_535, section: "3.1.2.11.3" };
        for (text, expect) in [
            ("1", Ok(1)),
            (" 65535 ", Ok(65_535)),
            ("007", Ok(7)),
            ("0", Err(Problem::OutOfRange { range })),
            ("65536", Err(Problem::OutOfRange { range })),
            ("99999999999999999999", Err(Problem::OutOfRange { range })),
            ("", Err(Problem::NotANumber { range })),
            ("-1", Err(Problem::NotANumber { range })),
            ("1.5", Err(Problem::NotANumber { range })),
            ("ten", Err(Problem::NotANumber { range })),
        ] {
            assert_eq!(read(text, range), expect, "{text:?}");
        }
    }
}
