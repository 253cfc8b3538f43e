//! Requests and answers drawn between two lanes, all round trips below, and the latest ones as a list.

use std::time::Duration;

use leptos::prelude::*;

use super::model::{
    Arc, Drawing, Spread, SpreadDot, Stamp, Stamped, draw, duration, round_duration, spread, text,
};
use crate::analysis::requests::{Exchange, Requests, State, Stray, percentile};
use crate::capture::{ClientSlot, RecordId};
use crate::course::Through;
use crate::language::Strings;
use crate::mqtt::hex_groups;
use crate::time::Instant;
use crate::ui::components::until::{Clock, use_clock};
use crate::ui::components::{Evidence, Icon, Topic};
use crate::ui::erased::erased;
use crate::ui::format::quoted;
use crate::ui::lesson::view::LessonSession;
use crate::ui::loading::locale::use_locale;
use crate::ui::pictures::marks::view::{Face, Frame, Layer, use_marks};
use crate::ui::pictures::view::measure::use_width;
use crate::ui::state::progress::use_progress;
use crate::ui::state::store::use_store;

#[component]
pub fn RequestsPicture(
    /// The exercise, where there is one.
    session: Option<LessonSession>,
) -> impl IntoView {
    Clock::provide();
    let (store, locale, clock) = (use_store(), use_locale(), use_clock());
    let root = NodeRef::new();
    let width = use_width(root);
    let requests = StoredValue::new_local((0, Requests::default()));
    // Counts changes, since there may be many requests.
    let version = Memo::new(move |before: Option<&u64>| {
        let starts = session.map_or(0, LessonSession::starts);
        let changed = store.with_capture(|capture| {
            requests.try_update_value(|(of, requests)| {
                let is_new = *of != starts;
                if is_new {
                    (*of, *requests) = (starts, Requests::default());
                }
                requests.extend(capture) | is_new
            })
        });
        before.copied().unwrap_or(0) + u64::from(changed == Some(true))
    });
    // How long the learner's own requests take; what was there before was measured then.
    let progress = use_progress();
    let measured = StoredValue::new(store.peek(|lab| lab.capture().next_id()));
    Effect::new(move || {
        version.get();
        let (times, newest) = requests.with_value(|(_, requests)| {
            let answers = requests.exchanges.iter().filter_map(|one| one.answer.as_ref());
            let newest = answers.map(|answer| answer.record).max();
            let trips = requests.round_trips_since(measured.get_value());
            (trips.into_iter().map(|(took, _)| took).collect::<Vec<_>>(), newest)
        });
        if let Some(newest) = newest {
            measured.set_value(RecordId(newest.0 + 1));
        }
        let is_in_tab = store.peek(|lab| lab.target().is_in_tab());
        if session.is_some_and(|session| !session.was_played()) {
            let through = if is_in_tab { Through::Tab } else { Through::WebSocket };
            progress.record_round_trips(through, &times);
        }
    });
    let drawing = Memo::new(move |_| {
        version.get();
        let (now, width) = (clock.now(), width.get());
        requests.with_value(|(_, requests)| draw(requests, now, width))
    });
    let trips = Memo::new(move |_| {
        version.get();
        requests.with_value(|(_, requests)| Trips::of(requests))
    });
    let rows = Memo::new(move |_| {
        version.get();
        requests.with_value(|(_, requests)| {
            requests.exchanges.iter().rev().take(SHOWN).cloned().collect::<Vec<_>>()
        })
    });
    let strays = Memo::new(move |_| {
        version.get();
        requests.with_value(|(_, requests)| {
            let latest: Vec<_> = requests.strays.iter().rev().take(SHOWN).cloned().collect();
            (requests.strays.len(), latest)
        })
    });
    let body = NodeRef::new();
    let marks = use_marks(body, move || {
        drawing.track();
        rows.track();
        strays.track();
    });
    let latest = Memo::new(move |_| {
        let (strings, now) = (locale.strings(), clock.now());
        rows.with(|rows| latest_change(rows, now, strings))
    });
    let is_empty =
        Memo::new(move |_| rows.with(Vec::is_empty) && strays.with(|(count, _)| *count == 0));
    let picture = move || match is_empty.get() {
        true => {
            view! { <p class="picture__empty">{locale.strings().requests_empty()}</p> }.into_any()
        }
        false => stage(drawing, trips, width).into_any(),
    };
    let aside = move || {
        let strings = locale.strings();
        strays.with(|(count, latest)| {
            (*count > 0).then(|| {
                let strays = latest.iter().map(|stray| stray_row(stray, strings)).collect_view();
                view! {
                    <div class="requests__aside">
                        <h4>{strings.requests_aside(*count)}</h4>
                        <ul>{strays}</ul>
                    </div>
                }
            })
        })
    };
    view! {
        <section
            class="card picture requests"
            data-picture="requests"
            aria-label=erased(move || locale.strings().requests_title())
        >
            <header class="card__head">
                <h3 class="card__title">{erased(move || locale.strings().requests_title())}</h3>
            </header>
            <Frame marks class="card__body requests__body">
                <div class="requests__stage" node_ref=root>{erased(picture)}</div>
                <ol class="requests__list">
                    <For each=move || rows.get() key=|exchange| exchange.request let:exchange>
                        {row(exchange.request, rows)}
                    </For>
                </ol>
                {erased(aside)}
            </Frame>
            <p class="visually-hidden" aria-live="polite">{erased(move || latest.get())}</p>
        </section>
    }
}

