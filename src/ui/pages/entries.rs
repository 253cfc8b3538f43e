//! The pages that arrive later, which are all but the first.

use leptos::prelude::*;

use super::{
    BenchPage, CapturesPage, ChapterPage, ChecklistPage, ComposerPage, ExaminePage, ExercisePage,
    FinishPage, LiveClient, LiveWire, MeasurePage, MosquittoPage, QuestionsPage, RecallQuestions,
    ReferencePage, TrafficPage, TroubleshootingPage,
};
use crate::course::Picture;
use crate::ui::lesson::view::LessonSession;
use crate::ui::loading::part::parts;
use crate::ui::navigation::address::Page;
use crate::ui::pictures::view::draw;

parts! {
    /// An exercise with its bench, and the code that checks it.
    course: fn exercise_page(id: String) {
        view! { <ExercisePage id/> }.into_any()
    }
    around: fn chapter_page(id: String) {
        view! { <ChapterPage id/> }.into_any()
    }
    /// The free bench.
    around: fn bench_page() {
        view! { <BenchPage/> }.into_any()
    }
    /// The pages beside the course.
    around: fn around_page(page: Page) {
        match page {
            Page::Questions => view! { <QuestionsPage/> }.into_any(),
            Page::Checklist => view! { <ChecklistPage/> }.into_any(),
            Page::Troubleshooting => view! { <TroubleshootingPage/> }.into_any(),
            Page::Finish => view! { <FinishPage/> }.into_any(),
            Page::Mosquitto => view! { <MosquittoPage/> }.into_any(),
            // Parts of their own.
            Page::Bench
            | Page::Composer
            | Page::Reference
            | Page::Captures
            | Page::Traffic
            | Page::Examine
            | Page::Measure => ().into_any(),
        }
    }
    /// A picture of what passes, of an exercise where there is one.
    around: fn picture(of: Picture, session: Option<LessonSession>) {
        draw(of, session)
    }
    /// What is asked about earlier chapters.
    around: fn recall(chapter: usize) {
        view! { <RecallQuestions chapter/> }.into_any()
    }
    tools: fn reference_page() {
        view! { <ReferencePage/> }.into_any()
    }
    /// Captures beside the live one, with everything that reads files.
    tools: fn captures_page() {
        view! { <CapturesPage/> }.into_any()
    }
    /// A broker examined, and reports of it.
    tools: fn examine_page() {
        view! { <ExaminePage/> }.into_any()
    }
    /// Round trip and throughput of a broker.
    tools: fn measure_page() {
        view! { <MeasurePage/> }.into_any()
    }
    /// The packets of one's own applications.
    tools: fn traffic_page() {
        view! { <TrafficPage/> }.into_any()
    }
    /// Any packet built, broken and sent.
    tools: fn composer_page() {
        view! { <ComposerPage/> }.into_any()
    }
    /// The client of the home page, and what passes on its connection.
    home: fn live_wire(live: LiveClient) {
        view! { <LiveWire live/> }.into_any()
    }
}
