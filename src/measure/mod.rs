//! Round trip and throughput of any broker, measured over links of its own, with what limits them.
//!
//! A [`Measurement`] is driven like the roles: [`LinkCommand`](crate::link::LinkCommand)s come out,
//! [`LinkEvent`](crate::link::LinkEvent)s and the time go in, so the page and tests run the same one, over WebSocket,
//! TCP, or within the tab with [`InTabRun`]. What it found is a [`Run`]; [`limits`] says what that shows. It
//! leaves nothing behind: topic and Client Identifiers are fresh, nothing is retained, and Sessions end with their
//! connections.

mod in_tab;
mod limits;
mod measurement;
mod run;
mod setup;
mod written;

pub use in_tab::InTabRun;
pub use limits::{Bound, Limit, Reached, limits};
pub use measurement::{Failure, Measurement, Options, Progress};
#[cfg(test)]
pub(crate) use run::tests as made;
pub use run::{Ended, Figures, Run, Sample};
pub use setup::{Kind, Receiver, Setup};
