//! A chapter: what it is about, and its exercises.

use leptos::prelude::*;

use super::NotFoundPage;
use super::entries::recall;
use crate::course::around::recall;
use crate::course::{
    CHAPTERS, Chapter, OUTLINE, chapter, chapter_prose, chapter_title, exercise_prose, is_core,
    minutes, minutes_of,
};
use crate::ui::components::Icon;
use crate::ui::components::Lazy;
use crate::ui::erased::erased;
use crate::ui::loading::locale::use_locale;
use crate::ui::navigation::address::Place;
use crate::ui::state::progress::use_progress;
use crate::words::Bundle;

#[component]
pub fn ChapterPage(id: String) -> impl IntoView {
    match chapter(&id) {
        Some(chapter) => view! { <Found chapter/> }.into_any(),
        None => view! { <NotFoundPage id/> }.into_any(),
    }
}

#[component]
fn Found(chapter: &'static Chapter) -> impl IntoView {
    let locale = use_locale();
    let progress = use_progress();
    let number = CHAPTERS.iter().position(|c| c.id == chapter.id).map_or(0, |index| index + 1);
    let words = move || chapter_prose(chapter.id, locale.language());
    let overline = move || {
        let strings = locale.strings();
        let outline = &OUTLINE[number - 1];
        let core = strings.chapter_core_minutes(minutes_of(outline.core()));
        let further = minutes_of(outline.further());
        let mut parts = vec![strings.chapter_number(number), core];
        parts.extend((further > 0).then(|| strings.chapter_further_minutes(further)));
        parts.join(" · ")
    };
    let exercises = move || {
        let language = locale.language();
        let row = |(index, exercise): (usize, &&'static crate::course::Exercise)| {
            let prose = exercise_prose(exercise.id, language);
            let done = progress.with(|progress| progress.done(exercise.id));
            let strings = language.strings();
            let state = match done {
                None => ("not-yet", ""),
                Some(done) if done.by_solution => ("not-yet", strings.chapter_played()),
                Some(_) => ("met", strings.verdict_met()),
            };
            view! {
                <li>
                    <a class="chapter" href=Place::Exercise(exercise.id.to_owned()).href(language)>
                        <span class="chapter__number">{index + 1}</span>
                        <span>
                            <h2 class="chapter__title">{prose.map_or(exercise.id, |p| p.title)}</h2>
                            <span class="chapter__about" inner_html=prose.map_or("", |p| p.goal)></span>
                        </span>
                        <span class="status" data-state=state.0>
                            {done.map(|_| view! { <Icon name=state.0 small=true/> })}
                            {state.1}
                        </span>
                        <span class="chapter__minutes">
                            {(!is_core(exercise.id)).then(|| format!("{} · ", strings.chapter_further()))}
                            {strings.minutes(minutes(exercise.id))}
                        </span>
                    </a>
                </li>
            }
        };
        chapter.exercises.iter().enumerate().map(row).collect_view()
    };
    let neighbour = move |index: Option<usize>| {
        let other = CHAPTERS.get(index?)?;
        let title = chapter_title(other.id, locale.language()).map_or(other.id, |p| p.title);
        Some((Place::Chapter(other.id.to_owned()).href(locale.language()), title))
    };
    let back = move || {
        let (href, title) = neighbour((number - 1).checked_sub(1))?;
        Some(view! { <a class="button button--quiet" href=href><Icon name="back"/>{title}</a> })
    };
    let next = move || {
        let (href, title) = neighbour(Some(number))?;
        Some(view! { <a class="button button--quiet" href=href>{title}<Icon name="next"/></a> })
    };
    view! {
        <main id="main" class="page page--words around">
            <header class="around__head">
                <p class="overline">{erased(overline)}</p>
                <h1 class="lesson__title">{erased(move || words().map_or(chapter.id, |w| w.title))}</h1>
                <p class="around__lead" inner_html=erased(move || words().map_or("", |w| w.goal))></p>
            </header>
            <div class="prose" inner_html=erased(move || words().map_or("", |w| w.text))></div>
            {(number > 1).then(|| view! { <Recall number/> })}
            <ol class="chapters">{erased(exercises)}</ol>
            <footer class="lesson__foot">{erased(back)}<span class="around__gap"></span>{erased(next)}</footer>
        </main>
    }
}

/// What has been learnt stays when it is asked for again later. It is fetched once it is wanted.
#[component]
fn Recall(number: usize) -> impl IntoView {
    let locale = use_locale();
    let is_opened = RwSignal::new(false);
    view! {
        <details class="disclosure" on:toggle=move |_| is_opened.set(true)>
            <summary class="disclosure__summary">
                <Icon name="chevron"/>
                {erased(move || locale.strings().chapter_recall(recall(number).len()))}
            </summary>
            <div class="disclosure__body">
                <Show when=erased(move || is_opened.get())>
                    <Lazy
                        part=recall::part()
                        view=erased(move || recall::view(number))
                        words=Some(Bundle::Around)
                    />
                </Show>
            </div>
        </details>
    }
}
