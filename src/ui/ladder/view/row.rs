//! One row of the ladder: a packet on its way from lane to lane, or an event of the link.

use leptos::prelude::*;

use super::Scene;
use crate::capture::Record;
use crate::ui::components::direction;
use crate::ui::erased::erased;
use crate::ui::format::elapsed;
use crate::ui::ladder::model::{Arrow, Mark, Rung};
use crate::ui::ladder::words::sentence;
use crate::ui::loading::locale::use_locale;
use crate::ui::packet_list::Line;
use crate::ui::packet_list::view::{line_view, time_view};

#[component]
pub fn LadderRow(
    scene: Scene,
    rung: Rung,
    record: Record,
    /// Whether it came while the learner watched.
    is_new: bool,
) -> impl IntoView {
    let Scene { store, wire, ladder, lanes, replay, .. } = scene;
    let locale = use_locale();
    let id = record.id;
    let is_link = record.bytes().is_empty();
    let is_hole = record.hole().is_some();
    let time = time_view(wire, &record);
    let (wait, join) = store.peek(|lab| {
        ladder.with_value(|ladder| {
            (ladder.time_before(lab.capture(), id), ladder.join(lab.capture(), &record))
        })
    });
    let shape = rung.wait();
    let told = wait.filter(|_| shape.is_told());
    let way = direction(record.side());
    let client = record.client.letter().to_string();
    let arrow = {
        let record = record.clone();
        move || ladder.with_value(|ladder| lanes.with(|lanes| ladder.arrow(&record, lanes)))
    };
    let mark = untrack(&arrow).mark;
    let ends = Memo::new(move |_| {
        let Arrow { from, to, .. } = arrow();
        (from, to)
    });
    let points = move || {
        let (from, to) = ends.get();
        if from <= to { "right" } else { "left" }
    };
    let at = move || {
        let (from, to) = ends.get();
        from.min(to).to_string()
    };
    let length = move || {
        let (from, to) = ends.get();
        (from - to).abs().to_string()
    };
    let in_words = {
        let record = record.clone();
        move || {
            let language = locale.language();
            let line = store.peek(|lab| Line::among(lab.capture(), &record, language));
            sentence(&record, &line, join, told, language)
        }
    };
    let label = move || {
        let language = locale.language();
        let line = store.peek(|lab| Line::among(lab.capture(), &record, language));
        let after = join.map(|join| {
            let strings = language.strings();
            let time = elapsed(join.after, strings);
            let words = strings.ladder_request_time(join.to.number(), &time);
            view! { <span class="ladder-row__after" title=words>{format!("+{time}")}</span> }
                .into_any()
        });
        line_view(line, &wire.asked.get(), language.strings(), after)
    };
    let tab = move || if wire.cursor.get() == Some(id) { "0" } else { "-1" };
    let open = move |_| {
        wire.cursor.set(Some(id));
        store.open(id);
    };
    let content = view! {
        <span class="visually-hidden">{erased(in_words)}</span>
        <span class="ladder-row__time" aria-hidden="true" title=format!("#{}", id.number())>
            {time}
        </span>
        <span class="ladder-row__label" aria-hidden="true">
            {erased(label)}
        </span>
        <i class="ladder-arrow" aria-hidden="true" data-mark=mark_name(mark) data-points=erased(points)></i>
    };
    let row = id.0.to_string();
    let content = match is_link {
        true if !is_hole => view! {
            <div class="ladder-row__button" data-row=row.clone() tabindex=erased(tab)>{content}</div>
        }
        .into_any(),
        _ => view! {
            <button class="ladder-row__button" data-row=row.clone() tabindex=erased(tab) on:click=open>
                {content}
            </button>
        }
        .into_any(),
    };
    view! {
        <li
            class="ladder-row"
            class:ladder-row--link=is_link
            class:ladder-row--new=is_new
            class:ladder-row--ahead=erased(move || replay.hides(id))
            class:ladder-row--travels=erased(move || replay.at() == Some(id))
            data-record=row
            data-client=client
            data-direction=way
            data-state=(mark == Mark::Malformed).then_some("malformed")
            aria-current=erased(move || (store.selected() == Some(id)).then_some("true"))
            style:--at=erased(at)
            style:--length=erased(length)
            style:--wait=shape.height.to_string()
        >
            {(shape.height > 0.0)
                .then(|| {
                    view! {
                        <span
                            class="ladder-row__wait"
                            aria-hidden="true"
                            data-folded=shape.is_folded.then_some("")
                        >
                            {erased(move || {
                                told.map(|wait| view! { <span>{elapsed(wait, locale.strings())}</span> })
                            })}
                        </span>
                    }
                })}
            {content}
        </li>
    }
}

/// Its name in the stylesheet.
fn mark_name(mark: Mark) -> &'static str {
    match mark {
        Mark::Packet => "packet",
        Mark::Malformed => "malformed",
        Mark::Opening => "opening",
        Mark::Opened => "opened",
        Mark::Closed => "closed",
        Mark::Cut => "cut",
        Mark::Missing => "missing",
        Mark::NeverOpened => "never-opened",
    }
}
