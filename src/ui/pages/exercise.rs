//! An exercise: words and steps beside the bench, the wire below.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use super::NotFoundPage;
use crate::course::{Exercise, Picture, exercise};
use crate::ui::behind::use_behind;
use crate::ui::browser::focus_within;
use crate::ui::client_panel::Bench;
use crate::ui::components::{Axis, Icon, Splitter};
use crate::ui::lesson::{Lesson, LessonSession, TaskStrip, scroll_to};
use crate::ui::live::live;
use crate::ui::locale::use_locale;
use crate::ui::packet_list::WireState;
use crate::ui::pane::{Pane, use_pane};
use crate::ui::pictures;
use crate::ui::progress::use_progress;
use crate::ui::storage::{self, Key};
use crate::ui::store::use_store;
use crate::ui::wire::Wire;

/// How the learner has arranged the panes, in percent.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
struct Shares {
    across: Option<f64>,
    down: Option<f64>,
}

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
    let wire = WireState::provide();
    let session = LessonSession::begin(exercise, store, use_progress());

    let remembered = storage::load::<Shares>(Key::Panels).unwrap_or_default();
    let across = RwSignal::new(remembered.across);
    let down = RwSignal::new(remembered.down);
    Effect::new(move |before: Option<()>| {
        let shares = Shares { across: across.get(), down: down.get() };
        if before.is_some() {
            storage::save(Key::Panels, &shares);
        }
    });
    let percent = |share: Option<f64>| share.map(|share| format!("{share:.1}%"));

    // A badge counts what has passed since the wire was last looked at.
    let seen = RwSignal::new(0_u64);
    let newest = move || store.with_capture(|capture| capture.next_id().0);
    Effect::new(move || {
        let newest = newest();
        if pane.get() == Pane::Wire {
            seen.set(newest);
        }
    });
    Effect::new(move || {
        session.starts();
        seen.set(store.peek(|lab| lab.capture().next_id().0));
    });
    // Whoever goes to the bench wants to see it.
    Effect::new(move || {
        if pane.get() == Pane::Bench && wire.enlarged.get_untracked() {
            wire.enlarged.set(false);
            request_animation_frame(|| {
                if let Some(body) = document().body() {
                    focus_within(&body, "#pane-bench");
                }
            });
        }
    });
    let unseen = move || newest().saturating_sub(seen.get());
    let first = exercise.picture.filter(|picture| picture.comes_first());
    let below = exercise.picture.filter(|picture| !picture.comes_first());

    view! {
        <main
            id=live(move || behind.main_id())
            hidden=live(move || behind.is_covered())
            class="exercise-page"
            data-pane=live(move || pane.get().key())
            style:--split-x=live(move || percent(across.get()))
        >
            <section class="exercise-page__words" aria-label=live(move || locale.strings().pane_learn)>
                <TaskStrip session/>
                <div class="exercise-page__learn" id="pane-learn" tabindex="-1">
                    <Lesson session/>
                </div>
            </section>
            <Splitter
                axis=Axis::Across
                share=across
                default=40.0
                label=Signal::derive(move || locale.strings().splitter_across)
            />
            <div
                class="exercise-page__work"
                style:--split-y=live(move || percent(down.get()))
                data-enlarged=live(move || wire.enlarged.get().then_some("wire"))
            >
                <section
                    class="exercise-page__bench"
                    id="pane-bench"
                    tabindex="-1"
                    aria-label=live(move || locale.strings().pane_bench)
                >
                    {first.map(|picture| drawn(picture, session))}
                    <Bench/>
                    {below
                        .map(|picture| {
                            view! {
                                // Seen at the lower edge as long as the picture is below it.
                                <button class="picture-mark" on:click=move |_| scroll_to("picture")>
                                    <Icon name="down" small=true/>
                                    {live(move || locale.strings().bench_picture)}
                                </button>
                                {drawn(picture, session)}
                            }
                        })}
                </section>
                <Splitter
                    axis=Axis::Down
                    share=down
                    default=52.0
                    label=Signal::derive(move || locale.strings().splitter_down)
                />
                <section
                    class="exercise-page__wire"
                    id="pane-wire"
                    tabindex="-1"
                    aria-label=live(move || locale.strings().pane_wire)
                >
                    <Wire/>
                </section>
            </div>
            <nav class="pane-tabs" role="tablist" aria-label=live(move || locale.strings().panes)>
                {[Pane::Learn, Pane::Bench, Pane::Wire]
                    .map(|tab| {
                        view! {
                            <button
                                class="pane-tabs__tab"
                                role="tab"
                                aria-selected=live(move || (pane.get() == tab).to_string())
                                aria-controls=format!("pane-{}", tab.key())
                                on:click=move |_| pane.set(tab)
                            >
                                <Icon name=tab.key()/>
                                {live(move || tab.name(locale.strings()))}
                                <Show when=live(move || tab == Pane::Wire && (unseen() > 0))>
                                    <span class="badge badge--new">{live(move || unseen().min(999))}</span>
                                </Show>
                            </button>
                        }
                    })
                    .collect_view()}
            </nav>
        </main>
    }
}

fn drawn(picture: Picture, session: LessonSession) -> impl IntoView {
    view! { <div id="picture">{pictures::draw(picture, session)}</div> }
}
