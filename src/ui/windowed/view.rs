//! Watches what a scroller shows of a long list.

use leptos::html::Div;
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{Element, Event, HtmlElement, Node, ResizeObserver};

use super::model::Sight;
use crate::ui::browser::{bring_into_sight, focus_in_place};

/// A long list in a scroller. The element with `data-rows` begins where the first row begins, drawn or
/// not; each row has its own number in `data-row`.
#[derive(Clone, Copy)]
pub struct Windowed {
    root: NodeRef<Div>,
    sight: RwSignal<Sight>,
    is_narrow: RwSignal<bool>,
    is_hidden: RwSignal<bool>,
    is_printed: RwSignal<bool>,
}

/// How a list looked before anybody scrolled it: the next one in its place most likely looks the same, and need not
/// be measured before it is drawn. Copied freely.
#[derive(Clone, Copy)]
pub struct FirstLook(StoredValue<Option<Sight>>);

impl FirstLook {
    pub fn unknown() -> FirstLook {
        FirstLook(StoredValue::new(None))
    }
}

/// A list is narrow below this many times the page's letter size.
const NARROW: f64 = 35.0;

/// Watches the scroller, or the element inside one.
pub fn use_windowed(root: NodeRef<Div>) -> Windowed {
    use_windowed_like(root, FirstLook::unknown())
}

/// The same for a list that takes the place of another one.
pub fn use_windowed_like(root: NodeRef<Div>, first: FirstLook) -> Windowed {
    let expected = first.0.get_value();
    let windowed = Windowed {
        root,
        sight: RwSignal::new(expected.unwrap_or_default()),
        is_narrow: RwSignal::new(false),
        is_hidden: RwSignal::new(false),
        is_printed: RwSignal::new(false),
    };
    for (event, is_printed) in [("beforeprint", true), ("afterprint", false)] {
        let turn = move |_| windowed.is_printed.set(is_printed);
        let handle = window_event_listener_untyped(event, turn);
        on_cleanup(move || handle.remove());
    }
    // Scrolling does not bubble, but an ancestor may be the one that scrolls: so it is caught on its
    // way down. What scrolls elsewhere moves nothing here.
    let on_scroll = Closure::<dyn FnMut(Event)>::new(move |event: Event| {
        let scroller = event.target().and_then(|target| target.dyn_into::<Node>().ok());
        let root = windowed.root();
        if scroller.is_some_and(|scroller| scroller.contains(root.as_deref())) {
            windowed.measure();
        }
    });
    let listen = on_scroll.as_ref().unchecked_ref::<js_sys::Function>().clone();
    let _ = window().add_event_listener_with_callback_and_bool("scroll", &listen, true);
    let on_resize = Closure::<dyn FnMut()>::new(move || {
        windowed.measure_width();
        windowed.measure();
    });
    let observer = ResizeObserver::new(on_resize.as_ref().unchecked_ref()).ok();
    let kept = StoredValue::new_local((on_scroll, on_resize, observer.clone()));
    on_cleanup(move || {
        let _ = window().remove_event_listener_with_callback_and_bool("scroll", &listen, true);
        kept.with_value(|(_, _, observer)| {
            if let Some(observer) = observer {
                observer.disconnect();
            }
        });
        kept.dispose();
    });
    let observer = StoredValue::new_local(observer);
    Effect::new(move || {
        if let Some(root) = root.get() {
            observer.with_value(|observer| {
                if let Some(observer) = observer {
                    observer.disconnect();
                    observer.observe(&root);
                }
            });
            let look = move || {
                windowed.measure_width();
                windowed.measure();
                let sight =
                    windowed.sight.try_get_untracked().filter(|sight| sight.row_height > 0.0);
                if sight.is_some() && sight != expected {
                    first.0.try_set_value(sight);
                }
            };
            match expected {
                None => look(),
                // Together with everything else that looks at what was drawn, so that the page is laid out once.
                Some(_) => request_animation_frame(look),
            }
        }
    });
    // Narrow rows have another height.
    Effect::new(move |before: Option<bool>| {
        let is_narrow = windowed.is_narrow.get();
        if before.is_some_and(|before| before != is_narrow) {
            request_animation_frame(move || windowed.measure());
        }
        is_narrow
    });
    windowed
}

impl Windowed {
    /// What can be seen; on paper that is everything. Tracked.
    pub fn sight(self) -> Sight {
        match self.is_printed.get() {
            true => self.sight.get().whole(),
            false => self.sight.get(),
        }
    }

    /// Whether there is little room across. A list says so in `data-narrow`: rows that depended on a
    /// container query would all be styled anew with every row that comes into sight. Tracked.
    pub fn is_narrow(self) -> bool {
        self.is_narrow.get()
    }

    /// Whether it is not displayed at all. What it drew last stays then. Tracked.
    pub fn is_hidden(self) -> bool {
        self.is_hidden.get()
    }

