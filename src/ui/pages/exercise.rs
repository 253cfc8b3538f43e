//! An exercise: words and steps beside the stage, the wire below.

use leptos::prelude::*;
use leptos::task::tick;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use super::NotFoundPage;
use super::entries::picture;
use super::panes::{Arrangement, WireBelow, percent};
use super::reading;
use crate::course::{Exercise, exercise, exercise_title};
use crate::ui::broker_choice::view::follow_access;
use crate::ui::browser::{focus_in_place, scroll_to_top};
use crate::ui::client_panel::view::Desk;
use crate::ui::components::{Axis, DrawnBehind, InTurn, Lazy, Splitter, draw_in_turns};
use crate::ui::erased::erased;
use crate::ui::ladder::view::entry::ladder;
use crate::ui::lesson::view::{Lesson, LessonSession, TaskStrip};
use crate::ui::loading::locale::use_locale;
use crate::ui::navigation::kept_page::use_behind;
use crate::ui::navigation::pane::{Pane, use_pane};
use crate::ui::packet_list::view::WireState;
use crate::ui::stage::view::{Cast, PaneTabs, Panels};
use crate::ui::state::progress::use_progress;
use crate::ui::state::store::use_store;

#[component]
pub fn ExercisePage(id: String) -> impl IntoView {
    match exercise(&id) {
        Some((_, exercise)) => view! { <Found exercise/> }.into_any(),
        None => view! { <NotFoundPage id/> }.into_any(),
    }
}

#[component]
fn Found(exercise: &'static Exercise) -> impl IntoView {
    let store = use_store();
    let locale = use_locale();
    let behind = use_behind();
    let pane = use_pane();
    pane.set(Pane::Learn);
    let wire = WireState::provide_beside(exercise.picture.is_none());
    let desk = Desk::provide(true);
    follow_access(store);
    let session = LessonSession::begin(exercise, store, use_progress());

    let Arrangement { across, down, panels } = Arrangement::remembered();
    begin_at_the_top(session, desk);
    let drawn_behind = use_context::<DrawnBehind>();
    if let Some(behind) = drawn_behind {
        draw_in_turns(take_the_place_of_the_words(behind));
    }
    let is_drawn = move || !drawn_behind.is_some_and(DrawnBehind::is_so);
    show_what_met_a_step(session, desk);
    view! {
        <main
            id=erased(move || behind.main_id().filter(|_| is_drawn()))
            hidden=erased(move || behind.is_covered() || !is_drawn())
            class="exercise-page"
            data-pane=erased(move || pane.get().key())
            style:--split-x=erased(move || percent(across.get()))
        >
            // The heading in the words is not there while another tab is.
            <h1 class="exercise-page__title visually-hidden">
                {erased(move || exercise_title(exercise.id, locale.language()))}
            </h1>
            <section class="exercise-page__words" aria-label=erased(move || locale.strings().pane_learn())>
                <InTurn>
                    <TaskStrip session/>
                </InTurn>
                <div class="exercise-page__learn" id="pane-learn" tabindex="-1">
                    <InTurn>
                        <Lesson session/>
                    </InTurn>
                </div>
            </section>
            <Splitter
                axis=Axis::Across
                share=across
                default=38.0
                label=Signal::derive(move || locale.strings().splitter_across())
            />
            <div
                class="exercise-page__work"
                style:--split-y=erased(move || percent(down.get()))
                data-enlarged=erased(move || wire.enlarged.get().then_some("wire"))
            >
                <ExerciseStage exercise session desk share=panels/>
                <WireBelow share=down default=56.0/>
            </div>
            <InTurn>
                <PaneTabs
                    panes=&[Pane::Learn, Pane::Bench, Pane::Wire]
                    wire
                    starts=Signal::derive(move || session.starts())
                />
            </InTurn>
        </main>
    }
}

/// The cast, the picture, and the panels beside it.
#[component]
fn ExerciseStage(
    exercise: &'static Exercise,
    session: LessonSession,
    desk: Desk,
    share: RwSignal<Option<f64>>,
) -> impl IntoView {
    let locale = use_locale();
    let shown = move || match exercise.picture {
        Some(of) => {
            let view = erased(move || picture::view(of, Some(session)));
            view! { <Lazy part=picture::part() view/> }.into_any()
        }
        None => view! { <Lazy part=ladder::part() view=erased(|| ladder::view(true))/> }.into_any(),
    };
    view! {
        <section
            class="exercise-page__bench stage"
            id="pane-bench"
            tabindex="-1"
            aria-label=erased(move || locale.strings().pane_bench())
        >
            <InTurn>
                <Cast/>
            </InTurn>
            <div
                class="stage__floor"
                data-panels=erased(move || desk.count())
                style:--split-panels=erased(move || percent(share.get()))
            >
                <div
                    class="stage__picture"
                    id="picture"
                    data-picture=exercise.picture.map_or("ladder", |picture| picture.key())
                >
                    <InTurn>{shown()}</InTurn>
                </div>
                <Show when=erased(move || { desk.count() > 0 })>
                    <Splitter
                        axis=Axis::Across
                        share
                        default=48.0
                        label=Signal::derive(move || locale.strings().splitter_panels())
                    />
                </Show>
                <InTurn>
                    <Panels/>
                </InTurn>
            </div>
        </section>
    }
}

/// A reader who came before the bench keeps the place, and the focus stays in the words.
async fn take_the_place_of_the_words(behind: DrawnBehind) {
    let reading = document().query_selector(reading::PANE).ok().flatten();
    let place = reading.map_or(0, |reading| reading.scroll_top());
    let had_focus = document()
        .active_element()
        .is_some_and(|it| it.closest(".exercise-page").is_ok_and(|page| page.is_some()));
    behind.end();
    // In the same task, so that nothing is painted twice, or moves.
    tick().await;
    let pane = document().get_element_by_id("pane-learn");
    let Some(pane) = pane.and_then(|pane| pane.dyn_into::<HtmlElement>().ok()) else { return };
    pane.set_scroll_top(place);
    if had_focus {
        focus_in_place(&pane);
    }
}

/// Every run begins at its top, whatever was there before the one that is over.
fn begin_at_the_top(session: LessonSession, desk: Desk) {
    Effect::new(move |before: Option<()>| {
        session.starts();
        desk.close_all();
        if before.is_none() {
            return;
        }
        request_animation_frame(|| {
            for pane in ["pane-learn", "pane-bench", "picture"] {
                scroll_to_top(pane);
            }
        });
    });
}

/// What has met a step is to be seen in the picture.
fn show_what_met_a_step(session: LessonSession, desk: Desk) {
    let current = Memo::new(move |_| session.current());
    Effect::new(move |before: Option<Option<usize>>| {
        let now = current.get();
        if before.is_some_and(|before| before != now) {
            desk.uncover_picture();
        }
        now
    });
}
