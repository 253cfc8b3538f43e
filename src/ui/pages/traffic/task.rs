//! The exercise on one's own traffic, with small clients for whoever has none at hand.

use leptos::prelude::*;

use super::setup::Code;
use crate::capture::RecordId;
use crate::language::Strings;
use crate::ui::components::controls::{Disclosure, Select, said};
use crate::ui::components::{Evidence, Icon};
use crate::ui::erased::erased;
use crate::ui::loading::locale::use_locale;
use crate::ui::state::store::use_store;
use crate::ui::traffic::task::{Improvement, connects, opened_connect};

const PAHO: &str = "\
# pip install paho-mqtt
import paho.mqtt.client as mqtt
client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, protocol=mqtt.MQTTv5)
client.connect(\"127.0.0.1\", 1884)
client.loop_start()
client.publish(\"test/own\", \"hello\", qos=1).wait_for_publish()
client.disconnect()";

const MQTT_JS: &str = "\
// npm install mqtt
import mqtt from \"mqtt\"
const client = await mqtt.connectAsync(\"mqtt://127.0.0.1:1884\", { protocolVersion: 5 })
await client.publishAsync(\"test/own\", \"hello\", { qos: 1 })
await client.endAsync()";

/// For whoever has no application at hand.
#[component]
pub fn Clients() -> impl IntoView {
    view! {
        <div class="traffic__clients">
            <p>"Paho (Python)"</p>
            <Code text=PAHO/>
            <p>"MQTT.js"</p>
            <Code text=MQTT_JS/>
        </div>
    }
}

/// Below the store whose packets count.
#[component]
pub fn Task() -> impl IntoView {
    let (store, locale) = (use_store(), use_locale());
    let connect = Memo::new(move |_| {
        store.with_capture(|capture| connects(capture).next().map(|record| record.id))
    });
    let opened = Memo::new(move |_| {
        store.with_capture(|capture| store.with_opened(|opened| opened_connect(capture, opened)))
    });
    let chosen = RwSignal::new(String::new());
    let verdict = Memo::new(move |_| {
        let improvement = Improvement::from_key(&chosen.get())?;
        let applies = improvement.applies(&store.record(opened.get()?)?)?;
        Some((improvement, applies))
    });
    let is_met = Memo::new(move |_| verdict.get().is_some_and(|(_, applies)| applies));
    let told = move || {
        let met = [connect.get().is_some(), opened.get().is_some(), is_met.get()];
        let met = met.into_iter().filter(|met| *met).count();
        locale.strings().traffic_task_told(met, 3)
    };
    let options = Signal::derive(move || {
        let strings = locale.strings();
        let mut options = vec![(String::new(), strings.traffic_task_choose().to_owned())];
        options.extend(Improvement::ALL.map(|improvement| {
            (improvement.key().to_owned(), words(improvement, strings).to_owned())
        }));
        options
    });
    let outcome = move || {
        let (improvement, applies) = verdict.get()?;
        let strings = locale.strings();
        let words = match applies {
            true => why(improvement, strings),
            false => strings.traffic_task_not(),
        };
        let icon = if applies { "met" } else { "contradicted" };
        Some(
            view! { <p class="status" role="status" data-state=icon><Icon name=icon/><span>{words}</span></p> },
        )
    };
    let evidence = move |id: Memo<Option<RecordId>>| {
        erased(move || id.get().map(|id| view! { <Evidence id/> }))
    };
    view! {
        <div class="traffic__task">
            <Disclosure title=said(|s| s.traffic_task()) told=Signal::derive(told)>
                <ol class="traffic__steps">
                    <li>
                        <Met is_met=Signal::derive(move || connect.get().is_some())/>
                        {said(|s| s.traffic_task_connect())}
                        " "
                        {evidence(connect)}
                        <Disclosure title=said(|s| s.traffic_task_clients())>
                            <Clients/>
                        </Disclosure>
                    </li>
                    <li>
                        <Met is_met=Signal::derive(move || opened.get().is_some())/>
                        {said(|s| s.traffic_task_open())}
                    </li>
                    <li>
                        <Met is_met=is_met/>
                        {said(|s| s.traffic_task_improve())}
                        <Select
                            label=Some(said(|s| s.traffic_task_better()))
                            options
                            value=chosen.into()
                            on_change=Callback::new(move |key| chosen.set(key))
                        />
                        {erased(outcome)}
                    </li>
                </ol>
            </Disclosure>
        </div>
    }
}

#[component]
fn Met(#[prop(into)] is_met: Signal<bool>) -> impl IntoView {
    let locale = use_locale();
    let words = move || match is_met.get() {
        true => locale.strings().traffic_task_met(),
        false => locale.strings().traffic_task_not_yet(),
    };
    view! {
        <Icon name=Signal::derive(move || if is_met.get() { "met" } else { "not-yet" }) small=true/>
        <span class="visually-hidden">{erased(words)}</span>
        " "
    }
}

fn words(improvement: Improvement, strings: &Strings) -> &'static str {
    match improvement {
        Improvement::Version => strings.traffic_better_version(),
        Improvement::Session => strings.traffic_better_session(),
        Improvement::Will => strings.traffic_better_will(),
        Improvement::KeepAlive => strings.traffic_better_keep_alive(),
        Improvement::ClientId => strings.traffic_better_client_id(),
    }
}

fn why(improvement: Improvement, strings: &Strings) -> &'static str {
    match improvement {
        Improvement::Version => strings.traffic_why_version(),
        Improvement::Session => strings.traffic_why_session(),
        Improvement::Will => strings.traffic_why_will(),
        Improvement::KeepAlive => strings.traffic_why_keep_alive(),
        Improvement::ClientId => strings.traffic_why_client_id(),
    }
}
