//! The groups of settings, each made when it is first opened.

use leptos::prelude::*;

use super::acknowledgements::Acknowledgements;
use super::faults::Faults;
use super::folded::Folded;
use super::login::LoginGroup;
use super::route::RouteGroup;
use super::set::HowMany;
use crate::capture::ClientSlot;
use crate::ui::client_panel::automation::view::AutomationGroup;
use crate::ui::client_panel::view::panel_forms::PanelForms;

#[component]
pub fn Groups(client: ClientSlot, forms: PanelForms, set: Memo<HowMany>) -> impl IntoView {
    let count = move |of: fn(HowMany) -> usize| Signal::derive(move || of(set.get()));
    let automations = move || view! { <AutomationGroup client/> }.into_any();
    let acknowledgements = move || view! { <Acknowledgements client/> }.into_any();
    let route = move || view! { <RouteGroup client/> }.into_any();
    let login = move || view! { <LoginGroup client forms/> }.into_any();
    let faults = move || view! { <Faults client/> }.into_any();
    view! {
        <Folded
            title=|s| s.does_title()
            count=count(|set| set.automations)
            body=Callback::new(move |()| automations())
        />
        <Folded
            title=|s| s.own_acks()
            count=count(|set| set.acknowledgements)
            body=Callback::new(move |()| acknowledgements())
        />
        <Folded title=|s| s.own_route() count=count(|set| set.route) body=Callback::new(move |()| route())/>
        <Folded title=|s| s.own_auth() count=Signal::stored(0) body=Callback::new(move |()| login())/>
        <Folded title=|s| s.own_faults() count=count(|set| set.faults) body=Callback::new(move |()| faults())/>
    }
}
