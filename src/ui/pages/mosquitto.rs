//! Everything that differs on Mosquitto, exercise by exercise.

use leptos::prelude::*;

use crate::course::{OUTLINE, OnMosquitto, chapter_title, exercise_title, on_mosquitto};
use crate::language::Language;
use crate::ui::components::Deviations;
use crate::ui::erased::erased;
use crate::ui::loading::locale::use_locale;
use crate::ui::navigation::address::Place;

#[component]
pub fn MosquittoPage() -> impl IntoView {
    let locale = use_locale();
    let sections = move || {
        let language = locale.language();
        let found = on_mosquitto(language).unwrap_or_default();
        let everywhere = found.iter().filter(|one| one.exercise.is_none()).map(move |all| {
            view! {
                <section class="around__section">
                    <h2>{language.strings().mosquitto_everywhere()}</h2>
                    <Deviations of=&all.differences language/>
                </section>
            }
        });
        let chapters = OUTLINE.iter().filter_map(move |chapter| {
            let of = |id: &&'static str| found.iter().find(|one| one.exercise == Some(*id));
            let differ: Vec<_> = chapter.exercises.iter().filter_map(of).collect();
            let title = chapter_title(chapter.id, language)?.title;
            (!differ.is_empty()).then(|| {
                let exercises = differ.into_iter().map(|one| exercise(one, language));
                view! {
                    <section class="around__section">
                        <h2>{title}</h2>
                        {exercises.collect_view()}
                    </section>
                }
            })
        });
        (everywhere.collect_view(), chapters.collect_view())
    };
    view! {
        <main id="main" class="page page--words around">
            <header class="around__head">
                <h1 class="lesson__title">{erased(move || locale.strings().page_mosquitto())}</h1>
                <p class="around__lead">{erased(move || locale.strings().mosquitto_lead())}</p>
            </header>
            {erased(sections)}
        </main>
    }
}

fn exercise(one: &'static OnMosquitto, language: Language) -> impl IntoView + use<> {
    let id = one.exercise.unwrap_or_default();
    let elsewhere = (!one.elsewhere.is_empty()).then(|| {
        view! {
            <p class="overline">{language.strings().mosquitto_needs_tab()}</p>
            <div class="on-mosquitto__elsewhere" inner_html=one.elsewhere></div>
        }
    });
    view! {
        <section class="on-mosquitto__body" id=id>
            <h3>
                <a href=Place::Exercise(id.to_owned()).href(language)>
                    {exercise_title(id, language).unwrap_or(id)}
                </a>
            </h3>
            {elsewhere}
            <Deviations of=&one.differences language/>
        </section>
    }
}
