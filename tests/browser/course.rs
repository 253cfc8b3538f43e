//! Every exercise as compiled for the page: its solution meets every step, and every foreseen mistake is told and can
//! be made good, on the broker in the tab.

use wasm_bindgen_test::wasm_bindgen_test;

use crate::mistakes;
use crate::table::{Table, exercises, solution};

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
