//! The row of a field.

use leptos::prelude::*;

use super::ProblemLine;
use crate::ui::components::controls::Row;
use crate::ui::forms::Field;
use crate::ui::forms::view::context::use_form;

/// Label, control, hint, and what is wrong.
#[component]
pub fn FieldRow(
    #[prop(into)] field: Signal<Field>,
    /// Whether the label names its section.
    #[prop(optional)]
    spec: bool,
    /// Several controls stand behind the label.
    #[prop(optional)]
    group: bool,
    /// What the value means, or what its absence means.
    #[prop(into, optional)]
    hint: MaybeProp<String>,
    children: Children,
) -> impl IntoView {
    let form = use_form();
    let label = move || field.get().label();
    let name = move || label().map_or("", |label| label.name()).to_owned();
    let section = move || spec.then(label).flatten().map(|label| label.section());
    view! {
        <Row
            id=Signal::derive(move || form.element_id(field.get()))
            label=Signal::derive(name)
            group
            section=MaybeProp::derive(section)
            hint
            below=view! { <ProblemLine field/> }.into_any()
        >
            {children()}
        </Row>
    }
}
