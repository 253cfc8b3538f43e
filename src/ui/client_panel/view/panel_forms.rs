//! The forms of one panel, with what was typed into them.

use std::collections::BTreeMap;

use leptos::prelude::*;

use crate::capture::ClientSlot;
use crate::lab::Act;
use crate::mqtt::{Connect, Packet};
use crate::other_clients::Task;
use crate::ui::forms::view::{
    ConnectForm, DisconnectForm, FormContext, PublishForm, SubscribeForm, UnsubscribeForm,
};
use crate::ui::forms::{
    ConnectDraft, DisconnectDraft, Draft, Drafts, FieldProblem, FormKind, PublishDraft,
    SubscribeDraft, UnsubscribeDraft,
};
use crate::ui::state::store::use_store;

/// The forms of every panel, for a bench whose clients come and go: a panel that finds it in its context
/// may be renamed and removed.
#[derive(Clone, Copy)]
pub struct Panels(StoredValue<BTreeMap<ClientSlot, PanelForms>>);

impl Panels {
    pub fn provide() -> Panels {
        let panels = Panels(StoredValue::new(BTreeMap::new()));
        provide_context(panels);
        panels
    }

    /// As long as the panel is there.
    pub fn register(self, forms: PanelForms) {
        self.0.update_value(|all| _ = all.insert(forms.slot, forms));
        let store = use_store();
        Effect::new(move |before: Option<String>| {
            let user_name = store.user_name();
            let before = before.unwrap_or_default();
            if before != user_name {
                forms.connect.update(|draft| draft.suggest_user_name(&before, &user_name));
            }
            user_name
        });
        on_cleanup(move || {
            self.0.try_update_value(|all| {
                // A panel made anew at the same place may be there already.
                if all.get(&forms.slot).is_some_and(|other| other.connect == forms.connect) {
                    all.remove(&forms.slot);
                }
            });
        });
    }

    pub fn get(self, client: ClientSlot) -> Option<PanelForms> {
        self.0.with_value(|all| all.get(&client).copied())
    }
}

/// Copied freely; made anew when the bench is set up anew.
#[derive(Clone, Copy)]
pub struct PanelForms {
    slot: ClientSlot,
    pub connect: RwSignal<ConnectDraft>,
    publish: RwSignal<PublishDraft>,
    subscribe: RwSignal<SubscribeDraft>,
    unsubscribe: RwSignal<UnsubscribeDraft>,
    disconnect: RwSignal<DisconnectDraft>,
    /// In the order of [`FormKind::ALL`].
    contexts: [FormContext; 5],
    /// The first prepared form beyond CONNECT and DISCONNECT: what the client is for.
    pub main: FormKind,
}

impl PanelForms {
    pub fn new(slot: ClientSlot, prepared: &[Act]) -> PanelForms {
        let mut drafts = Drafts::new(fresh_client_id());
        for act in prepared {
            drafts.fill(act);
        }
        let mut kinds = prepared.iter().filter_map(FormKind::of);
        // Who presses once too often after CONNECT must not end the connection again.
        let ends = [FormKind::Connect, FormKind::Disconnect];
        let main = kinds.find(|kind| !ends.contains(kind)).unwrap_or(FormKind::Publish);
        let connect = RwSignal::new(drafts.connect);
        let publish = RwSignal::new(drafts.publish);
        let subscribe = RwSignal::new(drafts.subscribe);
        let unsubscribe = RwSignal::new(drafts.unsubscribe);
        let disconnect = RwSignal::new(drafts.disconnect);
        let contexts = [
            FormContext::new(slot, FormKind::Connect, connect),
            FormContext::new(slot, FormKind::Publish, publish),
            FormContext::new(slot, FormKind::Subscribe, subscribe),
            FormContext::new(slot, FormKind::Unsubscribe, unsubscribe),
            FormContext::new(slot, FormKind::Disconnect, disconnect),
        ];
        PanelForms { slot, connect, publish, subscribe, unsubscribe, disconnect, contexts, main }
    }

