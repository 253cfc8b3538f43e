//! The eight bits of a byte of flags, as boxes with their names.

use leptos::prelude::*;

use super::field_tree::row_name;
use super::model::{RowName, Sheet};
use super::reading::Reading;
use crate::mqtt::{FieldId, Label, Value};
use crate::ui::live::live;
use crate::ui::locale::use_locale;

#[component]
pub fn Bits(
    reading: Reading,
    /// The row of the byte.
    byte: usize,
    /// The rows of its bit fields, most significant first.
    fields: Vec<usize>,
) -> impl IntoView {
    let locale = use_locale();
    let sheet = reading.sheet();
    let boxes = fields
        .into_iter()
        .map(|row| {
            let bits = sheet.rows[row].bits?;
            let value = sheet.bytes.get(sheet.rows[byte].range.start).copied()?;
            let cells = (bits.low..=bits.high)
                .rev()
                .map(|bit| {
                    let is_on = value >> bit & 1 == 1;
                    view! {
                        <span class="bits__bit" data-on=is_on.then_some("")>
                            {u8::from(is_on)}
                        </span>
                    }
                })
                .collect_view();
            let name = bits_name(&sheet, row);
            let name = move || match name {
                Some(name) => name,
                None => row_name(sheet_name(&reading, row), locale.strings()),
            };
            Some(view! {
                <div
                    class="bits__field"
                    style:--bits=(bits.high - bits.low + 1).to_string()
                    data-lit=live(move || reading.lit_row(row))
                    on:click=move |_| reading.select(row)
                >
                    {cells}
                    <span class="bits__name">{live(name)}</span>
                </div>
            })
        })
        .collect_view();
    view! { <div class="bits" aria-hidden="true">{boxes}</div> }
}

/// The packet type goes by its own name.
fn bits_name(sheet: &Sheet, row: usize) -> Option<&'static str> {
    match (&sheet.rows[row].value, sheet.rows[row].name) {
        (Value::Named(_, name), RowName::Field(Label::Field(FieldId::PacketType))) => Some(name),
        _ => None,
    }
}

fn sheet_name(reading: &Reading, row: usize) -> RowName {
    reading.sheet().rows[row].name
}
