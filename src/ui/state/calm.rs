//! A value that is drawn more rarely in a flood, for a second view of the same records.

use std::time::Duration;

use leptos::prelude::*;

use super::store::use_store;
use crate::time::Instant;
use crate::ui::pace::pause;

/// A value as it was when it was last time to draw it. `count` tells how many records it has taken in, so that the
/// difference is what is new.
pub fn use_calm<T>(value: Memo<T>, count: fn(&T) -> u64) -> Signal<T>
where
    T: Clone + PartialEq + Send + Sync + 'static,
{
    let store = use_store();
    let drawn = RwSignal::new(value.get_untracked());
    let last = StoredValue::new((store.now(), false));
    let draw = move || {
        if let (Some(value), false) = (value.try_get_untracked(), last.is_disposed()) {
            last.set_value((store.now(), false));
            drawn.set(value);
        }
    };
    Effect::new(move || {
        let value = value.get();
        let (at, is_due): (Instant, bool) = last.get_value();
        if is_due || drawn.with_untracked(|drawn| *drawn == value) {
            return;
        }
        let new = count(&value).saturating_sub(drawn.with_untracked(count));
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
