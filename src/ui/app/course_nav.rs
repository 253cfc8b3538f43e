//! The way through the course, with what is done.

use leptos::prelude::*;

use crate::course::{ChapterOutline, OUTLINE, chapter_of, chapter_title, exercise_title, minutes};
use crate::ui::components::{Icon, InTurn, Pips, draw_in_turns};
use crate::ui::erased::erased;
use crate::ui::loading::locale::use_locale;
use crate::ui::navigation::address::{Page, Place};
use crate::ui::state::progress::use_progress;

#[component]
pub fn CourseNav(#[prop(into)] place: Signal<Place>) -> impl IntoView {
    let locale = use_locale();
    let progress = use_progress();
    // It is long, and drawn while something else is read.
    draw_in_turns(async {});
    let total: usize = OUTLINE.iter().map(|chapter| chapter.core().count()).sum();
    let done = move || {
        progress
            .with(|progress| OUTLINE.iter().map(|chapter| chapter.done(progress)).sum::<usize>())
    };
    let chapters = OUTLINE
        .iter()
        .enumerate()
        .map(|(index, chapter)| {
            view! {
                <InTurn>
                    <NavChapter number=index + 1 chapter place/>
                </InTurn>
            }
        })
        .collect_view();
    let pages = Page::ALL
        .iter()
        .map(|page| {
            let page = *page;
            let is_here = move || (place.get() == Place::Page(page)).then_some("page");
            view! {
                <a
                    class="course-nav__exercise"
                    href=erased(move || Place::Page(page).href(locale.language()))
                    aria-current=erased(is_here)
                >
                    <Icon name=page.icon()/>
                    <span>{erased(move || page.name(locale.strings()))}</span>
                    <span class="course-nav__minutes">
                        <kbd class="kbd">"g"</kbd>
                        " "
                        <kbd class="kbd">{page.letter()}</kbd>
                    </span>
                </a>
            }
        })
        .collect_view();
    view! {
        <nav class="course-nav" aria-label=erased(move || locale.strings().course())>
            <div class="course-nav__head">
                <h2 class="course-nav__title">{erased(move || locale.strings().course())}</h2>
                <span class="course-nav__minutes">
                    {erased(move || locale.strings().course_done(done(), total))}
                </span>
            </div>
            <a class="course-nav__exercise" href=erased(move || Place::Home.href(locale.language()))>
                <Icon name="learn"/>
                <span>{erased(move || locale.strings().lesson_overview())}</span>
            </a>
            {chapters}
            <h3 class="overline course-nav__tools">{erased(move || locale.strings().course_beside())}</h3>
            {pages}
        </nav>
    }
}

#[component]
fn NavChapter(
    number: usize,
    chapter: &'static ChapterOutline,
    place: Signal<Place>,
) -> impl IntoView {
    let locale = use_locale();
    let progress = use_progress();
    let title = move || {
        chapter_title(chapter.id, locale.language()).map_or(chapter.id, |words| words.title)
    };
    let done = move || progress.with(|progress| chapter.done(progress));
    let is_here = move || match place.get() {
        Place::Exercise(id) => chapter_of(&id).is_some_and(|(here, _)| here == number),
        Place::Chapter(id) => id == chapter.id,
        Place::Home | Place::Page(_) => number == 1,
    };
    let item = move |id: &'static str| {
        let target = Place::Exercise(id.to_owned());
        let href = {
            let target = target.clone();
            move || target.href(locale.language())
        };
        let is_current = Memo::new(move |_| place.get() == target);
        let is_done = move || progress.with(|progress| progress.done(id).is_some());
        let state = Signal::derive(move || match (is_done(), is_current.get()) {
            (true, _) => "met",
            (false, true) => "current",
            (false, false) => "not-yet",
        });
        let title = move || exercise_title(id, locale.language()).unwrap_or(id);
        let done_word = move || is_done().then(|| locale.strings().verdict_met());
        view! {
            <li>
                <a
                    class="course-nav__exercise"
                    href=href
                    data-state=state
                    aria-current=erased(move || is_current.get().then_some("page"))
                >
                    <Icon name=state/>
                    <span>{erased(title)}</span>
                    <span class="visually-hidden">{erased(done_word)}</span>
                    <span class="course-nav__minutes">
                        {erased(move || locale.strings().minutes(minutes(id)))}
                    </span>
                </a>
            </li>
        }
    };
    let core = chapter.core().map(item).collect_view();
    let further: Vec<_> = chapter.further().map(item).collect();
    let further_title = (!further.is_empty()).then(|| {
        view! {
            <li class="course-nav__further">{erased(move || locale.strings().chapter_further())}</li>
        }
    });
    view! {
        <details class="course-nav__chapter" open=erased(is_here)>
            <summary class="course-nav__summary">
                <span class="course-nav__number">{number}</span>
                <span>{erased(title)}</span>
                <Pips done=Signal::derive(done) of=chapter.core().count()/>
            </summary>
            <ul class="course-nav__list">{core}{further_title}{further}</ul>
        </details>
    }
}
