//! The settings of a client, which arrive when they are first unfolded.

use leptos::prelude::*;

use super::groups::Groups;
use super::set::HowMany;
use crate::capture::ClientSlot;
use crate::ui::client_panel::view::panel_forms::PanelForms;
use crate::ui::loading::part::parts;

parts! {
    /// What a client does by itself, its route, its faults and the like.
    around: fn own_groups(client: ClientSlot, forms: PanelForms, set: Memo<HowMany>) {
        view! { <Groups client forms set/> }.into_any()
    }
}
