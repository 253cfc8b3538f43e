//! Where the next connection of this client goes, and what it speaks there.

use leptos::prelude::*;

use crate::capture::ClientSlot;
use crate::lab::{Act, Action, BenchClient, Route};
use crate::link::{AddressError, Target, listener};
use crate::ui::broker_choice;
use crate::ui::components::controls::{Row, Select, TextBox, hint, said};
use crate::ui::loading::locale::use_locale;
use crate::ui::state::store::use_store;

#[component]
pub fn RouteGroup(client: ClientSlot) -> impl IntoView {
    let store = use_store();
    let locale = use_locale();
    let id = format!("client-{}-route", client.letter().to_ascii_lowercase());
    let route = Memo::new(move |_| {
        store
            .with_lab(|lab| lab.client(client).map(BenchClient::route).cloned().unwrap_or_default())
    });
    let change = move |change: &dyn Fn(&mut Route)| {
        let mut route = route.get_untracked();
        change(&mut route);
        // A route can be set at any moment.
        let _ = store.act(Act { client, action: Action::SetRoute(route) });
    };

    let wrong = RwSignal::new(None::<AddressError>);
    let typed = RwSignal::new(String::new());
    Effect::new(move || {
        typed.set(
            route.with(|route| route.target.as_ref().map_or_else(String::new, Target::to_string)),
        );
    });
    let write_target = move |text: String| {
        typed.set(text.clone());
        let target = match text.trim() {
            "" => Ok(None),
            text => Target::parse(text).map(Some),
        };
        wrong.set(target.clone().err());
        if let Ok(target) = target {
            change(&|route| route.target = target.clone());
        }
    };
    let usual = move || {
        let strings = locale.strings();
        strings.own_broker_bench(broker_choice::name(&store.target(), strings))
    };
    let broker_id = format!("{id}-broker");
    let problem = Signal::derive(move || {
        wrong.get().map(|wrong| broker_choice::error_words(&wrong, locale.strings()))
    });
    let about = move || locale.strings().own_broker_about(listener::address());

    let subprotocols = move || {
        let none = locale.strings().own_subprotocol_none();
        let mut all: Vec<(String, String)> =
            SUBPROTOCOLS.iter().map(|name| (name.to_string(), name.to_string())).collect();
        all.push((String::new(), none.to_owned()));
        let own = route.with(|route| route.subprotocol.clone());
        if !all.iter().any(|(name, _)| *name == own) {
            all.push((own.clone(), own));
        }
        all
    };
    let write_subprotocol = move |name: String| change(&|route| route.subprotocol = name.clone());
    let versions = move || {
        let strings = locale.strings();
        let words = [
            ("5", strings.own_version_5()),
            ("4", strings.own_version_4()),
            ("3", strings.own_version_3()),
            ("6", strings.own_version_6()),
        ];
        words.map(|(key, words)| (key.to_owned(), words.to_owned())).to_vec()
    };
    let write_version = move |text: String| {
        if let Ok(version) = text.parse() {
            change(&|route| route.protocol_version = version);
        }
    };
    let (subprotocol_id, version_id) = (format!("{id}-subprotocol"), format!("{id}-version"));
    view! {
        <Row id=broker_id.clone() label=said(|s| s.own_broker()) hint=Signal::derive(about) problem>
                <TextBox
                    id=broker_id
                    placeholder=Signal::derive(usual)
                    value=typed
                    wrong=Signal::derive(move || wrong.get().is_some())
                    on_change=Callback::new(write_target)
                />
            </Row>
        <Row id=subprotocol_id.clone() label=said(|s| s.own_subprotocol())>
                <Select
                    id=subprotocol_id
                    options=Signal::derive(subprotocols)
                    value=Signal::derive(move || route.with(|route| route.subprotocol.clone()))
                    on_change=Callback::new(write_subprotocol)
                />
            </Row>
        <Row id=version_id.clone() label=said(|s| s.own_version())>
                <Select
                    id=version_id
                    options=Signal::derive(versions)
                    value=Signal::derive(move || route.with(|route| route.protocol_version.to_string()))
                    on_change=Callback::new(write_version)
                />
            </Row>
        {hint(|s| s.own_route_next())}
    }
}

/// The right one first; then what older clients and other protocols ask for.
const SUBPROTOCOLS: [&str; 3] = ["mqtt", "mqttv3.1", "amqp"];
