//! A capture played again against a broker: how, how far, and what became of it.

use leptos::prelude::*;

use super::playing::Playing;
use crate::capture::Capture;
use crate::formats::secrets;
use crate::lab::replay::{MOST_AT_ONCE, Options, Pace, Progress};
use crate::language::Strings;
use crate::mqtt::Sender;
use crate::ui::broker_choice;
use crate::ui::captures::Source;
use crate::ui::captures::view::{CaptureShelf, Item};
use crate::ui::components::controls::{Select, SmallButton, said};
use crate::ui::components::{ClosableNotice, Icon};
use crate::ui::erased::erased;
use crate::ui::format::grouped;
use crate::ui::loading::locale::use_locale;
use crate::ui::state::store::Store;

/// The paces that can be chosen, by their keys.
const PACES: [(&str, Pace); 3] =
    [("answered", Pace::Answered), ("x1", Pace::Recorded(1)), ("x10", Pace::Recorded(10))];

fn pace_words(pace: Pace, strings: &Strings) -> String {
    match pace {
        Pace::Answered => strings.replay_as_answered().to_owned(),
        Pace::Recorded(1) => strings.replay_as_recorded().to_owned(),
        Pace::Recorded(speed) => strings.replay_faster(speed),
    }
}

/// There while one capture is looked at in which a client has sent something.
#[component]
pub fn ReplayBar(shelf: CaptureShelf, store: Store) -> impl IntoView {
    let locale = use_locale();
    let is_open = RwSignal::new(false);
    let report = RwSignal::new(None::<Progress>);
    // The one that is played, and under which name its replay will stand.
    let played = StoredValue::new(None::<(u32, String)>);
    let on_end = move |(capture, progress): (Capture, Progress)| {
        report.set(Some(progress));
        if let Some((original, name)) = played.get_value() {
            let run = shelf.keep_as(Source::Replay(name), capture);
            shelf.compare(original, run);
        }
    };
    let playing = Playing::new(Callback::new(on_end));
    let item = Memo::new(move |_| {
        let shown = shelf.shown().filter(|_| shelf.compared().is_none())?;
        let item = shelf.item(shown)?;
        let sent = sent_in(&item);
        (sent > 0).then_some((shown, sent, item.summary.connections, hidden_in(&item)))
    });
    let pace = RwSignal::new(PACES[0].0.to_owned());
    // Nobody is thrown out of a broker that only the replay has.
    let suffix = RwSignal::new(None::<bool>);
    let with_suffix = Memo::new(move |_| {
        let is_elsewhere = !store.target().is_in_tab();
        suffix.get().unwrap_or(is_elsewhere)
    });
    let begin = move |()| {
        let Some((id, ..)) = item.get_untracked() else { return };
        let Some(item) = untrack(|| shelf.item(id)) else { return };
        let Some(capture) = item.capture.clone() else { return };
        played.set_value(Some((id, item.name(untrack(|| locale.strings())))));
        report.set(None);
        is_open.set(false);
        let chosen = pace.with_untracked(|key| PACES.into_iter().find(|(known, _)| known == key));
        let suffix = with_suffix
            .get_untracked()
            .then(|| format!("-r{}", &uuid::Uuid::new_v4().simple().to_string()[..4]));
        let options = store.peek(|lab| Options {
            target: lab.target().clone(),
            subprotocol: lab.subprotocol().to_owned(),
            pace: chosen.map_or(Pace::Answered, |(_, pace)| pace),
            suffix: suffix.unwrap_or_default(),
            policy: lab.in_tab().broker().policy().clone(),
            latency: lab.in_tab().latency(),
        });
        playing.begin(&capture, options);
    };
    let broker = move || broker_choice::name(&store.target(), locale.strings());
    let choices = move || {
        let (_, sent, connections, hidden) = item.get()?;
        let strings = locale.strings();
        let paces = Signal::derive(move || {
            let words =
                |(key, pace): (&str, Pace)| (key.to_owned(), pace_words(pace, locale.strings()));
            PACES.into_iter().map(words).collect::<Vec<_>>()
        });
        Some(view! {
            <div class="replay__choices">
                <p class="field__hint">
                    {strings.replay_how(connections, MOST_AT_ONCE, grouped(sent as u64))}
                    {store.target().is_in_tab().then(|| format!(" {}", strings.replay_in_tab()))}
                    {(hidden > 0).then(|| format!(" {}", strings.replay_hidden(hidden)))}
                </p>
                <div class="button-row">
                    <Select
                        label=Some(said(|s| s.replay_pace()))
                        options=paces
                        value=pace.into()
                        on_change=Callback::new(move |key| pace.set(key))
                    />
                    <label class="check">
                        <input
                            type="checkbox"
                            prop:checked=erased(move || with_suffix.get())
                            on:change=move |event| suffix.set(Some(event_target_checked(&event)))
                        />
                        {said(|s| s.replay_suffix())}
                    </label>
                    <SmallButton
                        words=said(|s| s.replay_begin())
                        icon=Some("play")
                        on_press=Callback::new(begin)
                    />
                </div>
            </div>
        })
    };
    let is_playing = Memo::new(move |_| playing.progress().is_some());
    let progress = move || {
        let progress = playing.progress().unwrap_or_default();
        let (sent, to_send) = (grouped(progress.sent as u64), grouped(progress.to_send as u64));
        locale.strings().replay_running(to_send, sent)
    };
    let outcome = move || {
        report.get().map(|progress| {
            let title = report_words(&progress, locale.strings());
            let is_whole = progress.sent == progress.to_send && progress.missing == 0;
            let title = view! { <p class="notice__title">{title}</p> };
            view! {
                <ClosableNotice
                    state=if is_whole { "info" } else { "warning" }
                    title=title.into_any()
                    on_close=Callback::new(move |()| report.set(None))
                />
            }
        })
    };
    let can_begin = Memo::new(move |_| item.with(Option::is_some) && !is_playing.get());
    view! {
        <Show when=erased(move || can_begin.get())>
            <div class="replay">
                <SmallButton
                    words=Signal::derive(move || locale.strings().replay_against(broker()))
                    icon=Some("play")
                    pressed=Some(is_open.into())
                    on_press=Callback::new(move |()| is_open.update(|open| *open = !*open))
                />
                <Show when=erased(move || is_open.get())>{erased(choices)}</Show>
            </div>
        </Show>
        <Show when=erased(move || is_playing.get())>
            <p class="captures__banner replay__running" role="status">
                <Icon name="waiting"/>
                <span>{erased(progress)}</span>
                <SmallButton
                    words=said(|s| s.replay_stop())
                    icon=Some("close")
                    on_press=Callback::new(move |()| playing.stop())
                />
            </p>
        </Show>
        {erased(outcome)}
    }
}

/// What its clients sent.
fn sent_in(item: &Item) -> usize {
    item.capture.as_ref().map_or(0, |capture| {
        capture.records().filter(|record| record.sender() == Some(Sender::Client)).count()
    })
}

/// Secrets that are not in it any more, since it comes from what the browser keeps.
fn hidden_in(item: &Item) -> usize {
    let has_any =
        item.capture.as_ref().is_some_and(|capture| secrets::count(capture.records()) > 0);
    item.kept.as_ref().filter(|_| !has_any).map_or(0, |kept| kept.hidden)
}

fn report_words(progress: &Progress, strings: &Strings) -> String {
    let mut words = vec![strings.replay_sent(grouped(progress.sent as u64))];
    let unsent = progress.to_send - progress.sent;
    if unsent > 0 {
        words.push(strings.replay_unsent(grouped(unsent as u64)));
    }
    if progress.missing > 0 {
        words.push(strings.replay_missing(grouped(progress.missing as u64)));
    }
    if progress.left_out > 0 {
        words.push(strings.replay_left_out(MOST_AT_ONCE, progress.left_out));
    }
    words.join(" ")
}
