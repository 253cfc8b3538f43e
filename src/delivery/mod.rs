//! What both roles need to deliver messages (§4.3 to §4.9), as plain data: no I/O, no clock, no role.
//!
//! Session State, which outlives the Network Connection: [`Outgoing`] (messages sent but not fully
//! acknowledged, with their Packet Identifiers) and [`Incoming`] (QoS 2 messages received but not
//! finished). Connection state, new for each connection: [`Quota`] (§4.9, one per direction),
//! [`Redelivery`] (§4.4), [`IncomingAliases`] and [`OutgoingAliases`] (§3.3.2.3.4).
//!
//! What each side said it takes: [`Accepts`]. A broken rule has one shape for both roles: [`Violation`].
//!
//! Everything can be cloned, so that a page can show a copy of it. Whether a rule broken by the peer closes
//! the connection is for the role to decide.

mod accepts;
mod alias;
mod incoming;
mod outgoing;
mod packet_ids;
mod quota;
mod size;
mod violation;

pub use accepts::Accepts;
pub use alias::{AliasError, IncomingAliases, OutgoingAliases};
pub use incoming::{Incoming, Receipt, ReceivedStage};
pub use outgoing::{AckOutcome, InFlight, Outgoing, Redelivery, SentStage};
pub use packet_ids::{PacketIds, PacketIdsExhausted};
pub use quota::Quota;
pub use size::{fit_into, packet_size};
pub use violation::Violation;
