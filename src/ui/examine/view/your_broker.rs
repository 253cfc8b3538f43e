//! What differs in an exercise on the chosen broker, folded; there where a report of it is kept.

use leptos::prelude::*;

use super::entry::your_broker;
use crate::ui::broker_choice;
use crate::ui::browser::storage::{self, Key};
use crate::ui::components::{Icon, Lazy, SpecRef};
use crate::ui::erased::erased;
use crate::ui::examine::{
    Kept, different_in, in_language, kept_of, knows_of, outcome_icon, outcome_name,
};
use crate::ui::loading::locale::use_locale;
use crate::ui::navigation::address::{Page, Place};
use crate::ui::state::store::use_store;

/// The probes are fetched when it is opened.
#[component]
pub fn YourBrokerFold(exercise: &'static str) -> impl IntoView {
    let (locale, store) = (use_locale(), use_store());
    let is_opened = RwSignal::new(false);
    let has_report = Memo::new(move |_| {
        let target = store.target();
        let kept = || storage::load::<Vec<Kept>>(Key::Examined).unwrap_or_default();
        !target.is_in_tab() && kept().iter().any(|kept| kept.address == target.to_string())
    });
    view! {
        <Show when=erased(move || has_report.get())>
            <details class="disclosure your-broker" on:toggle=move |_| is_opened.set(true)>
                <summary class="disclosure__summary">
                    <Icon name="chevron"/>
                    {erased(move || locale.strings().examine_yours())}
                </summary>
                <div class="disclosure__body">
                    <Show when=erased(move || is_opened.get())>
                        <Lazy
                            part=your_broker::part()
                            view=erased(move || your_broker::view(exercise))
                        />
                    </Show>
                </div>
            </details>
        </Show>
    }
}

/// What the fold holds.
#[component]
pub fn YourBroker(exercise: &'static str) -> impl IntoView {
    let (locale, store) = (use_locale(), use_store());
    let body = move || {
        let (language, target) = (locale.language(), store.target());
        let strings = language.strings();
        let name = broker_choice::name(&target, strings);
        let kept: Vec<Kept> = storage::load(Key::Examined).unwrap_or_default();
        let report = kept_of(&kept, &target.to_string())?;
        let different = different_in(exercise, &report);
        let said = match (knows_of(exercise, &report), different.is_empty()) {
            (false, _) => strings.examine_yours_not_asked(name),
            (true, true) => strings.examine_yours_none(name),
            (true, false) => strings.examine_yours_from(name),
        };
        let rows = different.into_iter().map(|(probe, entry)| {
            let cites = probe.cites.iter().map(|cite| view! { " " <SpecRef section=*cite/> });
            view! {
                <li>
                    <p>
                        <Icon name=outcome_icon(entry.outcome) small=true/>
                        " "
                        <strong>{in_language(probe.title, language)}</strong>
                    </p>
                    <p>
                        {outcome_name(entry.outcome, strings)}
                        ": "
                        <code>{entry.observed.clone()}</code>
                    </p>
                    <p>{in_language(probe.matters, language)} {cites.collect_view()}</p>
                </li>
            }
        });
        let rows = rows.collect_view();
        Some(view! {
            <p class="field__hint">{said}</p>
            <ul class="your-broker__rows">{rows}</ul>
            <a href=Place::Page(Page::Examine).href(language)>{strings.page_examine()}</a>
        })
    };
    view! { <div>{erased(body)}</div> }
}
