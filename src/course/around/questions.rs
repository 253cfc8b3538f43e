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
