//! What stands beside the lanes: open connections, exchanges, requests with their replies.

use std::ops::Range;

use leptos::prelude::*;

use super::{Scene, first_row};
use crate::ui::erased::erased;
use crate::ui::ladder::lanes::End;
use crate::ui::ladder::model::{Chain, ChainKind, Span};

/// The drawn rows' part of it; the rows say the same in words.
#[component]
pub fn Marks(scene: Scene, range: Memo<Range<usize>>) -> impl IntoView {
    let Scene { store, wire, ladder, followed, lanes, replay } = scene;
    let x = move |span| lanes.with(|lanes| lanes.x(End::Client(span))).to_string();
    let spans = Memo::new(move |_| {
        followed.track();
        ladder.with_value(|ladder| ladder.spans(range.get(), replay.at()))
    });
    let chains = Memo::new(move |_| {
        followed.track();
        ladder.with_value(|ladder| {
            store.peek(|lab| ladder.chains(lab.capture(), range.get(), replay.at()))
        })
    });
    let span = move |span: Span| {
        view! {
            <i
                class="ladder__span"
                data-client=span.client.letter().to_string()
                style:--x=x(span.client)
                style:--top=span.top.to_string()
                style:--size=(span.bottom - span.top).to_string()
            ></i>
        }
    };
    let chain = move |chain: Chain| {
        let in_hand = store.selected().or(wire.cursor.get());
        let is_lit = in_hand.is_some_and(|id| chain.members.contains(&id));
        let side = match lanes.with(|lanes| lanes.is_left(chain.client)) {
            true => "left",
            false => "right",
        };
        // Its corners are drawn where its first and last packet are; the others only touch it.
        let begins = chain.ticks.first().is_some_and(|tick| *tick == chain.top);
        let ends = !chain.is_open && chain.ticks.last().is_some_and(|tick| *tick == chain.bottom);
        let inner = chain
            .ticks
            .iter()
            .filter(|tick| **tick != chain.top && **tick != chain.bottom)
            .map(|tick| view! { <i style:--top=(tick - chain.top).to_string()></i> })
            .collect_view();
        view! {
            <i
                class="ladder__chain"
                data-side=side
                data-kind=match chain.kind {
                    ChainKind::Exchange => "exchange",
                    ChainKind::Reply => "reply",
                }
                data-begins=begins.then_some("")
                data-ends=ends.then_some("")
                data-open=chain.is_open.then_some("")
                data-lit=is_lit.then_some("selected")
                style:--x=x(chain.client)
                style:--level=chain.level.to_string()
                style:--top=chain.top.to_string()
                style:--size=(chain.bottom - chain.top).max(0.0).to_string()
            >
                {inner}
            </i>
        }
    };
    view! {
        <div
            class="ladder__marks"
            aria-hidden="true"
            style:--first=erased(move || first_row(scene, range))
        >
            {erased(move || spans.get().into_iter().map(span).collect_view())}
            {erased(move || chains.get().into_iter().map(chain).collect_view())}
        </div>
    }
}
