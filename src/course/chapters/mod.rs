//! The chapters in the order of the course, each with its exercises.

mod common;
mod connect;
mod enhanced_auth;
mod flow_control;
mod reason_codes;
mod repair;
mod request_response;
mod sessions;
mod subscriptions;
mod topic_alias;
mod user_properties;

use super::exercise::Exercise;

pub struct Chapter {
    /// Fixed: addresses hold it.
    pub id: &'static str,
    pub exercises: &'static [ChapterEntry],
}

/// An exercise of a chapter, in its place.
pub type ChapterEntry = &'static Exercise;

#[rustfmt::skip] // One a line: a chapter is added by adding a line.
pub static CHAPTERS: &[Chapter] = &[
    connect::CHAPTER,
    user_properties::CHAPTER,
    topic_alias::CHAPTER,
    request_response::CHAPTER,
    subscriptions::CHAPTER,
    flow_control::CHAPTER,
    sessions::CHAPTER,
    reason_codes::CHAPTER,
    enhanced_auth::CHAPTER,
    repair::CHAPTER,
];

/// The chapter of that id.
pub fn chapter(id: &str) -> Option<&'static Chapter> {
    CHAPTERS.iter().find(|chapter| chapter.id == id)
}

/// The exercise of that id, with its chapter.
pub fn exercise(id: &str) -> Option<(&'static Chapter, &'static Exercise)> {
    all().find(|(_, exercise)| exercise.id == id)
}

/// The exercises before and after that one, across chapters.
pub fn neighbours(id: &str) -> (Option<&'static Exercise>, Option<&'static Exercise>) {
    let in_order: Vec<_> = all().map(|(_, exercise)| exercise).collect();
    let Some(here) = in_order.iter().position(|exercise| exercise.id == id) else {
        return (None, None);
    };
    let before = here.checked_sub(1).and_then(|index| in_order.get(index));
    (before.copied(), in_order.get(here + 1).copied())
}

fn all() -> impl Iterator<Item = (&'static Chapter, &'static Exercise)> {
    CHAPTERS.iter().flat_map(|chapter| chapter.exercises.iter().map(move |&e| (chapter, e)))
}
