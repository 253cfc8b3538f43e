//! What the broker knows now: Network Connections, Sessions, retained messages, timers.

use std::sync::Arc;

use leptos::prelude::*;

use super::policy_tab::change;
use super::session_card::SessionCard;
use crate::broker::{
    Availability, Command, ConnectedSnapshot, ConnectionPhase, ConnectionSnapshot, Input, Message,
};
use crate::capture::ClientSlot;
use crate::language::Strings;
use crate::mqtt::{PacketType, ReasonCode};
use crate::time::Instant;
use crate::ui::broker_view::model::{Due, Inside, Timer, by_client_id};
use crate::ui::broker_view::words;
use crate::ui::components::Icon;
use crate::ui::components::controls::{IconButton, SmallButton, hint, said};
use crate::ui::components::until::Until;
use crate::ui::erased::erased;
use crate::ui::format::span;
use crate::ui::format::{capped, grouped, quoted};
use crate::ui::loading::locale::use_locale;
use crate::ui::state::store::{Store, use_store};

#[component]
pub fn StateTab() -> impl IntoView {
    let store = use_store();
    let inside = Memo::new(move |_| store.with_lab(Inside::of));
    let connections = move || {
        let card = |(slot, connection): &(Option<ClientSlot>, ConnectionSnapshot)| {
            connection_card(*slot, connection)
        };
        inside.with(|i| i.connections.iter().map(card).collect::<Vec<_>>())
    };
    // A card of a Session holds a choice of its own, so it stays while its Session does.
    let sessions = move || {
        inside.with(|i| i.sessions.iter().map(|(_, s)| s.client_id.clone()).collect::<Vec<_>>())
    };
    let count = move |count: fn(&Inside) -> usize| Signal::derive(move || inside.with(count));
    view! {
        <Closed/>
        <section class="broker-section">
            {heading(
                |s| s.inside_connections(),
                |s| s.inside_connections_none(),
                count(|i| i.connections.len()),
            )}
            {erased(connections)}
        </section>
        <section class="broker-section">
            {heading(
                |s| s.inside_sessions(),
                |s| s.inside_sessions_none(),
                count(|i| i.sessions.len()),
            )}
            <For each=sessions key=|id| id.clone() let:id>
                <SessionCard client_id=id inside/>
            </For>
        </section>
        <section class="broker-section">
            {heading(
                |s| s.inside_retained(),
                |s| s.inside_retained_none(),
                count(|i| i.retained.len()),
            )}
            <ul class="broker-list">
                {erased(move || inside.with(|i| i.retained.iter().map(retained).collect::<Vec<_>>()))}
            </ul>
        </section>
        <section class="broker-section">
            {heading(|s| s.inside_timers(), |s| s.inside_timers_none(), count(|i| i.timers.len()))}
            <ol class="broker-list">
                {erased(move || inside.with(|i| i.timers.iter().map(timer).collect::<Vec<_>>()))}
            </ol>
        </section>
        <ShutDown/>
    }
}

/// The letter of a client on the bench, in its colour.
pub fn letter(slot: ClientSlot) -> AnyView {
    let letter = slot.letter().to_string();
    view! { <span class="client-letter" data-client=letter.clone()>{letter.clone()}</span> }
        .into_any()
}

/// A section's title with how much it holds, or how something gets there.
fn heading(
    title: fn(&Strings) -> &'static str,
    empty: fn(&Strings) -> &'static str,
    count: Signal<usize>,
) -> AnyView {
    let badge =
        move || (count.get() > 0).then(|| view! { <span class="badge">{count.get()}</span> });
    let none = move || {
        let empty = said(empty);
        (count.get() == 0).then(|| view! { <p class="broker-section__empty">{empty}</p> })
    };
    view! {
        <h3 class="broker-section__title">{said(title)} {erased(badge)}</h3>
        {erased(none)}
    }
    .into_any()
}

/// The Reason Code with which CONNECT is refused; 0 while it is not. Tracked.
fn refusal(store: Store) -> usize {
    let code = store.with_lab(|lab| lab.in_tab().broker().policy().availability.refusal());
    code.map_or(0, |code| code.value().into())
}

/// That no CONNECT is taken, where it is so.
fn closed_words(refusal: usize, strings: &Strings) -> Option<String> {
    let code = u8::try_from(refusal).ok().and_then(ReasonCode::from_value)?;
    code.is_error().then(|| strings.inside_closed(code.in_words(PacketType::ConnAck)))
}

/// Says so where no CONNECT is taken, with the way out.
#[component]
fn Closed() -> impl IntoView {
    let store = use_store();
    let locale = use_locale();
    let refusal = Memo::new(move |_| refusal(store));
    let reopen = move |()| change(store, |policy| policy.availability = Availability::Open);
    let notice = move || {
        closed_words(refusal.get(), locale.strings()).map(|words| {
            view! {
                <div class="notice" data-state="warning" role="status">
                    <Icon name="warning"/>
                    <p class="notice__title">{words}</p>
                    <div class="notice__body">
                        <SmallButton
                            words=said(|s| s.inside_reopen())
                            on_press=Callback::new(reopen)
                        />
                    </div>
                </div>
            }
        })
    };
    erased(notice)
}

#[component]
fn ShutDown() -> impl IntoView {
    let store = use_store();
    let locale = use_locale();
    let is_closed = Signal::derive(move || refusal(store) > 0);
    // The notice of it stands above everything, perhaps out of sight.
    let said_here = move || {
        closed_words(refusal(store), locale.strings()).map(|words| {
            view! { <p class="field__hint">{words}</p> }
        })
    };
    let shut_down = move |()| store.operate(Input::Command(Command::ShutDown));
    view! {
        <section class="broker-shut">
            {hint(|s| s.inside_shut_down_hint())}
            <SmallButton
                words=said(|s| s.inside_shut_down())
                disabled=is_closed
                on_press=Callback::new(shut_down)
            />
            {erased(said_here)}
        </section>
    }
}

