//! One client: who it is, its forms, its answers, its messages.

use leptos::ev::{KeyboardEvent, SubmitEvent};
use leptos::prelude::*;

use super::own::OwnSettings;
use super::panel_forms::{PanelForms, Panels};
use super::panel_head::PanelHead;
use super::panel_state::PanelState;
use super::panel_tabs::{PanelTabs, tab_id, tabpanel_id};
use super::problem_notice::ProblemNotice;
use super::received::Received;
use super::refused_notice::refused_notice;
use super::send_bar::SendBar;
use super::use_desk;
use crate::capture::ClientSlot;
use crate::lab::Act;
use crate::ui::client_panel::automation::view::AutomationStrip;
use crate::ui::components::InTurn;
use crate::ui::erased::erased;
use crate::ui::loading::locale::use_locale;
use crate::ui::role_names::role_name;

#[component]
pub fn ClientPanel(
    client: ClientSlot,
    /// Its part on the bench, as the exercise names it.
    #[prop(into)]
    role: Signal<String>,
    /// What its forms hold at the start.
    prepared: Vec<Act>,
) -> impl IntoView {
    let locale = use_locale();
    let forms = PanelForms::new(client, &prepared);
    let panel = PanelState::new(client, forms);
    let PanelState { lamp, kind, sent, section, .. } = panel;
    if let Some(desk) = use_desk() {
        panel.follow(desk);
    }
    if let Some(panels) = use_context::<Panels>() {
        panels.register(forms);
    }
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        panel.send();
    };
    let send_by_key = move |event: KeyboardEvent| {
        if event.key() == "Enter" && (event.ctrl_key() || event.meta_key()) && !event.is_composing()
        {
            event.prevent_default();
            panel.send();
        }
    };
    let name = Signal::derive(move || role.with(|role| role_name(role, locale.strings())));
    let id = format!("client-{}", client.letter().to_ascii_lowercase());
    let labelled_by = {
        let id = id.clone();
        move || tab_id(&id, kind.get())
    };
    view! {
        <section
            class="client-panel"
            data-client=client.letter().to_string()
            aria-label=erased(move || name.get())
            node_ref=section
            on:keydown=send_by_key
        >
            <PanelHead panel name/>
            <PanelTabs
                id=id.clone()
                current=kind
                on_choose=Callback::new(move |kind| panel.choose(kind))
            />
            <ProblemNotice client/>
            <AutomationStrip client/>
            <div role="tabpanel" id=tabpanel_id(&id) aria-labelledby=labelled_by>
                <form
                    class="client-panel__form fields"
                    id=erased(move || forms.context(kind.get()).id())
                    novalidate
                    on:submit=submit
                >
                    <InTurn>{erased(move || forms.view(kind.get()))}</InTurn>
                </form>
            </div>
            <InTurn>
                <SendBar
                    client
                    forms
                    kind
                    lamp
                    sent
                    refusal=erased(move || refused_notice(panel, locale))
                />
                <OwnSettings client forms/>
            </InTurn>
            <InTurn>
                <Received client/>
            </InTurn>
        </section>
    }
}
