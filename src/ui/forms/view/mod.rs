//! The views; they exist in the browser only.

mod connect;
mod context;
mod controls;
mod disconnect;
mod lens;
mod pairs_editor;
mod plain;
mod properties_editor;
mod property_row;
mod publish;
mod subscribe;
mod unsubscribe;
mod will_fields;

pub use connect::ConnectForm;
pub use context::FormContext;
pub use controls::{Check, ProblemLine, TextField, TextKind};
pub use disconnect::DisconnectForm;
pub use lens::Lens;
pub use pairs_editor::PairsEditor;
pub use plain::PlainForm;
pub use properties_editor::PropertiesEditor;
pub use property_row::PropertyRow;
pub use publish::PublishForm;
pub use subscribe::SubscribeForm;
pub use unsubscribe::UnsubscribeForm;
pub use will_fields::WillFields;
