//! The connections of the tap, each a lane with its application.

use leptos::prelude::*;

use super::line::Line;
use crate::mqtt::ConnectionId;
use crate::tap::feed::Lane;
use crate::ui::components::Icon;
use crate::ui::components::controls::said;
use crate::ui::erased::erased;
use crate::ui::loading::locale::use_locale;
use crate::ui::traffic::name;

/// So many are listed, those that came last.
const LISTED: usize = 60;

#[component]
pub fn Connections(line: Line) -> impl IntoView {
    let locale = use_locale();
    let lanes = Memo::new(move |_| {
        line.with(|traffic| {
            let lanes = traffic.feed().lanes();
            let mut latest: Vec<ConnectionId> =
                lanes.rev().take(LISTED).map(|lane| lane.connection).collect();
            latest.reverse();
            latest
        })
    });
    let is_empty = move || lanes.with(Vec::is_empty);
    let has_choice = Memo::new(move |_| line.with(|traffic| traffic.has_choice()));
    view! {
        <div class="captures__shelf traffic__lanes">
            <ul class="captures__items" aria-label=said(|s| s.traffic_connections())>
                <li class="captures__item">
                    <button
                        class="captures__choose"
                        aria-pressed=erased(move || (!has_choice.get()).to_string())
                        on:click=move |_| line.choose(None)
                    >
                        <Icon name="wire"/>
                        <span class="captures__name">{said(|s| s.traffic_all())}</span>
                        <span class="captures__summary">
                            {erased(move || locale.strings().traffic_count(lanes.with(Vec::len)))}
                        </span>
                    </button>
                </li>
                <For each=move || lanes.get() key=|connection| *connection children=move |connection| {
                    view! { <Listed connection line/> }
                }/>
            </ul>
        </div>
        <Show when=erased(is_empty)>
            <p class="captures__banner" role="status">
                <Icon name="waiting"/>
                <span>{said(|s| s.traffic_nothing_yet())}</span>
            </p>
        </Show>
    }
}

#[component]
fn Listed(connection: ConnectionId, line: Line) -> impl IntoView {
    let locale = use_locale();
    let lane = Memo::new(move |before: Option<&Option<Lane>>| {
        let lane = line.with(|traffic| traffic.feed().lane(connection).cloned());
        lane.or_else(|| before.cloned().flatten())
    });
    let letter = move || {
        let client = lane.with(|lane| lane.as_ref()?.client)?;
        let letter = client.letter().to_string();
        Some(
            view! { <span class="client-letter" data-client=letter.clone()>{letter.clone()}</span> },
        )
    };
    let title = move || lane.with(|lane| lane.as_ref().map(|lane| name(lane).to_owned()));
    let summary = move || {
        let strings = locale.strings();
        lane.with(|lane| {
            let lane = lane.as_ref()?;
            let mut words = Vec::new();
            if !lane.about.client_id.is_empty() {
                words.push(lane.about.peer.clone());
            }
            words.extend(lane.about.version().map(|version| version.name().to_owned()));
            words.push(strings.traffic_packets(lane.packets as usize));
            if !lane.is_open {
                words.push(strings.traffic_closed().to_owned());
            }
            Some(words.join(" · "))
        })
    };
    let is_open = move || lane.with(|lane| lane.as_ref().is_some_and(|lane| lane.is_open));
    let is_chosen = Memo::new(move |_| line.with(|traffic| traffic.is_chosen(connection)));
    view! {
        <li class="captures__item" data-open=erased(move || is_open().to_string())>
            <button
                class="captures__choose"
                data-connection=connection.0.to_string()
                aria-pressed=erased(move || is_chosen.get().to_string())
                on:click=move |_| line.choose(Some(connection))
            >
                <span class="traffic__letter">{erased(letter)}</span>
                <span class="captures__name">{erased(title)}</span>
                <span class="captures__summary">{erased(summary)}</span>
            </button>
        </li>
    }
}
