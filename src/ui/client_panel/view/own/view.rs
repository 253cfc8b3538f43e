//! The fold of a client's own settings, with how many are set.

use leptos::prelude::*;

use super::entry::own_groups;
use super::folded::Folded;
use super::set::HowMany;
use crate::capture::ClientSlot;
use crate::ui::client_panel::view::panel_forms::PanelForms;
use crate::ui::components::Lazy;
use crate::ui::erased::erased;
use crate::ui::state::store::use_store;

#[component]
pub fn OwnSettings(client: ClientSlot, forms: PanelForms) -> impl IntoView {
    let store = use_store();
    let set = Memo::new(move |_| store.with_lab(|lab| HowMany::of(lab, client)));
    let all = Signal::derive(move || set.get().in_all());
    let groups = move || {
        let view = erased(move || own_groups::view(client, forms, set));
        view! { <Lazy part=own_groups::part() view/> }.into_any()
    };
    view! {
        <div class="client-panel__own fields">
            <Folded title=|s| s.own_title() count=all body=Callback::new(move |()| groups())/>
        </div>
    }
}
