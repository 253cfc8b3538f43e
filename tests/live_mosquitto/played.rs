//! The reference solutions, played on the broker in the tab and on Mosquitto.

use std::collections::BTreeSet;
use std::sync::OnceLock;
use std::time::Duration;

use mqtt5_playground::broker::Input;
use mqtt5_playground::capture::{Capture, Record, RecordId};
use mqtt5_playground::course::{
    Broker, CHAPTERS, Cast, Evidence, Exercise, Move, Run, Stage, packets_sent,
};
use mqtt5_playground::lab::{Act, ActError, Action, BenchClient};
use mqtt5_playground::mqtt::Connect;

use crate::bench::{self, Bench, PATIENCE};

/// How long something may still come after the answers to a move: Mosquitto serves its WebSocket listener ten times a
/// second, and hands on what it takes in one turn in the next.
const STRAGGLERS: Duration = Duration::from_secs(1);

/// One exercise on both brokers, with the same acts: all of them, or as many as Mosquitto's answers allow.
pub struct Pair {
    pub exercise: &'static Exercise,
    pub in_tab: Played,
    pub on_mosquitto: Played,
    /// What this run has in its Client Identifiers and topics.
    pub nonce: String,
}

pub struct Played {
    pub capture: Capture,
    /// The steps that are not met.
    pub unmet: Vec<&'static str>,
    /// By the clients, for the exercise.
    pub packets_sent: usize,
    /// How many records there were after each move that the broker allowed.
    after: Vec<usize>,
}

impl Played {
    pub fn on_the_wire(&self) -> Vec<String> {
        bench::on_the_wire(&self.capture)
    }
}

impl Pair {
    /// What passed on the broker in the tab during the moves that could be made on Mosquitto too.
    pub fn in_tab_meanwhile(&self) -> impl Iterator<Item = &Record> {
        let moves = self.on_mosquitto.after.len();
        let is_whole = moves == self.in_tab.after.len();
        let upto = match moves.checked_sub(1) {
            _ if is_whole => self.in_tab.capture.len(),
            Some(last) => self.in_tab.after[last],
            None => 0,
        };
        self.in_tab.capture.records().take(upto)
    }
}

/// Whether Mosquitto can be asked to play it: nobody can give it the commands of an operator, or lead the clients to it
/// by a wrong way.
fn can_be_tried(exercise: &Exercise, moves: &[Move]) -> bool {
    let can = |next: &Move| match next {
        Move::Operate(_) => false,
        Move::Act(act) => !matches!(act.action, Action::SetRoute(_)),
        _ => true,
    };
    exercise.broker == Broker::Any || moves.iter().all(can)
}

/// Every exercise, played once for all tests.
pub fn all() -> &'static [Pair] {
    static ALL: OnceLock<Vec<Pair>> = OnceLock::new();
    ALL.get_or_init(|| {
        let exercises = CHAPTERS.iter().flat_map(|chapter| chapter.exercises.iter().copied());
        exercises.filter_map(both).collect()
    })
}

fn both(exercise: &'static Exercise) -> Option<Pair> {
    let nonce = bench::nonce();
    // The same for both brokers: Mosquitto keeps its own clock.
    let cast = Cast::new(exercise.clients, &nonce).on(false);
    if !can_be_tried(exercise, &(exercise.solution)(&cast)) {
        return None;
    }
    let roles = || exercise.clients.iter().map(|client| client.role);
    let in_tab = play(Bench::in_tab((exercise.policy)(), roles()), exercise, &cast, &[]);
    let on_mosquitto = play(Bench::new(roles()), exercise, &cast, &in_tab.after);
    forget(exercise, &cast);
    Some(Pair { exercise, in_tab, on_mosquitto, nonce })
}

