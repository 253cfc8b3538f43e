//! The pages, one a file.

mod bench;
mod captures;
mod chapter;
mod checklist;
mod composer;
mod driver;
pub mod entries;
mod examine;
mod exercise;
mod finish;
mod home;
mod live_wire;
mod mosquitto;
mod not_found;
mod panes;
mod questions;
mod reference;
mod traffic;
mod troubleshooting;

pub use bench::BenchPage;
pub use captures::CapturesPage;
pub use chapter::ChapterPage;
pub use checklist::ChecklistPage;
pub use composer::ComposerPage;
pub use examine::ExaminePage;
pub use exercise::ExercisePage;
pub use finish::FinishPage;
pub use home::{HomePage, begin};
pub use live_wire::LiveWire;
pub use mosquitto::MosquittoPage;
pub use not_found::NotFoundPage;
pub use questions::{QuestionsPage, RecallQuestions};
pub use reference::ReferencePage;
pub use traffic::TrafficPage;
pub use troubleshooting::TroubleshootingPage;
