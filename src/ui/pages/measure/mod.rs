//! Round trip and throughput of the chosen broker, as a picture with what limits them.

mod compare;
mod pictures;
mod result;
mod running;
mod runs;

use std::sync::Arc;

use leptos::html::{Button, Fieldset, Input};
use leptos::prelude::*;

use crate::language::Strings;
use crate::measure::{Options, Run};
use crate::ui::broker_choice;
use crate::ui::browser::{all_within, focus_in_place};
use crate::ui::components::controls::{SettingRow, said};
use crate::ui::components::{ClosableNotice, Icon};
use crate::ui::erased::erased;
use crate::ui::format::grouped;
use crate::ui::loading::locale::use_locale;
use crate::ui::measure::draft::Draft;
use crate::ui::measure::words;
use crate::ui::pages::results::Shelf;
use crate::ui::settings::Setting;
use crate::ui::state::store::use_store;
use compare::CompareRuns;
use result::Outcome;
use running::Running;
use runs::Runs;

#[component]
pub fn MeasurePage() -> impl IntoView {
    let (locale, store) = (use_locale(), use_store());
    let runs = Runs::begin();
    // What is said to those who do not see it appear.
    let said_last = RwSignal::new(None::<Arc<Run>>);
    let running = Running::new(move |run| {
        let _ = said_last.try_set(Some(Arc::new(run.clone())));
        runs.add(run);
    });
    let draft = RwSignal::new(Draft::default());
    let password = NodeRef::<Input>::new();
    let is_running = Memo::new(move |_| running.progress().is_some());
    let begin = move || {
        let (target, subprotocol, policy, latency) = store.peek(|lab| {
            let in_tab = lab.in_tab();
            let policy = in_tab.broker().policy().clone();
            (lab.target().clone(), lab.subprotocol().to_owned(), policy, in_tab.latency())
        });
        let is_outside = !target.is_in_tab();
        let user_name = untrack(|| store.user_name());
        let password = password.get_untracked().map(|input| input.value()).unwrap_or_default();
        runs.forget_failed();
        let options = Options {
            setup: draft.with_untracked(Draft::setup),
            broker: untrack(|| broker_choice::name(&target, locale.strings())),
            target,
            at: Some((js_sys::Date::now() * 1000.0) as u64),
            subprotocol,
            user_name: Some(user_name).filter(|name| is_outside && !name.is_empty()),
            password: Some(password)
                .filter(|text| is_outside && !text.is_empty())
                .map(|t| t.into_bytes().into()),
            token: uuid::Uuid::new_v4().simple().to_string()[..12].to_owned(),
        };
        running.begin(options, policy, latency);
    };
    let form = NodeRef::<Fieldset>::new();
    let button = NodeRef::<Button>::new();
    let press = move |_| {
        if is_running.get_untracked() {
            return running.stop();
        }
        // A field takes what was typed when it loses the focus.
        if let Some(button) = button.get_untracked() {
            focus_in_place(&button);
        }
        // It has said then whether that can be.
        request_animation_frame(move || {
            let Some(form) = form.try_get_untracked().flatten() else { return };
            // What cannot be measured is corrected first.
            match all_within(&form, WRONG).into_iter().next() {
                Some(field) => focus_in_place(&field),
                None => begin(),
            }
        });
    };
    let button_words = move || {
        let (target, strings) = (store.target(), locale.strings());
        match (is_running.get(), target.is_in_tab()) {
            (true, _) => strings.measure_stop().to_owned(),
            (false, true) => strings.measure_begin_tab().to_owned(),
            (false, false) => strings.measure_begin(broker_choice::name(&target, strings)),
        }
    };
    let button_icon = Signal::derive(move || if is_running.get() { "close" } else { "play" });
    let is_outside = Memo::new(move |_| !store.target().is_in_tab());
    let which = move || match is_outside.get() {
        true => locale.strings().measure_which(),
        false => locale.strings().measure_which_tab(),
    };
    let failed = move || {
        let run = runs.failed()?;
        let (title, then) = words::nothing(&run, locale.strings());
        let title = view! { <h2 class="notice__title">{title}</h2> };
        Some(view! {
            <ClosableNotice
                state="error"
                title=title.into_any()
                on_close=Callback::new(move |()| runs.forget_failed())
            >
                <p class="notice__why">{then}</p>
            </ClosableNotice>
        })
    };
    let content = move || match (runs.results.compared(), runs.results.shown()) {
        (Some((left, right)), _) => {
            view! { <CompareRuns left right runs=runs.results/> }.into_any()
        }
        (None, Some(id)) => runs.results.get(id).map(|run| view! { <Outcome run/> }).into_any(),
        (None, None) => view! {
            <div class="empty">
                <Icon name="clock"/>
                <p class="empty__title">{locale.strings().measure_empty()}</p>
                <p class="empty__how">{locale.strings().measure_empty_how()}</p>
            </div>
        }
        .into_any(),
    };
    let told = move || {
        let strings = locale.strings();
        let run = said_last.get().filter(|run| run.answered() > 0)?;
        let what = format!("{}, {}", words::title(&run, strings), words::short(&run, strings));
        Some(strings.measure_told(what))
    };
    view! {
        <main id="main" class="measure">
            <header class="measure__head">
                <h1 class="measure__title">{said(|s| s.page_measure())}</h1>
                <p class="measure__lead">{said(|s| s.measure_lead())}</p>
                <Form draft is_running form/>
                <div class="measure__begin">
                    // Pressing it leaves the field that is being filled in only with the click: what that says about
                    // its value would move the button away from under the pointer.
                    <button
                        node_ref=button
                        class="button button--primary measure__button"
                        on:mousedown=|event| event.prevent_default()
                        on:click=press
                    >
                        <Icon name=button_icon/>
                        {erased(button_words)}
                    </button>
                    <Show when=erased(move || is_outside.get())>
                        <input
                            class="measure__password"
                            type="password"
                            autocomplete="off"
                            node_ref=password
                            placeholder=said(|s| s.measure_password())
                            aria-label=said(|s| s.measure_password())
                        />
                    </Show>
                    <RunningLine running/>
                </div>
                <p class="field__hint">{erased(which)}</p>
                <p class="visually-hidden" role="status">{erased(told)}</p>
            </header>
            {erased(failed)}
            <Shelf
                results=runs.results
                icon="clock"
                words=in_short
                label=said(|s| s.measure_runs())
                remove=said(|s| s.measure_remove())
                compare=said(|s| s.measure_compare())
            />
            {erased(content)}
        </main>
    }
}

