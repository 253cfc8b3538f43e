//! One Session: who, how long, what it subscribes to, what is under way, what waits.

use leptos::prelude::*;

use super::state_tab::{fact, letter, time};
use crate::broker::{ClientId, Command, Input, Presence, SessionSnapshot};
use crate::delivery::{ReceivedStage, SentStage};
use crate::mqtt::{PacketId, PacketType, ReasonCode, split_shared};
use crate::ui::broker_view::model::{Inside, disconnect_codes, options};
use crate::ui::components::controls::{IconButton, Select, SmallButton, said};
use crate::ui::components::until::time_until;
use crate::ui::erased::erased;
use crate::ui::format::{quoted, span};
use crate::ui::loading::locale::use_locale;
use crate::ui::state::store::use_store;

#[component]
pub fn SessionCard(client_id: ClientId, inside: Memo<Inside>) -> impl IntoView {
    let locale = use_locale();
    let name = quoted(&client_id);
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
                strings.inside_session_never_ends().to_owned()
            }
            Some(Presence::Connected(_)) | None => strings.inside_session_connected().to_owned(),
        }
    };
    let lamp = move || if is_connected() { "connected" } else { "offline" };
    let inner = move || own.with(|own| own.as_ref().map(|(_, session)| contents(session)));
    view! {
        <article class="card broker-card">
            <header class="card__head">
                {erased(move || slot().map(letter))}
                <h4 class="card__title broker-card__name">{name}</h4>
                <span class="status">
                    <span class="lamp" data-link=erased(lamp)></span>
                    {erased(status)}
                </span>
            </header>
            {erased(inner)}
            <Operator client_id is_away=Signal::derive(move || !is_connected())/>
        </article>
    }
}

fn contents(session: &SessionSnapshot) -> AnyView {
    let strings = use_locale().strings();
    let expiry = match session.expiry_interval {
        0 => strings.inside_session_expiry_with().to_owned(),
        u32::MAX => strings.inside_session_expiry_never().to_owned(),
        secs => span(secs.into(), strings),
    };
    let will = session.will.as_ref().map(|will| {
        let delay = will.properties.will_delay_interval().unwrap_or(0);
        let waits = match session.presence {
            Presence::Absent { will_at: Some(at), .. } => time(at),
            _ => strings.inside_will_delay(span(delay.into(), strings)).into_any(),
        };
        fact("Will", vec![code(&will.topic), " · ".into_any(), waits])
    });
    let subscriptions: Vec<_> = session
        .subscriptions
        .iter()
        .map(|subscription| {
            let filter = &subscription.topic_filter;
            let shared = split_shared(filter).map(|_| badge("Shared Subscription".to_owned()));
            let chips = options(&subscription.options, subscription.identifier);
            let chips = chips.into_iter().map(badge).chain(shared);
            item(std::iter::once(code(filter)).chain(chips))
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
            item([
                number(flight.packet_id),
                code(&flight.publish.topic),
                badge(format!("QoS {}", flight.publish.qos.bits())),
                note(strings.inside_waits_for(waits)),
            ])
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
            item([number(id), badge("QoS 2".to_owned()), note(waits)])
        })
        .collect();
    let mut queue: Vec<_> = session
        .queue
        .iter()
        .take(QUEUE_SHOWN)
        .map(|delivery| {
            let topic = code(&delivery.message.topic);
            let qos = badge(format!("QoS {}", delivery.qos.bits()));
            item([topic, qos].into_iter().chain(delivery.message.expires_at.map(time)))
        })
        .collect();
    let more = session.queue_length.saturating_sub(queue.len());
    if more > 0 {
        queue.push(item([note(strings.inside_queue_more(more))]));
    }
    let none = subscriptions
        .is_empty()
        .then(|| fact(strings.inside_subscriptions(), strings.inside_none()));
    let (subscribed, sent, received) = (subscriptions.len(), to.len(), from.len());
    view! {
        <dl class="facts">
            {session.user.as_deref().map(|user| fact(strings.inside_user(), quoted(user)))}
            {fact("Session Expiry Interval", expiry)}
            {will}
            {none}
        </dl>
        {part(strings.inside_subscriptions(), subscribed, subscriptions)}
        {part(strings.inside_flight_to(), sent, to)}
        {part(strings.inside_flight_from(), received, from)}
        {part(strings.inside_queue(), session.queue_length, queue)}
    }
    .into_any()
}

/// Something a Session holds several of; nothing while it holds none.
fn part(title: &'static str, count: usize, items: Vec<AnyView>) -> Option<AnyView> {
    (count > 0).then(|| {
        view! {
            <div class="broker-card__part">
                <h5 class="broker-card__part-title">
                    {title} <span class="badge">{count}</span>
                </h5>
                <ul class="broker-list">{items}</ul>
            </div>
        }
        .into_any()
    })
}

fn item(parts: impl IntoIterator<Item = AnyView>) -> AnyView {
    view! { <li>{parts.into_iter().collect::<Vec<_>>()}</li> }.into_any()
}

fn code(text: &str) -> AnyView {
    view! { <code>{quoted(text)}</code> }.into_any()
}

fn badge(words: String) -> AnyView {
    view! { <span class="badge">{words}</span> }.into_any()
}

fn number(id: PacketId) -> AnyView {
    view! { <span class="broker-card__id">{id.to_string()}</span> }.into_any()
}

fn note(words: String) -> AnyView {
    view! { <span class="broker-list__time">{words}</span> }.into_any()
}

/// What the operator may do to a client and its Session.
#[component]
fn Operator(client_id: ClientId, is_away: Signal<bool>) -> impl IntoView {
    let store = use_store();
    let usual = ReasonCode::AdministrativeAction;
    let chosen = RwSignal::new(usual.value().to_string());
    let client_id = StoredValue::new(client_id.to_string());
    let disconnect = move |()| {
        let value = chosen.get_untracked().parse().ok();
        let reason_code = value.and_then(ReasonCode::from_value).unwrap_or(usual);
        let client_id = client_id.get_value().into();
        store.operate(Input::Command(Command::Disconnect { client_id, reason_code }));
    };
    let remove = move |()| {
        let client_id = client_id.get_value().into();
        store.operate(Input::Command(Command::RemoveSession { client_id }));
    };
    let codes = || {
        let option =
            |code: ReasonCode| (code.value().to_string(), code.in_words(PacketType::Disconnect));
        disconnect_codes().map(option).collect()
    };
    view! {
        <footer class="broker-card__operator">
            <Select
                label=Some(said(|s| s.inside_disconnect_with()))
                options=Signal::derive(codes)
                value=chosen.into()
                disabled=is_away
                on_change=Callback::new(move |value| chosen.set(value))
            />
            <SmallButton
                words=said(|s| s.inside_disconnect())
                disabled=is_away
                on_press=Callback::new(disconnect)
            />
            <IconButton
                icon="remove"
                words=said(|s| s.inside_remove_session())
                on_press=Callback::new(remove)
            />
        </footer>
    }
}

/// How much of a queue a card shows.
const QUEUE_SHOWN: usize = 20;
