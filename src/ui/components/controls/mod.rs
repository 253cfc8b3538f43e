//! The controls of every form and setting. Each is compiled once, whatever it shows and does.

mod buttons;
mod disclosure;
mod row;
mod select;
mod setting_row;
mod text_box;

pub use buttons::{IconButton, SmallButton};
pub use disclosure::Disclosure;
pub use row::{ErrorLine, Row, label_id};
pub use select::Select;
pub use setting_row::SettingRow;
pub use text_box::{ShowSecret, TextBox, TextKind};

use leptos::prelude::*;

use crate::language::Strings;
use crate::ui::loading::locale::use_locale;

/// Fixed words in the learner's language.
pub fn said(words: fn(&Strings) -> &'static str) -> Signal<String> {
    let locale = use_locale();
    Signal::derive(move || words(locale.strings()).to_owned())
}

/// A line in small print.
pub fn hint(words: fn(&Strings) -> &'static str) -> AnyView {
    view! { <p class="field__hint">{said(words)}</p> }.into_any()
}

/// The id of what says what is wrong with a control.
pub fn problem_id(control_id: &str) -> String {
    format!("{control_id}-problem")
}
