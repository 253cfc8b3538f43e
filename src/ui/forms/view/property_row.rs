//! One property: absent until it is set.

use leptos::prelude::*;

use super::context::use_form;
use super::controls::{BytesInput, FieldRow, TextInput};
use super::lens::Lens;
use crate::mqtt::PropertyId;
use crate::ui::components::controls::{TextKind, label_id};
use crate::ui::erased::erased;
use crate::ui::forms::Field;
use crate::ui::forms::properties::{PropertiesDraft, PropertyDraft, hints};
use crate::ui::loading::locale::use_locale;

/// The tick puts the property into the packet; so does typing a value.
#[component]
pub fn PropertyRow(properties: Lens<PropertiesDraft>, id: PropertyId) -> impl IntoView {
    let locale = use_locale();
    let (part, first) = properties.peek(|all| (all.part(), all.get(id).cloned()));
    let first = first?;
    let field = Field::Property(part, id);
    let row = Lens::new(
        {
            let first = first.clone();
            move || properties.with(|all| all.get(id).cloned()).unwrap_or_else(|| first.clone())
        },
        move |row: PropertyDraft| {
            properties.update(|all| {
                if let Some(place) = all.get_mut(id) {
                    *place = row;
                }
            });
        },
    );
    let set = row.part(|row| &row.set, |row| &mut row.set);
    let bytes = Lens::new(
        move || row.with(|row| row.value.clone()),
        move |value| row.update(|row| (row.set, row.value) = (true, value)),
    );
    let text = bytes.part(|bytes| &bytes.text, |bytes| &mut bytes.text);

    let placeholder = move || (!set.get()).then(|| locale.strings().form_not_sent().to_owned());
    let placeholder = Signal::derive(placeholder);
    let hint = move || {
        let words = row.with(|row| hints::hint(part, row, locale.strings()));
        set.get().then_some(words)
    };
    let unit = move || {
        hints::unit(id, locale.strings())
            .map(|unit| view! { <span class="field__unit">{unit}</span> })
    };
    let is_flag = first.is_flag();
    let control = match () {
        () if is_flag => view! { <FlagChoice field text/> }.into_any(),
        () if first.is_binary() => view! { <BytesInput field bytes placeholder/> }.into_any(),
        () => {
            let kind = if first.range.is_some() { TextKind::Number } else { TextKind::Exact };
            view! { <TextInput field text kind placeholder/> {erased(unit)} }.into_any()
        }
    };
    Some(view! {
        <div class="property" data-set=erased(move || set.get().then_some(""))>
            <input
                type="checkbox"
                class="property__set"
                aria-label=erased(move || locale.strings().form_set_property(id.name()))
                prop:checked=erased(move || set.get())
                on:change=move |event| {
                    row.update(|row| {
                        row.set = event_target_checked(&event);
                        if is_flag && row.value.text.is_empty() {
                            row.value.text = "1".to_owned();
                        }
                    });
                }
            />
            <FieldRow field spec=true group=is_flag hint=Signal::derive(hint)>
                {control}
            </FieldRow>
        </div>
    })
}

/// 0 or 1.
#[component]
fn FlagChoice(field: Field, text: Lens<String>) -> impl IntoView {
    let form = use_form();
    let id = form.element_id(field);
    let options = ["0", "1"].map(|option| {
        view! {
            <label class="segmented__option">
                <input
                    type="radio"
                    name=id.clone()
                    prop:checked=erased(move || text.with(|text| text == option))
                    on:change=move |_| text.set(option.to_owned())
                />
                {option}
            </label>
        }
    });
    view! {
        <div class="segmented" role="radiogroup" aria-labelledby=label_id(&id)>
            {options.collect_view()}
        </div>
    }
}
