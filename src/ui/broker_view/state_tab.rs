//! What the broker knows now: Network Connections, Sessions, retained messages, timers.

use leptos::prelude::*;

use super::model::{Due, Inside, Timer, by_client_id};
use super::policy_tab::change;
use super::session_card::SessionCard;
use super::until::Until;
use super::words;
use crate::broker::{
    Availability, Command, ConnectedSnapshot, ConnectionId, ConnectionPhase, Input,
};
use crate::capture::ClientSlot;
use crate::mqtt::{PacketType, ReasonCode};
use crate::ui::broker_view::model::code_words;
use crate::ui::components::Icon;
use crate::ui::format::{capped, grouped};
use crate::ui::live::live;
use crate::ui::locale::use_locale;
use crate::ui::store::{Store, use_store};

#[component]
pub fn StateTab() -> impl IntoView {
    let store = use_store();
    let locale = use_locale();
    let inside = Memo::new(move |_| store.with_lab(Inside::of));
    let connections =
        move || inside.with(|i| i.connections.iter().map(|(_, c)| c.id).collect::<Vec<_>>());
    let sessions = move || {
        inside.with(|i| i.sessions.iter().map(|(_, s)| s.client_id.clone()).collect::<Vec<_>>())
    };
    view! {
        <Closed/>
        <section class="broker-section">
            <Heading
                title=Signal::derive(move || locale.strings().inside_connections)
                count=Signal::derive(move || inside.with(|i| i.connections.len()))
                empty=Signal::derive(move || locale.strings().inside_connections_none)
            />
            <For each=connections key=|id| *id let:id>
                <ConnectionCard id inside/>
            </For>
        </section>
        <section class="broker-section">
            <Heading
                title=Signal::derive(move || locale.strings().inside_sessions)
                count=Signal::derive(move || inside.with(|i| i.sessions.len()))
                empty=Signal::derive(move || locale.strings().inside_sessions_none)
            />
            <For each=sessions key=|id| id.clone() let:id>
                <SessionCard client_id=id inside/>
            </For>
        </section>
        <Retained inside/>
        <Timers inside/>
        <ShutDown/>
    }
}

/// The letter of a client on the bench, in its colour.
pub fn letter(slot: ClientSlot) -> impl IntoView {
    let letter = slot.letter().to_string();
    view! { <span class="client-letter" data-client=letter.clone()>{letter.clone()}</span> }
}

/// A section's title with how much it holds, or how something gets there.
#[component]
fn Heading(
    title: Signal<&'static str>,
    count: Signal<usize>,
    empty: Signal<&'static str>,
) -> impl IntoView {
    view! {
        <h3 class="broker-section__title">
            {title}
            {live(move || {
                (count.get() > 0).then(|| view! { <span class="badge">{count.get()}</span> })
            })}
        </h3>
        {live(move || {
            (count.get() == 0).then(|| view! { <p class="broker-section__empty">{empty}</p> })
        })}
    }
}

/// How CONNECT is refused, if it is. Tracked.
fn refusal(store: Store) -> Option<ReasonCode> {
    store.with_lab(|lab| lab.in_tab().broker().policy().availability.refusal())
}

/// Says so where no CONNECT is taken, with the way out.
#[component]
fn Closed() -> impl IntoView {
    let store = use_store();
    let locale = use_locale();
    let refusal = Memo::new(move |_| refusal(store));
    let reopen = move |_| change(store, |policy| policy.availability = Availability::Open);
    live(move || {
        refusal.get().map(|code| {
            let strings = locale.strings();
            view! {
                <div class="notice" data-state="warning" role="status">
                    <Icon name="warning"/>
                    <p class="notice__title">
                        {strings.inside_closed(code_words(code, PacketType::ConnAck))}
                    </p>
                    <div class="notice__body">
                        <button type="button" class="button button--small" on:click=reopen>
                            {strings.inside_reopen}
                        </button>
                    </div>
                </div>
            }
        })
    })
}

#[component]
fn ShutDown() -> impl IntoView {
    let store = use_store();
    let locale = use_locale();
    let is_closed = Memo::new(move |_| refusal(store).is_some());
    view! {
        <section class="broker-shut">
            <p class="field__hint">{live(move || locale.strings().inside_shut_down_hint)}</p>
            <button
                type="button"
                class="button button--small"
                disabled=live(move || is_closed.get())
                on:click=move |_| store.operate(Input::Command(Command::ShutDown))
            >
                {live(move || locale.strings().inside_shut_down)}
            </button>
        </section>
    }
}

