//! A Packet Identifier, Reason Codes and properties, as far as the packet has them.

use leptos::prelude::*;

use super::PropertiesEditor;
use super::context::use_form;
use super::controls::{Check, FieldRow, TextField};
use super::lens::Lens;
use crate::mqtt::{FieldId, ReasonCode};
use crate::ui::components::Icon;
use crate::ui::components::controls::TextKind;
use crate::ui::erased::erased;
use crate::ui::forms::plain::PlainDraft;
use crate::ui::forms::{Field, RowKey};
use crate::ui::loading::locale::use_locale;

/// Of one type of packet: another one is another form.
#[component]
pub fn PlainForm(draft: RwSignal<PlainDraft>) -> impl IntoView {
    let locale = use_locale();
    let first = draft.get_untracked();
    if first.is_empty() {
        return view! {
            <p class="field__hint">{erased(move || locale.strings().composer_no_fields())}</p>
        }
        .into_any();
    }
    let packet_id = Lens::of(draft, |d| &d.packet_id, |d| &mut d.packet_id);
    let session_present = Lens::of(draft, |d| &d.session_present, |d| &mut d.session_present);
    let properties = Lens::of(draft, |d| &d.properties, |d| &mut d.properties);
    let packet = first.packet();
    let keys = Memo::new(move |_| draft.with(|d| d.reason_codes.keys()));
    let has_list = first.has_list();
    let add = move |_| {
        draft.update(|d| {
            let code = d.allowed_codes().next().unwrap_or(ReasonCode::Success);
            d.reason_codes.push(code);
        });
    };
    view! {
        {first
            .has_packet_id()
            .then(|| {
                view! {
                    <TextField field=Field::PacketIdentifier text=packet_id kind=TextKind::Number/>
                }
            })}
        {first
            .has_session_present()
            .then(|| {
                view! {
                    <div class="field">
                        <span class="field__label"></span>
                        <div class="field__control">
                            <Check on=session_present label=FieldId::SessionPresent.name()/>
                        </div>
                    </div>
                }
            })}
        <For each=move || keys.get() key=|key| *key let:key>
            <CodeRow draft key has_list packet/>
        </For>
        {has_list
            .then(|| {
                view! {
                    <button
                        type="button"
                        class="button button--quiet button--small pairs__add"
                        on:click=add
                    >
                        <Icon name="plus" small=true/>
                        {erased(move || locale.strings().composer_code_add())}
                    </button>
                }
            })}
        <PropertiesEditor properties/>
    }
    .into_any()
}

/// One Reason Code.
#[component]
fn CodeRow(
    draft: RwSignal<PlainDraft>,
    key: RowKey,
    has_list: bool,
    packet: crate::mqtt::PacketType,
) -> impl IntoView {
    let locale = use_locale();
    let form = use_form();
    let row = Memo::new(move |_| draft.with(|d| d.reason_codes.position(key).unwrap_or(0)));
    let field = Signal::derive(move || Field::Code(packet, row.get()));
    let code = Memo::new(move |_| draft.with(|d| d.reason_codes.get(key).copied()));
    let choose = move |event| {
        let chosen = event_target_value(&event).parse().ok().and_then(ReasonCode::from_value);
        draft.update(|d| {
            if let (Some(place), Some(chosen)) = (d.reason_codes.get_mut(key), chosen) {
                *place = chosen;
            }
        });
    };
    let options = draft.with_untracked(|d| d.allowed_codes().collect::<Vec<_>>());
    let options = options
        .into_iter()
        .map(|option| {
            view! {
                <option
                    value=option.value().to_string()
                    selected=erased(move || code.get() == Some(option))
                >
                    {option.in_words(packet)}
                </option>
            }
        })
        .collect_view();
    let remove = move || {
        let label = erased(move || locale.strings().composer_code_remove(row.get() + 1));
        view! {
            <button
                type="button"
                class="button button--quiet button--icon"
                aria-label=label
                on:click=move |_| draft.update(|d| d.reason_codes.remove(key))
            >
                <Icon name="remove"/>
            </button>
        }
    };
    view! {
        <FieldRow field>
            <select
                id=erased(move || form.element_id(field.get()))
                prop:value=erased(move || code.get().map(|code| code.value().to_string()))
                on:change=choose
            >
                {options}
            </select>
            {has_list.then(remove)}
        </FieldRow>
    }
}
