//! What else can be done with a packet that has passed: send it from another client, take it apart in the composer.

use leptos::prelude::*;

use super::button::OtherClientsButton;
use super::send_again::{SendAgain, bench, sender_again};
use crate::capture::{Capture, Record};
use crate::mqtt::{Connect, Packet, PacketType, Sender};
use crate::other_clients::Task;
use crate::ui::components::Icon;
use crate::ui::erased::erased;
use crate::ui::format::hex_lines;
use crate::ui::loading::locale::use_locale;
use crate::ui::navigation::address::{CLIENT, HEX, Page, Place};
use crate::ui::state::store::use_store;

/// An address holds no more.
const LONGEST: usize = 2048;

#[component]
pub fn RecordTools(record: Memo<Option<Record>>) -> impl IntoView {
    let store = use_store();
    let locale = use_locale();
    // Other clients are shown with 5.0.
    let kind = Memo::new(move |_| {
        record.with(|record| {
            let record = record.as_ref().filter(|record| record.version.is_5())?;
            Some((record.packet_type()?, record.sender()?))
        })
    });
    let has_task = move || {
        use PacketType as P;
        match kind.get() {
            Some((P::Connect | P::Publish | P::Subscribe | P::Unsubscribe, _)) => true,
            Some((P::Disconnect, sender)) => sender == Sender::Client,
            _ => false,
        }
    };
    let task = Callback::new(move |()| {
        record.with_untracked(|record| {
            let record = record.as_ref()?;
            store.peek(|lab| task_of(record, lab.capture()))
        })
    });
    // The client on whose connection it is sent from there.
    let (bench, is_elsewhere) = (bench(), store.is_read_only());
    let sender = Memo::new(move |_| {
        let of = record.with(|record| {
            let record = record.as_ref()?;
            (record.sender() == Some(Sender::Client)).then_some(record.client)
        });
        sender_again(bench?, of?, is_elsewhere)
    });
    let href = move || {
        let client = sender.get();
        record.with(|record| {
            let bytes = record.as_ref()?.bytes();
            let fits = !bytes.is_empty() && bytes.len() <= LONGEST;
            fits.then(|| {
                let place = Place::Page(Page::Composer).href(locale.language());
                let client = client.map(|client| format!("&{CLIENT}={}", client.letter()));
                let hex = hex_lines(bytes).replace([' ', '\n'], "");
                format!("{place}&{HEX}={hex}{}", client.unwrap_or_default())
            })
        })
    };
    view! {
        <SendAgain record/>
        <Show when=erased(has_task)>
            <OtherClientsButton task small=true/>
        </Show>
        {erased(move || {
            href()
                .map(|href| {
                    let label = move || match sender.get() {
                        Some(client) => locale.strings().again_edit(client.letter()),
                        None => locale.strings().composer_open().to_owned(),
                    };
                    view! {
                        <a
                            class="button button--quiet button--icon button--small"
                            href=href
                            aria-label=erased(label)
                            title=erased(label)
                        >
                            <Icon name="edit"/>
                        </a>
                    }
                })
        })}
    }
}

/// The packet, with the CONNECT of its connection.
fn task_of(record: &Record, capture: &Capture) -> Option<Task> {
    let connect = capture
        .packets(PacketType::Connect, Sender::Client)
        .rev()
        .find(|connect| connect.connection == record.connection)
        .and_then(Record::valid_packet);
    let connect = match connect {
        Some(Packet::Connect(connect)) => *connect,
        _ => Connect { clean_start: true, keep_alive: 60, ..Connect::default() },
    };
    Task::new(connect, record.valid_packet()?)
}
