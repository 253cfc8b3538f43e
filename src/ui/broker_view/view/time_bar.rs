//! The bench's clock, and how to put it forward.

use std::time::Duration;

use leptos::ev::SubmitEvent;
use leptos::prelude::*;

use crate::capture::ClientSlot;
use crate::ui::components::Icon;
use crate::ui::components::controls::{ErrorLine, SmallButton, TextBox, TextKind, said};
use crate::ui::components::until::use_clock;
use crate::ui::erased::erased;
use crate::ui::format::{letters, span};
use crate::ui::loading::locale::use_locale;
use crate::ui::settings::{Range, Wrong};
use crate::ui::state::store::use_store;

/// In seconds.
const STEPS: [u32; 3] = [10, 60, 3600];

/// Up to a day: every Keep Alive of it is really played.
const SECONDS: Range = Range::whole(1, 86_400, "s");

#[component]
pub fn TimeBar() -> impl IntoView {
    let store = use_store();
    let locale = use_locale();
    let clock = use_clock();
    let refused = RwSignal::new(Vec::<ClientSlot>::new());
    let text = RwSignal::new(String::from("300"));
    let error = RwSignal::new(None::<Wrong>);
    let skip = move |seconds: u32| {
        let result = store.skip(Duration::from_secs(seconds.into()));
        refused.set(result.err().map(|outside| outside.0).unwrap_or_default());
    };
    let skip_own = move |event: SubmitEvent| {
        event.prevent_default();
        match SECONDS.read_whole(&text.get_untracked()) {
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
        let refused = refused.get();
        (!refused.is_empty()).then(|| locale.strings().inside_skip_refused(letters(&refused)))
    };
    let problem = move || error.get().map(|wrong| wrong.words(locale.strings()));
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
                    <TextBox
                        id="skip"
                        label=said(|s| s.inside_skip_own())
                        kind=TextKind::Number
                        value=text
                        wrong=Signal::derive(move || error.get().is_some())
                        on_input=Some(Callback::new(move |typed| text.set(typed)))
                        on_change=Callback::new(move |typed| text.set(typed))
                    />
                    <span class="field__unit">{SECONDS.unit}</span>
                    <button class="button button--small">
                        {erased(move || locale.strings().inside_skip_do())}
                    </button>
                </form>
            </div>
            <ErrorLine words=Signal::derive(problem) id="skip-problem"/>
            <ErrorLine words=Signal::derive(refusal)/>
            <p class="field__hint wide-only">{erased(move || locale.strings().inside_skip_hint())}</p>
        </section>
    }
}
