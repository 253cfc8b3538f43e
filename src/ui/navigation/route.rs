//! The address of the page, and going from place to place without loading it again.
//!
//! Every place is a query of one and the same page, so a router has nothing to match: a followed link
//! changes the query, and whoever reads it follows.

use leptos::ev::{MouseEvent, click, popstate};
use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Element, HtmlAnchorElement, UrlSearchParams};

/// Copied freely; made once, by the app.
#[derive(Clone, Copy)]
pub struct Route {
    /// As it stands in the address, `?` included.
    query: RwSignal<String>,
}

impl Route {
    /// From here on links to places of this page, and the browser's own keys, come here.
    pub fn provide() -> Route {
        let route = Route { query: RwSignal::new(present()) };
        provide_context(route);
        let clicked = window_event_listener(click, move |event| route.follow(&event));
        let moved = window_event_listener(popstate, move |_| route.set(present()));
        on_cleanup(move || {
            clicked.remove();
            moved.remove();
        });
        route
    }

    /// What the address says under a key. Tracked.
    pub fn value(self, key: &str) -> Option<String> {
        self.query.with(|query| UrlSearchParams::new_with_str(query).ok()?.get(key))
    }

    /// The address with another value under a key; everything else stays. Tracked.
    pub fn with(self, key: &str, value: &str) -> String {
        let params = self.query.with(|query| UrlSearchParams::new_with_str(query).ok());
        let Some(params) = params else { return String::new() };
        params.set(key, value);
        format!("?{}", String::from(params.to_string()))
    }

    /// Goes to a place of the page, as a link to it would.
    pub fn go(self, href: &str) {
        let pushed = window()
            .history()
            .and_then(|history| history.push_state_with_url(&JsValue::NULL, "", Some(href)));
        if pushed.is_ok() {
            self.set(present());
            window().scroll_to_with_x_and_y(0.0, 0.0);
        }
    }

    fn set(self, query: String) {
        if self.query.with_untracked(|now| *now != query) {
            self.query.set(query);
        }
    }

    /// Follows a link to a place of this page; whatever else was clicked is the browser's.
    fn follow(self, event: &MouseEvent) {
        let modified = event.meta_key() || event.ctrl_key() || event.shift_key() || event.alt_key();
        if event.default_prevented() || event.button() != 0 || modified {
            return;
        }
        let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
        let link = target.and_then(|target| target.closest("a[href]").ok().flatten());
        let Some(link) = link.and_then(|link| link.dyn_into::<HtmlAnchorElement>().ok()) else {
            return;
        };
        let here = window().location();
        let is_here = here.origin().is_ok_and(|origin| origin == link.origin())
            && here.pathname().is_ok_and(|path| path == link.pathname());
        let is_within = link.target().is_empty() && !link.has_attribute("download");
        // To another part of the same place the browser goes by itself.
        let is_elsewhere = link.hash().is_empty() || here.search() != Ok(link.search());
        if is_here && is_within && is_elsewhere {
            event.prevent_default();
            self.go(&link.href());
        }
    }
}

pub fn use_route() -> Route {
    expect_context()
}

fn present() -> String {
    window().location().search().unwrap_or_default()
}
