//! What must be there before a prepared act can be done.

use super::session::LessonSession;
use crate::capture::ClientSlot;
use crate::course::{Cast, Move};
use crate::lab::Action;

/// What must be there before a move can be made.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Needs {
    Nothing,
    /// A connection, which is made first where it is missing.
    Connection,
    NoConnection,
    /// A connection that this move does not make: it cuts it, or a button beside it makes it.
    Line,
    /// A clock that can be put forward.
    Clock,
}

/// Whose connection a move is about, and how.
fn needs(next: &Move) -> (Option<ClientSlot>, Needs) {
    match next {
        Move::Act(act) => match &act.action {
            Action::Connect(_) | Action::ConnectBytes(_) => (Some(act.client), Needs::NoConnection),
            Action::Cut => (Some(act.client), Needs::Line),
            Action::Fault(_) => (None, Needs::Nothing),
            action if action.is_setting() => (None, Needs::Nothing),
            _ => (Some(act.client), Needs::Connection),
        },
        Move::Acts(acts) => {
            let connects = acts.iter().all(|act| matches!(act.action, Action::Connect(_)));
            let needs = if connects { Needs::NoConnection } else { Needs::Connection };
            (acts.first().map(|act| act.client), needs)
        }
        Move::React(_) => (None, Needs::Connection),
        Move::Wait(_) => (None, Needs::Clock),
        Move::Operate(_) | Move::Open(..) | Move::Filter(_) => (None, Needs::Nothing),
    }
}

/// The same for a control of a step: one beside it may make the connection. Tracked.
pub fn needs_beside(
    session: LessonSession,
    index: usize,
    control: fn(&Cast) -> Move,
) -> (Option<ClientSlot>, Needs) {
    let cast = session.cast();
    let (sender, own) = needs(&control(&cast));
    let connects =
        |beside: &fn(&Cast) -> Move| needs(&beside(&cast)) == (sender, Needs::NoConnection);
    let is_connected_beside = session.exercise.steps[index].controls.iter().any(connects);
    match own {
        Needs::Connection if sender.is_some() && is_connected_beside => (sender, Needs::Line),
        own => (sender, own),
    }
}
