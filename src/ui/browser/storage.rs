//! What the page remembers in the browser. Every tab shares it: who changes a list reads it again before.

use leptos::ev::storage as storage_event;
use leptos::prelude::{on_cleanup, window_event_listener};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// What is kept, one key each; the keys never change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key {
    Progress,
    Broker,
    /// Those that were used before, under their names.
    Brokers,
    Language,
    Theme,
    Panels,
    WireView,
    WireTimes,
    Benches,
    /// The free bench of a tab.
    Bench,
    /// The name under which the whole of it is kept.
    BenchId,
    /// The names of the benches that are open in some tab.
    OpenBenches,
    /// When the captures that are kept have changed last.
    Shelf,
    /// What the first picture of the next visit begins with.
    Begin,
    /// The other client that a packet was last written for.
    Tool,
    /// What examinations found, without the packets.
    Examined,
}

impl Key {
    fn name(self) -> &'static str {
        match self {
            Key::Progress => "mqtt5-playground.progress",
            Key::Broker => "mqtt5-playground.broker",
            Key::Brokers => "mqtt5-playground.brokers",
            Key::Language => "mqtt5-playground.language",
            Key::Theme => "mqtt5-playground.theme",
            Key::Benches => "mqtt5-playground.benches",
            Key::Bench => "mqtt5-playground.bench",
            Key::BenchId => "mqtt5-playground.bench-id",
            Key::OpenBenches => "mqtt5-playground.open-benches",
            Key::Shelf => "mqtt5-playground.shelf",
            Key::Begin => "mqtt5-playground.begin",
            Key::Tool => "mqtt5-playground.tool",
            Key::Examined => "mqtt5-playground.examined",
            Key::Panels => "mqtt5-playground.panels",
            Key::WireView => "mqtt5-playground.wire-view",
            Key::WireTimes => "mqtt5-playground.wire-times",
        }
    }
}

/// `None` where nothing is kept, or nothing that can be read.
pub fn load<T: DeserializeOwned>(key: Key) -> Option<T> {
    read(&storage()?, key)
}

/// What only this tab remembers, until it is closed.
pub fn load_in_tab<T: DeserializeOwned>(key: Key) -> Option<T> {
    read(&web_sys::window()?.session_storage().ok()??, key)
}

fn read<T: DeserializeOwned>(storage: &web_sys::Storage, key: Key) -> Option<T> {
    serde_json::from_str(&storage.get_item(key.name()).ok()??).ok()
}

/// Where there is no room, what was kept before goes: it would be of another time.
pub fn save_in_tab<T: Serialize>(key: Key, value: &T) {
    let storage = web_sys::window().and_then(|window| window.session_storage().ok()?);
    if let (Some(storage), Ok(text)) = (storage, serde_json::to_string(value))
        && storage.set_item(key.name(), &text).is_err()
    {
        let _ = storage.remove_item(key.name());
    }
}

/// Why something could not be kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotKept {
    /// There is no room left.
    Full,
    /// The browser lets this page keep nothing.
    Forbidden,
}

/// A full or forbidden storage costs the memory, not the work.
pub fn save<T: Serialize>(key: Key, value: &T) {
    let _ = try_save(key, value);
}

pub fn try_save<T: Serialize>(key: Key, value: &T) -> Result<(), NotKept> {
    let storage = storage().ok_or(NotKept::Forbidden)?;
    let text = serde_json::to_string(value).map_err(|_| NotKept::Forbidden)?;
    storage.set_item(key.name(), &text).map_err(|_| NotKept::Full)
}

/// Calls whenever another tab has changed what is kept there.
pub fn on_change(key: Key, then: impl Fn() + 'static) {
    let handle = window_event_listener(storage_event, move |event| {
        if event.key().is_none_or(|changed| changed == key.name()) {
            then();
        }
    });
    on_cleanup(move || handle.remove());
}

pub fn remove(key: Key) {
    if let Some(storage) = storage() {
        let _ = storage.remove_item(key.name());
    }
}

fn storage() -> Option<web_sys::Storage> {
    web_sys::window()?.local_storage().ok()?
}
