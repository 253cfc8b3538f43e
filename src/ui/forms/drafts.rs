//! All forms of one client.

use super::{ConnectDraft, DisconnectDraft, PublishDraft, SubscribeDraft, UnsubscribeDraft};
use crate::lab::{Act, Action};
use crate::mqtt::PacketType;

/// One form of a client's panel.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum FormKind {
    #[default]
    Connect,
    Publish,
    Subscribe,
    Unsubscribe,
    Disconnect,
}

impl FormKind {
    pub const ALL: [FormKind; 5] = [
        FormKind::Connect,
        FormKind::Publish,
        FormKind::Subscribe,
        FormKind::Unsubscribe,
        FormKind::Disconnect,
    ];

    pub fn packet(self) -> PacketType {
        match self {
            FormKind::Connect => PacketType::Connect,
            FormKind::Publish => PacketType::Publish,
            FormKind::Subscribe => PacketType::Subscribe,
            FormKind::Unsubscribe => PacketType::Unsubscribe,
            FormKind::Disconnect => PacketType::Disconnect,
        }
    }

    /// The form of an act; `None` for what has no form.
    pub fn of(act: &Act) -> Option<FormKind> {
        match act.action {
            Action::Connect(_) => Some(FormKind::Connect),
            Action::Publish(_) => Some(FormKind::Publish),
            Action::Subscribe { .. } => Some(FormKind::Subscribe),
            Action::Unsubscribe { .. } => Some(FormKind::Unsubscribe),
            Action::Disconnect(_) => Some(FormKind::Disconnect),
            _ => None,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drafts {
    pub connect: ConnectDraft,
    pub publish: PublishDraft,
    pub subscribe: SubscribeDraft,
    pub unsubscribe: UnsubscribeDraft,
    pub disconnect: DisconnectDraft,
}

impl Drafts {
    /// Forms with nothing in them but this Client Identifier.
    pub fn new(client_id: impl Into<String>) -> Drafts {
        Drafts {
            connect: ConnectDraft::new(client_id),
            publish: PublishDraft::default(),
            subscribe: SubscribeDraft::default(),
            unsubscribe: UnsubscribeDraft::default(),
            disconnect: DisconnectDraft::default(),
        }
    }

    /// Fills one form with what the act says; does nothing for an act that has no form.
    pub fn fill(&mut self, act: &Act) {
        match &act.action {
            Action::Connect(connect) => self.connect = ConnectDraft::from_connect(connect),
            Action::Publish(publish) => self.publish = PublishDraft::from_publish(publish),
            Action::Subscribe { properties, subscriptions } => {
                self.subscribe = SubscribeDraft::from_parts(properties, subscriptions);
            }
            Action::Unsubscribe { properties, topic_filters } => {
                self.unsubscribe = UnsubscribeDraft::from_parts(properties, topic_filters);
            }
            Action::Disconnect(disconnect) => {
                self.disconnect = DisconnectDraft::from_disconnect(disconnect);
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::course::{CHAPTERS, Cast};
    use crate::ui::forms::{Draft, FieldProblem};

    /// The act as the form of its packet would send it.
    fn through_the_form(act: &Act) -> Option<Result<Act, Vec<FieldProblem>>> {
        let mut drafts = Drafts::new("");
        drafts.fill(act);
        let slot = act.client;
        Some(match FormKind::of(act)? {
            FormKind::Connect => drafts.connect.to_act(slot),
            FormKind::Publish => drafts.publish.to_act(slot),
            FormKind::Subscribe => drafts.subscribe.to_act(slot),
            FormKind::Unsubscribe => drafts.unsubscribe.to_act(slot),
            FormKind::Disconnect => drafts.disconnect.to_act(slot),
        })
    }

    #[test]
    fn what_exercises_prepare_survives_the_forms() {
        for exercise in CHAPTERS.iter().flat_map(|chapter| chapter.exercises) {
            let cast = Cast::new(exercise.clients, "7f3a");
            let by_hand: Vec<Act> = exercise
                .steps
                .iter()
                .filter_map(|step| step.by_hand.as_ref())
                .map(|by_hand| (by_hand.act)(&cast))
                .collect();
            for act in &by_hand {
                assert_eq!(through_the_form(act), Some(Ok(act.clone())), "{}", exercise.id);
            }
            for act in exercise.clients.iter().flat_map(|client| (client.prepared)(&cast)) {
                let Some(again) = through_the_form(&act) else { continue };
                // The lesson's own value may be left to the learner, so that nothing can be sent yet.
                let is_completed_by_hand = by_hand.iter().any(|whole| {
                    (whole.client, FormKind::of(whole)) == (act.client, FormKind::of(&act))
                });
                if again.is_ok() || !is_completed_by_hand {
                    assert_eq!(again, Ok(act), "{}", exercise.id);
                }
            }
        }
    }
}
