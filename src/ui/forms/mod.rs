//! Forms: what a learner types until it is an [`Act`](crate::lab::Act).
//!
//! Every `draft.rs` is plain Rust: it keeps each value as the text that was typed, so that nothing is
//! lost while it is wrong, and lets the codec judge it. The rules of MQTT are not written again here.

mod bytes;
mod connect;
mod disconnect;
mod draft;
mod drafts;
mod field;
mod number;
mod plain;
mod problem;
mod properties;
mod publish;
mod rows;
mod subscribe;
mod unsubscribe;
mod user_properties;
#[cfg(target_arch = "wasm32")]
pub mod view;
mod will;

pub use bytes::{BytesDraft, BytesForm};
pub use connect::ConnectDraft;
pub use disconnect::DisconnectDraft;
pub use draft::{Draft, Judged, Size};
pub use drafts::{Drafts, FormKind};
pub use field::{Field, PairPart, Part};
pub use plain::{PlainDraft, complete};
pub use problem::{FieldProblem, NumberRange, Problem};
pub use properties::{PropertiesDraft, PropertyDraft, hints};
pub use publish::PublishDraft;
pub use rows::{RowKey, Rows};
pub use subscribe::SubscribeDraft;
pub use unsubscribe::UnsubscribeDraft;
pub use user_properties::{PairDraft, UserPropertiesDraft};
pub use will::WillDraft;
