//! Many probes, some at the same time.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;

use super::probe::{Probe, probes};
use super::run::{Run, Want};
use super::script::{Names, Script};
use super::seen::{Outcome, Verdict};
use crate::capture::{Capture, RecordId};
use crate::link::{LinkCommand, LinkEvent, Target};
use crate::mqtt::ConnectionId;
use crate::time::Instant;

/// How a broker is examined.
#[derive(Clone, Debug)]
pub struct Options {
    pub target: Target,
    pub subprotocol: String,
    pub user_name: Option<String>,
    pub password: Option<Bytes>,
    /// Letters and digits, at most eight, that no earlier examination of the broker had.
    pub token: String,
    /// How many probes are played at the same time.
    pub at_once: usize,
    /// How long nothing has to come for a broker to be done.
    pub quiet: Duration,
    /// The probes to ask; empty for all that are not [seldom](Probe::is_seldom).
    pub only: Vec<&'static str>,
    /// Those that take long or send much too.
    pub with_seldom: bool,
}

/// Time enough for a broker on the same machine or network to be heard.
const QUIET: Duration = Duration::from_millis(200);
const AT_ONCE: usize = 10;

/// Why a probe was left out that takes long or sends much.
pub const SELDOM: &str = "only on request";
/// Why nothing was observed.
pub const STOPPED: &str = "stopped";
pub const TIME_LIMIT: &str = "time limit";
pub const UNREACHED: &str = "no connection";

impl Options {
    pub fn new(target: Target, token: &str) -> Options {
        Options {
            target,
            subprotocol: crate::link::SUBPROTOCOL.to_owned(),
            user_name: None,
            password: None,
            token: token.to_owned(),
            at_once: AT_ONCE,
            quiet: QUIET,
            only: Vec::new(),
            with_seldom: false,
        }
    }
}

/// What came of one probe, with its packets.
#[derive(Clone, Debug)]
pub struct Finding {
    pub probe: &'static Probe,
    pub outcome: Outcome,
    pub observed: String,
    pub evidence: Vec<RecordId>,
    pub capture: Arc<Capture>,
}

impl Finding {
    fn new(probe: &'static Probe, verdict: Verdict, capture: Capture) -> Finding {
        let Verdict { outcome, observed, evidence } = verdict;
        Finding { probe, outcome, observed, evidence, capture: Arc::new(capture) }
    }

    fn left_out(probe: &'static Probe, why: &str) -> Finding {
        Finding::new(probe, Verdict::not_examined(why.to_owned(), Vec::new()), Capture::default())
    }
}

/// How far it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    pub done: usize,
    pub all: usize,
}

/// Plays probes. Whoever drives it carries out its commands, and tells it what happens and when.
pub struct Examination {
    options: Options,
    address: String,
    waiting: VecDeque<(usize, &'static Probe)>,
    running: Vec<Run>,
    findings: Vec<Finding>,
    all: usize,
    commands: VecDeque<LinkCommand>,
    next_connection: u32,
}

impl Examination {
    pub fn new(options: Options, now: Instant) -> Examination {
        let mut findings = Vec::new();
        let mut waiting = VecDeque::new();
        for (number, probe) in probes().enumerate() {
            match options.only.is_empty() {
                true if probe.is_seldom() && !options.with_seldom => {
                    findings.push(Finding::left_out(probe, SELDOM));
                }
                false if !options.only.contains(&probe.id) => {}
                _ => waiting.push_back((number, probe)),
            }
        }
        let mut examination = Examination {
            address: options.target.to_string(),
            all: waiting.len(),
            options,
            waiting,
            running: Vec::new(),
            findings,
            commands: VecDeque::new(),
            next_connection: 1,
        };
        examination.advance(now);
        examination
    }

    /// What the links are to do, in order.
    pub fn next_command(&mut self) -> Option<LinkCommand> {
        self.commands.pop_front()
    }

