//! The cast: a card for each client, the broker between them, and the lines on which packets pass.

use std::time::Duration;

use leptos::ev::KeyboardEvent;
use leptos::prelude::*;

use super::hops::{Hops, HopsOn};
use crate::capture::ClientSlot;
use crate::lab::BenchClient;
use crate::link::Target;
use crate::ui::client_panel::view::message_count;
use crate::ui::client_panel::view::use_desk;
use crate::ui::components::Icon;
use crate::ui::erased::erased;
use crate::ui::lamp::Lamp;
use crate::ui::loading::locale::use_locale;
use crate::ui::role_names::role_name;
use crate::ui::stage::model::{Hop, facts, on_the_left, told};
use crate::ui::state::broker_panel::use_broker_panel;
use crate::ui::state::store::use_store;

#[component]
pub fn Cast() -> impl IntoView {
    let (store, locale) = (use_store(), use_locale());
    let inside = use_broker_panel();
    let slots = Memo::new(move |_| {
        store.with_lab(|lab| lab.clients().iter().map(BenchClient::slot).collect::<Vec<_>>())
    });
    let hops = Hops::watch(store);
    let left = Memo::new(move |_| slots.with(|slots| slots[..on_the_left(slots.len())].to_vec()));
    let right = Memo::new(move |_| slots.with(|slots| slots[on_the_left(slots.len())..].to_vec()));
    let side = move |slots: Memo<Vec<ClientSlot>>| {
        view! {
            <ul class="cast__side" data-many=erased(move || slots.with(|s| s.len() > 1).then_some(""))>
                <For each=move || slots.get() key=|client| *client let:client>
                    <Card client/>
                </For>
            </ul>
        }
    };
    // A line is as good as the best connection on it.
    let link = move |slots: Memo<Vec<ClientSlot>>| {
        store.with_lab(|lab| {
            let lamps = slots.with(|slots| {
                let clients = slots.iter().filter_map(|slot| lab.client(*slot));
                clients.map(Lamp::of).collect::<Vec<_>>()
            });
            let best = [Lamp::Connected, Lamp::Connecting, Lamp::Failed];
            best.into_iter().find(|lamp| lamps.contains(lamp)).unwrap_or(Lamp::Offline).key()
        })
    };
    let line = move |slots: Memo<Vec<ClientSlot>>, broker_right: bool| {
        let is_here =
            Callback::new(move |hop: Hop| slots.with(|slots| slots.contains(&hop.client)));
        let link = Memo::new(move |_| link(slots));
        view! {
            <div class="cast__line" data-link=erased(move || link.get())>
                <HopsOn hops is_here broker_right/>
            </div>
        }
    };
    let said = told_slowly(hops);
    let is_in_tab = move || store.target() == Target::InTab;
    let broker = move || match store.target() {
        Target::InTab => locale.strings().broker_in_tab().to_owned(),
        Target::At(address) => address.to_string(),
    };
    view! {
        <section class="cast" aria-label=erased(move || locale.strings().cast_title())>
            <h2 class="visually-hidden">{erased(move || locale.strings().cast_title())}</h2>
            <p class="visually-hidden" role="status">{erased(move || said.get())}</p>
            {side(left)}
            {line(left, true)}
            <button
                type="button"
                class="cast__broker"
                disabled=erased(move || !is_in_tab())
                title=erased(move || is_in_tab().then(|| locale.strings().inside_open()))
                on:click=move |_| inside.toggle()
            >
                <Icon name="broker"/>
                <span class="cast__broker-name">{erased(broker)}</span>
            </button>
            <Show when=erased(move || right.with(|right| !right.is_empty()))>
                {line(right, false)}
                {side(right)}
            </Show>
        </section>
    }
}

/// What passed last, in a sentence; not more than one in so long a time, however much passes.
const PAUSE: Duration = Duration::from_secs(1);

