//! What the parts of the wire share: the filter, the records that pass it, where the keyboard stands.

use std::time::Duration;

use leptos::html::Input;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::analysis::follow::can_follow;
use crate::analysis::why::has_why;
use crate::capture::{Record, RecordId};
use crate::time::Instant;
use crate::ui::browser::storage::{self, Key};
use crate::ui::browser::{milliseconds, zone_at};
use crate::ui::loading::locale::use_locale;
use crate::ui::packet_list::follow_words::following;
use crate::ui::packet_list::model::{Filter, Matches};
use crate::ui::packet_list::times::{Times, time_of};
use crate::ui::state::store::{Store, use_store};

/// Copied freely. It only chooses what is seen; the capture stays as it is.
#[derive(Clone, Copy)]
pub struct WireState {
    store: Store,
    /// The filter as typed.
    pub filter: RwSignal<String>,
    /// The same as the list understands it.
    pub asked: Memo<Filter>,
    /// The field it is typed in.
    pub input: NodeRef<Input>,
    /// Records before this one were put away.
    pub since: RwSignal<RecordId>,
    /// The row where the keyboard stands.
    pub cursor: RwSignal<Option<RecordId>>,
    pub view: RwSignal<WireView>,
    /// From where times count, in the list and in the ladder.
    pub times: RwSignal<Times>,
    /// Whether the ladder is the picture on the stage: beside it the wire shows the list.
    pub has_ladder_beside: bool,
    /// Whether the wire has all the room of the bench.
    pub enlarged: RwSignal<bool>,
    /// What is copied in place of the list, where another view shows the records.
    pub text: StoredValue<Option<Callback<(), String>>>,
    /// The filter from which a message was followed.
    before_following: StoredValue<String>,
    matches: StoredValue<Matches, LocalStorage>,
    found: Memo<Found>,
}

/// How the learner looks at the wire. Remembered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum WireView {
    #[default]
    List,
    Ladder,
    /// Only asked for: not remembered, since it costs as long as it is open.
    #[serde(skip)]
    Findings,
}

/// How the list stands now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Found {
    /// Rows in the list.
    pub rows: usize,
    /// Records there are, put away or filtered out ones included.
    pub records: usize,
    /// Rows that went at the upper end, because the capture was full, since the list was asked for.
    pub gone: u64,
    /// Records the capture had to let go.
    pub dropped: u64,
    /// The first and the last row.
    pub ends: Option<(RecordId, RecordId)>,
    /// The id that the next record will get.
    pub next: RecordId,
    pub is_filtered: bool,
    /// The first record not judged yet: a search that has found nothing so far still gets on.
    pub judged: RecordId,
    /// Whether every record has been judged.
    pub is_complete: bool,
}

/// Milliseconds that a search takes before it lets the browser draw and listen.
const SEARCH_AT_ONCE: f64 = 12.0;

pub fn use_wire() -> WireState {
    expect_context()
}

impl WireState {
    /// Makes it available to all parts of the wire, which stand below.
    pub fn provide() -> WireState {
        WireState::provide_beside(false)
    }

    /// The same on a page whose stage may show the ladder.
    pub fn provide_beside(has_ladder_beside: bool) -> WireState {
        let (store, locale) = (use_store(), use_locale());
        let filter = RwSignal::new(String::new());
        let since = RwSignal::new(RecordId(0));
        let language = untrack(|| locale.language());
        let matches =
            StoredValue::new_local(Matches::new(Filter::default(), language, RecordId(0)));
        let asked = Memo::new(move |_| Filter::parse(&filter.get()));
        let turn = RwSignal::new(0_u32);
        let found = Memo::new(move |_| {
            turn.track();
            let (asked, language, since) = (asked.get(), locale.language(), since.get());
            store.with_capture(|capture| {
                let mut found = None;
                matches.update_value(|matches| {
                    matches.ask(asked, language, since);
                    let end = milliseconds() + SEARCH_AT_ONCE;
                    let is_complete = matches.extend(capture, || milliseconds() < end);
                    let rows = matches.len();
                    found = Some(Found {
                        rows,
                        records: capture.len(),
                        gone: matches.gone(),
                        dropped: capture.dropped(),
                        ends: matches.at(0).zip(matches.at(rows.wrapping_sub(1))),
                        next: capture.next_id(),
                        is_filtered: matches.is_filtered(),
                        judged: matches.judged(),
                        is_complete,
                    });
                });
                found.expect("the update has run")
            })
        });
        Effect::new(move || {
            if !found.get().is_complete {
                set_timeout(move || _ = turn.try_update(|turn| *turn += 1), Duration::ZERO);
            }
        });
        let view = RwSignal::new(storage::load(Key::WireView).unwrap_or_default());
        Effect::new(move |before: Option<()>| {
            let view: WireView = view.get();
            if before.is_some() && view != WireView::Findings {
                storage::save(Key::WireView, &view);
            }
        });
        let times = RwSignal::new(storage::load(Key::WireTimes).unwrap_or_default());
        Effect::new(move |before: Option<()>| {
            let times: Times = times.get();
            if before.is_some() {
                storage::save(Key::WireTimes, &times);
            }
        });
        let wire = WireState {
            store,
            filter,
            asked,
            input: NodeRef::new(),
            since,
            cursor: RwSignal::new(None),
            view,
            times,
            has_ladder_beside,
            enlarged: RwSignal::new(false),
            text: StoredValue::new(None),
            before_following: StoredValue::new(String::new()),
            matches,
            found,
        };
        provide_context(wire);
        wire
    }