    pub fn link_event(&mut self, connection: ConnectionId, event: LinkEvent, now: Instant) {
        if let Some(at) = self.running.iter().position(|run| run.owns(connection)) {
            self.drive(at, now, |run, wants| run.link_event(connection, event, now, wants));
        }
        self.advance(now);
    }

    /// Lets time pass until `now`.
    pub fn advance(&mut self, now: Instant) {
        loop {
            for at in 0..self.running.len() {
                self.drive(at, now, |run, wants| run.advance(now, wants));
            }
            let mut is_any_over = false;
            for at in (0..self.running.len()).rev() {
                if self.running[at].is_over() {
                    is_any_over = true;
                    let run = self.running.remove(at);
                    let probe = run.probe;
                    let (verdict, capture) = run.finish();
                    self.over(Finding::new(probe, verdict, capture));
                }
            }
            let has_begun = self.begin(now);
            if !is_any_over && !has_begun {
                return;
            }
        }
    }

    fn over(&mut self, finding: Finding) {
        // Who does not speak 5.0 cannot be asked anything else.
        if is_first(finding.probe) && finding.outcome != Outcome::Conforms {
            for (_, probe) in std::mem::take(&mut self.waiting) {
                self.findings.push(Finding::left_out(probe, &finding.observed));
            }
        }
        self.findings.push(finding);
    }

    fn begin(&mut self, now: Instant) -> bool {
        let mut has_begun = false;
        let first_runs = self.running.iter().any(|run| is_first(run.probe));
        while self.running.len() < self.options.at_once.max(1) && !first_runs {
            let Some((number, probe)) = self.waiting.pop_front() else { break };
            let names = Names::new(&self.options.token, number);
            let Options { user_name, password, .. } = &self.options;
            let script = Script::new(names, user_name.clone(), password.clone());
            self.running.push(Run::new(probe, script, self.options.quiet, now));
            has_begun = true;
            if is_first(probe) {
                break;
            }
        }
        has_begun
    }

    /// Lets one of the runs act, and passes on what it wants of its links.
    fn drive(&mut self, at: usize, now: Instant, act: impl FnOnce(&mut Run, &mut VecDeque<Want>)) {
        let mut wants = VecDeque::new();
        act(&mut self.running[at], &mut wants);
        for want in wants {
            self.commands.push_back(match want {
                Want::Open(client, first) => {
                    let connection = ConnectionId(self.next_connection);
                    self.next_connection += 1;
                    self.running[at].opening(client, first, connection, &self.address, now);
                    LinkCommand::Open {
                        connection,
                        target: self.options.target.clone(),
                        subprotocol: self.options.subprotocol.clone(),
                    }
                }
                Want::Send(connection, bytes) => LinkCommand::Send { connection, bytes },
                Want::Close(connection) => LinkCommand::Close { connection },
            });
        }
    }

    pub fn next_timeout(&self) -> Option<Instant> {
        self.running.iter().filter_map(Run::next_timeout).min()
    }

    /// Begins no more probes, and ends those that run.
    pub fn stop(&mut self, now: Instant) {
        for (_, probe) in std::mem::take(&mut self.waiting) {
            self.findings.push(Finding::left_out(probe, STOPPED));
        }
        for at in 0..self.running.len() {
            self.drive(at, now, |run, wants| run.stop(now, wants));
        }
        self.advance(now);
    }

    pub fn is_over(&self) -> bool {
        self.waiting.is_empty() && self.running.is_empty()
    }

    pub fn progress(&self) -> Progress {
        let left = self.waiting.len() + self.running.len();
        Progress { done: self.all - left, all: self.all }
    }

    /// All of them, in the order of the probes.
    pub fn into_findings(mut self) -> Vec<Finding> {
        let place = |finding: &Finding| probes().position(|probe| probe.id == finding.probe.id);
        self.findings.sort_by_cached_key(place);
        self.findings
    }
}

fn is_first(probe: &Probe) -> bool {
    probes().next().is_some_and(|first| first.id == probe.id)
}
