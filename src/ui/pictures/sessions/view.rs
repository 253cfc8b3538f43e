//! A lane for each Client Identifier on one axis of time: drawn, in words beside it, and everything that stands for a
//! packet opens it.

use std::time::Duration;

use leptos::html::Div;
use leptos::prelude::*;
use web_sys::HtmlDivElement;

use super::model::{
    BAR, Bar, Dot, Drawing, Fate, Flag, Lane, Skip, Stamp, Stamped, WILL_BELOW, What, WillFate,
    draw, short_client_id,
};
use super::timeline::{How, Standing, Timeline};
use crate::language::Strings;
use crate::link::Target;
use crate::time::Instant;
use crate::ui::components::Icon;
use crate::ui::components::until::{Clock, use_clock};
use crate::ui::erased::erased;
use crate::ui::format::{quoted, span};
use crate::ui::loading::locale::use_locale;
use crate::ui::pictures::marks::view::{Face, Frame, Layer, use_marks};
use crate::ui::pictures::view::measure::use_width;
use crate::ui::state::store::use_store;
use crate::ui::visible::visible;

#[component]
pub fn SessionsPicture() -> impl IntoView {
    Clock::provide();
    let (store, locale, clock) = (use_store(), use_locale(), use_clock());
    // Behind a capture from elsewhere there is no broker, and its time goes as it went.
    let is_in_tab = move || store.target() == Target::InTab && !store.is_read_only();
    let root = NodeRef::new();
    let width = use_width(root);
    let timeline = StoredValue::new_local(Timeline::default());
    let drawing = Memo::new(move |_| {
        // The clock ticks with every change of the lab, too.
        let now = clock.now();
        let skips: Vec<_> = store.skips().into_iter().map(|(at, by)| Skip { at, by }).collect();
        let (is_in_tab, width) = (is_in_tab(), width.get());
        store.peek(|lab| {
            let inside = is_in_tab.then(|| lab.in_tab().broker().snapshot());
            let drawing = timeline.try_update_value(|timeline| {
                timeline.extend(lab.capture());
                draw(timeline, &skips, now, inside.as_ref(), width)
            });
            drawing.unwrap_or_default()
        })
    });
    // The lane in which something happened last, by its words and its place.
    let latest = move |drawing: &Drawing| {
        timeline.with_value(|timeline| {
            let latest = &timeline.sessions[timeline.latest()?];
            drawing.lanes.iter().find(|lane| lane.client_id == latest.client_id).cloned()
        })
    };
    let news = Memo::new(move |_| {
        let strings = locale.strings();
        let latest = drawing.with(latest);
        latest.map(|lane| change(&lane, strings)).unwrap_or_default()
    });
    let body = NodeRef::<Div>::new();
    let marks = use_marks(body, move || drawing.track());
    Effect::new(move || {
        news.track();
        let lane = drawing.with_untracked(latest);
        if let (Some(lane), Some(body)) = (lane, body.get_untracked()) {
            request_animation_frame(move || bring_into_sight(&body, &lane));
        }
    });
    let refused = RwSignal::new(false);
    let skips = move || {
        let strings = locale.strings();
        is_in_tab().then(|| {
            [10_u64, 60].map(|seconds| {
                let skip = move |_| {
                    refused.set(store.skip(Duration::from_secs(seconds)).is_err());
                };
                view! {
                    <button class="button button--small" on:click=skip>
                        <Icon name="clock" small=true/>
                        {strings.inside_skip_forward(span(seconds, strings))}
                    </button>
                }
            })
        })
    };
    let refusal = move || {
        refused.get().then(|| {
            view! { <p class="field__error" role="alert">{locale.strings().sessions_not_skipped()}</p> }
        })
    };
    let is_empty = Memo::new(move |_| drawing.with(|drawing| drawing.lanes.is_empty()));
    let picture = move || match is_empty.get() {
        true => {
            view! { <p class="picture__empty">{locale.strings().sessions_empty()}</p> }.into_any()
        }
        false => stage(drawing).into_any(),
    };
    view! {
        <section
            class="card picture sessions"
            data-picture="sessions"
            aria-label=erased(move || locale.strings().sessions_title())
        >
            <header class="card__head">
                <h3 class="card__title">{erased(move || locale.strings().sessions_title())}</h3>
                {erased(skips)}
            </header>
            <Frame marks class="card__body sessions__body">
                {erased(refusal)}
                <div class="sessions__stage" node_ref=root>{erased(picture)}</div>
            </Frame>
            <p class="visually-hidden" aria-live="polite">{erased(move || news.get())}</p>
        </section>
    }
}

