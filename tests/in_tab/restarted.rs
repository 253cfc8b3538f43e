//! A broker that is stopped and started again in the middle of an exercise.

use mqtt5_playground::course::{CHAPTERS, Exercise, Rehearsal, Run};
use mqtt5_playground::lab::{Lab, Problem};

use super::*;

/// Plays the first moves, stops the broker and starts it again, and plays all moves: does that meet every step?
fn unmet(exercise: &Exercise, before: usize) -> Vec<&'static str> {
    let mut rehearsal = Rehearsal::new(exercise, "7f");
    let moves = (exercise.solution)(&rehearsal.cast);
    let mut run = Run::start(exercise, &rehearsal.evidence());
    for next in moves.iter().take(before) {
        rehearsal.make(next);
        run.update(exercise, &rehearsal.evidence());
    }
    let now = rehearsal.now();
    let was_connected = |lab: &Lab| lab.clients().iter().any(|client| client.is_connected());
    let any = was_connected(&rehearsal.lab);
    rehearsal.lab.operate_in_tab(broker::Input::Command(broker::Command::ShutDown), now);
    rehearsal.lab.advance(now + Duration::from_millis(10));
    assert!(!was_connected(&rehearsal.lab), "{}", exercise.id);
    if any {
        let mut problems = rehearsal.lab.clients().iter().filter_map(|client| client.problem());
        let is_told = problems.any(|problem| matches!(problem, Problem::Disconnected { .. }));
        assert!(is_told, "{}: nobody says what happened", exercise.id);
    }
    let policy = Box::new((exercise.policy)());
    rehearsal.lab.operate_in_tab(broker::Input::SetPolicy(policy), now);
    for next in &moves {
        rehearsal.make(next);
        run.update(exercise, &rehearsal.evidence());
    }
    let steps = exercise.steps.iter().zip(run.verdicts());
    steps.filter(|(_, verdict)| verdict.is_err()).map(|(step, _)| step.id).collect()
}

#[test]
fn an_exercise_can_be_finished_after_the_broker_was_started_again() {
    let mut stuck = Vec::new();
    for exercise in CHAPTERS.iter().flat_map(|chapter| chapter.exercises) {
        // What clients do by themselves when the broker goes away is what it is about.
        if exercise.id == "retry-or-not" {
            continue;
        }
        let moves = (exercise.solution)(&Rehearsal::new(exercise, "7f").cast).len();
        let unmet = unmet(exercise, moves / 2);
        if !unmet.is_empty() {
            stuck.push((exercise.id, unmet));
        }
    }
    assert!(stuck.is_empty(), "{stuck:#?}");
}