    fn measure_width(self) {
        let Some(root) = self.root() else { return };
        let is_hidden = (root.client_width(), root.client_height()) == (0, 0);
        if self.is_hidden.try_get_untracked().is_some_and(|before| before != is_hidden) {
            self.is_hidden.set(is_hidden);
        }
        if is_hidden {
            return;
        }
        let letter = document()
            .document_element()
            .and_then(|page| window().get_computed_style(&page).ok().flatten())
            .and_then(|style| style.get_property_value("font-size").ok())
            .and_then(|size| size.trim_end_matches("px").parse().ok())
            .unwrap_or(16.0);
        let is_narrow = f64::from(root.client_width()) < NARROW * letter;
        if self.is_narrow.try_get_untracked().is_some_and(|before| before != is_narrow) {
            self.is_narrow.set(is_narrow);
        }
    }

    pub fn root(self) -> Option<Element> {
        self.root.try_get_untracked().flatten().map(|root| root.unchecked_into())
    }

    /// Whether it scrolls by itself, rather than along with what is around it. Not tracked.
    pub fn scrolls_itself(self) -> bool {
        self.root().is_some_and(|root| root.scroll_height() > root.client_height() + 1)
    }

    /// Looks again. To be called once the first rows are drawn.
    pub fn measure(self) {
        let is_hidden = self.is_hidden.try_get_untracked() == Some(true);
        let sight = self.root().filter(|_| !is_hidden).and_then(|root| self.look(&root));
        if let Some(sight) = sight
            && self.sight.try_get_untracked().is_some_and(|before| before != sight)
        {
            self.sight.set(sight);
        }
    }

    fn look(self, root: &Element) -> Option<Sight> {
        let start = root.query_selector("[data-rows]").ok()??.get_bounding_client_rect().top();
        let row = root.query_selector("[data-row]").ok()?;
        let row_height = match row {
            Some(row) => row.get_bounding_client_rect().height(),
            None => self.sight.get_untracked().row_height,
        };
        let (mut upper, mut lower) = (0.0, f64::MAX);
        let outer = root.closest("[data-scrolls]").ok().flatten();
        for frame in [Some(root.clone()), outer].into_iter().flatten() {
            let frame = frame.get_bounding_client_rect();
            upper = frame.top().max(upper);
            lower = frame.bottom().min(lower);
        }
        Some(Sight { row_height, top: upper - start, height: (lower - upper).max(0.0) })
    }

    /// To be called right before other rows are drawn: what has the focus keeps it. Rows that stay may be taken out of
    /// the document and put back when several come or go before them at once, and then lose it.
    pub fn hold_focus(self) {
        let focused = document().active_element().and_then(|e| e.dyn_into::<HtmlElement>().ok());
        let (Some(root), Some(focused)) = (self.root(), focused) else { return };
        if !root.contains(Some(&focused)) {
            return;
        }
        spawn_local(async move {
            let now = document().active_element();
            if focused.is_connected() && now.is_none_or(|now| now.tag_name() == "BODY") {
                focus_in_place(&focused);
            }
        });
    }

    /// Brings the row at a position into sight, then calls `then` with it; a row that is far away has to
    /// be drawn first. `name` is what its `data-row` says.
    pub fn reveal(self, position: usize, name: u64, then: impl FnOnce(&Element) + 'static) {
        let upper = position as f64;
        self.reveal_between(upper, upper + 1.0, name, then);
    }

    /// The same for a row whose edges are known, counted in rows, where not all are equally high.
    pub fn reveal_between(
        self,
        upper: f64,
        lower: f64,
        name: u64,
        then: impl FnOnce(&Element) + 'static,
    ) {
        self.seek(upper, lower, name, SEEKS, then);
    }

    fn seek(
        self,
        upper: f64,
        lower: f64,
        name: u64,
        seeks: u32,
        then: impl FnOnce(&Element) + 'static,
    ) {
        let Some(root) = self.root() else { return };
        if let Some(element) = drawn(&root, name) {
            bring_into_sight(&element);
            return then(&element);
        }
        if seeks == 0 {
            return;
        }
        // What was measured last may be older than a change of size.
        self.measure();
        let by = self.sight.get_untracked().distance_to(upper, lower);
        let outer = root.closest("[data-scrolls]").ok().flatten();
        let scroller =
            if self.scrolls_itself() { root.clone() } else { outer.unwrap_or(root.clone()) };
        scroller.set_scroll_top(scroller.scroll_top() + by as i32);
        self.measure();
        request_animation_frame(move || {
            if self.sight.try_get_untracked().is_some() {
                self.seek(upper, lower, name, seeks - 1, then);
            }
        });
    }
}

/// How often a row is looked for: what is drawn meanwhile may change how much can be seen.
const SEEKS: u32 = 3;

fn drawn(root: &Element, name: u64) -> Option<Element> {
    root.query_selector(&format!("[data-row=\"{name}\"]")).ok().flatten()
}
