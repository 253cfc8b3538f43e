//! One packet, opened.
use leptos::prelude::*;
#[component]
pub fn Inspector(#[prop(default = true)] head: bool) -> impl IntoView {
    let _ = head;
}
