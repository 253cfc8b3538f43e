//! One report: by chapter, with filters, as files and as a link.

use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::detail::Detail;
use super::reports::LINK;
use crate::examine::{Chapter, Probe, Report};
use crate::formats::share::MAX_LETTERS;
use crate::language::{Language, Strings};
use crate::ui::browser::{address, copy, save};
use crate::ui::captures::view::fold;
use crate::ui::components::Icon;
use crate::ui::components::controls::{SmallButton, said};
use crate::ui::erased::erased;
use crate::ui::examine::{Filter, in_language, observed, outcome_icon, outcome_name, rows};
use crate::ui::loading::locale::use_locale;
use crate::ui::navigation::address::{Page, Place};
use crate::ui::pages::results::Results;

#[component]
pub fn ReportView(
    id: u32,
    reports: Results<Report>,
    can_ask: Signal<bool>,
    /// Asks one probe again for a report.
    ask_again: Callback<(u32, &'static str)>,
) -> impl IntoView {
    let locale = use_locale();
    let filter = RwSignal::new(Filter::All);
    let opened = RwSignal::new(None::<&'static str>);
    let report = Memo::new_with_compare(
        move |_| reports.get(id).unwrap_or_default(),
        |before, after| match (before, after) {
            (Some(before), Some(after)) => !Arc::ptr_eq(before, after),
            _ => true,
        },
    );
    let filters = move || {
        let report = report.get();
        let strings = locale.strings();
        let button = |one: Filter| {
            view! {
                <button
                    type="button"
                    class="button button--small"
                    data-filter=one.key()
                    aria-pressed=erased(move || (filter.get() == one).to_string())
                    on:click=move |_| filter.set(one)
                >
                    {one.name(strings)}
                    " "
                    <span class="examine__count">{one.count(&report)}</span>
                </button>
            }
        };
        Filter::ALL.map(button).collect_view()
    };
    let chapters = move || {
        let report = report.get();
        let shown = rows(&report, filter.get());
        let language = locale.language();
        if shown.is_empty() {
            return view! {
                <div class="empty">
                    <Icon name="met"/>
                    <p class="empty__title">{language.strings().examine_none()}</p>
                </div>
            }
            .into_any();
        }
        let chapter = |(chapter, probes): (Chapter, Vec<&'static Probe>)| {
            let rows = probes.into_iter().map(|probe| {
                row(probe, &report, opened, language, move || {
                    view! { <Detail report_id=id probe reports can_ask ask_again/> }.into_any()
                })
            });
            view! {
                <section class="examine__chapter">
                    <h2 class="examine__chapter-title">{in_language(chapter.title(), language)}</h2>
                    <ul class="examine__rows">{rows.collect_view()}</ul>
                </section>
            }
        };
        shown.into_iter().map(chapter).collect_view().into_any()
    };
    view! {
        <section class="examine__report">
            <div class="examine__bar">
                <div
                    class="examine__filters"
                    role="group"
                    aria-label=erased(move || locale.strings().examine_filter())
                >
                    {erased(filters)}
                </div>
                <Exports report/>
            </div>
            {erased(chapters)}
        </section>
    }
}

fn row(
    probe: &'static Probe,
    report: &Report,
    opened: RwSignal<Option<&'static str>>,
    language: Language,
    detail: impl Fn() -> AnyView + Send + Sync + 'static,
) -> AnyView {
    let Some(entry) = report.entry(probe.id) else { return ().into_any() };
    let strings = language.strings();
    let is_open = move || opened.get() == Some(probe.id);
    let toggle = move |_| {
        opened.update(|opened| {
            *opened = (*opened != Some(probe.id)).then_some(probe.id);
        });
    };
    view! {
        <li class="examine__row" data-outcome=entry.outcome.key() id=format!("probe-{}", probe.id)>
            <button
                type="button"
                class="examine__choose"
                aria-expanded=erased(move || is_open().to_string())
                on:click=toggle
            >
                <Icon name=outcome_icon(entry.outcome)/>
                <span class="examine__outcome">{outcome_name(entry.outcome, strings)}</span>
                <span class="examine__asked">{in_language(probe.title, language)}</span>
                <code class="examine__observed">{observed(entry, strings)}</code>
            </button>
            <Show when=erased(is_open)>{detail()}</Show>
        </li>
    }
    .into_any()
}

/// As files, and as a link where it is short enough.
#[component]
fn Exports(report: Memo<Arc<Report>>) -> impl IntoView {
    let locale = use_locale();
    let told = RwSignal::new(None::<fn(&Strings) -> &'static str>);
    let name = move |extension: &str| {
        let broker = report.with_untracked(|report| report.broker.clone());
        let plain = broker.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' });
        format!("examined-{}.{extension}", plain.collect::<String>())
    };
    let json = move |()| {
        let text = report.with_untracked(|report| report.to_json());
        save(&name("json"), "application/json", &text);
    };
    let markdown = move |()| {
        let language = locale.language_untracked().index();
        let text = report.with_untracked(|report| report.to_markdown(language));
        save(&name("md"), "text/markdown", &text);
    };
    let link = move |()| {
        let short = report.with_untracked(|report| report.to_short_json());
        spawn_local(async move {
            let folded = fold(short.into_bytes()).await;
            if folded.len() > MAX_LETTERS {
                let _ = told.try_set(Some(|strings| strings.examine_link_long()));
                return;
            }
            let page = untrack(|| Place::Page(Page::Examine).href(locale.language()));
            copy(format!("{}{page}{LINK}{folded}", address()), move |is_copied| {
                let _ = told.try_set(Some(match is_copied {
                    true => |strings| strings.examine_link_copied(),
                    false => |strings| strings.wire_not_copied(),
                }));
            });
        });
    };
    let outcome = move || told.get().map(|words| words(locale.strings()));
    view! {
        <div class="examine__exports">
            <SmallButton words=said(|s| s.examine_json()) icon=Some("export") on_press=Callback::new(json)/>
            <SmallButton words=said(|s| s.examine_markdown()) icon=Some("export") on_press=Callback::new(markdown)/>
            <SmallButton words=said(|s| s.examine_link()) icon=Some("link") on_press=Callback::new(link)/>
            <span class="field__hint" role="status">{erased(outcome)}</span>
        </div>
    }
}
