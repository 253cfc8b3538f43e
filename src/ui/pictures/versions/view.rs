//! A choice of packets and the comparison of one.

use leptos::prelude::*;

use super::model::candidates;
use crate::capture::RecordId;
use crate::mqtt::PacketType;
use crate::ui::erased::erased;
use crate::ui::inspector::byte_diff::view::VersionDiff;
use crate::ui::loading::locale::use_locale;
use crate::ui::state::store::use_store;

#[component]
pub fn VersionsPicture() -> impl IntoView {
    let (store, locale) = (use_store(), use_locale());
    let offered = Memo::new(move |_| store.with_capture(candidates));
    // A choice holds until something newer can be compared.
    let chosen = RwSignal::new(None::<RecordId>);
    let latest = move || offered.with(|offered| offered.last().map(|(id, _)| *id));
    Effect::new(move || {
        latest();
        chosen.set(None);
    });
    let shown = Memo::new(move |_| chosen.get().or_else(latest));
    let choices = move || {
        let offered = offered.get();
        let choice = |(id, packet): (RecordId, PacketType)| {
            view! {
                <button
                    class="segmented__option"
                    aria-pressed=erased(move || (shown.get() == Some(id)).to_string())
                    on:click=move |_| chosen.set(Some(id))
                >
                    {format!("{} #{}", packet.name(), id.number())}
                </button>
            }
        };
        (offered.len() > 1).then(|| {
            let label = locale.strings().versions_choice();
            view! {
                <div class="segmented segmented--small versions-choice" role="group" aria-label=label>
                    {offered.into_iter().map(choice).collect_view()}
                </div>
            }
        })
    };
    view! {
        <section
            class="card picture"
            data-picture="versions"
            aria-label=erased(move || locale.strings().versions_title())
        >
            <header class="card__head">
                <h3 class="card__title">{erased(move || locale.strings().versions_title())}</h3>
            </header>
            <div class="card__body">
                {erased(choices)}
                <VersionDiff id=shown/>
            </div>
        </section>
    }
}
