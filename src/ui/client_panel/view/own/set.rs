//! What of a client's settings is set.

use crate::capture::ClientSlot;
use crate::client::AcknowledgeByHand;
use crate::lab::{Lab, Route};
use crate::link::Line;

/// How many settings are set in each group.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub struct HowMany {
    pub automations: usize,
    pub acknowledgements: usize,
    pub route: usize,
    pub faults: usize,
}

impl HowMany {
    /// None where there is no such client.
    pub fn of(lab: &Lab, client: ClientSlot) -> HowMany {
        let Some(one) = lab.client(client) else { return HowMany::default() };
        HowMany {
            automations: one.automations().len(),
            acknowledgements: usize::from(one.held_by_person() != AcknowledgeByHand::NONE),
            route: usize::from(*one.route() != Route::default()),
            faults: usize::from(lab.in_tab().line(client).is_some_and(Line::is_faulty)),
        }
    }

    pub fn in_all(self) -> usize {
        self.automations + self.acknowledgements + self.route + self.faults
    }
}
