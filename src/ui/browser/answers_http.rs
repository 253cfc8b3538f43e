//! Finds out whether anything answers HTTP at a broker's address, after a WebSocket to it has failed.

use leptos::prelude::window;
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortSignal, RequestInit, RequestMode};

use crate::link::{BrokerAddress, Scheme};

/// A page may not read the answer of a foreign server, but it learns that there was one.
pub async fn answers_http(address: &BrokerAddress) -> bool {
    let scheme = match address.scheme() {
        Scheme::Ws => "http",
        Scheme::Wss => "https",
    };
    let url = format!("{scheme}://{}:{}/", address.host(), address.port());
    let request = RequestInit::new();
    request.set_mode(RequestMode::NoCors);
    request.set_signal(Some(&AbortSignal::timeout_with_u32(PATIENCE_MS)));
    JsFuture::from(window().fetch_with_str_and_init(&url, &request)).await.is_ok()
}

const PATIENCE_MS: u32 = 3000;
