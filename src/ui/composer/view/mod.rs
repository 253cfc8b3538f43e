//! The composer whole.

mod bytes_side;
mod fields_side;
mod packet_choice;
mod send;
mod state;
mod ways;

use leptos::prelude::*;

use super::model::sample;
use crate::capture::ClientSlot;
use crate::mqtt::{PacketType, Sender};
use crate::ui::components::Lazy;
use crate::ui::erased::erased;
use crate::ui::inspector::view::entry::inspector;
use crate::ui::loading::locale::use_locale;
use crate::ui::packet_list::view::{PacketList, WireState};
use crate::ui::state::store::use_store;
use bytes_side::BytesSide;
use fields_side::FieldsSide;
use packet_choice::PacketChoice;
use send::Send;
use state::Composer;
use ways::Ways;

/// Fields beside bytes; below, the ways to break them beside the button that sends them; then the wire.
#[component]
pub fn ComposerView(
    /// The bytes with which it begins, as text.
    hex: Option<String>,
) -> impl IntoView {
    let store = use_store();
    let locale = use_locale();
    WireState::provide();
    store.set_up(vec![("client", Vec::new())]);
    let client_id = format!("composer-{}", &uuid::Uuid::new_v4().simple().to_string()[..8]);
    let first = sample(PacketType::Publish, Sender::Client, &client_id);
    let composer = Composer::new(&first, hex);
    let has_packets = move || store.with_capture(|capture| !capture.is_empty());
    view! {
        <PacketChoice composer client_id=client_id.clone()/>
        <div class="composer__sides">
            <div class="composer__column">
                <FieldsSide composer/>
                <Ways composer/>
            </div>
            <div class="composer__column">
                <BytesSide composer/>
                <Send composer client=CLIENT client_id/>
            </div>
        </div>
        <section class="card composer__wire" aria-labelledby="composer-wire">
            <header class="card__head">
                <h2 class="card__title" id="composer-wire">
                    {erased(move || locale.strings().composer_wire())}
                </h2>
            </header>
            <Show
                when=erased(has_packets)
                fallback=move || {
                    view! {
                        <p class="field__hint composer__pad">
                            {erased(move || locale.strings().composer_wire_empty())}
                        </p>
                    }
                }
            >
                <div class="composer__list"><PacketList head=false/></div>
            </Show>
            <Show when=erased(move || store.selected().is_some())>
                <div class="composer__opened">
                    <Lazy part=inspector::part() view=erased(|| inspector::view(true))/>
                </div>
            </Show>
        </section>
    }
}

const CLIENT: ClientSlot = ClientSlot(0);
