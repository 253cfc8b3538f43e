//! What the learner has seen and achieved, read from the progress.

pub mod model;
