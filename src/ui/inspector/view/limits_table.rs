//! The limits of a CONNACK with what they forbid, beside those of another broker.

use leptos::prelude::*;

use crate::capture::RecordId;
use crate::language::Strings;
use crate::link::Target;
use crate::ui::broker_choice;
use crate::ui::components::SpecRef;
use crate::ui::erased::erased;
use crate::ui::format::quoted;
use crate::ui::inspector::limits::{
    Beside, Card, LimitRow, card, first_beside, limits_beside, limits_of, other_cards, rows,
};
use crate::ui::loading::locale::use_locale;
use crate::ui::state::store::use_store;

/// Nothing for a record that is no CONNACK 0x00, or whose CONNECT is no longer there.
#[component]
pub fn LimitsTable(id: RecordId) -> impl IntoView {
    let (store, locale) = (use_store(), use_locale());
    let (limits, own, others, first) = store.peek(|lab| {
        let capture = lab.capture();
        let own = card(capture, capture.get(id)?);
        let others = other_cards(capture, id);
        Some((limits_of(capture, id)?, own, others, first_beside(capture, id)))
    })?;
    let beside = RwSignal::new(first);
    let own = StoredValue::new(own);
    let others = StoredValue::new(others);
    let limits = StoredValue::new(limits);

    let options = move || {
        let strings = locale.strings();
        let chosen = beside.get();
        let of = |card: &Card| (Beside::Answer(card.id), name(card, strings));
        let mut options = vec![(Beside::Defaults, strings.limit_the_defaults().to_owned())];
        others.with_value(|others| options.extend(others.iter().map(of)));
        options
            .into_iter()
            .map(|(beside, name)| {
                view! { <option value=key(beside) selected=beside == chosen>{name}</option> }
            })
            .collect_view()
    };
    let on_change = move |event| {
        let value = event_target_value(&event);
        let answers = others.with_value(|others| {
            others.iter().map(|card| Beside::Answer(card.id)).find(|beside| key(*beside) == value)
        });
        beside.set(answers.unwrap_or(Beside::Defaults));
    };
    let table = move || {
        let strings = locale.strings();
        let here = limits.with_value(|limits| rows(limits, strings));
        let there = store
            .peek(|lab| limits_beside(lab.capture(), id, beside.get()))
            .map(|limits| rows(&limits, strings))
            .unwrap_or_default();
        let differing = here.iter().zip(&there).filter(|(a, b)| a.value != b.value).count();
        let rows = here
            .into_iter()
            .zip(there)
            .map(|(here, there)| row(here, there, beside.get() == Beside::Defaults, strings))
            .collect_view();
        let sum = match differing {
            0 => strings.limit_no_difference().to_owned(),
            1 => strings.limit_one_difference().to_owned(),
            count => strings.limit_differences(count),
        };
        let here = own.with_value(|own| name(own, strings));
        let there = match beside.get() {
            Beside::Defaults => strings.limit_the_defaults().to_owned(),
            Beside::Answer(id) => others.with_value(|others| {
                others
                    .iter()
                    .find(|card| card.id == id)
                    .map_or_else(String::new, |c| name(c, strings))
            }),
        };
        view! {
            <p class="limits__sum" role="status">{sum}</p>
            <div class="limits__table" role="table" aria-label=strings.limit_title()>
                <div class="limits__row limits__row--head" role="row">
                    <span role="columnheader">{strings.limit_limit()}</span>
                    <span role="columnheader">{here}</span>
                    <span role="columnheader">{there}</span>
                    <span role="columnheader">{strings.limit_means()}</span>
                </div>
                {rows}
            </div>
        }
    };
    let select_id = format!("limits-beside-{}", id.number());
    Some(view! {
        <div class="limits">
            <div class="limits__choice">
                <label for=select_id.clone()>{erased(move || locale.strings().limit_compare())}</label>
                <select id=select_id on:change=on_change>
                    {erased(options)}
                </select>
            </div>
            {erased(table)}
        </div>
    })
}

/// One limit on both sides; a difference has a sign beside its colour.
fn row(
    here: LimitRow,
    there: LimitRow,
    to_defaults: bool,
    strings: &Strings,
) -> impl IntoView + use<> {
    let differs = here.value != there.value;
    let note = |sent: bool| if sent { strings.limit_sent() } else { strings.limit_default() };
    let section = here.section();
    let there_note = (!to_defaults).then(|| note(there.sent));
    view! {
        <div class="limits__row" role="row" data-differs=differs.then_some("")>
            <span class="limits__name" role="rowheader">
                <span class="limits__sign" aria-hidden="true">{if differs { "≠" } else { "=" }}</span>
                <span>{here.property.name()} " " <SpecRef section/></span>
            </span>
            <span class="limits__value" role="cell">
                <strong>{here.value}</strong>
                <span class="limits__note">{note(here.sent)}</span>
            </span>
            <span class="limits__value" role="cell">
                <span>{there.value}</span>
                <span class="limits__note">{there_note}</span>
            </span>
            <span class="limits__means" role="cell">{here.means}</span>
        </div>
    }
}

fn key(beside: Beside) -> String {
    match beside {
        Beside::Defaults => "defaults".to_owned(),
        Beside::Answer(id) => id.0.to_string(),
    }
}

/// `in this tab · A #4`.
fn name(card: &Card, strings: &Strings) -> String {
    let letter = card.client.letter();
    let number = card.id.number();
    let place = card.address.as_ref().map(|address| match Target::parse(address) {
        Ok(target) => broker_choice::name(&target, strings),
        Err(_) => quoted(address),
    });
    match place {
        Some(place) => format!("{place} · {letter} #{number}"),
        None => format!("{letter} #{number}"),
    }
}