/// Ends the sessions, so that no subscription of this exercise is there in the next.
fn forget(exercise: &Exercise, cast: &Cast) {
    let mut bench = Bench::new(exercise.clients.iter().map(|client| client.role));
    let slots: Vec<_> = bench.lab.clients().iter().map(BenchClient::slot).collect();
    for slot in slots {
        let client_id = cast.client_id(slot).into();
        let connect =
            Connect { client_id, clean_start: true, keep_alive: 60, ..Connect::default() };
        bench.act(Act::connect(slot, connect));
    }
    bench.wait_until("a fresh session each", |lab| {
        lab.clients().iter().all(BenchClient::is_connected)
    });
}

/// Plays the solution, or as much of it as the broker allows. `expected` says how many records to wait for after each
/// move.
fn play(bench: Bench, exercise: &'static Exercise, cast: &Cast, expected: &[usize]) -> Played {
    let since = bench.lab.capture().next_id();
    let beside = Beside { since, opened: BTreeSet::new(), filter: String::new() };
    let mut stage = OnBench { bench, beside };
    for act in exercise.beginning(cast) {
        stage.bench.act(act);
    }
    let mut run = Run::start(exercise, &stage.evidence());
    let mut after = Vec::new();
    // What does not come must not be waited for as long as what has to.
    let patience = match exercise.broker {
        Broker::Any => PATIENCE,
        Broker::InTab => STRAGGLERS,
    };
    for (index, next) in (exercise.solution)(cast).into_iter().enumerate() {
        if let Move::React(_) = next {
            let OnBench { bench, beside } = &mut stage;
            bench.wait_at_most(patience, |lab| {
                next.act(cast, &beside.evidence(lab.capture())).is_some()
            });
        }
        let made = next.make(cast, &mut stage);
        let is_act = matches!(next, Move::Act(_) | Move::Acts(_) | Move::React(_));
        if is_act && made != Ok(true) {
            break;
        }
        stage.bench.wait_at_most(patience, |lab| lab.is_settled());
        let expect = expected.get(index).copied().unwrap_or(usize::MAX);
        stage.bench.wait_at_most(STRAGGLERS, |lab| lab.capture().len() >= expect);
        after.push(stage.bench.lab.capture().len());
        run.update(exercise, &stage.evidence());
    }
    let OnBench { mut bench, beside } = stage;
    if exercise.broker == Broker::Any {
        bench.try_wait_until(|lab| {
            run.update(exercise, &beside.evidence(lab.capture()));
            run.is_done()
        });
        // The last acknowledgements may still be due.
        bench.try_wait_until(|lab| packets_sent(lab, RecordId(0)) >= exercise.par);
    }
    let sent = packets_sent(&bench.lab, RecordId(0));
    bench.wait_for_everything();
    let steps = exercise.steps.iter().zip(run.verdicts());
    let unmet = steps.filter(|(_, verdict)| !verdict.is_ok()).map(|(step, _)| step.id).collect();
    Played { unmet, packets_sent: sent, after, capture: bench.lab.capture().clone() }
}

struct OnBench {
    bench: Bench,
    beside: Beside,
}

/// What a check reads beside the capture.
struct Beside {
    since: RecordId,
    opened: BTreeSet<RecordId>,
    filter: String,
}

impl OnBench {
    fn evidence(&self) -> Evidence<'_> {
        self.beside.evidence(self.bench.lab.capture())
    }
}

impl Beside {
    fn evidence<'a>(&'a self, capture: &'a Capture) -> Evidence<'a> {
        Evidence { capture, since: self.since, opened: &self.opened, filter: &self.filter }
    }
}

impl Stage for OnBench {
    fn with_evidence<T>(&self, read: impl FnOnce(&Evidence) -> T) -> T {
        read(&self.evidence())
    }

    fn act(&mut self, act: Act) -> Result<(), ActError> {
        self.bench.try_act(act)
    }

    fn operate(&mut self, input: Input) {
        self.bench.operate(input);
    }

    fn wait(&mut self, time: Duration) -> bool {
        self.bench.wait(time);
        true
    }

    fn open(&mut self, record: RecordId) {
        self.beside.opened.insert(record);
    }

    fn filter(&mut self, words: String) {
        self.beside.filter = words;
    }
}
