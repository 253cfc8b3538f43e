//! The lesson: title, why, steps, and what comes after.

mod by_hand;
mod control;
mod controls;
pub mod entry;
mod hints;
mod needs;
mod on_mosquitto;
mod player;
mod prediction;
mod session;
mod step;
mod strip;
mod verdict;

pub use on_mosquitto::OnMosquitto;
pub use player::make as make_move;
pub use session::LessonSession;
pub use strip::{TaskStrip, scroll_to};

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use crate::course::{Broker, Unmet, exercise_prose, exercise_title, neighbours};
use crate::link::Target;
use crate::ui::browser::focus_within;
use crate::ui::components::{Icon, InTurn, SpecRef};
use crate::ui::erased::erased;
use crate::ui::lesson::model::chapter_line;
use crate::ui::loading::locale::use_locale;
use crate::ui::navigation::address::Place;
use crate::ui::navigation::pane::{Pane, use_pane};
use crate::ui::state::progress::use_progress;
use on_mosquitto::OnMosquittoFold;
use player::play;
use step::StepView;

#[component]
pub fn Lesson(session: LessonSession) -> impl IntoView {
    let locale = use_locale();
    let id = session.exercise.id;
    let words = move || exercise_prose(id, locale.language());
    let title = move || words().map_or(id, |words| words.title);
    let where_ = move || match session.exercise.broker {
        Broker::Any => locale.strings().lesson_any_broker(),
        Broker::InTab => locale.strings().lesson_in_tab_broker(),
    };
    let chapter = move || chapter_line(id, locale.language());
    // Where it matters now it stands first.
    let is_elsewhere = move || session.store().target() != Target::InTab;
    bring_into_sight(session);
    bring_contradiction_into_sight(session);
    let steps = (0..session.exercise.steps.len())
        .map(|index| {
            view! {
                <InTurn>
                    <StepView session index/>
                </InTurn>
            }
        })
        .collect_view();
    view! {
        <article class="lesson">
            <header class="lesson__head">
                <p class="overline">{erased(chapter)}</p>
                <h1 class="lesson__title">{erased(title)}</h1>
                <p class="lesson__meta">
                    <span>{erased(where_)}</span>
                    {session
                        .exercise
                        .spec
                        .iter()
                        .map(|section| view! { <SpecRef section=*section/> })
                        .collect_view()}
                </p>
            </header>
            <Elsewhere session/>
            <Show when=erased(is_elsewhere)>
                <OnMosquittoFold exercise=id/>
            </Show>
            <div
                class="prose"
                inner_html=erased(move || session.fill(words().map_or("", |words| words.why), None))
            ></div>
            <ol class="steps">{steps}</ol>
            <Show when=erased(move || !is_elsewhere())>
                <OnMosquittoFold exercise=id/>
            </Show>
            <InTurn>
                <Done session/>
                <Foot session/>
            </InTurn>
        </article>
    }
}

/// Each step that is met brings the one after it into sight, below what the met one has shown.
fn bring_into_sight(session: LessonSession) {
    let current = Memo::new(move |_| session.current());
    let pane = use_pane();
    // While another pane is in sight on a narrow screen, nothing can be scrolled here.
    let missed = StoredValue::new(None);
    Effect::new(move || {
        if pane.get() == Pane::Learn {
            request_animation_frame(move || {
                if let Some(Some((met, next))) = missed.try_update_value(Option::take) {
                    scroll_between(met, next);
                }
            });
        }
    });
    let told = Memo::new(move |_| session.latest_told());
    Effect::new(move |before: Option<InSight>| {
        let (run, now, told) = (session.starts(), current.get(), told.get());
        let before = before.filter(|before| before.run == run);
        let step_met = before.and_then(|before| before.now).filter(|met| now != Some(*met));
        // What a prediction came to may be told after the step was met, and takes room above the next one.
        let newly_told = told.filter(|_| before.is_some_and(|before| before.told != told));
        let shown = match step_met {
            Some(met) => {
                let met_along = now.unwrap_or(session.exercise.steps.len()) > met + 1;
                // Of steps that were met together the first one begins what has not been read yet.
                let next = match now {
                    _ if met_along => met,
                    Some(now) => now,
                    None => met + 1,
                };
                Some((met, next))
            }
            None => before.and_then(|before| before.shown),
        };
        if let Some((met, next)) = shown.filter(|_| step_met.is_some() || newly_told.is_some()) {
            let first = newly_told.map_or(met, |told| told.min(met));
            let name = |index: usize| session.exercise.steps.get(index).map(|step| step.id);
            let (first, next) = (name(first), name(next));
            let had_focus = document()
                .active_element()
                .is_some_and(|it| it.closest(".steps").is_ok_and(|steps| steps.is_some()));
            request_animation_frame(move || {
                if !scroll_between(first, next) {
                    missed.try_set_value(Some((first, next)));
                }
                if had_focus {
                    keep_focus();
                }
            });
        }
        InSight { run, now, told, shown }
    });
}

