//! A card for each client: two directions with slots and queue, and the acknowledgements it holds.

use leptos::prelude::*;

use super::model::{Lane, Owed, Pair, Place, pairs};
use crate::capture::ClientSlot;
use crate::lab::{Act, Action};
use crate::language::Strings;
use crate::link::Target;
use crate::mqtt::{Properties, ReasonCode, Sender};
use crate::ui::components::{Evidence, Icon};
use crate::ui::live::live;
use crate::ui::locale::use_locale;
use crate::ui::store::{Store, use_store};

#[component]
pub fn WindowPicture() -> impl IntoView {
    let (store, locale) = (use_store(), use_locale());
    let all = Memo::new(move |_| {
        let is_in_tab = store.target() == Target::InTab;
        store.with_lab(|lab| {
            let inside = is_in_tab.then(|| lab.in_tab().broker().snapshot());
            pairs(lab, inside.as_ref())
        })
    });
    let body = move || {
        let strings = locale.strings();
        let pairs = all.get();
        if pairs.is_empty() {
            return view! { <p class="picture__empty">{strings.window_empty}</p> }.into_any();
        }
        let rows = pairs.iter().map(|pair| row(pair, store, strings)).collect_view();
        view! { <ol class="window">{rows}</ol> }.into_any()
    };
    view! {
        <section class="card picture" data-picture="window" aria-label=live(move || locale.strings().window_title)>
            <header class="card__head">
                <h3 class="card__title">{live(move || locale.strings().window_title)}</h3>
            </header>
            <div class="card__body">{live(body)}</div>
        </section>
    }
}

fn row(pair: &Pair, store: Store, strings: &'static Strings) -> impl IntoView + use<> {
    let letter = pair.client.letter().to_string();
    let closed = (!pair.is_open).then(|| {
        view! { <span class="window__closed">{strings.window_closed}</span> }
    });
    let held = (!pair.held.is_empty()).then(|| {
        let client = pair.client;
        let buttons = pair.held.iter().map(|owed| release(client, *owed, store, strings));
        view! {
            <div class="window__held">
                <span>{strings.window_held}</span>
                {buttons.collect_view()}
            </div>
        }
    });
    view! {
        <li class="window__client" data-open=pair.is_open.then_some("")>
            <span class="client-letter" data-client=letter.clone()>{letter.clone()}</span>
            <div class="window__lanes">
                {closed}
                {lane(&pair.from_server, strings)}
                {held}
                {lane(&pair.to_server, strings)}
            </div>
        </li>
    }
}

fn lane(lane: &Lane, strings: &'static Strings) -> impl IntoView + use<> {
    let window = &lane.window;
    let (direction, waits): (_, fn(&Strings, usize) -> String) = match window.sender {
        Sender::Server => {
            (strings.window_from_server, |strings, count| strings.window_queued_server(count))
        }
        Sender::Client => {
            (strings.window_to_server, |strings, count| strings.window_queued_client(count))
        }
    };
    let stated = match window.is_stated {
        true => strings.window_stated(window.maximum),
        false => strings.window_default.to_owned(),
    };
    // Where nothing has passed there is nothing to count.
    let used = (!lane.is_idle()).then_some(lane);
    let gauge = used.map(|lane| {
        let width = format!("{:.1}%", lane.share());
        view! {
            <span class="window__gauge" aria-hidden="true"><i style:inline-size=width></i></span>
        }
    });
    let queued = lane.queued.filter(|queued| *queued > 0).map(|queued| {
        let waiting = (0..queued.min(QUEUE_SHOWN)).map(|_| view! { <i></i> }).collect_view();
        view! {
            <span class="window__queue">
                <span class="window__waiting" aria-hidden="true">{waiting}</span>
                {waits(strings, queued)}
            </span>
        }
    });
    let sum = used.map(|lane| {
        let qos_0 = (window.qos_0 > 0).then(|| strings.window_qos_0(window.qos_0));
        let sum = strings.window_sum(window.finished, lane.free(), window.peak, lane.used());
        view! { <p class="window__sum">{sum} " " {qos_0}</p> }
    });
    let beyond = lane.overrun_at().map(|id| {
        view! {
            <p class="window__beyond">
                <Icon name="contradicted" small=true/>
                {strings.window_beyond}
                " "
                <Evidence id/>
            </p>
        }
    });
    let slots = used.map(|lane| {
        let (places, more) = lane.places();
        let places = places.into_iter().map(|place| slot(place, strings)).collect_view();
        let more = (more > 0).then(|| {
            view! { <li class="window__more">{strings.window_more(more)}</li> }
        });
        view! {
            <div class="window__row">
                <ol class="window__slots">{places} {more}</ol>
                {queued}
            </div>
        }
    });
    view! {
        <div class="window__lane" data-idle=lane.is_idle().then_some("")>
            <p class="window__head">
                <strong>{direction}</strong>
                <span>{stated}</span>
                <Evidence id=window.stated_in/>
                {gauge}
            </p>
            {slots}
            {beyond}
            {sum}
        </div>
    }
}

fn slot(place: Place, strings: &'static Strings) -> impl IntoView + use<> {
    let (state, in_flight) = match place {
        Place::Free => ("free", None),
        Place::Taken(in_flight) => ("taken", Some(in_flight)),
        Place::Beyond(in_flight) => ("beyond", Some(in_flight)),
    };
    let content = match in_flight {
        None => view! { <span class="window__free">{strings.window_free}</span> }.into_any(),
        Some(in_flight) => view! {
            <Evidence id=in_flight.publish/>
            <span class="window__reached">{in_flight.reached.name()}</span>
        }
        .into_any(),
    };
    view! { <li class="window__slot" data-state=state>{content}</li> }
}

fn release(
    client: ClientSlot,
    owed: Owed,
    store: Store,
    strings: &'static Strings,
) -> impl IntoView + use<> {
    let press = move |_| {
        let action = Action::Acknowledge {
            packet_id: owed.packet_id,
            reason_code: ReasonCode::Success,
            properties: Properties::default(),
        };
        // Whatever changed since this was drawn is drawn anew at once.
        let _ = store.act(Act { client, action });
    };
    view! {
        <button
            class="button button--small"
            disabled=!owed.is_next
            title=(!owed.is_next).then_some(strings.window_in_turn)
            on:click=press
        >
            {strings.window_release(owed.packet_id, owed.packet.name())}
        </button>
    }
}

/// More that wait are counted, not drawn.
const QUEUE_SHOWN: usize = 12;
