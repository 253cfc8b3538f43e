//! Where the client of the composer stands, without costing anybody a bench.

use leptos::prelude::*;

use crate::capture::{ClientSlot, RecordId};
use crate::lab::{BenchClient, Lab};
use crate::ui::bench::model::COMPOSER;
use crate::ui::navigation::address::{Page, Place};
use crate::ui::navigation::kept_page::use_behind;
use crate::ui::state::progress::use_progress;
use crate::ui::state::store::{Store, use_store};

/// Copied freely; lives as long as the composer.
#[derive(Clone, Copy)]
pub struct Seat {
    pub store: Store,
    pub client: ClientSlot,
    /// The first record that is the composer's.
    pub since: RecordId,
    pub kind: SeatKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SeatKind {
    /// There is no other bench.
    Alone,
    /// One more client of the free bench: the others there get what it publishes.
    OnTheBench,
    /// In the place of a client that is connected: it sends past that client.
    Client,
    /// On a bench of its own. What an exercise judges stays what the learner did there.
    Beside,
}

impl Seat {
    pub fn take(client: Option<ClientSlot>) -> Seat {
        let store = use_store();
        let is_connected =
            |lab: &Lab, slot| lab.client(slot).is_some_and(BenchClient::is_connected);
        if let Some(client) = client.filter(|slot| store.peek(|lab| is_connected(lab, *slot))) {
            let since = store.peek(|lab| lab.capture().next_id());
            close_meanwhile(store);
            return Seat { store, client, since, kind: SeatKind::Client };
        }
        match untrack(|| use_behind().place()) {
            None => {
                store.set_up(vec![(COMPOSER, Vec::new())]);
                Seat { store, client: FIRST, since: RecordId(0), kind: SeatKind::Alone }
            }
            Some(Place::Page(Page::Bench)) => Seat::on_the_bench(store),
            Some(_) => Seat::beside(store),
        }
    }

    fn on_the_bench(store: Store) -> Seat {
        let since = store.peek(|lab| lab.capture().next_id());
        let Some(client) = store.add_client(COMPOSER, |_| Vec::new()) else {
            return Seat::beside(store);
        };
        close_meanwhile(store);
        on_cleanup(move || store.remove_client(client));
        Seat { store, client, since, kind: SeatKind::OnTheBench }
    }

    fn beside(bench: Store) -> Seat {
        let store = bench.provide_beside();
        use_progress().watch(store);
        store.set_up(vec![(COMPOSER, Vec::new())]);
        Seat { store, client: FIRST, since: RecordId(0), kind: SeatKind::Beside }
    }
}

/// What is open in the inspector stays open for whoever comes back.
fn close_meanwhile(store: Store) {
    let opened = store.peek_selected();
    store.close_inspector();
    on_cleanup(move || match opened {
        Some(id) => store.open_behind(id),
        None => store.close_inspector(),
    });
}

const FIRST: ClientSlot = ClientSlot(0);
