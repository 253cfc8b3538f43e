//! Chapter 2: metadata beside the payload.

mod first_user_property;

use super::Chapter;

pub(super) const CHAPTER: Chapter =
    Chapter { id: "user-properties", minutes: 15, exercises: &[&first_user_property::EXERCISE] };
