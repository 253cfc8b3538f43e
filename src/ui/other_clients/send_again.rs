//! The button that sends a packet once more, as the same bytes, past the client.

use std::time::Duration;

use bytes::Bytes;
use leptos::prelude::*;

use crate::capture::{ClientSlot, Record, RecordId};
use crate::lab::{Act, Action, BenchClient, Lab};
use crate::mqtt::Sender;
use crate::ui::components::Icon;
use crate::ui::erased::erased;
use crate::ui::format::grouped;
use crate::ui::loading::locale::use_locale;
use crate::ui::state::store::{Live, Store, use_store};

/// How long it says what became of it.
const TELLS_FOR: Duration = Duration::from_secs(6);

/// The bench on which something can be done: the one around, or the live one behind a capture.
pub fn bench() -> Option<Store> {
    let store = use_store();
    match store.is_read_only() {
        true => use_context::<Live>().map(|Live(store)| store),
        false => Some(store),
    }
}

/// The client that sends a packet again: the one that sent it, as far as it is connected. A capture from
/// elsewhere has other clients; there anyone will do who is connected. Tracked.
pub fn sender_again(bench: Store, of: ClientSlot, is_elsewhere: bool) -> Option<ClientSlot> {
    bench.with_lab(|lab: &Lab| {
        let connected = || lab.clients().iter().filter(|client| client.is_connected());
        let same = connected().find(|client| client.slot() == of);
        let other = || connected().next().filter(|_| is_elsewhere);
        same.or_else(other).map(BenchClient::slot)
    })
}

#[derive(Clone, Copy)]
enum Told {
    Sent(RecordId, ClientSlot),
    /// Nobody is connected who could.
    NotConnected(ClientSlot),
}

/// There for packets that a client has sent.
#[component]
pub fn SendAgain(record: Memo<Option<Record>>) -> impl IntoView {
    let locale = use_locale();
    let is_elsewhere = use_store().is_read_only();
    let bench = bench();
    let told = RwSignal::new(None::<Told>);
    let of = Memo::new(move |_| {
        record.with(|record| {
            let record = record.as_ref().filter(|record| !record.bytes().is_empty())?;
            (record.sender() == Some(Sender::Client)).then_some(record.client)
        })
    });
    let client = Memo::new(move |_| sender_again(bench?, of.get()?, is_elsewhere));
    let press = move |_| {
        let (Some(bench), Some(of)) = (bench, of.get_untracked()) else { return };
        let bytes = record.with_untracked(|record| {
            record.as_ref().map(|record| Bytes::copy_from_slice(record.bytes()))
        });
        let next = bench.peek(|lab| lab.capture().next_id());
        let sent = client.get_untracked().zip(bytes).and_then(|(client, bytes)| {
            let act = Act { client, action: Action::SendBytes(bytes) };
            bench.act(act).ok().map(|()| Told::Sent(next, client))
        });
        told.set(Some(sent.unwrap_or(Told::NotConnected(of))));
        set_timeout(move || _ = told.try_set(None), TELLS_FOR);
    };
    let why_not = move |of: ClientSlot| {
        let strings = locale.strings();
        match is_elsewhere {
            true => strings.again_nobody().to_owned(),
            false => strings.again_not_connected(of.letter()),
        }
    };
    let label = move || {
        let strings = locale.strings();
        match client.get() {
            Some(client) => strings.again_send(client.letter()),
            None => of.get().map(why_not).unwrap_or_default(),
        }
    };
    let words = move || {
        told.get().map(|told| match told {
            Told::Sent(id, client) => {
                locale.strings().again_sent(client.letter(), grouped(id.number()))
            }
            Told::NotConnected(of) => why_not(of),
        })
    };
    view! {
        <Show when=erased(move || bench.is_some() && of.get().is_some())>
            <span class="told-button">
                <button
                    type="button"
                    class="button button--quiet button--icon button--small send-again"
                    aria-label=erased(label)
                    title=erased(label)
                    aria-disabled=erased(move || client.get().is_none().then_some("true"))
                    on:click=press
                >
                    <Icon name="reset"/>
                </button>
                <span class="told-button__told" role="status">
                    {erased(move || words().map(|words| view! { <span class="toast">{words}</span> }))}
                </span>
            </span>
        </Show>
    }
}
