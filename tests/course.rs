//! Every exercise, played on the broker in the tab on a virtual clock.

use std::collections::BTreeSet;

use mqtt5_playground::capture::RecordId;
use mqtt5_playground::course::{
    CHAPTERS, Cast, Evidence, Exercise, Move, Run, Verdict, chapter_prose, exercise_prose,
};
use mqtt5_playground::lab::{Action, Lab};
use mqtt5_playground::language::Language;
use mqtt5_playground::link::Target;
use mqtt5_playground::mqtt::{PacketType, Sender};
use mqtt5_playground::time::Instant;

/// A bench on which moves are made one after the other, each once the one before is answered.
struct Table {
    exercise: &'static Exercise,
    lab: Lab,
    now: Instant,
    opened: BTreeSet<RecordId>,
    run: Run,
}

impl Table {
    fn new(exercise: &'static Exercise) -> Table {
        let mut lab = Lab::new(Target::InTab, false, [7; 32]);
        lab.set_up(exercise.clients.iter().map(|client| client.role), Instant::START);
        let opened = BTreeSet::new();
        let since = lab.capture().next_id();
        let run =
            Run::start(exercise, &Evidence { capture: lab.capture(), since, opened: &opened });
        Table { exercise, lab, now: Instant::START, opened, run }
    }

    fn play(&mut self, moves: impl IntoIterator<Item = Move>) {
        for next in moves {
            match next {
                // A move that stands on one left out is refused: that is part of what is tested.
                Move::Act(act) => drop(self.lab.act(act, self.now)),
                Move::Open(..) => self.opened.extend(next.record_to_open(self.lab.capture())),
            }
            self.wait();
            let capture = self.lab.capture();
            let evidence = Evidence { capture, since: RecordId(0), opened: &self.opened };
            self.run.update(self.exercise, &evidence);
        }
    }

    /// Until everything on its way has arrived.
    fn wait(&mut self) {
        let end = self.now + std::time::Duration::from_secs(1);
        while let Some(due) = self.lab.next_timeout().filter(|due| *due <= end) {
            self.now = due;
            self.lab.advance(due);
        }
    }

    fn unmet(&self) -> Vec<(&'static str, &Verdict)> {
        let steps = self.exercise.steps.iter().map(|step| step.id);
        steps.zip(self.run.verdicts()).filter(|(_, verdict)| !verdict.is_met()).collect()
    }

    fn packets_sent(&self) -> usize {
        let records = self.lab.capture().records();
        records.filter(|record| record.sender() == Some(Sender::Client)).count()
    }
}

fn exercises() -> impl Iterator<Item = &'static Exercise> {
    CHAPTERS.iter().flat_map(|chapter| chapter.exercises.iter().copied())
}

fn solution(exercise: &Exercise) -> Vec<Move> {
    (exercise.solution)(&Cast::new(exercise.clients, "7f3a51c2"))
}

#[test]
fn every_step_is_open_at_the_start() {
    for exercise in exercises() {
        let table = Table::new(exercise);
        assert_eq!(table.unmet().len(), exercise.steps.len(), "{}", exercise.id);
    }
}

#[test]
fn every_solution_meets_every_step_at_par() {
    for exercise in exercises() {
        let mut table = Table::new(exercise);
        table.play(solution(exercise));
        assert_eq!(table.unmet(), [], "{}", exercise.id);
        assert_eq!(table.packets_sent(), exercise.par, "par of {}", exercise.id);
    }
}

#[test]
fn no_move_of_a_solution_can_be_left_out() {
    for exercise in exercises() {
        let whole = solution(exercise);
        for left_out in 0..whole.len() {
            let mut moves = whole.clone();
            moves.remove(left_out);
            let mut table = Table::new(exercise);
            table.play(moves);
            assert!(!table.run.is_done(), "{} without move {left_out}", exercise.id);
        }
    }
}

#[test]
fn met_steps_name_the_records_that_met_them() {
    for exercise in exercises() {
        let mut table = Table::new(exercise);
        table.play(solution(exercise));
        for (step, verdict) in exercise.steps.iter().zip(table.run.verdicts()) {
            let Verdict::Met(records) = verdict else { panic!("{} {}", exercise.id, step.id) };
            assert!(!records.is_empty(), "{} {}", exercise.id, step.id);
            for id in records {
                assert!(table.lab.capture().get(*id).is_some(), "{} {}", exercise.id, step.id);
            }
        }
    }
}

