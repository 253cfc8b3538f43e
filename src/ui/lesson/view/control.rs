//! One prepared act of a step.

use std::time::Duration;

use leptos::ev::MouseEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use super::keep_focus;
use super::needs::{Needs, needs_beside};
use super::player;
use super::prediction::is_asked;
use super::session::LessonSession;
use crate::course::{Cast, Move, StepProse};
use crate::lab::{Action, BenchClient, LinkState};
use crate::language::Language;
use crate::ui::browser::focus_in_place;
use crate::ui::client_panel::refusal;
use crate::ui::erased::erased;
use crate::ui::lesson::model;
use crate::ui::loading::locale::use_locale;

/// What became of a press, where the wire does not show it.
#[derive(Clone, Debug)]
pub enum Told {
    /// As HTML.
    Refused(String),
    Done(String),
}

#[component]
pub fn Control(
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
    let (sender, needs) = untrack(|| needs_beside(session, index, control));
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
    let press = move |event: MouseEvent| {
        let pressed = event.current_target().and_then(|it| it.dyn_into::<HtmlElement>().ok());
        let first = untrack(|| slot.get()).filter(|_| needs == Needs::Connection);
        let (next, cast) = untrack(|| (next(), session.cast()));
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
            let is_ready = ready.is_ok();
            let _ = told.try_set(match ready {
                Ok(()) => make(session, &cast, &next, locale.language_untracked()),
                Err(missing) => {
                    let words = missing.words(locale.language_untracked().strings()).to_owned();
                    Some(Told::Refused(words))
                }
            });
            let _ = is_pressed.try_set(false);
            if is_ready {
                retake_focus(pressed);
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

/// Makes the move; what is to be said of it.
fn make(session: LessonSession, cast: &Cast, next: &Move, language: Language) -> Option<Told> {
    let strings = language.strings();
    let nobody = session
        .store()
        .peek(|lab| lab.clients().iter().all(|client| client.link_state() == LinkState::Closed));
    match player::make(session, cast, next) {
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
    }
}

/// A button that cannot be pressed for a while loses the focus, and so does one whose step has been met.
fn retake_focus(pressed: Option<HtmlElement>) {
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
}

/// When it is looked whether the focus has been lost: once the answer is there, at the latest.
const FOCUS_WITHIN: [Duration; 2] = [Duration::from_millis(300), Duration::from_millis(1200)];
