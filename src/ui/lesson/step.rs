//! One step: what to do, the act ready to send, the verdict with its evidence, hints.

use leptos::prelude::*;

use super::model;
use super::session::LessonSession;
use crate::course::{StepProse, Verdict, exercise_prose};
use crate::lab::{ActError, Action, LinkState};
use crate::ui::client_panel::refusal;
use crate::ui::components::{Evidence, Icon};
use crate::ui::live::live;
use crate::ui::locale::use_locale;

#[component]
pub fn StepView(session: LessonSession, index: usize) -> impl IntoView {
    let locale = use_locale();
    let step = &session.exercise.steps[index];
    let words = move || {
        exercise_prose(session.exercise.id, locale.language()).and_then(|words| words.step(step.id))
    };
    let state = Memo::new(move |_| session.verdict(index).as_ref().map_or("not-yet", model::state));
    let is_current = move || session.current() == Some(index);
    let marker = move || match state.get() {
        "met" => view! { <Icon name="met"/> }.into_any(),
        "contradicted" => view! { <Icon name="contradicted"/> }.into_any(),
        _ => (index + 1).into_any(),
    };
    view! {
        <li
            class="step"
            id=format!("step-{}", step.id)
            data-state=live(move || state.get())
            aria-current=live(move || is_current().then_some("step"))
        >
            <span class="step__marker">{live(marker)}</span>
            <div class="step__body">
                <h2
                    class="step__title"
                    inner_html=live(move || words().map_or(step.id, |words| words.todo))
                ></h2>
                <div
                    class="step__words prose"
                    inner_html=live(move || words().map_or("", |words| words.details))
                ></div>
                <Control session index/>
                <VerdictView session index words=Signal::derive(words)/>
                <Hints session words=Signal::derive(words)/>
            </div>
        </li>
    }
}

/// The step's act, ready to send. Connects the client first where that is still to be done.
#[component]
fn Control(session: LessonSession, index: usize) -> impl IntoView {
    let locale = use_locale();
    let store = session.store();
    let control = session.exercise.steps[index].control?;
    let act = move || control(&session.cast());
    let (slot, connects) = untrack(|| {
        let act = act();
        (act.client, matches!(act.action, Action::Connect(_)))
    });
    let is_connected =
        move || store.with_lab(|lab| lab.client(slot).is_some_and(|client| client.is_connected()));
    let is_busy = move || {
        store.with_lab(|lab| {
            lab.client(slot).is_some_and(|client| {
                let is_open = client.link_state() != LinkState::Closed;
                is_open && !client.is_connected()
            })
        })
    };
    let role = move || {
        let name = store.with_lab(|lab| lab.client(slot).map(|client| client.role().to_owned()));
        model::role_name(&name.unwrap_or_default(), locale.strings()).to_owned()
    };
    let needs_connection = move || !connects && !is_connected();
    let label = move || {
        let strings = locale.strings();
        match needs_connection() {
            true => strings.step_connect_first(role()),
            false => strings.step_send(model::action_name(&act().action), role()),
        }
    };
    let failed = RwSignal::new(None::<ActError>);
    let send = move |_| {
        let act = match untrack(needs_connection) {
            true => store
                .prepared(slot)
                .into_iter()
                .find(|act| matches!(act.action, Action::Connect(_))),
            false => Some(untrack(act)),
        };
        let result = act.map_or(Ok(()), |act| store.act(act));
        failed.set(result.err());
    };
    let refused = move || failed.get().map(|error| refusal::words(&error, locale.language()));
    let disabled = move || is_busy() || session.is_playing() || (connects && is_connected());
    Some(view! {
        <div class="step__control">
            <button
                class="button"
                class:button--primary=live(move || session.current() == Some(index))
                disabled=live(disabled)
                on:click=send
            >
                {live(label)}
            </button>
            <Show when=live(move || failed.with(Option::is_some))>
                <p class="field__error" role="alert">
                    <Icon name="warning"/>
                    <span inner_html=live(refused)></span>
                </p>
            </Show>
        </div>
    })
}

#[component]
fn VerdictView(
    session: LessonSession,
    index: usize,
    words: Signal<Option<&'static StepProse>>,
) -> impl IntoView {
    let locale = use_locale();
    let store = session.store();
    let role = move |slot| {
        let name = store.peek(|lab| lab.client(slot).map(|client| client.role().to_owned()));
        model::role_name(&name.unwrap_or_default(), locale.strings()).to_owned()
    };
    let body = move || {
        let verdict = session.verdict(index)?;
        let strings = locale.strings();
        let state = model::state(&verdict);
        let word = model::state_word(&verdict, strings);
        let text = verdict.finding().map(|found| model::finding(found, strings, role));
        let records = match &verdict {
            Verdict::Met(records) => records.clone(),
            Verdict::Contradicted { by, .. } => vec![*by],
            Verdict::NotYet(_) => Vec::new(),
        };
        let done = verdict.is_met().then(|| words.get()).flatten().map_or("", |words| words.done);
        Some(view! {
            <div class="verdict" data-state=state role="status">
                <Icon name=state/>
                <div>
                    <p>
                        <span class="verdict__word">{word}</span>
                        " "
                        {text}
                        " "
                        {records.into_iter().map(|id| view! { <Evidence id/> }).collect_view()}
                    </p>
                    <div inner_html=done></div>
                </div>
            </div>
        })
    };
    view! { {live(body)} }
}

/// Hints one after the other; gone from sight once the step is met, but still to be had.
#[component]
fn Hints(session: LessonSession, words: Signal<Option<&'static StepProse>>) -> impl IntoView {
    let locale = use_locale();
    let shown = RwSignal::new(0_usize);
    Effect::new(move || {
        session.starts();
        shown.set(0);
    });
    let hints = move || words.get().map_or(&[][..], |words| words.hints);
    let visible = move || {
        let take = hints().iter().take(shown.get());
        take.map(|hint| view! { <div class="hint"><Icon name="hint"/><div inner_html=*hint></div></div> })
            .collect_view()
    };
    let label = move || {
        let strings = locale.strings();
        match shown.get() {
            0 => strings.step_hint.to_owned(),
            count => strings.step_next_hint(count + 1, hints().len()),
        }
    };
    view! {
        <div class="hints">
            {live(visible)}
            <Show when=live(move || shown.get() < hints().len())>
                <button
                    class="button button--quiet button--small"
                    on:click=move |_| shown.update(|count| *count += 1)
                >
                    <Icon name="hint" small=true/>
                    {live(label)}
                </button>
            </Show>
        </div>
    }
}
