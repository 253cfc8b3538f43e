//! One learner at one exercise: the bench set up for it, the run so far, and what was done with it.

use std::collections::BTreeSet;

use leptos::prelude::*;

use crate::broker::Input;
use crate::capture::{ClientSlot, RecordId};
use crate::course::{
    Cast, Done, Evidence, Exercise, Finding, Kept, Run, Verdict, exercise_prose, figure,
    packets_sent,
};
use crate::formats::secrets;
use crate::language::{Language, Strings};
use crate::link::Target;
use crate::ui::lesson::model;
use crate::ui::packet_list::view::{WireState, use_wire};
use crate::ui::role_names::role_name;
use crate::ui::state::progress::ProgressStore;
use crate::ui::state::store::Store;
use crate::ui::visible::visible_lines;

/// Copied freely; made by the exercise page.
#[derive(Clone, Copy)]
pub struct LessonSession {
    pub exercise: &'static Exercise,
    store: Store,
    wire: WireState,
    cast: RwSignal<Cast>,
    since: RwSignal<RecordId>,
    verdicts: RwSignal<Vec<Verdict>, LocalStorage>,
    /// By step: which option of its prediction came true.
    outcomes: RwSignal<Vec<Option<usize>>>,
    /// By step: what the packets that met it say.
    values: RwSignal<Vec<Vec<(&'static str, String)>>>,
    /// By step: which answer the learner gave.
    predictions: RwSignal<Vec<Option<usize>>>,
    /// Whether the solution was played in this run.
    played: RwSignal<bool>,
    playing: RwSignal<bool>,
    /// Counts starts, so that forms and hints of an earlier one are not mistaken for new.
    starts: RwSignal<u32>,
    advance: Memo<Advance>,
}

/// How far the run has come, and from which step the latest packets have brought it there.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Advance {
    run: u32,
    from: usize,
    /// One more than the last step when all are met.
    current: usize,
}

impl Advance {
    fn next(before: Option<&Advance>, run: u32, current: usize) -> Advance {
        let from = match before.filter(|before| before.run == run) {
            Some(before) if before.current < current => before.current,
            Some(before) if before.current == current => before.from,
            _ => current.saturating_sub(1),
        };
        Advance { run, from, current }
    }
}

impl LessonSession {
    /// Sets up the bench and judges every change on the wire from now on.
    pub fn begin(
        exercise: &'static Exercise,
        store: Store,
        progress: ProgressStore,
    ) -> LessonSession {
        let verdicts = RwSignal::new_local(Vec::<Verdict>::new());
        let starts = RwSignal::new(0);
        let session = LessonSession {
            exercise,
            store,
            wire: use_wire(),
            cast: RwSignal::new(Cast::new(exercise.clients, &nonce())),
            since: RwSignal::new(RecordId(0)),
            verdicts,
            outcomes: RwSignal::new(Vec::new()),
            values: RwSignal::new(Vec::new()),
            predictions: RwSignal::new(Vec::new()),
            played: RwSignal::new(false),
            playing: RwSignal::new(false),
            starts,
            advance: Memo::new(move |before| {
                let met =
                    |verdicts: &Vec<Verdict>| verdicts.iter().take_while(|it| it.is_ok()).count();
                Advance::next(before, starts.get(), verdicts.with(met))
            }),
        };
        session.restart();
        on_cleanup(move || session.leave());
        // Another broker may be chosen in the middle of a run.
        Effect::new(move || {
            let is_in_tab = store.target() == Target::InTab;
            session.cast.update(|cast| *cast = cast.clone().on(is_in_tab));
        });
        progress.visit(exercise.id);
        let run = StoredValue::new_local(None::<(u32, Run)>);
        Effect::new(move || {
            store.revision();
            let starts = session.starts.get();
            let filter = session.wire.filter.get();
            let changed = store.with_opened(|opened| {
                store.peek(|lab| {
                    let since = session.since.get_untracked();
                    let filter = filter.as_str();
                    let evidence = Evidence { capture: lab.capture(), since, opened, filter };
                    run.try_update_value(|run| match run {
                        Some((of, run)) if *of == starts => run.update(exercise, &evidence),
                        _ => {
                            *run = Some((starts, Run::start(exercise, &evidence)));
                            true
                        }
                    })
                })
            });
            if changed != Some(true) {
                return;
            }
            let (verdicts, outcomes, values, is_done) = run.with_value(|run| match run {
                Some((_, run)) => (
                    run.verdicts().to_vec(),
                    run.outcomes().to_vec(),
                    run.values().to_vec(),
                    run.is_done(),
                ),
                None => Default::default(),
            });
            let by_solution = session.played.get_untracked();
            let evidence = (is_done && !by_solution).then(|| session.deciding(&verdicts));
            session.verdicts.set(verdicts);
            session.outcomes.set(outcomes);
            session.values.set(values);
            if is_done {
                let packets = session.packets_sent();
                progress.record(exercise.id, Done { packets, by_solution }, evidence);
                if let Some(best) = exercise.best.as_ref().filter(|_| !by_solution)
                    && let Some(result) = session.with_evidence(best.result)
                {
                    progress.record_best(best.name, result);
                }
            }
        });
        session
    }

