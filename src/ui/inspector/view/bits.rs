//! The eight bits of a byte of flags, as boxes with their names.

use leptos::ev::KeyboardEvent;
use leptos::html::Div;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

use super::field_tree::row_name;
use super::reading::Reading;
use crate::language::Strings;
use crate::mqtt::{FieldId, Label, Value};
use crate::ui::erased::erased;
use crate::ui::inspector::meaning::{meaning, value};
use crate::ui::inspector::model::{RowName, Sheet};
use crate::ui::loading::locale::use_locale;

/// Each field of the byte is a button that chooses its row; arrow keys go from one to the next.
#[component]
pub fn Bits(
    reading: Reading,
    /// The row of the byte.
    byte: usize,
    /// The rows of its bit fields, most significant first.
    fields: Vec<usize>,
) -> impl IntoView {
    let locale = use_locale();
    let root = NodeRef::<Div>::new();
    let sheet = StoredValue::new(reading.sheet());
    let first = fields.first().copied();
    let here = {
        let fields = fields.clone();
        Memo::new(move |_| reading.selected().filter(|row| fields.contains(row)).or(first))
    };
    let on_key = {
        let fields = fields.clone();
        move |event: KeyboardEvent| {
            let at = here.get_untracked().and_then(|row| fields.iter().position(|f| *f == row));
            let Some(at) = at.filter(|_| !event.ctrl_key() && !event.alt_key()) else { return };
            let to = match event.key().as_str() {
                "ArrowRight" => (at + 1).min(fields.len() - 1),
                "ArrowLeft" => at.saturating_sub(1),
                "Home" => 0,
                "End" => fields.len() - 1,
                _ => return,
            };
            event.prevent_default();
            reading.open_to(fields[to]);
            let button = root.get_untracked().and_then(|root| root.children().item(to as u32));
            if let Some(button) = button.and_then(|b| b.dyn_into::<web_sys::HtmlElement>().ok()) {
                let _ = button.focus();
            }
        }
    };
    let boxes = fields
        .into_iter()
        .map(|row| {
            let sheet = sheet.get_value();
            let bits = sheet.rows[row].bits?;
            let whole = sheet.bytes.get(sheet.rows[byte].range.start).copied()?;
            let cells = (bits.low..=bits.high)
                .rev()
                .map(|bit| {
                    let is_on = whole >> bit & 1 == 1;
                    view! {
                        <span class="bits__bit" aria-hidden="true" data-on=is_on.then_some("")>
                            {u8::from(is_on)}
                        </span>
                    }
                })
                .collect_view();
            let name = {
                let sheet = sheet.clone();
                move || bits_name(&sheet, row, locale.strings())
            };
            let label = move || in_words(&sheet, row, locale.strings());
            let title = erased(label.clone());
            Some(view! {
                <button
                    type="button"
                    class="bits__field"
                    style:--bits=(bits.high - bits.low + 1).to_string()
                    tabindex=erased(move || if here.get() == Some(row) { "0" } else { "-1" })
                    title=title
                    data-lit=erased(move || reading.lit_row(row))
                    on:click=move |_| reading.open_to(row)
                    on:pointerenter=move |_| reading.hover(Some(row))
                    on:pointerleave=move |_| reading.hover(None)
                >
                    {cells}
                    <span class="bits__name" aria-hidden="true">{erased(name)}</span>
                    <span class="visually-hidden">{erased(label)}</span>
                </button>
            })
        })
        .collect_view();
    let caption = move || {
        let sheet = sheet.get_value();
        let name = row_name(sheet.rows[byte].name, sheet.version, locale.strings());
        let at = sheet.rows[byte].range.start;
        format!("{name} · {} · 0x{:02X}", locale.strings().inspector_at(at), sheet.bytes[at])
    };
    view! {
        <div class="flags__byte">
            <span class="flags__name">{erased(caption)}</span>
            <div class="bits" node_ref=root role="toolbar" aria-label=erased(caption) on:keydown=on_key>
                {boxes}
            </div>
        </div>
    }
}

/// The packet type goes by its own name.
fn bits_name(sheet: &Sheet, row: usize, strings: &Strings) -> &'static str {
    match (&sheet.rows[row].value, sheet.rows[row].name) {
        (Value::Named(_, name), RowName::Field(Label::Field(FieldId::PacketType))) => name,
        _ => row_name(sheet.rows[row].name, sheet.version, strings),
    }
}

/// `QoS 01: At least once`.
fn in_words(sheet: &Sheet, row: usize, strings: &Strings) -> String {
    let name = row_name(sheet.rows[row].name, sheet.version, strings);
    let digits = value(sheet, row);
    match meaning(sheet, row, strings) {
        Some(meaning) => format!("{name} {digits}: {meaning}"),
        None => format!("{name} {digits}"),
    }
}
