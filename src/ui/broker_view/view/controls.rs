//! The controls of the panel. Each is compiled once, whatever it shows and does.

use leptos::prelude::*;

use crate::language::Strings;
use crate::ui::broker_view::settings::NumberError;
use crate::ui::components::{Icon, SpecRef};
use crate::ui::erased::erased;
use crate::ui::loading::locale::use_locale;

/// Fixed words in the learner's language.
pub fn said(words: fn(&Strings) -> &'static str) -> Signal<String> {
    let locale = use_locale();
    Signal::derive(move || words(locale.strings()).to_owned())
}

/// A line in small print.
pub fn hint(words: fn(&Strings) -> &'static str) -> AnyView {
    view! { <p class="field__hint">{said(words)}</p> }.into_any()
}

#[component]
pub fn SmallButton(
    words: Signal<String>,
    on_press: Callback<()>,
    #[prop(optional_no_strip)] icon: Option<&'static str>,
    #[prop(into, optional)] disabled: Signal<bool>,
    /// Whether it is down, for a button that stays so.
    #[prop(optional_no_strip)]
    pressed: Option<Signal<bool>>,
) -> impl IntoView {
    view! {
        <button
            type="button"
            class="button button--small"
            disabled=disabled
            aria-pressed=erased(move || pressed.map(|pressed| pressed.get().to_string()))
            on:click=move |_| on_press.run(())
        >
            {icon.map(|name| view! { <Icon name/> })}
            {words}
        </button>
    }
    .into_any()
}

#[component]
pub fn IconButton(
    /// What it does.
    words: Signal<String>,
    icon: &'static str,
    on_press: Callback<()>,
    #[prop(into, optional)] disabled: Signal<bool>,
) -> impl IntoView {
    view! {
        <button
            type="button"
            class="button button--quiet button--icon button--small"
            aria-label=words
            title=words
            disabled=disabled
            on:click=move |_| on_press.run(())
        >
            <Icon name=icon/>
        </button>
    }
    .into_any()
}

/// One line of text or a number, told when it has been typed to the end.
#[component]
pub fn TextBox(
    /// For the label that stands elsewhere.
    #[prop(optional_no_strip)]
    id: Option<String>,
    /// For a control without one.
    #[prop(optional_no_strip)]
    label: Option<Signal<String>>,
    #[prop(into, optional)] placeholder: Signal<String>,
    value: Signal<String>,
    on_change: Callback<String>,
    #[prop(optional)] number: bool,
    #[prop(into, optional)] wrong: Signal<bool>,
) -> impl IntoView {
    let problem = StoredValue::new(id.as_deref().map(problem_id));
    view! {
        <input
            type="text"
            class=if number { "input--number" } else { "input--bytes" }
            id=id
            inputmode=number.then_some("decimal")
            autocomplete="off"
            autocapitalize="off"
            spellcheck="false"
            placeholder=placeholder
            aria-label=erased(move || label.map(|label| label.get()))
            aria-invalid=erased(move || wrong.get().then_some("true"))
            aria-describedby=erased(move || problem.get_value().filter(|_| wrong.get()))
            prop:value=value
            on:change=move |event| on_change.run(event_target_value(&event))
        />
    }
    .into_any()
}

/// One of several, by their values and words.
#[component]
pub fn Select(
    #[prop(optional_no_strip)] id: Option<String>,
    #[prop(optional_no_strip)] label: Option<Signal<String>>,
    options: Signal<Vec<(String, String)>>,
    value: Signal<String>,
    on_change: Callback<String>,
    #[prop(into, optional)] disabled: Signal<bool>,
) -> impl IntoView {
    let options = move || {
        let option = |(key, words): (String, String)| {
            let is_chosen = {
                let key = key.clone();
                move || value.get() == key
            };
            view! { <option value=key prop:selected=erased(is_chosen)>{words}</option> }.into_any()
        };
        options.get().into_iter().map(option).collect::<Vec<_>>()
    };
    view! {
        <select
            id=id
            aria-label=erased(move || label.map(|label| label.get()))
            disabled=disabled
            on:change=move |event| on_change.run(event_target_value(&event))
        >
            {erased(options)}
        </select>
    }
    .into_any()
}

/// A labelled control with what it means and what is wrong with it.
#[component]
pub fn Row(
    /// Of the control.
    id: String,
    label: Signal<String>,
    #[prop(optional_no_strip)] section: Option<&'static str>,
    #[prop(optional_no_strip)] hint: Option<Signal<String>>,
    #[prop(into, optional)] problem: Signal<Option<NumberError>>,
    #[prop(into, optional)] changed: Signal<bool>,
    children: Children,
) -> impl IntoView {
    let locale = use_locale();
    let problem_id = StoredValue::new(problem_id(&id));
    let problem = move || {
        problem.get().map(|problem| {
            view! {
                <p class="field__error" role="alert" id=problem_id.get_value()>
                    <Icon name="warning"/>
                    {problem.words(locale.strings())}
                </p>
            }
        })
    };
    view! {
        <div class="field" data-changed=erased(move || changed.get().then_some(""))>
            <label class="field__label" id=format!("{id}-label") for=id>
                {label}
                {section.map(|section| view! { <SpecRef section aside=true/> })}
            </label>
            <div class="field__control">{children()}</div>
            {hint.map(|hint| view! { <p class="field__hint">{hint}</p> })}
            {erased(problem)}
        </div>
    }
    .into_any()
}

fn problem_id(id: &str) -> String {
    format!("{id}-problem")
}
