//! Which packet, and who sends it.

use leptos::prelude::*;

use super::state::Composer;
use crate::mqtt::{PacketType, Sender};
use crate::ui::components::Icon;
use crate::ui::erased::erased;
use crate::ui::loading::locale::use_locale;
use crate::ui::packet_family::PacketFamily;

/// A button for each of the fifteen.
#[component]
pub fn PacketChoice(composer: Composer, #[prop(into)] client_id: String) -> impl IntoView {
    let locale = use_locale();
    let chosen = Memo::new(move |_| composer.with(|in_hand| in_hand.packet_type()));
    let client_id = StoredValue::new(client_id);
    let begin = move |packet| client_id.with_value(|id| composer.begin(packet, id));
    let buttons = PacketType::ALL.map(|packet| {
        let family = PacketFamily::of(packet).key();
        view! {
            <button
                type="button"
                class="composer__packet"
                data-family=family
                aria-pressed=erased(move || (chosen.get() == Some(packet)).to_string())
                on:click=move |_| begin(packet)
            >
                <span class="packet-name" data-family=family>
                    <span class="packet-name__tile"><Icon name=family/></span>
                    {packet.name()}
                </span>
            </button>
        }
    });
    view! {
        <div
            class="composer__packets"
            role="group"
            aria-label=erased(move || locale.strings().composer_packets())
        >
            {buttons.collect_view()}
        </div>
    }
}

/// Where both sides may send such a packet, their rules differ.
#[component]
pub fn SenderChoice(composer: Composer) -> impl IntoView {
    let locale = use_locale();
    let sender = Memo::new(move |_| composer.with(|in_hand| in_hand.sender));
    let may_send = Memo::new(move |_| {
        let packet = composer.with(|in_hand| in_hand.packet_type());
        [Sender::Client, Sender::Server]
            .map(|side| packet.is_none_or(|packet| packet.sent_by(side)))
    });
    let option = move |side: Sender| {
        let word = move || {
            let strings = locale.strings();
            match side {
                Sender::Client => strings.composer_from_client(),
                Sender::Server => strings.composer_from_server(),
            }
        };
        view! {
            <button
                type="button"
                class="segmented__option"
                aria-pressed=erased(move || (sender.get() == side).to_string())
                disabled=erased(move || !may_send.get()[side as usize])
                on:click=move |_| composer.set_sender(side)
            >
                {erased(word)}
            </button>
        }
    };
    view! {
        <div
            class="segmented segmented--small"
            role="group"
            aria-label=erased(move || locale.strings().composer_sender())
        >
            {option(Sender::Client)}
            {option(Sender::Server)}
        </div>
    }
}
