//! What of an exercise needs the probes, which arrive later.

use leptos::prelude::*;

use super::YourBroker;
use crate::ui::loading::part::parts;

parts! {
    /// What a report of the chosen broker says about an exercise.
    tools: fn your_broker(exercise: &'static str) {
        view! { <YourBroker exercise/> }.into_any()
    }
}
