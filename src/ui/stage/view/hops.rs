//! Packets on their way: small chips along the lines, driven by the capture.

use std::collections::VecDeque;
use std::time::Duration;

use leptos::prelude::*;

use crate::capture::RecordId;
use crate::mqtt::Sender;
use crate::ui::erased::erased;
use crate::ui::loading::locale::use_locale;
use crate::ui::packet_family::PacketFamily;
use crate::ui::stage::model::{Hop, Passing, passing};
use crate::ui::state::store::{Store, use_store};

/// How long a chip stays to be seen and pressed, its way included.
const STAY: Duration = Duration::from_millis(1400);
/// As many are drawn at once; the oldest go first.
const DRAWN: usize = 12;

/// What is on its way now. Nothing is done while nothing passes.
#[derive(Clone, Copy)]
pub struct Hops(RwSignal<VecDeque<(u64, Hop)>>);

impl Hops {
    pub fn watch(store: Store) -> Hops {
        let hops = RwSignal::new(VecDeque::new());
        let seen = StoredValue::new(store.peek(|lab| lab.capture().next_id()));
        let key = StoredValue::new(0_u64);
        Effect::new(move || {
            let since = seen.get_value();
            let new = store.with_capture(|capture| {
                // A bench set up anew may have let its records go.
                let since = since.min(capture.next_id());
                seen.set_value(capture.next_id());
                if since == capture.next_id() { Vec::new() } else { passing(capture, since) }
            });
            if new.is_empty() {
                return;
            }
            let first = key.get_value();
            key.set_value(first + new.len() as u64);
            let until = key.get_value();
            hops.update(|hops| {
                hops.extend((first..).zip(new));
                let surplus = hops.len().saturating_sub(DRAWN);
                hops.drain(..surplus);
            });
            let forget = move || {
                let _ = hops.try_update(|hops| hops.retain(|(key, _)| *key >= until));
            };
            set_timeout(forget, STAY);
        });
        Hops(hops)
    }

    /// What passed last. Tracked.
    pub fn latest(self) -> Option<(u64, Hop)> {
        self.0.with(|hops| hops.back().copied())
    }

    /// Whether anything passes at a client of that side. Tracked.
    fn on_side(self, is_left: impl Fn(Hop) -> bool) -> Vec<(u64, Hop)> {
        self.0.with(|hops| hops.iter().filter(|(_, hop)| is_left(*hop)).copied().collect())
    }
}

/// The chips on one line. `is_here` says whose they are.
#[component]
pub fn HopsOn(
    hops: Hops,
    is_here: Callback<Hop, bool>,
    /// Whether the broker is at the right end of the line.
    broker_right: bool,
) -> impl IntoView {
    let here = move || hops.on_side(move |hop| is_here.run(hop));
    view! {
        <For each=here key=|(key, _)| *key let:hop>
            <Chip hop=hop.1 broker_right/>
        </For>
    }
}

#[component]
fn Chip(hop: Hop, broker_right: bool) -> impl IntoView {
    let (store, locale) = (use_store(), use_locale());
    let letter = hop.client.letter().to_string();
    let to_broker = hop.sender == Some(Sender::Client);
    let (words, size, family) = match hop.what {
        Passing::Packet(Some(packet), size) => {
            (packet.name().to_owned(), size, Some(PacketFamily::of(packet).key()))
        }
        Passing::Packet(None, size) => ("?".to_owned(), size, None),
        Passing::Many(count) => (format!("×{count}"), 0, None),
        Passing::Closed => ("✕".to_owned(), 0, None),
    };
    let label = {
        let words = words.clone();
        move || match hop.what {
            Passing::Closed => locale.strings().cast_closed().to_owned(),
            Passing::Many(count) => locale.strings().cast_many(count),
            Passing::Packet(..) => locale.strings().cast_open(&words),
        }
    };
    let open = move |_| open(store, hop.record);
    view! {
        <button
            type="button"
            class="hop"
            data-client=letter
            data-family=family
            data-way=match (hop.what, to_broker == broker_right) {
                (Passing::Closed, _) => "cut",
                (_, true) => "rightwards",
                (_, false) => "leftwards",
            }
            data-many=matches!(hop.what, Passing::Many(_)).then_some("")
            tabindex="-1"
            title=erased(label)
            on:click=open
        >
            {words}
            {(size > 0).then(|| view! { <span class="hop__size">{move || locale.strings().form_bytes(size)}</span> })}
        </button>
    }
}

fn open(store: Store, record: RecordId) {
    if store.record(record).is_some_and(|record| !record.bytes().is_empty()) {
        store.open(record);
    }
}
