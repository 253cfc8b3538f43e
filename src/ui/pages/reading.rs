//! The words of an exercise while its bench is on its way or drawn behind them, laid out as they will be with it on the broker in the tab.

use leptos::prelude::*;

use super::panes::{percent, remembered_across};
use crate::course::{ExerciseProse, StepProse, exercise_prose, figure};
use crate::language::{Language, Strings};
use crate::ui::components::Icon;
use crate::ui::erased::erased;
use crate::ui::lesson::model::chapter_line;
use crate::ui::loading::locale::use_locale;
use crate::ui::navigation::kept_page::use_behind;

/// Finds the pane with the words before the bench is to be seen.
pub const PANE: &str = "#pane-learn[data-reading]";

#[component]
pub fn Reading(
    id: String,
    /// What is waited for, or why it did not come.
    arriving: AnyView,
) -> impl IntoView {
    let locale = use_locale();
    let behind = use_behind();
    let words = move || {
        let language = locale.language();
        Some(words(exercise_prose(&id, language)?, locale.strings(), language))
    };
    view! {
        <main
            id=erased(move || behind.main_id())
            hidden=erased(move || behind.is_covered())
            class="exercise-page"
            data-pane="learn"
            style:--split-x=percent(remembered_across())
        >
            {erased(words)}
            <div class="exercise-page__arriving">{arriving}</div>
        </main>
    }
}

fn words(words: &'static ExerciseProse, strings: &Strings, language: Language) -> impl IntoView {
    let pips = (0..words.steps.len()).map(|index| {
        view! { <span class="pip" data-state=(index == 0).then_some("current")></span> }
    });
    let steps = words.steps.iter().enumerate().map(|(index, words)| step(index, words));
    view! {
        <section class="exercise-page__words">
            <div class="task-strip">
                <p class="task-strip__goal">
                    <span class="overline">{strings.lesson_goal()}</span>
                    <span inner_html=words.goal></span>
                </p>
                <div class="task-strip__step">
                    <span class="overline task-strip__label">
                        {strings.lesson_step(1, words.steps.len())}
                    </span>
                    <span class="pips" aria-hidden="true">{pips.collect_view()}</span>
                    <span
                        class="task-strip__title"
                        inner_html=words.steps.first().map(|step| filled(step.todo))
                    ></span>
                    <span class="status" data-state="not-yet">
                        <Icon name="not-yet"/>
                        {strings.verdict_not_yet()}
                    </span>
                </div>
            </div>
            // Nothing in it takes the focus, so it does itself, to be scrolled with the keyboard.
            <div
                class="exercise-page__learn"
                id="pane-learn"
                data-reading=""
                tabindex="0"
                role="group"
                aria-label=strings.pane_learn()
            >
                <article class="lesson">
                    <header class="lesson__head">
                        <p class="overline">{chapter_line(words.id, language)}</p>
                        <h1 class="lesson__title">{words.title}</h1>
                        // The bench tells on which broker it runs, and the sections: this keeps the room of one line.
                        <p class="lesson__meta" aria-hidden="true">"\u{a0}"</p>
                    </header>
                    <div class="prose" inner_html=filled(words.why)></div>
                    <ol class="steps">{steps.collect_view()}</ol>
                </article>
            </div>
        </section>
    }
}

/// A step to be read: the first one whole.
fn step(index: usize, words: &'static StepProse) -> impl IntoView {
    let is_first = index == 0;
    let details = is_first.then(|| {
        view! { <div class="step__words prose" inner_html=filled(words.details)></div> }
    });
    view! {
        <li
            class="step"
            data-state="not-yet"
            data-open=is_first.then_some("")
            aria-current=is_first.then_some("step")
        >
            <span class="step__marker">{index + 1}</span>
            <div class="step__body">
                <h2 class="step__title">
                    <span class="step__toggle" inner_html=filled(words.todo)></span>
                </h2>
                {details}
            </div>
        </li>
    }
}

/// Words whose figures are not known yet.
fn filled(text: &str) -> String {
    figure::fill(text, &|_| Some("…".to_owned()), &|_| false)
}
