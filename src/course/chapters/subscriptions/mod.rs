//! Chapter 5: which subscription a message came by, and how it came.

mod no_local;
mod overlap;
mod retain_as_published;
mod retain_handling;
mod shared_subscription;
mod subscription_id;
mod unsubscribe;

use super::Chapter;

pub(super) const CHAPTER: Chapter = Chapter {
    id: "subscriptions",
    exercises: &[
        &subscription_id::EXERCISE,
        &overlap::EXERCISE,
        &no_local::EXERCISE,
        &retain_as_published::EXERCISE,
        &retain_handling::EXERCISE,
        &shared_subscription::EXERCISE,
        &unsubscribe::EXERCISE,
    ],
};
