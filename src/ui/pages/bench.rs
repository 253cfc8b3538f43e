//! The free bench: any clients side by side, the wire below.

use leptos::prelude::*;

use super::panes::{WireBelow, percent};
use crate::ui::bench::view::{BenchBar, BenchSession};
use crate::ui::broker_choice::view::follow_access;
use crate::ui::client_panel::view::Desk;
use crate::ui::components::Icon;
use crate::ui::components::controls::said;
use crate::ui::erased::erased;
use crate::ui::loading::locale::use_locale;
use crate::ui::navigation::kept_page::use_behind;
use crate::ui::navigation::pane::{Pane, use_pane};
use crate::ui::packet_list::view::WireState;
use crate::ui::stage::view::{Cast, PaneTabs, Panels};
use crate::ui::state::store::use_store;

#[component]
pub fn BenchPage() -> impl IntoView {
    let store = use_store();
    let locale = use_locale();
    let behind = use_behind();
    let pane = use_pane();
    pane.set(Pane::Bench);
    let wire = WireState::provide();
    Desk::provide(false);
    let session = BenchSession::begin(store);
    follow_access(store);
    let down = RwSignal::new(None::<f64>);
    let is_empty = move || store.with_lab(|lab| lab.clients().is_empty());
    view! {
        <main
            id=erased(move || behind.main_id())
            hidden=erased(move || behind.is_covered())
            class="exercise-page bench-page"
            // There is nothing to learn here: whoever comes from there sees the bench.
            data-pane=erased(move || if pane.get() == Pane::Wire { "wire" } else { "bench" })
        >
            <h1 class="visually-hidden">{said(|s| s.page_bench())}</h1>
            <div
                class="exercise-page__work"
                inert=erased(move || session.is_returning())
                style:--split-y=erased(move || percent(down.get()))
                data-enlarged=erased(move || wire.enlarged.get().then_some("wire"))
            >
                <section
                    class="exercise-page__bench"
                    id="pane-bench"
                    tabindex="-1"
                    aria-label=erased(move || locale.strings().pane_bench())
                >
                    <BenchBar session/>
                    <Show
                        when=erased(move || !is_empty())
                        fallback=move || {
                            view! {
                                <div class="empty">
                                    <Icon name="bench"/>
                                    <p class="empty__title">{said(|s| s.bench_empty_title())}</p>
                                    <p class="empty__how">{said(|s| s.bench_empty_how())}</p>
                                </div>
                            }
                        }
                    >
                        <Cast/>
                        <Panels/>
                    </Show>
                </section>
                <WireBelow share=down default=58.0/>
            </div>
            <PaneTabs panes=&[Pane::Bench, Pane::Wire] wire starts=Signal::derive(|| 0)/>
        </main>
    }
}
