//! The dialog, which arrives later.

use leptos::prelude::*;

use super::OtherClientsDialog;
use crate::other_clients::Task;
use crate::ui::loading::part::parts;

parts! {
    /// A packet as other clients would send it.
    tools: fn other_clients_dialog(shown: RwSignal<Option<Task>>) {
        view! { <OtherClientsDialog shown/> }.into_any()
    }
}
