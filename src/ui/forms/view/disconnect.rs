//! DISCONNECT: how the client leaves.

use leptos::prelude::*;

use super::PropertiesEditor;
use super::context::use_form;
use super::controls::FieldRow;
use super::lens::Lens;
use crate::glossary;
use crate::mqtt::{PacketType, ReasonCode};
use crate::ui::erased::erased;
use crate::ui::forms::Field;
use crate::ui::forms::disconnect::DisconnectDraft;
use crate::ui::loading::locale::use_locale;

#[component]
pub fn DisconnectForm(draft: RwSignal<DisconnectDraft>) -> impl IntoView {
    let locale = use_locale();
    let form = use_form();
    let code = Lens::of(draft, |d| &d.reason_code, |d| &mut d.reason_code);
    let properties = Lens::of(draft, |d| &d.properties, |d| &mut d.properties);
    let meaning = move || {
        let entry = glossary::reason_code(code.get(), locale.language());
        entry.map_or("", |entry| entry.short)
    };
    view! {
        <FieldRow field=Field::ReasonCode>
            <select
                id=form.element_id(Field::ReasonCode)
                prop:value=erased(move || code.get().value().to_string())
                on:change=move |event| {
                    let chosen = event_target_value(&event).parse().ok();
                    if let Some(chosen) = chosen.and_then(ReasonCode::from_value) {
                        code.set(chosen);
                    }
                }
            >
                {DisconnectDraft::reason_codes()
                    .map(|option| {
                        view! {
                            <option
                                value=option.value().to_string()
                                selected=erased(move || code.get() == option)
                            >
                                {option.in_words(PacketType::Disconnect)}
                            </option>
                        }
                    })
                    .collect_view()}
            </select>
        </FieldRow>
        <p class="field__hint" inner_html=erased(meaning)></p>
        <PropertiesEditor properties/>
    }
}
