//! What the fields of one form share: what is wrong, and what of it is to be shown.

use std::collections::HashSet;

use leptos::prelude::*;

use crate::capture::ClientSlot;
use crate::mqtt::PacketType;
use crate::ui::forms::{Draft, Field, FieldProblem, FormKind, Problem, Size};

/// Copied freely.
#[derive(Clone, Copy)]
pub struct FormContext {
    /// In whose ids it stands; `None` for a form that belongs to no client.
    client: Option<ClientSlot>,
    packet: PacketType,
    outcome: Memo<Result<Size, Vec<FieldProblem>>>,
    /// Fields that have been left once: what is wrong in them is shown from then on.
    visited: RwSignal<HashSet<Field>>,
    /// Sending was tried: everything is shown.
    tried: RwSignal<bool>,
}

impl FormContext {
    pub fn new<D>(client: ClientSlot, kind: FormKind, draft: RwSignal<D>) -> FormContext
    where
        D: Draft + Send + Sync + 'static,
    {
        FormContext::with(Some(client), kind.packet(), move || draft.with(D::size))
    }

    /// A form of a client beside those of its panel, for another packet.
    pub fn beside<D>(client: ClientSlot, packet: PacketType, draft: RwSignal<D>) -> FormContext
    where
        D: Draft + Send + Sync + 'static,
    {
        FormContext::with(Some(client), packet, move || draft.with(D::size))
    }

    /// A form that belongs to no client; what is wrong in it is shown at once.
    pub fn alone(
        packet: PacketType,
        outcome: impl Fn() -> Result<Size, Vec<FieldProblem>> + Send + Sync + 'static,
    ) -> FormContext {
        let form = FormContext::with(None, packet, outcome);
        form.show_all();
        form
    }

    fn with(
        client: Option<ClientSlot>,
        packet: PacketType,
        outcome: impl Fn() -> Result<Size, Vec<FieldProblem>> + Send + Sync + 'static,
    ) -> FormContext {
        FormContext {
            client,
            packet,
            outcome: Memo::new(move |_| outcome()),
            visited: RwSignal::new(HashSet::new()),
            tried: RwSignal::new(false),
        }
    }

    /// How large the packet will be; `None` while something is wrong. Tracked.
    pub fn size(self) -> Option<Size> {
        self.outcome.with(|outcome| outcome.as_ref().ok().copied())
    }

    /// What is wrong with a field, if that is to be shown already. Tracked.
    pub fn problem(self, field: Field) -> Option<Problem> {
        if !self.tried.get() && !self.visited.with(|visited| visited.contains(&field)) {
            return None;
        }
        self.outcome.with(|outcome| {
            let problems = outcome.as_ref().err()?;
            problems.iter().find(|p| p.field == field).map(|p| p.problem.clone())
        })
    }

    /// Whether a field of those that `inside` names is shown to be wrong. Tracked.
    pub fn has_problem(self, inside: impl Fn(Field) -> bool) -> bool {
        self.tried.get()
            && self.outcome.with(|outcome| {
                outcome.as_ref().err().is_some_and(|all| all.iter().any(|p| inside(p.field)))
            })
    }

    /// The learner has left the field.
    pub fn visit(self, field: Field) {
        if !self.visited.with_untracked(|visited| visited.contains(&field)) {
            self.visited.update(|visited| {
                visited.insert(field);
            });
        }
    }

    /// From now on everything that is wrong is shown, until [`FormContext::forget`].
    pub fn show_all(self) {
        self.tried.set(true);
    }

    /// It was sent, or filled anew: nothing has been visited.
    pub fn forget(self) {
        self.tried.set(false);
        self.visited.update(HashSet::clear);
    }

    /// The id of the element in which the field is typed.
    pub fn element_id(self, field: Field) -> String {
        format!("{}-{}", self.id(), field.key())
    }

    /// The id of the form element.
    pub fn id(self) -> String {
        let packet = self.packet.key();
        match self.client {
            Some(client) => format!("client-{}-{packet}", client.letter().to_ascii_lowercase()),
            None => format!("composer-{packet}"),
        }
    }
}

/// The form that is being filled in.
pub fn use_form() -> FormContext {
    expect_context()
}
