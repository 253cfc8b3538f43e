//! Two measurements beside each other, on the same scales.

use leptos::html::Div;
use leptos::prelude::*;

use super::pictures::{Drawn, pictures};
use crate::measure::Run;
use crate::ui::components::SideChoice;
use crate::ui::components::controls::said;
use crate::ui::erased::erased;
use crate::ui::loading::locale::use_locale;
use crate::ui::measure::words;
use crate::ui::pages::results::{Numbered, Results};
use crate::ui::pictures::view::measure::use_width;

#[component]
pub fn CompareRuns(left: u32, right: u32, runs: Results<Run>) -> impl IntoView {
    let locale = use_locale();
    let root = NodeRef::<Div>::new();
    let width = use_width(root);
    let options = Signal::derive(move || {
        let strings = locale.strings();
        let option = |(id, run): Numbered<Run>| {
            (id, format!("{} · {} ({})", words::title(&run, strings), run.broker, id + 1))
        };
        runs.all().into_iter().map(option).collect::<Vec<_>>()
    });
    let both = move || Some((runs.get(left)?, runs.get(right)?));
    let rows = move || {
        let row = |(name, left, right, times)| {
            view! {
                <tr><th scope="row">{name}</th><td>{left}</td><td>{right}</td><td>{times}</td></tr>
            }
        };
        both().map(|(left, right)| {
            let rows = words::compared(&left, &right, locale.strings());
            rows.into_iter().map(row).collect_view()
        })
    };
    let drawn = move || {
        let (left, right) = both()?;
        let strings = locale.strings();
        // Side by side where there is room.
        let width = if width.get() >= WIDE { (width.get() - GAP) / 2.0 } else { width.get() };
        let side = |run: &Run| {
            let title = format!("{} · {}", words::title(run, strings), run.broker);
            view! {
                <section class="measure__side">
                    <h2 class="measure__what">{title}</h2>
                    {pictures(&Drawn::beside(run, &[&left, &right], width), strings)}
                </section>
            }
        };
        Some(view! { {side(&left)} {side(&right)} })
    };
    view! {
        <section class="measure__outcome" aria-label=said(|s| s.measure_compare())>
            <div class="measure__bar">
                <SideChoice
                    label=said(|s| s.measure_left())
                    options
                    chosen=left
                    on_choose=Callback::new(move |id| runs.compare(id, right))
                />
                <SideChoice
                    label=said(|s| s.measure_right())
                    options
                    chosen=right
                    on_choose=Callback::new(move |id| runs.compare(left, id))
                />
            </div>
            <table class="measure__compared">
                <thead>
                    <tr>
                        <th scope="col">{said(|s| s.measure_fact())}</th>
                        <th scope="col">{said(|s| s.measure_left())}</th>
                        <th scope="col">{said(|s| s.measure_right())}</th>
                        <th scope="col">{said(|s| s.measure_times())}</th>
                    </tr>
                </thead>
                <tbody>{erased(rows)}</tbody>
            </table>
            <div class="measure__pictures measure__pictures--two" node_ref=root>{erased(drawn)}</div>
        </section>
    }
}

/// In pixels.
const WIDE: f64 = 720.0;
const GAP: f64 = 24.0;
