//! Keeps what has just changed in sight, within a picture that scrolls by itself.

use leptos::html::Div;
use leptos::prelude::*;

use crate::ui::browser::focus_within;

/// After every change: moves the contents of `frame` just so far that what carries `data-latest` can be seen.
/// Nothing around the frame moves, and nothing moves at all while somebody works in it with the keyboard.
pub fn follow<T: 'static>(frame: NodeRef<Div>, change: impl Fn() -> T + 'static) {
    Effect::new(move || {
        change();
        // Once the change has been drawn.
        request_animation_frame(move || _ = show_latest(frame));
    });
}

/// After a press that lets its own button go: the focus goes to the next one that fits the selector, once the change
/// has been drawn.
pub fn focus_next(frame: NodeRef<Div>, selector: &'static str) {
    request_animation_frame(move || {
        request_animation_frame(move || {
            if let Some(frame) = frame.try_get_untracked().flatten() {
                focus_within(&frame, selector);
            }
        });
    });
}

fn show_latest(frame: NodeRef<Div>) -> Option<()> {
    let frame = frame.try_get_untracked().flatten()?;
    let latest = frame.query_selector("[data-latest]").ok()??;
    if frame.query_selector(":focus-visible").ok()?.is_some() {
        return None;
    }
    let (outer, inner) = (frame.get_bounding_client_rect(), latest.get_bounding_client_rect());
    // A heading that stays at the upper edge covers what is behind it.
    let head = frame.query_selector("thead").ok()?;
    let head = head.map_or(0.0, |head| head.get_bounding_client_rect().height());
    let down = distance((outer.top() + head, outer.bottom()), (inner.top(), inner.bottom()));
    let right = distance((outer.left(), outer.right()), (inner.left(), inner.right()));
    frame.set_scroll_top(frame.scroll_top() + down as i32);
    frame.set_scroll_left(frame.scroll_left() + right as i32);
    Some(())
}

/// How far the inner span has to move to lie within the outer one; its beginning counts more than its end.
fn distance(outer: (f64, f64), inner: (f64, f64)) -> f64 {
    match () {
        () if inner.0 < outer.0 => inner.0 - outer.0,
        () if inner.1 > outer.1 => (inner.1 - outer.1).min(inner.0 - outer.0),
        () => 0.0,
    }
}
