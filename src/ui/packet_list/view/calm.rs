//! A second view of the same records keeps up with less work in a flood.

use std::time::Duration;

use leptos::prelude::*;

use super::wire_state::Found;
use crate::time::Instant;
use crate::ui::packet_list::calm::pause;
use crate::ui::state::store::use_store;

/// The list as it was when it was last time to draw it.
pub fn use_calm(found: Memo<Found>) -> Signal<Found> {
    let store = use_store();
    let drawn = RwSignal::new(found.get_untracked());
    let last = StoredValue::new((store.now(), false));
    let draw = move || {
        if let (Some(found), false) = (found.try_get_untracked(), last.is_disposed()) {
            last.set_value((store.now(), false));
            drawn.set(found);
        }
    };
    Effect::new(move || {
        let found = found.get();
        let (at, is_due): (Instant, bool) = last.get_value();
        if is_due || found == drawn.get_untracked() {
            return;
        }
        let new = found.next.0.saturating_sub(drawn.get_untracked().next.0);
        match pause(new, store.now().since(at)) {
            Duration::ZERO => draw(),
            wait => {
                last.set_value((at, true));
                set_timeout(draw, wait);
            }
        }
    });
    drawn.into()
}
