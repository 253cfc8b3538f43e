//! The prepared acts of a step: one press each, which connects first where a connection is needed.

use leptos::prelude::*;

use super::control::{Control, Told};
use super::prediction::is_asked;
use super::session::LessonSession;
use crate::course::StepProse;
use crate::ui::components::Icon;
use crate::ui::erased::erased;
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
