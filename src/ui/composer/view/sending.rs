//! The client behind the button that sends: what it can do now, and what was sent last.

use leptos::prelude::*;

use super::state::Composer;
use crate::capture::{ClientSlot, RecordId};
use crate::lab::{Act, Action, Problem};
use crate::language::Strings;
use crate::mqtt::{Connect, PacketType};
use crate::other_clients::Task;
use crate::ui::client_panel::refusal_words;
use crate::ui::composer::model::Foretold;
use crate::ui::lamp::Lamp;
use crate::ui::loading::locale::{Locale, use_locale};
use crate::ui::state::store::{Store, use_store};

/// What was sent last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sent {
    pub since: RecordId,
    pub foretold: Foretold,
}

/// Copied freely.
#[derive(Clone, Copy)]
pub struct Sending {
    pub client: ClientSlot,
    pub lamp: Memo<Lamp>,
    /// What a Server will make of the bytes in hand.
    pub foretold: Memo<Foretold>,
    pub can_send: Memo<bool>,
    pub sent: RwSignal<Option<Sent>>,
    /// What was sent last ends in the middle of a packet, and the connection still stands.
    pub still_waits: Memo<bool>,
    /// Why the last try was not sent.
    pub refused: RwSignal<Option<String>>,
    composer: Composer,
    is_connected: Memo<bool>,
    client_id: StoredValue<String>,
    store: Store,
    locale: Locale,
}

impl Sending {
    pub fn new(composer: Composer, client: ClientSlot, client_id: String) -> Sending {
        let (store, locale) = (use_store(), use_locale());
        let lamp = Memo::new(move |_| {
            store.with_lab(|lab| lab.client(client).map_or(Lamp::Offline, Lamp::of))
        });
        let is_connected = Memo::new(move |_| lamp.get() == Lamp::Connected);
        let foretold =
            Memo::new(move |_| composer.with(|in_hand| in_hand.foretold(is_connected.get())));
        let is_connect = Memo::new(move |_| {
            composer.with(|in_hand| in_hand.packet_type() == Some(PacketType::Connect))
        });
        let can_send = Memo::new(move |_| {
            let has_bytes = composer.with(|in_hand| !in_hand.bytes.is_empty());
            has_bytes && (is_connected.get() || is_connect.get() && is_offline(lamp.get()))
        });
        let sent = RwSignal::new(None::<Sent>);
        let still_waits = Memo::new(move |_| {
            let ends_midway =
                sent.with(|sent| matches!(sent, Some(s) if s.foretold == Foretold::Waits));
            ends_midway && is_connected.get()
        });
        Sending {
            client,
            lamp,
            foretold,
            can_send,
            sent,
            still_waits,
            refused: RwSignal::new(None),
            composer,
            is_connected,
            client_id: StoredValue::new(client_id),
            store,
            locale,
        }
    }

    /// Whether CONNECT may be sent. Tracked.
    pub fn is_offline(self) -> bool {
        is_offline(self.lamp.get())
    }

    /// A broker that refuses these bytes answers; one that cannot be reached is a problem. Tracked.
    pub fn has_failed(self) -> bool {
        self.store.with_lab(|lab| {
            let problem = lab.client(self.client).and_then(|client| client.problem());
            matches!(problem, Some(Problem::ConnectFailed { .. }))
        })
    }

    /// Why nothing can be sent now. Tracked.
    pub fn why_not(self, strings: &Strings) -> Option<&'static str> {
        // Before what is derived from it, see `erased`.
        match (self.lamp.get(), self.can_send.get()) {
            (_, true) => None,
            (Lamp::Connecting | Lamp::Closing, false) => Some(strings.panel_awaiting_connack()),
            (Lamp::Connected, false) => Some(strings.composer_empty()),
            (_, false) => Some(strings.composer_connect_first()),
        }
    }

    /// Connects in the ordinary way.
    pub fn connect(self) {
        self.sent.set(None);
        self.act(Action::Connect(Box::new(self.ordinary_connect())));
    }

    /// Sends the bytes in hand.
    pub fn send(self) {
        if !self.can_send.get_untracked() {
            return;
        }
        let bytes = untrack(|| self.composer.in_hand()).bytes;
        // As the rest of what was sent before they are read in another way.
        let foretold = match self.still_waits.get_untracked() {
            true => Foretold::Waits,
            false => self.foretold.get_untracked(),
        };
        let action = match self.is_connected.get_untracked() {
            true => Action::SendBytes(bytes),
            false => Action::ConnectBytes(bytes),
        };
        let since = self.act(action);
        self.sent.set(since.map(|since| Sent { since, foretold }));
    }

    /// The packet in hand, for other clients.
    pub fn task(self) -> Option<Task> {
        let packet = untrack(|| self.composer.in_hand()).packet().ok()?;
        Task::new(self.ordinary_connect(), packet)
    }

    fn ordinary_connect(self) -> Connect {
        Connect {
            clean_start: true,
            keep_alive: 60,
            client_id: self.client_id.get_value().into(),
            ..Connect::default()
        }
    }

    /// The first record that may come of it, unless it was refused.
    fn act(self, action: Action) -> Option<RecordId> {
        let since = self.store.peek(|lab| lab.capture().next_id());
        match self.store.act(Act { client: self.client, action }) {
            Ok(()) => {
                self.refused.set(None);
                Some(since)
            }
            Err(error) => {
                let language = untrack(|| self.locale.language());
                self.refused.set(Some(refusal_words(&error, language)));
                None
            }
        }
    }
}

fn is_offline(lamp: Lamp) -> bool {
    matches!(lamp, Lamp::Offline | Lamp::Failed)
}
