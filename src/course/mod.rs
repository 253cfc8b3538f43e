//! The course: exercises as data, judged on the packets.
//!
//! An [`Exercise`] says who is on the bench, which steps there are, what a played solution does, and
//! how each step is checked. A check is a pure function of the [`Evidence`]; its [`Verdict`] names the
//! records that convinced it, or the one that contradicts it. The words stand beside each exercise, in
//! Markdown, one file per language.
//!
//! Knows the capture and what a person can do ([`Act`](crate::lab::Act)), never how it is shown.

pub mod around;
pub mod chapters;
pub mod check;
pub mod figure;
pub mod support;

mod by_name;
mod evidence;
mod exercise;
mod on_mosquitto;
mod outline;
mod picture;
mod progress;
mod prose;
mod rehearsal;
mod run;
mod seen;
mod stage;
mod tally;
mod uses;
mod verdict;

pub use chapters::{CHAPTERS, Chapter, ChapterEntry, chapter, exercise, neighbours};
pub use evidence::Evidence;
pub use exercise::{
    Asks, Best, Broker, ByHand, Cast, ClientSetup, Exercise, Move, Prediction, Step, Values,
};
pub use figure::Figure;
pub use on_mosquitto::{About, Deviation, OnMosquitto, on_mosquitto};
pub use outline::{ChapterOutline, OUTLINE, Start, chapter_of, is_core, minutes, minutes_of};
pub use picture::Picture;
pub use progress::{
    ALIAS_SAVING, ALIAS_SAVING_BY_HAND, Done, ImportError, Kept, Progress, Through,
};
pub use prose::{
    ChapterProse, ChapterTitle, ExerciseProse, FindingProse, HintProse, PredictionProse, StepProse,
    bundle_of, chapter_prose, chapter_title, exercise_prose, exercise_title,
};
pub use rehearsal::Rehearsal;
pub use run::Run;
pub use seen::{Seen, Sight};
pub use stage::Stage;
pub use tally::packets_sent;
pub use uses::played;
pub use verdict::{Finding, Unmet, Verdict, judge};