/// What was last brought into sight.
#[derive(Clone, Copy)]
struct InSight {
    run: u32,
    now: Option<usize>,
    told: Option<usize>,
    /// The step that was met, and the one that was to be seen whole.
    shown: Option<(usize, usize)>,
}

/// What contradicts the step in hand is told below its words, which may be below the edge of the pane.
fn bring_contradiction_into_sight(session: LessonSession) {
    let contradicted = Memo::new(move |_| {
        let index = session.current()?;
        let is_contradicted =
            session.verdict(index)?.is_err_and(|unmet| matches!(unmet, Unmet::Contradicted { .. }));
        is_contradicted.then(|| session.exercise.steps[index].id)
    });
    let pane = use_pane();
    Effect::new(move || {
        pane.track();
        let Some(step) = contradicted.get() else { return };
        request_animation_frame(move || {
            let verdict = document().query_selector(&format!("#step-{step} .verdict"));
            if let Ok(Some(verdict)) = verdict {
                let options = web_sys::ScrollIntoViewOptions::new();
                options.set_block(web_sys::ScrollLogicalPosition::Nearest);
                verdict.scroll_into_view_with_scroll_into_view_options(&options);
            }
        });
    });
}

/// What had the focus may have gone with its step: then the step in hand has it, or the words at the end.
pub fn keep_focus() {
    let focused = document().active_element().and_then(|it| it.dyn_into::<HtmlElement>().ok());
    let is_kept = focused.is_some_and(|it| it.tag_name() != "BODY" && it.offset_parent().is_some());
    if let (false, Some(body)) = (is_kept, document().body()) {
        const NEXT: &str = ".step[aria-current] .step__toggle, #lesson-done";
        focus_within(&body, NEXT);
    }
}

/// Scrolls so that the step in hand is whole in sight, and as much as fits of what stands above it. Tells whether the
/// pane could be scrolled.
fn scroll_between(met: Option<&str>, next: Option<&str>) -> bool {
    let element = |id: &str| document().get_element_by_id(id);
    let place = |id: Option<&str>| {
        element(&format!("step-{}", id?)).map(|step| step.get_bounding_client_rect())
    };
    let Some(pane) = element("pane-learn").filter(|pane| pane.client_height() > 0) else {
        return false;
    };
    let end = next.is_none().then(|| element("lesson-done")).flatten();
    let next = place(next).or_else(|| end.map(|end| end.get_bounding_client_rect()));
    let (Some(met), Some(next)) = (place(met), next) else { return true };
    let view = pane.get_bounding_client_rect();
    let to = next.top().min(met.top().max(next.bottom() - view.height() + 2.0 * f64::from(EDGE)));
    let by = to - view.top() - f64::from(EDGE);
    let options = web_sys::ScrollToOptions::new();
    options.set_top(f64::from(pane.scroll_top()) + by);
    if window()
        .match_media("(prefers-reduced-motion: no-preference)")
        .is_ok_and(|it| it.is_some_and(|it| it.matches()))
    {
        options.set_behavior(web_sys::ScrollBehavior::Smooth);
    }
    pane.scroll_to_with_scroll_to_options(&options);
    true
}

