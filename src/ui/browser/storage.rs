//! What the page remembers in the browser. Where storage is forbidden it simply remembers nothing.

use serde::Serialize;
use serde::de::DeserializeOwned;

/// What is kept, one key each; the keys never change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key {
    Progress,
    Broker,
    Language,
    Theme,
    Panels,
    WireView,
    Benches,
    /// What the first picture of the next visit begins with.
    Begin,
    /// The other client that a packet was last written for.
    Tool,
}

impl Key {
    fn name(self) -> &'static str {
        match self {
            Key::Progress => "mqtt5-playground.progress",
            Key::Broker => "mqtt5-playground.broker",
            Key::Language => "mqtt5-playground.language",
            Key::Theme => "mqtt5-playground.theme",
            Key::Benches => "mqtt5-playground.benches",
            Key::Begin => "mqtt5-playground.begin",
            Key::Tool => "mqtt5-playground.tool",
            Key::Panels => "mqtt5-playground.panels",
            Key::WireView => "mqtt5-playground.wire-view",
        }
    }
}

/// `None` where nothing is kept, or nothing that can be read.
pub fn load<T: DeserializeOwned>(key: Key) -> Option<T> {
    let text = storage()?.get_item(key.name()).ok()??;
    serde_json::from_str(&text).ok()
}

pub fn save<T: Serialize>(key: Key, value: &T) {
    if let (Some(storage), Ok(text)) = (storage(), serde_json::to_string(value)) {
        // A full storage costs the memory, not the work.
        let _ = storage.set_item(key.name(), &text);
    }
}

pub fn remove(key: Key) {
    if let Some(storage) = storage() {
        let _ = storage.remove_item(key.name());
    }
}

fn storage() -> Option<web_sys::Storage> {
    web_sys::window()?.local_storage().ok()?
}
