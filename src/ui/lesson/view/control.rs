//! The prepared acts of a step: one press each, which connects first where a connection is needed.

use std::time::Duration;

use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use super::keep_focus;
use super::player;
use super::prediction::is_asked;
use super::session::LessonSession;
use crate::capture::ClientSlot;
use crate::course::{Cast, Move, StepProse};
use crate::lab::{Action, BenchClient, LinkState};
use crate::ui::browser::focus_in_place;
use crate::ui::client_panel::refusal;
use crate::ui::components::Icon;
use crate::ui::erased::erased;
use crate::ui::lesson::model;
use crate::ui::loading::locale::use_locale;

/// The step's moves, each a button ready to be pressed.
#[component]
pub fn Controls(
    session: LessonSession,
    index: usize,
    words: Signal<Option<&'static StepProse>>,
) -> impl IntoView {
    let locale = use_locale();
    let step = &session.exercise.steps[index];
    if step.controls.is_empty() {
        return None;
    }
    let told = RwSignal::new(None::<Told>);
    Effect::new(move || {
        session.starts();
        told.set(None);
    });
    // What was missing may have come.
    Effect::new(move || {
        if session.verdict(index).is_some_and(|verdict| verdict.is_ok())
            && told.with_untracked(|told| matches!(told, Some(Told::Refused(_))))
        {
            told.set(None);
        }
    });
    let buttons = step
        .controls
        .iter()
        .enumerate()
        .map(|(nth, control)| view! { <Control session index nth control=*control words told/> })
        .collect_view();
    let said = move || {
        told.get().map(|told| match told {
            Told::Refused(words) => view! {
                <p class="field__error" role="alert">
                    <Icon name="warning"/>
                    <span inner_html=words></span>
                </p>
            }
            .into_any(),
            Told::Done(words) => view! {
                <p class="step__echo" role="status"><Icon name="met" small=true/>{words}</p>
            }
            .into_any(),
        })
    };
    Some(view! {
        <div class="step__control">
            {buttons}
            <Show when=erased(move || is_asked(session, index))>
                <p class="step__note">{erased(move || locale.strings().prediction_first())}</p>
            </Show>
            {erased(said)}
        </div>
    })
}

/// What became of a press, where the wire does not show it.
#[derive(Clone, Debug)]
enum Told {
    /// As HTML.
    Refused(String),
    Done(String),
}

/// When it is looked whether the focus has been lost: once the answer is there, at the latest.
const FOCUS_WITHIN: [Duration; 2] = [Duration::from_millis(300), Duration::from_millis(1200)];

/// What must be there before a move can be made.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Needs {
    Nothing,
    /// A connection, which is made first where it is missing.
    Connection,
    NoConnection,
    /// A connection that this move does not make: it cuts it, or a button beside it makes it.
    Line,
    /// A clock that can be put forward.
    Clock,
}

/// Whose connection a move is about, and how.
fn needs(next: &Move) -> (Option<ClientSlot>, Needs) {
    match next {
        Move::Act(act) => match &act.action {
            Action::Connect(_) | Action::ConnectBytes(_) => (Some(act.client), Needs::NoConnection),
            Action::Cut => (Some(act.client), Needs::Line),
            Action::Fault(_) => (None, Needs::Nothing),
            action if action.is_setting() => (None, Needs::Nothing),
            _ => (Some(act.client), Needs::Connection),
        },
        Move::Acts(acts) => {
            let connects = acts.iter().all(|act| matches!(act.action, Action::Connect(_)));
            let needs = if connects { Needs::NoConnection } else { Needs::Connection };
            (acts.first().map(|act| act.client), needs)
        }
        Move::React(_) => (None, Needs::Connection),
        Move::Wait(_) => (None, Needs::Clock),
        Move::Operate(_) | Move::Open(..) | Move::Filter(_) => (None, Needs::Nothing),
    }
}

