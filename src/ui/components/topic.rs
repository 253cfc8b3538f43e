//! A topic in code.

use leptos::prelude::*;

use crate::ui::visible::visible;

/// A topic or a filter whose lines end between its levels, not at the hyphen of `robot-07`.
#[component]
pub fn Topic(topic: String, #[prop(default = "")] class: &'static str) -> impl IntoView {
    let levels = topic.split_inclusive('/').map(|level| {
        view! { <span class="level">{visible(level).into_owned()}</span> }
    });
    view! { <code class=class>{levels.collect_view()}</code> }
}
