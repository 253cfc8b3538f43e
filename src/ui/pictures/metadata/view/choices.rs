//! The latest messages, one of which is shown.

use leptos::prelude::*;

use super::scene::{Scene, Shown};
use super::words::part_name;
use crate::capture::RecordId;
use crate::language::Strings;
use crate::ui::components::Icon;
use crate::ui::erased::erased;
use crate::ui::format::grouped;
use crate::ui::pictures::metadata::model::{Journey, Sight};

/// As many as there are, the latest last.
pub fn choices(scene: Scene, strings: &Strings) -> impl IntoView + use<> {
    let longest = |all: &Shown| {
        all.journeys.iter().filter_map(|j| j.first()).map(Sight::total).max().unwrap_or(1)
    };
    scene.all.with(|all| {
        let before = (all.gone > 0).then(|| {
            let words = strings.metadata_before(grouped(all.gone as u64));
            view! { <span class="metadata-view__before">{words}</span> }
        });
        let last = all.journeys.last().map(Journey::id);
        let choice = |journey: &Journey| {
            chip(journey, longest(all), last == Some(journey.id()), scene, strings)
        };
        view! {
            {before}
            {all.journeys.iter().map(choice).collect_view()}
        }
    })
}

/// One message to choose: whose it is, its parts to scale, its length.
fn chip(
    journey: &Journey,
    longest: usize,
    is_last: bool,
    scene: Scene,
    strings: &Strings,
) -> AnyView {
    let Some(sight) = journey.first() else { return ().into_any() };
    let id = journey.id();
    let in_words: Vec<String> = sight
        .parts
        .iter()
        .filter(|(_, bytes)| *bytes > 0)
        .map(|(part, bytes)| format!("{} {bytes} B", part_name(*part, strings)))
        .collect();
    let parts = sight
        .parts
        .iter()
        .filter(|(_, bytes)| *bytes > 0)
        .map(|(part, bytes)| {
            let share = format!("{:.2}%", 100.0 * *bytes as f64 / longest.max(1) as f64);
            view! {
                <span class="metadata-view__part" data-part=part.key() style:inline-size=share></span>
            }
        })
        .collect_view();
    let is_shown = move || scene.shown.with(|shown| shown.as_ref().is_some_and(|it| it.id() == id));
    let packets: Vec<RecordId> =
        journey.sent.iter().chain(&journey.arrived).map(|sight| sight.id).collect();
    let is_open = move || scene.store.selected().is_some_and(|open| packets.contains(&open));
    let letter = sight.client.letter().to_string();
    let from = match journey.sent {
        Some(_) => view! {
            <span class="client-letter" data-client=letter.clone()>{letter.clone()}</span>
        }
        .into_any(),
        None => view! { <Icon name="broker"/> }.into_any(),
    };
    view! {
        <button
            class="metadata-view__packet"
            aria-pressed=erased(move || is_shown().to_string())
            aria-current=erased(move || is_open().then_some("true"))
            data-latest=is_last.then_some("")
            title=in_words.join(" · ")
            on:click=move |_| scene.choose(id)
        >
            {from}
            <span class="metadata-view__type">{sight.packet.name()}</span>
            <span class="metadata-view__id">{format!("#{}", id.number())}</span>
            <span class="metadata-view__bar" aria-hidden="true">{parts}</span>
            <span class="metadata-view__total">{format!("{} B", grouped(sight.total() as u64))}</span>
            <span class="visually-hidden">{in_words.join(", ")}</span>
        </button>
    }
    .into_any()
}
