//! The fields of the packet as a tree, down to bits.

use leptos::ev::{KeyboardEvent, MouseEvent, PointerEvent};
use leptos::html::Div;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

use super::reading::{Layout, Reading};
use crate::language::Strings;
use crate::mqtt::{FieldId, Label, Version};
use crate::ui::browser::data_number;
use crate::ui::components::{Icon, SpecRef};
use crate::ui::erased::erased;
use crate::ui::inspector::meaning::{meaning, value};
use crate::ui::inspector::model::{Row, RowName};
use crate::ui::loading::locale::use_locale;
use crate::ui::windowed::view::use_windowed_like;

/// From here on two offsets do not fit beside each other.
const WIDE_OFFSET: usize = 10_000;

#[component]
pub fn FieldTree(reading: Reading, layout: Layout) -> impl IntoView {
    let locale = use_locale();
    let sheet = StoredValue::new(reading.sheet());
    let root = NodeRef::<Div>::new();
    let windowed = use_windowed_like(root, layout.tree);
    let visible = Memo::new(move |_| reading.visible());
    let drawn = Memo::new(move |_| windowed.sight().rows(visible.with(Vec::len)));
    let space = move |rows: usize| format!("{}px", rows as f64 * windowed.sight().row_height);
    let position =
        move |row: usize| visible.with_untracked(|rows| rows.partition_point(|r| *r < row));

    Effect::new(move || {
        // Before a field is chosen, what breaks the packet is what to look at.
        let broken = || sheet.with_value(|sheet| sheet.first_fault());
        // Where everything scrolls together, the place that was pressed is not left for the row.
        if let Some(row) = reading.selected().or_else(broken)
            && windowed.scrolls_itself()
        {
            windowed.reveal(position(row), row as u64, |_| {});
        }
    });
    // Properties are what most packets are opened for: where they do not fit, they come up.
    let place = move || {
        let is_free = reading.selected_now().is_none() && windowed.scrolls_itself();
        let Some(root) = windowed.root().filter(|_| is_free) else { return };
        windowed.measure();
        let sight = untrack(|| windowed.sight());
        let rows = sheet.with_value(|sheet| {
            let row = sheet.rows.iter().position(|row| {
                let is_group = row.name == RowName::Field(Label::Field(FieldId::Properties));
                is_group && row.range.len() > 1
            })?;
            let is_sound = sheet.flaws.is_empty();
            is_sound.then(|| (position(row), position(sheet.rows[row].end)))
        });
        if let Some((upper, lower)) = rows {
            let by = sight.distance_to(upper as f64, lower as f64);
            let most = upper as f64 * sight.row_height - sight.top;
            root.set_scroll_top(root.scroll_top() + by.min(most).max(0.0) as i32);
            windowed.measure();
        }
    };
    let is_placed = StoredValue::new(false);
    Effect::new(move || {
        let sight = windowed.sight();
        if !is_placed.get_value() && sight.row_height > 0.0 && sight.height > 0.0 {
            is_placed.set_value(true);
            // Once what is expected to be in sight has been measured.
            request_animation_frame(move || {
                request_animation_frame(move || {
                    if !is_placed.is_disposed() {
                        place();
                    }
                })
            });
        }
    });
    let go = move |row: usize| {
        reading.select(row);
        windowed.reveal(position(row), row as u64, |element| {
            if let Some(element) = element.dyn_ref::<web_sys::HtmlElement>() {
                let _ = element.focus();
            }
        });
    };
    // The row that Tab reaches.
    let stop = Memo::new(move |_| {
        let drawn = drawn.get();
        visible.with(|rows| {
            let rows = rows.get(drawn).unwrap_or_default();
            let here = reading.selected().filter(|row| rows.binary_search(row).is_ok());
            here.or(rows.first().copied())
        })
    });

    let on_move = move |event: PointerEvent| {
        if event.movement_x() != 0 || event.movement_y() != 0 {
            reading.hover(data_number(&event, "data-row"));
        }
    };
    let on_click = move |event: MouseEvent| {
        let Some(row) = data_number(&event, "data-row") else { return };
        let on_toggle = event
            .target()
            .and_then(|target| target.dyn_into::<web_sys::Element>().ok())
            .is_some_and(|t| t.closest(".field-row__toggle").is_ok_and(|found| found.is_some()));
        let has_children = sheet.with_value(|sheet| sheet.has_children(row));
        let was_selected = untrack(|| reading.selected()) == Some(row);
        if has_children && (on_toggle || was_selected) {
            let open = untrack(|| reading.is_expanded(row));
            reading.expand(row, !open);
        }
        reading.select(row);
    };
    let on_key = move |event: KeyboardEvent| {
        if event.ctrl_key() || event.meta_key() || event.alt_key() {
            return;
        }
        let rows = visible.get_untracked();
        let Some(row) = untrack(|| reading.selected()).or(stop.get_untracked()) else { return };
        let at = position(row);
        let has_children = sheet.with_value(|sheet| sheet.has_children(row));
        let is_open = untrack(|| reading.is_expanded(row));
        let page = untrack(|| windowed.sight()).page();
        let to = match event.key().as_str() {
            "ArrowDown" => rows.get(at + 1).copied(),
            "ArrowUp" => at.checked_sub(1).map(|above| rows[above]),
            "PageDown" => rows.get((at + page).min(rows.len() - 1)).copied(),
            "PageUp" => rows.get(at.saturating_sub(page)).copied(),
            "Home" => rows.first().copied(),
            "End" => rows.last().copied(),
            "ArrowRight" if has_children && !is_open => {
                reading.expand(row, true);
                Some(row)
            }
            "ArrowRight" if has_children => Some(row + 1),
            "ArrowLeft" if has_children && is_open => {
                reading.expand(row, false);
                Some(row)
            }
            "ArrowLeft" => sheet.with_value(|sheet| sheet.rows[row].parent),
            "Enter" | " " => {
                if has_children && untrack(|| reading.selected()) == Some(row) {
                    reading.expand(row, !is_open);
                }
                Some(row)
            }
            _ => return,
        };
        event.prevent_default();
        if let Some(row) = to {
            go(row);
        }
    };

    let row = move |row: usize| {
        let sheet = sheet.get_value();
        let Row { name, depth, range, bits, place, .. } = sheet.rows[row].clone();
        let is_broken = sheet.flaw_in(row).is_some();
        let has_children = sheet.has_children(row);
        let shown = value(&sheet, row);
        let means = {
            let sheet = sheet.clone();
            move || meaning(&sheet, row, locale.strings())
        };
        let where_it_is = move || match bits {
            Some(bits) if bits.high == bits.low => locale.strings().inspector_bit(bits.high),
            Some(bits) => locale.strings().inspector_bits(bits.high, bits.low),
            None => match range.len() {
                0 => String::new(),
                1 => range.start.to_string(),
                _ if range.end > WIDE_OFFSET => format!("{} …", range.start),
                _ => format!("{}–{}", range.start, range.end - 1),
            },
        };
        let bytes = sheet.rows[row].range.clone();
        let bytes = move || match bytes.len() {
            0 => String::new(),
            1 => locale.strings().inspector_at(bytes.start),
            _ => locale.strings().inspector_range(bytes.start, bytes.end - 1),
        };
        let version = sheet.version;
        let section = name.label().map(|label| label.section_in(version));
        let is_absent = matches!(name, RowName::Absent | RowName::Default(_));
        let label = move || row_name(name, version, locale.strings());
        view! {
            <div
                class="field-row"
                role="treeitem"
                data-row=row.to_string()
                attr:aria-level=(depth + 1).to_string()
                aria-posinset=place.0.to_string()
                aria-setsize=place.1.to_string()
                aria-expanded=erased(move || has_children.then(|| reading.is_expanded(row).to_string()))
                aria-selected=erased(move || (reading.selected() == Some(row)).to_string())
                tabindex=erased(move || if stop.get() == Some(row) { "0" } else { "-1" })
                style:--depth=depth.to_string()
                data-lit=erased(move || reading.lit_row(row))
                data-state=is_broken.then_some("malformed")
                data-absent=is_absent.then_some("")
            >
                <span class="field-row__name">
                    <span class="field-row__toggle">
                        {has_children.then(|| view! { <Icon name="chevron"/> })}
                    </span>
                    {is_broken.then(|| view! { <Icon name="malformed" small=true/> })}
                    <span class="field-row__label" title=erased(label)>{erased(label)}</span>
                </span>
                <span class="field-row__value">
                    {shown}
                    {erased(move || means().map(|means| view! {
                        " "
                        <span class="field-row__meaning">{means}</span>
                    }))}
                </span>
                <span class="field-row__range" title=erased(bytes)>
                    {erased(where_it_is)}
                </span>
                {section.map(|section| view! { <SpecRef section aside=true version/> })}
            </div>
        }
    };
    view! {
        <div
            class="field-tree"
            node_ref=root
            role="tree"
            aria-label=erased(move || locale.strings().inspector_fields())
            on:pointermove=on_move
            on:pointerleave=move |_| reading.hover(None)
            on:click=on_click
            on:keydown=on_key
        >
            <div data-rows="" style:block-size=erased(move || space(drawn.get().start))></div>
            <For
                // The rows are read before the range that depends on them: the other way round, rows that open
                // within the same range would not be noticed.
                each=move || visible.with(|rows| rows.get(drawn.get()).unwrap_or_default().to_vec())
                key=|row| *row
                children=row
            />
            <div style:block-size=erased(move || {
                let rows = visible.with(Vec::len);
                space(rows - drawn.get().end.min(rows))
            })></div>
        </div>
    }
}

pub fn row_name(name: RowName, version: Version, strings: &Strings) -> &'static str {
    match name {
        RowName::Field(label) | RowName::Default(label) => label.name_in(version),
        RowName::Absent => strings.inspector_absent(),
        RowName::Unread => strings.inspector_unread(),
        RowName::Missing => strings.inspector_missing(),
    }
}
