//! The lines between the clients and the broker, and how to break them.

use std::time::Duration;

use leptos::prelude::*;

use super::state_tab::letter;
use super::way_card::WayCard;
use crate::capture::ClientSlot;
use crate::lab::{Act, Action, BenchClient, LinkState};
use crate::link::Line;
use crate::mqtt::Sender;
use crate::ui::broker_view::model::mend;
use crate::ui::broker_view::settings::LATENCY;
use crate::ui::components::controls::{Row, SmallButton, TextBox, TextKind, hint, said};
use crate::ui::erased::erased;
use crate::ui::loading::locale::use_locale;
use crate::ui::role_names::role_name;
use crate::ui::settings::Wrong;
use crate::ui::state::store::use_store;

#[component]
pub fn LinesTab() -> impl IntoView {
    let store = use_store();
    let clients = Memo::new(move |_| {
        store.with_lab(|lab| lab.clients().iter().map(BenchClient::slot).collect::<Vec<_>>())
    });
    let cards = move || {
        let card = |client| view! { <LineCard client/> }.into_any();
        clients.get().into_iter().map(card).collect::<Vec<_>>()
    };
    let none = move || {
        clients.with(Vec::is_empty).then(|| {
            view! { <p class="broker-section__empty">{said(|s| s.inside_lines_none())}</p> }
        })
    };
    view! {
        <Latency/>
        {hint(|s| s.inside_lines_hint())}
        {erased(none)}
        {erased(cards)}
    }
}

/// In milliseconds, for everybody.
#[component]
fn Latency() -> impl IntoView {
    let store = use_store();
    let locale = use_locale();
    let in_force = Memo::new(move |_| {
        let latency = store.with_lab(|lab| lab.in_tab().latency());
        format!("{}", latency.as_micros() as f64 / 1000.0)
    });
    let problem = RwSignal::new(None::<Wrong>);
    let text = RwSignal::new(String::new());
    Effect::new(move || text.set(in_force.get()));
    let change = move |typed: String| {
        let read = LATENCY.read_fraction(&typed);
        text.set(typed);
        problem.set(read.err());
        if let Ok(millis) = read {
            store.set_latency(Duration::from_secs_f64(millis / 1000.0));
        }
    };
    let id = "inside-latency".to_owned();
    view! {
        <div class="fields">
            <Row
                id=id.clone()
                label=said(|s| s.inside_latency())
                hint=said(|s| s.inside_latency_hint())
                problem=Signal::derive(move || problem.get().map(|it| it.words(locale.strings())))
            >
                <TextBox
                    id
                    kind=TextKind::Fraction
                    value=text
                    wrong=Signal::derive(move || problem.get().is_some())
                    on_change=Callback::new(change)
                />
                <span class="field__unit">{LATENCY.unit}</span>
            </Row>
        </div>
    }
}

#[component]
fn LineCard(client: ClientSlot) -> impl IntoView {
    let store = use_store();
    let locale = use_locale();
    let role = move || {
        store.with_lab(|lab| {
            let role = lab.client(client).map_or("", BenchClient::role);
            role_name(role, locale.strings())
        })
    };
    // The connection there is, or the one that would come next.
    let is_elsewhere = Memo::new(move |_| {
        store.target();
        store.with_lab(|lab| !lab.goes_in_tab(client))
    });
    let is_closed = Signal::derive(move || {
        store.with_lab(|lab| {
            lab.client(client).is_none_or(|one| one.link_state() == LinkState::Closed)
        })
    });
    let is_whole = Signal::derive(move || {
        store.with_lab(|lab| !lab.in_tab().line(client).is_some_and(Line::is_faulty))
    });
    // The buttons can only be pressed while the act is allowed.
    let act = move |action: Action| _ = store.act(Act { client, action });
    let ways = move || match is_elsewhere.get() {
        true => view! {
            <p class="card__body field__hint">{said(|s| s.inside_way_elsewhere())}</p>
        }
        .into_any(),
        false => view! {
            <WayCard client from=Sender::Client/>
            <WayCard client from=Sender::Server/>
        }
        .into_any(),
    };
    view! {
        <article class="card broker-card">
            <header class="card__head">
                {letter(client)}
                <h3 class="card__title">{erased(role)}</h3>
                <SmallButton
                    words=said(|s| s.inside_line_cut())
                    disabled=is_closed
                    on_press=Callback::new(move |()| act(Action::Cut))
                />
                <SmallButton
                    words=said(|s| s.inside_line_mend())
                    disabled=is_whole
                    on_press=Callback::new(move |()| act(mend()))
                />
            </header>
            {erased(ways)}
        </article>
    }
}