/// All round trips, shortest first, each with its answer, and the one that ended last.
#[derive(Clone, Default, PartialEq)]
struct Trips {
    sorted: Vec<Duration>,
    answers: Vec<RecordId>,
    latest: Option<(Duration, RecordId)>,
}

impl Trips {
    fn of(requests: &Requests) -> Trips {
        let all = requests.round_trips_since(RecordId(0));
        let latest = all.iter().copied().max_by_key(|(_, answer)| *answer);
        let (sorted, answers) = all.into_iter().unzip();
        Trips { sorted, answers, latest }
    }
}

/// What is drawn; the list below says the same in words.
fn stage(drawing: Memo<Drawing>, trips: Memo<Trips>, width: Signal<f64>) -> impl IntoView {
    let locale = use_locale();
    let clock = use_clock();
    let arcs = move || {
        let (strings, now) = (locale.strings(), clock.now());
        drawing.with(|drawing| (!drawing.arcs.is_empty()).then(|| plot(drawing, now, strings)))
    };
    let stamps = Memo::new(move |_| {
        let strings = locale.strings();
        drawing.with(|drawing| match drawing.arcs.is_empty() {
            true => Vec::new(),
            false => drawing.stamps().iter().map(|stamp| face(stamp, strings)).collect::<Vec<_>>(),
        })
    });
    let earlier = move || {
        let earlier = drawing.with(|drawing| drawing.earlier);
        let words = locale.strings().requests_earlier(earlier);
        (earlier > 0).then(|| view! { <p class="requests__earlier">{words}</p> })
    };
    let dots = move || {
        let strings = locale.strings();
        trips.with(|trips| {
            let latest = trips.latest.map(|(took, _)| took);
            let spread = spread(&trips.sorted, latest, width.get())?;
            let words = figures(&trips.sorted, spread.per_dot, strings);
            let faces = trip_faces(&spread, trips, strings);
            Some(view! {
                <div class="requests__spread">
                    <div class="requests__dots">
                        {spread_view(&spread, strings)}
                        <Layer faces=Signal::stored(faces)/>
                    </div>
                    <p class="requests__figures">{words}</p>
                </div>
            })
        })
    };
    view! {
        {erased(earlier)}
        <div class="requests__drawing">
            {erased(arcs)}
            <Layer faces=stamps/>
        </div>
        {erased(dots)}
    }
}