    /// Whether the ladder is among the views: not while it stands on the stage. Tracked.
    pub fn has_ladder(self) -> bool {
        !self.has_ladder_beside || self.enlarged.get()
    }

    /// The view of the packets that was chosen last.
    pub fn packets_view(self) -> WireView {
        storage::load(Key::WireView).unwrap_or_default()
    }

    /// What the wire shows. Tracked.
    pub fn shown(self) -> WireView {
        match self.view.get() {
            WireView::Ladder if !self.has_ladder() => WireView::List,
            view => view,
        }
    }

    /// Whether the wire itself can be seen, rather than only what else shows its records. Not tracked.
    pub fn is_in_sight(self) -> bool {
        self.input.get_untracked().is_some_and(|input| input.offset_parent().is_some())
    }

    /// Tracked.
    pub fn found(self) -> Found {
        self.found.get()
    }

    /// The same, only when that has changed. Tracked.
    pub fn found_memo(self) -> Memo<Found> {
        self.found
    }

    /// Reads the list as it is at this moment. Not tracked.
    pub fn with_matches<T>(self, read: impl FnOnce(&Matches) -> T) -> T {
        self.matches.with_value(read)
    }

    /// What stands in the column of times for a record, with its unit. Tracked.
    pub fn time_of(self, id: RecordId, at: Instant) -> (String, &'static str) {
        let times = self.times.get();
        let mut above = None;
        if times == Times::Between {
            self.found.track();
            above = self.with_matches(|matches| matches.at(matches.position(id).checked_sub(1)?));
        }
        self.store.peek(|lab| {
            let capture = lab.capture();
            let before = above.and_then(|above| Some(capture.get(above)?.at));
            time_of(times, capture, at, before, zone_at)
        })
    }

    /// The row some steps down the list from a record, or up; `None` without rows.
    pub fn step_from(self, from: Option<RecordId>, steps: isize) -> Option<RecordId> {
        self.with_matches(|matches| {
            let last = matches.len().checked_sub(1)?;
            let position = match from {
                // Without a place to go from, the newest row is the first step.
                None => last,
                Some(id) => {
                    let here = matches.position(id);
                    // Between two rows, the next one down is one step away already.
                    let down = if matches.contains(id) || steps <= 0 { steps } else { steps - 1 };
                    here.saturating_add_signed(down)
                }
            };
            matches.at(position.min(last))
        })
    }

    /// The next row above or below a record that can be opened.
    pub fn neighbour(self, id: RecordId, below: bool) -> Option<RecordId> {
        let mut here = id;
        loop {
            let next = self.step_from(Some(here), if below { 1 } else { -1 })?;
            let is_further = if below { next > here } else { next < here };
            if !is_further {
                return None;
            }
            if self.can_open(next) {
                return Some(next);
            }
            here = next;
        }
    }

    /// The record that a key is about: the one that is open, else the one where the keyboard is. Not tracked.
    pub fn in_hand(self) -> Option<RecordId> {
        let id = self.store.peek_selected().or(self.cursor.get_untracked())?;
        self.can_follow(id).then_some(id)
    }

    /// Whether the record is about a message.
    pub fn can_follow(self, id: RecordId) -> bool {
        self.store.peek(|lab| can_follow(lab.capture(), id))
    }

    /// Shows the whole way of its message and nothing else; pressed again, what was shown before.
    pub fn follow(self, id: RecordId) {
        let asked = following(id);
        if self.filter.with_untracked(|filter| *filter == asked) {
            return self.stop_following();
        }
        let before = self.filter.get_untracked();
        if Filter::parse(&before).followed().is_empty() {
            self.before_following.set_value(before);
        }
        self.filter.set(asked);
    }

    /// Back to the filter from which the message was followed.
    pub fn stop_following(self) {
        let before = self.before_following.get_value();
        self.before_following.set_value(String::new());
        self.filter.set(before);
    }

    /// A packet, a hole, or an end that is explained.
    pub fn can_open(self, id: RecordId) -> bool {
        self.store.peek(|lab| {
            let capture = lab.capture();
            let has_bytes = |record: &Record| !record.bytes().is_empty() || record.hole().is_some();
            capture.get(id).is_some_and(has_bytes) || has_why(capture, id)
        })
    }
}
