//! What of a client's settings is set.

use crate::capture::ClientSlot;
use crate::client::AcknowledgeByHand;
use crate::lab::{Lab, Route};
use crate::link::Line;

#[derive(Clone, Copy)]
pub enum Group {
    Automations,
    Route,
    Acknowledgements,
    Faults,
}

/// For each group, how many of its settings are set.
pub fn how_many_set(lab: &Lab, client: ClientSlot) -> [usize; 4] {
    let Some(one) = lab.client(client) else { return [0; 4] };
    let is_faulty = lab.in_tab().line(client).is_some_and(Line::is_faulty);
    let mut set = [0; 4];
    set[Group::Automations as usize] = one.automations().len();
    set[Group::Route as usize] = usize::from(*one.route() != Route::default());
    set[Group::Acknowledgements as usize] =
        usize::from(one.held_by_person() != AcknowledgeByHand::NONE);
    set[Group::Faults as usize] = usize::from(is_faulty);
    set
}
