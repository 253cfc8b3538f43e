//! A bar between two panes, moved by dragging and by keyboard, and remembered.

use crate::ui::erased::erased;
use leptos::ev::{KeyboardEvent, PointerEvent};
use leptos::html::Div;
use leptos::prelude::*;

/// What a splitter moves along.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Axis {
    /// Between left and right.
    Across,
    /// Between top and bottom.
    Down,
}

/// Sets a share, in percent of its parent element; `None` is the stylesheet's default.
#[component]
pub fn Splitter(
    axis: Axis,
    share: RwSignal<Option<f64>>,
    #[prop(into)] label: Signal<&'static str>,
    /// Where the bar stands by default.
    default: f64,
) -> impl IntoView {
    let bar = NodeRef::<Div>::new();
    let dragging = RwSignal::new(false);
    let now = move || share.get().unwrap_or(default);
    let set = move |value: f64| share.set(Some(value.clamp(LEAST, MOST)));
    let down = move |event: PointerEvent| {
        if let Some(bar) = bar.get() {
            let _ = bar.set_pointer_capture(event.pointer_id());
            dragging.set(true);
            event.prevent_default();
        }
    };
    let moved = move |event: PointerEvent| {
        let parent = bar.get().filter(|_| dragging.get()).and_then(|bar| bar.parent_element());
        if let Some(parent) = parent {
            let area = parent.get_bounding_client_rect();
            let share = match axis {
                Axis::Across => (f64::from(event.client_x()) - area.left()) / area.width(),
                Axis::Down => (f64::from(event.client_y()) - area.top()) / area.height(),
            };
            set(share * 100.0);
        }
    };
    let up = move |_: PointerEvent| dragging.set(false);
    let key = move |event: KeyboardEvent| {
        let value = match (event.key().as_str(), axis) {
            ("ArrowLeft", Axis::Across) | ("ArrowUp", Axis::Down) => now() - STEP,
            ("ArrowRight", Axis::Across) | ("ArrowDown", Axis::Down) => now() + STEP,
            ("Home", _) => LEAST,
            ("End", _) => MOST,
            _ => return,
        };
        event.prevent_default();
        set(value);
    };
    let orientation = match axis {
        Axis::Across => "vertical",
        Axis::Down => "horizontal",
    };
    view! {
        <div
            class="splitter"
            node_ref=bar
            role="separator"
            tabindex="0"
            aria-orientation=orientation
            aria-label=label
            aria-valuemin=LEAST
            aria-valuemax=MOST
            aria-valuenow=erased(move || now().round())
            data-dragging=erased(move || dragging.get().then_some(""))
            on:pointerdown=down
            on:pointermove=moved
            on:pointerup=up
            on:pointercancel=move |_| dragging.set(false)
            on:keydown=key
            on:dblclick=move |_| share.set(None)
        ></div>
    }
}

const LEAST: f64 = 20.0;
const MOST: f64 = 80.0;
const STEP: f64 = 2.0;
