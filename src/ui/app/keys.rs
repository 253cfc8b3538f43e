//! The keys that hold everywhere: `?`, and `g` with a letter.

use leptos::ev::{KeyboardEvent, keydown};
use leptos::prelude::*;

use crate::ui::browser::{focus_part, is_typing};
use crate::ui::loading::locale::Locale;
use crate::ui::navigation::address::{Page, Place};
use crate::ui::navigation::pane::Pane;
use crate::ui::navigation::route::Route;
use crate::ui::state::broker_panel::BrokerPanel;

/// What the keys reach.
pub struct Reach {
    pub locale: Locale,
    pub route: Route,
    pub pane: RwSignal<Pane>,
    pub inside: BrokerPanel,
    /// Whether the list of keys is shown.
    pub keys: RwSignal<bool>,
}

pub fn listen(reach: Reach) {
    let Reach { locale, route, pane, inside, keys } = reach;
    // `g` waits for its letter.
    let go = StoredValue::new(false);
    let handle = window_event_listener(keydown, move |event: KeyboardEvent| {
        let plain = !event.ctrl_key() && !event.meta_key() && !event.alt_key();
        if !plain || is_typing(&event) || event.default_prevented() {
            return;
        }
        let after_go = go.get_value();
        go.set_value(false);
        let to = match (after_go, event.key().as_str()) {
            (false, "g") => return go.set_value(true),
            (false, "?") => return keys.set(true),
            (true, "l") => Pane::Learn,
            (true, "b") => Pane::Bench,
            (true, "w") => Pane::Wire,
            (true, "i") => {
                event.prevent_default();
                return inside.toggle();
            }
            (true, "h") => {
                let home = untrack(|| Place::Home.href(locale.language()));
                return route.go(&home);
            }
            (true, key) => {
                let Some(page) = Page::ALL.iter().find(|page| page.letter() == key) else { return };
                event.prevent_default();
                let page = untrack(|| Place::Page(*page).href(locale.language()));
                return route.go(&page);
            }
            _ => return,
        };
        event.prevent_default();
        pane.set(to);
        // It may have been hidden until now.
        request_animation_frame(move || focus_part(&format!("pane-{}", to.key())));
    });
    on_cleanup(move || handle.remove());
}
