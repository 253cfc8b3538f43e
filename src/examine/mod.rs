//! Any broker examined from outside: small scripts for a few clients, each with a judge that reads the
//! packets, and a report of what conforms, deviates or is not offered.
//!
//! A [`Probe`] is data, like an exercise: its [`Script`] says what the clients do, its judge is a pure function
//! of the recorded packets ([`Seen`]). An [`Examination`] plays many of them over links that the caller
//! owns: [`LinkCommand`](crate::link::LinkCommand)s come out, [`LinkEvent`](crate::link::LinkEvent)s and the
//! time go in. So the page, the command line and tests run the same probes, over WebSocket, TCP, or within
//! the tab with [`in_tab`]. Probes leave nothing behind: their Client Identifiers and topics are fresh, and retained
//! messages and Sessions are removed at the end.

mod examination;
mod in_tab;
mod probe;
mod probes;
mod report;
mod run;
mod script;
mod seen;

pub use examination::{
    Examination, Finding, Options, Progress, SELDOM, STOPPED, TIME_LIMIT, UNREACHED,
};
pub use in_tab::{Between, InTabRun, in_tab, in_tab_through};
pub use probe::{Chapter, Need, Probe, probe, probes};
pub use report::{Compared, Comparison, Entry, Report, ReportError, compare};
pub use script::{Client, Names, Script};
pub use seen::{Outcome, Seen, Verdict, brief};
