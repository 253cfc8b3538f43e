//! One probe opened: what it means, and the packets that show it.

use leptos::prelude::*;

use crate::capture::RecordId;
use crate::examine::{Probe, Report};
use crate::ui::components::SpecRef;
use crate::ui::components::controls::{SmallButton, said};
use crate::ui::erased::erased;
use crate::ui::examine::in_language;
use crate::ui::loading::locale::use_locale;
use crate::ui::packet_list::view::WireState;
use crate::ui::pages::results::Results;
use crate::ui::state::store::{Store, use_store};
use crate::ui::wire::Wire;

#[component]
pub fn Detail(
    report_id: u32,
    probe: &'static Probe,
    reports: Results<Report>,
    can_ask: Signal<bool>,
    ask_again: Callback<(u32, &'static str)>,
) -> impl IntoView {
    let (locale, store) = (use_locale(), use_store());
    let report = untrack(|| reports.get(report_id));
    let entry = report.as_ref().and_then(|report| report.entry(probe.id)).cloned();
    let capture = entry.as_ref().and_then(|entry| entry.capture.clone());
    // The last packet of what shows it decides.
    let shown = entry.as_ref().zip(capture.as_ref()).and_then(|(entry, capture)| {
        let has_bytes = |id: &&RecordId| capture.get(**id).is_some_and(|r| !r.bytes().is_empty());
        entry.evidence.iter().rev().find(has_bytes).copied()
    });
    // Asked again where it was asked: another broker would make another report.
    let address = report.map(|report| report.address.clone()).unwrap_or_default();
    let is_here = Memo::new(move |_| store.target().to_string() == address);
    let packets = match capture {
        Some(capture) => view! { <Packets capture=capture.as_ref().clone() shown/> }.into_any(),
        None => view! {
            <p class="field__hint">{erased(move || locale.strings().examine_no_packets())}</p>
        }
        .into_any(),
    };
    let cites = probe.cites.iter().map(|cite| view! { <SpecRef section=*cite/> " " });
    view! {
        <div class="examine__detail">
            <p class="examine__matters">
                <span class="overline">{erased(move || locale.strings().examine_matters())}</span>
                {erased(move || in_language(probe.matters, locale.language()))}
            </p>
            <p class="examine__cites">
                {cites.collect_view()}
                <code class="examine__id">{probe.id}</code>
                <Show when=erased(move || is_here.get())>
                    <SmallButton
                        words=said(|s| s.examine_again())
                        icon=Some("reset")
                        disabled=Signal::derive(move || !can_ask.get())
                        on_press=Callback::new(move |()| ask_again.run((report_id, probe.id)))
                    />
                </Show>
            </p>
            {packets}
        </div>
    }
}

/// The store and the wire below it are their own: nothing here reaches the live bench.
#[component]
fn Packets(capture: crate::capture::Capture, shown: Option<RecordId>) -> impl IntoView {
    let locale = use_locale();
    let store = Store::provide_read_only(capture);
    WireState::provide();
    if let Some(shown) = shown {
        store.open_behind(shown);
    }
    view! {
        <section
            class="exercise-page__wire examine__wire"
            aria-label=erased(move || locale.strings().pane_wire())
        >
            <Wire/>
        </section>
    }
}
