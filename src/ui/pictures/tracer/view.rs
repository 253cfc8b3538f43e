//! Messages, newest first: a row for each client with what matched, what came and why.

use leptos::prelude::*;

use super::model::{Copy, Held, Reason, Receiver, Trace, Tracer};
use crate::language::Strings;
use crate::mqtt::split_shared;
use crate::ui::components::{Evidence, Icon};
use crate::ui::lesson::LessonSession;
use crate::ui::live::live;
use crate::ui::locale::use_locale;
use crate::ui::store::use_store;

#[component]
pub fn TracerPicture(session: LessonSession) -> impl IntoView {
    let (store, locale) = (use_store(), use_locale());
    let tracer = StoredValue::new_local((0, Tracer::default()));
    let traces = Memo::new(move |_| {
        let starts = session.starts();
        store.with_capture(|capture| {
            tracer.try_update_value(|(of, tracer)| {
                if *of != starts {
                    (*of, *tracer) = (starts, Tracer::default());
                }
                tracer.update(capture);
                tracer.traces().take(SHOWN).cloned().collect::<Vec<_>>()
            })
        })
    });
    let list = move || {
        let strings = locale.strings();
        let traces = traces.get().unwrap_or_default();
        if traces.is_empty() {
            return view! { <p class="picture__empty">{strings.tracer_empty}</p> }.into_any();
        }
        let rows = traces.iter().map(|trace| message(trace, strings)).collect_view();
        view! { <ol class="tracer">{rows}</ol> }.into_any()
    };
    view! {
        <section class="card picture" data-picture="tracer" aria-label=live(move || locale.strings().tracer_title)>
            <header class="card__head">
                <h3 class="card__title">{live(move || locale.strings().tracer_title)}</h3>
            </header>
            <div class="card__body">{live(list)}</div>
        </section>
    }
}

fn message(trace: &Trace, strings: &'static Strings) -> impl IntoView + use<> {
    let from = match trace.published {
        Some((id, client)) => view! {
            <span class="client-letter" data-client=client.letter().to_string()>
                {client.letter().to_string()}
            </span>
            <Evidence id/>
        }
        .into_any(),
        None => view! { <Icon name="broker"/><span>{strings.tracer_stored}</span> }.into_any(),
    };
    let qos = format!("QoS {}", trace.qos.bits());
    let retain = trace.retain.then_some("RETAIN 1");
    let receivers = match trace.receivers.is_empty() {
        true => view! { <p class="tracer__nobody">{strings.tracer_nobody}</p> }.into_any(),
        false => trace
            .receivers
            .iter()
            .map(|receiver| row(trace, receiver, strings))
            .collect_view()
            .into_any(),
    };
    view! {
        <li class="tracer__message">
            <p class="tracer__head">
                {from}
                <code class="tracer__topic">{trace.topic.clone()}</code>
                <span class="tracer__facts">{qos} " " {retain}</span>
            </p>
            {receivers}
        </li>
    }
}

fn row(trace: &Trace, receiver: &Receiver, strings: &'static Strings) -> impl IntoView + use<> {
    let letter = receiver.client.letter().to_string();
    let matched = receiver.matched.iter().map(|held| filter(held, strings)).collect_view();
    let copies = receiver.copies.iter().map(|copy| arrived(copy, strings)).collect_view();
    let count = match receiver.copies.len() {
        0 => None,
        1 => Some(strings.tracer_one_copy.to_owned()),
        copies => Some(strings.tracer_copies(copies)),
    };
    let reasons: Vec<_> =
        trace.reasons(receiver).into_iter().map(|reason| words(reason, strings)).collect();
    view! {
        <div class="tracer__row" data-came=(!receiver.copies.is_empty()).then_some("")>
            <span class="client-letter" data-client=letter.clone()>{letter.clone()}</span>
            <span class="tracer__filters">{matched}</span>
            <span class="tracer__copies">{count} " " {copies}</span>
            <span class="tracer__why">{reasons.join(" ")}</span>
        </div>
    }
}

/// A filter that matched, with its number and the options that are set.
fn filter(held: &Held, strings: &'static Strings) -> impl IntoView + use<> {
    let subscription = &held.subscription;
    let shared = split_shared(&subscription.topic_filter).map(|_| strings.tracer_shared);
    let options = [
        held.identifier.map(|number| strings.tracer_number(number)),
        shared.map(str::to_owned),
        subscription.no_local.then(|| "No Local".to_owned()),
        subscription.retain_as_published.then(|| "Retain As Published".to_owned()),
        Some(strings.tracer_up_to(held.maximum_qos.bits())),
    ];
    let options: Vec<_> = options.into_iter().flatten().collect();
    view! {
        <span class="tracer__filter">
            <code>{subscription.topic_filter.clone()}</code>
            " "
            <small>{options.join(" · ")}</small>
        </span>
    }
}

fn arrived(copy: &Copy, strings: &'static Strings) -> impl IntoView + use<> {
    let numbers: Vec<_> = copy.identifiers.iter().map(u32::to_string).collect();
    let numbers = (!numbers.is_empty()).then(|| strings.tracer_number(numbers.join(", ")));
    let facts = [
        Some(format!("QoS {}", copy.qos.bits())),
        numbers,
        copy.retain.then(|| "RETAIN 1".to_owned()),
    ];
    let facts: Vec<_> = facts.into_iter().flatten().collect();
    view! {
        <span class="tracer__copy">
            <Evidence id=copy.record/>
            <small>{facts.join(" · ")}</small>
        </span>
    }
}

fn words(reason: Reason, strings: &'static Strings) -> &'static str {
    match reason {
        Reason::NoLocal => strings.tracer_no_local,
        Reason::AnotherMember => strings.tracer_another_member,
        Reason::LowerQoS => strings.tracer_lower_qos,
        Reason::OneForAll => strings.tracer_one_for_all,
        Reason::OneEach => strings.tracer_one_each,
        Reason::RetainCleared => strings.tracer_retain_cleared,
        Reason::RetainKept => strings.tracer_retain_kept,
        Reason::Stored => strings.tracer_was_stored,
        Reason::Waiting => strings.tracer_waiting,
    }
}

/// Older messages are in the list of packets.
const SHOWN: usize = 12;
