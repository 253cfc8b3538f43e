//! The form of the broker menu, which arrives later.

use leptos::prelude::*;

use super::BrokerForm;
use crate::ui::loading::part::parts;

parts! {
    /// The choice of a broker.
    home: fn broker_form(toggles: RwSignal<u32>, hide: Callback<()>) {
        view! { <BrokerForm toggles hide/> }.into_any()
    }
}
