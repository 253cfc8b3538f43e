//! One step: what to do, the act ready to send, the verdict with its evidence, hints.

use leptos::prelude::*;

use super::model;
use super::player;
use super::session::LessonSession;
use crate::capture::ClientSlot;
use crate::course::{Cast, Move, StepProse, Unmet, exercise_prose};
use crate::lab::{Action, BenchClient, LinkState};
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
                <Ask session index words=Signal::derive(words)/>
                <Controls session index words=Signal::derive(words)/>
                <VerdictView session index words=Signal::derive(words)/>
                <Outcome session index words=Signal::derive(words)/>
                <Hints session index words=Signal::derive(words)/>
            </div>
        </li>
    }
}

/// The prediction: asked before the step runs, marked once the wire has told.
#[component]
fn Ask(
    session: LessonSession,
    index: usize,
    words: Signal<Option<&'static StepProse>>,
) -> impl IntoView {
    let locale = use_locale();
    session.exercise.steps[index].prediction.as_ref()?;
    let prose = move || words.get().and_then(|words| words.prediction);
    let name = format!("prediction-{index}");
    let options = move || {
        let strings = locale.strings();
        let outcome = session.outcome(index);
        let chosen = session.prediction(index);
        let option = |(option, text): (usize, &&'static str)| {
            let came_true = outcome == Some(option);
            let state = match (outcome, chosen == Some(option)) {
                (Some(_), _) if came_true => Some(("met", strings.prediction_wire)),
                (Some(_), true) => Some(("contradicted", strings.prediction_yours)),
                _ => None,
            };
            let mark = state.map(|(state, word)| {
                view! { <span class="status" data-state=state><Icon name=state small=true/>{word}</span> }
            });
            view! {
                <label class="prediction__option" data-answer=came_true.then_some("")>
                    <input
                        type="radio"
                        name=name.clone()
                        prop:checked=chosen == Some(option)
                        disabled=outcome.is_some()
                        on:change=move |_| session.predict(index, option)
                    />
                    <span inner_html=*text></span>
                    {mark}
                </label>
            }
        };
        let options = prose().map_or(&[][..], |prose| prose.options);
        options.iter().enumerate().map(option).collect_view()
    };
    let state = move || match (session.outcome(index), session.prediction(index)) {
        (None, _) | (_, None) => None,
        (outcome, chosen) if outcome == chosen => Some("met"),
        _ => Some("contradicted"),
    };
    Some(view! {
        <fieldset class="prediction" data-state=live(state)>
            <legend class="visually-hidden">{live(move || locale.strings().prediction)}</legend>
            <p class="prediction__question">
                <Icon name="prediction"/>
                <span inner_html=live(move || prose().map_or("", |prose| prose.question))></span>
            </p>
            <div class="prediction__options">{live(options)}</div>
        </fieldset>
    })
}

/// What the wire said to the prediction, and why.
#[component]
fn Outcome(
    session: LessonSession,
    index: usize,
    words: Signal<Option<&'static StepProse>>,
) -> impl IntoView {
    let locale = use_locale();
    session.exercise.steps[index].prediction.as_ref()?;
    let body = move || {
        let outcome = session.outcome(index)?;
        let strings = locale.strings();
        let word = match session.prediction(index) {
            None => strings.prediction_not_made,
            Some(chosen) if chosen == outcome => strings.prediction_right,
            Some(_) => strings.prediction_wrong,
        };
        let why = words.get().and_then(|words| words.prediction).map_or("", |p| p.outcome);
        Some(view! {
            <div class="prose" role="status">
                <p><strong>{word}</strong></p>
                <div inner_html=why></div>
            </div>
        })
    };
    Some(live(body))
}

/// The step's moves, each a button ready to be pressed.
#[component]
fn Controls(
    session: LessonSession,
    index: usize,
    words: Signal<Option<&'static StepProse>>,
) -> impl IntoView {
    let locale = use_locale();
    let step = &session.exercise.steps[index];
    if step.controls.is_empty() {
        return None;
    }
    let failed = RwSignal::new(None::<String>);
    let buttons = step
        .controls
        .iter()
        .enumerate()
        .map(|(nth, control)| view! { <Control session index nth control=*control words failed/> })
        .collect_view();
    let must_predict = move || asks(session, index);
    Some(view! {
        <div class="step__control">
            {buttons}
            <Show when=live(must_predict)>
                <p class="step__note">{live(move || locale.strings().prediction_first)}</p>
            </Show>
            <Show when=live(move || failed.with(Option::is_some))>
                <p class="field__error" role="alert">
                    <Icon name="warning"/>
                    <span inner_html=live(move || failed.get())></span>
                </p>
            </Show>
        </div>
    })
}

/// Whether the step still waits for the learner's prediction.
fn asks(session: LessonSession, index: usize) -> bool {
    session.exercise.steps[index].prediction.is_some()
        && session.prediction(index).is_none()
        && session.outcome(index).is_none()
}

/// What must be there before a move can be made.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Needs {
    Nothing,
    /// Whose connection comes first, where it is still to be made.
    Connection,
    NoConnection,
    /// A connection that this move does not make: it cuts it, or a button beside it makes it.
    Line,
    /// One that can be put forward.
    Clock,
}

