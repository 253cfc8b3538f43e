//! Marks in the document: everything with `data-mark`, the number of a record, within the frame of a picture.

use leptos::ev::{FocusEvent, KeyboardEvent, MouseEvent};
use leptos::html::Div;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, Event, HtmlElement};

use super::model::{Spot, Step, pressed, stop};
use crate::capture::{ClientSlot, RecordId};
use crate::ui::browser::all_within;
use crate::ui::erased::erased;
use crate::ui::state::store::{Store, use_store};

/// The marks within a [`Frame`]. Copied freely.
#[derive(Clone, Copy)]
pub struct Marks {
    store: Store,
    frame: NodeRef<Div>,
    /// What had the focus last.
    focused: StoredValue<Option<RecordId>>,
}

/// `change` reads what the marks are drawn from: they are looked at again after every change of it.
pub fn use_marks<T: 'static>(frame: NodeRef<Div>, change: impl Fn() -> T + 'static) -> Marks {
    let store = use_store();
    let marks = Marks { store, frame, focused: StoredValue::new(None) };
    Effect::new(move || {
        change();
        store.selected();
        // Once the change has been drawn.
        request_animation_frame(move || marks.settle());
    });
    marks
}

impl Marks {
    /// An arrow key on a mark leads to another one.
    fn key(self, event: KeyboardEvent) {
        let plain = !event.ctrl_key() && !event.meta_key() && !event.alt_key();
        let Some(step) = Step::of(&event.key()).filter(|_| plain && !event.default_prevented())
        else {
            return;
        };
        let (all, Some(here)) = (self.all(), mark_of(&event)) else { return };
        let Some(at) = all.iter().position(|mark| *mark == here) else { return };
        // The arrows belong to the marks, also where there is no other one that way.
        event.prevent_default();
        let spots: Vec<Spot> = all.iter().map(|mark| spot(mark)).collect();
        if let Some(to) = step.from(at, &spots) {
            let _ = all[to].focus();
        }
    }

    /// Where the focus is, Tab stops from now on.
    fn focus(self, event: FocusEvent) {
        if let Some(mark) = mark_of(&event) {
            self.focused.set_value(record(&mark));
            settle_at(&self.all(), &mark);
        }
    }

    fn all(self) -> Vec<HtmlElement> {
        let frame = self.frame.try_get_untracked().flatten();
        let mut all = frame.map_or_else(Vec::new, |frame| all_within(&frame, MARKS));
        all.retain(|mark| mark.offset_parent().is_some());
        all
    }

    fn settle(self) {
        let all = self.all();
        let records: Vec<RecordId> = all.iter().filter_map(|mark| record(mark)).collect();
        let Some(open) = self.store.try_selected() else { return };
        let focused = self.focused.try_get_value().flatten();
        if let Some(at) = stop(&records, open, focused) {
            settle_at(&all, &all[at]);
        }
        for mark in &all {
            let is_open = open.is_some() && record(mark) == open;
            if is_open != mark.has_attribute("aria-current") {
                let _ = match is_open {
                    true => mark.set_attribute("aria-current", "true"),
                    false => mark.remove_attribute("aria-current"),
                };
            }
        }
    }
}

fn settle_at(all: &[HtmlElement], stop: &HtmlElement) {
    for mark in all {
        let index = if mark == stop { 0 } else { -1 };
        if mark.tab_index() != index || !mark.has_attribute("tabindex") {
            mark.set_tab_index(index);
        }
    }
}

fn mark_of(event: &Event) -> Option<HtmlElement> {
    let target = event.target()?.dyn_into::<Element>().ok()?;
    target.closest(MARKS).ok()??.dyn_into().ok()
}

fn record(mark: &Element) -> Option<RecordId> {
    mark.get_attribute("data-mark")?.parse().ok().map(RecordId)
}

fn spot(mark: &Element) -> Spot {
    let area = mark.get_bounding_client_rect();
    Spot { x: area.left() + area.width() / 2.0, y: area.top() + area.height() / 2.0 }
}

const MARKS: &str = "[data-mark]";

/// The part of a picture in which the marks are.
#[component]
pub fn Frame(marks: Marks, class: &'static str, children: Children) -> impl IntoView {
    view! {
        <div
            class=class
            node_ref=marks.frame
            on:keydown=move |event| marks.key(event)
            on:focusin=move |event| marks.focus(event)
        >
            {children()}
        </div>
    }
}

/// One mark over a drawing.
#[derive(Clone, Debug, PartialEq)]
pub struct Face {
    pub record: RecordId,
    pub x: f64,
    pub y: f64,
    /// What it is, with the number of its packet.
    pub name: String,
    /// Empty where the drawing has its looks.
    pub class: &'static str,
    pub client: Option<ClientSlot>,
    pub is_full: bool,
    pub text: &'static str,
}

/// The marks over a drawing, each with the place around it where a press means it. In their order in time, so that what
/// is new comes last and the others stay what they are.
#[component]
pub fn Layer(#[prop(into)] faces: Signal<Vec<Face>>) -> impl IntoView {
    let store = use_store();
    let layer = NodeRef::<Div>::new();
    let press = move |event: MouseEvent| {
        let nearest = || {
            let all = all_within(&*layer.get_untracked()?, MARKS);
            let spots: Vec<Spot> = all.iter().map(|mark| spot(mark)).collect();
            let at = pressed(&spots, event.client_x().into(), event.client_y().into())?;
            record(&all[at])
        };
        let own = mark_of(&event).and_then(|mark| record(&mark));
        // A press with a key has no place.
        let meant = if event.detail() > 0 { nearest().or(own) } else { own };
        if let Some(id) = meant {
            store.open(id);
        }
    };
    let face = |face: &Face| {
        view! {
            <button
                type="button"
                class=format!("mark {}", face.class)
                tabindex="-1"
                data-mark=face.record.0.to_string()
                data-client=face.client.map(|client| client.letter().to_string())
                data-present=face.is_full.then_some("")
                style:inset-inline-start=format!("{:.1}px", face.x)
                style:inset-block-start=format!("{:.1}px", face.y)
                aria-label=face.name.clone()
                title=face.name.clone()
            >
                {face.text}
            </button>
        }
    };
    view! {
        <div class="marks" node_ref=layer on:click=press>
            {erased(move || faces.with(|faces| faces.iter().map(face).collect_view()))}
        </div>
    }
}
