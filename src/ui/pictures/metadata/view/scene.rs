//! What the parts of the picture share: the messages, and which of them is shown to which receiver.

use leptos::prelude::*;

use crate::capture::RecordId;
use crate::ui::lesson::view::LessonSession;
use crate::ui::pictures::metadata::model::{Comparison, Journey, Journeys, comparison};
use crate::ui::state::store::{Store, use_store};

/// What the picture shows of the capture.
#[derive(Clone, PartialEq)]
pub struct Shown {
    pub journeys: Vec<Journey>,
    pub gone: usize,
    pub comparison: Option<Comparison>,
}

/// Copied freely.
#[derive(Clone, Copy)]
pub struct Scene {
    pub store: Store,
    pub all: Memo<Shown>,
    /// The message that moved last, and the packet that moved it.
    pub latest: Memo<Option<(RecordId, RecordId)>>,
    pub shown: Memo<Option<Journey>>,
    /// A choice holds until another message moves.
    chosen: RwSignal<Option<RecordId>>,
    pub receiver: RwSignal<Option<usize>>,
}

impl Scene {
    pub fn new(session: LessonSession) -> Scene {
        let store = use_store();
        let journeys = StoredValue::new_local(Journeys::default());
        let is_alone = Memo::new(move |_| shows_alone(session));
        let all = Memo::new(move |_| {
            let is_alone = is_alone.get();
            let read = store.with_capture(|capture| {
                journeys.try_update_value(|journeys| {
                    journeys.take_in(capture);
                    let latest = journeys.latest();
                    Shown {
                        journeys: match is_alone {
                            true => latest.filter_map(Journey::alone).collect(),
                            false => latest.cloned().collect(),
                        },
                        gone: journeys.gone(),
                        comparison: comparison(journeys.latest().collect::<Vec<_>>().into_iter()),
                    }
                })
            });
            read.unwrap_or_else(|| Shown { journeys: Vec::new(), gone: 0, comparison: None })
        });
        let chosen = RwSignal::new(None::<RecordId>);
        let receiver = RwSignal::new(None::<usize>);
        let latest = Memo::new(move |_| {
            let touched = |journey: &&Journey| journey.touched();
            all.with(|all| all.journeys.iter().max_by_key(touched).map(|j| (j.id(), j.touched())))
        });
        Effect::new(move || {
            latest.track();
            chosen.set(None);
            receiver.set(None);
        });
        let shown = Memo::new(move |_| {
            let id = chosen.get().or_else(|| latest.get().map(|(id, _)| id))?;
            all.with(|all| all.journeys.iter().find(|journey| journey.id() == id).cloned())
        });
        Scene { store, all, latest, shown, chosen, receiver }
    }

    /// Shows this message.
    pub fn choose(self, message: RecordId) {
        self.receiver.set(None);
        self.chosen.set(Some(message));
    }

    /// Which of its receivers is at the end: the last one, unless another was chosen. Tracked.
    pub fn nth(self, journey: &Journey) -> usize {
        let last = journey.arrived.len().saturating_sub(1);
        self.receiver.get().unwrap_or(last).min(last)
    }
}

/// Whether the exercise has not yet come to what else there is than messages.
fn shows_alone(session: LessonSession) -> bool {
    let exercise = session.exercise;
    let found = |id| exercise.steps.iter().position(|step| step.id == id);
    let until = exercise.messages_alone_until.and_then(found);
    until.is_some_and(|step| session.verdict(step).is_none_or(|verdict| verdict.is_err()))
}
