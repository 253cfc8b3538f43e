//! One way of a line: what one end sends, and what is to go wrong with it.

use leptos::prelude::*;

use crate::capture::ClientSlot;
use crate::lab::{Act, Action};
use crate::link::{Fate, Fault, Scope};
use crate::mqtt::{PacketType, Sender};
use crate::ui::broker_view::model::{WayState, stoppable};
use crate::ui::components::controls::{Select, SmallButton, said};
use crate::ui::erased::erased;
use crate::ui::loading::locale::use_locale;
use crate::ui::state::store::use_store;

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
    let title = said(match from {
        Sender::Client => |s| s.inside_way_from_client(),
        Sender::Server => |s| s.inside_way_from_server(),
    });
    let is_paused = Signal::derive(move || way.with(|way| way.is_paused));
    let is_slow = Signal::derive(move || way.with(|way| way.is_byte_by_byte));
    let pause_words = Signal::derive(move || {
        let strings = locale.strings();
        match is_paused.get() {
            true => strings.inside_way_paused().to_owned(),
            false => strings.inside_way_pause().to_owned(),
        }
    });
    let pause = move |()| match is_paused.get_untracked() {
        true => set(Fault::Resume(from)),
        false => set(Fault::Pause(from)),
    };
    let slow = move |()| set(Fault::ByteByByte { from, on: !is_slow.get_untracked() });
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
    let releases = move || {
        let button = |packet: PacketType| {
            let words = Signal::derive(move || locale.strings().inside_way_release(packet.name()));
            let release = move |()| set(Fault::Release { from, packet });
            view! { <SmallButton words on_press=Callback::new(release)/> }.into_any()
        };
        way.with(WayState::releasable).into_iter().map(button).collect::<Vec<_>>()
    };
    view! {
        <section class="way-card">
            <div class="way-card__row">
                <h4 class="way-card__title">{title}</h4>
                <SmallButton
                    words=pause_words
                    pressed=Some(is_paused)
                    on_press=Callback::new(pause)
                />
                <SmallButton
                    words=said(|s| s.inside_way_bytes())
                    pressed=Some(is_slow)
                    on_press=Callback::new(slow)
                />
            </div>
            <StopForm from on_stop=Callback::new(set)/>
            {erased(notes)}
            <div class="button-row">{erased(releases)}</div>
        </section>
    }
}

/// Which packets are to be stopped, and what becomes of them.
#[component]
fn StopForm(from: Sender, on_stop: Callback<Fault>) -> impl IntoView {
    let locale = use_locale();
    let fate = RwSignal::new(HOLD.to_owned());
    let scope = RwSignal::new(NEXT.to_owned());
    let packet = RwSignal::new(PacketType::PubAck.key().to_owned());
    let fates = move || {
        let strings = locale.strings();
        vec![pair(HOLD, strings.inside_way_hold()), pair(DROP, strings.inside_way_drop())]
    };
    let scopes = move || {
        let strings = locale.strings();
        vec![pair(NEXT, strings.inside_way_next()), pair(ALL, strings.inside_way_all())]
    };
    let packets = move || stoppable(from).map(|packet| pair(packet.key(), packet.name())).collect();
    let stop = move |()| {
        let key = packet.get_untracked();
        let Some(packet) = stoppable(from).find(|packet| packet.key() == key) else {
            return;
        };
        on_stop.run(Fault::Stop {
            from,
            packet,
            fate: if fate.get_untracked() == DROP { Fate::Dropped } else { Fate::Held },
            scope: if scope.get_untracked() == ALL { Scope::All } else { Scope::Next },
        });
    };
    view! {
        <div class="way-card__stop" role="group" aria-label=said(|s| s.inside_way_stop())>
            <Select
                label=Some(said(|s| s.inside_way_fate()))
                options=Signal::derive(fates)
                value=fate.into()
                on_change=Callback::new(move |value| fate.set(value))
            />
            <Select
                label=Some(said(|s| s.inside_way_scope()))
                options=Signal::derive(scopes)
                value=scope.into()
                on_change=Callback::new(move |value| scope.set(value))
            />
            <Select
                label=Some(said(|s| s.inside_way_packet()))
                options=Signal::derive(packets)
                value=packet.into()
                on_change=Callback::new(move |value| packet.set(value))
            />
            <SmallButton words=said(|s| s.inside_way_set()) on_press=Callback::new(stop)/>
        </div>
    }
}

fn pair(key: &str, words: &str) -> (String, String) {
    (key.to_owned(), words.to_owned())
}

const HOLD: &str = "hold";
const DROP: &str = "drop";
const NEXT: &str = "next";
const ALL: &str = "all";
