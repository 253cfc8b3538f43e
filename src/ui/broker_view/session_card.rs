//! One Session: who, how long, what it subscribes to, what is under way, what waits.

use leptos::prelude::*;

use super::model::{Inside, code_words, disconnect_codes, options};
use super::state_tab::{fact, letter};
use super::until::{Until, time_until};
use super::words::span;
use crate::broker::{ClientId, Command, Input, Presence, SessionSnapshot};
use crate::delivery::{ReceivedStage, SentStage};
use crate::mqtt::{PacketType, ReasonCode, split_shared};
use crate::ui::components::Icon;
use crate::ui::live::live;
use crate::ui::locale::use_locale;
use crate::ui::store::use_store;

#[component]
pub fn SessionCard(client_id: ClientId, inside: Memo<Inside>) -> impl IntoView {
    let locale = use_locale();
    let name = client_id.to_string();
    let own = {
        let client_id = client_id.clone();
        Memo::new(move |_| inside.with(|i| i.session(&client_id).cloned()))
    };
    let slot = move || own.with(|own| own.as_ref().and_then(|(slot, _)| *slot));
    let presence = move || own.with(|own| own.as_ref().map(|(_, session)| session.presence));
    let is_connected = move || matches!(presence(), Some(Presence::Connected(_)));
    let status = move || {
        let strings = locale.strings();
        match presence() {
            Some(Presence::Absent { ends_at: Some(at), .. }) => {
                strings.inside_session_ends_in(time_until(at))
            }
            Some(Presence::Absent { ends_at: None, .. }) => {
                strings.inside_session_never_ends.to_owned()
            }
            Some(Presence::Connected(_)) | None => strings.inside_session_connected.to_owned(),
        }
    };
    let lamp = move || if is_connected() { "connected" } else { "offline" };
    let inner = move || own.with(|own| own.as_ref().map(|(_, session)| contents(session)));
    view! {
        <article class="card broker-card">
            <header class="card__head">
                {live(move || slot().map(letter))}
                <h4 class="card__title broker-card__name">{name}</h4>
                <span class="status">
                    <span class="lamp" data-link=live(lamp)></span>
                    {live(status)}
                </span>
            </header>
            {live(inner)}
            <Operator client_id is_connected=Signal::derive(is_connected)/>
        </article>
    }
}