    /// Back to the start with fresh Client Identifiers; the wire begins empty and unfiltered.
    pub fn restart(self) {
        let is_in_tab = self.store.peek(|lab| *lab.target() == Target::InTab);
        let cast = Cast::new(self.exercise.clients, &nonce()).on(is_in_tab);
        let clients = self.exercise.clients.iter();
        self.store.set_up(clients.map(|setup| (setup.role, (setup.prepared)(&cast))).collect());
        self.store.operate(Input::SetPolicy(Box::new((self.exercise.policy)())));
        self.wire.filter.set(String::new());
        self.since.set(self.store.peek(|lab| lab.capture().next_id()));
        for act in self.exercise.beginning(&cast) {
            // The tests play every beginning: the bench allows it.
            let _ = self.store.act(act);
        }
        self.cast.set(cast);
        self.predictions.set(vec![None; self.exercise.steps.len()]);
        self.played.set(false);
        self.starts.update(|starts| *starts += 1);
    }

    /// The packets that met the steps, the last ones where there are many.
    fn deciding(self, verdicts: &[Verdict]) -> Vec<Kept> {
        let met = verdicts.iter().flatten();
        let records: BTreeSet<RecordId> = met.flatten().copied().collect();
        self.store.peek(|lab| {
            let kept = records.iter().rev().filter_map(|id| {
                let mut record = [lab.capture().get(*id)?.clone()];
                secrets::hide(&mut record);
                Kept::of(&record[0])
            });
            let mut kept: Vec<Kept> = kept.take(MOST_KEPT).collect();
            kept.reverse();
            kept
        })
    }

    /// The broker in the tab is again what it is outside of exercises.
    fn leave(self) {
        self.store.operate(Input::SetPolicy(Box::default()));
    }

    /// Words with what they quote of packets filled in, and without what a prediction still asks for; those
    /// of a step know the values of the packets that met it. Tracked.
    pub fn fill(self, text: &'static str, step: Option<usize>) -> String {
        if !text.contains("[[") {
            return text.to_owned();
        }
        let cast = self.cast.get();
        let value = |name: &str| {
            let figure = self.exercise.figures.iter().find(|figure| figure.name == name);
            figure.map(|figure| (figure.value)(&cast)).or_else(|| {
                self.values.with(|values| {
                    let mut of_step = values.get(step?)?.iter();
                    of_step
                        .find(|(key, _)| *key == name)
                        .map(|(_, value)| visible_lines(value).into_owned())
                })
            })
        };
        let is_answered = |id: &str| {
            let step = self.exercise.steps.iter().position(|step| step.id == id);
            step.is_some_and(|step| self.outcome(step).is_some())
        };
        figure::fill(text, &value, &is_answered)
    }

    /// In which order the options of a prediction are shown: another one in every run.
    pub fn shuffled(self, step: usize, options: usize) -> Vec<usize> {
        let seed = self.cast.with(|cast| {
            cast.nonce()
                .bytes()
                .fold(step as u32, |seed, byte| seed.wrapping_mul(31).wrapping_add(u32::from(byte)))
        });
        model::shuffled(options, seed)
    }

    /// Which answer to the step's prediction came true, once the wire has told. Tracked.
    pub fn outcome(self, step: usize) -> Option<usize> {
        self.outcomes.with(|outcomes| outcomes.get(step).copied().flatten())
    }

    /// Which answer the learner gave. Tracked.
    pub fn prediction(self, step: usize) -> Option<usize> {
        self.predictions.with(|predictions| predictions.get(step).copied().flatten())
    }

    /// The last step of which the wire has answered what the learner predicted. Tracked.
    pub fn latest_told(self) -> Option<usize> {
        let is_told = |step| self.prediction(step).is_some() && self.outcome(step).is_some();
        (0..self.exercise.steps.len()).rev().find(|step| is_told(*step))
    }

