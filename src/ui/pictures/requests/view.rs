//! The table of requests with a bar each on one axis of time, what was set aside, and the histogram.

use std::time::Duration;

use leptos::prelude::*;

use super::model::{duration, full_bar, histogram, text};
use crate::capture::RecordId;
use crate::course::Through;
use crate::course::requests::{Exchange, PATIENCE, Requests, State, percentile};
use crate::language::Strings;
use crate::mqtt::hex_groups;
use crate::time::Instant;
use crate::ui::broker_view::until::{Clock, use_clock};
use crate::ui::components::{Evidence, Icon};
use crate::ui::lesson::LessonSession;
use crate::ui::live::live;
use crate::ui::locale::use_locale;
use crate::ui::progress::use_progress;
use crate::ui::store::use_store;

#[component]
pub fn RequestsPicture(session: LessonSession) -> impl IntoView {
    Clock::provide();
    let (store, locale, clock) = (use_store(), use_locale(), use_clock());
    let requests = Memo::new(move |_| {
        session.starts();
        store.with_capture(|capture| Requests::read(capture, RecordId(0)))
    });
    // How long the learner's own requests take; what was there before was measured then.
    let progress = use_progress();
    let measured = StoredValue::new(store.peek(|lab| lab.capture().next_id()));
    Effect::new(move || {
        let times = requests.with(|requests| requests.round_trips_since(measured.get_value()));
        let newest = requests.with(|requests| {
            requests.exchanges.iter().filter_map(|one| Some(one.answer.as_ref()?.record)).max()
        });
        if let Some(newest) = newest {
            measured.set_value(RecordId(newest.0 + 1));
        }
        let is_in_tab = store.peek(|lab| lab.target().is_in_tab());
        if !session.was_played() {
            let through = if is_in_tab { Through::Tab } else { Through::WebSocket };
            progress.record_round_trips(through, &times);
        }
    });
    let table = move || {
        let strings = locale.strings();
        let now = clock.now();
        requests.with(|requests| {
            if requests.exchanges.is_empty() && requests.strays.is_empty() {
                let words = strings.requests_empty;
                return view! { <p class="picture__empty">{words}</p> }.into_any();
            }
            let shown = requests.exchanges.iter().rev().take(SHOWN);
            let full = full_bar(shown.clone().map(|exchange| exchange.state(now)));
            let rows = shown.map(|exchange| row(exchange, now, full, strings)).collect_view();
            let scale = match full {
                PATIENCE => strings.requests_full_bar_limit(duration(full)),
                slowest => strings.requests_full_bar_slowest(duration(slowest)),
            };
            view! { <ol class="requests">{rows}</ol> <p class="requests__scale">{scale}</p> }
                .into_any()
        })
    };
    let strays = move || {
        let strings = locale.strings();
        requests.with(|requests| {
            let aside = requests.strays.iter().rev().take(SHOWN).map(|stray| {
                let data = stray.publish.properties.correlation_data();
                view! {
                    <li class="requests__stray">
                        <Evidence id=stray.record/>
                        {data.map_or(strings.requests_no_data.to_owned(), |data| in_words(data))}
                    </li>
                }
            });
            let aside: Vec<_> = aside.collect();
            (!aside.is_empty()).then(|| {
                view! {
                    <div class="requests__aside">
                        <h4>{strings.requests_aside(requests.strays.len())}</h4>
                        <ul>{aside}</ul>
                    </div>
                }
            })
        })
    };
    let figures = move || requests.with(|requests| figures(requests, locale.strings()));
    view! {
        <section class="card picture" aria-label=live(move || locale.strings().requests_title)>
            <header class="card__head">
                <h3 class="card__title">{live(move || locale.strings().requests_title)}</h3>
            </header>
            <div class="card__body">{live(table)} {live(strays)} {live(figures)}</div>
        </section>
    }
}

fn row(
    exchange: &Exchange,
    now: Instant,
    full: Duration,
    strings: &'static Strings,
) -> impl IntoView + use<> {
    let letter = exchange.client.letter().to_string();
    let state = exchange.state(now);
    let whole = full.as_secs_f64();
    let (key, icon, words, share) = match state {
        State::Pending(until) => {
            let left = until.since(now);
            let passed = now.since(exchange.sent_at).as_secs_f64();
            ("pending", "waiting", strings.requests_pending(left.as_secs() + 1), passed / whole)
        }
        State::Answered(took) => ("answered", "met", duration(took), took.as_secs_f64() / whole),
        State::Late(took) => ("late", "warning", strings.requests_late(duration(took)), 1.0),
        State::TimedOut => {
            ("timed-out", "contradicted", strings.requests_timed_out.to_owned(), 1.0)
        }
        State::Nobody => ("nobody", "away", strings.requests_nobody.to_owned(), 0.0),
    };
    let data = exchange.correlation_data.as_ref();
    let data = data.map_or(strings.requests_no_data.to_owned(), |data| in_words(data));
    let answer = exchange.answer.as_ref().map(|answer| view! { "→ " <Evidence id=answer.record/> });
    let bar = (share > 0.0).then(|| {
        let width = format!("{:.1}%", (share * 100.0).clamp(1.0, 100.0));
        view! { <span class="requests__bar"><span style:inline-size=width></span></span> }
    });
    view! {
        <li class="requests__row" data-state=key>
            <span class="client-letter" data-client=letter.clone()>{letter.clone()}</span>
            <span class="requests__ways"><Evidence id=exchange.request/> " " {answer}</span>
            <code class="requests__topic">{exchange.topic.clone()}</code>
            <span class="requests__state"><Icon name=icon small=true/>{words}</span>
            <span class="requests__data">{data}</span>
            {bar}
        </li>
    }
}

/// Bytes, and the text that they are, if they are.
fn in_words(data: &[u8]) -> String {
    match text(data) {
        Some(text) => format!("{} “{text}”", hex_groups(data, 4)),
        None => hex_groups(data, 4),
    }
}

/// Median, 99th percentile, and how many round trips are in each class.
fn figures(requests: &Requests, strings: &'static Strings) -> Option<AnyView> {
    let times = requests.round_trips();
    let median = percentile(&times, 0.5)?;
    let worst = percentile(&times, 0.99)?;
    let classes = histogram(&times);
    let most = classes.iter().map(|class| class.count).max().unwrap_or(1).max(1);
    let bars = classes.iter().map(|class| {
        let height = format!("{:.1}%", class.count as f64 / most as f64 * 100.0);
        let words = strings.requests_class(class.count, duration(class.below));
        view! {
            <li class="requests__class">
                <span class="requests__column"><span style:block-size=height></span></span>
                <span aria-hidden="true">{format!("< {}", duration(class.below))}</span>
                <span class="visually-hidden">{words}</span>
            </li>
        }
    });
    if let [only] = times.as_slice() {
        let words = strings.requests_figure(duration(*only));
        return Some(view! { <p class="requests__figures">{words}</p> }.into_any());
    }
    let figures = view! {
        <div class="requests__figures">
            <p>{strings.requests_figures(times.len(), duration(median), duration(worst))}</p>
            <ol class="requests__histogram">{bars.collect_view()}</ol>
        </div>
    };
    Some(figures.into_any())
}

/// Older requests are in the list of packets.
const SHOWN: usize = 12;
