//! The User Properties of a form, folded away while there are none.

use leptos::prelude::*;

use super::context::use_form;
use super::lens::Lens;
use super::{PairsEditor, told};
use crate::mqtt::PropertyId;
use crate::ui::components::controls::Disclosure;
use crate::ui::forms::{Field, Part, UserPropertiesDraft};

#[component]
pub fn FoldedPairs(part: Part, pairs: Lens<UserPropertiesDraft>) -> impl IntoView {
    let form = use_form();
    let count = move || pairs.with(|pairs| pairs.len());
    view! {
        <Disclosure
            title=PropertyId::UserProperty.name()
            told=told(count)
            has_problem=Signal::derive(move || {
                form.has_problem(|field| matches!(field, Field::UserProperty(..)))
            })
            open={untrack(count) > 0}
        >
            <PairsEditor part pairs/>
        </Disclosure>
    }
}
