//! Any broker examined, and reports of it beside each other.

mod compare;
mod detail;
mod report_view;
mod reports;
mod running;

use leptos::html::Input;
use leptos::prelude::*;

use crate::examine::{Finding, Options, Outcome, Report, probes};
use crate::language::Strings;
use crate::ui::broker_choice;
use crate::ui::browser::read_chosen_file;
use crate::ui::components::controls::{SmallButton, said};
use crate::ui::components::{ClosableNotice, Icon};
use crate::ui::erased::erased;
use crate::ui::loading::locale::use_locale;
use crate::ui::pages::results::Shelf;
use crate::ui::state::store::use_store;
use compare::CompareReports;
use report_view::ReportView;
use reports::{Failure, Reports};
use running::Running;

/// Which report has what is found: the broker of the page may be another one when it ends.
enum FoundFor {
    /// A probe asked again.
    Known(u32),
    New {
        broker: String,
        address: String,
    },
}

#[component]
pub fn ExaminePage() -> impl IntoView {
    let (locale, store) = (use_locale(), use_store());
    let reports = Reports::begin();
    let found_for = StoredValue::new(None::<FoundFor>);
    let on_end =
        move |findings: Vec<Finding>| match found_for.try_update_value(Option::take).flatten() {
            Some(FoundFor::Known(id)) => reports.update(id, findings),
            Some(FoundFor::New { broker, address }) => {
                let at = (js_sys::Date::now() * 1000.0) as u64;
                reports.add(Report::new(broker, address, Some(at), findings));
            }
            None => {}
        };
    let running = Running::new(on_end);
    let with_seldom = RwSignal::new(false);
    let password = NodeRef::<Input>::new();
    let begin = move |again: Option<(u32, &'static str)>| {
        let token = uuid::Uuid::new_v4().simple().to_string()[..7].to_owned();
        let (target, subprotocol, policy) = store.peek(|lab| {
            let policy = lab.in_tab().broker().policy().clone();
            (lab.target().clone(), lab.subprotocol().to_owned(), policy)
        });
        let user_name = Some(untrack(|| store.user_name())).filter(|name| !name.is_empty());
        let password = password.get_untracked().map(|input| input.value());
        found_for.set_value(Some(match again {
            Some((report, _)) => FoundFor::Known(report),
            None => FoundFor::New {
                broker: untrack(|| broker_choice::name(&target, locale.strings())),
                address: target.to_string(),
            },
        }));
        let options = Options {
            subprotocol,
            user_name: user_name.filter(|_| !target.is_in_tab()),
            password: password.filter(|text| !text.is_empty()).map(|text| text.into_bytes().into()),
            with_seldom: with_seldom.get_untracked(),
            only: again.into_iter().map(|(_, id)| id).collect(),
            ..Options::new(target, &token)
        };
        running.begin(options, policy);
    };
    let ask_again = move |again: (u32, &'static str)| begin(Some(again));
    let is_running = Memo::new(move |_| running.progress().is_some());
    let begin_words = move || {
        let (target, strings) = (store.target(), locale.strings());
        match target.is_in_tab() {
            true => strings.examine_begin_tab().to_owned(),
            false => strings.examine_begin(broker_choice::name(&target, strings)),
        }
    };
    let seldom = probes().filter(|probe| probe.is_seldom()).count();
    let is_outside = Memo::new(move |_| !store.target().is_in_tab());
    let progress = move || running.progress().unwrap_or_default();
    let failure = move || {
        reports.failure().map(|failure| {
            let strings = locale.strings();
            let (title, then) = match failure {
                Failure::NotOne => (strings.examine_not_report(), strings.examine_not_report_try()),
                Failure::Unreached => {
                    (strings.examine_unreached(), strings.examine_unreached_try())
                }
            };
            let title = view! { <h2 class="notice__title">{title}</h2> };
            view! {
                <ClosableNotice
                    state="error"
                    title=title.into_any()
                    on_close=Callback::new(move |()| reports.forget_failure())
                >
                    <p class="notice__why">{then}</p>
                </ClosableNotice>
            }
        })
    };
    let content = move || match (reports.results.compared(), reports.results.shown()) {
        (Some((left, right)), _) => {
            view! { <CompareReports left right reports=reports.results/> }.into_any()
        }
        (None, Some(id)) => {
            let can_ask = Signal::derive(move || !is_running.get());
            view! { <ReportView id reports=reports.results can_ask ask_again=Callback::new(ask_again)/> }.into_any()
        }
        (None, None) => view! {
            <div class="empty">
                <Icon name="show"/>
                <p class="empty__title">{locale.strings().examine_empty()}</p>
                <p class="empty__how">{locale.strings().examine_empty_how()}</p>
            </div>
        }
        .into_any(),
    };
    view! {
        <main id="main" class="examine">
            <header class="examine__head">
                <h1 class="examine__title">{erased(move || locale.strings().page_examine())}</h1>
                <p class="examine__lead">{erased(move || locale.strings().examine_lead())}</p>
                <div class="examine__begin">
                    <button
                        class="button button--primary"
                        disabled=erased(move || is_running.get())
                        on:click=move |_| begin(None)
                    >
                        <Icon name="play"/>
                        {erased(begin_words)}
                    </button>
                    <label class="check">
                        <input
                            type="checkbox"
                            prop:checked=erased(move || with_seldom.get())
                            on:change=move |event| with_seldom.set(event_target_checked(&event))
                        />
                        {erased(move || locale.strings().examine_seldom(seldom))}
                    </label>
                    <Show when=erased(move || is_outside.get())>
                        <input
                            class="examine__password"
                            type="password"
                            autocomplete="off"
                            node_ref=password
                            placeholder=erased(move || locale.strings().examine_password())
                            aria-label=erased(move || locale.strings().examine_password())
                        />
                    </Show>
                    <label class="button">
                        <Icon name="file"/>
                        {erased(move || locale.strings().examine_open())}
                        <input
                            class="visually-hidden"
                            type="file"
                            accept=".json,application/json"
                            on:change=move |event| {
                                read_chosen_file(&event, move |text| reports.open(&text));
                            }
                        />
                    </label>
                </div>
                <p class="field__hint">{erased(move || locale.strings().examine_which())}</p>
                <Show when=erased(move || is_running.get())>
                    <div class="examine__running" role="status">
                        <progress
                            max=erased(move || progress().all)
                            value=erased(move || progress().done)
                        ></progress>
                        <span>
                            {erased(move || {
                                locale.strings().examine_running(progress().all, progress().done)
                            })}
                        </span>
                        <SmallButton
                            words=said(|s| s.examine_stop())
                            icon=Some("close")
                            on_press=Callback::new(move |()| running.stop())
                        />
                    </div>
                </Show>
            </header>
            {erased(failure)}
            <Shelf
                results=reports.results
                icon="broker"
                words=in_short
                label=said(|s| s.examine_reports())
                remove=said(|s| s.examine_remove())
                compare=said(|s| s.examine_compare())
            />
            {erased(content)}
        </main>
    }
}

/// A report on the shelf: its broker, and how many deviations were found when.
fn in_short(report: &Report, strings: &'static Strings) -> (String, String) {
    let deviations = strings.examine_deviations(report.count(Outcome::Deviates));
    let when = report.at.map(|at| {
        let at = crate::formats::clock::utc(at);
        at.get(..16).unwrap_or(&at).replace('T', " ")
    });
    (report.broker.clone(), format!("{deviations} {}", when.unwrap_or_default()))
}
