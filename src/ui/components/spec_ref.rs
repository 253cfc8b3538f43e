//! A section or a normative statement of the specification, as a link to it.

use leptos::prelude::*;

use crate::glossary;
use crate::mqtt::Version;
use crate::ui::erased::erased;

/// `§3.3.2.3.7` or `[MQTT-3.3.2-17]`, linked to that place in the OASIS document.
#[component]
pub fn SpecRef(
    /// The section's number, with or without `§`, or the statement in its brackets.
    #[prop(into)]
    section: Signal<&'static str>,
    /// Leaves it out of the tab order, where the same link stands elsewhere too.
    #[prop(optional)]
    aside: bool,
    /// In whose document that is.
    #[prop(optional)]
    version: Version,
) -> impl IntoView {
    let text = move || match section.get() {
        reference if reference.starts_with(['§', '[']) => reference.to_owned(),
        number => format!("§{number}"),
    };
    view! {
        <a
            class="spec-ref"
            href=erased(move || glossary::link_in(section.get(), version))
            target="_blank"
            rel="noopener"
            tabindex=aside.then_some("-1")
        >
            {erased(text)}
        </a>
    }
}
