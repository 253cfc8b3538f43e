//! What was seen and achieved, what is left, and the progress as a file.

use leptos::prelude::*;

use crate::course::{ImportError, OUTLINE, Progress, chapter_title, exercise_title};
use crate::language::{Language, Strings};
use crate::ui::browser;
use crate::ui::components::{Icon, Pips};
use crate::ui::erased::erased;
use crate::ui::finish::model::{Record, Tally, records, tallies};
use crate::ui::format::quoted;
use crate::ui::loading::locale::use_locale;
use crate::ui::navigation::address::Place;
use crate::ui::state::progress::use_progress;

#[component]
pub fn FinishPage() -> impl IntoView {
    let locale = use_locale();
    let progress = use_progress();
    let tallies = move || {
        let language = locale.language();
        let tallies = progress.with(|progress| tallies(progress, language));
        tallies.into_iter().map(|tally| tally_view(tally, language.strings())).collect_view()
    };
    let bests = move || {
        let language = locale.language();
        bests(progress.with(|progress| records(progress, language)), language)
    };
    let left = move || {
        let language = locale.language();
        progress.with(|progress| left(progress, language))
    };
    let outlook = move || {
        let strings = locale.strings();
        let lines = [
            strings.finish_next_reconnect(),
            strings.finish_next_production(),
            strings.finish_next_bridges(),
            strings.finish_next_cloud(),
            strings.finish_next_standard(),
        ];
        lines.map(|line| view! { <li>{line}</li> }).collect_view()
    };
    view! {
        <main id="main" class="page page--words around">
            <header class="around__head">
                <h1 class="lesson__title">{erased(move || locale.strings().page_finish())}</h1>
                <p class="around__lead">{erased(move || locale.strings().finish_lead())}</p>
            </header>
            <ul class="tallies">{erased(tallies)}</ul>
            <section class="around__section">
                <h2>{erased(move || locale.strings().finish_bests())}</h2>
                {erased(bests)}
            </section>
            <section class="around__section">
                <h2>{erased(move || locale.strings().finish_left())}</h2>
                {erased(left)}
            </section>
            <section class="around__section">
                <h2>{erased(move || locale.strings().finish_next_title())}</h2>
                <ul class="prose">{erased(outlook)}</ul>
            </section>
            <ProgressFile/>
        </main>
    }
}

fn tally_view(tally: Tally, strings: &'static Strings) -> impl IntoView + use<> {
    let state = if tally.done == tally.of { "met" } else { "not-yet" };
    let missing = (!tally.missing.is_empty()).then(|| {
        let links = tally.missing.into_iter();
        let links = links.map(|(name, href)| view! { <li><a href=href>{name}</a></li> });
        view! {
            <details>
                <summary>{strings.finish_missing()}</summary>
                <ul class="tally__missing">{links.collect_view()}</ul>
            </details>
        }
    });
    view! {
        <li class="tally" data-state=state>
            <a class="tally__number" href=tally.href>
                <strong>{tally.done}</strong>
                {format!(" / {}", tally.of)}
                <span class="tally__title">{tally.title}</span>
            </a>
            {missing}
        </li>
    }
}

/// The learner's own savings and round trips, or where to get them.
fn bests(records: Vec<Record>, language: Language) -> impl IntoView + use<> {
    let strings = language.strings();
    let rows = records.into_iter().map(|record| {
        let href = Place::Exercise(record.exercise.to_owned()).href(language);
        let title = exercise_title(record.exercise, language).unwrap_or(record.exercise);
        let result = match record.result {
            Some(result) => view! { <strong class="bests__result">{result}</strong> }.into_any(),
            None => {
                view! { <span class="bests__none">{strings.finish_none_yet()}</span> }.into_any()
            }
        };
        view! {
            <li class="bests__row">
                <span class="bests__title">{record.title}</span>
                {result}
                <span class="bests__how">{record.how}<a href=href>{title}</a></span>
            </li>
        }
    });
    view! { <ul class="bests">{rows.collect_view()}</ul> }
}

/// Chapters with what is done of each, and the next exercise of those that are not complete.
fn left(progress: &Progress, language: Language) -> impl IntoView + use<> {
    let rows = OUTLINE.iter().enumerate().map(|(index, chapter)| {
        let done = chapter.done(progress);
        let words = chapter_title(chapter.id, language);
        let next = chapter.next(progress).map(|id| {
            let title = exercise_title(id, language).unwrap_or(id);
            view! { <a href=Place::Exercise(id.to_owned()).href(language)>{title}</a> }
        });
        view! {
            <li class="chapter">
                <span class="chapter__number">{index + 1}</span>
                <span>
                    <a class="chapter__title" href=Place::Chapter(chapter.id.to_owned()).href(language)>
                        {words.map_or(chapter.id, |words| words.title)}
                    </a>
                    " "
                    <span class="chapter__about">{next}</span>
                </span>
                <Pips done=Signal::stored(done) of=chapter.core().count()/>
            </li>
        }
    });
    view! { <ol class="chapters">{rows.collect_view()}</ol> }
}

/// Progress leaves as a file and comes back from one.
#[component]
fn ProgressFile() -> impl IntoView {
    let locale = use_locale();
    let progress = use_progress();
    let outcome = RwSignal::new(None::<Result<(), ImportError>>);
    let export = move |_| {
        let text = progress.with_untracked(Progress::export);
        browser::save("mqtt5-playground-progress.json", "application/json", &text);
    };
    let import = move |event: leptos::ev::Event| {
        browser::read_chosen_file(&event, move |text| {
            let read = Progress::import(&text);
            // The learner may have left the page while the browser was reading.
            let _ = outcome.try_set(Some(read.map(|read| progress.replace(read))));
        });
    };
    let told = move || {
        let strings = locale.strings();
        let (state, icon, words) = match outcome.get()? {
            Ok(()) => ("met", "met", strings.finish_imported().to_owned()),
            Err(ImportError::NotProgress(why)) => {
                ("contradicted", "warning", strings.finish_not_progress(quoted(&why)))
            }
            Err(ImportError::Version(version)) => {
                ("contradicted", "warning", strings.finish_newer_version(version))
            }
        };
        Some(
            view! { <p class="status" data-state=state role="status"><Icon name=icon/>{words}</p> },
        )
    };
    view! {
        <section class="around__section">
            <h2>{erased(move || locale.strings().finish_file())}</h2>
            <p>{erased(move || locale.strings().finish_file_why())}</p>
            <div class="button-row">
                <button class="button" on:click=export>
                    <Icon name="export"/>
                    {erased(move || locale.strings().finish_export())}
                </button>
                <label class="button">
                    <Icon name="up"/>
                    {erased(move || locale.strings().finish_import())}
                    <input
                        class="visually-hidden"
                        type="file"
                        accept="application/json,.json"
                        on:change=import
                    />
                </label>
            </div>
            {erased(told)}
        </section>
    }
}
