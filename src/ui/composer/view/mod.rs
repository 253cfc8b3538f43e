//! The composer whole.

mod answers;
mod bytes_side;
mod fields_side;
mod packet_choice;
mod seat;
mod send;
mod sending;
mod state;
mod ways;

use leptos::prelude::*;

use super::model::sample;
use crate::capture::ClientSlot;
use crate::mqtt::{PacketType, Sender};
use crate::ui::components::{Icon, Lazy};
use crate::ui::erased::erased;
use crate::ui::inspector::view::entry::inspector;
use crate::ui::loading::locale::use_locale;
use crate::ui::packet_list::view::{PacketList, WireState};
use bytes_side::BytesSide;
use fields_side::FieldsSide;
use packet_choice::PacketChoice;
use seat::{Seat, SeatKind};
use send::Send;
use state::Composer;
use ways::Ways;

/// Fields beside bytes; below, the ways to break them beside the button that sends them; then the wire.
#[component]
pub fn ComposerView(
    /// The bytes with which it begins, as text.
    hex: Option<String>,
    /// The client of the bench on whose connection it sends, if it is still connected.
    client: Option<ClientSlot>,
) -> impl IntoView {
    let locale = use_locale();
    let seat = Seat::take(client);
    let (store, client) = (seat.store, seat.client);
    let wire = WireState::provide();
    wire.since.set(seat.since);
    let client_id = format!("composer-{}", &uuid::Uuid::new_v4().simple().to_string()[..8]);
    let first = sample(PacketType::Publish, Sender::Client, &client_id);
    let composer = Composer::new(&first, hex);
    let has_packets = move || wire.found().ends.is_some() || wire.found().is_filtered;
    // Where it connects, and who else is there.
    let about_seat = move || {
        let strings = locale.strings();
        match seat.kind {
            SeatKind::Alone => None,
            SeatKind::OnTheBench => Some(strings.composer_on_the_bench(client.letter())),
            SeatKind::Client => Some(strings.composer_as_client(client.letter())),
            SeatKind::Beside => Some(strings.composer_beside().to_owned()),
        }
    };
    view! {
        {erased(move || about_seat().map(|words| view! {
            <p class="status composer__seat" data-state="info">
                <Icon name="bench"/>
                <span>{words}</span>
            </p>
        }))}
        <PacketChoice composer client_id=client_id.clone()/>
        <div class="composer__sides">
            <div class="composer__column">
                <FieldsSide composer/>
                <Ways composer/>
            </div>
            <div class="composer__column">
                <BytesSide composer/>
                <Send composer client client_id/>
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
