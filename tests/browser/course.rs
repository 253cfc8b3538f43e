//! Every exercise as compiled for the page: its solution meets every step, and every foreseen mistake is told and can
//! be made good, on the broker in the tab; and one exercise of each chapter is played over a WebSocket to Mosquitto.

use std::collections::BTreeSet;

use mqtt5_playground::capture::RecordId;
use mqtt5_playground::course::{CHAPTERS, Cast, Evidence, Exercise, Move, Run};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::bench::{Bench, mosquitto};
use crate::mistakes;
use crate::table::{Table, exercises, solution};

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
        let mut table = Table::new(exercise);
        table.play(solution(exercise));
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
    let mut bench = Bench::new(mosquitto().await, roles);
    let nonce = uuid::Uuid::new_v4().simple().to_string();
    let cast = Cast::new(exercise.clients, &nonce[..8]).on(false);
    for act in exercise.beginning(&cast) {
        bench.begin(act);
    }
    let mut opened = BTreeSet::new();
    let mut run = Run::start(exercise, &evidence(&bench, &opened));
    for next in (exercise.solution)(&cast) {
        match next {
            Move::Act(act) => bench.begin(act),
            Move::Acts(acts) => acts.into_iter().for_each(|act| bench.begin(act)),
            Move::React(_) => loop {
                match next.act(&cast, &evidence(&bench, &opened)) {
                    Some(act) => break bench.begin(act),
                    None => bench.rest(LOOK_AGAIN).await,
                }
            },
            Move::Wait(time) => bench.rest(time.as_millis() as i32).await,
            Move::Open(..) => loop {
                match next.record_to_open(bench.lab.capture()) {
                    Some(record) => {
                        opened.insert(record);
                        break;
                    }
                    None => bench.rest(LOOK_AGAIN).await,
                }
            },
            Move::Operate(_) | Move::Filter(_) => {}
        }
        bench.rest(LOOK_AGAIN).await;
        while !bench.lab.is_settled() {
            bench.rest(LOOK_AGAIN).await;
        }
        run.update(exercise, &evidence(&bench, &opened));
    }
    // The test runner ends a test that waits for too long.
    while !run.is_done() {
        bench.rest(LOOK_AGAIN).await;
        run.update(exercise, &evidence(&bench, &opened));
    }
}

fn evidence<'a>(bench: &'a Bench, opened: &'a BTreeSet<RecordId>) -> Evidence<'a> {
    Evidence { capture: bench.lab.capture(), since: RecordId(0), opened, filter: "" }
}

/// Mosquitto serves WebSockets about ten times a second.
const LOOK_AGAIN: i32 = 50;
