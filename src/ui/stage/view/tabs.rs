//! On a narrow screen: one pane at a time, chosen at the thumb.

use leptos::html::Nav;
use leptos::prelude::*;

use crate::ui::components::Icon;
use crate::ui::erased::erased;
use crate::ui::loading::locale::use_locale;
use crate::ui::navigation::pane::{Pane, use_pane};
use crate::ui::packet_list::view::WireState;
use crate::ui::state::store::use_store;

/// The tabs of a page with a bench. A badge counts what has passed since the wire was last looked at.
#[component]
pub fn PaneTabs(
    panes: &'static [Pane],
    wire: WireState,
    /// Changes when the page begins again: nothing that passed before is new.
    #[prop(into)]
    starts: Signal<u32>,
) -> impl IntoView {
    let (store, locale, pane) = (use_store(), use_locale(), use_pane());
    let seen = RwSignal::new(0_u64);
    let newest = move || store.with_capture(|capture| capture.next_id().0);
    Effect::new(move || {
        let newest = newest();
        if pane.get() == Pane::Wire {
            seen.set(newest);
        }
    });
    Effect::new(move || {
        starts.track();
        seen.set(store.peek(|lab| lab.capture().next_id().0));
    });
    // To go to the stage is to see it.
    Effect::new(move || {
        if pane.get() == Pane::Bench && wire.enlarged.get_untracked() {
            wire.enlarged.set(false);
        }
    });
    // What is opened from another tab is in the inspector, on the tab of the wire.
    let bar = NodeRef::<Nav>::new();
    Effect::new(move |before: Option<u32>| {
        let opens = store.opens();
        let is_narrow = bar.get_untracked().is_some_and(|bar| bar.client_height() > 0);
        if is_narrow && before.is_some_and(|before| before != opens) {
            pane.set(Pane::Wire);
        }
        opens
    });
    let unseen = move || newest().saturating_sub(seen.get());
    let tabs = panes.iter().map(|tab| {
        let tab = *tab;
        view! {
            <button
                class="pane-tabs__tab"
                role="tab"
                aria-selected=erased(move || (pane.get() == tab).to_string())
                aria-controls=format!("pane-{}", tab.key())
                on:click=move |_| pane.set(tab)
            >
                <Icon name=tab.key()/>
                {erased(move || tab.name(locale.strings()))}
                <Show when=erased(move || tab == Pane::Wire && (unseen() > 0))>
                    <span class="badge badge--new">{erased(move || unseen().min(999))}</span>
                </Show>
            </button>
        }
    });
    view! {
        <nav class="pane-tabs" node_ref=bar role="tablist" aria-label=erased(move || locale.strings().panes())>
            {tabs.collect_view()}
        </nav>
    }
}