/// Where there is not the height for all lanes.
fn bring_into_sight(body: &HtmlDivElement, lane: &Lane) {
    let (top, height) = (f64::from(body.scroll_top()), f64::from(body.client_height()));
    // The axis stays above the lanes.
    let end = lane.top + lane.height + AXIS + 8.0;
    if end > top + height {
        body.set_scroll_top((end - height).ceil() as i32);
    } else if lane.top < top {
        body.set_scroll_top(lane.top.floor() as i32);
    }
}

/// Everything but the empty place. What can be pressed stays in the document while time passes.
fn stage(drawing: Memo<Drawing>) -> impl IntoView {
    let locale = use_locale();
    let axis = move || drawing.with(|drawing| axis(drawing, locale.strings()));
    let plot = move || drawing.with(|drawing| plot(drawing, locale.strings()));
    let now = move || drawing.with(|drawing| format!("{:.1}px", drawing.now));
    let height = move || drawing.with(|drawing| format!("{:.1}px", drawing.height));
    let is_beside = move || drawing.with(|drawing| drawing.is_beside).then_some("");
    let lanes = move || {
        drawing.with(|d| d.lanes.iter().map(|lane| lane.client_id.clone()).collect::<Vec<_>>())
    };
    let stamps = Memo::new(move |_| {
        let strings = locale.strings();
        drawing.with(|d| d.stamps().iter().map(|stamp| face(stamp, strings)).collect::<Vec<_>>())
    });
    let earlier = move || {
        let earlier = drawing.with(|drawing| drawing.earlier);
        let words = locale.strings().sessions_earlier(earlier);
        (earlier > 0).then(|| view! { <p class="sessions__earlier">{words}</p> })
    };
    view! {
        <div class="sessions__axis">{erased(axis)}</div>
        <div class="sessions__lanes" data-beside=erased(is_beside) style:block-size=erased(height)>
            {erased(plot)}
            <span class="sessions__now" style:inset-inline-start=erased(now)></span>
            <ol class="sessions__names">
                <For each=lanes key=String::clone let:client_id>
                    {name(client_id, drawing)}
                </For>
            </ol>
            <Layer faces=stamps/>
        </div>
        {erased(earlier)}
        {erased(move || key(locale.strings()))}
    }
}

/// The words of a lane: what is seen, and what the drawing says besides.
fn name(client_id: String, drawing: Memo<Drawing>) -> impl IntoView {
    let locale = use_locale();
    let id = client_id.clone();
    let lane = Memo::new(move |_| {
        drawing.with(|d| d.lanes.iter().find(|lane| lane.client_id == id).cloned())
    });
    let now = use_clock();
    let top = move || lane.with(|l| l.as_ref().map(|lane| format!("{:.1}px", lane.top)));
    let height = move || lane.with(|l| l.as_ref().map(|lane| format!("{:.1}px", lane.height)));
    let standing = move || lane.with(|l| l.as_ref().map(|lane| standing_key(lane.standing)));
    let letter = Memo::new(move |_| {
        lane.with(|l| l.as_ref().map_or(String::new(), |lane| lane.client.letter().to_string()))
    });
    let state = move || {
        let (strings, now) = (locale.strings(), now.now());
        lane.with(|l| l.as_ref().map(|lane| seen_words(lane, now, strings).join(" · ")))
    };
    let more = move || {
        let strings = locale.strings();
        lane.with(|l| l.as_ref().map(|lane| hidden_words(lane, strings).join(". ")))
    };
    view! {
        <li
            class="sessions__name"
            data-state=erased(standing)
            style:inset-block-start=erased(top)
            style:block-size=erased(height)
        >
            <span class="client-letter" data-client=erased(move || letter.get())>
                {erased(move || letter.get())}
            </span>
            <code class="sessions__client" title=quoted(&client_id)>{visible(&short_client_id(&client_id)).into_owned()}</code>
            <span class="sessions__state">{erased(state)}</span>
            <span class="visually-hidden">{erased(more)}</span>
        </li>
    }
}

