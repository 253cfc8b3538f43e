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
    use crate::capture::ClientSlot;
    use crate::course::{CHAPTERS, Cast};
    use crate::ui::forms::Draft;

    #[test]
    fn what_exercises_prepare_survives_the_forms() {
        for exercise in CHAPTERS.iter().flat_map(|chapter| chapter.exercises) {
            let cast = Cast::new(exercise.clients, "7f3a");
            for (slot, client) in (0..).map(ClientSlot).zip(exercise.clients) {
                for act in (client.prepared)(&cast) {
                    let Some(kind) = FormKind::of(&act) else { continue };
                    let mut drafts = Drafts::new("");
                    drafts.fill(&act);
                    let again = match kind {
                        FormKind::Connect => drafts.connect.to_act(slot),
                        FormKind::Publish => drafts.publish.to_act(slot),
                        FormKind::Subscribe => drafts.subscribe.to_act(slot),
                        FormKind::Unsubscribe => drafts.unsubscribe.to_act(slot),
                        FormKind::Disconnect => drafts.disconnect.to_act(slot),
                    };
                    assert_eq!(again, Ok(act), "{}", exercise.id);
                }
            }
        }
    }
}
