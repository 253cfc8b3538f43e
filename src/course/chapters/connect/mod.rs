//! Chapter 1: what 5.0 changed about connecting.

mod connect_properties;
mod first_connect;

use super::Chapter;

pub(super) const CHAPTER: Chapter = Chapter {
    id: "connect",
    minutes: 12,
    exercises: &[&first_connect::EXERCISE, &connect_properties::EXERCISE],
};
