//! The inside of the broker, which arrives later.

use leptos::prelude::*;

use super::Panel;
use crate::ui::loading::part::parts;

parts! {
    /// The inside of the broker in the tab.
    tools: fn broker_panel() {
        view! { <Panel/> }.into_any()
    }
}
