//! One line of text or a number.

use leptos::prelude::*;

use super::{problem_id, said};
use crate::ui::components::Icon;
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

/// Shows a secret, and hides it again.
#[component]
pub fn ShowSecret(shown: RwSignal<bool>) -> impl IntoView {
    view! {
        <button
            type="button"
            class="button button--icon"
            aria-label=said(|s| s.form_show_secret())
            title=said(|s| s.form_show_secret())
            aria-pressed=erased(move || shown.get().to_string())
            on:click=move |_| shown.update(|shown| *shown = !*shown)
        >
            <Icon name="show"/>
        </button>
    }
    .into_any()
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
    /// Whether only its length is shown.
    #[prop(into, optional)]
    secret: Signal<bool>,
) -> impl IntoView {
    let problem = move || id.get().filter(|_| wrong.get()).map(|id| problem_id(&id));
    view! {
        <input
            type=erased(move || if secret.get() { "password" } else { "text" })
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
