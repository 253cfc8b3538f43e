//! One client: who it is, its forms, its answers, its messages.

use leptos::ev::{KeyboardEvent, SubmitEvent};
use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

use super::own::OwnSettings;
use super::panel_forms::{PanelForms, Panels};
use super::panel_menu::PanelMenu;
use super::panel_tabs::{PanelTabs, tab_id, tabpanel_id};
use super::problem_notice::ProblemNotice;
use super::received::{Received, ReceivedCount};
use super::send_bar::{SendBar, Sent};
use super::{focus_field, use_desk};
use crate::capture::ClientSlot;
use crate::lab::{Act, ActError};
use crate::ui::browser::{focus_element, focus_within};
use crate::ui::client_panel::automation::view::AutomationStrip;
use crate::ui::client_panel::model::LONGEST_NAME;
use crate::ui::client_panel::model::Lamp;
use crate::ui::client_panel::refusal;
use crate::ui::components::Icon;
use crate::ui::erased::erased;
use crate::ui::forms::FormKind;
use crate::ui::loading::locale::use_locale;
use crate::ui::role_names::role_name;
use crate::ui::state::store::use_store;

#[component]
pub fn ClientPanel(
    client: ClientSlot,
    /// Its part on the bench, as the exercise names it.
    #[prop(into)]
    role: Signal<String>,
    /// What its forms hold at the start.
    prepared: Vec<Act>,
) -> impl IntoView {
    let store = use_store();
    let locale = use_locale();
    let forms = PanelForms::new(client, &prepared);
    let id = format!("client-{}", client.letter().to_ascii_lowercase());
    let lamp = Memo::new(move |_| {
        store.with_lab(|lab| lab.client(client).map_or(Lamp::Offline, Lamp::of))
    });
    let is_connected = Memo::new(move |_| lamp.get() == Lamp::Connected);

    // A choice holds until the client connects or goes offline: then another form is the next to use.
    let chosen = RwSignal::new(None::<FormKind>);
    Effect::new(move |before: Option<bool>| {
        let now = is_connected.get();
        if before.is_some_and(|before| before != now) {
            chosen.set(None);
        }
        now
    });
    let kind = Memo::new(move |_| match (chosen.get(), is_connected.get()) {
        (Some(kind), _) => kind,
        (None, true) => forms.main,
        (None, false) => FormKind::Connect,
    });
    let sent = RwSignal::new(None::<Sent>);
    // With whether the client was connected then: afterwards it means nothing any more.
    let refused = RwSignal::new(None::<(ActError, bool)>);
    let refuse = move |error| refused.set(Some((error, is_connected.get_untracked())));
    let choose = move |kind| {
        chosen.set(Some(kind));
        refused.set(None);
    };

    let section = NodeRef::<html::Section>::new();
    let desk = use_desk();
    if let Some(desk) = desk {
        desk.register(client, forms);
        let before = untrack(|| desk.wanted());
        Effect::new(move || {
            let Some(wanted) = desk.wanted().filter(|wanted| wanted.client == client) else {
                return;
            };
            if before == Some(wanted) {
                return;
            }
            choose(wanted.kind);
            request_animation_frame(move || {
                if let (Some(section), Some(field)) = (section.get_untracked(), wanted.field) {
                    focus_field(&section, field);
                }
            });
        });
    }
    let close = desk.filter(|desk| desk.folds).map(|desk| {
        view! {
            <button
                type="button"
                class="button button--quiet button--icon button--small"
                aria-label=erased(move || locale.strings().close())
                title=erased(move || locale.strings().close())
                on:click=move |_| {
                    desk.close(client);
                    focus_element(&format!("card-{}", client.letter().to_ascii_lowercase()));
                }
            >
                <Icon name="close"/>
            </button>
        }
    });
    let send = move || {
        let kind = kind.get_untracked();
        if untrack(|| lamp.get().forbids(kind, locale.strings())).is_some() {
            return;
        }
        match forms.to_act(kind) {
            Ok(act) => {
                let since = store.peek(|lab| lab.capture().next_id());
                match store.act(act) {
                    Ok(()) => {
                        sent.set(Some(Sent { packet: kind.packet(), since }));
                        refused.set(None);
                        if matches!(kind, FormKind::Connect | FormKind::Disconnect) {
                            // Another form will take the place of this one.
                            if let Some(section) = section.get_untracked() {
                                focus_within(&section, ".client-panel__send [type=submit]");
                                if let Ok(Some(place)) = section.closest(".panels__place") {
                                    place.set_scroll_top(0);
                                }
                            }
                        }
                    }
                    Err(error) => refuse(error),
                }
                forms.context(kind).forget();
            }
            Err(_) => {
                forms.context(kind).show_all();
                // Once the messages are there, the first wrong field is the place to go on.
                request_animation_frame(move || focus_first_wrong(section));
            }
        }
    };
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        send();
    };
    let send_by_key = move |event: KeyboardEvent| {
        if event.key() == "Enter" && (event.ctrl_key() || event.meta_key()) && !event.is_composing()
        {
            event.prevent_default();
            send();
        }
    };

    let name = move || role.with(|role| role_name(role, locale.strings()).to_owned());
    // While connected the one in use, which the Server may have assigned.
    let in_use = Memo::new(move |_| {
        store.with_lab(|lab| lab.client(client)?.client_id().map(str::to_owned))
    });
    let client_id = move || {
        let typed = move || forms.connect.with(|draft| draft.client_id.clone());
        match in_use.get().unwrap_or_else(typed) {
            id if id.is_empty() => locale.strings().panel_assigned_id().to_owned(),
            id => id,
        }
    };
    let panels = use_context::<Panels>();
    if let Some(panels) = panels {
        panels.register(forms);
    }
    let renaming = RwSignal::new(false);
    let title = move || match renaming.get() {
        true => view! { <NameInput client name=untrack(name) renaming/> }.into_any(),
        false => name().into_any(),
    };
    let letter = client.letter().to_string();
    let labelled_by = {
        let id = id.clone();
        move || tab_id(&id, kind.get())
    };
    let refusal = move || {
        let (error, then) = refused.get()?;
        if then != is_connected.get() {
            return None;
        }
        let words = refusal::words(&error, locale.language());
        let notice = view! {
            <div class="notice" data-state="warning" role="alert">
                <Icon name="warning"/>
                <h4 class="notice__title">{locale.strings().panel_not_sent()}</h4>
                <button
                    type="button"
                    class="button button--quiet button--icon button--small notice__close"
                    aria-label=locale.strings().close()
                    on:click=move |_| refused.set(None)
                >
                    <Icon name="close"/>
                </button>
                <div class="notice__body">
                    <p class="notice__why">
                        <span inner_html=words></span>
                        {error.rule().map(|rule| format!(" {rule}"))}
                    </p>
                </div>
            </div>
        };
        Some(notice.into_any())
    };
    view! {
        <section
            class="client-panel"
            data-client=letter.clone()
            aria-label=erased(name)
            node_ref=section
            on:keydown=send_by_key
        >
            <header class="client-panel__head">
                <span class="client-letter client-letter--large" data-client=letter.clone()>
                    {letter.clone()}
                </span>
                <h3 class="client-panel__name">
                    {erased(title)}
                    <span class="client-panel__id" title=erased(client_id)>{erased(client_id)}</span>
                </h3>
                <span class="status" role="status">
                    <span class="lamp" data-link=erased(move || lamp.get().key())></span>
                    {erased(move || lamp.get().word(locale.strings()))}
                </span>
                <ReceivedCount client=client/>
                <PanelMenu
                    client=client
                    forms
                    lamp
                    renaming
                    on_refused=Callback::new(refuse)
                />
                {close}
            </header>
            <PanelTabs id=id.clone() current=kind on_choose=Callback::new(choose)/>
            <ProblemNotice client=client/>
            <AutomationStrip client=client/>
            <div role="tabpanel" id=tabpanel_id(&id) aria-labelledby=labelled_by>
                <form
                    class="client-panel__form fields"
                    id=erased(move || forms.context(kind.get()).id())
                    novalidate
                    on:submit=submit
                >
                    {erased(move || forms.view(kind.get()))}
                </form>
            </div>
            <SendBar client=client forms kind lamp sent refusal=erased(refusal)/>
            <OwnSettings client=client forms/>
            <Received client=client/>
        </section>
    }
}

