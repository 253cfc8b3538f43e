//! The limits that a CONNACK sets, stated or by default.

use leptos::prelude::*;

use crate::capture::RecordId;
use crate::ui::components::SpecRef;
use crate::ui::erased::erased;
use crate::ui::inspector::limits::{limits_of, rows};
use crate::ui::loading::locale::use_locale;
use crate::ui::state::store::use_store;

/// Nothing for a record that is no CONNACK 0x00, or whose CONNECT is no longer there.
#[component]
pub fn CapabilityCard(id: RecordId) -> impl IntoView {
    let store = use_store();
    let locale = use_locale();
    let limits = store.peek(|lab| limits_of(lab.capture(), id))?;
    let facts = move || {
        let strings = locale.strings();
        rows(&limits, strings)
            .into_iter()
            .map(|row| {
                let class = match row.sent {
                    true => "facts__value",
                    false => "facts__value facts__value--default",
                };
                let note = if row.sent { strings.limit_sent() } else { strings.limit_default() };
                let section = row.section();
                view! {
                    <div class="facts__row">
                        <dt class="facts__key">{row.property.name()}</dt>
                        <dd class=class>{row.value}</dd>
                        <dd class="facts__note">{note} " " <SpecRef section/></dd>
                    </div>
                }
            })
            .collect_view()
    };
    Some(view! {
        <section class="card">
            <header class="card__head">
                <h3 class="card__title">{erased(move || locale.strings().limit_title())}</h3>
            </header>
            <dl class="facts">{erased(facts)}</dl>
        </section>
    })
}
