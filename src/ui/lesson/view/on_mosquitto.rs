//! What differs in an exercise on Mosquitto, folded.

use leptos::prelude::*;

use super::entry::on_mosquitto;
use crate::course::on_mosquitto;
use crate::link::Target;
use crate::ui::components::Lazy;
use crate::ui::components::{Deviations, Icon};
use crate::ui::erased::erased;
use crate::ui::examine::view::YourBrokerFold;
use crate::ui::loading::locale::use_locale;
use crate::ui::navigation::address::{Page, Place};
use crate::ui::state::store::use_store;
use crate::words::Bundle;

/// Its words are fetched when it is opened.
#[component]
pub fn OnMosquittoFold(exercise: &'static str) -> impl IntoView {
    let locale = use_locale();
    let is_opened = RwSignal::new(false);
    view! {
        <details class="disclosure on-mosquitto" on:toggle=move |_| is_opened.set(true)>
            <summary class="disclosure__summary">
                <Icon name="chevron"/>
                {erased(move || locale.strings().mosquitto_fold())}
            </summary>
            <div class="disclosure__body">
                <Show when=erased(move || is_opened.get())>
                    <Lazy
                        part=on_mosquitto::part()
                        view=erased(move || on_mosquitto::view(exercise))
                        words=Some(Bundle::Mosquitto)
                    />
                </Show>
            </div>
        </details>
        <YourBrokerFold exercise/>
    }
}

/// What the fold holds.
#[component]
pub fn OnMosquitto(exercise: &'static str) -> impl IntoView {
    let (locale, store) = (use_locale(), use_store());
    let body = move || {
        let language = locale.language();
        let strings = language.strings();
        let of = |id| on_mosquitto(language)?.iter().find(|found| found.exercise == id);
        let here = of(Some(exercise));
        let own = here.filter(|here| !here.differences.is_empty());
        let nothing = here.is_none().then(|| view! { <p>{strings.mosquitto_same()}</p> });
        // Where the exercise is not to be had, the lesson says so already.
        let is_in_tab = store.target() == Target::InTab;
        let elsewhere =
            here.map(|here| here.elsewhere).filter(|words| is_in_tab && !words.is_empty());
        view! {
            {nothing}
            {elsewhere.map(|words| view! { <div class="on-mosquitto__elsewhere" inner_html=words></div> })}
            {own.map(|own| view! { <Deviations of=&own.differences language/> })}
            {of(None)
                .map(|all| {
                    view! {
                        <p class="overline">{strings.mosquitto_everywhere()}</p>
                        <Deviations of=&all.differences language/>
                    }
                })}
            <a class="on-mosquitto__all" href=Place::Page(Page::Mosquitto).href(language)>
                {strings.mosquitto_all()}
            </a>
        }
    };
    view! { <div class="on-mosquitto__body">{erased(body)}</div> }
}
