//! The latest messages as columns of dots, one of them followed along the filters of the bench to its copies.

use leptos::html::Div;
use leptos::prelude::*;

use super::model::{Cell, Copy, Leaf, Reason, Receiver, Row, Step, Trace, Tracer, Tree};
use crate::capture::{ClientSlot, RecordId};
use crate::language::Strings;
use crate::mqtt::{RetainHandling, split_shared};
use crate::ui::components::{Evidence, Icon};
use crate::ui::erased::erased;
use crate::ui::format::grouped;
use crate::ui::lesson::view::LessonSession;
use crate::ui::loading::locale::use_locale;
use crate::ui::pictures::marks::view::{Frame, use_marks};
use crate::ui::pictures::view::sight;
use crate::ui::state::store::{Store, use_store};
use crate::ui::visible::visible;

/// The messages that are drawn, oldest first.
#[derive(Clone, Default, PartialEq)]
struct Shown {
    traces: Vec<Trace>,
    before: usize,
}

#[component]
pub fn TracerPicture(
    /// The exercise, where there is one.
    session: Option<LessonSession>,
) -> impl IntoView {
    let (store, locale) = (use_store(), use_locale());
    let tracer = StoredValue::new_local((0, Tracer::default()));
    let all = Memo::new(move |_| {
        let starts = session.map_or(0, LessonSession::starts);
        let read = store.with_capture(|capture| {
            tracer.try_update_value(|(of, tracer)| {
                if *of != starts {
                    (*of, *tracer) = (starts, Tracer::default());
                }
                tracer.update(capture);
                let mut traces: Vec<_> = tracer.traces().take(SHOWN).cloned().collect();
                traces.reverse();
                let before = tracer.gone() + tracer.traces().len() - traces.len();
                Shown { traces, before }
            })
        });
        read.unwrap_or_default()
    });
    // A choice holds until another message comes.
    let chosen = RwSignal::new(None::<RecordId>);
    let latest = Memo::new(move |_| all.with(|all| all.traces.last().and_then(Trace::id)));
    Effect::new(move || {
        latest.track();
        chosen.set(None);
    });
    let shown = Memo::new(move |_| chosen.get().or_else(|| latest.get()));

    let strip = NodeRef::<Div>::new();
    sight::follow(strip, move || latest.get());
    let page = NodeRef::<Div>::new();
    let in_hand = Memo::new(move |_| {
        all.with(|all| all.traces.iter().rfind(|trace| trace.id() == shown.get()).cloned())
    });
    sight::follow(page, move || in_hand.track());
    let marks = use_marks(page, move || in_hand.track());
    let columns = move || {
        let strings = locale.strings();
        all.with(|all| matrix(all, shown, chosen, store, strings))
    };
    let drawing = move || {
        let strings = locale.strings();
        in_hand.get().map(|trace| message(&trace, strings))
    };
    let is_empty = Memo::new(move |_| all.with(|all| all.traces.is_empty()));
    let body = move || match is_empty.get() {
        true => view! {
            <div class="card__body">
                <p class="picture__empty">{locale.strings().tracer_empty()}</p>
            </div>
        }
        .into_any(),
        false => view! {
            <div
                class="tracer__messages"
                role="group"
                node_ref=strip
                aria-label=erased(move || locale.strings().tracer_messages())
            >
                {erased(columns)}
            </div>
            <Frame marks class="tracer picture__scroll">
                {erased(drawing)}
            </Frame>
        }
        .into_any(),
    };
    view! {
        <section
            class="card picture"
            data-picture="tracer"
            aria-label=erased(move || locale.strings().tracer_title())
        >
            <header class="card__head">
                <h3 class="card__title">{erased(move || locale.strings().tracer_title())}</h3>
            </header>
            {erased(body)}
        </section>
    }
}

