//! One setting of a table: its name, its control, what it means and what is wrong with what was typed.

use leptos::prelude::*;

use super::{Disclosure, Row, Select, TextBox, TextKind, said};
use crate::language::Strings;
use crate::mqtt::ReasonCode;
use crate::ui::erased::erased;
use crate::ui::loading::locale::use_locale;
use crate::ui::settings::{Control, Offer, Setting, Wrong, ending_codes};

/// `value` is what is in force, in the table's own text; `set` puts another in its place, or says what is
/// wrong with it, which then stays in the control until it is mended.
#[component]
pub fn SettingRow<T: 'static>(
    setting: &'static Setting<T>,
    id: String,
    value: Signal<String>,
    #[prop(into, optional)] changed: Signal<bool>,
    set: Callback<String, Result<(), Wrong>>,
) -> impl IntoView {
    let label = said(setting.label);
    let hint = setting.hint.map(said);
    row(&setting.control, id, label, setting.section, hint, value, changed, set)
}

/// Compiled once for all tables.
#[allow(clippy::too_many_arguments)]
fn row(
    control: &'static Control,
    id: String,
    label: Signal<String>,
    section: Option<&'static str>,
    hint: Option<Signal<String>>,
    value: Signal<String>,
    changed: Signal<bool>,
    set: Callback<String, Result<(), Wrong>>,
) -> AnyView {
    let locale = use_locale();
    let wrong = RwSignal::new(None::<Wrong>);
    let typed = RwSignal::new(String::new());
    let value = Memo::new(move |_| value.get());
    // What is in force is what stands here, until something else is typed.
    Effect::new(move || {
        typed.set(value.get());
        wrong.set(None);
    });
    let on_change = Callback::new(move |text: String| {
        let outcome = set.run(text.clone());
        typed.set(if outcome.is_ok() { value.get_untracked() } else { text });
        wrong.set(outcome.err());
    });
    let is_wrong = Signal::derive(move || wrong.get().is_some());
    let control = match control {
        Control::Text => {
            view! { <TextBox id=id.clone() value=typed wrong=is_wrong on_change/> }.into_any()
        }
        Control::Number(range) => {
            let kind = if range.takes_fractions { TextKind::Fraction } else { TextKind::Number };
            let placeholder = range.is_optional.then_some("–").map(str::to_owned);
            view! {
                <TextBox id=id.clone() kind placeholder value=typed wrong=is_wrong on_change/>
                <span class="field__unit">{range.unit}</span>
            }
            .into_any()
        }
        Control::Switch => view! {
            <input
                type="checkbox"
                role="switch"
                id=id.clone()
                prop:checked=erased(move || typed.get() == "true")
                on:change=move |event| on_change.run(event_target_checked(&event).to_string())
            />
        }
        .into_any(),
        Control::Choice(offers) => {
            let options = Signal::derive(move || named(offers, locale.strings()));
            view! { <Select id=id.clone() options value=typed.into() on_change/> }.into_any()
        }
        Control::Codes => return view! { <Codes label typed on_change/> }.into_any(),
    };
    let hint = MaybeProp::derive(move || hint.map(|hint| hint.get()));
    let problem = Signal::derive(move || wrong.get().map(|wrong| wrong.words(locale.strings())));
    view! {
        <Row id label section aside=true hint problem changed>
            {control}
        </Row>
    }
    .into_any()
}

fn named(offers: &[Offer], strings: &Strings) -> Vec<(String, String)> {
    offers.iter().map(|(key, words)| ((*key).to_owned(), words(strings).to_owned())).collect()
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
    let code = |code: ReasonCode| {
        let value = format!("{:02X}", code.value());
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
                {format!("0x{:02X} {}", code.value(), code.name())}
            </label>
        }
        .into_any()
    };
    let codes: Vec<_> = ending_codes().map(code).collect();
    view! {
        <Disclosure title=label told=Signal::derive(move || Some(count()))>
            <div class="code-list" role="group" aria-label=label>{codes}</div>
        </Disclosure>
    }
}
