//! A captured packet beside what another version would have written.

use leptos::prelude::*;

use super::ByteDiff;
use crate::capture::RecordId;
use crate::ui::components::Icon;
use crate::ui::erased::erased;
use crate::ui::inspector::byte_diff::versions::{has_versions, versions};
use crate::ui::loading::locale::use_locale;
use crate::ui::state::store::use_store;

#[component]
pub fn VersionDiff(
    /// The packet; nothing while there is none yet.
    #[prop(into)]
    id: Signal<Option<RecordId>>,
) -> impl IntoView {
    let (store, locale) = (use_store(), use_locale());
    let both = Memo::new(move |_| {
        let id = id.get()?;
        store.peek(|lab| {
            let capture = lab.capture();
            let record = capture.get(id)?;
            versions(capture, record)
        })
    });
    let empty = move || {
        let strings = locale.strings();
        match id.get().and_then(|id| store.record(id)) {
            Some(record) if has_versions(&record) => strings.diff_broken(),
            _ => strings.diff_nothing_yet(),
        }
    };
    erased(move || match both.get() {
        None => view! {
            <div class="empty">
                <Icon name="wire"/>
                <p class="empty__how">{erased(empty)}</p>
            </div>
        }
        .into_any(),
        Some(both) => {
            let notes = both.notes;
            let notes = move || {
                let strings = locale.strings();
                notes.iter().map(|note| view! { <li>{note.words(strings)}</li> }).collect_view()
            };
            view! {
                <div class="version-diff">
                    <ul class="version-diff__notes">{erased(notes)}</ul>
                    <ByteDiff diff=both.diff/>
                </div>
            }
            .into_any()
        }
    })
}
