//! What the signs and colours of the picture mean.

use leptos::prelude::*;

use super::words::{access_words, part_name};
use crate::language::Strings;
use crate::ui::pictures::metadata::model::{Access, Part};

pub fn legend(strings: &Strings) -> impl IntoView + use<> {
    let access = Access::ALL.map(|access| {
        view! {
            <li>
                <span class="strand__node" data-access=access.key() aria-hidden="true">{access.sign()}</span>
                {access_words(access, strings)}
            </li>
        }
    });
    let parts = Part::ALL.map(|part| {
        view! {
            <li>
                <span class="metadata-view__swatch" data-part=part.key()></span>
                {part_name(part, strings)}
            </li>
        }
    });
    view! {
        <ul class="metadata-view__legend" aria-hidden="true">
            {access.collect_view()}
            {parts.collect_view()}
        </ul>
    }
}