/// The same acts without the properties they are about: seen, and not enough.
#[test]
fn packets_without_what_a_step_asks_for_contradict_it() {
    for exercise in exercises() {
        let bare = solution(exercise).into_iter().map(|next| match next {
            Move::Act(mut act) => {
                match &mut act.action {
                    Action::Connect(connect) => connect.properties = Default::default(),
                    Action::Publish(publish) => publish.properties = Default::default(),
                    Action::Subscribe { properties, .. } => *properties = Default::default(),
                    _ => {}
                }
                Move::Act(act)
            }
            other => other,
        });
        let asks_for_properties = exercise.id != "first-connect";
        let mut table = Table::new(exercise);
        table.play(bare);
        let contradicted =
            table.unmet().iter().any(|(_, v)| matches!(v, Verdict::Contradicted { .. }));
        assert_eq!(contradicted, asks_for_properties, "{}", exercise.id);
    }
}

#[test]
fn every_word_is_there_in_both_languages() {
    for language in Language::ALL {
        let tag = language.tag();
        for chapter in CHAPTERS {
            let words = chapter_prose(chapter.id, language);
            let words = words.unwrap_or_else(|| panic!("{} in {tag}", chapter.id));
            assert!(!words.title.is_empty() && !words.goal.is_empty(), "{} in {tag}", chapter.id);
        }
        for exercise in exercises() {
            let id = exercise.id;
            let words = exercise_prose(id, language).unwrap_or_else(|| panic!("{id} in {tag}"));
            assert!(!words.title.is_empty(), "{id} in {tag}: title");
            assert!(!words.goal.is_empty(), "{id} in {tag}: goal");
            assert!(!words.why.is_empty(), "{id} in {tag}: why");
            assert!(!words.tomorrow.is_empty(), "{id} in {tag}: tomorrow");
            let told: Vec<_> = words.steps.iter().map(|step| step.id).collect();
            let steps: Vec<_> = exercise.steps.iter().map(|step| step.id).collect();
            assert_eq!(told, steps, "{id} in {tag}: headings are the steps, in order");
            for step in words.steps {
                assert!(!step.todo.is_empty(), "{id} {} in {tag}: what to do", step.id);
                assert!(!step.done.is_empty(), "{id} {} in {tag}: what it proved", step.id);
                assert!(step.hints.len() >= 2, "{id} {} in {tag}: hints in stages", step.id);
            }
        }
    }
}

#[test]
fn ids_are_unique() {
    let mut seen = BTreeSet::new();
    for exercise in exercises() {
        assert!(seen.insert(exercise.id), "{} twice", exercise.id);
    }
}

/// A step without a packet of its own would be judged on nothing.
#[test]
fn steps_with_a_control_act_on_a_client_that_is_there() {
    for exercise in exercises() {
        let cast = Cast::new(exercise.clients, "7f3a51c2");
        for act in
            exercise.steps.iter().filter_map(|step| step.control).map(|control| control(&cast))
        {
            assert!(usize::from(act.client.0) < exercise.clients.len(), "{}", exercise.id);
        }
    }
}

#[test]
fn a_refused_connection_contradicts_accepted() {
    use mqtt5_playground::broker::{Availability, Input, Policy};

    let (_, exercise) = mqtt5_playground::course::exercise("first-connect").expect("it exists");
    let mut table = Table::new(exercise);
    let policy = Policy { availability: Availability::Busy, ..Policy::default() };
    table.lab.operate_in_tab(Input::SetPolicy(Box::new(policy)), Instant::START);
    table.play(solution(exercise));
    let refused = table.lab.capture().packets(PacketType::ConnAck, Sender::Server).next();
    let refused = refused.expect("CONNACK with a Reason Code").id;
    let accepted = &table.run.verdicts()[1];
    assert!(matches!(accepted, Verdict::Contradicted { by, .. } if *by == refused), "{accepted:?}");
}
