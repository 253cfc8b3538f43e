//! The connection to the tap: opened, lost, tried again, and what came over it.

use std::cell::RefCell;

use gloo_timers::callback::Timeout;
use leptos::prelude::*;

use crate::capture::Capture;
use crate::link::websocket::WebSocketLink;
use crate::link::{BrokerAddress, LinkEvent};
use crate::mqtt::ConnectionId;
use crate::tap::address::{NoTap, TapAddress};
use crate::tap::protocol::{Command, SEEN};
use crate::ui::state::revision::Revision;
use crate::ui::state::store::Store;
use crate::ui::traffic::Traffic;

/// How it stands with the tap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Nobody has named one, or it was left.
    Idle,
    Connecting,
    Open,
    /// It is tried again.
    Lost {
        was_open: bool,
    },
}

/// Copied freely; made once, by the page.
#[derive(Clone, Copy)]
pub struct Line {
    address: StoredValue<Option<TapAddress>>,
    /// The tap from which the packets are.
    source: StoredValue<Option<TapAddress>>,
    link: StoredValue<Option<WebSocketLink>, LocalStorage>,
    retry: StoredValue<Option<Timeout>, LocalStorage>,
    state: RwSignal<State>,
    was_open: StoredValue<bool>,
    problem: RwSignal<Option<NoTap>>,
    traffic: StoredValue<Traffic, LocalStorage>,
    /// Where it is shown.
    shown: StoredValue<Option<Store>>,
    /// Counts changes.
    revision: Revision,
    /// Counts choices of connections.
    choices: RwSignal<u64>,
    /// The picture that is wanted, by its place in the list of them.
    picture: RwSignal<String>,
}

thread_local! {
    /// What the page had when it was left, for when it is opened again: the token is nowhere else.
    static LEFT: RefCell<Option<(Option<TapAddress>, Traffic)>> = const { RefCell::new(None) };
}

impl Line {
    pub fn provide() -> Line {
        let (address, traffic) = LEFT.take().unwrap_or_default();
        let line = Line {
            address: StoredValue::new(None),
            source: StoredValue::new(address.clone()),
            link: StoredValue::new_local(None),
            retry: StoredValue::new_local(None),
            state: RwSignal::new(State::Idle),
            was_open: StoredValue::new(false),
            problem: RwSignal::new(None),
            traffic: StoredValue::new_local(traffic),
            shown: StoredValue::new(None),
            revision: Revision::new(),
            choices: RwSignal::new(0),
            picture: RwSignal::new(String::new()),
        };
        if let Some(address) = address {
            line.connect(Ok(address));
        }
        on_cleanup(move || {
            let traffic = line.traffic.try_update_value(std::mem::take).unwrap_or_default();
            LEFT.set(Some((line.address.try_get_value().flatten(), traffic)));
        });
        line
    }

    /// Follows the tap at an address, or says why it is none.
    pub fn connect(self, address: Result<TapAddress, NoTap>) {
        match address {
            Err(problem) => self.problem.set(Some(problem)),
            Ok(address) => {
                self.problem.set(None);
                self.was_open.set_value(false);
                // Packets of two taps do not mix.
                if self.source.with_value(|source| source.as_ref().is_some_and(|it| *it != address))
                {
                    self.traffic.set_value(Traffic::default());
                    self.choose_anew();
                }
                self.source.set_value(Some(address.clone()));
                self.address.set_value(Some(address));
                self.open();
            }
        }
    }

    /// Follows no tap any more; what has come stays.
    pub fn leave(self) {
        self.link.set_value(None);
        self.retry.set_value(None);
        self.address.set_value(None);
        self.state.set(State::Idle);
    }

    fn open(self) {
        // An earlier link says nothing more, and no other attempt comes in between.
        self.retry.set_value(None);
        self.link.set_value(None);
        let Some(address) = self.address.get_value() else { return };
        let known = self.traffic.with_value(|traffic| {
            let hello = traffic.feed().hello()?;
            Some((hello.run.clone(), traffic.feed().next()))
        });
        let url = match known {
            Some((run, next)) => address.url_after(&run, next),
            None => address.url(),
        };
        let Ok(url) = BrokerAddress::parse(&url) else { return };
        self.state.set(State::Connecting);
        match WebSocketLink::open(&url, "", move |event| self.event(event)) {
            Ok(link) => self.link.set_value(Some(link)),
            Err(_) => self.lost(),
        }
    }

    fn event(self, event: LinkEvent) {
        match event {
            LinkEvent::Opened => {
                self.was_open.set_value(true);
                self.state.set(State::Open);
            }
            LinkEvent::Bytes(message) => {
                let is_read = self.traffic.try_update_value(|traffic| traffic.take(message));
                if is_read == Some(true) {
                    self.show();
                }
                self.send(SEEN.as_bytes());
                self.revision.announce();
            }
            LinkEvent::Text { .. } => {}
            LinkEvent::Closed { .. } => self.lost(),
        }
    }

    fn lost(self) {
        let was_open = self.was_open.get_value();
        self.state.set(State::Lost { was_open });
        // The link may be what calls this.
        let again = Timeout::new(RETRY, move || self.open());
        self.retry.set_value(Some(again));
    }

    /// Brings what came to where it is shown.
    fn show(self) {
        if let Some(store) = self.shown.get_value() {
            store.feed(|capture| {
                self.traffic.try_update_value(|traffic| traffic.show(capture)).unwrap_or(false)
            });
        }
    }

    /// Says where it is shown from now on; what was shown elsewhere comes along.
    pub fn shows(self, make: impl FnOnce(Capture) -> Store) {
        let all = self.traffic.try_update_value(Traffic::all).unwrap_or_default();
        self.shown.set_value(Some(make(all)));
    }

    pub fn pause(self, is_paused: bool) {
        self.traffic.update_value(|traffic| traffic.pause(is_paused));
        self.show();
        self.revision.tell();
    }

    pub fn clear(self) {
        self.traffic.update_value(Traffic::clear);
        self.choose_anew();
    }

    pub fn choose(self, connection: Option<ConnectionId>) {
        self.traffic.update_value(|traffic| match connection {
            Some(connection) => traffic.choose(connection),
            None => traffic.choose_all(),
        });
        self.choose_anew();
    }

    fn choose_anew(self) {
        self.revision.tell();
        self.choices.update(|choices| *choices += 1);
    }

    /// Asks the tap for something.
    pub fn command(self, command: &Command) {
        self.send(&serde_json::to_vec(command).unwrap_or_default());
    }

    fn send(self, bytes: &[u8]) {
        self.link.with_value(|link| {
            if let Some(link) = link {
                link.send(bytes);
            }
        });
    }

    /// Tracked.
    pub fn state(self) -> State {
        self.state.get()
    }

    /// Without its token.
    pub fn address(self) -> Option<String> {
        self.address.with_value(|address| address.as_ref().map(ToString::to_string))
    }

    /// Reads what came. Tracked.
    pub fn with<T>(self, read: impl FnOnce(&Traffic) -> T) -> T {
        self.revision.track();
        self.traffic.with_value(read)
    }

    /// Runs again when others are looked at.
    pub fn track_choice(self) {
        self.choices.track();
    }

    pub fn picture(self) -> RwSignal<String> {
        self.picture
    }

    pub fn problem(self) -> Option<NoTap> {
        self.problem.get_untracked()
    }

    /// Tracked.
    pub fn problem_now(self) -> Option<NoTap> {
        self.problem.get()
    }

    pub fn forget_problem(self) {
        self.problem.set(None);
    }
}

/// Between two attempts, in milliseconds.
const RETRY: u32 = 1500;
