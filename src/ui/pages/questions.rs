//! Questions to test oneself with: the explanation comes at once, and the exercise that proves it.

use leptos::prelude::*;

use crate::course::around::{QUESTIONS, Question, question_prose, recall};
use crate::course::exercise_title;
use crate::ui::components::Icon;
use crate::ui::erased::erased;
use crate::ui::loading::locale::use_locale;
use crate::ui::navigation::address::Place;
use crate::ui::state::progress::use_progress;

#[component]
pub fn QuestionsPage() -> impl IntoView {
    let locale = use_locale();
    let progress = use_progress();
    let right = move || {
        progress.with(|progress| {
            let is_right = |q: &&Question| progress.answer_to(q.id) == Some(q.correct);
            QUESTIONS.iter().filter(is_right).count()
        })
    };
    let questions = QUESTIONS
        .iter()
        .enumerate()
        .map(|(index, question)| view! { <QuestionView number=index + 1 question/> })
        .collect_view();
    view! {
        <main id="main" class="page page--words around">
            <header class="around__head">
                <h1 class="lesson__title">{erased(move || locale.strings().page_questions())}</h1>
                <p class="around__lead">{erased(move || locale.strings().questions_lead())}</p>
                <p class="status" role="status">
                    {erased(move || locale.strings().questions_right(right(), QUESTIONS.len()))}
                </p>
            </header>
            {questions}
        </main>
    }
}

/// Questions about earlier chapters, before another one begins.
#[component]
pub fn RecallQuestions(chapter: usize) -> impl IntoView {
    let asked = recall(chapter).into_iter().enumerate();
    asked
        .map(|(index, question)| view! { <QuestionView number=index + 1 question/> })
        .collect_view()
}

#[component]
fn QuestionView(number: usize, question: &'static Question) -> impl IntoView {
    let locale = use_locale();
    let progress = use_progress();
    let words = move || question_prose(question.id, locale.language());
    let chosen = Memo::new(move |_| progress.with(|progress| progress.answer_to(question.id)));
    let options = move || {
        let strings = locale.strings();
        let chosen = chosen.get();
        let option = |(option, text): (usize, &&'static str)| {
            let is_right = chosen.is_some() && option == question.correct;
            let mark = match (is_right, chosen == Some(option)) {
                (true, _) => Some(("met", strings.questions_is_right())),
                (false, true) => Some(("contradicted", strings.questions_is_wrong())),
                _ => None,
            };
            let mark = mark.map(|(state, word)| {
                view! { <span class="status" data-state=state><Icon name=state small=true/>{word}</span> }
            });
            view! {
                <label class="prediction__option" data-answer=is_right.then_some("")>
                    <input
                        type="radio"
                        name=question.id
                        prop:checked=chosen == Some(option)
                        on:change=move |_| progress.answer(question.id, option)
                    />
                    <span inner_html=*text></span>
                    {mark}
                </label>
            }
        };
        words().map_or(&[][..], |w| &w.options).iter().enumerate().map(option).collect_view()
    };
    let state = move || {
        let chosen = chosen.get()?;
        Some(if chosen == question.correct { "met" } else { "contradicted" })
    };
    let because = move || {
        chosen.get()?;
        let language = locale.language();
        let proof = exercise_title(question.exercise, language).map(|title| {
            let href = Place::Exercise(question.exercise.to_owned()).href(language);
            let strings = language.strings();
            view! {
                <p>
                    <a class="button button--small" href=href>
                        {strings.questions_prove(title)}
                        <Icon name="next" small=true/>
                    </a>
                </p>
            }
        });
        Some(view! {
            <div class="prose" role="status" inner_html=words().map_or("", |w| w.because)></div>
            {proof}
        })
    };
    view! {
        <fieldset class="prediction" id=question.id data-state=erased(state)>
            <legend class="visually-hidden">{erased(move || locale.strings().questions_number(number))}</legend>
            <p class="prediction__question">
                <span class="chapter__number">{number}</span>
                <span inner_html=erased(move || words().map_or("", |w| w.question))></span>
            </p>
            <div class="prediction__options">{erased(options)}</div>
            {erased(because)}
        </fieldset>
    }
}
