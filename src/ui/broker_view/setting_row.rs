//! One setting of the policy: its name, its control, what it does.

use leptos::prelude::*;

use super::access::given;
use super::policy_tab::change;
use super::settings::{Choice, Kind, Number, NumberError, Setting};
use crate::broker::Policy;
use crate::ui::components::{Icon, SpecRef};
use crate::ui::live::live;
use crate::ui::locale::use_locale;
use crate::ui::store::use_store;

#[component]
pub fn SettingRow(setting: &'static Setting, policy: Memo<Policy>) -> impl IntoView {
    let locale = use_locale();
    let id = format!("inside-{}", setting.id);
    let error = RwSignal::new(None::<NumberError>);
    let label = move || (setting.label)(locale.strings());
    let section = setting.section.map(|section| view! { <SpecRef section aside=true/> });
    let is_group = matches!(setting.kind, Kind::Choice(_));
    let label_id = format!("{id}-label");
    let label = match is_group {
        true => view! { <span class="field__label" id=label_id.clone()>{label}{section}</span> }
            .into_any(),
        false => {
            view! { <label class="field__label" for=id.clone()>{label}{section}</label> }.into_any()
        }
    };
    let control = match &setting.kind {
        Kind::Number(number) => {
            view! { <NumberControl number id=id.clone() policy error/> }.into_any()
        }
        Kind::Switch { read, write } => {
            let (read, write) = (*read, *write);
            let store = use_store();
            view! {
                <input
                    type="checkbox"
                    role="switch"
                    id=id.clone()
                    prop:checked=live(move || policy.with(read))
                    on:change=move |event| {
                        let on = event_target_checked(&event);
                        change(store, |policy| write(policy, on));
                    }
                />
            }
            .into_any()
        }
        Kind::Text { read, write } => {
            let (read, write) = (*read, *write);
            let store = use_store();
            view! {
                <input
                    type="text"
                    class="input--bytes"
                    id=id.clone()
                    autocomplete="off"
                    autocapitalize="off"
                    spellcheck="false"
                    prop:value=live(move || policy.with(|p| read(p).unwrap_or_default().to_owned()))
                    on:change=move |event| {
                        let text = given(&event_target_value(&event));
                        change(store, |policy| write(policy, text));
                    }
                />
            }
            .into_any()
        }
        Kind::Choice(choice) => {
            view! { <ChoiceControl choice id=id.clone() labelled_by=label_id policy/> }.into_any()
        }
    };
    let problem_id = format!("{id}-problem");
    view! {
        <div class="field" data-changed=live(move || {
            policy.with(|policy| !setting.is_default(policy)).then_some("")
        })>
            {label}
            <div class="field__control">{control}</div>
            <p class="field__hint">{live(move || (setting.hint)(locale.strings()))}</p>
            {live(move || {
                error
                    .get()
                    .map(|error| {
                        view! {
                            <p class="field__error" role="alert" id=problem_id.clone()>
                                <Icon name="warning"/>
                                {error.words(locale.strings())}
                            </p>
                        }
                    })
            })}
        </div>
    }
}

#[component]
fn NumberControl(
    number: &'static Number,
    id: String,
    policy: Memo<Policy>,
    error: RwSignal<Option<NumberError>>,
) -> impl IntoView {
    let store = use_store();
    let text = RwSignal::new(String::new());
    let in_force = Memo::new(move |_| policy.with(|policy| number.text(policy)));
    // What is in force is what stands here, until something else is typed.
    Effect::new(move || {
        text.set(in_force.get());
        error.set(None);
    });
    let change_it = move |event| {
        let typed = event_target_value(&event);
        text.set(typed.clone());
        match number.parse(&typed) {
            Ok(value) => {
                error.set(None);
                change(store, |policy| (number.write)(policy, value));
            }
            Err(wrong) => error.set(Some(wrong)),
        }
    };
    let problem_id = format!("{id}-problem");
    view! {
        <input
            type="text"
            class="input--number"
            id=id
            inputmode="numeric"
            autocomplete="off"
            placeholder=if number.optional { "–" } else { "" }
            aria-invalid=live(move || error.get().map(|_| "true"))
            aria-describedby=live(move || error.get().map(|_| problem_id.clone()))
            prop:value=live(move || text.get())
            on:change=change_it
        />
        <span class="field__unit">{number.unit}</span>
    }
}

/// A few short options beside each other, more or longer ones as a list.
#[component]
fn ChoiceControl(
    choice: &'static Choice,
    id: String,
    labelled_by: String,
    policy: Memo<Policy>,
) -> impl IntoView {
    let store = use_store();
    let locale = use_locale();
    let current = Memo::new(move |_| policy.with(choice.read));
    let set = move |index| change(store, |policy| (choice.write)(policy, index));
    let options = choice.options.iter().enumerate();
    if choice.options.len() > 3 {
        let options: Vec<_> = options
            .map(|(index, words)| {
                view! {
                    <option value=index prop:selected=live(move || current.get() == index)>
                        {live(move || words(locale.strings()))}
                    </option>
                }
            })
            .collect();
        let choose = move |event| set(event_target_value(&event).parse().unwrap_or(0));
        view! {
            <select id=id aria-labelledby=labelled_by on:change=choose>{options}</select>
        }
        .into_any()
    } else {
        let options: Vec<_> = options
            .map(|(index, words)| {
                view! {
                    <label class="segmented__option">
                        <input
                            type="radio"
                            name=id.clone()
                            prop:checked=live(move || current.get() == index)
                            on:change=move |_| set(index)
                        />
                        {live(move || words(locale.strings()))}
                    </label>
                }
            })
            .collect();
        view! {
            <div class="segmented segmented--small" role="radiogroup" aria-labelledby=labelled_by>
                {options}
            </div>
        }
        .into_any()
    }
}
