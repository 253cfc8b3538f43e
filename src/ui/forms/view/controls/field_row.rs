//! A labelled row of a form.

use leptos::prelude::*;

use super::ProblemLine;
use crate::ui::components::SpecRef;
use crate::ui::erased::erased;
use crate::ui::forms::Field;
use crate::ui::forms::view::context::use_form;

/// Label, control, hint, and what is wrong.
#[component]
pub fn FieldRow(
    #[prop(into)] field: Signal<Field>,
    /// Whether the label names its section.
    #[prop(optional)]
    spec: bool,
    /// Several controls stand behind the label; they are labelled by its id, see [`label_id`].
    #[prop(optional)]
    group: bool,
    /// What the value means, or what its absence means.
    #[prop(into, optional)]
    hint: MaybeProp<String>,
    children: Children,
) -> impl IntoView {
    let form = use_form();
    let label = move || field.get().label();
    let name = move || label().map(|label| label.name());
    let section = move || {
        spec.then(label).flatten().map(|label| view! { <SpecRef section=label.section()/> })
    };
    let id = move || form.element_id(field.get());
    let label = match group {
        true => {
            view! { <span class="field__label" id=erased(move || label_id(&id()))>{erased(name)}{erased(section)}</span> }
                .into_any()
        }
        false => view! { <label class="field__label" for=erased(id)>{erased(name)}{erased(section)}</label> }.into_any(),
    };
    view! {
        <div class="field">
            {label}
            <div class="field__control">{children()}</div>
            {erased(move || hint.get().map(|hint| view! { <p class="field__hint">{hint}</p> }))}
            <ProblemLine field/>
        </div>
    }
}

/// The id of the label in front of several controls.
pub fn label_id(element_id: &str) -> String {
    format!("{element_id}-label")
}
