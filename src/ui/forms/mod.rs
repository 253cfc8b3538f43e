//! Forms: what a learner types until it is an [`Act`](crate::lab::Act).
//!
//! Every `draft.rs` is plain Rust: it keeps each value as the text that was typed, so that nothing is
//! lost while it is wrong, and lets the codec judge it. The rules of MQTT are not written again here.

mod bytes;
mod connect;
#[cfg(target_arch = "wasm32")]
mod context;
#[cfg(target_arch = "wasm32")]
mod controls;
mod disconnect;
mod draft;
mod drafts;
mod field;
#[cfg(target_arch = "wasm32")]
mod lens;
mod number;
mod plain;
mod problem;
mod properties;
mod publish;
mod rows;
mod subscribe;
mod unsubscribe;
mod user_properties;
mod will;

pub use bytes::{BytesDraft, BytesForm};
pub use connect::ConnectDraft;
#[cfg(target_arch = "wasm32")]
pub use connect::ConnectForm;
#[cfg(target_arch = "wasm32")]
pub use context::FormContext;
#[cfg(target_arch = "wasm32")]
pub use controls::{Check, ProblemLine, TextField, TextKind};
pub use disconnect::DisconnectDraft;
#[cfg(target_arch = "wasm32")]
pub use disconnect::DisconnectForm;
pub use draft::{Draft, Judged, Size};
pub use drafts::{Drafts, FormKind};
pub use field::{Field, PairPart, Part};
#[cfg(target_arch = "wasm32")]
pub use lens::Lens;
#[cfg(target_arch = "wasm32")]
pub use plain::PlainForm;
pub use plain::{PlainDraft, complete};
pub use problem::{FieldProblem, NumberRange, Problem};
pub use properties::{PropertiesDraft, PropertyDraft, hints};
pub use publish::PublishDraft;
#[cfg(target_arch = "wasm32")]
pub use publish::PublishForm;
pub use rows::{RowKey, Rows};
pub use subscribe::SubscribeDraft;
#[cfg(target_arch = "wasm32")]
pub use subscribe::SubscribeForm;
pub use unsubscribe::UnsubscribeDraft;
#[cfg(target_arch = "wasm32")]
pub use unsubscribe::UnsubscribeForm;
pub use user_properties::{PairDraft, UserPropertiesDraft};
pub use will::WillDraft;
