//! Every property of one part.

use leptos::prelude::*;

use super::PairsEditor;
use super::PropertyRow;
use super::lens::Lens;
use crate::ui::forms::properties::PropertiesDraft;

/// A row for each property, then the User Properties.
#[component]
pub fn PropertiesEditor(
    properties: Lens<PropertiesDraft>,
    /// Whether the User Properties stand here too.
    #[prop(default = true)]
    pairs: bool,
) -> impl IntoView {
    let (part, ids) = properties.peek(|all| (all.part(), all.ids()));
    let user = properties.part(|all| &all.user, |all| &mut all.user);
    view! {
        {ids.into_iter().map(|id| view! { <PropertyRow properties id/> }).collect_view()}
        {pairs.then(|| view! { <PairsEditor part pairs=user/> })}
    }
}