fn connection_card(slot: Option<ClientSlot>, connection: &ConnectionSnapshot) -> AnyView {
    let strings = use_locale().strings();
    let waits = |at: Instant| fact(words::due(Due::Connect, strings), view! { <Until at/> });
    let (name, phase, facts) = match &connection.phase {
        ConnectionPhase::AwaitingConnect { give_up_at } => {
            (String::new(), strings.inside_phase_awaiting(), waits(*give_up_at))
        }
        ConnectionPhase::Authenticating { client_id, give_up_at, .. } => {
            (quoted(client_id), strings.inside_phase_authenticating(), waits(*give_up_at))
        }
        ConnectionPhase::Connected(connected) => {
            let phase = match connected.re_authentication {
                Some(_) => strings.inside_phase_reauthenticating(),
                None => strings.inside_phase_connected(),
            };
            (quoted(&connected.client_id), phase, connected_facts(connected))
        }
    };
    let lamp = match connection.phase {
        ConnectionPhase::Connected(_) => "connected",
        _ => "connecting",
    };
    view! {
        <article class="card broker-card">
            <header class="card__head">
                {slot.map(letter)}
                <h4 class="card__title broker-card__name">{name}</h4>
                <span class="status">
                    <span class="lamp" data-link=lamp></span>
                    {phase}
                </span>
            </header>
            <dl class="facts">{facts}</dl>
        </article>
    }
    .into_any()
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

fn connected_facts(connected: &ConnectedSnapshot) -> AnyView {
    let strings = use_locale().strings();
    let keep_alive = match connected.keep_alive_ends_at {
        None => strings.inside_off().into_any(),
        Some(at) => view! {
            {span(connected.keep_alive.into(), strings)}
            " · "
            {strings.inside_server_keep_alive()}
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
        None => strings.inside_any_size().to_owned(),
        Some(size) => format!("{} B", grouped(size.into())),
    };
    let from = aliases(connected.incoming_aliases.iter(), connected.incoming_aliases.maximum());
    let to = aliases(connected.outgoing_aliases.iter(), connected.outgoing_aliases.maximum());
    let redeliver = (connected.to_redeliver > 0)
        .then(|| fact(strings.inside_to_redeliver(), connected.to_redeliver.to_string()));
    let method = connected.authentication_method.as_deref().map(quoted);
    view! {
        {connected.user.as_deref().map(|user| fact(strings.inside_user(), quoted(user)))}
        {method.map(|method| fact("Authentication Method", method))}
        {fact("Keep Alive", keep_alive)}
        {ends}
        {fact(strings.inside_in_flight_to(), quota(&connected.sending))}
        {fact(strings.inside_in_flight_from(), quota(&connected.receiving))}
        {redeliver}
        {fact(strings.inside_aliases_to(), to)}
        {fact(strings.inside_aliases_from(), from)}
        {fact("Maximum Packet Size", size)}
    }
    .into_any()
}

fn aliases<'a>(aliases: impl Iterator<Item = (u16, &'a str)>, maximum: u16) -> AnyView {
    let strings = use_locale().strings();
    let items: Vec<_> = aliases
        .map(|(alias, topic)| {
            let topic = quoted(topic);
            view! { <li><span class="broker-card__id">{alias}</span><code>{topic}</code></li> }
        })
        .collect();
    match (items.is_empty(), maximum) {
        (true, 0) => strings.inside_aliases_off().into_any(),
        (true, _) => strings.inside_aliases_none(grouped(maximum.into())).into_any(),
        (false, _) => view! { <ul class="broker-list">{items}</ul> }.into_any(),
    }
}

fn retained(message: &Arc<Message>) -> AnyView {
    let store = use_store();
    let locale = use_locale();
    let topic = StoredValue::new(message.topic.to_string());
    let name =
        move || topic.with_value(|topic| locale.strings().inside_retained_remove(quoted(topic)));
    let remove = move |()| {
        let topic = topic.get_value().into();
        store.operate(Input::Command(Command::RemoveRetained { topic }));
    };
    let payload = match std::str::from_utf8(&message.payload) {
        Ok(text) => capped(text, 40),
        Err(_) => format!("{} B", grouped(message.payload.len() as u64)),
    };
    let qos = format!("QoS {}", message.qos.bits());
    view! {
        <li>
            <code>{topic.with_value(|topic| quoted(topic))}</code>
            <span class="broker-list__value">{payload}</span>
            <span class="badge">{qos}</span>
            {message.expires_at.map(time)}
            <IconButton
                icon="remove"
                words=Signal::derive(name)
                on_press=Callback::new(remove)
            />
        </li>
    }
    .into_any()
}

fn timer(timer: &Timer) -> AnyView {
    let strings = use_locale().strings();
    let slot = match timer.due {
        Due::Retained => None,
        _ => use_store().peek(by_client_id).get(&timer.whose).copied(),
    };
    let whose = match slot {
        Some(slot) => letter(slot),
        None => view! { <code>{quoted(&timer.whose)}</code> }.into_any(),
    };
    view! {
        <li>
            {time(timer.at)}
            <span>{words::due(timer.due, strings)}</span>
            {whose}
        </li>
    }
    .into_any()
}

/// When something happens, in a list.
pub fn time(at: Instant) -> AnyView {
    view! { <span class="broker-list__time"><Until at/></span> }.into_any()
}
