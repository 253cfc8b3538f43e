//! Which broker the next connection goes to, and how the clients stand with it: what the frame of the page shows of the
//! bench, before there is one.

use leptos::prelude::*;

use super::remembered_broker;
use crate::link::Target;
use crate::ui::lamp::Lamp;

/// Copied freely; made once, by the app.
#[derive(Clone, Copy)]
pub struct Broker {
    pub(super) target: RwSignal<Target>,
    /// Written by the bench.
    pub(super) lamp: RwSignal<Lamp>,
}

impl Broker {
    /// `named` is what the address of the page says, if anything.
    pub fn provide(named: Option<&str>) -> Broker {
        let broker = Broker {
            target: RwSignal::new(remembered_broker::initial(named)),
            lamp: RwSignal::new(Lamp::Offline),
        };
        provide_context(broker);
        broker
    }

    /// Where the next connection goes. Tracked.
    pub fn target(self) -> Target {
        self.target.get()
    }

    /// How the clients stand with it. Tracked.
    pub fn lamp(self) -> Lamp {
        self.lamp.get()
    }
}

pub fn use_broker() -> Broker {
    expect_context()
}
