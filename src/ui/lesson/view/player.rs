//! Plays an exercise's solution: one move at a time, each once the one before is answered.

use std::time::Duration;

use gloo_timers::future::TimeoutFuture;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::session::LessonSession;
use crate::broker::Input;
use crate::capture::{ClientSlot, RecordId};
use crate::course::{Cast, Evidence, Move, Stage};
use crate::lab::{Act, ActError, Action, BenchClient, Lab, LinkState};
use crate::language::Strings;

/// Starts anew and plays. Ends early where a move is refused or stays unanswered; what has happened
/// stays on the wire to be looked at.
pub fn play(session: LessonSession) {
    session.restart();
    session.mark_played();
    session.set_playing(true);
    let store = session.store();
    let started = session.try_starts();
    let cast = untrack(|| session.cast());
    let mut moves = (session.exercise.solution)(&cast).into_iter().peekable();
    spawn_local(async move {
        while let Some(next) = moves.next() {
            // The learner may have started again or left meanwhile.
            if session.try_starts() != started {
                break;
            }
            if let Move::Wait(time) = next
                && !cast.is_in_tab()
            {
                TimeoutFuture::new(u32::try_from(time.as_millis()).unwrap_or(u32::MAX)).await;
                continue;
            }
            // What only time brings about comes with the time that the next move puts the clock forward by.
            let brings_time = cast.is_in_tab() && matches!(moves.peek(), Some(Move::Wait(_)));
            let is_over = |lab: &Lab| lab.is_settled() || brings_time && lab.waits_for_time();
            let mut made = make(session, &cast, &next);
            for _ in 0..PATIENCE_MS / POLL_MS {
                TimeoutFuture::new(POLL_MS).await;
                if session.try_starts() != started {
                    break;
                }
                match made {
                    // What the move stands on may still be on its way.
                    Ok(false) => made = make(session, &cast, &next),
                    _ if store.peek(is_over) => break,
                    _ => {}
                }
            }
            if made != Ok(true) {
                break;
            }
            // One move after the other should be seen, not only be done.
            TimeoutFuture::new(PAUSE_MS).await;
        }
        session.try_end_playing();
    });
}

/// Why a client is not connected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotConnected {
    /// The connection could not be made; the client's panel says why.
    Failed,
    /// The Server waits for an AUTH, which only the learner sends.
    OwesAuth,
}

impl NotConnected {
    pub fn words(self, strings: &Strings) -> &'static str {
        match self {
            NotConnected::Failed => strings.step_no_connection(),
            NotConnected::OwesAuth => strings.step_owes_auth(),
        }
    }
}

/// Connects a client with its prepared CONNECT unless it is connected.
pub async fn connect_first(session: LessonSession, slot: ClientSlot) -> Result<(), NotConnected> {
    let store = session.store();
    let is_connected = || store.peek(|lab| lab.client(slot).is_some_and(BenchClient::is_connected));
    if is_connected() {
        return Ok(());
    }
    let owes_auth = || store.peek(|lab| lab.client(slot).is_some_and(BenchClient::owes_auth));
    let is_closed =
        || store.peek(|lab| lab.client(slot).is_none_or(|it| it.link_state() == LinkState::Closed));
    if is_closed() {
        let prepared = untrack(|| store.prepared(slot)).into_iter();
        let mut connects = prepared.filter(|act| matches!(act.action, Action::Connect(_)));
        let connect = connects.next().ok_or(NotConnected::Failed)?;
        store.act(connect).map_err(|_| NotConnected::Failed)?;
    }
    let started = session.try_starts();
    for _ in 0..PATIENCE_MS / POLL_MS {
        if is_connected() || is_closed() || owes_auth() || session.try_starts() != started {
            break;
        }
        TimeoutFuture::new(POLL_MS).await;
    }
    // CONNACK is to be seen before what follows it.
    TimeoutFuture::new(POLL_MS).await;
    match () {
        () if is_connected() => Ok(()),
        () if owes_auth() => Err(NotConnected::OwesAuth),
        () => Err(NotConnected::Failed),
    }
}

/// Makes one move at once; `Ok(false)` where there is nothing yet that it could be based on.
pub fn make(mut session: LessonSession, cast: &Cast, next: &Move) -> Result<bool, ActError> {
    next.make(cast, &mut session)
}

impl Stage for LessonSession {
    fn with_evidence<T>(&self, read: impl FnOnce(&Evidence) -> T) -> T {
        LessonSession::with_evidence(*self, read)
    }

    fn act(&mut self, act: Act) -> Result<(), ActError> {
        self.store().act(act)
    }

    fn act_at_once(&mut self, acts: &[Act]) -> Result<(), ActError> {
        self.store().act_at_once(acts.iter().cloned())
    }

    fn operate(&mut self, input: Input) {
        self.store().operate(input);
    }

    fn wait(&mut self, time: Duration) -> bool {
        self.store().skip(time).is_ok()
    }

    fn open(&mut self, record: RecordId) {
        // A played solution does not take the learner to the inspector.
        match untrack(|| self.is_playing()) {
            true => self.store().open_behind(record),
            false => self.store().open(record),
        }
    }

    fn filter(&mut self, words: String) {
        self.filter_by(words);
    }
}

const POLL_MS: u32 = 20;
const PATIENCE_MS: u32 = 10_000;
const PAUSE_MS: u32 = 350;