/// A column for each message, a row for each client: whether it got a copy.
fn matrix(
    all: &Shown,
    shown: Memo<Option<RecordId>>,
    chosen: RwSignal<Option<RecordId>>,
    store: Store,
    strings: &'static Strings,
) -> AnyView {
    let mut clients: Vec<ClientSlot> =
        all.traces.iter().flat_map(|t| t.receivers.iter().map(|r| r.client)).collect();
    clients.sort_unstable();
    clients.dedup();
    clients.truncate(MOST_CLIENTS);
    let letters = clients.iter().map(|client| {
        let letter = client.letter().to_string();
        view! { <span class="client-letter" data-client=letter.clone()>{letter.clone()}</span> }
    });
    let letters = letters.collect_view();
    let last = all.traces.last().and_then(Trace::id);
    let column = |trace: &Trace| {
        let id = trace.id();
        let dots = clients.iter().map(|client| {
            let receiver = trace.receivers.iter().find(|receiver| receiver.client == *client);
            dot(receiver)
        });
        let copies = trace.receivers.iter().flat_map(|receiver| &receiver.copies);
        let packets: Vec<RecordId> = id.into_iter().chain(copies.map(|copy| copy.record)).collect();
        let is_open = move || store.selected().is_some_and(|open| packets.contains(&open));
        let number = id.map(|id| format!("#{}", id.number()));
        let name = format!("{} {}", number.clone().unwrap_or_default(), trace.topic);
        view! {
            <button
                class="tracer__message"
                aria-pressed=erased(move || (shown.get() == id).to_string())
                aria-current=erased(move || is_open().then_some("true"))
                aria-label=name.clone()
                title=name
                data-latest=(id == last).then_some("")
                on:click=move |_| chosen.set(id)
            >
                <span class="tracer__number">{number}</span>
                {dots.collect_view()}
            </button>
        }
    };
    let columns = all.traces.iter().map(column).collect_view();
    let before = (all.before > 0).then(|| {
        let words = strings.tracer_before(grouped(all.before as u64));
        view! { <span class="tracer__before">{words}</span> }
    });
    view! {
        {before}
        <span class="tracer__letters" aria-hidden="true">
            <span class="tracer__number"></span>
            {letters}
        </span>
        {columns}
    }
    .into_any()
}

fn dot(receiver: Option<&Receiver>) -> AnyView {
    let copies = receiver.map_or(0, |receiver| receiver.copies.len());
    let sign = match (receiver, copies) {
        (None, _) => "·".to_owned(),
        (Some(_), 0) => "○".to_owned(),
        (Some(_), 1) => "●".to_owned(),
        (Some(_), more) => format!("●{more}"),
    };
    view! { <span class="tracer__dot" data-came=(copies > 0).then_some("")>{sign}</span> }
        .into_any()
}

fn message(trace: &Trace, strings: &'static Strings) -> AnyView {
    let from = match trace.published {
        Some((id, client)) => view! {
            <span class="client-letter" data-client=client.letter().to_string()>
                {client.letter().to_string()}
            </span>
            <Evidence id/>
        }
        .into_any(),
        None => view! { <Icon name="broker"/><span>{strings.tracer_stored()}</span> }.into_any(),
    };
    let qos = format!("QoS {}", trace.qos.bits());
    let retain = trace.retain.then_some("RETAIN 1");
    let receivers = match trace.receivers.is_empty() {
        true => view! { <p class="tracer__nobody">{strings.tracer_nobody()}</p> }.into_any(),
        false => {
            let sums = trace.receivers.iter().map(|receiver| sum(trace, receiver, strings));
            view! { <ul class="tracer__sums">{sums.collect_view()}</ul> }.into_any()
        }
    };
    view! {
        <p class="tracer__head">
            {from}
            <code class="tracer__topic">{visible(&trace.topic).into_owned()}</code>
            <span class="tracer__facts">{qos} " " {retain}</span>
        </p>
        {tree(&trace.tree(), strings)}
        {receivers}
    }
    .into_any()
}

