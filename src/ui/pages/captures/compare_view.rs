//! Two captures side by side: couples in a row, what differs under them.

use std::sync::Arc;

use leptos::prelude::*;

use crate::analysis::{Comparison, Pair, compare};
use crate::capture::Capture;
use crate::language::Language;
use crate::ui::captures::difference_name;
use crate::ui::captures::view::{Item, use_capture_shelf};
use crate::ui::components::controls::said;
use crate::ui::components::{Icon, PacketName, PacketWay, SideChoice, direction};
use crate::ui::erased::erased;
use crate::ui::format::{grouped, moment};
use crate::ui::loading::locale::use_locale;
use crate::ui::packet_list::Line;

/// So many rows are drawn at once; more on request.
const ROWS: usize = 200;

#[component]
pub fn CompareView(left: Item, right: Item) -> impl IntoView {
    let (locale, shelf) = (use_locale(), use_capture_shelf());
    let captures = (left.capture.unwrap_or_default(), right.capture.unwrap_or_default());
    let comparison: Arc<Comparison> = Arc::new(compare(&captures.0, &captures.1));
    let only_different = RwSignal::new(false);
    let with_identifiers = RwSignal::new(false);
    let most = RwSignal::new(ROWS);
    let (left_id, right_id) = (left.id, right.id);

    let options = Signal::derive(move || {
        let option = |item: Item| (item.id, item.name(locale.strings()));
        shelf.items().into_iter().map(option).collect::<Vec<_>>()
    });
    let counted = comparison.clone();
    let counts = move || {
        let counts = counted.counts(with_identifiers.get());
        let strings = locale.strings();
        [
            ("same", "met", strings.captures_count_same(counts.same)),
            ("different", "contradicted", strings.captures_count_different(counts.different)),
            ("left", "remove", strings.captures_count_left(counts.only_left)),
            ("right", "plus", strings.captures_count_right(counts.only_right)),
        ]
        .map(|(kind, icon, words)| {
            view! { <li class="compare__count" data-kind=kind><Icon name=icon small=true/>{words}</li> }
        })
    };
    let lengths = compare_len(&captures.0, &captures.1);
    let rows = move || {
        let (language, identifiers) = (locale.language(), with_identifiers.get());
        let wanted = |pair: &&Pair| !only_different.get() || pair.differs(identifiers);
        let all = comparison.rows.iter().filter(wanted);
        let shown: Vec<_> = all.take(most.get()).collect();
        if shown.is_empty() {
            let strings = language.strings();
            return view! {
                <div class="empty">
                    <Icon name="met"/>
                    <p class="empty__title">{strings.captures_nothing_different()}</p>
                    <p class="empty__how">{strings.captures_nothing_different_how()}</p>
                </div>
            }
            .into_any();
        }
        let rows = shown.into_iter().map(|pair| row(&captures, pair, identifiers, language));
        view! { <ol class="compare__rows">{rows.collect_view()}</ol> }.into_any()
    };
    let further = {
        move || {
            (most.get() < lengths).then(|| {
            view! {
                <button class="button button--small" on:click=move |_| most.update(|most| *most += ROWS)>
                    {locale.strings().captures_more()}
                </button>
            }
        })
        }
    };
    let check = move |signal: RwSignal<bool>,
                      words: fn(&crate::language::Strings) -> &'static str| {
        view! {
            <label class="check">
                <input
                    type="checkbox"
                    prop:checked=erased(move || signal.get())
                    on:change=move |event| signal.set(event_target_checked(&event))
                />
                {erased(move || words(locale.strings()))}
            </label>
        }
    };
    view! {
        <section class="compare" aria-label=erased(move || locale.strings().captures_compare())>
            <div class="compare__bar">
                <SideChoice
                    label=said(|s| s.captures_left())
                    options
                    chosen=left_id
                    on_choose=Callback::new(move |id| shelf.compare(id, right_id))
                />
                <button
                    class="button button--quiet button--icon button--small"
                    aria-label=erased(move || locale.strings().captures_swap())
                    title=erased(move || locale.strings().captures_swap())
                    on:click=move |_| shelf.compare(right_id, left_id)
                >
                    <Icon name="swap"/>
                </button>
                <SideChoice
                    label=said(|s| s.captures_right())
                    options
                    chosen=right_id
                    on_choose=Callback::new(move |id| shelf.compare(left_id, id))
                />
                <div class="compare__options">
                    {check(only_different, |strings| strings.captures_only_different())}
                    {check(with_identifiers, |strings| strings.captures_identifiers())}
                </div>
            </div>
            <div role="status">
                <ul class="compare__counts">{erased(counts)}</ul>
            </div>
            {erased(rows)}
            <div class="compare__more">{erased(further)}</div>
        </section>
    }
}

