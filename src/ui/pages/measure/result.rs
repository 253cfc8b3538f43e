//! One measurement: its figures, its pictures, and what limits it.

use std::sync::Arc;

use leptos::html::Div;
use leptos::prelude::*;

use super::pictures::{Drawn, pictures};
use crate::measure::{Run, limits};
use crate::ui::components::controls::said;
use crate::ui::components::{CopyButton, Icon};
use crate::ui::erased::erased;
use crate::ui::loading::locale::use_locale;
use crate::ui::measure::words;
use crate::ui::pictures::view::measure::use_width;

#[component]
pub fn Outcome(run: Arc<Run>) -> impl IntoView {
    let locale = use_locale();
    let root = NodeRef::<Div>::new();
    let width = use_width(root);
    let title = {
        let run = run.clone();
        move || format!("{} · {}", words::title(&run, locale.strings()), run.broker)
    };
    let facts = {
        let run = run.clone();
        move || {
            let fact = |(name, value)| view! { <div><dt>{name}</dt><dd>{value}</dd></div> };
            words::facts(&run, locale.strings()).into_iter().map(fact).collect_view()
        }
    };
    let notes = {
        let run = run.clone();
        move || {
            let strings = locale.strings();
            let ended = words::ended(&run, strings).map(|(title, then)| format!("{title}. {then}"));
            let note = |words| {
                view! { <p class="measure__note"><Icon name="warning"/><span>{words}</span></p> }
            };
            ended.into_iter().chain(words::refusals(&run, strings)).map(note).collect_view()
        }
    };
    let sentences = {
        let run = run.clone();
        move || {
            let strings = locale.strings();
            let sentence = |one| {
                let words = words::limit(&one, strings);
                view! { <li data-limit=one.key()>{words}</li> }
            };
            limits(&run).into_iter().map(sentence).collect_view()
        }
    };
    let drawn = {
        let run = run.clone();
        move || pictures(&Drawn::alone(&run, width.get()), locale.strings())
    };
    let text = {
        let run = run.clone();
        move |()| words::text(&run, untrack(|| locale.strings()))
    };
    let json = move |()| run.to_json();
    view! {
        <section class="measure__outcome">
            <div class="measure__bar">
                <h2 class="measure__what">{erased(title)}</h2>
                <span class="measure__copies">
                    {said(|s| s.measure_copy_text())}
                    <CopyButton label=Signal::derive(move || locale.strings().measure_copy_text()) text/>
                    {said(|s| s.measure_copy_json())}
                    <CopyButton label=Signal::derive(move || locale.strings().measure_copy_json()) text=json/>
                </span>
            </div>
            {erased(notes)}
            <dl class="measure__facts">{erased(facts)}</dl>
            <div class="measure__whole">
                <section class="measure__limits">
                    <h3>{said(|s| s.measure_limits())}</h3>
                    <ul>{erased(sentences)}</ul>
                </section>
                <div class="measure__pictures" node_ref=root>{erased(drawn)}</div>
            </div>
        </section>
    }
}
