//! The receivers of the message that is shown, one of which is at the end of its strands.

use leptos::prelude::*;

use super::scene::Scene;
use crate::language::Strings;
use crate::ui::erased::erased;
use crate::ui::pictures::metadata::model::Sight;

/// Nothing where there is no choice. Tracked.
pub fn receivers(scene: Scene, strings: &Strings) -> Option<impl IntoView + use<>> {
    let journey = scene.shown.get().filter(|journey| journey.arrived.len() > 1)?;
    let one = |(index, sight): (usize, &Sight)| {
        let letter = sight.client.letter().to_string();
        let is_shown =
            move || scene.shown.with(|it| it.as_ref().is_some_and(|it| scene.nth(it) == index));
        view! {
            <button
                class="segmented__option"
                aria-pressed=erased(move || is_shown().to_string())
                on:click=move |_| scene.receiver.set(Some(index))
            >
                <span class="client-letter" data-client=letter.clone()>{letter.clone()}</span>
                {format!("#{}", sight.id.number())}
            </button>
        }
    };
    Some(view! {
        <div
            class="segmented segmented--small metadata-view__receivers"
            role="group"
            aria-label=strings.metadata_receivers()
        >
            {journey.arrived.iter().enumerate().map(one).collect_view()}
        </div>
    })
}
