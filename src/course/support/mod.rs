//! What the checks of several exercises share: readers of the evidence, and the material of a chapter.

pub mod alias_policy;
pub mod connections;
pub mod fleet;
pub mod scram;
pub mod subscriptions;
