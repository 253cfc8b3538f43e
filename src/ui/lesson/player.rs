//! Plays an exercise's solution: one move at a time, each once the one before is answered.

use gloo_timers::future::TimeoutFuture;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::session::LessonSession;
use crate::course::Move;

/// Starts anew and plays. Ends early where a move is refused or stays unanswered; what has happened
/// stays on the wire to be looked at.
pub fn play(session: LessonSession) {
    session.restart();
    session.mark_played();
    session.set_playing(true);
    let store = session.store();
    let started = session.try_starts();
    let moves = untrack(|| (session.exercise.solution)(&session.cast()));
    spawn_local(async move {
        for next in moves {
            // The learner may have started again or left meanwhile.
            if session.try_starts() != started {
                break;
            }
            let to_open = store.peek(|lab| next.record_to_open(lab.capture()));
            let done = match (next, to_open) {
                (Move::Act(act), _) => store.act(act).is_ok(),
                (Move::Open(..), Some(record)) => {
                    store.open(record);
                    true
                }
                (Move::Open(..), None) => false,
            };
            if !done {
                break;
            }
            for _ in 0..PATIENCE_MS / POLL_MS {
                TimeoutFuture::new(POLL_MS).await;
                if store.peek(|lab| lab.is_settled()) {
                    break;
                }
            }
            // One move after the other should be seen, not only be done.
            TimeoutFuture::new(PAUSE_MS).await;
        }
        session.try_end_playing();
    });
}

const POLL_MS: u32 = 20;
const PATIENCE_MS: u32 = 10_000;
const PAUSE_MS: u32 = 350;
