//! Text and numbers.

use leptos::ev::Event;
use leptos::prelude::*;

use super::FieldRow;
use crate::ui::erased::erased;
use crate::ui::forms::Field;
use crate::ui::forms::view::context::use_form;
use crate::ui::forms::view::lens::Lens;

/// What the text is, for the keyboard of a phone and the width of the control.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TextKind {
    /// A topic, an identifier, a pair: characters count.
    #[default]
    Exact,
    Number,
}

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
) -> impl IntoView {
    let form = use_form();
    let id = move || form.element_id(field.get());
    let is_wrong = Memo::new(move |_| form.problem(field.get()).is_some());
    let is_number = kind == TextKind::Number;
    view! {
        <input
            type="text"
            id=erased(id)
            class:input--bytes=!is_number
            class:input--number=is_number
            inputmode=is_number.then_some("numeric")
            autocomplete="off"
            autocapitalize="off"
            spellcheck="false"
            placeholder=erased(move || placeholder.get())
            aria-label=erased(move || label.get())
            aria-invalid=erased(move || is_wrong.get().then_some("true"))
            aria-describedby=erased(move || is_wrong.get().then(|| format!("{}-problem", id())))
            prop:value=erased(move || text.get())
            on:input=move |event: Event| text.set(event_target_value(&event))
            on:change=move |_| form.visit(field.get_untracked())
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
