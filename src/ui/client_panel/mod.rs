//! Clients on the bench.
use crate::capture::ClientSlot;
use leptos::prelude::*;
#[component]
pub fn Bench() -> impl IntoView {}
#[component]
pub fn ProblemNotice(client: ClientSlot) -> impl IntoView {
    let _ = client;
}
