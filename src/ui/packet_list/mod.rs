//! The packets of the capture.
use leptos::prelude::*;
#[component]
pub fn PacketList(#[prop(default = true)] head: bool) -> impl IntoView {
    let _ = head;
}
#[component]
pub fn WireBar() -> impl IntoView {}
