//! Four clients that cannot connect: port, path, subprotocol, protocol version.

use crate::capture::{ClientSlot, Entry};
use crate::course::chapters::common::connect;
use crate::course::{
    Broker, ClientSetup, Evidence, Exercise, Finding, Move, Step, Unmet, Verdict, check,
};
use crate::lab::{Act, Action, Route};
use crate::link::Target;

pub static EXERCISE: Exercise = Exercise {
    id: "cannot-connect",
    broker: Broker::InTab,
    spec: &["6", "3.1.2.2"],
    clients: &[
        ClientSetup {
            role: "port",
            prepared: |cast| vec![connect(cast, PORT)],
            beginning: |_| vec![route(PORT, to("ws://in-tab.test:1883/mqtt"))],
        },
        ClientSetup {
            role: "path",
            prepared: |cast| vec![connect(cast, PATH)],
            beginning: |_| vec![route(PATH, to("ws://in-tab.test:9001/ws"))],
        },
        ClientSetup {
            role: "subprotocol",
            prepared: |cast| vec![connect(cast, SUBPROTOCOL)],
            beginning: |_| {
                let asks = Route { subprotocol: "mqttv5".to_owned(), ..Route::default() };
                vec![route(SUBPROTOCOL, asks)]
            },
        },
        ClientSetup {
            role: "version",
            prepared: |cast| vec![connect(cast, VERSION)],
            beginning: |_| vec![route(VERSION, Route { protocol_version: 4, ..Route::default() })],
        },
    ],
    steps: &[
        Step {
            id: "port",
            controls: &[|cast| Move::Act(connect(cast, PORT))],
            check: |evidence| gets_through(evidence, PORT),
            ..Step::PLAIN
        },
        Step {
            id: "path",
            controls: &[|cast| Move::Act(connect(cast, PATH))],
            check: |evidence| gets_through(evidence, PATH),
            ..Step::PLAIN
        },
        Step {
            id: "subprotocol",
            controls: &[|cast| Move::Act(connect(cast, SUBPROTOCOL))],
            check: |evidence| gets_through(evidence, SUBPROTOCOL),
            ..Step::PLAIN
        },
        Step {
            id: "version",
            controls: &[|cast| Move::Act(connect(cast, VERSION))],
            check: |evidence| gets_through(evidence, VERSION),
            ..Step::PLAIN
        },
    ],
    solution: |cast| {
        let mended = [PORT, PATH, SUBPROTOCOL, VERSION]
            .into_iter()
            .flat_map(|slot| [route(slot, Route::default()), connect(cast, slot)]);
        mended.map(Move::Act).collect()
    },
    par: 4,
    ..Exercise::PLAIN
};

fn route(client: ClientSlot, route: Route) -> Act {
    Act { client, action: Action::SetRoute(route) }
}

fn to(address: &str) -> Route {
    Route { target: Target::parse(address).ok(), ..Route::default() }
}

/// A CONNACK with success; until then, how the last attempt ended.
fn gets_through(evidence: &Evidence, client: ClientSlot) -> Verdict {
    let accepted = check::connected(evidence, client);
    let mut ends = evidence.capture.records().rev().filter(|record| record.client == client);
    let end = ends.find(|record| matches!(record.entry, Entry::Closed(_)));
    match (&accepted, end.map(|record| (record.id, &record.entry))) {
        (Err(Unmet::NotYet(_)), Some((by, Entry::Closed(close))))
            if !close.was_open && by >= evidence.since =>
        {
            Err(Unmet::by(by, Finding::told("never-opened", [])))
        }
        _ => accepted,
    }
}

const PORT: ClientSlot = ClientSlot(0);
const PATH: ClientSlot = ClientSlot(1);
const SUBPROTOCOL: ClientSlot = ClientSlot(2);
const VERSION: ClientSlot = ClientSlot(3);