fn standing_key(standing: Standing) -> &'static str {
    match standing {
        Standing::Connected => "connected",
        Standing::Away { .. } => "waiting",
        Standing::Forgotten(_) => "gone",
    }
}

/// How it is about a Session, with the time that is left.
fn seen_words(lane: &Lane, now: Instant, strings: &Strings) -> Vec<String> {
    let left = |until: Instant| span(until.since(now).as_secs(), strings);
    let state = match lane.standing {
        Standing::Connected => connected_words(lane, strings),
        Standing::Away { until: Some(until) } => strings.sessions_waits(left(until)),
        Standing::Away { until: None } => strings.sessions_waits_forever().to_owned(),
        Standing::Forgotten(_) => strings.sessions_gone().to_owned(),
    };
    let filters = lane.filters.len();
    let filters = (filters > 0).then(|| strings.sessions_filters(filters));
    let will = lane.wills.iter().rfind(|will| will.fate == WillFate::Waits);
    let will = will.map(|will| strings.sessions_will(left(will.due)));
    [Some(state), filters, will].into_iter().flatten().collect()
}

fn connected_words(lane: &Lane, strings: &Strings) -> String {
    let after = match lane.interval {
        0 => strings.sessions_ends_with_connection().to_owned(),
        u32::MAX => strings.sessions_kept_forever().to_owned(),
        seconds => strings.sessions_kept_for(span(seconds.into(), strings)),
    };
    strings.sessions_connected(after)
}

/// What else there is to know, without what changes by the second.
fn hidden_words(lane: &Lane, strings: &Strings) -> Vec<String> {
    let filters = (!lane.filters.is_empty()).then(|| {
        format!("{}{}", strings.sessions_subscriptions(), quoted(&lane.filters.join(", ")))
    });
    let (in_flight, queued) =
        lane.inside.map_or((0, lane.waiting), |inside| (inside.in_flight, inside.queued));
    let messages = (in_flight + queued > 0).then(|| strings.sessions_messages(in_flight, queued));
    let handed = (lane.handed > 0).then(|| strings.sessions_handed(lane.handed));
    let lost = (lane.lost > 0).then(|| strings.sessions_lost(lane.lost));
    let will = lane.wills.last().and_then(|will| match will.fate {
        WillFate::Waits => None,
        WillFate::Published => Some(strings.sessions_will_published().to_owned()),
        WillFate::Withdrawn => Some(strings.sessions_will_withdrawn().to_owned()),
    });
    let is_taken_over = lane.ends.iter().any(|end| end.how == How::TakenOver);
    let taken_over = is_taken_over.then(|| strings.sessions_taken_over().to_owned());
    [filters, messages, handed, lost, will, taken_over].into_iter().flatten().collect()
}

/// What is said of the lane in which something happened last.
fn change(lane: &Lane, strings: &Strings) -> String {
    let state = match lane.standing {
        Standing::Connected => lane.flags.last().map(|flag| visit_words(flag, strings)),
        Standing::Away { .. } => Some(match lane.interval {
            u32::MAX => strings.sessions_waits_forever().to_owned(),
            seconds => strings.sessions_waits(span(seconds.into(), strings)),
        }),
        Standing::Forgotten(_) => Some(strings.sessions_gone().to_owned()),
    };
    let who = format!("{} {}", lane.client.letter(), quoted(&lane.client_id));
    let words: Vec<_> = state.into_iter().chain(hidden_words(lane, strings)).collect();
    format!("{who}: {}", words.join(". "))
}

fn visit_words(flag: &Flag, strings: &Strings) -> String {
    strings.sessions_visit(u8::from(flag.clean_start), u8::from(flag.session_present))
}

