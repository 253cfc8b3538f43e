//! Every exercise as compiled for the page: its solution meets every step, and every foreseen mistake is told and can
//! be made good, on the broker in the tab; and one exercise of each chapter is played over a WebSocket to Mosquitto.

use std::collections::BTreeSet;
use std::time::Duration;

use mqtt5_playground::broker::Input;
use mqtt5_playground::capture::RecordId;
use mqtt5_playground::course::{CHAPTERS, Cast, Evidence, Exercise, Move, Run, Stage};
use mqtt5_playground::lab::{Act, ActError};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::bench::{Bench, mosquitto};
use crate::mistakes;
use crate::table::{Table, exercises};

/// One a chapter, in the order of the course.
const ON_MOSQUITTO: [&str; 10] = [
    "first-connect",
    "first-user-property",
    "save-bytes",
    "first-request",
    "subscription-id",
    "hold-the-ack",
    "resume",
    "no-matching-subscribers",
    "bad-method",
    "session-gone",
];

#[wasm_bindgen_test]
fn every_solution_meets_every_step() {
    for exercise in exercises() {
        let table = Table::played(exercise);
        assert_eq!(table.unmet(), [], "{}", exercise.id);
    }
}

#[wasm_bindgen_test]
fn foreseen_mistakes_are_told_and_can_be_made_good() {
    for mistake in mistakes::all() {
        mistake.play();
    }
}

#[wasm_bindgen_test]
async fn one_exercise_of_each_chapter_is_met_on_mosquitto() {
    for (chapter, id) in CHAPTERS.iter().zip(ON_MOSQUITTO) {
        let found = chapter.exercises.iter().find(|exercise| exercise.id == id);
        play(found.unwrap_or_else(|| panic!("{id} is not in {}", chapter.id))).await;
    }
}

/// Plays the solution with the browser's own WebSockets, each move once the one before is answered.
async fn play(exercise: &'static Exercise) {
    let roles = exercise.clients.iter().map(|client| client.role);
    let bench = Bench::new(mosquitto().await, roles);
    let nonce = uuid::Uuid::new_v4().simple().to_string();
    let cast = Cast::new(exercise.clients, &nonce[..8]).on(false);
    let mut stage = OnMosquitto { bench, opened: BTreeSet::new() };
    for act in exercise.beginning(&cast) {
        drop(stage.bench.begin(act));
    }
    let mut run = Run::start(exercise, &stage.evidence());
    for next in (exercise.solution)(&cast) {
        match next {
            Move::Wait(time) => stage.bench.rest(time.as_millis() as i32).await,
            // What it is based on may still be on its way.
            _ => {
                while next.make(&cast, &mut stage) == Ok(false) {
                    stage.bench.rest(LOOK_AGAIN).await;
                }
            }
        }
        stage.bench.rest(LOOK_AGAIN).await;
        while !stage.bench.lab.is_settled() {
            stage.bench.rest(LOOK_AGAIN).await;
        }
        run.update(exercise, &stage.evidence());
    }
    // The test runner ends a test that waits for too long.
    while !run.is_done() {
        stage.bench.rest(LOOK_AGAIN).await;
        run.update(exercise, &stage.evidence());
    }
}

struct OnMosquitto {
    bench: Bench,
    opened: BTreeSet<RecordId>,
}

impl OnMosquitto {
    fn evidence(&self) -> Evidence<'_> {
        let capture = self.bench.lab.capture();
        Evidence { capture, since: RecordId(0), opened: &self.opened, filter: "" }
    }
}

impl Stage for OnMosquitto {
    fn with_evidence<T>(&self, read: impl FnOnce(&Evidence) -> T) -> T {
        read(&self.evidence())
    }

    fn act(&mut self, act: Act) -> Result<(), ActError> {
        self.bench.begin(act)
    }

    fn operate(&mut self, _: Input) {
        unreachable!("an exercise that needs the broker in the tab is not in the list");
    }

    fn wait(&mut self, _: Duration) -> bool {
        unreachable!("Mosquitto keeps its own time, which is waited for");
    }

    fn open(&mut self, record: RecordId) {
        self.opened.insert(record);
    }

    fn filter(&mut self, _: String) {
        unreachable!("an exercise with a filter is not in the list");
    }
}

/// Mosquitto serves WebSockets about ten times a second.
const LOOK_AGAIN: i32 = 50;
