//! One way of a line: what one end sends, and what is to go wrong with it.

use leptos::prelude::*;

use super::model::{WayState, stoppable};
use crate::capture::ClientSlot;
use crate::lab::{Act, Action};
use crate::link::{Fate, Fault, Scope, Stop};
use crate::mqtt::{PacketType, Sender};
use crate::ui::live::live;
use crate::ui::locale::use_locale;
use crate::ui::store::use_store;

#[component]
pub fn WayCard(
    client: ClientSlot,
    /// The end that sends.
    from: Sender,
) -> impl IntoView {
    let store = use_store();
    let locale = use_locale();
    let way =
        Memo::new(move |_| store.with_lab(|lab| WayState::of(lab.in_tab().line(client), from)));
    // The card is only there while faults are allowed.
    let set = move |fault| _ = store.act(Act { client, action: Action::Fault(fault) });
    let title = move || match from {
        Sender::Client => locale.strings().inside_way_from_client,
        Sender::Server => locale.strings().inside_way_from_server,
    };
    let is_paused = move || way.with(|way| way.is_paused);
    let is_slow = move || way.with(|way| way.is_byte_by_byte);
    let pause = move |_| match is_paused() {
        true => set(Fault::Resume(from)),
        false => set(Fault::Pause(from)),
    };
    let slow = move |_| set(Fault::ByteByByte { from, on: !untrack(is_slow) });
    let notes = move || {
        let strings = locale.strings();
        way.with(|way| {
            let mut notes = Vec::new();
            if way.waiting > 0 {
                notes.push(strings.inside_way_waiting(way.waiting));
            }
            let held = way.held.iter();
            notes.extend(held.map(|(packet, n)| strings.inside_way_held(n, packet.name())));
            notes.extend(way.stops.iter().map(|stop| {
                let name = stop.packet.name();
                match (stop.fate, stop.scope) {
                    (Fate::Held, Scope::Next) => strings.inside_way_holds_next(name),
                    (Fate::Held, Scope::All) => strings.inside_way_holds_all(name),
                    (Fate::Dropped, Scope::Next) => strings.inside_way_drops_next(name),
                    (Fate::Dropped, Scope::All) => strings.inside_way_drops_all(name),
                }
            }));
            if way.dropped > 0 {
                notes.push(strings.inside_way_dropped(way.dropped));
            }
            let notes: Vec<_> = notes.into_iter().map(|note| view! { <li>{note}</li> }).collect();
            (!notes.is_empty()).then(|| view! { <ul class="way-card__notes">{notes}</ul> })
        })
    };
    view! {
        <section class="way-card">
            <div class="way-card__row">
                <h4 class="way-card__title">{live(title)}</h4>
                <button
                    type="button"
                    class="button button--small"
                    aria-pressed=live(move || is_paused().to_string())
                    on:click=pause
                >
                    {live(move || {
                        let strings = locale.strings();
                        if is_paused() { strings.inside_way_paused } else { strings.inside_way_pause }
                    })}
                </button>
                <button
                    type="button"
                    class="button button--small"
                    aria-pressed=live(move || is_slow().to_string())
                    on:click=slow
                >
                    {live(move || locale.strings().inside_way_bytes)}
                </button>
            </div>
            <StopForm from on_stop=Callback::new(move |stop: Stop| {
                let Stop { packet, fate, scope } = stop;
                set(Fault::Stop { from, packet, fate, scope });
            })/>
            {live(notes)}
            <div class="button-row">
                <For
                    each=move || way.with(WayState::releasable)
                    key=|packet| packet.value()
                    let:packet
                >
                    <button
                        type="button"
                        class="button button--small"
                        on:click=move |_| set(Fault::Release { from, packet })
                    >
                        {live(move || locale.strings().inside_way_release(packet.name()))}
                    </button>
                </For>
            </div>
        </section>
    }
}

/// Which packets are to be stopped, and what becomes of them.
#[component]
fn StopForm(from: Sender, on_stop: Callback<Stop>) -> impl IntoView {
    let locale = use_locale();
    let usual = PacketType::PubAck;
    let packet = RwSignal::new(usual);
    let fate = RwSignal::new(Fate::Held);
    let scope = RwSignal::new(Scope::Next);
    let packets = stoppable(from);
    let options: Vec<_> = packets
        .iter()
        .map(|packet| {
            view! {
                <option value=packet.value() selected=*packet == usual>{packet.name()}</option>
            }
        })
        .collect();
    let choose = move |event| {
        let value: Option<u8> = event_target_value(&event).parse().ok();
        let found = packets.iter().find(|packet| Some(packet.value()) == value);
        packet.set(*found.unwrap_or(&usual));
    };
    let choose_fate = move |event| {
        fate.set(if event_target_value(&event) == "drop" { Fate::Dropped } else { Fate::Held });
    };
    let choose_scope = move |event| {
        scope.set(if event_target_value(&event) == "all" { Scope::All } else { Scope::Next });
    };
    let stop = move |_| {
        let (packet, fate) = (packet.get_untracked(), fate.get_untracked());
        on_stop.run(Stop { packet, fate, scope: scope.get_untracked() });
    };
    view! {
        <div class="way-card__stop" role="group" aria-label=live(move || locale.strings().inside_way_stop)>
            <select aria-label=live(move || locale.strings().inside_way_fate) on:change=choose_fate>
                <option value="hold">{live(move || locale.strings().inside_way_hold)}</option>
                <option value="drop">{live(move || locale.strings().inside_way_drop)}</option>
            </select>
            <select aria-label=live(move || locale.strings().inside_way_scope) on:change=choose_scope>
                <option value="next">{live(move || locale.strings().inside_way_next)}</option>
                <option value="all">{live(move || locale.strings().inside_way_all)}</option>
            </select>
            <select aria-label=live(move || locale.strings().inside_way_packet) on:change=choose>
                {options}
            </select>
            <button type="button" class="button button--small" on:click=stop>
                {live(move || locale.strings().inside_way_set)}
            </button>
        </div>
    }
}
