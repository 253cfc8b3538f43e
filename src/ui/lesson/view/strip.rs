//! The goal and the step in hand, always in sight.

use leptos::prelude::*;

use super::session::LessonSession;
use crate::course::{Unmet, exercise_prose};
use crate::ui::components::Icon;
use crate::ui::erased::erased;
use crate::ui::lesson::model;
use crate::ui::loading::locale::use_locale;
use crate::ui::navigation::pane::{Pane, use_pane};

#[component]
pub fn TaskStrip(session: LessonSession) -> impl IntoView {
    let locale = use_locale();
    let words = move || exercise_prose(session.exercise.id, locale.language());
    let goal = move || words().map_or("", |words| words.goal);
    let count = session.exercise.steps.len();
    let pips = move || {
        let current = session.current();
        session
            .verdicts()
            .iter()
            .enumerate()
            .map(|(index, verdict)| {
                let state = match current == Some(index) {
                    true => Some("current"),
                    false => verdict.is_ok().then_some("met"),
                };
                view! { <span class="pip" data-state=state></span> }
            })
            .collect_view()
    };
    let met = move || session.verdicts().iter().filter(|verdict| verdict.is_ok()).count();
    let step = move || {
        let strings = locale.strings();
        let Some(index) = session.current() else {
            return view! {
                <span class="task-strip__title">{strings.lesson_done()}</span>
                <span class="status" data-state="met"><Icon name="met"/>{strings.verdict_met()}</span>
            }
            .into_any();
        };
        let id = session.exercise.steps[index].id;
        let todo = words().and_then(|words| words.step(id)).map_or(id, |step| step.todo);
        let verdict = session.verdict(index);
        let state = verdict.as_ref().map_or("not-yet", model::state);
        let word = verdict.as_ref().map_or("", |verdict| model::state_word(verdict, strings));
        let target = format!("step-{id}");
        view! {
            <button
                class="task-strip__title"
                on:click=move |_| scroll_to(&target)
                inner_html=session.fill(todo, None)
            ></button>
            <span class="status" data-state=state><Icon name=state/>{word}</span>
        }
        .into_any()
    };
    // Where the words are in sight they say it themselves.
    let pane = use_pane();
    let reason = move || {
        let index = session.current().filter(|_| pane.get() != Pane::Learn)?;
        let unmet = session.verdict(index)?.err()?;
        let Unmet::Contradicted { .. } = unmet else { return None };
        Some(session.worded(index, unmet.finding(), locale.language()))
    };
    view! {
        <div class="task-strip">
            <p class="task-strip__goal">
                <span class="overline">{erased(move || locale.strings().lesson_goal())}</span>
                <span inner_html=erased(goal)></span>
            </p>
            <div class="task-strip__step">
                <span class="overline task-strip__label">
                    {erased(move || {
                        let number = session.current().map_or(count, |index| index + 1);
                        locale.strings().lesson_step(number, count)
                    })}
                </span>
                <span
                    class="pips"
                    role="img"
                    aria-label=erased(move || locale.strings().lesson_steps_met(met(), count))
                >
                    {erased(pips)}
                </span>
                {erased(step)}
            </div>
            <p class="task-strip__reason" role="status">{erased(reason)}</p>
        </div>
    }
}

/// Brings an element of the page into sight.
pub fn scroll_to(id: &str) {
    if let Some(element) = document().get_element_by_id(id) {
        element.scroll_into_view();
    }
}
