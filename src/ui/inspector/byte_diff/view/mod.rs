//! Two byte strings side by side, as a table of fields.

mod version_diff;

pub use version_diff::VersionDiff;

use std::ops::Range;

use leptos::prelude::*;

use super::model::{Diff, Fate, Labelled, Row};
use crate::language::Strings;
use crate::mqtt::hex_groups;
use crate::ui::erased::erased;
use crate::ui::format::{capped, grouped};
use crate::ui::loading::locale::use_locale;

/// Bytes and characters that one cell shows.
const BYTES: usize = 32;
const TEXT: usize = 60;

#[component]
pub fn ByteDiff(
    /// Comes anew when either side changes.
    diff: Diff,
) -> impl IntoView {
    let locale = use_locale();
    let diff = StoredValue::new(diff);
    let label = move || {
        diff.with_value(|diff| locale.strings().diff_label(&diff.left.title, &diff.right.title))
    };
    let sum = move || diff.with_value(|diff| sum(diff, locale.strings()));
    let rows = move || {
        let strings = locale.strings();
        diff.with_value(|diff| {
            diff.rows.iter().map(|row| row_view(diff, row, strings)).collect_view()
        })
    };
    let head = diff.with_value(|diff| [diff.left.title.clone(), diff.right.title.clone()]);
    let [left, right] = head.map(|title| {
        view! { <span role="columnheader" class="byte-diff__side">{title}</span> }
    });
    view! {
        <div class="byte-diff">
            {diff.with_value(|diff| view! {
                <div class="byte-diff__sizes">{size(diff, &diff.left)} {size(diff, &diff.right)}</div>
            })}
            <p class="byte-diff__sum">{erased(sum)}</p>
            <div class="byte-diff__table" role="table" aria-label=erased(label)>
                <div class="byte-diff__row byte-diff__row--head" role="row">
                    <span role="columnheader">{erased(move || locale.strings().diff_field())}</span>
                    {left}
                    {right}
                    <span role="columnheader" class="byte-diff__more">"B"</span>
                </div>
                {erased(rows)}
            </div>
        </div>
    }
}

/// One side's length, drawn to the scale of the longer one.
fn size(diff: &Diff, side: &Labelled) -> impl IntoView + use<> {
    let length = side.bytes.len();
    let longest = diff.left.bytes.len().max(diff.right.bytes.len()).max(1);
    view! {
        <span class="byte-diff__title">{side.title.clone()}</span>
        <span class="byte-diff__track" aria-hidden="true">
            <span
                class="byte-diff__bar"
                style:inline-size=format!("{:.1}%", 100.0 * length as f64 / longest as f64)
            ></span>
        </span>
        <span class="byte-diff__length">{format!("{} B", grouped(length as u64))}</span>
    }
}

fn sum(diff: &Diff, strings: &Strings) -> String {
    let more = diff.more_on_the_right();
    let count = grouped(more.unsigned_abs() as u64);
    let percent = match diff.left.bytes.len() {
        0 => 0,
        left => (100 * more.unsigned_abs() + left / 2) / left,
    };
    let name = &diff.right.title;
    match more {
        0 => strings.diff_as_long().to_owned(),
        1.. => strings.diff_more(count, name, percent),
        _ => strings.diff_fewer(count, name, percent),
    }
}

fn row_view(diff: &Diff, row: &Row, strings: &Strings) -> impl IntoView + use<> {
    let (left, right) = diff.differing(row);
    let more = match (row.fate, diff.more_in(row)) {
        (Fate::Same, _) | (_, 0) => String::new(),
        (_, more @ 1..) => format!("+{more}"),
        (_, less) => format!("−{}", less.unsigned_abs()),
    };
    let fate = match row.fate {
        Fate::Same => strings.diff_same().to_owned(),
        Fate::Differs => strings.diff_differs().to_owned(),
        Fate::OnlyLeft => strings.diff_only_in(&diff.left.title),
        Fate::OnlyRight => strings.diff_only_in(&diff.right.title),
    };
    let sign = row.fate.sign().to_string();
    view! {
        <div class="byte-diff__row" role="row" data-fate=row.fate.key()>
            <span class="byte-diff__name" role="rowheader">
                <span class="byte-diff__sign" title=fate.clone() aria-hidden="true">{sign}</span>
                {diff.name(row).to_owned()}
                <span class="visually-hidden">{format!(": {fate}")}</span>
            </span>
            {cell(&diff.left, row.left, left, strings)}
            {cell(&diff.right, row.right, right, strings)}
            <span class="byte-diff__more" role="cell">{more}</span>
        </div>
    }
}

/// The bytes of one part, those that differ marked, and what they say.
fn cell(
    side: &Labelled,
    part: Option<usize>,
    differing: Range<usize>,
    strings: &Strings,
) -> impl IntoView + use<> {
    let title = side.title.clone();
    let content = part.map(|part| {
        let bytes = side.bytes_of(part);
        let shown = bytes.len().min(BYTES);
        let start = differing.start.min(shown);
        let end = differing.end.clamp(start, shown);
        let other = (start < end)
            .then(|| view! { <mark class="byte-diff__other">{hex_groups(&bytes[start..end], 1)}</mark> });
        let rest = (shown < bytes.len())
            .then(|| strings.diff_bytes_more(grouped((bytes.len() - shown) as u64)));
        let said = side.parts[part].value.as_str();
        let said = (!said.is_empty()).then(|| {
            view! { <span class="byte-diff__value">{capped(said, TEXT)}</span> }
        });
        view! {
            <span class="byte-diff__bytes">
                {hex_groups(&bytes[..start], 1)} " " {other} " " {hex_groups(&bytes[end..shown], 1)} " " {rest}
            </span>
            {said}
        }
    });
    view! {
        <span class="byte-diff__side" role="cell" data-side=title data-empty=part.is_none().then_some("")>
            {content}
        </span>
    }
}
