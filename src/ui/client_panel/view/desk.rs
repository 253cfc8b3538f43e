//! Which client panels are open, and what they are asked to show.

use std::collections::BTreeMap;

use leptos::prelude::*;
use wasm_bindgen::JsCast;

use super::PanelForms;
use crate::capture::ClientSlot;
use crate::lab::Act;
use crate::ui::browser::{all_within, focus_element};
use crate::ui::forms::FormKind;

/// Copied freely; made by the page with the bench.
#[derive(Clone, Copy)]
pub struct Desk {
    /// The one opened last is the last one.
    open: RwSignal<Vec<ClientSlot>>,
    wanted: RwSignal<Option<Wanted>>,
    forms: StoredValue<BTreeMap<ClientSlot, PanelForms>>,
    /// Whether panels are opened and closed by the learner, rather than all being there at once.
    pub folds: bool,
}

/// What a panel is asked to show.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Wanted {
    pub client: ClientSlot,
    pub kind: FormKind,
    /// The field that gets the cursor, by its label.
    pub field: Option<&'static str>,
    /// Tells one wish from the next.
    nth: u32,
}

/// From this width on two panels fit side by side, in CSS pixels.
const ROOM_FOR_TWO: f64 = 1600.0;
/// Up to this width panels come up over the picture, as in the stylesheet.
const NARROW: f64 = 720.0;

fn inner_width() -> f64 {
    window().inner_width().ok().and_then(|width| width.as_f64()).unwrap_or(0.0)
}

impl Desk {
    pub fn provide(folds: bool) -> Desk {
        let desk = Desk {
            open: RwSignal::new(Vec::new()),
            wanted: RwSignal::new(None),
            forms: StoredValue::new(BTreeMap::new()),
            folds,
        };
        provide_context(desk);
        desk
    }

    /// Tracked.
    pub fn is_open(self, client: ClientSlot) -> bool {
        !self.folds || self.open.with(|open| open.contains(&client))
    }

    /// The one opened last. Not tracked.
    pub fn latest(self) -> Option<ClientSlot> {
        self.open.with_untracked(|open| open.last().copied())
    }

    /// How many panels are open. Tracked.
    pub fn count(self) -> usize {
        self.open.with(Vec::len)
    }

    /// What a panel was asked for last. Tracked.
    pub fn wanted(self) -> Option<Wanted> {
        self.wanted.get()
    }

    /// Opens a panel beside the picture; where there is no room for two, it takes the place of the other.
    pub fn open(self, client: ClientSlot) {
        let room = if inner_width() >= ROOM_FOR_TWO { 2 } else { 1 };
        self.open.update(|open| {
            open.retain(|other| *other != client);
            open.push(client);
            let surplus = open.len().saturating_sub(room);
            open.drain(..surplus);
        });
    }

    pub fn close(self, client: ClientSlot) {
        self.open.update(|open| open.retain(|other| *other != client));
    }

    /// On a narrow screen panels cover the picture: there they are closed, and the card has the focus.
    pub fn uncover_picture(self) {
        if inner_width() <= NARROW
            && let Some(client) = self.latest()
        {
            self.close_all();
            focus_element(&format!("card-{}", client.letter().to_ascii_lowercase()));
        }
    }

    pub fn close_all(self) {
        self.open.set(Vec::new());
        self.wanted.set(None);
    }

    pub fn toggle(self, client: ClientSlot) {
        match self.open.with_untracked(|open| open.contains(&client)) {
            true => self.close(client),
            false => self.open(client),
        }
    }

    /// Opens a panel at one form and, where a field is named, puts the cursor there.
    pub fn show(self, client: ClientSlot, kind: FormKind, field: Option<&'static str>) {
        self.open(client);
        let nth = self.wanted.with_untracked(|before| before.map_or(0, |before| before.nth + 1));
        self.wanted.set(Some(Wanted { client, kind, field, nth }));
    }

    /// Puts an act into the form of its packet.
    pub fn fill(self, act: &Act) {
        if let Some(forms) = self.forms.with_value(|all| all.get(&act.client).copied()) {
            forms.fill(act);
        }
    }

    /// As long as the panel is there, its forms can be filled.
    pub fn register(self, client: ClientSlot, forms: PanelForms) {
        self.forms.update_value(|all| _ = all.insert(client, forms));
    }
}

pub fn use_desk() -> Option<Desk> {
    use_context()
}

/// Puts the cursor into the field of that label, inside `panel`, and opens what it is folded into.
pub fn focus_field(panel: &web_sys::Element, field: &str) {
    const LABELS: &str = ".field__label, .pairs__head, .check, .disclosure__summary, legend";
    let found = all_within(panel, LABELS)
        .into_iter()
        .find(|label| label.text_content().is_some_and(|text| text.trim().starts_with(field)));
    let Some(label) = found else { return };
    let mut around = Some(web_sys::Element::from(label.clone()));
    while let Some(element) = around {
        if let Some(details) = element.dyn_ref::<web_sys::HtmlDetailsElement>() {
            details.set_open(true);
        }
        around = element.parent_element();
    }
    const CONTROLS: &str = "input:not(.property__set), textarea, select, button.pairs__add";
    let row = label.closest(".field, .pairs:has(> .pairs__head), .check").ok().flatten();
    let control = row.and_then(|row| row.query_selector(CONTROLS).ok().flatten());
    let control = control.and_then(|found| found.dyn_into::<web_sys::HtmlElement>().ok());
    let control = control.unwrap_or(label);
    let _ = control.focus();
    control.scroll_into_view_with_scroll_into_view_options(&centred());
}

fn centred() -> web_sys::ScrollIntoViewOptions {
    let options = web_sys::ScrollIntoViewOptions::new();
    options.set_block(web_sys::ScrollLogicalPosition::Center);
    options
}