#[component]
fn Control(
    session: LessonSession,
    index: usize,
    nth: usize,
    control: fn(&Cast) -> Move,
    words: Signal<Option<&'static StepProse>>,
    told: RwSignal<Option<Told>>,
) -> impl IntoView {
    let locale = use_locale();
    let store = session.store();
    let next = move || control(&session.cast());
    let (sender, needs) = untrack(|| {
        let cast = session.cast();
        let (sender, own) = needs(&control(&cast));
        let connects =
            |beside: &fn(&Cast) -> Move| needs(&beside(&cast)) == (sender, Needs::NoConnection);
        let is_connected_beside = session.exercise.steps[index].controls.iter().any(connects);
        match own {
            Needs::Connection if sender.is_some() && is_connected_beside => (sender, Needs::Line),
            own => (sender, own),
        }
    });
    // Whoever answers or goes on is known only from what has passed.
    let slot = Memo::new(move |_| {
        let Move::React(react) = next() else { return sender };
        let cast = session.cast();
        // Read for the sake of being told: the evidence itself is not tracked.
        store.with_lab(|_| ());
        let act = session.with_evidence(|evidence| react(&cast, evidence));
        act.filter(|act| matches!(act.action, Action::Publish(_) | Action::Subscribe { .. }))
            .map(|act| act.client)
    });
    let client = move |read: fn(&BenchClient) -> bool| {
        let slot = slot.get();
        store.with_lab(|lab| slot.and_then(|slot| lab.client(slot)).is_some_and(read))
    };
    let is_connected = move || client(BenchClient::is_connected);
    let is_busy =
        move || client(|client| client.link_state() != LinkState::Closed && !client.is_connected());
    let role = move |slot| session.role(slot, locale.strings());
    let label = move || {
        let own = words.get().and_then(|words| words.controls.get(nth).copied());
        match own {
            Some(label) => label.to_owned(),
            None => model::move_label(&next(), locale.strings(), role),
        }
    };
    let is_pressed = RwSignal::new(false);
    let press = move |event: leptos::ev::MouseEvent| {
        let pressed = event.current_target().and_then(|it| it.dyn_into::<HtmlElement>().ok());
        let next = untrack(next);
        let first = untrack(|| slot.get()).filter(|_| needs == Needs::Connection);
        let cast = untrack(|| session.cast());
        is_pressed.set(true);
        spawn_local(async move {
            let ready = match first {
                Some(slot) => player::connect_first(session, slot).await,
                None => Ok(()),
            };
            // The exercise may have been left meanwhile.
            if session.try_starts().is_none() {
                return;
            }
            let language = locale.language_untracked();
            let strings = language.strings();
            let nobody = store.peek(|lab| {
                lab.clients().iter().all(|client| client.link_state() == LinkState::Closed)
            });
            let outcome = match ready {
                Ok(()) => player::make(session, &cast, &next),
                Err(missing) => {
                    let words = missing.words(strings).to_owned();
                    let _ = told.try_set(Some(Told::Refused(words)));
                    let _ = is_pressed.try_set(false);
                    return;
                }
            };
            let _ = told.try_set(match outcome {
                Ok(true) => match next {
                    Move::Wait(time) => Some(Told::Done(strings.step_waited(time.as_secs_f64()))),
                    Move::Operate(_) => Some(Told::Done(match nobody {
                        true => strings.step_operated_alone().to_owned(),
                        false => strings.step_operated().to_owned(),
                    })),
                    _ => None,
                },
                Ok(false) => Some(Told::Refused(strings.step_nothing_yet().to_owned())),
                Err(error) => Some(Told::Refused(refusal::words(&error, language))),
            });
            let _ = is_pressed.try_set(false);
            // A button that cannot be pressed for a while loses the focus, and so does one whose step has been met.
            for wait in FOCUS_WITHIN {
                let pressed = pressed.clone();
                let retake = move || {
                    let focused = document().active_element();
                    if focused.is_none_or(|focused| focused.tag_name() == "BODY") {
                        if let Some(pressed) = pressed {
                            focus_in_place(&pressed);
                        }
                        keep_focus();
                    }
                };
                set_timeout(retake, wait);
            }
        });
    };
    let disabled = move || {
        is_busy()
            || is_pressed.get()
            || session.is_playing()
            || is_asked(session, index)
            || match needs {
                Needs::Nothing | Needs::Connection => false,
                Needs::NoConnection => is_connected(),
                Needs::Line => !is_connected(),
                // Elsewhere time passes by itself.
                Needs::Clock => !session.cast().is_in_tab(),
            }
    };
    view! {
        <button
            type="button"
            class="button"
            class:button--primary=erased(move || nth == 0 && session.current() == Some(index))
            disabled=erased(disabled)
            on:click=press
        >
            {erased(label)}
        </button>
    }
}