fn face(stamp: &Stamp, strings: &Strings) -> Face {
    let (packet, words) = match stamp.what {
        Stamped::Sent => ("PUBLISH", strings.requests_mark_sent()),
        Stamped::Delivered => ("PUBLISH", strings.requests_mark_delivered()),
        Stamped::Replied => ("PUBLISH", strings.requests_mark_replied()),
        Stamped::Answered => ("PUBLISH", strings.requests_mark_answered()),
        Stamped::Nobody => ("PUBACK", strings.requests_nobody()),
        Stamped::Stray => ("PUBLISH", strings.requests_stray()),
    };
    mark(stamp.record, stamp.x, stamp.y, format!("#{} {packet}: {words}", stamp.record.number()))
}

/// The dots that stand for one round trip each lead to its answer.
fn trip_faces(spread: &Spread, trips: &Trips, strings: &Strings) -> Vec<Face> {
    if spread.per_dot > 1 {
        return Vec::new();
    }
    let of_dot = |dot: &SpreadDot| {
        let latest = trips.latest.filter(|_| dot.is_latest);
        let nth = || Some((*trips.sorted.get(dot.nth)?, *trips.answers.get(dot.nth)?));
        let (took, answer) = latest.or_else(nth)?;
        let words = strings.requests_figure(duration(took));
        let name = format!("#{} PUBLISH: {words}", answer.number());
        Some(mark(answer, dot.x, GROUND + dot.y, name))
    };
    spread.dots.iter().filter_map(of_dot).collect()
}

fn mark(record: RecordId, x: f64, y: f64, name: String) -> Face {
    Face { record, x, y, name, class: "", client: None, is_full: false, text: "" }
}

fn plot(drawing: &Drawing, now: Instant, strings: &Strings) -> impl IntoView + use<> {
    let Drawing { width, height, from, to, asker, service, .. } = *drawing;
    let folded = drawing.folded.iter().map(|(from, to)| {
        let middle = (from + to) / 2.0;
        let d = format!(
            "M{} {}l4 -8M{} {}l4 -8M{} {}l4 -8M{} {}l4 -8",
            middle - 5.0,
            asker + 4.0,
            middle - 1.0,
            asker + 4.0,
            middle - 5.0,
            service + 4.0,
            middle - 1.0,
            service + 4.0,
        );
        view! { <path class="requests__fold" d=d/> }
    });
    let aside = drawing.aside.map(|y| {
        view! {
            <line class="requests__line requests__line--aside" x1=from x2=to y1=y y2=y/>
            <text class="requests__role" x=from y=y - 3.0>{strings.requests_set_aside()}</text>
        }
    });
    let now_line = drawing.now.map(|x| {
        view! { <line class="requests__now" x1=x x2=x y1=asker - 8.0 y2=service + 8.0/> }
    });
    let aside_y = drawing.aside.unwrap_or(asker);
    let strays = drawing.strays.iter().map(|stray| {
        let left = stray.sent.unwrap_or(stray.arrived - 14.0);
        let x = stray.arrived;
        view! {
            <g class="requests__arc" data-state="stray">
                <path class="requests__way" d=curve(left, service, x, aside_y)/>
                <path class="requests__foreign" d=format!("M{x} {}l5 5l-5 5l-5 -5z", aside_y - 5.0)/>
            </g>
        }
    });
    let arcs = drawing.arcs.iter().map(|arc| arc_view(arc, drawing, now, strings));
    view! {
        <div class="requests__plot" aria-hidden="true">
            {lane(&drawing.askers, asker, drawing.is_wide.then_some(strings.requests_requester()))}
            {lane(&drawing.services, service, drawing.is_wide.then_some(strings.requests_responder()))}
            <svg width=width height=height>
                {aside}
                <line class="requests__line" x1=from - 4.0 x2=to y1=asker y2=asker/>
                <line class="requests__line" x1=from - 4.0 x2=to y1=service y2=service/>
                {folded.collect_view()}
                {now_line}
                {strays.collect_view()}
                {arcs.collect_view()}
            </svg>
        </div>
    }
}