/// What came of it at one client, and why.
fn sum(trace: &Trace, receiver: &Receiver, strings: &'static Strings) -> AnyView {
    let letter = receiver.client.letter().to_string();
    let count = match receiver.copies.len() {
        0 => strings.tracer_no_copy().to_owned(),
        1 => strings.tracer_one_copy().to_owned(),
        copies => strings.tracer_copies(copies),
    };
    let reasons: Vec<_> =
        trace.reasons(receiver).into_iter().map(|reason| words(reason, strings)).collect();
    view! {
        <li class="tracer__sum">
            <span class="client-letter" data-client=letter.clone()>{letter.clone()}</span>
            <span class="tracer__copies">{count}</span>
            <span class="tracer__why">{reasons.join(" ")}</span>
        </li>
    }
    .into_any()
}

/// The topic's levels above, below them each filter as far as the message follows it.
fn tree(tree: &Tree, strings: &'static Strings) -> AnyView {
    if tree.rows.is_empty() {
        return ().into_any();
    }
    let last = tree.topic.len().saturating_sub(1);
    let topic = tree.topic.iter().enumerate().map(|(at, level)| {
        let end = if at == last { tree.columns } else { at + 1 };
        let column = format!("{} / {}", at + 1, end + 1);
        view! { <span class="tracer__name" style:grid-column=column>{visible(level).into_owned()}</span> }
    });
    let topic = topic.collect_view();
    let rows = tree.rows.iter().map(|it| row(it, strings)).collect_view();
    let others = (tree.others > 0).then(|| {
        view! { <p class="tracer__nobody">{strings.tracer_others(tree.others)}</p> }
    });
    view! {
        <div class="tracer__tree" style:--levels=tree.columns.to_string()>
            <div class="tracer__trunk" aria-hidden="true">{topic}</div>
            <ol class="tracer__rows">{rows}</ol>
        </div>
        {others}
    }
    .into_any()
}

fn row(row: &Row, strings: &'static Strings) -> AnyView {
    let letter = row.client.letter().to_string();
    let cells = (0..row.cells.len()).map(|at| cell(&row.cells, at, strings)).collect_view();
    let filter = row.held.subscription.topic_filter.clone();
    let (came, matched) = match &row.leaf {
        Leaf::NotMatched => (false, false),
        Leaf::Came(..) | Leaf::SameCopy(_) => (true, true),
        Leaf::Nothing(_) => (false, true),
    };
    let leaf = match &row.leaf {
        Leaf::NotMatched => {
            view! { <span class="tracer__facts">{strings.tracer_not_matched()}</span> }.into_any()
        }
        Leaf::Came(copy, reasons) => {
            let reasons: Vec<_> = reasons.iter().map(|reason| words(*reason, strings)).collect();
            view! { {arrived(copy, strings)} <span class="tracer__decided">{reasons.join(" ")}</span> }
                .into_any()
        }
        Leaf::SameCopy(id) => view! {
            <span class="tracer__facts">{strings.tracer_same_copy()}</span>
            <Evidence id=*id/>
        }
        .into_any(),
        Leaf::Nothing(reason) => view! {
            <span class="tracer__decided">{words(*reason, strings)}</span>
        }
        .into_any(),
    };
    view! {
        <li
            class="tracer__row"
            data-came=came.then_some("")
            data-matched=matched.then_some("")
            data-latest=came.then_some("")
        >
            <span class="visually-hidden">{filter.to_string()}</span>
            <span class="tracer__path" aria-hidden="true">{cells}</span>
            <span class="tracer__leaf">
                <span class="client-letter" data-client=letter.clone()>{letter.clone()}</span>
                {options(row, strings)}
                {leaf}
            </span>
        </li>
    }
    .into_any()
}

