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
pub use controls::{Check, ProblemLine, TextField};
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

use leptos::prelude::*;

use crate::ui::loading::locale::use_locale;

/// How much inside a part of a form is set.
fn told(count: impl Fn() -> usize + Send + Sync + 'static) -> Signal<Option<String>> {
    let locale = use_locale();
    Signal::derive(move || match count() {
        0 => None,
        count => Some(locale.strings().form_set(count)),
    })
}