/// Who is on a line: two letters at most, and what they do.
fn lane(clients: &[ClientSlot], y: f64, name: Option<&'static str>) -> impl IntoView + use<> {
    let badges = clients.iter().take(2).map(|client| {
        let letter = client.letter().to_string();
        view! { <span class="client-letter" data-client=letter.clone()>{letter.clone()}</span> }
    });
    view! {
        <span class="requests__lane" style:inset-block-start=format!("{y:.1}px")>
            {badges.collect_view()}
            {name}
        </span>
    }
}

fn state_key(state: State) -> &'static str {
    match state {
        State::Pending(_) => "pending",
        State::Answered(_) => "answered",
        State::Late(_) => "late",
        State::TimedOut(_) => "timed-out",
        State::Nobody => "nobody",
    }
}

fn arc_view(
    arc: &Arc,
    drawing: &Drawing,
    now: Instant,
    strings: &Strings,
) -> impl IntoView + use<> {
    let Drawing { asker, service, .. } = *drawing;
    let middle = (asker + service) / 2.0;
    let end = match arc.state {
        State::Late(_) => drawing.aside.unwrap_or(asker),
        _ => asker,
    };
    let service = service + arc.depth;
    let out = match (arc.state, arc.served) {
        (State::Nobody, _) => format!("M{} {asker}V{middle}m-5 0h10", arc.sent),
        (_, Some((reached, _))) => curve(arc.sent, asker, reached, service),
        // On its way as far as one can see: the Server has it.
        (_, None) => format!("M{} {asker}V{middle}", arc.sent),
    };
    let is_guessed = arc.delivered.is_none() && arc.state != State::Nobody;
    let back = arc.served.zip(arc.answered).map(|((_, left), answered)| {
        let is_guessed = arc.replied.is_none().then_some("");
        view! {
            <path class="requests__way" data-guessed=is_guessed d=curve(left, service, answered, end)/>
            <path class="requests__tip" d=format!("M{answered} {end}l-4 6h8z")/>
        }
    });
    let works = arc.served.filter(|(from, to)| to > from).map(|(from, to)| {
        view! { <line class="requests__works" x1=from x2=to y1=service y2=service/> }
    });
    let arrow = arc.delivered.map(|x| {
        view! { <path class="requests__tip" d=format!("M{x} {service}l-4 -6h8z")/> }
    });
    let until = match arc.state {
        State::Pending(_) => drawing.now,
        _ => arc.answered,
    };
    let waited = match arc.state {
        State::Nobody => None,
        State::Late(_) | State::TimedOut(_) => arc.gives_up,
        _ => until,
    };
    let waits = waited.map(|to| {
        view! { <line class="requests__waits" x1=arc.sent x2=to y1=asker y2=asker/> }
    });
    let gives_up = arc.gives_up.map(|x| match arc.state {
        State::Pending(_) => {
            let from = drawing.now.unwrap_or(arc.sent);
            let (top, bottom) = (asker - 5.0, asker + 5.0);
            view! {
                <line class="requests__left" x1=from x2=x y1=asker y2=asker/>
                <line class="requests__end" x1=x x2=x y1=top y2=bottom/>
            }
            .into_any()
        }
        _ => {
            let d = format!("M{} {}l8 8m0 -8l-8 8", x - 4.0, asker - 4.0);
            view! { <path class="requests__cross" d=d/> }.into_any()
        }
    });
    let data = arc.data_at.iter().map(|(x, y)| {
        view! { <text class="requests__data-mark" x=*x y=*y>{arc.data.clone()}</text> }
    });
    let took = match arc.state {
        State::Pending(until) => strings.duration_seconds(seconds_left(until, now) as u32),
        State::Answered(took) => duration(took),
        State::Late(took) => format!("! {}", duration(took)),
        State::TimedOut(limit) => format!("✕ {}", round_duration(limit)),
        State::Nobody => "0x10".to_owned(),
    };
    let took = arc.time_at.map(|(x, y)| {
        view! { <text class="requests__time" x=x y=y>{took}</text> }
    });
    view! {
        <g class="requests__arc" data-state=state_key(arc.state)>
            {waits}
            <path class="requests__way" data-guessed=is_guessed.then_some("") d=out/>
            {works}
            {back}
            {arrow}
            {gives_up}
            <circle class="requests__sent" cx=arc.sent cy=asker r="3"/>
            {data.collect_view()}
            {took}
        </g>
    }
}

