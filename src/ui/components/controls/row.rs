//! A labelled row of a form.

use leptos::prelude::*;

use super::problem_id;
use crate::ui::components::{Icon, SpecRef};
use crate::ui::erased::erased;

/// Label, control, what it means, and what is wrong.
#[component]
pub fn Row(
    /// Of the control.
    #[prop(into)]
    id: Signal<String>,
    #[prop(into)] label: Signal<String>,
    /// Several controls stand behind the label; they are labelled by its id, see [`label_id`].
    #[prop(optional)]
    group: bool,
    /// The section that the label names.
    #[prop(into, optional)]
    section: MaybeProp<&'static str>,
    /// Leaves that link out of the tab order.
    #[prop(optional)]
    aside: bool,
    /// What the value means, or what its absence means.
    #[prop(into, optional)]
    hint: MaybeProp<String>,
    #[prop(into, optional)] problem: Signal<Option<String>>,
    /// What stands under the control instead of a problem.
    #[prop(optional)]
    below: Option<AnyView>,
    /// Whether it differs from the default.
    #[prop(into, optional)]
    changed: Signal<bool>,
    children: Children,
) -> impl IntoView {
    let section = move || section.get().map(|section| view! { <SpecRef section aside/> });
    let label = match group {
        true => view! {
            <span class="field__label" id=erased(move || label_id(&id.get()))>
                {label}
                {erased(section)}
            </span>
        }
        .into_any(),
        false => view! {
            <label class="field__label" for=id>
                {label}
                {erased(section)}
            </label>
        }
        .into_any(),
    };
    let below = below.unwrap_or_else(|| {
        let id = Signal::derive(move || problem_id(&id.get()));
        view! { <ErrorLine words=problem id/> }.into_any()
    });
    view! {
        <div class="field" data-changed=erased(move || changed.get().then_some(""))>
            {label}
            <div class="field__control">{children()}</div>
            {erased(move || hint.get().map(|hint| view! { <p class="field__hint">{hint}</p> }))}
            {below}
        </div>
    }
    .into_any()
}

/// What is wrong, told at once; nothing while nothing is.
#[component]
pub fn ErrorLine(
    words: Signal<Option<String>>,
    #[prop(into, optional)] id: MaybeProp<String>,
) -> impl IntoView {
    let line = move || {
        words.get().map(|words| {
            view! {
                <p class="field__error" role="alert" id=id.get()>
                    <Icon name="warning"/>
                    {words}
                </p>
            }
        })
    };
    erased(line).into_any()
}

/// The id of the label in front of several controls.
pub fn label_id(control_id: &str) -> String {
    format!("{control_id}-label")
}
