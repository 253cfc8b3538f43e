//! The groups of settings, each made when it is first opened.

use leptos::prelude::*;

use super::acknowledgements::Acknowledgements;
use super::faults::Faults;
use super::folded::Folded;
use super::login::LoginGroup;
use super::route::RouteGroup;
use super::set::{Group, how_many_set};
use crate::capture::ClientSlot;
use crate::ui::client_panel::automation::view::AutomationGroup;
use crate::ui::client_panel::view::panel_forms::PanelForms;
use crate::ui::state::store::use_store;

#[component]
pub fn Groups(client: ClientSlot, forms: PanelForms) -> impl IntoView {
    let store = use_store();
    let set = Memo::new(move |_| store.with_lab(|lab| how_many_set(lab, client)));
    let count = move |group: Group| Signal::derive(move || set.get()[group as usize]);
    let automations = move || view! { <AutomationGroup client/> }.into_any();
    let acknowledgements = move || view! { <Acknowledgements client/> }.into_any();
    let route = move || view! { <RouteGroup client/> }.into_any();
    let login = move || view! { <LoginGroup client forms/> }.into_any();
    let faults = move || view! { <Faults client/> }.into_any();
    view! {
        <Folded
            title=|s| s.does_title()
            count=count(Group::Automations)
            body=Callback::new(move |()| automations())
        />
        <Folded
            title=|s| s.own_acks()
            count=count(Group::Acknowledgements)
            body=Callback::new(move |()| acknowledgements())
        />
        <Folded title=|s| s.own_route() count=count(Group::Route) body=Callback::new(move |()| route())/>
        <Folded title=|s| s.own_auth() count=Signal::stored(0) body=Callback::new(move |()| login())/>
        <Folded title=|s| s.own_faults() count=count(Group::Faults) body=Callback::new(move |()| faults())/>
    }
}
