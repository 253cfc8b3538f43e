//! One row a Session: state, what runs down on one axis, what it holds, every return.

use std::time::Duration;

use leptos::prelude::*;

use super::model::{Session, State, furthest, sessions, share};
use crate::language::Strings;
use crate::link::Target;
use crate::time::Instant;
use crate::ui::broker_view::until::{Clock, use_clock};
use crate::ui::broker_view::words::span;
use crate::ui::components::{Evidence, Icon};
use crate::ui::live::live;
use crate::ui::locale::use_locale;
use crate::ui::store::use_store;

#[component]
pub fn SessionsPicture() -> impl IntoView {
    Clock::provide();
    let (store, locale, clock) = (use_store(), use_locale(), use_clock());
    let is_in_tab = move || store.target() == Target::InTab;
    let all = Memo::new(move |_| {
        let now = clock.now();
        store.with_lab(|lab| {
            let inside = is_in_tab().then(|| lab.in_tab().broker().snapshot());
            (now, sessions(lab.capture(), now, inside.as_ref()))
        })
    });
    let rows = move || {
        let strings = locale.strings();
        let (now, sessions) = all.get();
        if sessions.is_empty() {
            return view! { <p class="picture__empty">{strings.sessions_empty}</p> }.into_any();
        }
        let end = furthest(&sessions, now);
        let rows = sessions.iter().map(|session| row(session, now, end, strings)).collect_view();
        let axis = (end > Duration::ZERO).then(|| {
            view! {
                <p class="sessions__axis">
                    <span>{strings.sessions_now}</span>
                    <span>{strings.inside_in(span(end.as_secs(), strings))}</span>
                </p>
            }
        });
        view! { {axis} <ol class="sessions">{rows}</ol> }.into_any()
    };
    let refused = RwSignal::new(false);
    let skips = move || {
        let strings = locale.strings();
        is_in_tab().then(|| {
            [10_u64, 60].map(|seconds| {
                let skip = move |_| {
                    refused.set(store.skip(Duration::from_secs(seconds)).is_err());
                };
                view! {
                    <button class="button button--small" on:click=skip>
                        <Icon name="clock" small=true/>
                        {strings.inside_skip_forward(span(seconds, strings))}
                    </button>
                }
            })
        })
    };
    let refusal = move || {
        refused.get().then(|| {
            view! { <p class="field__error" role="alert">{locale.strings().sessions_not_skipped}</p> }
        })
    };
    view! {
        <section class="card picture" aria-label=live(move || locale.strings().sessions_title)>
            <header class="card__head">
                <h3 class="card__title">{live(move || locale.strings().sessions_title)}</h3>
                {live(skips)}
            </header>
            <div class="card__body">{live(refusal)} {live(rows)}</div>
        </section>
    }
}

fn row(
    session: &Session,
    now: Instant,
    end: Duration,
    strings: &'static Strings,
) -> impl IntoView + use<> {
    let letter = session.client.letter().to_string();
    let left = |until: Instant| span(until.since(now).as_secs(), strings);
    let (state, words, bar) = match session.state {
        State::Connected => {
            let after = match session.interval {
                0 => strings.sessions_ends_with_connection.to_owned(),
                u32::MAX => strings.sessions_kept_forever.to_owned(),
                seconds => strings.sessions_kept_for(span(seconds.into(), strings)),
            };
            ("connected", format!("{} {after}", strings.sessions_connected), None)
        }
        State::Waiting { until: Some(until) } => {
            let words = strings.sessions_waits(left(until));
            ("waiting", words, Some(share(Some(until), now, end)))
        }
        State::Waiting { until: None } => {
            ("waiting", strings.sessions_waits_forever.to_owned(), Some(100.0))
        }
        State::Gone => ("gone", strings.sessions_gone.to_owned(), None),
    };
    let bar = bar.map(|percent| {
        view! { <span class="sessions__bar" style:inline-size=format!("{percent:.1}%")></span> }
    });
    let will = session.will_due.map(|due| {
        let percent = share(Some(due), now, end);
        view! {
            <p class="sessions__will">
                <Icon name="publish" small=true/>
                {strings.sessions_will(left(due))}
            </p>
            <span class="sessions__bar sessions__bar--will" style:inline-size=format!("{percent:.1}%")></span>
        }
    });
    let filters = (!session.filters.is_empty()).then(|| {
        let filters = session.filters.iter().map(|filter| view! { <code>{filter.clone()}</code> " " });
        view! { <p class="sessions__holds">{strings.sessions_subscriptions} " " {filters.collect_view()}</p> }
    });
    let inside =
        session.inside.filter(|inside| inside.queued + inside.in_flight > 0).map(|inside| {
            view! {
                <p class="sessions__holds">
                    {strings.sessions_messages(inside.in_flight, inside.queued)}
                </p>
            }
        });
    let visits = session.visits.iter().map(|visit| {
        let present = visit.session_present;
        let words = strings.sessions_visit(u8::from(visit.clean_start), u8::from(present));
        view! {
            <li class="sessions__visit" data-present=present.then_some("")>
                <Evidence id=visit.connack/>
                {words}
            </li>
        }
    });
    view! {
        <li class="sessions__row" data-state=state>
            <p class="sessions__head">
                <span class="client-letter" data-client=letter.clone()>{letter.clone()}</span>
                <code class="sessions__name">{session.client_id.clone()}</code>
                <span class="sessions__state">{words}</span>
            </p>
            {bar}
            {will}
            {filters}
            {inside}
            <ol class="sessions__visits">{visits.collect_view()}</ol>
        </li>
    }
}