/// Whose connection a move is about, and how.
fn needs(next: &Move) -> (Option<ClientSlot>, Needs) {
    match next {
        Move::Act(act) => match &act.action {
            Action::Connect(_) | Action::ConnectBytes(_) => (Some(act.client), Needs::NoConnection),
            Action::Cut => (Some(act.client), Needs::Line),
            Action::Fault(_) => (None, Needs::Nothing),
            action if action.is_setting() => (None, Needs::Nothing),
            _ => (Some(act.client), Needs::Connection),
        },
        Move::Acts(acts) => {
            let connects = acts.iter().all(|act| matches!(act.action, Action::Connect(_)));
            let needs = if connects { Needs::NoConnection } else { Needs::Connection };
            (acts.first().map(|act| act.client), needs)
        }
        Move::React(_) => (None, Needs::Connection),
        Move::Wait(_) => (None, Needs::Clock),
        Move::Operate(_) | Move::Open(..) | Move::Filter(_) => (None, Needs::Nothing),
    }
}

/// One move. Connects the client first where that is still to be done.
#[component]
fn Control(
    session: LessonSession,
    index: usize,
    nth: usize,
    control: fn(&Cast) -> Move,
    words: Signal<Option<&'static StepProse>>,
    failed: RwSignal<Option<String>>,
) -> impl IntoView {
    let locale = use_locale();
    let store = session.store();
    let next = move || control(&session.cast());
    let (sender, needs) = untrack(|| {
        let cast = session.cast();
        let (sender, own) = needs(&control(&cast));
        let connects =
            |beside: &fn(&Cast) -> Move| needs(&beside(&cast)) == (sender, Needs::NoConnection);
        let is_connected_beside = session.exercise.steps[index].controls.iter().any(connects);
        match own {
            Needs::Connection if sender.is_some() && is_connected_beside => (sender, Needs::Line),
            own => (sender, own),
        }
    });
    // Whoever answers or goes on is known only from what has passed.
    let slot = Memo::new(move |_| {
        let Move::React(react) = next() else { return sender };
        let cast = session.cast();
        // Read for the sake of being told: the evidence itself is not tracked.
        store.with_lab(|_| ());
        let act = session.with_evidence(|evidence| react(&cast, evidence));
        act.filter(|act| matches!(act.action, Action::Publish(_) | Action::Subscribe { .. }))
            .map(|act| act.client)
    });
    let client = move |read: fn(&BenchClient) -> bool| {
        let slot = slot.get();
        store.with_lab(|lab| slot.and_then(|slot| lab.client(slot)).is_some_and(read))
    };
    let is_connected = move || client(BenchClient::is_connected);
    let is_busy =
        move || client(|client| client.link_state() != LinkState::Closed && !client.is_connected());
    let role = move |slot| session.role(slot, locale.strings());
    let must_connect = move || slot.get().filter(|_| needs == Needs::Connection && !is_connected());
    let label = move || {
        let strings = locale.strings();
        if let Some(slot) = must_connect() {
            return strings.step_connect_first(role(slot));
        }
        let own = words.get().and_then(|words| words.controls.get(nth).copied());
        match own {
            Some(label) => label.to_owned(),
            None => model::move_label(&next(), strings, role),
        }
    };
    let press = move |_| {
        let strings = locale.strings();
        let cast = untrack(|| session.cast());
        let result = match untrack(must_connect) {
            Some(slot) => {
                let prepared = store.prepared(slot);
                let connect =
                    prepared.into_iter().find(|act| matches!(act.action, Action::Connect(_)));
                connect.map_or(Ok(true), |act| store.act(act).map(|()| true))
            }
            None => player::make(session, &cast, &untrack(next)),
        };
        failed.set(match result {
            Ok(true) => None,
            Ok(false) => Some(strings.step_nothing_yet.to_owned()),
            Err(error) => Some(refusal::words(&error, locale.language())),
        });
    };
    let disabled = move || {
        is_busy()
            || session.is_playing()
            || asks(session, index)
            || match needs {
                Needs::Nothing | Needs::Connection => false,
                Needs::NoConnection => is_connected(),
                Needs::Line => !is_connected(),
                // Elsewhere time passes by itself.
                Needs::Clock => !session.cast().is_in_tab(),
            }
    };
    view! {
        <button
            class="button"
            class:button--primary=live(move || nth == 0 && session.current() == Some(index))
            disabled=live(disabled)
            on:click=press
        >
            {live(label)}
        </button>
    }
}

#[component]
fn VerdictView(
    session: LessonSession,
    index: usize,
    words: Signal<Option<&'static StepProse>>,
) -> impl IntoView {
    let locale = use_locale();
    let role = move |slot| session.role(slot, locale.strings());
    let body = move || {
        let verdict = session.verdict(index)?;
        let strings = locale.strings();
        let state = model::state(&verdict);
        let word = model::state_word(&verdict, strings);
        let text = verdict.as_ref().err().map(Unmet::finding).map(|found| {
            let words = exercise_prose(session.exercise.id, locale.language());
            model::finding(found, words, strings, role)
        });
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
                    <div inner_html=done></div>
                </div>
            </div>
        })
    };
    view! { {live(body)} }
}

/// Hints one after the other, those about the present finding first; gone from sight once the step is
/// met, but still to be had.
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
        hints
            .map(|hint| view! { <div class="hint"><Icon name="hint"/><div inner_html=hint></div></div> })
            .collect_view()
    };
    let label = move || {
        let strings = locale.strings();
        match shown.get() {
            0 => strings.step_hint.to_owned(),
            shown => strings.step_next_hint(shown + 1, count()),
        }
    };
    view! {
        <div class="hints">
            {live(visible)}
            <Show when=live(move || shown.get() < count())>
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