/// No comparison has more rows than there are records.
fn compare_len(left: &Capture, right: &Capture) -> usize {
    left.len() + right.len()
}

fn row(
    (left, right): &(Arc<Capture>, Arc<Capture>),
    pair: &Pair,
    with_identifiers: bool,
    language: Language,
) -> impl IntoView + use<> {
    let strings = language.strings();
    let (kind, icon, words) = match (pair.left, pair.right) {
        (Some(_), None) => ("left", "remove", strings.captures_only_left()),
        (None, _) => ("right", "plus", strings.captures_only_right()),
        _ if pair.differs(with_identifiers) => {
            ("different", "contradicted", strings.captures_different())
        }
        _ => ("same", "met", strings.captures_same()),
    };
    let records = [pair.left.and_then(|at| left.at(at)), pair.right.and_then(|at| right.at(at))];
    let version = records.into_iter().flatten().map(|record| record.version).max();
    let version = version.unwrap_or_default();
    let differences: Vec<_> = pair
        .differences
        .iter()
        .filter(|difference| with_identifiers || !difference.is_identifier())
        .map(|difference| {
            let value = |value: &Option<String>| match value {
                Some(value) => {
                    view! { <span class="compare__value">{value.clone()}</span> }.into_any()
                }
                None => view! { <span class="compare__absent">{strings.captures_absent()}</span> }
                    .into_any(),
            };
            view! {
                <div class="compare__difference">
                    <dt>{difference_name(difference, version, strings)}</dt>
                    <dd>{value(&difference.left)}</dd>
                    <dd>{value(&difference.right)}</dd>
                </div>
            }
        })
        .collect();
    let differences = (!differences.is_empty())
        .then(|| view! { <dl class="compare__differences">{differences}</dl> });
    view! {
        <li class="compare__row" data-kind=kind>
            {cell(left, pair.left, language)}
            <span class="compare__mark" title=words>
                <Icon name=icon small=true/>
                <span class="visually-hidden">{words}</span>
            </span>
            {cell(right, pair.right, language)}
            {differences}
        </li>
    }
}

/// One record, or the place where one is missing. Times count from the first record.
fn cell(capture: &Capture, position: Option<usize>, language: Language) -> AnyView {
    let strings = language.strings();
    let Some(record) = position.and_then(|position| capture.at(position)) else {
        return view! { <span class="compare__cell compare__cell--none">{strings.captures_none()}</span> }
            .into_any();
    };
    let (time, unit) = moment(capture.passed(record.at));
    let line = Line::among(capture, record, language);
    let name = line.name(strings);
    let words = line.words();
    let title = format!("#{} {words}", grouped(record.id.number()));
    let is_malformed = line.is_malformed();
    let family = line.family();
    view! {
        <span
            class="compare__cell"
            data-client=record.client.letter().to_string()
            data-direction=direction(record.side())
            title=title
        >
            <span class="compare__time">{time} " " <span class="packet-row__unit">{unit}</span></span>
            <PacketWay client=record.client sender=record.side()/>
            {name.map(|name| view! { <PacketName name family malformed=is_malformed/> })}
            <span class="compare__facts">{words}</span>
        </span>
    }
    .into_any()
}
