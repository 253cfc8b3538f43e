//! The bytes of the packet, in groups of eight, with their text.

use leptos::ev::{KeyboardEvent, MouseEvent, PointerEvent};
use leptos::html::Div;
use leptos::prelude::*;

use super::reading::{Layout, Reading};
use crate::ui::browser::data_number;
use crate::ui::erased::erased;
use crate::ui::inspector::model::{Glyph, Sheet};
use crate::ui::loading::locale::use_locale;
use crate::ui::windowed::view::use_windowed_like;

/// Bytes in one group.
const GROUP: usize = 8;
/// So many lines are no strip yet.
const STRIP: usize = 6;

#[component]
pub fn Hex(reading: Reading, layout: Layout) -> impl IntoView {
    let locale = use_locale();
    let sheet = StoredValue::new(reading.sheet());
    let root = NodeRef::<Div>::new();
    let windowed = use_windowed_like(root, layout.hex);
    let groups = sheet.with_value(|sheet| sheet.bytes.len().div_ceil(GROUP));

    // Groups flow into as many columns as there is room for. Asking lays the page out, so what is drawn in place of
    // another packet takes over its columns until it turns out to be laid out differently.
    let columns = Memo::new(move |before: Option<&usize>| {
        let sight = windowed.sight();
        let root = windowed.root().filter(|_| sight.row_height > 0.0 && before.is_some());
        let Some(root) = root else { return layout.columns.get_value() };
        let style = window().get_computed_style(&root).ok().flatten();
        let tracks = style.and_then(|style| style.get_property_value("grid-template-columns").ok());
        let columns = tracks.map_or(1, |tracks| tracks.split_whitespace().count().max(1));
        layout.columns.set_value(columns);
        columns
    });
    let lines = move || groups.div_ceil(columns.get());
    let drawn = Memo::new(move |_| windowed.sight().rows(lines()));
    let drawn_groups = move || {
        let (lines, columns) = (drawn.get(), columns.get());
        (lines.start * columns)..(lines.end * columns).min(groups)
    };
    let space = move |lines: usize| {
        let height = lines as f64 * windowed.sight().row_height;
        format!("{height}px")
    };

    Effect::new(move || {
        let start = sheet.with_value(|sheet| match reading.selected() {
            Some(row) => Some(sheet.rows[row].range.start),
            None => {
                let first = sheet.flaws.first().map(|flaw| flaw.range.start);
                first.map(|start| start.min(sheet.bytes.len().saturating_sub(1)))
            }
        });
        if let Some(start) = start
            && windowed.scrolls_itself()
        {
            let line = start / GROUP / columns.get_untracked();
            windowed.reveal(line, line as u64, |_| {});
        }
    });

    // Where there is little room, bytes that need many lines are a strip that follows the field, until all are asked for.
    let is_whole = RwSignal::new(false);
    let is_long = Memo::new(move |_| lines() > STRIP);
    let toggle = move |event: MouseEvent| {
        event.stop_propagation();
        is_whole.update(|is_whole| *is_whole = !*is_whole);
        request_animation_frame(move || windowed.measure());
    };

    let row_of = move |byte: usize| sheet.with_value(|sheet| sheet.leaf_at(byte));
    let on_move = move |event: PointerEvent| {
        // Scrolling under a resting pointer moves nothing.
        if event.movement_x() != 0 || event.movement_y() != 0 {
            reading.hover(data_number(&event, "data-at").and_then(row_of));
        }
    };
    let on_click = move |event: MouseEvent| {
        if let Some(row) = data_number(&event, "data-at").and_then(row_of) {
            reading.select(row);
        }
    };
    let on_key = move |event: KeyboardEvent| {
        if event.ctrl_key() || event.meta_key() || event.alt_key() {
            return;
        }
        let here = untrack(|| reading.selected());
        let range = here.map(|row| sheet.with_value(|sheet| sheet.rows[row].range.clone()));
        let line = GROUP * columns.get_untracked();
        let last = sheet.with_value(|sheet| sheet.bytes.len().saturating_sub(1));
        let to = sheet.with_value(|sheet| match (event.key().as_str(), range) {
            ("ArrowRight" | "ArrowDown" | "ArrowLeft" | "ArrowUp", None) => Some(sheet.leaf_at(0)),
            ("ArrowRight", Some(range)) => Some(sheet.step_leaf(range.end.saturating_sub(1), true)),
            ("ArrowLeft", Some(range)) => Some(sheet.step_leaf(range.start, false)),
            ("ArrowDown", Some(range)) => {
                Some(sheet.leaf_at((range.end.saturating_sub(1) + line).min(last)))
            }
            ("ArrowUp", Some(range)) => Some(sheet.leaf_at(range.start.saturating_sub(line))),
            ("Home", _) => Some(sheet.leaf_at(0)),
            ("End", _) => Some(sheet.leaf_at(last)),
            _ => None,
        });
        if let Some(to) = to {
            event.prevent_default();
            if let Some(row) = to {
                reading.select(row);
            }
        }
    };
    view! {
        <div
            class="hex"
            node_ref=root
            role="group"
            tabindex="0"
            aria-label=erased(move || locale.strings().inspector_hex())
            on:pointermove=on_move
            data-strip=erased(move || (is_long.get() && !is_whole.get()).then_some(""))
            on:pointerleave=move |_| reading.hover(None)
            on:click=on_click
            on:keydown=on_key
        >
            <div class="hex__space" data-rows="" style:block-size=erased(move || space(drawn.get().start))></div>
            <For
                each=drawn_groups
                key=move |group| (*group, columns.get_untracked())
                children=move |group| {
                    let line = group / columns.get_untracked();
                    sheet.with_value(|sheet| hex_group(sheet, reading, group, line))
                }
            />
            <div
                class="hex__space"
                style:block-size=erased(move || space(lines() - drawn.get().end.min(lines())))
            ></div>
        </div>
        <Show when=erased(move || is_long.get())>
            <button type="button" class="button button--quiet button--small hex__more" on:click=toggle>
                {erased(move || match is_whole.get() {
                    false => locale.strings().inspector_bytes_all(),
                    true => locale.strings().inspector_bytes_few(),
                })}
            </button>
        </Show>
    }
}

