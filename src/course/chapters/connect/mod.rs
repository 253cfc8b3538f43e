//! Chapter 1: what 5.0 changed about connecting.

mod connect_properties;
mod first_connect;
mod goodbye;
mod three_or_five;

use super::Chapter;

pub(super) const CHAPTER: Chapter = Chapter {
    id: "connect",
    exercises: &[
        &first_connect::EXERCISE,
        &connect_properties::EXERCISE,
        &three_or_five::EXERCISE,
        &goodbye::EXERCISE,
    ],
};
