//! What to do where the page cannot reach the tap.

use leptos::prelude::*;

use super::setup::lines;
use crate::language::Strings;
use crate::ui::components::Icon;
use crate::ui::components::controls::{Disclosure, said};
use crate::ui::loading::locale::use_locale;

/// Whether this page came over the network, with TLS: then browsers have something to say.
fn comes_from_afar() -> bool {
    window().location().protocol().is_ok_and(|protocol| protocol == "https:")
}

fn tries(strings: &Strings) -> Vec<String> {
    let mut tries =
        vec![strings.traffic_try_runs().to_owned(), strings.traffic_try_address().to_owned()];
    if comes_from_afar() {
        tries.extend(where_refused(strings));
    }
    tries
}

fn where_refused(strings: &Strings) -> Vec<String> {
    let origin = window().location().origin().unwrap_or_default();
    vec![
        strings.traffic_try_origin(origin),
        strings.traffic_try_permission().to_owned(),
        strings.traffic_try_safari().to_owned(),
    ]
}

/// There while no connection has ever come about.
#[component]
pub fn Refused() -> impl IntoView {
    let locale = use_locale();
    view! {
        <div class="notice" data-state="warning" role="alert">
            <Icon name="warning"/>
            <p class="notice__title">{said(|s| s.traffic_refused())}</p>
            <div class="notice__body">
                <ul class="notice__try">{lines(move || tries(locale.strings()))}</ul>
            </div>
        </div>
    }
}

/// The same for whoever reads ahead.
#[component]
pub fn WhereRefused() -> impl IntoView {
    let locale = use_locale();
    view! {
        <Disclosure title=said(|s| s.traffic_where_refused())>
            <ul>{lines(move || where_refused(locale.strings()))}</ul>
        </Disclosure>
    }
}
