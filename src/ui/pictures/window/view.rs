//! Two lanes a client: what waits with the sender, the slots with the acknowledgements that free them, what is done.

use leptos::html::Div;
use leptos::prelude::*;

use super::model::{Lane, Owed, Pair, Place, Readings, pairs};
use crate::capture::{ClientSlot, RecordId};
use crate::lab::{Act, Action};
use crate::language::Strings;
use crate::link::Target;
use crate::mqtt::{Properties, ReasonCode, Sender};
use crate::ui::components::{Evidence, Icon};
use crate::ui::erased::erased;
use crate::ui::format::grouped;
use crate::ui::loading::locale::use_locale;
use crate::ui::pictures::marks::view::{Frame, use_marks};
use crate::ui::pictures::view::sight;
use crate::ui::state::store::{Store, use_store};

#[component]
pub fn WindowPicture() -> impl IntoView {
    let (store, locale) = (use_store(), use_locale());
    let readings = StoredValue::new_local(Readings::default());
    let all = Memo::new(move |_| {
        let is_in_tab = store.target() == Target::InTab;
        store.with_lab(|lab| {
            let inside = is_in_tab.then(|| lab.in_tab().broker().snapshot());
            let read = readings.try_update_value(|readings| {
                readings.take_in(lab.capture());
                pairs(readings, lab, inside.as_ref())
            });
            read.unwrap_or_default()
        })
    });
    let frame = NodeRef::<Div>::new();
    sight::follow(frame, move || all.track());
    let marks = use_marks(frame, move || all.track());
    let body = move || {
        let strings = locale.strings();
        let (pairs, beyond) = all.get();
        if pairs.is_empty() {
            return view! { <p class="picture__empty">{strings.window_empty()}</p> }.into_any();
        }
        let rows = pairs.iter().map(|pair| row(pair, frame, store, strings)).collect_view();
        let beyond = (beyond > 0).then(|| {
            view! { <p class="window__others">{strings.window_others(beyond)}</p> }
        });
        view! { <ol class="window">{rows}</ol> {beyond} }.into_any()
    };
    view! {
        <section
            class="card picture"
            data-picture="window"
            aria-label=erased(move || locale.strings().window_title())
        >
            <header class="card__head">
                <h3 class="card__title">{erased(move || locale.strings().window_title())}</h3>
            </header>
            <Frame marks class="card__body">
                {erased(body)}
            </Frame>
        </section>
    }
}

fn row(pair: &Pair, frame: NodeRef<Div>, store: Store, strings: &'static Strings) -> AnyView {
    let letter = pair.client.letter().to_string();
    let closed = (!pair.is_open).then(|| {
        view! { <p class="window__closed">{strings.window_closed()}</p> }
    });
    view! {
        <li class="window__client" data-client=letter data-open=pair.is_open.then_some("")>
            {closed}
            {lane(pair, &pair.from_server, frame, store, strings)}
            {lane(pair, &pair.to_server, frame, store, strings)}
        </li>
    }
    .into_any()
}

