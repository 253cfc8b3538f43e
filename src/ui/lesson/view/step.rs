//! One step: what to do, the verdict with its evidence, hints. The step in hand is open; those that are met
//! are one line with their evidence, later ones their titles; each can be opened.

use leptos::prelude::*;

use super::by_hand::ByHandControl;
use super::control::Controls;
use super::prediction::{Ask, Outcome};
use super::session::LessonSession;
use crate::course::{StepProse, Unmet, exercise_prose};
use crate::ui::components::{Evidence, Icon};
use crate::ui::erased::erased;
use crate::ui::lesson::model;
use crate::ui::loading::locale::use_locale;

#[component]
pub fn StepView(session: LessonSession, index: usize) -> impl IntoView {
    let locale = use_locale();
    let step = &session.exercise.steps[index];
    let words = move || {
        exercise_prose(session.exercise.id, locale.language()).and_then(|words| words.step(step.id))
    };
    let words = Signal::derive(words);
    let state = Memo::new(move |_| session.verdict(index).as_ref().map_or("not-yet", model::state));
    let current = Memo::new(move |_| session.current());
    let is_current = move || current.get() == Some(index);
    // What the steps before have shown stays in sight until the next one is met.
    let is_latest = Memo::new(move |_| session.is_just_met(index));
    // The words of one that was met along with another have not been read yet.
    let is_unread = Memo::new(move |_| session.is_met_unread(index));
    // So does what a prediction came to, until the next one is told: the same act may have met later steps.
    let is_told = Memo::new(move |_| session.latest_told() == Some(index));
    let chosen = RwSignal::new(None::<bool>);
    Effect::new(move || {
        current.track();
        session.starts();
        chosen.set(None);
    });
    let is_open = Memo::new(move |_| {
        chosen.get().unwrap_or_else(|| is_current() || is_latest.get() || is_told.get())
    });
    // Once met, a step keeps what came of it; the rest can be had.
    let has_task =
        Memo::new(move |_| is_current() || is_unread.get() || chosen.get() == Some(true));
    // The title of one that shows only what came of it asks for the rest.
    let shows_task = Memo::new(move |_| is_open.get() && has_task.get());
    let marker = move || match state.get() {
        "met" => view! { <Icon name="met"/> }.into_any(),
        "contradicted" => view! { <Icon name="contradicted"/> }.into_any(),
        _ => (index + 1).into_any(),
    };
    let evidence = move || {
        let records = session.verdict(index)?.ok()?;
        let latest = records.into_iter().last()?;
        (!is_open.get())
            .then(|| view! { <span class="step__evidence"><Evidence id=latest/></span> })
    };
    view! {
        <li
            class="step"
            id=format!("step-{}", step.id)
            data-state=erased(move || state.get())
            data-open=erased(move || is_open.get().then_some(""))
            aria-current=erased(move || is_current().then_some("step"))
        >
            <span class="step__marker">{erased(marker)}</span>
            <div class="step__body">
                <h2 class="step__title">
                    <button
                        type="button"
                        class="step__toggle"
                        aria-expanded=erased(move || shows_task.get().to_string())
                        on:click=move |_| chosen.set(Some(!shows_task.get_untracked()))
                        inner_html=erased(move || {
                            session.fill(words.get().map_or(step.id, |words| words.todo), None)
                        })
                    ></button>
                    {erased(evidence)}
                </h2>
                <div class="step__inside" hidden=erased(move || !is_open.get())>
                    <div hidden=erased(move || !has_task.get())>
                        <div
                            class="step__words prose"
                            inner_html=erased(move || {
                                session.fill(words.get().map_or("", |words| words.details), None)
                            })
                        ></div>
                    </div>
                    <Ask session index words/>
                    <div hidden=erased(move || !has_task.get())>
                        <Controls session index words/>
                        <ByHandControl session index/>
                    </div>
                    <VerdictView session index words/>
                    <Outcome session index words/>
                    <div hidden=erased(move || !has_task.get())>
                        <Hints session index words/>
                    </div>
                </div>
            </div>
        </li>
    }
}

#[component]
fn VerdictView(
    session: LessonSession,
    index: usize,
    words: Signal<Option<&'static StepProse>>,
) -> impl IntoView {
    let locale = use_locale();
    let body = move || {
        let verdict = session.verdict(index)?;
        let strings = locale.strings();
        let state = model::state(&verdict);
        let word = model::state_word(&verdict, strings);
        let told = verdict.as_ref().err().map(Unmet::finding);
        let text = told.map(|found| session.worded(index, found, locale.language()));
        let records = match &verdict {
            Ok(records) => records.clone(),
            Err(Unmet::Contradicted { by, .. }) => vec![*by],
            Err(Unmet::NotYet(_)) => Vec::new(),
        };
        let done = verdict.is_ok().then(|| words.get()).flatten().map_or("", |words| words.done);
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
                    <div inner_html=session.fill(done, Some(index))></div>
                </div>
            </div>
        })
    };
    view! { {erased(body)} }
}

/// Hints one after the other, those about the present finding first.
#[component]
fn Hints(
    session: LessonSession,
    index: usize,
    words: Signal<Option<&'static StepProse>>,
) -> impl IntoView {
    let locale = use_locale();
    let shown = RwSignal::new(0_usize);
    Effect::new(move || {
        session.starts();
        shown.set(0);
    });
    let hints = Memo::new(move |_| {
        let verdict = session.verdict(index);
        let finding =
            verdict.as_ref().and_then(|it| it.as_ref().err()).map(|it| it.finding().key());
        words.get().map(|words| words.hints_for(finding)).unwrap_or_default()
    });
    let count = move || hints.with(Vec::len);
    let visible = move || {
        let hints = hints.get().into_iter().take(shown.get());
        let hint = |hint| {
            let hint = session.fill(hint, None);
            view! { <div class="hint"><Icon name="hint"/><div inner_html=hint></div></div> }
        };
        hints.map(hint).collect_view()
    };
    let label = move || {
        let strings = locale.strings();
        match shown.get() {
            0 => strings.step_hint().to_owned(),
            shown => strings.step_next_hint(shown + 1, count()),
        }
    };
    view! {
        <div class="hints">
            {erased(visible)}
            <Show when=erased(move || shown.get() < count())>
                <button
                    class="button button--quiet button--small"
                    on:click=move |_| shown.update(|count| *count += 1)
                >
                    <Icon name="hint" small=true/>
                    {erased(label)}
                </button>
            </Show>
        </div>
    }
}