fn told_slowly(hops: Hops) -> RwSignal<String> {
    let locale = use_locale();
    let said = RwSignal::new(String::new());
    let is_resting = RwSignal::new(false);
    let last = StoredValue::new(None::<u64>);
    Effect::new(move || {
        if is_resting.get() {
            return;
        }
        let Some((key, hop)) = hops.latest().filter(|(key, _)| Some(*key) != last.get_value())
        else {
            return;
        };
        last.set_value(Some(key));
        said.set(told(hop, untrack(|| locale.strings())));
        is_resting.set(true);
        set_timeout(move || _ = is_resting.try_set(false), PAUSE);
    });
    said
}

/// One client: who it is, how its connection is, what has reached it, what matters now.
#[component]
fn Card(client: ClientSlot) -> impl IntoView {
    let (store, locale) = (use_store(), use_locale());
    let desk = use_desk();
    let letter = client.letter().to_string();
    let role = Memo::new(move |_| {
        let role = store.with_lab(|lab| lab.client(client).map(|client| client.role().to_owned()));
        role.unwrap_or_default()
    });
    let name = move || role.with(|role| role_name(role, locale.strings()));
    let lamp = Memo::new(move |_| {
        store.with_lab(|lab| lab.client(client).map_or(Lamp::Offline, Lamp::of))
    });
    let glance = Memo::new(move |_| {
        store.with_lab(|lab| lab.client(client).and_then(|client| client.client().glance()))
    });
    let messages = message_count(client);
    // What came while its panel was closed has not been read.
    let read = RwSignal::new(0_u64);
    let is_open = move || desk.is_some_and(|desk| desk.folds && desk.is_open(client));
    Effect::new(move || {
        let count = messages.get();
        if is_open() || count < read.get_untracked() {
            read.set(count);
        }
    });
    let unread = move || messages.get().saturating_sub(read.get());
    let press = move |_| {
        let Some(desk) = desk else { return };
        match desk.folds {
            true => desk.toggle(client),
            // Everything is open: the card leads there.
            false => {
                let panel = format!("panel-{}", client.letter().to_ascii_lowercase());
                if let Some(panel) = document().get_element_by_id(&panel) {
                    panel.scroll_into_view();
                }
            }
        }
    };
    let on_key = move |event: KeyboardEvent| {
        let Some(desk) = desk.filter(|desk| desk.folds && desk.is_open(client)) else { return };
        if event.key() == "Escape" && !event.default_prevented() {
            event.prevent_default();
            desk.close(client);
        }
    };
    let told = move || {
        let facts = glance.get().map(|glance| facts(&glance, locale.strings()));
        facts.map(|facts| {
            let facts =
                facts.into_iter().map(|fact| view! { <span class="cast__fact">{fact}</span> });
            view! { <span class="cast__facts">{facts.collect_view()}</span> }
        })
    };
    view! {
        <li>
            <button
                type="button"
                class="cast__card"
                on:keydown=on_key
                id=format!("card-{}", client.letter().to_ascii_lowercase())
                data-client=letter.clone()
                aria-expanded=erased(move || {
                    desk.is_some_and(|desk| desk.folds).then(|| is_open().to_string())
                })
                on:click=press
            >
                <span class="client-letter" data-client=letter.clone()>{letter.clone()}</span>
                <span class="cast__name">{erased(name)}</span>
                <span class="status cast__status">
                    <span class="lamp" data-link=erased(move || lamp.get().key())></span>
                    <span class="cast__word">{erased(move || lamp.get().word(locale.strings()))}</span>
                </span>
                <Show when=erased(move || { messages.get() > 0 })>
                    <span
                        class="cast__messages"
                        data-new=erased(move || (unread() > 0).then_some(""))
                        title=erased(move || locale.strings().cast_messages(messages.get()))
                    >
                        <Icon name="publish" small=true/>
                        <span class="visually-hidden">
                            {erased(move || locale.strings().cast_messages(messages.get()))}
                        </span>
                        <span class="badge" aria-hidden="true">{erased(move || messages.get())}</span>
                    </span>
                </Show>
                {erased(told)}
            </button>
        </li>
    }
}
