//! What one broker sends and the other does not, or says otherwise.

use leptos::prelude::*;

use super::icon::Icon;
use super::spec_ref::SpecRef;
use crate::course::Deviation;
use crate::language::{Language, Strings};

/// One row for each difference; those with the same reason stand together above it.
#[component]
pub fn Deviations(of: &'static [Deviation], language: Language) -> impl IntoView {
    let strings = language.strings();
    let groups = of.chunk_by(|one, next| one.why == next.why).map(|group| {
        let rows = group.iter().map(|deviation| row(deviation, strings)).collect_view();
        let [first, ..] = group else { return None };
        let sections = first.sections().map(|section| view! { " " <SpecRef section/> });
        Some(view! {
            <li class="deviations__group">
                <ul class="deviations__rows">{rows}</ul>
                <p class="deviations__why">
                    <span inner_html=first.why></span>
                    {sections.collect_view()}
                </p>
            </li>
        })
    });
    view! { <ul class="deviations">{groups.collect_view()}</ul> }
}

fn row(deviation: &'static Deviation, strings: &'static Strings) -> impl IntoView + use<> {
    let about = deviation.about();
    let client = about.client.map(|client| {
        view! {
            <span class="client-letter">{client}</span>
            {about.packet.is_some().then(|| view! { <Icon name="in" small=true/> })}
        }
    });
    let side = |name: &'static str, said: &'static str| {
        let said = match (about.packet, said) {
            (None, Deviation::NOTHING) => view! { <dd>{strings.mosquitto_open()}</dd> }.into_any(),
            (None, _) => view! { <dd>{strings.mosquitto_closed()}</dd> }.into_any(),
            (_, Deviation::NOTHING) => {
                view! { <dd class="deviation__nothing">{strings.mosquitto_nothing()}</dd> }
                    .into_any()
            }
            (_, said) => view! { <dd><code>{said}</code></dd> }.into_any(),
        };
        view! { <div class="deviation__side"><dt>{name}</dt>{said}</div> }
    };
    view! {
        <li class="deviation">
            <p class="deviation__what" data-client=about.client.map(String::from)>
                {client}
                <strong>{about.packet.unwrap_or(strings.mosquitto_end())}</strong>
                {about.times.map(|times| format!("× {times}"))}
            </p>
            <dl class="deviation__sides">
                {side(strings.mosquitto_tab(), deviation.in_tab)}
                {side(strings.mosquitto_there(), deviation.on_mosquitto)}
            </dl>
        </li>
    }
}
