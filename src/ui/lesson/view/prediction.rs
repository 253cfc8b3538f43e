//! The prediction of a step: asked before it runs, marked once the wire has told.

use leptos::ev::SubmitEvent;
use leptos::html;
use leptos::prelude::*;

use super::session::LessonSession;
use crate::course::{Asks, StepProse};
use crate::ui::components::Icon;
use crate::ui::erased::erased;
use crate::ui::loading::locale::use_locale;

/// Whether the step still waits for the learner's prediction. Tracked.
pub fn is_asked(session: LessonSession, index: usize) -> bool {
    session.exercise.steps[index].prediction.is_some()
        && session.prediction(index).is_none()
        && session.outcome(index).is_none()
}

#[component]
pub fn Ask(
    session: LessonSession,
    index: usize,
    words: Signal<Option<&'static StepProse>>,
) -> impl IntoView {
    let locale = use_locale();
    let asks = session.exercise.steps[index].prediction.as_ref()?.asks;
    let prose = move || words.get().and_then(|words| words.prediction.as_ref());
    let state = move || match (session.outcome(index), session.prediction(index)) {
        (None, _) | (_, None) => None,
        (outcome, chosen) if outcome == chosen => Some("met"),
        _ => Some("contradicted"),
    };
    let answers = match asks {
        Asks::Options(_) => view! { <Options session index words/> }.into_any(),
        Asks::Number | Asks::Byte => view! { <Typed session index asks/> }.into_any(),
    };
    Some(view! {
        <fieldset class="prediction" data-state=erased(state)>
            <legend class="visually-hidden">{erased(move || locale.strings().prediction())}</legend>
            <p class="prediction__question">
                <Icon name="prediction"/>
                <span inner_html=erased(move || {
                    session.fill(prose().map_or("", |prose| prose.question), None)
                })></span>
            </p>
            {answers}
        </fieldset>
    })
}

/// Answers to choose from.
#[component]
fn Options(
    session: LessonSession,
    index: usize,
    words: Signal<Option<&'static StepProse>>,
) -> impl IntoView {
    let locale = use_locale();
    let name = format!("prediction-{index}");
    let options = move || {
        let strings = locale.strings();
        let outcome = session.outcome(index);
        let chosen = session.prediction(index);
        let texts = words
            .get()
            .and_then(|words| words.prediction.as_ref())
            .map_or(&[][..], |it| &it.options);
        let option = |option: usize| {
            let came_true = outcome == Some(option);
            let state = match (outcome, chosen == Some(option)) {
                (Some(_), _) if came_true => Some(("met", strings.prediction_wire())),
                (Some(_), true) => Some(("contradicted", strings.prediction_yours())),
                _ => None,
            };
            let mark = state.map(|(state, word)| {
                view! { <span class="status" data-state=state><Icon name=state small=true/>{word}</span> }
            });
            view! {
                <label
                    class="prediction__option"
                    data-option=option
                    data-answer=came_true.then_some("")
                >
                    <input
                        type="radio"
                        name=name.clone()
                        prop:checked=chosen == Some(option)
                        disabled=outcome.is_some()
                        on:change=move |_| session.predict(index, option)
                    />
                    <span inner_html=session.fill(texts[option], None)></span>
                    {mark}
                </label>
            }
        };
        session.shuffled(index, texts.len()).into_iter().map(option).collect_view()
    };
    view! { <div class="prediction__options">{erased(options)}</div> }
}

/// An answer that is typed: a number, or a byte.
#[component]
fn Typed(session: LessonSession, index: usize, asks: Asks) -> impl IntoView {
    let locale = use_locale();
    let input = NodeRef::<html::Input>::new();
    let wrong = RwSignal::new(false);
    let id = format!("prediction-{index}-answer");
    let label = move || match asks {
        Asks::Byte => locale.strings().prediction_byte(),
        Asks::Number | Asks::Options(_) => locale.strings().prediction_number(),
    };
    let take = move |event: SubmitEvent| {
        event.prevent_default();
        let typed = input.get_untracked().map(|input| input.value()).unwrap_or_default();
        let answer = asks.read(&typed);
        wrong.set(answer.is_none());
        if let Some(answer) = answer {
            session.predict(index, answer);
        }
    };
    let marks = move || {
        let (outcome, chosen) = (session.outcome(index), session.prediction(index));
        let strings = locale.strings();
        let mark = |state: &'static str, word: &'static str, answer: usize| {
            view! {
                <span class="status" data-state=state>
                    <Icon name=state small=true/>
                    {word}
                    {strings.colon()}
                    <span class="bytes">{asks.write(answer)}</span>
                </span>
            }
        };
        match (outcome, chosen) {
            (None, Some(chosen)) => {
                vec![mark("current", strings.prediction_yours(), chosen).into_any()]
            }
            (Some(outcome), chosen) => {
                let theirs = chosen.filter(|chosen| *chosen != outcome);
                let theirs = theirs
                    .map(|it| mark("contradicted", strings.prediction_yours(), it).into_any());
                let wire = mark("met", strings.prediction_wire(), outcome).into_any();
                theirs.into_iter().chain([wire]).collect()
            }
            (None, None) => Vec::new(),
        }
    };
    view! {
        <form class="prediction__typed" novalidate on:submit=take>
            <label for=id.clone()>{erased(label)}</label>
            <input
                type="text"
                id=id
                class="input--number"
                size="6"
                autocomplete="off"
                autocapitalize="off"
                spellcheck="false"
                node_ref=input
                aria-invalid=erased(move || wrong.get().then_some("true"))
                disabled=erased(move || session.outcome(index).is_some())
            />
            <button
                class="button button--small"
                disabled=erased(move || session.outcome(index).is_some())
            >
                {erased(move || locale.strings().prediction_take())}
            </button>
            {erased(marks)}
            <Show when=erased(move || wrong.get())>
                <p class="field__error" role="alert"><Icon name="warning"/>{erased(label)}</p>
            </Show>
        </form>
    }
}

/// What the wire said to the prediction, and why.
#[component]
pub fn Outcome(
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
            None => strings.prediction_not_made(),
            Some(chosen) if chosen == outcome => strings.prediction_right(),
            Some(_) => strings.prediction_wrong(),
        };
        let why = words.get().and_then(|words| words.prediction.as_ref()).map_or("", |p| p.outcome);
        Some(view! {
            <div class="step__outcome prose" role="status">
                <p><strong>{word}</strong></p>
                <div inner_html=session.fill(why, Some(index))></div>
            </div>
        })
    };
    Some(erased(body))
}
