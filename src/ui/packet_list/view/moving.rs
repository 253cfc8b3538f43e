//! Moving from record to record with the keyboard: the same in the list and in the ladder.

use leptos::ev::{KeyboardEvent, keydown};
use leptos::prelude::*;

use super::wire_state::WireState;
use crate::capture::RecordId;
use crate::ui::browser::is_typing;
use crate::ui::state::store::Store;
use crate::ui::windowed::view::Windowed;

/// `reveal` brings a record into sight, and the focus there if it is told so. Returns what listens to the
/// keys pressed within the list; `j` and `k` work everywhere on the page. A picture of what the wire shows too
/// leaves them to the wire, as long as that is in sight.
pub fn use_moving(
    store: Store,
    wire: WireState,
    windowed: Windowed,
    is_picture: bool,
    reveal: impl Fn(RecordId, bool) + Copy + Send + Sync + 'static,
) -> impl Fn(KeyboardEvent) + Copy {
    // The inspector takes room from the list: what it shows is brought back into sight.
    Effect::new(move || {
        if let Some(id) = store.selected() {
            wire.cursor.set(Some(id));
            request_animation_frame(move || {
                if wire.with_matches(|matches| matches.contains(id)) {
                    reveal(id, false);
                }
            });
        }
    });
    let go = move |to: Option<RecordId>| {
        let Some(id) = to else { return };
        wire.cursor.set(Some(id));
        // Reading on within the inspector leaves the focus there.
        if !is_in_inspector() {
            reveal(id, true);
        }
        // With the inspector open, moving through the list is reading packet after packet.
        if store.peek_selected().is_some() && wire.can_open(id) {
            store.open(id);
        }
    };
    let step = move |steps: isize| go(wire.step_from(wire.cursor.get_untracked(), steps));
    let handle = window_event_listener(keydown, move |event| {
        let plain = !event.ctrl_key() && !event.meta_key() && !event.alt_key();
        // A list out of sight leaves the keys to the one in sight.
        let is_in_sight = windowed.root().is_some_and(|root| root.client_height() > 0);
        let is_left = is_picture && wire.is_in_sight();
        if !plain || !is_in_sight || is_left || is_typing(&event) || event.default_prevented() {
            return;
        }
        match event.key().as_str() {
            "j" => step(1),
            "k" => step(-1),
            _ => return,
        }
        event.prevent_default();
    });
    on_cleanup(move || handle.remove());
    move |event| {
        if event.ctrl_key() || event.meta_key() || event.alt_key() {
            return;
        }
        let page = untrack(|| windowed.sight()).page() as isize;
        let ends = wire.found_memo().get_untracked().ends;
        match event.key().as_str() {
            "ArrowDown" => step(1),
            "ArrowUp" => step(-1),
            "PageDown" => step(page),
            "PageUp" => step(-page),
            "Home" => go(ends.map(|(first, _)| first)),
            "End" => go(ends.map(|(_, last)| last)),
            "Escape" if store.peek_selected().is_some() => store.close_inspector(),
            _ => return,
        }
        event.prevent_default();
    }
}

fn is_in_inspector() -> bool {
    let focused = document().active_element();
    focused.is_some_and(|element| element.closest(".inspector").is_ok_and(|found| found.is_some()))
}
