//! The parts of the page that a first visitor does without: they arrive while the page is idle, or when
//! they are wanted, whatever is first.

use std::time::Duration;

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::address::{Page, Place};
use super::broker_view::Panel;
use super::bundles;
use super::components::{BrokerForm, CourseNav, KeysDialog};
use super::elsewhere::ElsewhereDialog;
use super::inspector::Inspector;
use super::ladder::LadderView;
use super::lazy::{Part, parts};
use super::lesson::OnMosquitto;
use super::locale::Locale;
use super::pages::{
    BenchPage, CapturesPage, ChapterPage, ChecklistPage, ComposerPage, ExercisePage, FinishPage,
    LiveWire, MosquittoPage, QuestionsPage, RecallQuestions, ReferencePage, TroubleshootingPage,
};
use crate::capture::ClientSlot;
use crate::elsewhere::Task;
use crate::words::{self, Bundle};

parts! {
    /// An exercise with its bench, and the code that checks it.
    bench: fn exercise_page(id: String) {
        view! { <ExercisePage id/> }.into_any()
    }
    bench: fn chapter_page(id: String) {
        view! { <ChapterPage id/> }.into_any()
    }
    /// The free bench.
    bench: fn bench_page() {
        view! { <BenchPage/> }.into_any()
    }
    /// The pages beside the course.
    bench: fn around_page(page: Page) {
        match page {
            Page::Questions => view! { <QuestionsPage/> }.into_any(),
            Page::Checklist => view! { <ChecklistPage/> }.into_any(),
            Page::Troubleshooting => view! { <TroubleshootingPage/> }.into_any(),
            Page::Finish => view! { <FinishPage/> }.into_any(),
            Page::Mosquitto => view! { <MosquittoPage/> }.into_any(),
            // Parts of their own.
            Page::Bench | Page::Composer | Page::Reference | Page::Captures => ().into_any(),
        }
    }
    /// What is asked about earlier chapters.
    bench: fn recall(chapter: usize) {
        view! { <RecallQuestions chapter/> }.into_any()
    }
    /// What differs on Mosquitto in an exercise.
    bench: fn on_mosquitto(exercise: &'static str) {
        view! { <OnMosquitto exercise/> }.into_any()
    }
    more: fn reference_page() {
        view! { <ReferencePage/> }.into_any()
    }
    /// Captures beside the live one, with everything that reads files.
    more: fn captures_page() {
        view! { <CapturesPage/> }.into_any()
    }
    /// Any packet built, broken and sent.
    more: fn composer_page() {
        view! { <ComposerPage/> }.into_any()
    }
    /// A packet as other clients would send it.
    more: fn elsewhere_dialog(shown: RwSignal<Option<Task>>) {
        view! { <ElsewhereDialog shown/> }.into_any()
    }
    /// What passes on the home page's live connection.
    wire: fn live_wire(client: ClientSlot) {
        view! { <LiveWire client/> }.into_any()
    }
    /// The choice of a broker.
    wire: fn broker_form(toggles: RwSignal<u32>, hide: Callback<()>) {
        view! { <BrokerForm toggles hide/> }.into_any()
    }
    /// The way through the course.
    wire: fn course_nav(place: Signal<Place>) {
        view! { <CourseNav place/> }.into_any()
    }
    /// The keys of the page.
    wire: fn keys_dialog(open: RwSignal<bool>) {
        view! { <KeysDialog open/> }.into_any()
    }
    /// A packet to the last bit.
    wire: fn inspector(head: bool) {
        view! { <Inspector head/> }.into_any()
    }
    /// The wire as a sequence diagram.
    bench: fn ladder(is_picture: bool) {
        view! { <LadderView is_picture/> }.into_any()
    }
    /// The inside of the broker in the tab.
    more: fn broker_panel() {
        view! { <Panel/> }.into_any()
    }
}

/// The part that a place shows at first, if it is not on the home page.
pub fn of(place: &Place) -> Option<&'static Part> {
    match place {
        Place::Home => None,
        Place::Exercise(_) => Some(exercise_page::part()),
        Place::Chapter(_) => Some(chapter_page::part()),
        Place::Page(Page::Bench) => Some(bench_page::part()),
        Place::Page(Page::Composer) => Some(composer_page::part()),
        Place::Page(Page::Reference) => Some(reference_page::part()),
        Place::Page(Page::Captures) => Some(captures_page::part()),
        Place::Page(_) => Some(around_page::part()),
    }
}

/// What is fetched ahead, in this order.
fn ahead() -> Vec<&'static Part> {
    vec![
        live_wire::part(),
        inspector::part(),
        course_nav::part(),
        broker_form::part(),
        exercise_page::part(),
        ladder::part(),
        broker_panel::part(),
        chapter_page::part(),
        around_page::part(),
        bench_page::part(),
        on_mosquitto::part(),
        recall::part(),
        composer_page::part(),
        elsewhere_dialog::part(),
        reference_page::part(),
        captures_page::part(),
        keys_dialog::part(),
    ]
}

/// Whether what is fetched ahead is there; provided by the app.
#[derive(Clone, Copy)]
pub struct Ahead(RwSignal<bool>);

impl Ahead {
    /// Fetches one part after the other once the page has come to rest, and then the words of the
    /// chapters, so that clicks find them there. What does not arrive is fetched again when it is wanted.
    pub fn begin(locale: Locale) -> Ahead {
        let ahead = Ahead(RwSignal::new(false));
        provide_context(ahead);
        let fetch = async move {
            let fetch = async |bundle| {
                // The page may be gone.
                if let Some(language) = locale.try_language() {
                    bundles::fetch(&[bundle], language).await;
                }
            };
            fetch(Bundle::Glossary).await;
            for part in self::ahead() {
                part.fetch().await;
            }
            let _ = ahead.0.try_set(true);
            for bundle in words::all() {
                fetch(bundle).await;
            }
        };
        set_timeout(|| spawn_local(fetch), Duration::from_secs(1));
        ahead
    }

    /// True once the content should be rendered: its chunk is loaded, or the user opened it.
    pub fn or(
        self,
        part: &'static Part,
        is_opened: impl Fn() -> bool + Send + Sync + 'static,
    ) -> impl Fn() -> bool + Clone + Send + Sync + 'static {
        let is_there = part.is_there();
        let is_drawn = Memo::new(move |before| {
            before == Some(&true) || is_there || self.0.get() || is_opened()
        });
        move || is_drawn.get()
    }
}

pub fn use_ahead() -> Ahead {
    expect_context()
}