/// Pixels between the upper edge of the pane and a step that was brought there.
const EDGE: i32 = 12;

/// Where the exercise needs the broker in the tab and another is chosen: what that one does instead, and
/// the way back.
#[component]
fn Elsewhere(session: LessonSession) -> impl IntoView {
    let locale = use_locale();
    let store = session.store();
    let id = session.exercise.id;
    let needs_tab = session.exercise.broker == Broker::InTab;
    let is_elsewhere = move || needs_tab && store.target() != Target::InTab;
    let words = move || exercise_prose(id, locale.language()).map_or("", |words| words.elsewhere);
    view! {
        <Show when=erased(is_elsewhere)>
            <div class="notice" data-state="warning" role="status">
                <Icon name="warning"/>
                <div class="notice__body">
                    <p class="notice__title">{erased(move || locale.strings().lesson_elsewhere())}</p>
                    <div inner_html=erased(words)></div>
                    <button
                        class="button button--small"
                        on:click=move |_| {
                            store.set_target(Target::InTab);
                            session.restart();
                        }
                    >
                        {erased(move || locale.strings().lesson_to_tab())}
                    </button>
                </div>
            </div>
        </Show>
    }
}

/// What was achieved, once every step is met.
#[component]
fn Done(session: LessonSession) -> impl IntoView {
    let locale = use_locale();
    let progress = use_progress();
    let id = session.exercise.id;
    let tomorrow = move || exercise_prose(id, locale.language()).map_or("", |words| words.tomorrow);
    let count = move || {
        let done = progress.with(|progress| progress.done(id))?;
        let par = session.exercise.par;
        let strings = locale.strings();
        Some(match done.by_solution {
            true => strings.lesson_played().to_owned(),
            false if done.packets <= par => strings.lesson_packets_par(done.packets),
            false => strings.lesson_packets(done.packets, par),
        })
    };
    view! {
        <Show when=erased(move || session.is_done())>
            <section class="lesson__done" id="lesson-done" role="status" tabindex="-1">
                <h2 class="lesson__done-title">
                    <Icon name="met"/>
                    {erased(move || locale.strings().lesson_done())}
                </h2>
                <p>{erased(count)}</p>
                <h3 class="lesson__tomorrow">{erased(move || locale.strings().lesson_tomorrow())}</h3>
                <p inner_html=erased(tomorrow)></p>
            </section>
        </Show>
    }
}

#[component]
fn Foot(session: LessonSession) -> impl IntoView {
    let locale = use_locale();
    let (_, next) = neighbours(session.exercise.id);
    let next_link = next.map(|next| {
        let href = move || Place::Exercise(next.id.to_owned()).href(locale.language());
        let title =
            move || exercise_title(next.id, locale.language()).unwrap_or(next.id);
        view! {
            <a class="button lesson__foot-next" class:button--primary=erased(move || session.is_done()) href=erased(href)>
                {erased(title)}
                <Icon name="next"/>
            </a>
        }
    });
    let last = next.is_none().then(|| {
        view! {
            <a class="button lesson__foot-next" href=erased(move || Place::Home.href(locale.language()))>
                {erased(move || locale.strings().lesson_overview())}
                <Icon name="next"/>
            </a>
        }
    });
    view! {
        <footer class="lesson__foot">
            <button
                class="button button--quiet"
                disabled=erased(move || session.is_playing())
                data-busy=erased(move || session.is_playing().then_some(""))
                on:click=move |_| play(session)
            >
                <Icon name=Signal::derive(move || if session.is_playing() { "waiting" } else { "play" })/>
                {erased(move || locale.strings().lesson_play_solution())}
            </button>
            <button class="button button--quiet" on:click=move |_| session.restart()>
                <Icon name="reset"/>
                {erased(move || locale.strings().lesson_restart())}
            </button>
            {next_link}
            {last}
        </footer>
    }
}