/// The client's name while it is typed anew: Enter and leaving take it, Escape does not.
#[component]
fn NameInput(client: ClientSlot, name: String, renaming: RwSignal<bool>) -> impl IntoView {
    let store = use_store();
    let locale = use_locale();
    let input = NodeRef::<html::Input>::new();
    Effect::new(move || {
        if let Some(input) = input.get() {
            let _ = input.focus();
            input.select();
        }
    });
    let take = move || {
        // The input loses the focus once more while it goes away.
        if !renaming.get_untracked() {
            return;
        }
        let typed = input.get_untracked().map(|input| input.value()).unwrap_or_default();
        let typed: String = typed.trim().chars().take(LONGEST_NAME).collect();
        renaming.set(false);
        if !typed.is_empty() {
            store.rename_client(client, &typed);
        }
    };
    let on_key = move |event: KeyboardEvent| match event.key().as_str() {
        "Enter" if !event.is_composing() => {
            event.prevent_default();
            take();
        }
        "Escape" => {
            event.stop_propagation();
            renaming.set(false);
        }
        _ => {}
    };
    view! {
        <input
            type="text"
            class="client-panel__rename"
            node_ref=input
            maxlength=LONGEST_NAME
            autocomplete="off"
            aria-label=erased(move || locale.strings().own_rename_label(client.letter()))
            value=name
            on:keydown=on_key
            on:blur=move |_| take()
        />
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
