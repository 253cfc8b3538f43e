//! What was seen and done, what is left, and the progress as a file.

use leptos::prelude::*;

use crate::course::around::{QUESTIONS, Question};
use crate::course::{ImportError, OUTLINE, Progress, Sight, chapter_title, exercise_title};
use crate::language::{Language, Strings};
use crate::mqtt::{PacketType, PropertyId, ReasonCode};
use crate::ui::address::{Page, Place};
use crate::ui::browser;
use crate::ui::components::{Icon, Pips};
use crate::ui::live::live;
use crate::ui::locale::use_locale;
use crate::ui::progress::use_progress;

#[component]
pub fn FinishPage() -> impl IntoView {
    let locale = use_locale();
    let progress = use_progress();
    let tallies = move || {
        let language = locale.language();
        let tallies = progress.with(|progress| tallies(progress, language.strings()));
        tallies.into_iter().map(|tally| tally.view(language)).collect_view()
    };
    let left = move || {
        let language = locale.language();
        progress.with(|progress| left(progress, language))
    };
    view! {
        <main id="main" class="page page--words around">
            <header class="around__head">
                <h1 class="lesson__title">{live(move || locale.strings().page_finish)}</h1>
                <p class="around__lead">{live(move || locale.strings().finish_lead)}</p>
            </header>
            <ul class="tallies">{live(tallies)}</ul>
            {live(left)}
            <ProgressFile/>
        </main>
    }
}

/// So many of so many, and the names of what is missing.
struct Tally {
    title: &'static str,
    done: usize,
    of: usize,
    missing: Vec<&'static str>,
    more: Place,
}

fn tallies(progress: &Progress, strings: &'static Strings) -> Vec<Tally> {
    let seen = progress.seen();
    let tally = |title, of: usize, missing: Vec<&'static str>, more| Tally {
        title,
        done: of - missing.len(),
        of,
        missing,
        more,
    };
    let packets = PacketType::ALL.into_iter().filter(|p| !seen.has(Sight::Packet(*p)));
    let properties = PropertyId::ALL.iter().filter(|id| !seen.has_property(**id));
    let codes = ReasonCode::ALL.iter().filter(|code| !seen.has_reason_code(**code));
    let questions =
        QUESTIONS.iter().filter(|q: &&Question| progress.answer_to(q.id) != Some(q.correct));
    vec![
        tally(
            strings.finish_packets,
            PacketType::ALL.len(),
            packets.map(PacketType::name).collect(),
            Place::Home,
        ),
        tally(
            strings.finish_properties,
            PropertyId::ALL.len(),
            properties.map(|id| id.name()).collect(),
            Place::Home,
        ),
        tally(
            strings.finish_codes,
            ReasonCode::ALL.len(),
            codes.map(|code| code.name()).collect(),
            Place::Exercise("collect-them-all".to_owned()),
        ),
        tally(
            strings.page_questions,
            QUESTIONS.len(),
            questions.map(|_| "").collect(),
            Place::Page(Page::Questions),
        ),
    ]
}

impl Tally {
    fn view(self, language: Language) -> impl IntoView + use<> {
        let strings = language.strings();
        let state = if self.done == self.of { "met" } else { "not-yet" };
        let names: Vec<&str> = self.missing.into_iter().filter(|name| !name.is_empty()).collect();
        let missing = (!names.is_empty()).then(|| {
            view! {
                <details>
                    <summary>{strings.finish_missing}</summary>
                    <p class="tally__missing">{names.join(", ")}</p>
                </details>
            }
        });
        view! {
            <li class="tally" data-state=state>
                <a class="tally__number" href=self.more.href(language)>
                    <strong>{self.done}</strong>
                    {format!(" / {}", self.of)}
                </a>
                <span class="tally__title">{self.title}</span>
                {missing}
            </li>
        }
    }
}

/// Chapters with what is done of each, and the next exercise of those that are not complete.
fn left(progress: &Progress, language: Language) -> impl IntoView + use<> {
    let rows = OUTLINE.iter().enumerate().map(|(index, chapter)| {
        let done = chapter.done(progress);
        let words = chapter_title(chapter.id, language);
        let open = chapter.exercises.iter().find(|id| progress.done(id).is_none()).copied();
        let next = open.map(|id| {
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
                <Pips done=Signal::stored(done) of=chapter.exercises.len()/>
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
            Ok(()) => ("met", "met", strings.finish_imported.to_owned()),
            Err(ImportError::NotProgress(why)) => {
                ("contradicted", "warning", strings.finish_not_progress(why))
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
            <h2>{live(move || locale.strings().finish_file)}</h2>
            <p>{live(move || locale.strings().finish_file_why)}</p>
            <div class="button-row">
                <button class="button" on:click=export>
                    <Icon name="export"/>
                    {live(move || locale.strings().finish_export)}
                </button>
                <label class="button">
                    <Icon name="up"/>
                    {live(move || locale.strings().finish_import)}
                    <input
                        class="visually-hidden"
                        type="file"
                        accept="application/json,.json"
                        on:change=import
                    />
                </label>
            </div>
            {live(told)}
        </section>
    }
}
