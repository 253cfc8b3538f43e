//! Around the chapters: questions, the checklist, and the way from a symptom to its cause.

mod checklist;
mod prose;
mod questions;
mod troubleshooting;

pub use checklist::{CHECKLIST, ChecklistItem};
pub use prose::{QuestionProse, TroubleProse, question_prose, trouble_prose};
pub use questions::{QUESTIONS, Question, recall};
pub use troubleshooting::{TROUBLES, Trouble};
