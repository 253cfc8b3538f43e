//! The numbers of the learner's own policy.

use leptos::prelude::*;

use crate::course::support::alias_policy::Tuning;
use crate::language::Strings;
use crate::ui::erased::erased;
use crate::ui::loading::locale::use_locale;
use crate::ui::pictures::alias_game::model::{
    HALF_LIVES, MARGIN_STEP, MOST_SIGHTINGS, WIDEST_MARGIN,
};

/// One number of the learner's policy.
#[derive(Clone, Copy)]
struct Knob {
    id: &'static str,
    name: fn(&Strings) -> &'static str,
    highest: u32,
    /// From the slider's position and back.
    set: fn(&mut Tuning, u32),
    at: fn(Tuning) -> u32,
    words: fn(Tuning, &Strings) -> String,
}

const KNOBS: [Knob; 3] = [
    Knob {
        id: "alias-half-life",
        name: |strings| strings.alias_game_half_life(),
        highest: HALF_LIVES.len() as u32 - 1,
        set: |tuning, at| tuning.half_life = HALF_LIVES[at as usize % HALF_LIVES.len()],
        at: |tuning| {
            let at = HALF_LIVES.iter().position(|stop| *stop == tuning.half_life);
            at.unwrap_or(0) as u32
        },
        words: |tuning, strings| match tuning.half_life {
            0 => strings.alias_game_never().to_owned(),
            messages => strings.alias_game_messages(messages),
        },
    },
    Knob {
        id: "alias-sightings",
        name: |strings| strings.alias_game_sightings(),
        highest: MOST_SIGHTINGS - 1,
        set: |tuning, at| tuning.sightings = at + 1,
        at: |tuning| tuning.sightings - 1,
        words: |tuning, strings| strings.alias_game_from_sighting(tuning.sightings),
    },
    Knob {
        id: "alias-margin",
        name: |strings| strings.alias_game_margin(),
        highest: WIDEST_MARGIN / MARGIN_STEP,
        set: |tuning, at| tuning.margin = at * MARGIN_STEP,
        at: |tuning| tuning.margin / MARGIN_STEP,
        words: |tuning, _| format!("{}%", tuning.margin),
    },
];

#[component]
pub fn Knobs(tuning: RwSignal<Tuning>) -> impl IntoView {
    let locale = use_locale();
    let knob = move |knob: Knob| {
        let turn = move |event| {
            if let Ok(at) = event_target_value(&event).parse() {
                tuning.update(|tuning| (knob.set)(tuning, at));
            }
        };
        let words = move || (knob.words)(tuning.get(), locale.strings());
        view! {
            <div class="alias-knob">
                <label class="field__label" for=knob.id>
                    {erased(move || (knob.name)(locale.strings()))}
                </label>
                <input
                    id=knob.id
                    type="range"
                    min="0"
                    max=knob.highest
                    prop:value=erased(move || (knob.at)(tuning.get()))
                    aria-valuetext=erased(words)
                    on:input=turn
                />
                <output class="alias-knob__value" for=knob.id>{erased(words)}</output>
            </div>
        }
    };
    view! { <div class="alias-game__knobs">{KNOBS.into_iter().map(knob).collect_view()}</div> }
}