/// From one line to the other, leaving and arriving upright.
fn curve(from: f64, from_y: f64, to: f64, to_y: f64) -> String {
    let bend = (to_y - from_y) * 0.5;
    format!("M{from} {from_y}C{from} {} {to} {} {to} {to_y}", from_y + bend, to_y - bend)
}

fn seconds_left(until: Instant, now: Instant) -> u64 {
    until.since(now).as_secs() + 1
}

fn spread_view(spread: &Spread, strings: &Strings) -> impl IntoView + use<> {
    let width = spread.width;
    let dots = spread.dots.iter().map(|dot| {
        let latest = dot.is_latest.then_some("");
        view! { <circle class="requests__dot" data-latest=latest cx=dot.x cy=GROUND + dot.y r="2.75"/> }
    });
    let ticks = spread.ticks.iter().map(|(x, time)| {
        let x = *x;
        view! {
            <line class="requests__line" x1=x x2=x y1=GROUND y2=GROUND + 4.0/>
            <text class="requests__scale" x=x.clamp(16.0, width - 16.0) y=GROUND + 14.0>
                {round_duration(*time)}
            </text>
        }
    });
    // One to the left of its line and one to the right, so that they never meet.
    let median = spread.median.map(|(x, _)| {
        view! {
            <line class="requests__statistic" x1=x x2=x y1="0" y2=GROUND/>
            <text class="requests__name" data-side="before" x=(x - 3.0).max(42.0) y="9">
                {strings.requests_median()}
            </text>
        }
    });
    let p99 = spread.p99.map(|(x, _)| {
        view! {
            <line class="requests__statistic" x1=x x2=x y1="0" y2=GROUND/>
            <text class="requests__name" x=(x + 3.0).min(width - 24.0).max(48.0) y="9">"p99"</text>
        }
    });
    view! {
        <svg width=width height=GROUND + 17.0 aria-hidden="true">
            <line class="requests__line" x1="8" x2=width - 8.0 y1=GROUND y2=GROUND/>
            {ticks.collect_view()}
            {dots.collect_view()}
            {median}
            {p99}
        </svg>
    }
}

/// Median and 99th percentile, as far as there are enough values for them.
fn figures(sorted: &[Duration], per_dot: usize, strings: &Strings) -> String {
    let count = sorted.len();
    let figures = match sorted {
        [] => String::new(),
        [only] => strings.requests_figure(duration(*only)),
        [first, second] => strings.requests_two(duration(*first), duration(*second)),
        _ => {
            let [median, p99] =
                [0.5, 0.99].map(|share| percentile(sorted, share).unwrap_or_default());
            strings.requests_figures(count, duration(median), duration(p99))
        }
    };
    let few = (3..100).contains(&count).then_some(strings.requests_few()).map(str::to_owned);
    let dot = (per_dot > 1).then(|| strings.requests_dot(per_dot));
    [Some(figures), few, dot].into_iter().flatten().collect::<Vec<_>>().join(" ")
}

fn state_words(state: State, now: Instant, strings: &Strings) -> String {
    match state {
        State::Pending(until) => strings.requests_pending(seconds_left(until, now)),
        State::Answered(took) => duration(took),
        State::Late(took) => strings.requests_late(duration(took)),
        State::TimedOut(limit) => strings.requests_timed_out(round_duration(limit)),
        State::Nobody => strings.requests_nobody().to_owned(),
    }
}

