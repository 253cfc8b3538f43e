//! Mistakes that learners make, as scripts: what is done wrong, what the step says then, and how it is made
//! good. One file a chapter.
//!
//! Each `### hint: <key>` of the words has a mistake that leads to that finding, and each step the nearest act
//! that is not the one asked for. Played natively and in the browser, as compiled for the page.

use mqtt5_playground::course::{Cast, Exercise, Move, Unmet, exercise, exercise_prose};
use mqtt5_playground::lab::{Act, Action};
use mqtt5_playground::language::Language;
use mqtt5_playground::mqtt::{Connect, Properties, Publish};

use crate::table::{Table, assert_worded};

mod connect;
mod enhanced_auth;
mod flow_control;
mod reason_codes;
mod repair;
mod request_response;
mod sessions;
mod subscriptions;
mod topic_alias;
mod user_properties;

/// Moves that depend on who plays.
pub type Moves = Box<dyn Fn(&Cast) -> Vec<Move>>;

/// One mistake in one step.
pub struct Mistake {
    pub exercise: &'static str,
    pub step: &'static str,
    /// The key of what the step says after the slip; `""` where any unmet verdict will do.
    pub finding: &'static str,
    /// What is done from the start on, the mistake last.
    pub slip: Moves,
    /// What is done then, until every step is met. `None` where the mistake ends the exercise: then the words
    /// must send the learner to *Start again*.
    pub mend: Option<Moves>,
}

impl Mistake {
    /// Any moves, and any moves that make it good.
    pub fn new(
        (exercise, step, finding): (&'static str, &'static str, &'static str),
        slip: impl Fn(&Cast) -> Vec<Move> + 'static,
        mend: impl Fn(&Cast) -> Vec<Move> + 'static,
    ) -> Mistake {
        let (slip, mend) = (Box::new(slip), Some(Box::new(mend) as Box<_>));
        Mistake { exercise, step, finding, slip, mend }
    }

    /// The solution with its `nth` move changed by `edit`; then the rest of the solution from that move on.
    pub fn edited(
        at: (&'static str, &'static str, &'static str),
        nth: usize,
        edit: impl Fn(&mut Act) + 'static,
    ) -> Mistake {
        let whole = move |cast: &Cast| (found(at.0).solution)(cast);
        let slip = move |cast: &Cast| {
            let mut moves = whole(cast);
            moves.truncate(nth + 1);
            for_each_act(&mut moves[nth], &edit);
            moves
        };
        Mistake::new(at, slip, move |cast| whole(cast).split_off(nth))
    }

    /// The solution without its `nth` move, up to and with move `until`; then the solution from `nth` on.
    pub fn skipped(
        at: (&'static str, &'static str, &'static str),
        nth: usize,
        until: usize,
    ) -> Mistake {
        let whole = move |cast: &Cast| (found(at.0).solution)(cast);
        let slip = move |cast: &Cast| {
            let mut moves = whole(cast);
            moves.truncate(until + 1);
            moves.remove(nth);
            moves
        };
        Mistake::new(at, slip, move |cast| whole(cast).split_off(nth))
    }

    /// The first `count` moves of the solution: what the next step says before anything was done about it.
    pub fn before(at: (&'static str, &'static str, &'static str), count: usize) -> Mistake {
        let whole = move |cast: &Cast| (found(at.0).solution)(cast);
        let slip = move |cast: &Cast| {
            let mut moves = whole(cast);
            moves.truncate(count);
            moves
        };
        Mistake::new(at, slip, move |cast| whole(cast).split_off(count))
    }

    /// Makes the mistake, reads what the step says, makes it good.
    pub fn play(&self) {
        let at = format!("{} {}: {}", self.exercise, self.step, self.finding);
        let exercise = found(self.exercise);
        let step = exercise.steps.iter().position(|step| step.id == self.step);
        let step = step.unwrap_or_else(|| panic!("{at}: no such step"));
        let mut table = Table::new(exercise);
        let cast = table.cast.clone();
        table.play((self.slip)(&cast));
        let verdict = &table.run.verdicts()[step];
        let Err(unmet) = verdict else { panic!("{at}: met by the mistake, {verdict:?}") };
        assert!(
            self.finding.is_empty() || unmet.finding().key() == self.finding,
            "{at}: the step says {unmet:?}"
        );
        assert_eq!(table.run.outcomes()[step], None, "{at}: the prediction is marked by a mistake");
        assert_worded(exercise, &table.run);
        match &self.mend {
            Some(mend) => {
                table.play(mend(&cast));
                let unmet: Vec<(&str, &Unmet)> = table.unmet();
                assert_eq!(unmet, [], "{at}: cannot be made good");
            }
            None => {
                for (language, words) in [(Language::En, "Start again"), (Language::Ja, "最初から")]
                {
                    let prose = exercise_prose(self.exercise, language).expect("there are words");
                    let hints = prose.step(self.step).map_or(&[][..], |step| &step.hints);
                    let mut hints = hints.iter().filter(|hint| hint.when == Some(self.finding));
                    assert!(
                        hints.any(|hint| hint.text.contains(words)),
                        "{at}: no word of {words}"
                    );
                }
            }
        }
    }
}

/// Every mistake of every chapter.
pub fn all() -> Vec<Mistake> {
    let chapters = [
        connect::mistakes(),
        user_properties::mistakes(),
        topic_alias::mistakes(),
        request_response::mistakes(),
        subscriptions::mistakes(),
        flow_control::mistakes(),
        sessions::mistakes(),
        reason_codes::mistakes(),
        enhanced_auth::mistakes(),
        repair::mistakes(),
    ];
    chapters.into_iter().flatten().collect()
}

pub fn found(id: &str) -> &'static Exercise {
    exercise(id).unwrap_or_else(|| panic!("no exercise {id}")).1
}

fn for_each_act(next: &mut Move, edit: &impl Fn(&mut Act)) {
    match next {
        Move::Act(act) => edit(act),
        Move::Acts(acts) => acts.iter_mut().for_each(edit),
        _ => panic!("not an act: {next:?}"),
    }
}

// What is edited most.

pub fn connect_packet(act: &mut Act) -> &mut Connect {
    match &mut act.action {
        Action::Connect(connect) => connect,
        other => panic!("not a CONNECT: {other:?}"),
    }
}

pub fn publish_packet(act: &mut Act) -> &mut Publish {
    match &mut act.action {
        Action::Publish(publish) => publish,
        other => panic!("not a PUBLISH: {other:?}"),
    }
}

/// The properties of whatever packet the act sends.
pub fn properties(act: &mut Act) -> &mut Properties {
    match &mut act.action {
        Action::Connect(connect) => &mut connect.properties,
        Action::Publish(publish) => &mut publish.properties,
        Action::Disconnect(disconnect) => &mut disconnect.properties,
        Action::Subscribe { properties, .. }
        | Action::Unsubscribe { properties, .. }
        | Action::Authenticate { properties, .. } => properties,
        other => panic!("no properties: {other:?}"),
    }
}
