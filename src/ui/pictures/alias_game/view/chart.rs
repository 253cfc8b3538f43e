//! The saving of every policy over the day, as curves.

use leptos::prelude::*;

use super::policy::names;
use crate::course::support::fleet::GOAL;
use crate::language::Strings;
use crate::ui::format::grouped;
use crate::ui::pictures::alias_game::model::{BARS, CURVES, Chart, HEIGHT, WIDTH};

pub fn chart_view(chart: &Chart, chosen: usize, strings: &Strings) -> AnyView {
    let right = WIDTH - 118.0;
    let curve = |(index, name): (usize, &'static str)| {
        let curve = &chart.curves[index];
        let own = (index == chosen).then_some("");
        view! {
            <path class="alias-curve" data-policy=index.to_string() data-chosen=own d=curve.path.clone()/>
            <text class="alias-curve__label" data-chosen=own x=curve.label.0 y=curve.label.1 + 4.0>{name}</text>
        }
    };
    // The chosen one lies on top.
    let mut order: Vec<(usize, &'static str)> = names(strings).into_iter().enumerate().collect();
    order.sort_by_key(|(index, _)| *index == chosen);
    let curves = order.into_iter().map(curve).collect_view();
    let dots = chart.wire.iter().map(|(x, y)| view! { <circle cx=*x cy=*y r="2.6"/> });
    let bars = chart.bars.iter().zip(["alias", "both", "topic"]);
    let bars = bars.map(|(path, kind)| {
        view! { <path class="alias-bar" data-carries=kind d=path.clone()/> }
    });
    let legend = [
        ("alias", strings.alias_game_bar_alias()),
        ("both", strings.alias_game_bar_both()),
        ("topic", strings.alias_game_bar_topic()),
    ];
    let legend = legend.map(|(kind, words)| {
        view! { <li><span class="alias-legend__box" data-carries=kind></span>{words}</li> }
    });
    let goal = grouped(GOAL as u64);
    let (words, goal) = (strings.alias_game_chart(&goal), strings.alias_game_goal(&goal));
    view! {
        <svg
            class="alias-chart"
            viewBox=format!("0 0 {WIDTH} {HEIGHT}")
            role="img"
            aria-label=words
        >
            <line class="alias-chart__axis" x1="4" x2=right y1=chart.zero y2=chart.zero/>
            <line class="alias-chart__noon" x1=chart.noon x2=chart.noon y1="8" y2=BARS/>
            <text class="alias-chart__label" x=chart.noon + 4.0 y="14">{strings.alias_game_noon()}</text>
            <line class="alias-chart__goal" x1="4" x2=right y1=chart.goal y2=chart.goal/>
            <text class="alias-chart__label" x="6" y=chart.goal - 4.0>{goal}</text>
            {curves}
            <g class="alias-chart__wire">{dots.collect_view()}</g>
            <line class="alias-chart__axis" x1="4" x2=right y1=BARS y2=BARS/>
            <text class="alias-chart__label" x=right + 6.0 y=(CURVES + BARS) / 2.0 + 10.0>{strings.alias_game_bars()}</text>
            {bars.collect_view()}
        </svg>
        <ul class="alias-legend" aria-hidden="true">
            <li><span class="alias-legend__dot" data-wire=""></span>{strings.alias_game_wire()}</li>
            {legend.into_iter().collect_view()}
        </ul>
    }
    .into_any()
}
