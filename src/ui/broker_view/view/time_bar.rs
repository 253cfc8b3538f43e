//! The bench's clock, and how to put it forward.

use std::time::Duration;

use leptos::ev::SubmitEvent;
use leptos::prelude::*;

use super::controls::SmallButton;
use super::until::use_clock;
use crate::capture::ClientSlot;
use crate::ui::broker_view::settings::{NumberError, parse};
use crate::ui::broker_view::words::span;
use crate::ui::components::Icon;
use crate::ui::erased::erased;
use crate::ui::loading::locale::use_locale;
use crate::ui::state::store::use_store;

/// In seconds.
const STEPS: [u32; 3] = [10, 60, 3600];

/// A day: every Keep Alive of it is really played.
const LONGEST: u32 = 86_400;

#[component]
pub fn TimeBar() -> impl IntoView {
    let store = use_store();
    let locale = use_locale();
    let clock = use_clock();
    let refused = RwSignal::new(Vec::<ClientSlot>::new());
    let text = RwSignal::new(String::from("300"));
    let error = RwSignal::new(None::<NumberError>);
    let skip = move |seconds: u32| {
        let result = store.skip(Duration::from_secs(seconds.into()));
        refused.set(result.err().map(|outside| outside.0).unwrap_or_default());
    };
    let skip_own = move |event: SubmitEvent| {
        event.prevent_default();
        match parse(&text.get_untracked(), 1, LONGEST) {
            Ok(seconds) => {
                error.set(None);
                skip(seconds);
            }
            Err(wrong) => error.set(Some(wrong)),
        }
    };
    let passed = move || {
        let seconds = clock.now().as_micros() / 1_000_000;
        let (hours, minutes) = (seconds / 3600, seconds / 60 % 60);
        match hours {
            0 => format!("{minutes}:{:02}", seconds % 60),
            _ => format!("{hours}:{minutes:02}:{:02}", seconds % 60),
        }
    };
    let steps = STEPS.map(|seconds| {
        let words = Signal::derive(move || {
            let strings = locale.strings();
            strings.inside_skip_forward(span(seconds.into(), strings))
        });
        view! { <SmallButton words on_press=Callback::new(move |()| skip(seconds))/> }
    });
    let refusal = move || {
        let letters: Vec<_> = refused.get().iter().map(|slot| slot.letter().to_string()).collect();
        (!letters.is_empty()).then(|| {
            view! {
                <p class="field__error" role="alert">
                    <Icon name="warning"/>
                    {locale.strings().inside_skip_refused(letters.join(", "))}
                </p>
            }
        })
    };
    view! {
        <section class="time-bar" aria-label=erased(move || locale.strings().inside_time())>
            <div class="time-bar__row">
                <span class="time-bar__clock" title=erased(move || locale.strings().inside_clock())>
                    <Icon name="clock"/>
                    <span class="visually-hidden">{erased(move || locale.strings().inside_clock())}</span>
                    {erased(passed)}
                </span>
                <span
                    class="time-bar__steps"
                    role="group"
                    aria-label=erased(move || locale.strings().inside_skip())
                >
                    {steps}
                </span>
                <form class="time-bar__own" novalidate on:submit=skip_own>
                    <input
                        class="input--number"
                        inputmode="numeric"
                        autocomplete="off"
                        aria-label=erased(move || locale.strings().inside_skip_own())
                        aria-invalid=erased(move || error.get().map(|_| "true"))
                        aria-describedby=erased(move || error.get().map(|_| "skip-problem"))
                        prop:value=erased(move || text.get())
                        on:input=move |event| text.set(event_target_value(&event))
                    />
                    <span class="field__unit">"s"</span>
                    <button class="button button--small">
                        {erased(move || locale.strings().inside_skip_do())}
                    </button>
                </form>
            </div>
            {erased(move || {
                error
                    .get()
                    .map(|error| {
                        view! {
                            <p class="field__error" role="alert" id="skip-problem">
                                <Icon name="warning"/>
                                {error.words(locale.strings())}
                            </p>
                        }
                    })
            })}
            {erased(refusal)}
            <p class="field__hint wide-only">{erased(move || locale.strings().inside_skip_hint())}</p>
        </section>
    }
}
