//! Progress that this browser does not keep.

use leptos::prelude::*;

use crate::ui::erased::erased;
use crate::ui::loading::locale::use_locale;
use crate::ui::state::progress::ProgressStore;

/// Progress is not kept, said once.
#[component]
pub fn NotKept(progress: ProgressStore) -> impl IntoView {
    let locale = use_locale();
    let is_read = RwSignal::new(false);
    let is_lost = Memo::new(move |_| progress.not_kept().is_some());
    view! {
        <Show when=erased(move || is_lost.get() && !is_read.get())>
            <div class="toast" role="status">
                {erased(move || locale.strings().progress_not_kept())}
                <button type="button" class="button button--small" on:click=move |_| is_read.set(true)>
                    {erased(move || locale.strings().close())}
                </button>
            </div>
        </Show>
    }
}