/// A flag has its looks here; everything else is drawn.
fn face(stamp: &Stamp, strings: &Strings) -> Face {
    let (letter, number) = (stamp.client.letter(), stamp.record.number());
    let mut face = Face {
        record: stamp.record,
        x: stamp.x,
        y: stamp.y,
        name: String::new(),
        class: "",
        client: None,
        is_full: false,
        text: "",
    };
    face.name = match stamp.what {
        Stamped::Flag(flag) => {
            face.class = "sessions__flag";
            face.client = Some(stamp.client);
            face.is_full = flag.session_present;
            face.text = if flag.session_present { "1" } else { "0" };
            format!("{letter} #{number} CONNACK: {}", visit_words(&flag, strings))
        }
        Stamped::Message(fate) => {
            let words = match fate {
                Fate::Waits => strings.sessions_mark_waits(),
                Fate::Left => strings.sessions_mark_waited(),
                Fate::Handed => strings.sessions_mark_handed(),
                Fate::Lost => strings.sessions_mark_lost(),
            };
            format!("{letter} #{number} PUBLISH: {words}")
        }
        Stamped::Will(fate) => {
            let words = match fate {
                WillFate::Waits => strings.sessions_key_will(),
                WillFate::Published => strings.sessions_will_published(),
                WillFate::Withdrawn => strings.sessions_will_withdrawn(),
            };
            format!("{letter} #{number} CONNECT: {words}")
        }
        Stamped::Goodbye => format!("{letter} #{number} DISCONNECT"),
    };
    face
}

fn axis(drawing: &Drawing, strings: &Strings) -> impl IntoView + use<> {
    let Drawing { from, to, width, now, .. } = *drawing;
    let ticks = drawing.ticks.iter().map(|tick| {
        view! {
            <line class="sessions__tick" x1=tick.x x2=tick.x y1="15" y2="21"/>
            <text class="sessions__time" x=tick.x y="12">{span(tick.seconds, strings)}</text>
        }
    });
    let compressed = drawing.compressed.iter().map(|(from, to)| {
        view! { <line class="sessions__gap" x1=*from x2=*to y1="18" y2="18"/> }
    });
    let jumps = drawing.jumps.iter().map(|jump| {
        let words = format!("+{}", span(jump.by.as_secs(), strings));
        view! {
            <text class="sessions__time sessions__time--jump" x=(jump.from + jump.to) / 2.0 y="12">
                {words}
            </text>
        }
    });
    view! {
        <svg width=width height=AXIS aria-hidden="true">
            <line class="sessions__line" x1=from x2=to y1="18" y2="18"/>
            {compressed.collect_view()}
            {ticks.collect_view()}
            {jumps.collect_view()}
            <text class="sessions__time sessions__time--now" x=now.min(width - 12.0) y="12">
                {strings.sessions_now()}
            </text>
        </svg>
    }
}

fn plot(drawing: &Drawing, strings: &Strings) -> impl IntoView + use<> {
    let Drawing { from, to, width, height, .. } = *drawing;
    let jumps = drawing.jumps.iter().map(|jump| {
        let words = strings.sessions_jump(span(jump.by.as_secs(), strings));
        view! {
            <rect class="sessions__jump" x=jump.from y="0" width=jump.to - jump.from height=height>
                <title>{words}</title>
            </rect>
        }
    });
    let lanes = drawing.lanes.iter().map(|lane| lane_view(lane, from, to));
    view! {
        <svg class="sessions__plot" width=width height=height aria-hidden="true">
            <defs>
                <pattern
                    id="sessions-kept"
                    width="5"
                    height="5"
                    patternUnits="userSpaceOnUse"
                    patternTransform="rotate(45)"
                >
                    <line class="sessions__hatch" y2="5"/>
                </pattern>
                <pattern
                    id="sessions-left"
                    width="5"
                    height="5"
                    patternUnits="userSpaceOnUse"
                    patternTransform="rotate(45)"
                >
                    <line class="sessions__hatch sessions__hatch--left" y2="5"/>
                </pattern>
            </defs>
            {jumps.collect_view()}
            {lanes.collect_view()}
        </svg>
    }
}

fn lane_view(lane: &Lane, from: f64, to: f64) -> impl IntoView + use<> {
    let (top, bottom) = (lane.bar, lane.bar + BAR);
    let middle = top + BAR / 2.0;
    let bars = lane.bars.iter().map(|bar| bar_view(bar, top));
    let ends = lane.ends.iter().map(|end| {
        let x = end.x;
        let (class, d) = match end.how {
            How::Said => ("sessions__end", format!("M{x} {}V{}", top - 3.0, bottom + 3.0)),
            How::TakenOver => {
                let (top, bottom) = (top - 3.0, bottom + 3.0);
                ("sessions__end", format!("M{} {top}V{bottom}M{x} {top}V{bottom}", x - 3.0))
            }
            How::Lost => ("sessions__end sessions__end--lost", cross(x, middle, 5.0)),
        };
        view! { <path class=class d=d/> }
    });
    let dots = lane.dots.iter().map(|dot| dot_view(dot, lane));
    let y = bottom + WILL_BELOW;
    let wills = lane.wills.iter().map(|will| {
        let fate = match will.fate {
            WillFate::Waits => "waits",
            WillFate::Published => "published",
            WillFate::Withdrawn => "withdrawn",
        };
        let crossed = (will.fate == WillFate::Withdrawn)
            .then(|| view! { <path class="sessions__withdrawn" d=cross(will.to, y, 6.0)/> });
        view! {
            <g class="sessions__will" data-fate=fate>
                <line x1=will.from x2=will.to y1=y y2=y/>
                <circle cx=will.to cy=y r="5.5"/>
                <text x=will.to y=y + 3.0>"W"</text>
                {crossed}
            </g>
        }
    });
    view! {
        <line class="sessions__ground" x1=from x2=to y1=middle y2=middle/>
        {bars.collect_view()}
        {ends.collect_view()}
        {wills.collect_view()}
        {dots.collect_view()}
    }
}

