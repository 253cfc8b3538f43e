//! The pictures of one measurement, and the distribution as a table.

use leptos::prelude::*;

use crate::language::Strings;
use crate::measure::{Figures, Run};
use crate::ui::components::Icon;
use crate::ui::measure::chart::{
    Bar, HEIGHT, Histogram, LEFT, OverTime, ROW, Rates, Scale, Share, Tick, highest_rate,
    histogram, over_time, rates,
};
use crate::ui::measure::words;

/// A measurement with the scales on which it is drawn.
pub struct Drawn<'a> {
    run: &'a Run,
    figures: Option<Figures>,
    scale: Option<Scale>,
    highest_rate: f64,
    width: f64,
}

impl<'a> Drawn<'a> {
    pub fn alone(run: &'a Run, width: f64) -> Drawn<'a> {
        Drawn::beside(run, &[run], width)
    }

    /// On scales on which all of them fit.
    pub fn beside(run: &'a Run, all: &[&Run], width: f64) -> Drawn<'a> {
        let width = width.max(NARROWEST);
        let figures: Vec<Figures> = all.iter().filter_map(|run| run.figures()).collect();
        Drawn {
            run,
            figures: run.figures(),
            scale: Scale::of(&figures),
            highest_rate: highest_rate(all, width),
            width,
        }
    }
}

/// Below the axis, for its numbers.
const AXIS: f64 = 22.0;
const NARROWEST: f64 = 220.0;
/// Above what is drawn over time, so that marks at the top are whole.
const TOP: f64 = 8.0;

pub fn pictures(drawn: &Drawn, strings: &Strings) -> AnyView {
    let (Some(figures), Some(scale)) = (drawn.figures, drawn.scale) else {
        return ().into_any();
    };
    let Drawn { run, width, .. } = *drawn;
    let histogram = histogram(run, &figures, &scale, width);
    let over_time = over_time(run, &scale, width);
    let is_round_trip = run.setup.is_round_trip();
    let how = match is_round_trip {
        true => strings.measure_histogram_round_trip(),
        false => strings.measure_histogram_throughput(),
    };
    let dots = match over_time.spans.is_empty() {
        true => strings.measure_over_time_how(),
        false => strings.measure_over_time_spans(),
    };
    let rates = (!is_round_trip && !run.took().is_zero()).then(|| {
        let rates = rates(run, drawn.highest_rate, width);
        figure(strings.measure_rates(), strings.measure_rates_how(), rates_view(&rates))
    });
    view! {
        {figure(strings.measure_histogram(), how, histogram_view(&histogram, strings))}
        {rates}
        {figure(strings.measure_over_time(), dots, over_time_view(&over_time))}
        {table(&histogram, strings)}
    }
    .into_any()
}

fn figure(title: &'static str, how: &'static str, drawing: AnyView) -> AnyView {
    view! {
        <figure class="measure__picture">
            <figcaption>
                <h3>{title}</h3>
                <p class="field__hint">{how}</p>
            </figcaption>
            {drawing}
        </figure>
    }
    .into_any()
}

/// The line below a picture, with its numbers.
fn axis(ticks: &[Tick], width: f64, ground: f64) -> AnyView {
    let tick = |(x, value): &Tick| {
        let x = *x;
        view! {
            <line class="measure__line" x1=x x2=x y1=ground y2=ground + 4.0/>
            <text class="measure__scale" x=x y=ground + 16.0>{words::tick(*value)}</text>
        }
    };
    view! {
        <line class="measure__line" x1=LEFT x2=width y1=ground y2=ground/>
        {ticks.iter().map(tick).collect_view()}
    }
    .into_any()
}

/// Faint lines across a picture, with their numbers on the left.
fn lines(ticks: &[Tick], width: f64, words: fn(f64) -> String) -> AnyView {
    let line = |(y, value): &Tick| {
        let y = TOP + *y;
        view! {
            <line class="measure__rule" x1=LEFT x2=width y1=y y2=y/>
            <text class="measure__scale measure__scale--up" x=LEFT - 6.0 y=y + 4.0>{words(*value)}</text>
        }
    };
    ticks.iter().map(line).collect_view().into_any()
}

fn histogram_view(drawn: &Histogram, strings: &Strings) -> AnyView {
    let rows = ROW * drawn.marks.len() as f64;
    let ground = rows + HEIGHT;
    let bars = drawn.bars.iter().map(|bar| {
        let height = (bar.height * HEIGHT).max(1.0);
        let width = (bar.width - 1.0).max(1.0);
        view! { <rect class="measure__column" x=bar.x y=ground - height width=width height=height/> }
    });
    let row = |row: usize| ROW * row as f64;
    let marks = drawn.marks.iter().enumerate().map(|(at, mark)| {
        let top = row(at) + 2.0;
        view! { <line class="measure__mark" x1=mark.x x2=mark.x y1=top y2=ground/> }
    });
    let names = drawn.marks.iter().enumerate().map(|(at, mark)| {
        let name = match mark.name {
            Share::P50 => "p50",
            Share::P95 => "p95",
            Share::P99 => "p99",
            Share::Most => strings.measure_most(),
        };
        let x = if mark.is_before { mark.x - 4.0 } else { mark.x + 4.0 };
        let side = if mark.is_before { "before" } else { "after" };
        view! {
            <text class="measure__name" data-side=side x=x y=row(at) + 11.0>
                {name} " " {words::time(mark.time, strings)}
            </text>
        }
    });
    view! {
        <svg width=drawn.width height=ground + AXIS aria-hidden="true">
            {bars.collect_view()}
            {axis(&drawn.ticks, drawn.width, ground)}
            {marks.collect_view()}
            {names.collect_view()}
        </svg>
    }
    .into_any()
}

fn over_time_view(drawn: &OverTime) -> AnyView {
    let spans = drawn.spans.iter().map(|(x, top, bottom)| {
        let (x, y1, y2) = (*x, TOP + top, TOP + bottom);
        view! { <line class="measure__span" x1=x x2=x y1=y1 y2=y2/> }
    });
    let dots = drawn.dots.iter().map(|(x, y)| {
        view! { <circle class="measure__dot" cx=*x cy=TOP + y r="2"/> }
    });
    let unanswered = drawn.unanswered.iter().map(|x| {
        view! { <path class="measure__cross" d=format!("M{} {TOP}m-4 -4l8 8m0 -8l-8 8", x)/> }
    });
    view! {
        <svg width=drawn.width height=TOP + HEIGHT + AXIS aria-hidden="true">
            {lines(&drawn.up, drawn.width, words::tick)}
            {axis(&drawn.across, drawn.width, TOP + HEIGHT)}
            {spans.collect_view()}
            {dots.collect_view()}
            {unanswered.collect_view()}
        </svg>
    }
    .into_any()
}

fn rates_view(drawn: &Rates) -> AnyView {
    let ground = TOP + HEIGHT;
    let mut path = String::new();
    for (at, (x, y)) in drawn.steps.iter().enumerate() {
        let (to, y) = (if at == 0 { 'M' } else { 'L' }, TOP + y);
        let end = drawn.steps.get(at + 1).map_or(drawn.end, |(next, _)| *next);
        path.push_str(&format!("{to}{x:.1} {y:.1}H{end:.1}"));
    }
    let area = format!("{path}V{ground}H{LEFT}Z");
    let mean = TOP + drawn.mean;
    view! {
        <svg width=drawn.width height=ground + AXIS aria-hidden="true">
            {lines(&drawn.up, drawn.width, words::rate)}
            <path class="measure__area" d=area/>
            <path class="measure__steps" d=path/>
            <line class="measure__mean" x1=LEFT x2=drawn.end y1=mean y2=mean/>
            {axis(&drawn.across, drawn.width, ground)}
        </svg>
    }
    .into_any()
}

/// The distribution for those who do not see the picture.
fn table(drawn: &Histogram, strings: &Strings) -> AnyView {
    let row = |bar: &Bar| {
        let (from, to) = (words::time(bar.from, strings), words::time(bar.to, strings));
        view! { <tr><td>{format!("{from} – {to}")}</td><td>{bar.count}</td></tr> }
    };
    view! {
        <details class="disclosure measure__table">
            <summary class="disclosure__summary">
                <Icon name="chevron"/>
                {strings.measure_table()}
            </summary>
            <table>
                <thead>
                    <tr>
                        <th scope="col">{strings.measure_table_time()}</th>
                        <th scope="col">{strings.measure_table_messages()}</th>
                    </tr>
                </thead>
                <tbody>{drawn.bars.iter().map(row).collect_view()}</tbody>
            </table>
        </details>
    }
    .into_any()
}