fn cell(cells: &[Cell], at: usize, strings: &'static Strings) -> AnyView {
    let cell = &cells[at];
    let title = match cell.step {
        Step::Equal => None,
        Step::OneLevel => Some(strings.tracer_one_level()),
        Step::TheRest => Some(strings.tracer_the_rest()),
        Step::Differs => Some(strings.tracer_differs()),
        Step::EndsEarly => Some(strings.tracer_ends_early()),
        Step::NotReached => None,
    };
    let sign = match cell.step {
        Step::Differs | Step::EndsEarly => Some(" ✗"),
        _ => None,
    };
    // An empty level is a level too.
    let text = if cell.text.is_empty() { "∅".to_owned() } else { cell.text.clone() };
    let (joint, goes_on) = cell.joint.key();
    // `#` reaches over all the levels that are left.
    let column = match cell.step {
        Step::TheRest => format!("{} / -1", at + 1),
        _ => format!("{} / {}", at + 1, at + 2),
    };
    let next = cells.get(at + 1).map(|next| match next.step {
        Step::NotReached => "dim",
        _ => "lit",
    });
    view! {
        <span
            class="tracer__cell"
            style:grid-column=column
            data-step=cell.step.key()
            data-lit=cell.step.is_lit().then_some("")
            data-joint=joint
            data-goes-on=goes_on.then_some("")
            data-next=next
            title=title.map_or(text.clone(), |title| format!("{text}: {title}"))
        >
            <span class="tracer__level">{text.clone()}{sign}</span>
        </span>
    }
    .into_any()
}

/// The options of a subscription that are set, those that decided emphasised.
fn options(row: &Row, strings: &'static Strings) -> AnyView {
    let held = &row.held;
    let subscription = &held.subscription;
    let reasons = match &row.leaf {
        Leaf::Came(_, reasons) => reasons.clone(),
        Leaf::Nothing(reason) => vec![*reason],
        _ => Vec::new(),
    };
    let decided = |all: &[Reason]| reasons.iter().any(|reason| all.contains(reason));
    let share = split_shared(&subscription.topic_filter).map(|(name, _)| {
        (format!("$share/{name}"), decided(&[Reason::ThisMember, Reason::AnotherMember]))
    });
    let handling = match subscription.retain_handling {
        RetainHandling::Send => None,
        other => Some((format!("Retain Handling {}", other as u8), decided(&[Reason::Stored]))),
    };
    let options = [
        share,
        held.identifier.map(|number| (strings.tracer_number(number), false)),
        subscription.no_local.then(|| ("No Local".to_owned(), decided(&[Reason::NoLocal]))),
        subscription.retain_as_published.then(|| {
            (
                "Retain As Published".to_owned(),
                decided(&[Reason::RetainKept, Reason::RetainCleared]),
            )
        }),
        handling,
        Some((strings.tracer_up_to(held.maximum_qos.bits()), decided(&[Reason::LowerQoS]))),
    ];
    let options = options.into_iter().flatten().map(|(words, is_decisive)| {
        view! {
            <small class="tracer__option" data-decided=is_decisive.then_some("")>{words}</small>
        }
    });
    options.collect_view().into_any()
}

fn arrived(copy: &Copy, strings: &'static Strings) -> AnyView {
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
            <Icon name="out" small=true/>
            <Evidence id=copy.record/>
            <small>{facts.join(" · ")}</small>
        </span>
    }
    .into_any()
}

fn words(reason: Reason, strings: &'static Strings) -> &'static str {
    match reason {
        Reason::NoLocal => strings.tracer_no_local(),
        Reason::AnotherMember => strings.tracer_another_member(),
        Reason::ThisMember => strings.tracer_this_member(),
        Reason::LowerQoS => strings.tracer_lower_qos(),
        Reason::OneForAll => strings.tracer_one_for_all(),
        Reason::OneEach => strings.tracer_one_each(),
        Reason::RetainCleared => strings.tracer_retain_cleared(),
        Reason::RetainKept => strings.tracer_retain_kept(),
        Reason::Stored => strings.tracer_was_stored(),
        Reason::Waiting => strings.tracer_waiting(),
    }
}

/// Older messages are in the list of packets.
const SHOWN: usize = 12;
/// Rows of dots.
const MOST_CLIENTS: usize = 6;
