//! Below the bar of the wire: the message that is followed, and what the filter does not understand.

use leptos::prelude::*;

use super::wire_state::use_wire;
use crate::ui::components::{Evidence, Icon};
use crate::ui::erased::erased;
use crate::ui::loading::locale::use_locale;
use crate::ui::packet_list::follow_words::{CopyLine, copies, summary};
use crate::ui::packet_list::model::Filter;

#[component]
pub fn WireNotes() -> impl IntoView {
    let wire = use_wire();
    let followed = Memo::new(move |_| wire.asked.get().followed().first().copied());
    view! {
        <Show when=erased(move || followed.get().is_some())>
            <Followed/>
        </Show>
        <Problems/>
    }
}

/// The way of a message in one line, which also takes the filter away.
#[component]
fn Followed() -> impl IntoView {
    let (wire, locale) = (use_wire(), use_locale());
    let found = wire.found_memo();
    let said = Memo::new(move |_| {
        found.track();
        let strings = locale.strings();
        wire.with_matches(|matches| {
            matches.follower().map(|follower| {
                (follower.asked(), summary(follower, strings), copies(follower, strings))
            })
        })
    });
    let what = move || match said.get() {
        Some((id, facts, _)) => view! {
            <strong class="wire-note__title">
                {locale.strings().follow_title()} " " <Evidence id/>
            </strong>
            <span class="wire-note__facts">
                {facts.into_iter().map(|fact| view! { <span>{fact}</span> " " }).collect_view()}
            </span>
        }
        .into_any(),
        None => view! { <span>{locale.strings().follow_no_message()}</span> }.into_any(),
    };
    let is_open = RwSignal::new(false);
    let lines = move || said.get().map(|(.., lines)| lines).unwrap_or_default();
    let has_lines = Memo::new(move |_| !lines().is_empty());
    let line = |line: CopyLine| {
        view! {
            <li>
                <span class="wire-note__client" data-client=line.client.letter().to_string()>
                    {line.client.letter().to_string()}
                </span>
                " "
                <Evidence id=line.record/>
                " "
                {line.facts.join(" · ")}
            </li>
        }
    };
    view! {
        <section class="wire-note wire-note--followed" aria-label=erased(move || locale.strings().follow_title())>
            <Icon name="follow"/>
            <div class="wire-note__words" role="status">{erased(what)}</div>
            <Show when=erased(move || has_lines.get())>
                <button
                    type="button"
                    class="button button--quiet button--small"
                    aria-expanded=erased(move || is_open.get().to_string())
                    on:click=move |_| is_open.update(|is_open| *is_open = !*is_open)
                >
                    {erased(move || locale.strings().follow_copies())}
                </button>
            </Show>
            <button
                type="button"
                class="button button--quiet button--icon button--small"
                aria-label=erased(move || locale.strings().follow_stop())
                title=erased(move || locale.strings().follow_stop())
                on:click=move |_| wire.stop_following()
            >
                <Icon name="close"/>
            </button>
            <Show when=erased(move || is_open.get() && has_lines.get())>
                <ul class="wire-note__copies">
                    {erased(move || lines().into_iter().map(line).collect_view())}
                </ul>
            </Show>
        </section>
    }
}

/// Words of the filter that do something else than it seems.
#[component]
fn Problems() -> impl IntoView {
    let (wire, locale) = (use_wire(), use_locale());
    let problems = Memo::new(move |_| wire.filter.with(|filter| Filter::problems(filter)));
    erased(move || {
        problems.with(|problems| {
            let strings = locale.strings();
            let words: Vec<String> =
                problems.iter().map(|problem| problem.words(strings)).collect();
            (!words.is_empty()).then(|| {
                view! {
                    <div class="wire-note wire-note--problem" role="status">
                        <Icon name="hint"/>
                        <div class="wire-note__words">
                            {words.into_iter().map(|words| view! { <p>{words}</p> }).collect_view()}
                        </div>
                    </div>
                }
            })
        })
    })
}
