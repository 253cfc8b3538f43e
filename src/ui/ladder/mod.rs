//! Everything on the wire as a sequence diagram: a lane for each client and each broker, an arrow for
//! each packet, lines between what belongs together.

mod lanes;
mod model;
mod words;

pub use lanes::{End, Lanes};
pub use model::{Arrow, Chain, ChainKind, Join, Ladder, Mark, Span, Wait};
pub use words::{as_text, sentence};
