//! One setting of the policy: its name, its control, what it does.

use leptos::prelude::*;

use super::controls::{Row, Select, TextBox, said};
use super::policy_tab::change;
use crate::broker::Policy;
use crate::ui::broker_view::access::given;
use crate::ui::broker_view::settings::{Kind, NumberError, Setting};
use crate::ui::erased::erased;
use crate::ui::loading::locale::use_locale;
use crate::ui::state::store::use_store;

#[component]
pub fn SettingRow(setting: &'static Setting, policy: Memo<Policy>) -> impl IntoView {
    let id = format!("inside-{}", setting.id);
    let problem = RwSignal::new(None::<NumberError>);
    let changed = Signal::derive(move || policy.with(|policy| !setting.is_default(policy)));
    view! {
        <Row
            id=id.clone()
            label=said(setting.label)
            section=setting.section
            hint=Some(said(setting.hint))
            problem
            changed
        >
            {control(setting, id, policy, problem)}
        </Row>
    }
}

fn control(
    setting: &'static Setting,
    id: String,
    policy: Memo<Policy>,
    problem: RwSignal<Option<NumberError>>,
) -> AnyView {
    let store = use_store();
    let locale = use_locale();
    match &setting.kind {
        Kind::Number(number) => {
            let text = RwSignal::new(String::new());
            let in_force = Memo::new(move |_| policy.with(|policy| number.text(policy)));
            // What is in force is what stands here, until something else is typed.
            Effect::new(move || {
                text.set(in_force.get());
                problem.set(None);
            });
            let write = move |typed: String| {
                let read = number.parse(&typed);
                text.set(typed);
                problem.set(read.err());
                if let Ok(value) = read {
                    change(store, |policy| (number.write)(policy, value));
                }
            };
            let placeholder = if number.optional { "–" } else { "" };
            view! {
                <TextBox
                    id=Some(id)
                    number=true
                    placeholder=placeholder.to_owned()
                    value=text.into()
                    wrong=Signal::derive(move || problem.get().is_some())
                    on_change=Callback::new(write)
                />
                <span class="field__unit">{number.unit}</span>
            }
            .into_any()
        }
        Kind::Switch { read, write } => {
            let (read, write) = (*read, *write);
            let toggle = move |event| {
                let on = event_target_checked(&event);
                change(store, |policy| write(policy, on));
            };
            view! {
                <input
                    type="checkbox"
                    role="switch"
                    id=id
                    prop:checked=erased(move || policy.with(read))
                    on:change=toggle
                />
            }
            .into_any()
        }
        Kind::Text { read, write } => {
            let (read, write) = (*read, *write);
            let value = move || policy.with(|p| read(p).unwrap_or_default().to_owned());
            let write = move |text: String| change(store, |policy| write(policy, given(&text)));
            view! {
                <TextBox id=Some(id) value=Signal::derive(value) on_change=Callback::new(write)/>
            }
            .into_any()
        }
        Kind::Choice(choice) => {
            let options = move || {
                let strings = locale.strings();
                let option = |(index, words): (usize, &fn(&_) -> &'static str)| {
                    (index.to_string(), words(strings).to_owned())
                };
                choice.options.iter().enumerate().map(option).collect()
            };
            let value = move || policy.with(choice.read).to_string();
            let write = move |value: String| {
                let index = value.parse().unwrap_or(0);
                change(store, |policy| (choice.write)(policy, index));
            };
            view! {
                <Select
                    id=Some(id)
                    options=Signal::derive(options)
                    value=Signal::derive(value)
                    on_change=Callback::new(write)
                />
            }
            .into_any()
        }
    }
}
