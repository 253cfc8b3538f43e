//! Captures that come from outside, by a link or as files: they lead to the page that shows them.

use leptos::ev::{DragEvent, dragover, drop, hashchange};
use leptos::prelude::*;

use crate::ui::browser::all_files;
use crate::ui::captures::view::{DroppedFiles, LINK};
use crate::ui::loading::locale::Locale;
use crate::ui::navigation::address::{Page, Place};
use crate::ui::navigation::route::Route;

/// A link with a capture in it leads to where captures are shown, whatever else it names.
pub fn follow_links(place: Memo<Place>, locale: Locale, route: Route) {
    let to_link = move || {
        let hash = window().location().hash().unwrap_or_default();
        let captures = Place::Page(Page::Captures);
        if hash.starts_with(LINK) && untrack(|| place.get()) != captures {
            route.go(&format!("{}{hash}", untrack(|| captures.href(locale.language()))));
        }
    };
    request_animation_frame(to_link);
    let on_hash = window_event_listener(hashchange, move |_| to_link());
    on_cleanup(move || on_hash.remove());
}

/// A file that is dropped anywhere is opened; the browser would leave the page for it.
pub fn take_dropped_files(locale: Locale, route: Route, dropped: DroppedFiles) {
    let holds_files = |event: &DragEvent| {
        let types = event.data_transfer().map(|data| data.types());
        types.is_some_and(|types| types.includes(&"Files".into(), 0))
    };
    let on_drag = window_event_listener(dragover, move |event| {
        if holds_files(&event) {
            event.prevent_default();
        }
    });
    let on_drop = window_event_listener(drop, move |event: DragEvent| {
        if event.default_prevented() || !holds_files(&event) {
            return;
        }
        event.prevent_default();
        if let Some(files) = event.data_transfer().and_then(|data| data.files()) {
            dropped.hand_over(all_files(&files));
            let captures = Place::Page(Page::Captures);
            route.go(&untrack(|| captures.href(locale.language())));
        }
    });
    on_cleanup(move || {
        on_drag.remove();
        on_drop.remove();
    });
}
