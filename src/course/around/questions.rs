//! Questions to test oneself with, each with the exercise that proves its answer.

use std::collections::VecDeque;

use crate::course::chapter_of;

pub struct Question {
    /// Fixed: progress holds it.
    pub id: &'static str,
    /// Which of the options in its words is right.
    pub correct: usize,
    /// The exercise in which the wire says so.
    pub exercise: &'static str,
}

/// In the order of the course.
pub static QUESTIONS: &[Question] = &[
    question("embed-or-property", 0, "payload-or-property"),
    question("user-property-meaning", 2, "your-own-schema"),
    question("connect-properties-reach", 1, "first-user-property"),
    question("alias-pays", 0, "save-bytes"),
    question("alias-lifetime", 1, "alias-lifetime"),
    question("alias-directions", 2, "alias-from-the-server"),
    question("two-intervals", 0, "clean-start-wins"),
    question("default-expiry", 2, "compare-intervals"),
    question("correlation", 1, "out-of-order"),
    question("nobody-there", 0, "timeout"),
    question("receive-maximum", 2, "receive-maximum"),
    question("qos-two-slot", 1, "qos-2-window"),
    question("overlap-copies", 2, "overlap"),
    question("shared-ids", 0, "shared-subscription"),
    question("suback-grant", 2, "suback-mix"),
    question("retry", 2, "retry-or-not"),
    question("auth-property", 1, "not-really-auth"),
    question("will-and-disconnect", 0, "goodbye"),
    question("message-expiry", 1, "message-expiry"),
    question("takeover", 2, "takeover"),
];

const fn question(id: &'static str, correct: usize, exercise: &'static str) -> Question {
    Question { id, correct, exercise }
}

/// Two questions about earlier chapters, to be asked before the chapter with this number begins: one about
/// the chapter before it, and the one that has waited longest. None is asked twice on the way through the
/// course, so that few are left for the first chapters.
pub fn recall(chapter: usize) -> Vec<&'static Question> {
    let mut waiting = VecDeque::new();
    let mut asked = Vec::new();
    for coming in 1..=chapter {
        let is_fresh =
            |it: &&Question| chapter_of(it.exercise).is_some_and(|(n, _)| n + 1 == coming);
        let mut fresh = QUESTIONS.iter().filter(is_fresh);
        asked = waiting.pop_front().into_iter().chain(fresh.next()).collect();
        waiting.extend(fresh);
    }
    asked
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_recalled_was_learnt_before_and_is_asked_once() {
        let mut all = Vec::new();
        for chapter in 1..=10 {
            let asked = recall(chapter);
            assert_eq!(asked.is_empty(), chapter == 1, "chapter {chapter}");
            assert!(asked.len() <= 2, "chapter {chapter}");
            for question in asked {
                let (learnt, _) = chapter_of(question.exercise).expect("it is in the course");
                assert!(learnt < chapter, "{} before chapter {chapter}", question.id);
                all.push(question.id);
            }
        }
        let distinct: std::collections::BTreeSet<_> = all.iter().collect();
        assert_eq!(distinct.len(), all.len(), "{all:?}");
        assert!(all.len() >= 15, "{all:?}");
    }
}
