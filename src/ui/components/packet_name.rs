//! The name of a packet with the tile of its family.

use leptos::prelude::*;

use super::icon::Icon;
use crate::ui::packet_family::PacketFamily;

/// `PUBLISH`, as the specification writes it.
#[component]
pub fn PacketName(
    name: &'static str,
    /// `None` for bytes that are no packet.
    family: Option<PacketFamily>,
    #[prop(optional)] malformed: bool,
) -> impl IntoView {
    let icon = match family {
        Some(family) if !malformed => family.key(),
        _ => "malformed",
    };
    view! {
        <span class="packet-name" data-family=family.map(PacketFamily::key)>
            <span class="packet-name__tile">
                <Icon name=icon/>
            </span>
            {name}
        </span>
    }
}
