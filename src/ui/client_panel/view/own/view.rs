//! The groups of settings, each made when it is first opened.

use leptos::html;
use leptos::prelude::*;

use super::acknowledgements::Acknowledgements;
use super::faults::Faults;
use super::login::LoginGroup;
use super::route::RouteGroup;
use crate::capture::ClientSlot;
use crate::client::AcknowledgeByHand;
use crate::lab::Route;
use crate::language::Strings;
use crate::link::Line;
use crate::ui::client_panel::automation::view::AutomationGroup;
use crate::ui::client_panel::view::panel_forms::PanelForms;
use crate::ui::components::Icon;
use crate::ui::components::controls::said;
use crate::ui::erased::erased;
use crate::ui::loading::locale::use_locale;
use crate::ui::state::store::use_store;

#[component]
pub fn OwnSettings(client: ClientSlot, forms: PanelForms) -> impl IntoView {
    let store = use_store();
    let set = Memo::new(move |_| {
        store.with_lab(|lab| {
            let Some(one) = lab.client(client) else { return [0; 4] };
            let is_faulty = lab.in_tab().line(client).is_some_and(Line::is_faulty);
            [
                one.automations().len(),
                usize::from(*one.route() != Route::default()),
                usize::from(one.held_by_person() != AcknowledgeByHand::NONE),
                usize::from(is_faulty),
            ]
        })
    });
    let count = move |index: usize| Signal::derive(move || set.get()[index]);
    let automations = move || view! { <AutomationGroup client/> }.into_any();
    let acknowledgements = move || view! { <Acknowledgements client/> }.into_any();
    let route = move || view! { <RouteGroup client/> }.into_any();
    let login = move || view! { <LoginGroup client forms/> }.into_any();
    let faults = move || view! { <Faults client/> }.into_any();
    let groups = move || {
        view! {
            <Folded title=|s| s.does_title() count=count(0) body=Callback::new(move |()| automations())/>
            <Folded title=|s| s.own_acks() count=count(2) body=Callback::new(move |()| acknowledgements())/>
            <Folded title=|s| s.own_route() count=count(1) body=Callback::new(move |()| route())/>
            <Folded title=|s| s.own_auth() count=Signal::stored(0) body=Callback::new(move |()| login())/>
            <Folded title=|s| s.own_faults() count=count(3) body=Callback::new(move |()| faults())/>
        }
        .into_any()
    };
    let all = Signal::derive(move || set.get().iter().sum());
    view! {
        <div class="client-panel__own fields">
            <Folded title=|s| s.own_title() count=all body=Callback::new(move |()| groups())/>
        </div>
    }
}

/// Folded settings whose controls are made when they are first wanted.
#[component]
fn Folded(
    title: fn(&Strings) -> &'static str,
    count: Signal<usize>,
    body: Callback<(), AnyView>,
) -> impl IntoView {
    let locale = use_locale();
    let details = NodeRef::<html::Details>::new();
    let wanted = RwSignal::new(false);
    let toggled = move |_| {
        if details.get_untracked().is_some_and(|details| details.open()) {
            wanted.set(true);
        }
    };
    let dot = move || {
        let count = count.get();
        (count > 0)
            .then(|| view! { <span class="set-dot">{locale.strings().form_set(count)}</span> })
    };
    let inside = move || wanted.get().then(|| body.run(()));
    view! {
        <details class="disclosure" node_ref=details on:toggle=toggled>
            <summary class="disclosure__summary">
                <Icon name="chevron"/>
                {said(title)}
                {erased(dot)}
            </summary>
            <div class="disclosure__body">{erased(inside)}</div>
        </details>
    }
    .into_any()
}
