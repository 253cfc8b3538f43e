//! A link to a packet of the capture.

use leptos::prelude::*;

use super::icon::Icon;
use crate::capture::RecordId;
use crate::ui::erased::erased;
use crate::ui::loading::locale::use_locale;
use crate::ui::packet_family::PacketFamily;
use crate::ui::state::store::use_store;

/// Opens the record in the inspector. Within a picture it is one of its marks.
#[component]
pub fn Evidence(id: RecordId) -> impl IntoView {
    let store = use_store();
    let locale = use_locale();
    let record = store.record(id);
    let packet = record.as_ref().and_then(|record| record.packet_type());
    // An event of the link has no bytes that could be wrong.
    let is_event = record.is_some_and(|record| record.bytes().is_empty());
    let other = if is_event { "connection" } else { "malformed" };
    let label = move || {
        locale.strings().evidence_open(id.number(), packet.map_or("", |packet| packet.name()))
    };
    view! {
        <button class="evidence" data-mark=id.0.to_string() aria-label=erased(label) title=erased(label) on:click=move |_| store.open(id)>
            <Icon name=packet.map_or(other, |packet| PacketFamily::of(packet).key())/>
            {format!("#{}", id.number())}
        </button>
    }
}
