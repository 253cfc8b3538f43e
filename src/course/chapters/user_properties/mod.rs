//! Chapter 2: metadata beside the payload.

mod first_user_property;
mod message_expiry;
mod message_metadata;
mod order_and_repeats;
mod payload_or_property;
mod your_own_schema;

use super::Chapter;

pub(super) const CHAPTER: Chapter = Chapter {
    id: "user-properties",
    exercises: &[
        &first_user_property::EXERCISE,
        &order_and_repeats::EXERCISE,
        &message_metadata::EXERCISE,
        &message_expiry::EXERCISE,
        &payload_or_property::EXERCISE,
        &your_own_schema::EXERCISE,
    ],
};

/// User Properties in one line: `name=value, name=value`.
fn in_words<N: AsRef<str>, V: AsRef<str>>(pairs: impl IntoIterator<Item = (N, V)>) -> String {
    let pairs =
        pairs.into_iter().map(|(name, value)| format!("{}={}", name.as_ref(), value.as_ref()));
    pairs.collect::<Vec<_>>().join(", ")
}