fn bar_view(bar: &Bar, y: f64) -> AnyView {
    let width = (bar.to - bar.from).max(0.0);
    let x = bar.from;
    match bar.what {
        What::Connected(client) => view! {
            <rect
                class="sessions__bar"
                data-client=client.letter().to_string()
                x=x
                y=y
                width=width.max(1.5)
                height=BAR
            />
        }
        .into_any(),
        What::Kept => view! {
            <rect class="sessions__bar sessions__bar--kept" x=x y=y width=width height=BAR/>
        }
        .into_any(),
        What::Left => view! {
            <rect class="sessions__bar sessions__bar--left" x=x y=y width=width height=BAR/>
        }
        .into_any(),
        What::Endless => {
            let (to, bottom, middle) = (bar.to - 5.0, y + BAR, y + BAR / 2.0);
            let edges = format!("M{x} {y}H{to}M{x} {bottom}H{to}M{to} {y}l5 {0}l-5 {0}", BAR / 2.0);
            let filled = (to - x).max(0.0);
            view! {
                <rect class="sessions__bar sessions__bar--endless" x=x y=y width=filled height=BAR/>
                <path class="sessions__edges" d=edges/>
                <text class="sessions__endless" x=bar.to + 1.0 y=middle - 8.0>"∞"</text>
            }
            .into_any()
        }
    }
}

fn dot_view(dot: &Dot, lane: &Lane) -> AnyView {
    let Dot { x, y, fate, more, .. } = *dot;
    let fate_key = match fate {
        Fate::Waits => "waits",
        Fate::Left => "left",
        Fate::Handed => "handed",
        Fate::Lost => "lost",
    };
    if more > 0 {
        let words = format!("+{more}");
        return view! { <text class="sessions__count" x=x - 3.0 y=y>{words}</text> }.into_any();
    }
    match fate {
        Fate::Lost => {
            view! { <path class="sessions__dot" data-fate=fate_key d=cross(x, y, 2.5)/> }.into_any()
        }
        _ => view! {
            <circle
                class="sessions__dot"
                data-fate=fate_key
                data-client=lane.client.letter().to_string()
                cx=x
                cy=y
                r="2.75"
            />
        }
        .into_any(),
    }
}

/// Two strokes.
fn cross(x: f64, y: f64, size: f64) -> String {
    let (left, right, top, bottom) = (x - size, x + size, y - size, y + size);
    format!("M{left} {top}L{right} {bottom}M{right} {top}L{left} {bottom}")
}

/// What the signs mean; the words of the lanes say it all to who does not see them.
fn key(strings: &Strings) -> impl IntoView + use<> {
    let signs = [
        ("connected", strings.sessions_key_connected()),
        ("away", strings.sessions_key_away()),
        ("gone", strings.sessions_key_gone()),
        ("flag", strings.sessions_key_flag()),
        ("message", strings.sessions_key_message()),
        ("will", strings.sessions_key_will()),
        ("compressed", strings.sessions_key_compressed()),
    ];
    let signs = signs.map(|(sign, words)| {
        let letter = match sign {
            "flag" => "1",
            "will" => "W",
            _ => "",
        };
        view! { <li><i class="sessions__sign" data-sign=sign>{letter}</i>{words}</li> }
    });
    view! { <ul class="sessions__key" aria-hidden="true">{signs}</ul> }
}

/// The height of the axis.
const AXIS: f64 = 22.0;
