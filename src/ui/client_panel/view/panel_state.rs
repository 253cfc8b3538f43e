//! What the parts of a panel share: the form in hand, what was sent last, and why something was not.

use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

use super::panel_forms::PanelForms;
use super::send_bar::Sent;
use super::{Desk, focus_field};
use crate::capture::ClientSlot;
use crate::lab::ActError;
use crate::ui::browser::focus_within;
use crate::ui::forms::FormKind;
use crate::ui::lamp::Lamp;
use crate::ui::loading::locale::{Locale, use_locale};
use crate::ui::state::store::{Store, use_store};

/// Copied freely.
#[derive(Clone, Copy)]
pub struct PanelState {
    pub client: ClientSlot,
    pub forms: PanelForms,
    pub lamp: Memo<Lamp>,
    /// The form in hand.
    pub kind: Memo<FormKind>,
    pub sent: RwSignal<Option<Sent>>,
    pub section: NodeRef<html::Section>,
    /// With whether the client was connected then: afterwards it means nothing any more.
    chosen: RwSignal<Option<(FormKind, bool)>>,
    /// Likewise.
    refused: RwSignal<Option<(ActError, bool)>>,
    is_connected: Memo<bool>,
    store: Store,
    locale: Locale,
}

impl PanelState {
    pub fn new(client: ClientSlot, forms: PanelForms) -> PanelState {
        let (store, locale) = (use_store(), use_locale());
        let lamp = Memo::new(move |_| {
            store.with_lab(|lab| lab.client(client).map_or(Lamp::Offline, Lamp::of))
        });
        let is_connected = Memo::new(move |_| lamp.get() == Lamp::Connected);
        // A choice holds until the client connects or goes offline: then another form is the next to use.
        let chosen = RwSignal::new(None::<(FormKind, bool)>);
        Effect::new(move || {
            let now = is_connected.get();
            if untrack(|| chosen.get()).is_some_and(|(_, then)| then != now) {
                chosen.set(None);
            }
        });
        let kind = Memo::new(move |_| match (chosen.get(), is_connected.get()) {
            (Some((kind, _)), _) => kind,
            (None, true) => forms.main,
            (None, false) => FormKind::Connect,
        });
        PanelState {
            client,
            forms,
            lamp,
            kind,
            sent: RwSignal::new(None),
            section: NodeRef::new(),
            chosen,
            refused: RwSignal::new(None),
            is_connected,
            store,
            locale,
        }
    }

    pub fn choose(self, kind: FormKind) {
        self.chosen.set(Some((kind, self.is_connected_now())));
        self.refused.set(None);
    }

    pub fn refuse(self, error: ActError) {
        self.refused.set(Some((error, self.is_connected_now())));
    }

    /// What the panel learns of a connection with the next frame is true before.
    fn is_connected_now(self) -> bool {
        let client = self.client;
        self.store.peek(|lab| lab.client(client).map(Lamp::of)) == Some(Lamp::Connected)
    }

    pub fn forget_refusal(self) {
        self.refused.set(None);
    }

    /// Why the last try was not sent, while that still holds. Tracked.
    pub fn refused(self) -> Option<ActError> {
        let (error, then) = self.refused.get()?;
        (then == self.is_connected.get()).then_some(error)
    }

    /// Shows the form and the field that the desk asks for from now on.
    pub fn follow(self, desk: Desk) {
        desk.register(self.client, self.forms);
        let before = untrack(|| desk.wanted());
        Effect::new(move || {
            let Some(wanted) = desk.wanted().filter(|wanted| wanted.client == self.client) else {
                return;
            };
            if before == Some(wanted) {
                return;
            }
            self.choose(wanted.kind);
            request_animation_frame(move || {
                if let (Some(section), Some(field)) = (self.section.get_untracked(), wanted.field) {
                    focus_field(&section, field);
                }
            });
        });
    }

    /// Does what the form in hand says; shows what is wrong with it otherwise.
    pub fn send(self) {
        let kind = self.kind.get_untracked();
        if untrack(|| self.lamp.get().forbids(kind, self.locale.strings())).is_some() {
            return;
        }
        let Ok(act) = self.forms.to_act(kind) else {
            self.forms.context(kind).show_all();
            // Once the messages are there, the first wrong field is the place to go on.
            request_animation_frame(move || focus_first_wrong(self.section));
            return;
        };
        let since = self.store.peek(|lab| lab.capture().next_id());
        match self.store.act(act) {
            Ok(()) => {
                self.sent.set(Some(Sent { packet: kind.packet(), since }));
                self.refused.set(None);
                if matches!(kind, FormKind::Connect | FormKind::Disconnect) {
                    self.await_next_form();
                }
            }
            Err(error) => self.refuse(error),
        }
        self.forms.context(kind).forget();
    }

    /// Another form will take the place of this one.
    fn await_next_form(self) {
        let Some(section) = self.section.get_untracked() else { return };
        focus_within(&section, ".client-panel__send [type=submit]");
        if let Ok(Some(place)) = section.closest(".panels__place") {
            place.set_scroll_top(0);
        }
    }
}

/// Opens what the field is folded into, and puts the focus there.
fn focus_first_wrong(section: NodeRef<html::Section>) {
    const WRONG: &str = "form [aria-invalid=true]";
    let field = section.get_untracked().and_then(|s| s.query_selector(WRONG).ok().flatten());
    let mut around = field.and_then(|field| field.parent_element());
    while let Some(element) = around {
        if let Some(details) = element.dyn_ref::<web_sys::HtmlDetailsElement>() {
            details.set_open(true);
        }
        around = element.parent_element();
    }
    focus_inside(section, WRONG);
}

fn focus_inside(section: NodeRef<html::Section>, selector: &str) {
    let found = section.get_untracked().and_then(|s| s.query_selector(selector).ok().flatten());
    if let Some(element) = found.and_then(|found| found.dyn_into::<web_sys::HtmlElement>().ok()) {
        let _ = element.focus();
    }
}
