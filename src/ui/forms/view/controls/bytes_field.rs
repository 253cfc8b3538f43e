//! Bytes, typed as text, JSON or hexadecimal.

use leptos::ev::Event;
use leptos::prelude::*;

use crate::ui::forms::view::context::use_form;
use crate::ui::forms::view::lens::Lens;
use crate::ui::forms::{BytesDraft, BytesForm, Field};
use crate::ui::loading::locale::use_locale;

use super::{ProblemLine, TextInput};
use crate::ui::erased::erased;

/// A large one with its bar: the payload of a message.
#[component]
pub fn BytesField(field: Field, bytes: Lens<BytesDraft>) -> impl IntoView {
    let form = use_form();
    let locale = use_locale();
    let id = form.element_id(field);
    let is_wrong = Memo::new(move |_| form.problem(field).is_some());
    let problem_id = format!("{id}-problem");
    let length = move || {
        let bytes = bytes.with(|draft| draft.to_bytes().ok())?;
        Some(locale.strings().form_bytes(bytes.len()))
    };
    view! {
        <div class="payload">
            <div class="payload__bar">
                <label for=id.clone()>
                    {field.label().map(|label| label.name())} " " <span class="field__unit">{erased(length)}</span>
                </label>
                <FormChoice field bytes forms=&[BytesForm::Text, BytesForm::Json, BytesForm::Hex]/>
            </div>
            <textarea
                id=id
                rows="3"
                autocomplete="off"
                autocapitalize="off"
                spellcheck="false"
                aria-invalid=erased(move || is_wrong.get().then_some("true"))
                aria-describedby=erased(move || is_wrong.get().then(|| problem_id.clone()))
                prop:value=erased(move || bytes.with(|draft| draft.text.clone()))
                on:input=move |event: Event| {
                    bytes.update(|draft| draft.text = event_target_value(&event));
                }
                on:change=move |_| form.visit(field)
            ></textarea>
            <ProblemLine field/>
        </div>
    }
}

/// A small one: one line, text or hexadecimal, without its label.
#[component]
pub fn BytesInput(
    field: Field,
    bytes: Lens<BytesDraft>,
    #[prop(into, optional)] placeholder: MaybeProp<String>,
    #[prop(into, optional)] secret: Signal<bool>,
) -> impl IntoView {
    let text = bytes.part(|draft| &draft.text, |draft| &mut draft.text);
    view! {
        <TextInput field text placeholder secret/>
        <FormChoice field bytes forms=&[BytesForm::Text, BytesForm::Hex]/>
    }
}

/// How the text stands for bytes. Choosing another form keeps the bytes.
#[component]
fn FormChoice(field: Field, bytes: Lens<BytesDraft>, forms: &'static [BytesForm]) -> impl IntoView {
    let form = use_form();
    let locale = use_locale();
    let word = move |option: BytesForm| match option {
        BytesForm::Text => locale.strings().form_as_text(),
        BytesForm::Json => "JSON",
        BytesForm::Hex => locale.strings().form_as_hex(),
    };
    let options = forms.iter().map(|&option| {
        let is_chosen = move || bytes.with(|draft| draft.form == option);
        let is_possible = move || bytes.with(|draft| draft.can_become(option));
        let choose = move |_| {
            bytes.update(|draft| draft.become_form(option));
            form.visit(field);
        };
        view! {
            <button
                type="button"
                class="segmented__option"
                aria-pressed=erased(move || is_chosen().to_string())
                disabled=erased(move || !is_possible())
                title=erased(move || (!is_possible()).then(|| locale.strings().form_not_text()))
                on:click=choose
            >
                {erased(move || word(option))}
            </button>
        }
    });
    view! {
        <div
            class="segmented segmented--small"
            role="group"
            aria-label=erased(move || locale.strings().form_written_as())
        >
            {options.collect_view()}
        </div>
    }
}
