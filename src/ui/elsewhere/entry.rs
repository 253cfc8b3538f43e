//! The dialog, which arrives later.

use leptos::prelude::*;

use super::ElsewhereDialog;
use crate::elsewhere::Task;
use crate::ui::loading::part::parts;

parts! {
    /// A packet as other clients would send it.
    more: fn elsewhere_dialog(shown: RwSignal<Option<Task>>) {
        view! { <ElsewhereDialog shown/> }.into_any()
    }
}
