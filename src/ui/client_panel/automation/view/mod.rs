//! What a client is to do by itself: which behaviour, its settings, begin and stop.

mod strip;

pub use strip::AutomationStrip;

use leptos::prelude::*;

use super::settings::{about, default, key, name, settings};
use crate::capture::ClientSlot;
use crate::lab::{Act, Action, Automation, Behaviour, BehaviourKind};
use crate::ui::components::controls::{Row, Select, SettingRow, SmallButton, said};
use crate::ui::erased::erased;
use crate::ui::loading::locale::use_locale;
use crate::ui::settings::Setting;
use crate::ui::state::store::use_store;

#[component]
pub fn AutomationGroup(client: ClientSlot) -> impl IntoView {
    let store = use_store();
    let locale = use_locale();
    let id = format!("client-{}-does", client.letter().to_ascii_lowercase());
    let kinds = Memo::new(move |_| {
        store.with_lab(|lab| {
            lab.client(client).map_or_else(Vec::new, |one| {
                one.automations().iter().map(Automation::kind).collect::<Vec<_>>()
            })
        })
    });
    let first = untrack(|| kinds.with(|kinds| kinds.iter().find(|kind| offered(**kind)).copied()));
    let chosen = RwSignal::new(first.unwrap_or(BehaviourKind::Responder));
    let options = move || {
        let strings = locale.strings();
        let option = |kind: BehaviourKind| {
            let mark = if kinds.with(|kinds| kinds.contains(&kind)) { "• " } else { "" };
            (key(kind).to_owned(), format!("{mark}{}", name(kind, strings)))
        };
        BehaviourKind::ALL.into_iter().filter(|kind| offered(*kind)).map(option).collect()
    };
    let choose = move |text: String| {
        if let Some(kind) = BehaviourKind::ALL.into_iter().find(|kind| key(*kind) == text) {
            chosen.set(kind);
        }
    };
    let form_id = id.clone();
    let form = move || {
        let kind = chosen.get();
        let running = store.peek(|lab| {
            let one = lab.client(client)?;
            let running = one.automations().iter().find(|one| one.kind() == kind)?;
            Some(running.behaviour().clone())
        });
        let draft = RwSignal::new(running.unwrap_or_else(|| default(kind)));
        let is_running = move || kinds.with(|kinds| kinds.contains(&kind));
        let begin = move |()| {
            // Beginning is always allowed.
            let _ = store.act(Act::automate(client, draft.get_untracked()));
        };
        let stop = move |()| _ = store.act(Act { client, action: Action::StopAutomation(kind) });
        let words = Signal::derive(move || {
            let strings = locale.strings();
            let words = if is_running() { strings.does_again() } else { strings.does_add() };
            words.to_owned()
        });
        let row = |setting: &'static Setting<Behaviour>| {
            let id = format!("{form_id}-{}-{}", key(kind), setting.id);
            let value = Signal::derive(move || draft.with(setting.read));
            let set = Callback::new(move |text: String| {
                let mut changed = draft.get_untracked();
                setting.set(&mut changed, &text)?;
                draft.set(changed);
                Ok(())
            });
            view! { <SettingRow setting id value set/> }.into_any()
        };
        let rows: Vec<_> = settings(kind).iter().map(row).collect();
        view! {
            <p class="field__hint">{erased(move || about(kind, locale.strings()))}</p>
            {rows}
            <div class="button-row">
                <SmallButton words icon=Some("play") on_press=Callback::new(begin)/>
                <SmallButton
                    words=said(|s| s.does_stop())
                    disabled=Signal::derive(move || !is_running())
                    on_press=Callback::new(stop)
                />
            </div>
        }
        .into_any()
    };
    view! {
        <Row id=id.clone() label=said(|s| s.does_kind())>
            <Select
                id
                options=Signal::derive(options)
                value=Signal::derive(move || key(chosen.get()).to_owned())
                on_change=Callback::new(choose)
            />
        </Row>
        {erased(form)}
    }
}

/// Logging in has a form of its own.
fn offered(kind: BehaviourKind) -> bool {
    kind != BehaviourKind::Login
}