/// One request in words.
fn row(request: RecordId, rows: Memo<Vec<Exchange>>) -> impl IntoView {
    let (locale, clock) = (use_locale(), use_clock());
    let exchange =
        Memo::new(move |_| rows.with(|rows| rows.iter().find(|r| r.request == request).cloned()));
    let of = move |read: fn(&Exchange) -> Option<RecordId>| {
        exchange.with(|exchange| exchange.as_ref().and_then(read))
    };
    let answer = Memo::new(move |_| of(|exchange| Some(exchange.answer.as_ref()?.record)));
    let state = Memo::new(move |_| {
        let now = clock.now();
        exchange.with(|exchange| exchange.as_ref().map(|exchange| exchange.state(now)))
    });
    let fixed = exchange.with_untracked(|exchange| {
        exchange.as_ref().map(|e| (e.client.letter().to_string(), e.topic.clone()))
    });
    let (letter, topic) = fixed.unwrap_or_default();
    let data = move || {
        let strings = locale.strings();
        exchange.with(|exchange| {
            let data = exchange.as_ref().and_then(|exchange| exchange.correlation_data.as_ref());
            data.map_or(strings.requests_no_data().to_owned(), |data| in_words(data))
        })
    };
    let icon = Signal::derive(move || match state.get() {
        Some(State::Pending(_)) => "waiting",
        Some(State::Answered(_)) => "met",
        Some(State::Late(_)) => "warning",
        Some(State::TimedOut(_)) => "contradicted",
        Some(State::Nobody) | None => "away",
    });
    let words = move || {
        let (strings, now) = (locale.strings(), clock.now());
        state.get().map(|state| state_words(state, now, strings))
    };
    let answered = move || answer.get().map(|id| view! { "→ " <Evidence id/> });
    view! {
        <li class="requests__row" data-state=erased(move || state.get().map(state_key))>
            <span class="client-letter" data-client=letter.clone()>{letter.clone()}</span>
            <span class="requests__ways"><Evidence id=request/> " " {erased(answered)}</span>
            <Topic topic class="requests__topic"/>
            <span class="requests__state"><Icon name=icon small=true/>{erased(words)}</span>
            <span class="requests__data">{erased(data)}</span>
        </li>
    }
}

fn stray_row(stray: &Stray, strings: &Strings) -> impl IntoView + use<> {
    let data = stray.publish.properties.correlation_data();
    let data = data.map_or(strings.requests_no_data().to_owned(), |data| in_words(data));
    view! {
        <li class="requests__stray">
            <Evidence id=stray.record/>
            <span>{strings.requests_stray()}</span>
            <span class="requests__data">{data}</span>
        </li>
    }
}

/// What is said of the request about which something is known last. Time that runs down is not said.
fn latest_change(rows: &[Exchange], now: Instant, strings: &Strings) -> String {
    let changed_at = |exchange: &&Exchange| match exchange.state(now) {
        State::Answered(_) | State::Late(_) => {
            exchange.answer.as_ref().map_or(exchange.sent_at, |answer| answer.at)
        }
        State::TimedOut(_) => exchange.gives_up_at(),
        State::Pending(_) | State::Nobody => exchange.sent_at,
    };
    let Some(exchange) = rows.iter().rev().max_by_key(changed_at) else { return String::new() };
    let words = state_words(exchange.state(now), exchange.sent_at, strings);
    let words = match exchange.state(now) {
        State::Pending(_) => strings.requests_pending(exchange.limit.as_secs()),
        _ => words,
    };
    format!("#{} {}: {words}", exchange.request.number(), quoted(&exchange.topic))
}

/// Bytes, and the text that they are, if they are.
fn in_words(data: &[u8]) -> String {
    match text(data) {
        Some(text) => format!("{} “{}”", hex_groups(data, 4), quoted(text)),
        None => hex_groups(data, 4),
    }
}

/// Older requests are in the list of packets.
const SHOWN: usize = 12;
/// Where the axis of round trips is in its drawing.
const GROUND: f64 = 42.0;
