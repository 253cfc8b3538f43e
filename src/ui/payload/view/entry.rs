//! Payloads by their format, which arrive later.

use leptos::prelude::*;

use super::Payloads;
use crate::capture::RecordId;
use crate::ui::loading::part::parts;

parts! {
    /// What a packet carries.
    tools: fn payloads(id: RecordId) {
        view! { <Payloads id/> }.into_any()
    }
}
