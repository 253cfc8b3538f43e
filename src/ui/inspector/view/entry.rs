//! The inspector, which arrives later.

use leptos::prelude::*;

use super::Inspector;
use crate::ui::loading::part::parts;

parts! {
    /// A packet to the last bit.
    home: fn inspector(head: bool) {
        view! { <Inspector head/> }.into_any()
    }
}
