//! Two reports side by side.

use std::sync::Arc;

use leptos::prelude::*;

use crate::examine::{Chapter, Compared, Entry, Report, compare};
use crate::language::Language;
use crate::ui::components::controls::said;
use crate::ui::components::{Icon, SideChoice};
use crate::ui::erased::erased;
use crate::ui::examine::{in_language, observed, outcome_icon, outcome_name};
use crate::ui::loading::locale::use_locale;
use crate::ui::pages::results::{Numbered, Results};

#[component]
pub fn CompareReports(left: u32, right: u32, reports: Results<Report>) -> impl IntoView {
    let locale = use_locale();
    let only_different = RwSignal::new(true);
    let compared = Memo::new_with_compare(
        move |_| {
            let report = |id| reports.get(id).unwrap_or_default();
            Arc::new(compare(&report(left), &report(right)))
        },
        // Whenever one of the two has changed.
        |_, _| true,
    );
    let options = Signal::derive(move || {
        let option =
            |(id, report): Numbered<Report>| (id, format!("{} ({})", report.broker, id + 1));
        reports.all().into_iter().map(option).collect::<Vec<_>>()
    });
    let count = move || {
        let different = compared.with(|c| c.rows.iter().filter(|row| row.differs()).count());
        locale.strings().examine_different(different)
    };
    let chapters = move || {
        let language = locale.language();
        let comparison = compared.get();
        let shown: Vec<_> = Chapter::ALL
            .into_iter()
            .filter_map(|chapter| {
                let rows: Vec<_> = comparison
                    .rows
                    .iter()
                    .filter(|row| row.probe.chapter == chapter)
                    .filter(|row| row.differs() || !only_different.get())
                    .map(|row| row_view(row, language))
                    .collect();
                let title = in_language(chapter.title(), language);
                (!rows.is_empty()).then(|| {
                    view! {
                        <section class="examine__chapter">
                            <h2 class="examine__chapter-title">{title}</h2>
                            <ul class="examine__rows">{rows}</ul>
                        </section>
                    }
                })
            })
            .collect();
        match shown.is_empty() {
            true => view! {
                <div class="empty">
                    <Icon name="met"/>
                    <p class="empty__title">{language.strings().examine_none()}</p>
                </div>
            }
            .into_any(),
            false => shown.into_any(),
        }
    };
    view! {
        <section class="examine__report" aria-label=erased(move || locale.strings().examine_compare())>
            <div class="examine__bar">
                <SideChoice
                    label=said(|s| s.examine_left())
                    options
                    chosen=left
                    on_choose=Callback::new(move |id| reports.compare(id, right))
                />
                <SideChoice
                    label=said(|s| s.examine_right())
                    options
                    chosen=right
                    on_choose=Callback::new(move |id| reports.compare(left, id))
                />
                <label class="check">
                    <input
                        type="checkbox"
                        prop:checked=erased(move || only_different.get())
                        on:change=move |event| only_different.set(event_target_checked(&event))
                    />
                    {erased(move || locale.strings().examine_only_different())}
                </label>
                <span class="examine__different" role="status">{erased(count)}</span>
            </div>
            {erased(chapters)}
        </section>
    }
}

fn row_view(row: &Compared, language: Language) -> AnyView {
    let side = |entry: &Option<Entry>| {
        match entry {
        Some(entry) => view! {
            <span class="examine__side" data-outcome=entry.outcome.key()>
                <Icon name=outcome_icon(entry.outcome) small=true/>
                <span class="examine__outcome">{outcome_name(entry.outcome, language.strings())}</span>
                <code class="examine__observed">{observed(entry, language.strings())}</code>
            </span>
        }
        .into_any(),
        None => view! { <span class="examine__side">"–"</span> }.into_any(),
    }
    };
    view! {
        <li class="examine__pair" data-different=row.differs().then_some("")>
            <span class="examine__asked">{in_language(row.probe.title, language)}</span>
            {side(&row.left)}
            {side(&row.right)}
        </li>
    }
    .into_any()
}
