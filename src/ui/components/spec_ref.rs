//! A section of the specification, as a link to it.

use leptos::prelude::*;

/// `§3.3.2.3.7`, linked to the OASIS text.
#[component]
pub fn SpecRef(
    /// The number without `§`.
    #[prop(into)]
    section: Signal<&'static str>,
) -> impl IntoView {
    view! {
        <a class="spec-ref" href=SPECIFICATION target="_blank" rel="noopener">
            {move || format!("§{}", section.get())}
        </a>
    }
}

/// The OASIS standard, whose anchors carry no section numbers.
const SPECIFICATION: &str = "https://docs.oasis-open.org/mqtt/mqtt/v5.0/os/mqtt-v5.0-os.html";