fn contents(session: &SessionSnapshot) -> impl IntoView + use<> {
    let strings = use_locale().strings();
    let expiry = match session.expiry_interval {
        0 => strings.inside_session_expiry_with.to_owned(),
        u32::MAX => strings.inside_session_expiry_never.to_owned(),
        secs => span(secs.into(), strings),
    };
    let will = session.will.as_ref().map(|will| {
        let delay = will.properties.will_delay_interval().unwrap_or(0);
        let topic = will.topic.clone();
        let waits = match session.presence {
            Presence::Absent { will_at: Some(at), .. } => view! { <Until at/> }.into_any(),
            _ => strings.inside_will_delay(span(delay.into(), strings)).into_any(),
        };
        fact("Will", view! { <code>{topic}</code>" · "{waits} })
    });
    let subscriptions: Vec<_> = session
        .subscriptions
        .iter()
        .map(|subscription| {
            let filter = subscription.topic_filter.to_string();
            let shared = split_shared(&filter).is_some();
            let chips = options(&subscription.options, subscription.identifier);
            let chips = chips.into_iter().chain(shared.then(|| "Shared Subscription".to_owned()));
            let chips: Vec<_> =
                chips.map(|chip| view! { <span class="badge">{chip}</span> }).collect();
            view! { <li><code>{filter}</code>{chips}</li> }
        })
        .collect();
    let to: Vec<_> = session
        .outgoing
        .in_flight()
        .map(|flight| {
            let waits = match flight.stage {
                SentStage::AwaitingPubAck => "PUBACK",
                SentStage::AwaitingPubRec => "PUBREC",
                SentStage::AwaitingPubComp => "PUBCOMP",
            };
            let (id, topic) = (flight.packet_id.to_string(), flight.publish.topic.clone());
            let qos = format!("QoS {}", flight.publish.qos.bits());
            view! {
                <li>
                    <span class="broker-card__id">{id}</span>
                    <code>{topic}</code>
                    <span class="badge">{qos}</span>
                    <span class="broker-list__time">{strings.inside_waits_for(waits)}</span>
                </li>
            }
        })
        .collect();
    let from: Vec<_> = session
        .incoming
        .iter()
        .map(|(id, stage)| {
            let waits = match stage {
                ReceivedStage::PubRecDue => strings.inside_owes("PUBREC"),
                ReceivedStage::AwaitingPubRel => strings.inside_waits_for("PUBREL"),
                ReceivedStage::PubCompDue => strings.inside_owes("PUBCOMP"),
            };
            view! {
                <li>
                    <span class="broker-card__id">{id.to_string()}</span>
                    <span class="badge">"QoS 2"</span>
                    <span class="broker-list__time">{waits}</span>
                </li>
            }
        })
        .collect();
    let queue: Vec<_> = session
        .queue
        .iter()
        .take(QUEUE_SHOWN)
        .map(|delivery| {
            let topic = delivery.message.topic.to_string();
            let qos = format!("QoS {}", delivery.qos.bits());
            let expires = delivery
                .message
                .expires_at
                .map(|at| view! { <span class="broker-list__time"><Until at/></span> });
            view! { <li><code>{topic}</code><span class="badge">{qos}</span>{expires}</li> }
        })
        .collect();
    let more = session.queue_length.saturating_sub(queue.len());
    let more = (more > 0).then(|| view! { <li>{strings.inside_queue_more(more)}</li> });
    let part = |title: &'static str, count: usize, items: Vec<_>| {
        (count > 0).then(|| {
            view! {
                <div class="broker-card__part">
                    <h5 class="broker-card__part-title">
                        {title} <span class="badge">{count}</span>
                    </h5>
                    <ul class="broker-list">{items}</ul>
                </div>
            }
        })
    };
    let (to_count, from_count) = (to.len(), from.len());
    let subscribed = subscriptions.len();
    let any = |items: Vec<_>| items.into_iter().map(IntoAny::into_any).collect::<Vec<_>>();
    view! {
        <dl class="facts">
            {session.user.clone().map(|user| fact(strings.inside_user, user))}
            {fact("Session Expiry Interval", expiry)}
            {will}
            {(subscribed == 0).then(|| fact(strings.inside_subscriptions, strings.inside_none))}
        </dl>
        {part(strings.inside_subscriptions, subscribed, any(subscriptions))}
        {part(
            strings.inside_flight_to,
            to_count,
            to.into_iter().map(IntoAny::into_any).collect::<Vec<_>>(),
        )}
        {part(
            strings.inside_flight_from,
            from_count,
            from.into_iter().map(IntoAny::into_any).collect::<Vec<_>>(),
        )}
        {part(
            strings.inside_queue,
            session.queue_length,
            queue
                .into_iter()
                .map(IntoAny::into_any)
                .chain(more.map(IntoAny::into_any))
                .collect::<Vec<_>>(),
        )}
    }
}

/// What the operator may do to a client and its Session.
#[component]
fn Operator(client_id: ClientId, is_connected: Signal<bool>) -> impl IntoView {
    let store = use_store();
    let locale = use_locale();
    let chosen = RwSignal::new(ReasonCode::AdministrativeAction);
    let client_id = StoredValue::new(client_id.to_string());
    let disconnect = move |_| {
        let (client_id, reason_code) = (client_id.get_value(), chosen.get_untracked());
        store.operate(Input::Command(Command::Disconnect { client_id, reason_code }));
    };
    let remove = move |_| {
        let client_id = client_id.get_value();
        store.operate(Input::Command(Command::RemoveSession { client_id }));
    };
    let choose = move |event| {
        let value = event_target_value(&event).parse().ok().and_then(ReasonCode::from_value);
        chosen.set(value.unwrap_or(ReasonCode::AdministrativeAction));
    };
    let codes: Vec<_> = disconnect_codes()
        .map(|code| {
            view! {
                <option value=code.value() selected=code == ReasonCode::AdministrativeAction>
                    {code_words(code, PacketType::Disconnect)}
                </option>
            }
        })
        .collect();
    view! {
        <footer class="broker-card__operator">
            <select
                aria-label=live(move || locale.strings().inside_disconnect_with)
                title=live(move || locale.strings().inside_disconnect_with)
                disabled=live(move || !is_connected.get())
                on:change=choose
            >
                {codes}
            </select>
            <button
                type="button"
                class="button button--small"
                disabled=live(move || !is_connected.get())
                on:click=disconnect
            >
                {live(move || locale.strings().inside_disconnect)}
            </button>
            <button
                type="button"
                class="button button--quiet button--icon button--small"
                aria-label=live(move || locale.strings().inside_remove_session)
                title=live(move || locale.strings().inside_remove_session)
                on:click=remove
            >
                <Icon name="remove"/>
            </button>
        </footer>
    }
}

/// How much of a queue a card shows.
const QUEUE_SHOWN: usize = 20;
