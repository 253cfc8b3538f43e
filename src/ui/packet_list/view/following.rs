//! At the end of the list the newest row stays in sight, until the learner scrolls up. What has come to its end, a
//! capture from a file, begins at its beginning.

use leptos::prelude::*;

use super::wire_state::WireState;
use crate::capture::RecordId;
use crate::ui::components::Icon;
use crate::ui::erased::erased;
use crate::ui::format::grouped;
use crate::ui::loading::locale::use_locale;
use crate::ui::state::store::use_store;
use crate::ui::windowed::view::Windowed;

/// Copied freely.
#[derive(Clone, Copy)]
pub struct Following {
    windowed: Windowed,
    wire: WireState,
    follows: RwSignal<bool>,
    /// The first record that came after the learner scrolled away.
    seen: RwSignal<RecordId>,
    last_top: StoredValue<i32>,
}

/// Keeps the end of a list of records in sight. `gone` tells how much has gone at the upper end, in rows;
/// it is called after every change of what it reads.
pub fn use_following(
    windowed: Windowed,
    wire: WireState,
    gone: impl Fn() -> f64 + Send + Sync + 'static,
) -> Following {
    let found = wire.found_memo();
    let following = Following {
        windowed,
        wire,
        follows: RwSignal::new(use_store().grows()),
        seen: RwSignal::new(found.get_untracked().next),
        last_top: StoredValue::new(0),
    };
    Effect::new(move |before: Option<f64>| {
        let gone = gone();
        if following.follows.get_untracked() {
            request_animation_frame(move || {
                if following.follows.try_get_untracked() == Some(true) {
                    following.to_end();
                }
            });
        } else if let (Some(root), Some(before)) = (windowed.root(), before) {
            // What the learner looks at stays where it is while rows above it go.
            let by = (gone - before).max(0.0) * untrack(|| windowed.sight()).row_height;
            if by > 0.0 {
                root.set_scroll_top(root.scroll_top() - by as i32);
            }
        }
        gone
    });
    // A list that was hidden has lost its place.
    let is_shown = Memo::new(move |_| windowed.sight().height > 0.0);
    Effect::new(move |before: Option<bool>| {
        let is_shown = is_shown.get();
        if is_shown && before == Some(false) && following.follows() {
            request_animation_frame(move || following.to_end());
        }
        is_shown
    });
    following
}

impl Following {
    /// To be called when the list was scrolled.
    pub fn looked(self) {
        let Some(root) = self.windowed.root() else { return };
        let top = root.scroll_top();
        let below = root.scroll_height() - top - root.client_height();
        let is_at_end = f64::from(below) <= untrack(|| self.windowed.sight()).row_height;
        // Rows that have come since do not count as scrolling up.
        let went_up = top < self.last_top.get_value();
        self.last_top.set_value(top);
        if is_at_end != self.follows.get_untracked() && (is_at_end || went_up) {
            self.set(is_at_end);
        }
    }

    fn set(self, follows: bool) {
        self.follows.set(follows);
        self.seen.set(self.wire.found_memo().get_untracked().next);
    }

    /// The learner goes to what stands between two edges, counted in rows. Unless it is in sight, the newest row is no
    /// longer what they look at; word of the scrolling would come too late for the next row that arrives.
    pub fn leave_for(self, upper: f64, lower: f64) {
        if untrack(|| self.windowed.sight()).distance_to(upper, lower) != 0.0 {
            self.stay();
        }
    }

    /// Stays where it is, whatever comes.
    pub fn stay(self) {
        if self.follows.get_untracked() {
            self.set(false);
        }
    }

    /// Not tracked.
    pub fn follows(self) -> bool {
        self.follows.get_untracked()
    }

    fn to_end(self) {
        self.follows.set(true);
        if let Some(root) = self.windowed.root() {
            root.set_scroll_top(root.scroll_height());
            self.windowed.measure();
        }
    }

    /// Rows that came since the learner scrolled away. Tracked.
    fn newer(self) -> Option<usize> {
        if self.follows.get() {
            return None;
        }
        let rows = self.wire.found().rows;
        let seen = self.seen.get();
        let newer = rows.checked_sub(self.wire.with_matches(|matches| matches.position(seen)));
        newer.filter(|newer| *newer > 0)
    }
}

/// Tells of newer rows and leads to them.
#[component]
pub fn NewerButton(following: Following) -> impl IntoView {
    let locale = use_locale();
    view! {
        <Show when=erased(move || following.newer().is_some())>
            <button
                class="button button--small packet-list__newer"
                on:click=move |_| following.to_end()
            >
                <Icon name="down" small=true/>
                {erased(move || match following.newer() {
                    Some(1) => locale.strings().wire_newer_one().to_owned(),
                    newer => {
                        let newer = grouped(newer.unwrap_or_default() as u64);
                        locale.strings().wire_newer_many(newer)
                    }
                })}
            </button>
        </Show>
    }
}