/// A field with something in it that cannot be.
const WRONG: &str = "[aria-invalid=true]";

/// What is measured, and how.
#[component]
fn Form(draft: RwSignal<Draft>, is_running: Memo<bool>, form: NodeRef<Fieldset>) -> impl IntoView {
    let locale = use_locale();
    let is_throughput = Memo::new(move |_| draft.with(|draft| draft.is_throughput));
    let kind = move |throughput: bool| {
        let words = move || match throughput {
            true => locale.strings().measure_throughput(),
            false => locale.strings().measure_round_trip(),
        };
        view! {
            <button
                type="button"
                class="segmented__option"
                aria-pressed=erased(move || (is_throughput.get() == throughput).to_string())
                on:click=move |_| draft.update(|draft| draft.is_throughput = throughput)
            >
                {erased(words)}
            </button>
        }
    };
    let rows = move || {
        let row = |setting: &'static Setting<Draft>| {
            let value = Signal::derive(move || draft.with(setting.read));
            let set = Callback::new(move |text: String| {
                let mut changed = draft.get_untracked();
                setting.set(&mut changed, &text)?;
                draft.set(changed);
                Ok(())
            });
            view! { <SettingRow setting id=format!("measure-{}", setting.id) value set/> }
        };
        Draft::settings(is_throughput.get()).iter().map(row).collect_view()
    };
    let how = move || match is_throughput.get() {
        true => locale.strings().measure_how_throughput(),
        false => locale.strings().measure_how_round_trip(),
    };
    view! {
        <fieldset class="measure__form" node_ref=form disabled=erased(move || is_running.get())>
            <legend class="visually-hidden">{said(|s| s.measure_what())}</legend>
            <div class="segmented measure__kind" role="group" aria-label=said(|s| s.measure_what())>
                {kind(false)} {kind(true)}
            </div>
            <p class="measure__how">{erased(how)}</p>
            <div class="measure__fields">{erased(rows)}</div>
        </fieldset>
    }
}

/// How far it is.
#[component]
fn RunningLine(running: Running) -> impl IntoView {
    let locale = use_locale();
    let progress = Memo::new(move |_| running.progress().map(|told| told.progress));
    let line = move || {
        let (progress, strings) = (progress.get()?, locale.strings());
        let [done, all] = [progress.answered, progress.all].map(|n| grouped(n as u64));
        Some(match (progress.is_measuring, progress.unanswered) {
            (false, _) => strings.measure_connecting().to_owned(),
            (true, 0) => strings.measure_running(all, done),
            (true, unanswered) => {
                strings.measure_running_lost(all, done, grouped(unanswered as u64))
            }
        })
    };
    let is_running = Memo::new(move |_| progress.with(Option::is_some));
    view! {
        <Show when=erased(move || is_running.get())>
            <div class="measure__running">
                <progress
                    aria-label=said(|s| s.page_measure())
                    max=erased(move || progress.get().unwrap_or_default().all)
                    value=erased(move || progress.get().unwrap_or_default().answered)
                ></progress>
                <span>{erased(line)}</span>
            </div>
        </Show>
    }
}

/// A measurement on the shelf.
fn in_short(run: &Run, strings: &'static Strings) -> (String, String) {
    (words::title(run, strings), format!("{}, {}", run.broker, words::short(run, strings)))
}