/// One direction, from the sender on the left to the receiver on the right.
fn lane(
    pair: &Pair,
    lane: &Lane,
    frame: NodeRef<Div>,
    store: Store,
    strings: &'static Strings,
) -> AnyView {
    let window = &lane.window;
    let is_from_server = window.sender == Sender::Server;
    let server = || view! { <span class="window__end"><Icon name="broker"/></span> }.into_any();
    let client = || {
        let letter = pair.client.letter().to_string();
        view! {
            <span class="window__end">
                <span class="client-letter" data-client=letter.clone()>{letter.clone()}</span>
            </span>
        }
        .into_any()
    };
    let (direction, waits): (_, fn(&Strings, usize) -> String) = match is_from_server {
        true => {
            (strings.window_from_server(), |strings, count| strings.window_queued_server(count))
        }
        false => (strings.window_to_server(), |strings, count| strings.window_queued_client(count)),
    };
    let stated = match window.is_stated {
        true => strings.window_stated(window.maximum),
        false => strings.window_default().to_owned(),
    };
    let head = view! {
        <p class="window__head">
            <strong>{direction}</strong>
            <span>{stated}</span>
            <Evidence id=window.stated_in/>
            {lane.is_idle().then(|| view! { <span class="window__idle">{strings.window_idle()}</span> })}
        </p>
    };
    if lane.is_idle() {
        return view! { <div class="window__lane" data-idle="">{head}</div> }.into_any();
    }
    let queued = lane.queued.filter(|queued| *queued > 0).map(|queued| {
        let waiting = (0..queued.min(QUEUE_SHOWN)).map(|_| view! { <i></i> }).collect_view();
        view! {
            <span class="window__queue">
                {waits(strings, queued)}
                <span class="window__waiting" aria-hidden="true">{waiting}</span>
            </span>
        }
    });
    let (places, hidden, more) = lane.places();
    let owed = |place: &Place| match place {
        Place::Taken(in_flight) | Place::Beyond(in_flight) if is_from_server => {
            pair.owed(in_flight)
        }
        _ => None,
    };
    let places =
        places.iter().map(|place| slot(*place, owed(place), pair.client, frame, store, strings));
    let hidden = (hidden > 0).then(|| {
        view! { <li class="window__more">{strings.window_hidden(grouped(hidden as u64))}</li> }
    });
    let more = (more > 0).then(|| {
        view! { <li class="window__more">{strings.window_more(more)}</li> }
    });
    let done = (window.finished > 0).then(|| {
        let latest = window.latest_finished.iter().map(|id| finished(*id, store, strings));
        let latest = latest.collect_view();
        view! {
            <span class="window__done">
                <span class="window__ticks">{latest}</span>
                {strings.window_done(grouped(window.finished as u64))}
            </span>
        }
    });
    let loose = if is_from_server { pair.loose() } else { Vec::new() };
    let loose =
        loose.iter().map(|owed| release(pair.client, *owed, frame, store, strings)).collect_view();
    let every = (is_from_server && pair.held.len() > 1).then(|| {
        let (client, held) = (pair.client, pair.held.clone());
        let press = move |_| {
            // In their order, so that each is the next one when its turn comes.
            for owed in &held {
                let _ = store.act(acknowledge(client, *owed));
            }
        };
        view! {
            <button class="button button--small window__every" on:click=press>
                {strings.window_release_all(pair.held.len())}
            </button>
        }
    });
    let sum = {
        let qos_0 = (window.qos_0 > 0).then(|| strings.window_qos_0(window.qos_0));
        let sum = strings.window_sum(window.finished, lane.free(), window.peak, lane.used());
        view! { <p class="window__sum"><span>{sum}</span>{qos_0.map(|qos_0| view! { <span>{qos_0}</span> })}</p> }
    };
    let beyond = lane.overrun_at().map(|id| {
        view! {
            <p class="window__beyond">
                <Icon name="contradicted" small=true/>
                {strings.window_beyond()}
                " "
                <Evidence id/>
            </p>
        }
    });
    let (from, to) = match is_from_server {
        true => (server(), client()),
        false => (client(), server()),
    };
    view! {
        <div class="window__lane" data-latest=(pair.latest == Some(window.sender)).then_some("")>
            {head}
            <div class="window__row">
                {from}
                {queued}
                <ol class="window__slots">{hidden} {places.collect_view()} {more}</ol>
                {to}
                {done}
                {loose}
                {every}
            </div>
            {beyond}
            {sum}
        </div>
    }
    .into_any()
}

fn slot(
    place: Place,
    owed: Option<Owed>,
    client: ClientSlot,
    frame: NodeRef<Div>,
    store: Store,
    strings: &'static Strings,
) -> AnyView {
    let (state, in_flight) = match place {
        Place::Free => ("free", None),
        Place::Taken(in_flight) => ("taken", Some(in_flight)),
        Place::Beyond(in_flight) => ("beyond", Some(in_flight)),
    };
    let content = match in_flight {
        None => view! { <span class="window__free">{strings.window_free()}</span> }.into_any(),
        Some(in_flight) => {
            let reached = owed.is_none().then(|| {
                view! { <span class="window__reached">{in_flight.reached.name()}</span> }
            });
            let held = owed.map(|owed| release(client, owed, frame, store, strings));
            view! { <Evidence id=in_flight.publish/> {reached} {held} }.into_any()
        }
    };
    view! { <li class="window__slot" data-state=state>{content}</li> }.into_any()
}

/// A message that is done with.
fn finished(id: RecordId, store: Store, strings: &Strings) -> impl IntoView + use<> {
    let name = strings.window_finished(id.number());
    view! {
        <button
            type="button"
            class="window__tick"
            tabindex="-1"
            data-mark=id.0.to_string()
            aria-label=name.clone()
            title=name
            on:click=move |_| store.open(id)
        >
            "✓"
        </button>
    }
}

/// The button that lets an acknowledgement go.
fn release(
    client: ClientSlot,
    owed: Owed,
    frame: NodeRef<Div>,
    store: Store,
    strings: &'static Strings,
) -> AnyView {
    // Whatever changed since this was drawn is drawn again at once.
    let press = move |_| {
        let _ = store.act(acknowledge(client, owed));
        sight::focus_next(frame, ".window__release:not(:disabled)");
    };
    let name = strings.window_release(owed.packet_id, owed.packet.name());
    let title = match owed.is_next {
        true => name.clone(),
        false => strings.window_in_turn().to_owned(),
    };
    view! {
        <button
            class="button button--small window__release"
            disabled=!owed.is_next
            aria-label=name
            title=title
            on:click=press
        >
            {strings.window_send(owed.packet.name())}
        </button>
    }
    .into_any()
}

fn acknowledge(client: ClientSlot, owed: Owed) -> Act {
    let action = Action::Acknowledge {
        packet_id: owed.packet_id,
        reason_code: ReasonCode::Success,
        properties: Properties::default(),
    };
    Act { client, action }
}

/// More that wait are counted, not drawn.
const QUEUE_SHOWN: usize = 12;
