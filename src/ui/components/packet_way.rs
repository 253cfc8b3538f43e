//! Which client a packet belongs to, and which way it went.

use leptos::prelude::*;

use super::icon::Icon;
use crate::capture::ClientSlot;
use crate::language::Strings;
use crate::mqtt::Sender;
use crate::ui::erased::erased;
use crate::ui::loading::locale::use_locale;

/// The client's letter with the arrow away from it or back to it. The element around it carries
/// `data-direction`.
#[component]
pub fn PacketWay(
    client: ClientSlot,
    /// `None` for what has no direction.
    sender: Option<Sender>,
    /// Who the client is, beside its letter.
    #[prop(optional_no_strip)]
    who: Option<String>,
) -> impl IntoView {
    let locale = use_locale();
    let letter = client.letter().to_string();
    let words = move || way_in_words(client, sender, locale.strings());
    let title = move || match &who {
        Some(who) => format!("{} · {who}", words()),
        None => words(),
    };
    view! {
        <span class="packet-way" title=erased(title)>
            <span class="client-letter" data-client=letter.clone() aria-hidden="true">
                {letter.clone()}
            </span>
            {direction(sender).map(|name| view! { <Icon name=name/> })}
            <span class="visually-hidden">{erased(words)}</span>
        </span>
    }
}

/// The value of `data-direction`, as the client sees it.
pub fn direction(sender: Option<Sender>) -> Option<&'static str> {
    sender.map(|sender| match sender {
        Sender::Client => "out",
        Sender::Server => "in",
    })
}

fn way_in_words(client: ClientSlot, sender: Option<Sender>, strings: &Strings) -> String {
    let letter = client.letter();
    match sender {
        Some(Sender::Client) => strings.wire_out(letter),
        Some(Sender::Server) => strings.wire_in(letter),
        None => strings.wire_link_of(letter),
    }
}