    /// Gives an answer; after the wire has told, nothing changes any more.
    pub fn predict(self, step: usize, answer: usize) {
        if self.outcomes.with_untracked(|outcomes| outcomes.get(step).copied().flatten()).is_some()
        {
            return;
        }
        self.predictions.update(|predictions| {
            if let Some(prediction) = predictions.get_mut(step) {
                *prediction = Some(answer);
            }
        });
    }

    /// What has passed in this run so far, for moves that stand on it.
    pub fn with_evidence<T>(self, read: impl FnOnce(&Evidence) -> T) -> T {
        let since = self.since.get_untracked();
        self.store.peek_opened(|opened| {
            self.wire.filter.with_untracked(|filter| {
                self.store
                    .peek(|lab| read(&Evidence { capture: lab.capture(), since, opened, filter }))
            })
        })
    }

    /// Writes into the filter of the packet list.
    pub fn filter_by(self, words: String) {
        self.wire.filter.set(words);
    }

    /// By step. Tracked.
    pub fn verdicts(self) -> Vec<Verdict> {
        self.verdicts.get()
    }

    /// The verdict on one step. Tracked.
    pub fn verdict(self, step: usize) -> Option<Verdict> {
        self.verdicts.with(|verdicts| verdicts.get(step).cloned())
    }

    /// The first step that is not met; `None` when all are. Tracked.
    pub fn current(self) -> Option<usize> {
        self.verdicts.with(|verdicts| verdicts.iter().position(|verdict| verdict.is_err()))
    }

    /// Whether the latest packets have met the step, alone or together with its neighbors. Tracked.
    pub fn is_just_met(self, step: usize) -> bool {
        let Advance { from, current, .. } = self.advance.get();
        (from..current).contains(&step)
    }

    /// Whether it was met together with the step before, so that it has never been the one in hand. Tracked.
    pub fn is_met_unread(self, step: usize) -> bool {
        self.is_just_met(step) && self.advance.get().from < step
    }

    /// Tracked.
    pub fn is_done(self) -> bool {
        self.verdicts.with(|verdicts| !verdicts.is_empty() && verdicts.iter().all(Verdict::is_ok))
    }

    /// Tracked.
    pub fn cast(self) -> Cast {
        self.cast.get()
    }

    /// Changes with every start. Tracked.
    pub fn starts(self) -> u32 {
        self.starts.get()
    }

    /// Whether the solution is being played. Tracked.
    pub fn is_playing(self) -> bool {
        self.playing.get()
    }

    pub fn set_playing(self, playing: bool) {
        self.playing.set(playing);
    }

    /// For a task that may outlive the page: `None` once the exercise has been left.
    pub fn try_starts(self) -> Option<u32> {
        self.starts.try_get_untracked()
    }

    /// The end of playing, also where the exercise has been left meanwhile.
    pub fn try_end_playing(self) {
        let _ = self.playing.try_set(false);
    }

    /// From now on this run counts as played.
    pub fn mark_played(self) {
        self.played.set(true);
    }

    /// Whether the solution was played in this run. Not tracked.
    pub fn was_played(self) -> bool {
        self.played.get_untracked()
    }

    pub fn store(self) -> Store {
        self.store
    }

    /// A client's part, translated where the page knows it. Not tracked.
    pub fn role(self, slot: ClientSlot, strings: &Strings) -> String {
        self.store.peek(|lab| {
            let part = lab.client(slot).map_or("", |client| client.role());
            role_name(part, strings)
        })
    }

    /// What a step's check found, as one sentence. Not tracked.
    pub fn worded(self, step: usize, found: &Finding, language: Language) -> String {
        let (strings, words) = (language.strings(), exercise_prose(self.exercise.id, language));
        let id = self.exercise.steps[step].id;
        model::finding(found, id, words, strings, |slot| self.role(slot, strings))
    }

    fn packets_sent(self) -> usize {
        let since = self.since.get_untracked();
        self.store.peek(|lab| packets_sent(lab, since))
    }
}

/// As many packets as the checklist shows of one exercise.
const MOST_KEPT: usize = 8;

/// Eight hexadecimal digits that no other run has.
fn nonce() -> String {
    uuid::Uuid::new_v4().simple().to_string()[..8].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_that_are_met_together_are_known_until_the_next_one_is_met() {
        let mut advance = None;
        for (run, current, from) in [
            (1, 0, 0),
            (1, 2, 0), // two at once
            (1, 2, 0),
            (1, 3, 2),
            (1, 1, 0), // a step that is not met any more
            (2, 1, 0),
            (2, 0, 0),
        ] {
            advance = Some(Advance::next(advance.as_ref(), run, current));
            assert_eq!(advance.map(|advance| advance.from), Some(from), "{run} {current}");
        }
    }
}
