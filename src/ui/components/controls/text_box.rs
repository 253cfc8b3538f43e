//! One line of text or a number.

use leptos::prelude::*;

use super::problem_id;
use crate::ui::erased::erased;

/// What the text is, for the keyboard of a phone and the width of the control.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TextKind {
    /// A topic, an identifier, a pair: characters count.
    #[default]
    Exact,
    Number,
    /// A number that may have a fraction.
    Fraction,
}

#[component]
pub fn TextBox(
    /// For the label that stands elsewhere.
    #[prop(into, optional)]
    id: MaybeProp<String>,
    /// For a control without one.
    #[prop(into, optional)]
    label: MaybeProp<String>,
    #[prop(into, optional)] placeholder: MaybeProp<String>,
    #[prop(optional)] kind: TextKind,
    #[prop(into)] value: Signal<String>,
    /// With each character.
    #[prop(optional_no_strip)]
    on_input: Option<Callback<String>>,
    /// When it has been typed to the end.
    on_change: Callback<String>,
    #[prop(into, optional)] wrong: Signal<bool>,
) -> impl IntoView {
    let problem = move || id.get().filter(|_| wrong.get()).map(|id| problem_id(&id));
    view! {
        <input
            type="text"
            class=if kind == TextKind::Exact { "input--bytes" } else { "input--number" }
            id=erased(move || id.get())
            inputmode=match kind {
                TextKind::Exact => None,
                TextKind::Number => Some("numeric"),
                TextKind::Fraction => Some("decimal"),
            }
            autocomplete="off"
            autocapitalize="off"
            spellcheck="false"
            placeholder=erased(move || placeholder.get())
            aria-label=erased(move || label.get())
            aria-invalid=erased(move || wrong.get().then_some("true"))
            aria-describedby=erased(problem)
            prop:value=value
            on:input=move |event| {
                if let Some(on_input) = on_input {
                    on_input.run(event_target_value(&event));
                }
            }
            on:change=move |event| on_change.run(event_target_value(&event))
        />
    }
    .into_any()
}
