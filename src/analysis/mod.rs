//! What a capture means, read from its packets: which answer belongs to which packet, why a connection
//! ended, which way a message went, how two captures differ, what is in flight, what an alias saves, how long a
//! request took, how a packet can be broken and what a receiver makes of it, and what in all of it is odd.
//!
//! Everything here is a pure function of records; it knows nothing of the page.

mod breakage;
mod compare;
mod exchange;
pub mod findings;
pub mod follow;
mod holes;
mod joins;
mod reaction;
pub mod requests;
pub mod savings;
pub mod why;
pub mod windows;

pub use breakage::{Breakage, Broken};
pub use compare::{Comparison, Counts, Difference, Pair, What, compare};
pub use exchange::{answer_to, answered_by};
pub use holes::{hole_at_the_end, hole_before, hole_for_answer};
pub use joins::{Joins, owes};
pub use reaction::{Reaction, reaction};
