//! Questions to test oneself with, each with the exercise that proves its answer.

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
    question("embed-or-property", 1, "payload-or-property"),
    question("user-property-meaning", 2, "your-own-schema"),
    question("connect-properties-reach", 1, "first-user-property"),
    question("alias-pays", 0, "save-bytes"),
    question("alias-lifetime", 2, "alias-lifetime"),
    question("alias-directions", 1, "alias-from-the-server"),
    question("two-intervals", 1, "clean-start-wins"),
    question("default-expiry", 0, "compare-intervals"),
    question("correlation", 2, "out-of-order"),
    question("nobody-there", 0, "timeout"),
    question("receive-maximum", 1, "receive-maximum"),
    question("qos-two-slot", 1, "qos-2-window"),
    question("overlap-copies", 2, "overlap"),
    question("shared-ids", 1, "shared-subscription"),
    question("suback-grant", 1, "suback-mix"),
    question("retry", 2, "retry-or-not"),
    question("auth-property", 1, "not-really-auth"),
    question("will-and-disconnect", 1, "goodbye"),
];

const fn question(id: &'static str, correct: usize, exercise: &'static str) -> Question {
    Question { id, correct, exercise }
}