fn hex_group(sheet: &Sheet, reading: Reading, group: usize, line: usize) -> impl IntoView + use<> {
    let bytes = group * GROUP..((group + 1) * GROUP).min(sheet.bytes.len());
    let digits = bytes
        .clone()
        .map(|at| {
            let byte = sheet.bytes[at];
            let (first, last) = sheet.edges(at);
            view! {
                <span
                    class="hex__byte"
                    class:hex__byte--zero=byte == 0
                    data-at=at.to_string()
                    data-first=first.then_some("")
                    data-last=last.then_some("")
                    data-error=sheet.breaks_at(at).then_some("")
                    data-unread=sheet.is_unread(at).then_some("")
                    data-lit=erased(move || reading.lit_byte(at))
                >
                    {format!("{byte:02x}")}
                </span>
            }
        })
        .collect_view();
    let text = bytes
        .map(|at| {
            let glyph = sheet.glyph(at);
            let shown = match glyph {
                Glyph::Char(char) => char.to_string(),
                Glyph::Continued => String::new(),
                Glyph::None => "·".to_owned(),
            };
            view! {
                <span
                    class="hex__char"
                    class:hex__char--dot=glyph == Glyph::None
                    data-at=at.to_string()
                    data-lit=erased(move || reading.lit_byte(at))
                >
                    {shown}
                </span>
            }
        })
        .collect_view();
    view! {
        <div class="hex__group" data-row=line.to_string()>
            <span class="hex__offset">{format!("{:04x}", group * GROUP)}</span>
            <span class="hex__bytes">{digits}</span>
            <span class="hex__text" aria-hidden="true">{text}</span>
        </div>
    }
}
