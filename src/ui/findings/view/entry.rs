//! The findings, which arrive later.

use leptos::prelude::*;

use super::FindingsView;
use crate::ui::loading::part::parts;

parts! {
    /// What is odd on the wire.
    tools: fn findings() {
        view! { <FindingsView/> }.into_any()
    }
}