#[component]
fn ConnectionCard(id: ConnectionId, inside: Memo<Inside>) -> impl IntoView {
    let locale = use_locale();
    let own = Memo::new(move |_| inside.with(|i| i.connection(id).cloned()));
    let name = move || {
        own.with(|own| match own.as_ref().map(|(_, connection)| &connection.phase) {
            Some(ConnectionPhase::Connected(connected)) => connected.client_id.to_string(),
            Some(ConnectionPhase::Authenticating { client_id, .. }) => client_id.clone(),
            Some(ConnectionPhase::AwaitingConnect { .. }) | None => String::new(),
        })
    };
    let phase = move || {
        let strings = locale.strings();
        own.with(|own| match own.as_ref().map(|(_, connection)| &connection.phase) {
            Some(ConnectionPhase::AwaitingConnect { .. }) => strings.inside_phase_awaiting,
            Some(ConnectionPhase::Authenticating { .. }) => strings.inside_phase_authenticating,
            Some(ConnectionPhase::Connected(connected))
                if connected.re_authentication.is_some() =>
            {
                strings.inside_phase_reauthenticating
            }
            Some(ConnectionPhase::Connected(_)) => strings.inside_phase_connected,
            None => "",
        })
    };
    let lamp = move || {
        own.with(|own| match own.as_ref().map(|(_, connection)| &connection.phase) {
            Some(ConnectionPhase::Connected(_)) => "connected",
            _ => "connecting",
        })
    };
    let slot = move || own.with(|own| own.as_ref().and_then(|(slot, _)| *slot));
    let facts = move || {
        own.with(|own| match own.as_ref().map(|(_, connection)| &connection.phase) {
            Some(ConnectionPhase::Connected(connected)) => {
                Some(connected_facts(connected).into_any())
            }
            Some(
                ConnectionPhase::AwaitingConnect { give_up_at }
                | ConnectionPhase::Authenticating { give_up_at, .. },
            ) => {
                let at = *give_up_at;
                let words = words::due(Due::Connect, locale.strings());
                Some(fact(words, view! { <Until at/> }).into_any())
            }
            None => None,
        })
    };
    view! {
        <article class="card broker-card">
            <header class="card__head">
                {live(move || slot().map(letter))}
                <h4 class="card__title broker-card__name">{live(name)}</h4>
                <span class="status">
                    <span class="lamp" data-link=live(lamp)></span>
                    {live(phase)}
                </span>
            </header>
            <dl class="facts">{live(facts)}</dl>
        </article>
    }
}

/// One row of facts.
pub fn fact(key: &'static str, value: impl IntoView + 'static) -> AnyView {
    view! {
        <div class="facts__row">
            <dt class="facts__key">{key}</dt>
            <dd class="facts__value">{value}</dd>
        </div>
    }
    .into_any()
}

fn connected_facts(connected: &ConnectedSnapshot) -> impl IntoView + use<> {
    let strings = use_locale().strings();
    let keep_alive = match connected.keep_alive_ends_at {
        None => strings.inside_off.into_any(),
        Some(at) => view! {
            {words::span(connected.keep_alive.into(), strings)}
            " · "
            {strings.inside_server_keep_alive}
            " "
            <Until at/>
        }
        .into_any(),
    };
    let ends = connected.ends_at.map(|at| fact("Maximum connect time", view! { <Until at/> }));
    let quota = |quota: &crate::delivery::Quota| {
        let maximum = grouped(quota.maximum().into());
        strings.inside_used_of(maximum, quota.used())
    };
    let size = match connected.maximum_packet_size {
        None => strings.inside_any_size.to_owned(),
        Some(size) => format!("{} B", grouped(size.into())),
    };
    let from = aliases(connected.incoming_aliases.iter(), connected.incoming_aliases.maximum());
    let to = aliases(connected.outgoing_aliases.iter(), connected.outgoing_aliases.maximum());
    let redeliver = (connected.to_redeliver > 0)
        .then(|| fact(strings.inside_to_redeliver, connected.to_redeliver.to_string()));
    let method = connected.authentication_method.clone();
    view! {
        {connected.user.clone().map(|user| fact(strings.inside_user, user))}
        {method.map(|method| fact("Authentication Method", method))}
        {fact("Keep Alive", keep_alive)}
        {ends}
        {fact(strings.inside_in_flight_to, quota(&connected.sending))}
        {fact(strings.inside_in_flight_from, quota(&connected.receiving))}
        {redeliver}
        {fact(strings.inside_aliases_to, to)}
        {fact(strings.inside_aliases_from, from)}
        {fact("Maximum Packet Size", size)}
    }
}

