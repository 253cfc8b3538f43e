//! Chapter 10: broken set-ups. The learner finds the mistake in the packets and changes settings until it works.

mod alias_broken;
mod cannot_connect;
mod dropped_why;
mod properties_missing;
mod session_gone;

use super::Chapter;

pub(super) const CHAPTER: Chapter = Chapter {
    id: "repair",
    exercises: &[
        &cannot_connect::EXERCISE,
        &properties_missing::EXERCISE,
        &alias_broken::EXERCISE,
        &session_gone::EXERCISE,
        &dropped_why::EXERCISE,
    ],
};
