//! The lesson's own act, done by hand: the form of its packet opens at the field that matters.

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::player;
use super::prediction::is_asked;
use super::session::LessonSession;
use crate::lab::Action;
use crate::ui::client_panel::view::use_desk;
use crate::ui::components::Icon;
use crate::ui::erased::erased;
use crate::ui::forms::FormKind;
use crate::ui::lesson::model;
use crate::ui::loading::locale::use_locale;
use crate::ui::navigation::pane::{Pane, use_pane};

/// A button that opens the form, connecting first where the packet needs it, and one that fills the form in.
#[component]
pub fn ByHandControl(session: LessonSession, index: usize) -> impl IntoView {
    let locale = use_locale();
    let pane = use_pane();
    let desk = use_desk()?;
    let step = &session.exercise.steps[index];
    let by_hand = step.by_hand.as_ref()?;
    let act = move || untrack(|| (by_hand.act)(&session.cast()));
    let filled_in = move || match step.filled_in {
        Some(filled_in) => {
            let cast = untrack(|| session.cast());
            session.with_evidence(|evidence| filled_in(&cast, evidence))
        }
        None => act(),
    };
    let first = act();
    let (client, kind) = (first.client, FormKind::of(&first)?);
    let name = model::action_name(&first.action);
    let connects = matches!(first.action, Action::Connect(_));
    let failed = RwSignal::new(None::<player::NotConnected>);
    let open = move |fill: bool| {
        spawn_local(async move {
            let ready = match connects {
                true => Ok(()),
                false => player::connect_first(session, client).await,
            };
            // The exercise may have been left meanwhile.
            if session.try_starts().is_none() {
                return;
            }
            failed.set(ready.err());
            if fill {
                desk.fill(&filled_in());
            }
            desk.show(client, kind, Some(by_hand.field));
            pane.set(Pane::Bench);
        });
    };
    // Beside buttons that come first.
    let is_alone = step.controls.is_empty();
    let is_busy = move || session.is_playing() || is_asked(session, index);
    let label = move || {
        let strings = locale.strings();
        strings.step_by_hand(name, session.role(client, strings))
    };
    Some(view! {
        <div class="step__control step__control--by-hand">
            <button
                type="button"
                class="button"
                class:button--primary=erased(move || is_alone && session.current() == Some(index))
                disabled=erased(is_busy)
                on:click=move |_| open(false)
            >
                <Icon name="edit"/>
                {erased(label)}
            </button>
            <button
                type="button"
                class="button button--quiet"
                disabled=erased(is_busy)
                on:click=move |_| open(true)
            >
                {erased(move || locale.strings().step_fill_in())}
            </button>
            <Show when=erased(move || is_alone && is_asked(session, index))>
                <p class="step__note">{erased(move || locale.strings().prediction_first())}</p>
            </Show>
            {erased(move || {
                failed.get().map(|failed| view! {
                    <p class="field__error" role="alert">
                        <Icon name="warning"/>
                        {failed.words(locale.strings())}
                    </p>
                })
            })}
        </div>
    })
}
