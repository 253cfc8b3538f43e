//! What is to go wrong between this client and the broker in the tab.

use leptos::prelude::*;

use crate::capture::ClientSlot;
use crate::lab::{Act, Action};
use crate::link::{Fault, Line};
use crate::mqtt::Sender;
use crate::ui::broker_view::view::way_card::WayCard;
use crate::ui::components::controls::{SmallButton, hint, said};
use crate::ui::erased::erased;
use crate::ui::state::store::use_store;

#[component]
pub fn Faults(client: ClientSlot) -> impl IntoView {
    let store = use_store();
    let is_in_tab = Memo::new(move |_| {
        store.target();
        store.with_lab(|lab| lab.goes_in_tab(client))
    });
    let is_whole = Signal::derive(move || {
        store.with_lab(|lab| !lab.in_tab().line(client).is_some_and(Line::is_faulty))
    });
    let mend = move |()| _ = store.act(Act { client, action: Action::Fault(Fault::Mend) });
    let ways = move || match is_in_tab.get() {
        false => hint(|s| s.own_faults_elsewhere()),
        true => view! {
            <WayCard client from=Sender::Client/>
            <WayCard client from=Sender::Server/>
            <div class="button-row">
                <SmallButton
                    words=said(|s| s.own_faults_mend())
                    disabled=is_whole
                    on_press=Callback::new(mend)
                />
            </div>
        }
        .into_any(),
    };
    erased(ways)
}
