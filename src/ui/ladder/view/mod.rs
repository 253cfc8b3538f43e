//! The ladder: only the rows in sight stand in the document, and the lines that touch them.

pub mod entry;
mod heads;
mod marks;
mod replay;
mod row;

use std::ops::Range;

use leptos::ev::KeyboardEvent;
use leptos::html::Div;
use leptos::prelude::*;

use super::lanes::{End, Lanes};
use super::model::{Ladder, Rung};
use super::words::as_text;
use crate::ui::browser::focus_within;
use crate::ui::erased::erased;
use crate::ui::loading::locale::{Locale, use_locale};
use crate::ui::packet_list::view::{
    EmptyWire, LeftOut, NewerButton, WireState, use_following, use_moving, use_wire,
};
use crate::ui::state::arrivals::Arrivals;
use crate::ui::state::calm::use_calm;
use crate::ui::state::store::{Store, use_store};
use crate::ui::windowed::view::{Windowed, use_windowed};
use heads::Heads;
use marks::Marks;
use replay::{Replay, ReplayBar};
use row::LadderRow;

/// What the parts of the ladder share. Copied freely.
#[derive(Clone, Copy)]
pub struct Scene {
    pub store: Store,
    pub wire: WireState,
    pub ladder: StoredValue<Ladder, LocalStorage>,
    /// Changes with the rows of the ladder.
    pub followed: Memo<u64>,
    pub lanes: Memo<Lanes>,
    pub replay: Replay,
}

/// The records that pass the filter, as a sequence diagram. Needs a `WireState` above it.
#[component]
pub fn LadderView(
    /// Whether it is the picture on the stage, beside a list of the same records.
    is_picture: bool,
) -> impl IntoView {
    let (store, wire) = (use_store(), use_wire());
    let is_empty = Memo::new(move |_| wire.found().rows == 0);
    move || match is_empty.get() {
        true => view! { <EmptyWire store wire/> }.into_any(),
        false => view! { <Rungs store wire is_picture/> }.into_any(),
    }
}

#[component]
fn Rungs(store: Store, wire: WireState, is_picture: bool) -> impl IntoView {
    let locale = use_locale();
    let root = NodeRef::<Div>::new();
    let windowed = use_windowed(root);
    let found = wire.found_memo();

    let ladder = StoredValue::new_local(Ladder::default());
    let turn: Signal<_> =
        if is_picture { use_calm(found, |found| found.next.0) } else { found.into() };
    let followed = follow(store, wire, ladder, turn, windowed);
    if !is_picture {
        offer_text(store, wire, ladder, locale);
    }
    let lanes = lanes_of(store, ladder, followed);
    let following = use_following(windowed, wire, move || {
        followed.track();
        ladder.with_value(Ladder::gone)
    });
    let reveal = move |id, focus: bool| {
        let (upper, lower) = ladder.with_value(|ladder| ladder.edges(ladder.position(id)));
        following.leave_for(upper, lower);
        windowed.reveal_between(upper, lower, id.0, move |row| {
            let row = row.parent_element().filter(|_| focus);
            if let Some(row) = row {
                focus_within(&row, ".ladder-row__button");
            }
        });
    };
    let replay = Replay::new(ladder, move |id| {
        following.stay();
        reveal(id, false);
    });
    let scene = Scene { store, wire, ladder, followed, lanes, replay };

    let range = Memo::new(move |_| {
        followed.track();
        ladder.with_value(|ladder| ladder.range(windowed.sight()))
    });
    let rows = Memo::new(move |_| {
        followed.track();
        let range = range.get();
        ladder.with_value(|ladder| range.filter_map(|at| ladder.rung(at)).collect::<Vec<Rung>>())
    });
    Effect::new(move || {
        if !rows.with(Vec::is_empty) && windowed.sight().row_height == 0.0 {
            windowed.measure();
        }
    });
    let on_list_key = use_moving(store, wire, windowed, is_picture, reveal);

    let on_key = move |event: KeyboardEvent| match event.key().as_str() {
        "Escape" if replay.is_running() => {
            event.prevent_default();
            replay.end();
        }
        _ => on_list_key(event),
    };

    let cursor_is_drawn = Memo::new(move |_| {
        let cursor = wire.cursor.get();
        cursor.is_some_and(|cursor| rows.with(|rows| rows.iter().any(|row| row.id == cursor)))
    });
    let arrivals = Arrivals::after(found.get_untracked().next.0);
    let row = move |rung: Rung| {
        let record = store.record(rung.id)?;
        let is_new = arrivals.is_new(rung.id.0) && following.follows();
        Some(view! { <LadderRow scene rung record is_new/> })
    };
    let drawn = move || {
        windowed.hold_focus();
        arrivals.draw(turn.get_untracked().next.0);
        rows.get()
    };
    let first = move || first_row(scene, range);
    let height = move || {
        followed.track();
        ladder.with_value(Ladder::height).to_string()
    };
    view! {
        <div
            class="ladder"
            node_ref=root
            tabindex=erased(move || if cursor_is_drawn.get() { "-1" } else { "0" })
            data-narrow=erased(move || windowed.is_narrow().then_some(""))
            on:scroll=move |_| following.looked()
            on:keydown=on_key
            data-replaying=erased(move || replay.is_on().then_some(""))
        >
            <Heads scene/>
            <LeftOut store wire/>
            <div
                class="ladder__canvas"
                data-rows=""
                style:--height=erased(height)
            >
                <div class="ladder__lanes" aria-hidden="true">
                    {erased(move || lanes.with(lane_lines))}
                </div>
                <Marks scene range/>
                <ol
                    class="ladder__rows"
                    aria-label=erased(move || locale.strings().ladder_list())
                    style:--first=erased(first)
                >
                    <For each=drawn key=|rung| *rung children=row/>
                </ol>
            </div>
            <NewerButton following/>
            <ReplayBar scene/>
        </div>
    }
}

