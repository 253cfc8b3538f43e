//! Mounts the page as soon as it has words.

use leptos::mount::mount_to_body;
use leptos::prelude::{document, window};
use wasm_bindgen_futures::spawn_local;
use web_sys::Element;

use super::parts;
use super::shell::App;
use crate::ui::browser::{all_within, focus_in_place};
use crate::ui::loading::{bundles, locale, styles};
use crate::ui::navigation::address;
use crate::ui::navigation::address::Place;
use crate::words::Bundle;

/// Called once, when the program begins.
pub fn start() {
    let search = window().location().search().unwrap_or_default();
    let language = locale::initial(address::value(&search, address::LANGUAGE));
    if bundles::are_there(&[Bundle::Interface], language) {
        return mount();
    }
    // A link into the page: what it shows comes together with the first words, not after them.
    let place = Place::from_query(|key| address::value(&search, key).map(str::to_owned));
    match (parts::of(&place, language), place) {
        (None, _) => {}
        // Its own words, for which the document has asked, have the line for themselves until they can be read.
        (Some(_), Place::Exercise(_)) => spawn_local(async { _ = styles::fetch().await }),
        (Some(shown), _) => {
            shown.part.begin();
            spawn_local(async move { _ = bundles::fetch(&[Bundle::Glossary], language).await });
        }
    }
    spawn_local(async move {
        match bundles::fetch(&[Bundle::Interface], language).await {
            true => mount(),
            false => drop(loading().map(|loading| loading.class_list().add_1("failed"))),
        }
    });
}

fn mount() {
    mount_to_body(App);
    // In the same turn, so that nothing is painted twice, or moves.
    let first = document().get_element_by_id("first");
    if let Some(first) = &first {
        hand_on_focus(first);
    }
    for before in first.into_iter().chain(loading()) {
        before.remove();
    }
}

/// Who was about to follow a link of the first picture finds the focus on the same link of the page.
fn hand_on_focus(first: &Element) {
    let focused = document().active_element().filter(|focused| first.contains(Some(focused)));
    let Some(focused) = focused else { return };
    let [href, class] = ["href", "class"].map(|name| focused.get_attribute(name));
    let Some(body) = document().body() else { return };
    let same = all_within(&body, "body > :not(#first) a[href]")
        .into_iter()
        .find(|link| link.get_attribute("href") == href && link.get_attribute("class") == class);
    if let Some(same) = same {
        focus_in_place(&same);
    }
}

/// What `index.html` shows until there is a page, below the first picture that `cargo xtask dist` adds.
fn loading() -> Option<Element> {
    document().get_element_by_id("loading")
}
