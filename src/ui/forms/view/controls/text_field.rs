//! Text and numbers.

use leptos::prelude::*;

use super::FieldRow;
use crate::ui::components::controls::{TextBox, TextKind};
use crate::ui::erased::erased;
use crate::ui::forms::Field;
use crate::ui::forms::view::context::use_form;
use crate::ui::forms::view::lens::Lens;

/// One line of text, without its label.
#[component]
pub fn TextInput(
    #[prop(into)] field: Signal<Field>,
    text: Lens<String>,
    #[prop(optional)] kind: TextKind,
    /// For a control whose label is not beside it.
    #[prop(into, optional)]
    label: MaybeProp<String>,
    #[prop(into, optional)] placeholder: MaybeProp<String>,
    #[prop(into, optional)] secret: Signal<bool>,
) -> impl IntoView {
    let form = use_form();
    view! {
        <TextBox
            secret
            id=Signal::derive(move || form.element_id(field.get()))
            label
            placeholder
            kind
            value=Signal::derive(move || text.get())
            wrong=Memo::new(move |_| form.problem(field.get()).is_some())
            on_input=Some(Callback::new(move |typed| text.set(typed)))
            on_change=Callback::new(move |_| form.visit(field.get_untracked()))
        />
    }
}

/// The same with its label in front.
#[component]
pub fn TextField(
    #[prop(into)] field: Signal<Field>,
    text: Lens<String>,
    #[prop(optional)] kind: TextKind,
    #[prop(into, optional)] unit: MaybeProp<String>,
    #[prop(into, optional)] hint: MaybeProp<String>,
    #[prop(into, optional)] placeholder: MaybeProp<String>,
    /// A button or a tick behind the text.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    view! {
        <FieldRow field hint>
            <TextInput field text kind placeholder/>
            {erased(move || unit.get().map(|unit| view! { <span class="field__unit">{unit}</span> }))}
            {children.map(|children| children())}
        </FieldRow>
    }
}
