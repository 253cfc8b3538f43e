//! Connects as the browser remembers it of the broker that is chosen.

use leptos::prelude::*;

use super::known_brokers::stored;
use crate::ui::broker_choice::known::access_of;
use crate::ui::browser::storage::{self, Key};
use crate::ui::state::store::Store;

/// As long as the page is there.
pub fn follow_access(store: Store) {
    let changes = RwSignal::new(0_u32);
    storage::on_change(Key::Brokers, move || changes.update(|count| *count += 1));
    Effect::new(move || {
        changes.track();
        let (subprotocol, user_name) = access_of(&stored(), &store.target());
        store.set_access(subprotocol, user_name);
    });
}