fn aliases<'a>(aliases: impl Iterator<Item = (u16, &'a str)>, maximum: u16) -> AnyView {
    let strings = use_locale().strings();
    let items: Vec<_> = aliases
        .map(|(alias, topic)| {
            let topic = topic.to_owned();
            view! { <li><span class="broker-card__id">{alias}</span><code>{topic}</code></li> }
        })
        .collect();
    match (items.is_empty(), maximum) {
        (true, 0) => strings.inside_aliases_off.into_any(),
        (true, _) => strings.inside_aliases_none(grouped(maximum.into())).into_any(),
        (false, _) => view! { <ul class="broker-list">{items}</ul> }.into_any(),
    }
}

#[component]
fn Retained(inside: Memo<Inside>) -> impl IntoView {
    let store = use_store();
    let locale = use_locale();
    let messages = move || inside.with(|i| i.retained.clone());
    view! {
        <section class="broker-section">
            <Heading
                title=Signal::derive(move || locale.strings().inside_retained)
                count=Signal::derive(move || inside.with(|i| i.retained.len()))
                empty=Signal::derive(move || locale.strings().inside_retained_none)
            />
            <ul class="broker-list">
                <For
                    each=messages
                    key=|message| (message.topic.clone(), message.received_at)
                    let:message
                >
                    {
                        let topic = StoredValue::new(message.topic.to_string());
                        let name = move || {
                            topic.with_value(|t| locale.strings().inside_retained_remove(t))
                        };
                        let remove = move |_| {
                            let topic = topic.get_value();
                            store.operate(Input::Command(Command::RemoveRetained { topic }));
                        };
                        let payload = match std::str::from_utf8(&message.payload) {
                            Ok(text) => capped(text, 40),
                            Err(_) => format!("{} B", grouped(message.payload.len() as u64)),
                        };
                        view! {
                            <li>
                                <code>{topic.get_value()}</code>
                                <span class="broker-list__value">{payload}</span>
                                <span class="badge">{format!("QoS {}", message.qos.bits())}</span>
                                {message
                                    .expires_at
                                    .map(|at| {
                                        view! { <span class="broker-list__time"><Until at/></span> }
                                    })}
                                <button
                                    type="button"
                                    class="button button--quiet button--icon button--small"
                                    aria-label=live(name)
                                    title=live(name)
                                    on:click=remove
                                >
                                    <Icon name="remove"/>
                                </button>
                            </li>
                        }
                    }
                </For>
            </ul>
        </section>
    }
}

#[component]
fn Timers(inside: Memo<Inside>) -> impl IntoView {
    let locale = use_locale();
    let store = use_store();
    let timers = Memo::new(move |_| inside.with(|i| i.timers.clone()));
    let whose = move |timer: &Timer| {
        let slot = match timer.due {
            Due::Retained => None,
            _ => store.peek(by_client_id).get(&timer.whose).copied(),
        };
        match slot {
            Some(slot) => letter(slot).into_any(),
            None => view! { <code>{timer.whose.clone()}</code> }.into_any(),
        }
    };
    view! {
        <section class="broker-section">
            <Heading
                title=Signal::derive(move || locale.strings().inside_timers)
                count=Signal::derive(move || timers.with(Vec::len))
                empty=Signal::derive(move || locale.strings().inside_timers_none)
            />
            <ol class="broker-list">
                <For each=move || timers.get() key=|timer| timer.clone() let:timer>
                    <li>
                        <span class="broker-list__time"><Until at=timer.at/></span>
                        <span>{live(move || words::due(timer.due, locale.strings()))}</span>
                        {whose(&timer)}
                    </li>
                </For>
            </ol>
        </section>
    }
}
