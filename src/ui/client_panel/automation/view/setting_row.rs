//! One setting of a behaviour: its name, its control, and what is wrong with what was typed.

use leptos::prelude::*;

use crate::lab::Behaviour;
use crate::ui::broker_view::view::controls::{Select, TextBox};
use crate::ui::client_panel::automation::settings::{Control, Setting, Wrong, ending_codes};
use crate::ui::components::Icon;
use crate::ui::erased::erased;
use crate::ui::loading::locale::use_locale;

#[component]
pub fn SettingRow(
    setting: &'static Setting,
    /// Begins the ids of the controls.
    id: String,
    draft: RwSignal<Behaviour>,
) -> impl IntoView {
    let locale = use_locale();
    let wrong = RwSignal::new(None::<Wrong>);
    let id = format!("{id}-{}", setting.id);
    let label = move || (setting.label)(locale.strings());
    let value = Signal::derive(move || draft.with(setting.read));
    // What is wrong stays in the field, until it is mended.
    let typed = RwSignal::new(String::new());
    Effect::new(move || typed.set(value.get()));
    let write = move |text: String| {
        typed.set(text.clone());
        let mut changed = draft.get_untracked();
        wrong.set((setting.write)(&mut changed, text.trim()).err());
        if wrong.get_untracked().is_none() {
            draft.set(changed);
        }
    };
    let problem_id = format!("{id}-problem");
    let problem = move || {
        wrong.get().map(|wrong| {
            view! {
                <p class="field__error" role="alert" id=problem_id.clone()>
                    <Icon name="warning"/>
                    {wrong.words(locale.strings())}
                </p>
            }
        })
    };
    let control = match &setting.control {
        Control::Text | Control::Number(_) => {
            let unit = match setting.control {
                Control::Number(unit) => unit,
                _ => "",
            };
            view! {
                <TextBox
                    id=Some(id.clone())
                    number=matches!(setting.control, Control::Number(_))
                    value=typed.into()
                    wrong=Signal::derive(move || wrong.get().is_some())
                    on_change=Callback::new(write)
                />
                {(!unit.is_empty()).then(|| view! { <span class="field__unit">{unit}</span> })}
            }
            .into_any()
        }
        Control::Switch => view! {
            <input
                type="checkbox"
                role="switch"
                id=id.clone()
                prop:checked=erased(move || typed.get() == "true")
                on:change=move |event| write(event_target_checked(&event).to_string())
            />
        }
        .into_any(),
        Control::Choice(options) => {
            let options = move || {
                let strings = locale.strings();
                options
                    .iter()
                    .map(|(key, word)| (key.to_string(), word(strings).to_owned()))
                    .collect()
            };
            view! {
                <Select
                    id=Some(id.clone())
                    options=Signal::derive(options)
                    value=typed.into()
                    on_change=Callback::new(write)
                />
            }
            .into_any()
        }
        Control::Codes => {
            return view! { <Codes label=Signal::derive(move || label().to_owned()) typed on_change=Callback::new(write)/> }
                .into_any();
        }
    };
    view! {
        <div class="field">
            <label class="field__label" for=id>{erased(label)}</label>
            <div class="field__control">{control}</div>
            {erased(problem)}
        </div>
    }
    .into_any()
}

/// Every code that can end a connection, ticked where it is chosen.
#[component]
fn Codes(
    label: Signal<String>,
    /// Hexadecimal values with a space between.
    typed: RwSignal<String>,
    on_change: Callback<String>,
) -> impl IntoView {
    let locale = use_locale();
    let count = move || {
        let count = typed.with(|typed| typed.split_whitespace().count());
        locale.strings().does_codes_count(count)
    };
    let code = |value: String, words: String| {
        let is_chosen = {
            let value = value.clone();
            move || typed.with(|typed| typed.split_whitespace().any(|one| one == value))
        };
        let toggle = move |_| {
            let typed = typed.get_untracked();
            let mut all: Vec<&str> = typed.split_whitespace().collect();
            match all.iter().position(|one| *one == value) {
                Some(position) => drop(all.remove(position)),
                None => all.push(&value),
            }
            on_change.run(all.join(" "));
        };
        view! {
            <label class="check">
                <input type="checkbox" prop:checked=erased(is_chosen) on:change=toggle/>
                {words}
            </label>
        }
        .into_any()
    };
    let codes: Vec<_> = ending_codes()
        .map(|one| {
            code(format!("{:02X}", one.value()), format!("0x{:02X} {}", one.value(), one.name()))
        })
        .collect();
    view! {
        <details class="disclosure">
            <summary class="disclosure__summary">
                <Icon name="chevron"/>
                {label}
                <span class="set-dot">{erased(count)}</span>
            </summary>
            <div class="disclosure__body automation__codes" role="group" aria-label=label>{codes}</div>
        </details>
    }
}