/// Keeps the ladder as the matches are. Counts the changes.
fn follow(
    store: Store,
    wire: WireState,
    ladder: StoredValue<Ladder, LocalStorage>,
    turn: impl Track + Send + Sync + 'static,
    windowed: Windowed,
) -> Memo<u64> {
    Memo::new(move |before: Option<&u64>| {
        // What nobody sees is caught up with once it is seen.
        if let (true, Some(before)) = (windowed.is_hidden(), before) {
            return *before;
        }
        turn.track();
        store.peek(|lab| {
            wire.with_matches(|matches| {
                ladder.update_value(|ladder| ladder.follow(lab.capture(), matches));
            });
        });
        before.map_or(0, |before| before + 1)
    })
}

/// While the ladder is there, the wire is copied as the ladder tells it.
fn offer_text(
    store: Store,
    wire: WireState,
    ladder: StoredValue<Ladder, LocalStorage>,
    locale: Locale,
) {
    let text = Callback::new(move |()| {
        let language = untrack(|| locale.language());
        store.peek(|lab| ladder.with_value(|ladder| as_text(lab.capture(), ladder, language)))
    });
    wire.text.set_value(Some(text));
    on_cleanup(move || _ = wire.text.try_set_value(None));
}

/// Those of the clients that are there, and of those that have a row.
fn lanes_of(
    store: Store,
    ladder: StoredValue<Ladder, LocalStorage>,
    followed: Memo<u64>,
) -> Memo<Lanes> {
    Memo::new(move |_| {
        followed.track();
        let mut clients = ladder.with_value(|ladder| ladder.clients().clone());
        store.with_lab(|lab| clients.extend(lab.clients().iter().map(|client| client.slot())));
        Lanes::new(&clients, ladder.with_value(|ladder| ladder.brokers().len()))
    })
}

fn lane_lines(lanes: &Lanes) -> impl IntoView + use<> {
    let lane = |end: &End| {
        let client = match end {
            End::Client(slot) => Some(slot.letter().to_string()),
            End::Broker(_) => None,
        };
        view! {
            <i class="ladder__lane" data-client=client style:--x=lanes.x(*end).to_string()></i>
        }
    };
    lanes.ends().iter().map(lane).collect_view()
}

/// How far down the first row drawn stands, in rows. Tracked.
pub fn first_row(scene: Scene, range: Memo<Range<usize>>) -> String {
    scene.followed.track();
    let first = range.get().start;
    scene.ladder.with_value(|ladder| ladder.top(first)).to_string()
}