    /// Puts an act into the form of its packet, as if it had been typed.
    pub fn fill(self, act: &Act) {
        let mut drafts = Drafts::new("");
        drafts.fill(act);
        match FormKind::of(act) {
            Some(FormKind::Connect) => self.connect.set(drafts.connect),
            Some(FormKind::Publish) => self.publish.set(drafts.publish),
            Some(FormKind::Subscribe) => self.subscribe.set(drafts.subscribe),
            Some(FormKind::Unsubscribe) => self.unsubscribe.set(drafts.unsubscribe),
            Some(FormKind::Disconnect) => self.disconnect.set(drafts.disconnect),
            None => {}
        }
    }

    /// What the forms hold that are whole and right.
    pub fn acts(self) -> Vec<Act> {
        FormKind::ALL.into_iter().filter_map(|kind| self.to_act(kind).ok()).collect()
    }

    pub fn context(self, kind: FormKind) -> FormContext {
        self.contexts[kind as usize]
    }

    /// What the form would do. Not tracked.
    pub fn to_act(self, kind: FormKind) -> Result<Act, Vec<FieldProblem>> {
        match kind {
            FormKind::Connect => self.connect.with_untracked(|draft| draft.to_act(self.slot)),
            FormKind::Publish => self.publish.with_untracked(|draft| draft.to_act(self.slot)),
            FormKind::Subscribe => self.subscribe.with_untracked(|draft| draft.to_act(self.slot)),
            FormKind::Unsubscribe => {
                self.unsubscribe.with_untracked(|draft| draft.to_act(self.slot))
            }
            FormKind::Disconnect => self.disconnect.with_untracked(|draft| draft.to_act(self.slot)),
        }
    }

    /// What the form would do, for other clients; what is wrong in it is shown from then on. Not tracked.
    pub fn task(self, kind: FormKind) -> Option<Task> {
        let packet = match kind {
            FormKind::Connect => self.connect.with_untracked(Draft::to_packet),
            FormKind::Publish => self.publish.with_untracked(Draft::to_packet),
            FormKind::Subscribe => self.subscribe.with_untracked(Draft::to_packet),
            FormKind::Unsubscribe => self.unsubscribe.with_untracked(Draft::to_packet),
            FormKind::Disconnect => self.disconnect.with_untracked(Draft::to_packet),
        };
        let Ok(packet) = packet else {
            self.context(kind).show_all();
            return None;
        };
        let connect = match self.connect.with_untracked(Draft::to_packet) {
            Ok(Packet::Connect(connect)) => *connect,
            _ => Connect { clean_start: true, keep_alive: 60, ..Connect::default() },
        };
        Task::new(connect, packet)
    }

    /// A fresh Client Identifier: no broker knows its Session.
    pub fn renew_client_id(self) {
        self.connect.update(|draft| draft.client_id = fresh_client_id());
    }

    pub fn view(self, kind: FormKind) -> AnyView {
        let context = self.context(kind);
        match kind {
            FormKind::Connect => {
                let renew = move || self.renew_client_id();
                let draft = self.connect;
                view! {
                    <FormOf context>
                        <ConnectForm draft on_new_client_id=Callback::new(move |()| renew())/>
                    </FormOf>
                }
                .into_any()
            }
            FormKind::Publish => {
                let draft = self.publish;
                view! { <FormOf context><PublishForm draft/></FormOf> }.into_any()
            }
            FormKind::Subscribe => {
                let draft = self.subscribe;
                view! { <FormOf context><SubscribeForm draft/></FormOf> }.into_any()
            }
            FormKind::Unsubscribe => {
                let draft = self.unsubscribe;
                view! { <FormOf context><UnsubscribeForm draft/></FormOf> }.into_any()
            }
            FormKind::Disconnect => {
                let draft = self.disconnect;
                view! { <FormOf context><DisconnectForm draft/></FormOf> }.into_any()
            }
        }
    }
}

/// Lets the fields inside find their form.
#[component]
fn FormOf(context: FormContext, children: Children) -> impl IntoView {
    provide_context(context);
    children()
}

pub fn fresh_client_id() -> String {
    format!("playground-{}", &uuid::Uuid::new_v4().simple().to_string()[..8])
}
