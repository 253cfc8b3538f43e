//! Keeps the focus of the keyboard in the page: what has it may be removed, hidden or disabled by its own press, and then
//! the browser would begin at the top again. It goes to what is nearest and still there.

use std::cell::{Cell, RefCell};

use leptos::ev::{click, focusin, keydown};
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

use super::{all_within, focus_in_place};

thread_local! {
    static IS_KEPT: Cell<bool> = const { Cell::new(false) };
    /// What had the focus last, and everything around it, from the inside out.
    static LAST: RefCell<Vec<Element>> = const { RefCell::new(Vec::new()) };
}

/// From now on, for as long as the document lives.
pub fn keep_focus() {
    if IS_KEPT.replace(true) {
        return;
    }
    note(document().active_element());
    window_event_listener(focusin, |event| {
        note(event.target().and_then(|target| target.dyn_into().ok()));
    });
    // Whatever follows from a press has been drawn a few frames later.
    window_event_listener(click, |_| look_again(FRAMES));
    window_event_listener(keydown, |_| {
        // What went away by itself meanwhile is noticed before the key is heard.
        restore();
        look_again(FRAMES);
    });
}

fn note(focused: Option<Element>) {
    LAST.set(std::iter::successors(focused, |element| element.parent_element()).collect());
}

/// About half a second, in which a page answers a press.
const FRAMES: u32 = 30;

fn look_again(frames: u32) {
    request_animation_frame(move || {
        if !restore() && frames > 0 {
            look_again(frames - 1);
        }
    });
}

/// Whether the focus was lost and has a place again.
fn restore() -> bool {
    let document = document();
    let is_lost = match document.active_element() {
        None => true,
        Some(active) => document.body().is_some_and(|body| **body == *active),
    };
    // Giving it a place notes that place: the list must not be held meanwhile.
    is_lost && goes_to_nearest(&LAST.with_borrow(Vec::clone))
}

fn goes_to_nearest(last: &[Element]) -> bool {
    let Some((inner, around)) = last.split_first() else { return false };
    // Who presses beside everything wants no focus.
    if is_shown(inner) && !inner.has_attribute("disabled") {
        return false;
    }
    let Some(place) = around.iter().find(|place| is_shown(place)) else { return false };
    // Beyond the main part the first control is the way home.
    let place = match place.closest("main, dialog, [popover]") {
        Ok(Some(_)) => Some(place.clone()),
        _ => document().get_element_by_id("main"),
    };
    let Some(place) = place else { return false };
    let controls = all_within(&place, CONTROLS);
    if let Some(control) = controls.iter().find(|control| is_shown(control)) {
        focus_in_place(control);
        return true;
    }
    let Ok(place) = place.dyn_into::<HtmlElement>() else { return false };
    if !place.has_attribute("tabindex") {
        let _ = place.set_attribute("tabindex", "-1");
    }
    focus_in_place(&place);
    true
}

const CONTROLS: &str = "a[href], button:not(:disabled), input:not(:disabled), select:not(:disabled), \
    textarea:not(:disabled), summary, [tabindex=\"0\"]";

fn is_shown(element: &Element) -> bool {
    let bounds = element.get_bounding_client_rect();
    element.is_connected() && (bounds.width() > 0.0 || bounds.height() > 0.0)
}
