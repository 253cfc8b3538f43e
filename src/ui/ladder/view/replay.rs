//! Shows again what has happened, one packet after the other, slowly enough to watch each on its way.

use std::time::Duration;

use leptos::prelude::*;

use super::Scene;
use crate::capture::RecordId;
use crate::ui::browser::focus_within;
use crate::ui::components::Icon;
use crate::ui::erased::erased;
use crate::ui::ladder::model::Ladder;
use crate::ui::ladder::words::sentence;
use crate::ui::loading::locale::use_locale;
use crate::ui::packet_list::Line;

/// From one packet to the next. Its way takes `--steady` of that.
const PACE: Duration = Duration::from_millis(250);

/// Copied freely.
#[derive(Clone, Copy)]
pub struct Replay {
    ladder: StoredValue<Ladder, LocalStorage>,
    /// The packet on its way; everything behind it is hidden.
    at: RwSignal<Option<RecordId>>,
    /// The first and the last one to be shown.
    ends: RwSignal<Option<(RecordId, RecordId)>>,
    plays: RwSignal<bool>,
}

impl Replay {
    /// `show` brings a packet into sight.
    pub fn new(
        ladder: StoredValue<Ladder, LocalStorage>,
        show: impl Fn(RecordId) + Send + Sync + 'static,
    ) -> Replay {
        let replay = Replay {
            ladder,
            at: RwSignal::new(None),
            ends: RwSignal::new(None),
            plays: RwSignal::new(false),
        };
        Effect::new(move || {
            if let Some(id) = replay.at.get() {
                show(id);
            }
        });
        Effect::new(move |timer: Option<Option<TimeoutHandle>>| {
            if let Some(timer) = timer.flatten() {
                timer.clear();
            }
            let plays = replay.at.get().is_some() && replay.plays.get();
            let next = move || {
                if replay.plays.try_get_untracked() == Some(true) {
                    replay.next();
                }
            };
            plays.then(|| set_timeout_with_handle(next, PACE).ok()).flatten()
        });
        replay
    }

    /// Begins with the record where the keyboard stands, or with what happened last. Where nothing may
    /// move, the learner goes from packet to packet by hand.
    pub fn start(self, cursor: Option<RecordId>) {
        let ends = self.ladder.with_value(|ladder| {
            ladder.replay_from(cursor).zip(ladder.at(ladder.len().wrapping_sub(1)))
        });
        let Some((first, last)) = ends else { return };
        self.plays.set(!motion_is_reduced());
        self.ends.set(Some((first, last)));
        self.at.set(Some(first));
        focus(".ladder__replay button");
    }

    /// Goes to the next packet; behind the last one the replay is over.
    pub fn next(self) {
        let next = self.at.get_untracked().and_then(|at| {
            self.ladder.with_value(|ladder| ladder.at(ladder.position(RecordId(at.0 + 1))))
        });
        let last = self.ends.get_untracked().map(|(_, last)| last);
        match next.filter(|next| last.is_some_and(|last| *next <= last)) {
            None => self.end(),
            next => self.at.set(next),
        }
    }

    pub fn end(self) {
        let focused = document().active_element();
        let steers = focused.and_then(|element| element.closest(".ladder__replay").ok().flatten());
        self.at.set(None);
        // The button in hand goes away.
        if steers.is_some() {
            focus(".ladder__start");
        }
    }

    /// Whether there is one at this moment. Not tracked.
    pub fn is_running(self) -> bool {
        self.at.get_untracked().is_some()
    }

    /// The packet on its way. Tracked, like everything below.
    pub fn at(self) -> Option<RecordId> {
        self.at.get()
    }

    pub fn is_on(self) -> bool {
        self.at.get().is_some()
    }

    pub fn hides(self, id: RecordId) -> bool {
        self.at.get().is_some_and(|at| id > at)
    }

    /// How many have been shown, out of how many.
    fn count(self) -> Option<(usize, usize)> {
        let (first, last) = self.ends.get()?;
        let at = self.at.get()?;
        self.ladder.with_value(|ladder| {
            let first = ladder.position(first);
            let count = |id| (ladder.position(id) + 1).saturating_sub(first);
            Some((count(at), count(last)))
        })
    }
}

/// What steers a replay, while there is one.
#[component]
pub fn ReplayBar(scene: Scene) -> impl IntoView {
    let Scene { store, ladder, replay, .. } = scene;
    let locale = use_locale();
    let is_on = Memo::new(move |_| replay.is_on());
    let words = move || {
        let record = store.record(replay.at()?)?;
        let language = locale.language();
        store.peek(|lab| {
            let line = Line::among(lab.capture(), &record, language);
            let join = ladder.with_value(|ladder| ladder.join(lab.capture(), &record));
            Some(sentence(&record, &line, join, None, language))
        })
    };
    let count = move || {
        let (shown, all) = replay.count()?;
        Some(locale.strings().ladder_replay_at(all, shown))
    };
    let play = move || match replay.plays.get() {
        true => locale.strings().ladder_replay_pause(),
        false => locale.strings().ladder_replay_play(),
    };
    let content = move || {
        is_on.get().then(|| {
            view! {
                <div class="ladder__replay" role="group" aria-label=erased(move || locale.strings().ladder_replay())>
                    <span class="ladder__count">{erased(count)}</span>
                    <span class="visually-hidden" aria-live="polite">{erased(words)}</span>
                    {(!motion_is_reduced())
                        .then(|| {
                            view! {
                                <button
                                    class="button button--small"
                                    on:click=move |_| replay.plays.update(|plays| *plays = !*plays)
                                >
                                    <Icon small=true name=Signal::derive(move || match replay.plays.get() {
                                        true => "pause",
                                        false => "play",
                                    })/>
                                    {erased(play)}
                                </button>
                            }
                        })}
                    <button
                        class="button button--small"
                        on:click=move |_| {
                            replay.plays.set(false);
                            replay.next();
                        }
                    >
                        <Icon name="next" small=true/>
                        {erased(move || locale.strings().ladder_replay_next())}
                    </button>
                    <button
                        class="button button--quiet button--icon button--small"
                        aria-label=erased(move || locale.strings().ladder_replay_stop())
                        title=erased(move || locale.strings().ladder_replay_stop())
                        on:click=move |_| replay.end()
                    >
                        <Icon name="close" small=true/>
                    </button>
                </div>
            }
        })
    };
    erased(content)
}

/// Once it is drawn.
fn focus(selector: &'static str) {
    request_animation_frame(move || {
        if let Some(body) = document().body() {
            focus_within(&body, selector);
        }
    });
}

fn motion_is_reduced() -> bool {
    let query = window().match_media("(prefers-reduced-motion: reduce)");
    query.ok().flatten().is_some_and(|query| query.matches())
}
