//! What to do while there is no tap: start one, send the application through it, open its address.

use leptos::prelude::*;

use super::refused::WhereRefused;
use super::task::Clients;
use crate::ui::components::CopyButton;
use crate::ui::components::controls::{Disclosure, said};
use crate::ui::erased::erased;
use crate::ui::loading::locale::use_locale;

const COMMAND: &str = "cargo xtask tap";
const ELSEWHERE: &str = "cargo xtask tap --to mqtts://broker.example --ws 127.0.0.1:9002";
const APPLICATION: &str = "mosquitto_sub -V mqttv5 -p 1884 -t 'test/#' -v";

#[component]
pub fn Setup() -> impl IntoView {
    view! {
        <div class="traffic__setup">
            <p class="traffic__lead">{said(|s| s.traffic_lead())}</p>
            <ol class="traffic__steps">
                <li>
                    <h2>{said(|s| s.traffic_step_start())}</h2>
                    <Code text=COMMAND/>
                    <p>{said(|s| s.traffic_step_start_how())}</p>
                    <Code text=ELSEWHERE/>
                </li>
                <li>
                    <h2>{said(|s| s.traffic_step_application())}</h2>
                    <Code text=APPLICATION/>
                    <p>{said(|s| s.traffic_step_application_how())}</p>
                    <Disclosure title=said(|s| s.traffic_task_clients())>
                        <Clients/>
                    </Disclosure>
                </li>
                <li>
                    <h2>{said(|s| s.traffic_step_open())}</h2>
                    <p>{said(|s| s.traffic_step_open_how())}</p>
                </li>
            </ol>
            <p class="traffic__safe">{said(|s| s.traffic_safe())}</p>
            <WhereRefused/>
        </div>
    }
}

#[component]
pub fn Code(text: &'static str) -> impl IntoView {
    let locale = use_locale();
    view! {
        <div class="traffic__code">
            <code>{text}</code>
            <CopyButton
                label=Signal::derive(move || locale.strings().traffic_copy())
                text=Callback::new(move |()| text.to_owned())
            />
        </div>
    }
}

/// For lists that are written in one place.
pub fn lines(words: impl Fn() -> Vec<String> + Send + Sync + 'static) -> impl IntoView {
    erased(move || words().into_iter().map(|line| view! { <li>{line}</li> }).collect_view())
}
