//! The one place that holds the lab. Views read it through here and act through here; links, the clock
//! and timers are driven from here.

use std::collections::BTreeSet;
use std::time::Duration;

use gloo_timers::callback::Timeout;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::broker::use_broker;
use super::progress::use_progress;
use super::revision::Revision;
use super::{on_demand, remembered_broker};
use crate::broker;
use crate::capture::{Capture, ClientSlot, Record, RecordId};
use crate::lab::{Act, ActError, Lab, LinkState, OutsideTime, Problem};
use crate::link::websocket::WebSocketLinks;
use crate::link::{LinkEvent, Target};
use crate::mqtt::ConnectionId;
use crate::time::Instant;
use crate::ui::browser::answers_http::answers_http;
use crate::ui::browser::{milliseconds, seed};
use crate::ui::lamp::Lamp;
use crate::ui::pace;

/// Copied freely. That of the app is made when a view first asks for it, with [`use_store`].
#[derive(Clone, Copy)]
pub struct Store {
    lab: StoredValue<Lab, LocalStorage>,
    is_read_only: bool,
    /// Whether what it shows grows.
    is_fed: bool,
    links: StoredValue<WebSocketLinks, LocalStorage>,
    timer: StoredValue<Option<(Instant, Timeout)>, LocalStorage>,
    /// The browser's clock, in milliseconds, at the moment the lab began.
    began: f64,
    /// How far the lab's clock has been put forward since.
    skipped: StoredValue<Duration>,
    /// The latest times that it was: when, and by how much.
    skips: StoredValue<Vec<(Instant, Duration)>>,
    /// Counts changes; set at most once per animation frame, and more rarely in a flood.
    revision: Revision,
    /// When it was set last, and up to which record everything had been told then.
    told: StoredValue<(Instant, RecordId)>,
    /// The record the inspector shows.
    selected: RwSignal<Option<RecordId>>,
    opened: RwSignal<BTreeSet<RecordId>>,
    /// Counts the times that somebody has opened one.
    opens: RwSignal<u32>,
    /// What the forms of each client hold at the start.
    prepared: RwSignal<Vec<Vec<Act>>, LocalStorage>,
    target: RwSignal<Target>,
    /// The User Name that goes with it, where one is remembered.
    user_name: RwSignal<String>,
}

/// The bench behind a capture that is looked at.
#[derive(Clone, Copy)]
pub struct Live(pub Store);

impl Store {
    /// The bench of the app.
    fn of_app() -> Store {
        let broker = use_broker();
        let store = Store::make(new_lab(broker.target.get_untracked()), broker.target, false);
        use_progress().watch(store);
        let lamp = Memo::new(move |_| store.with_lab(Lamp::of_chosen_broker));
        Effect::new(move || broker.lamp.set(lamp.get()));
        store
    }

    /// For the components below, in place of the one around: a bench on which nothing happens, with a
    /// capture from elsewhere.
    pub fn provide_read_only(capture: Capture) -> Store {
        // What is looked at next may be built within what was looked at before, which is no bench.
        provide_context(use_context::<Live>().unwrap_or_else(|| Live(use_store())));
        Store::make(Lab::of_capture(capture), in_tab(), true).provide()
    }

    /// The same with a capture to which records are added, as they come from elsewhere: see [`Store::feed`].
    pub fn provide_fed(capture: Capture) -> Store {
        provide_context(Live(use_store()));
        // Its clock is that of the capture.
        let passed = capture.began().map(|began| js_sys::Date::now() - began as f64 / 1000.0);
        let mut store = Store::make(Lab::of_capture(capture), in_tab(), true);
        store.is_fed = true;
        store.began = milliseconds() - passed.unwrap_or_default();
        store.provide()
    }

    /// Adds to a capture from elsewhere; `add` tells whether it did.
    pub fn feed(self, add: impl FnOnce(&mut Capture) -> bool) {
        let is_new = self.lab.try_update_value(|lab| lab.feed(add));
        if is_new == Some(true) {
            self.announce();
        }
    }

    /// For the components below, in place of this one: a bench of its own that can be acted on, whose
    /// clients connect where those of this one do. Its broker in the tab is another one that follows the
    /// same policy.
    pub fn provide_beside(self) -> Store {
        let target = self.target.get_untracked();
        let store = Store::make(new_lab(target.clone()), RwSignal::new(target), false).provide();
        Effect::new(move || {
            let target = self.target();
            let subprotocol = self.with_lab(|lab| lab.subprotocol().to_owned());
            store.lab.update_value(|lab| {
                lab.set_target(target.clone());
                lab.set_subprotocol(subprotocol);
            });
            store.target.set(target);
        });
        let policy =
            Memo::new(move |_| self.with_lab(|lab| lab.in_tab().broker().policy().clone()));
        Effect::new(move || store.operate(broker::Input::SetPolicy(Box::new(policy.get()))));
        store
    }

    /// For the components below.
    fn provide(self) -> Store {
        provide_context(self);
        self
    }

    fn make(lab: Lab, target: RwSignal<Target>, is_read_only: bool) -> Store {
        Store {
            lab: StoredValue::new_local(lab),
            is_read_only,
            is_fed: false,
            links: StoredValue::new_local(WebSocketLinks::default()),
            timer: StoredValue::new_local(None),
            began: milliseconds(),
            skipped: StoredValue::new(Duration::ZERO),
            skips: StoredValue::new(Vec::new()),
            revision: Revision::new(),
            told: StoredValue::new((Instant::START, RecordId(0))),
            selected: RwSignal::new(None),
            opened: RwSignal::new(BTreeSet::new()),
            opens: RwSignal::new(0),
            prepared: RwSignal::new_local(Vec::new()),
            target,
            user_name: RwSignal::new(String::new()),
        }
    }

    /// The moment it is now, on the lab's axis.
    pub fn now(self) -> Instant {
        let passed = ((milliseconds() - self.began) * 1000.0) as u64;
        Instant::from_micros(passed) + self.skipped.get_value()
    }

    /// Whether it only shows a capture from elsewhere.
    pub fn is_read_only(self) -> bool {
        self.is_read_only
    }

    /// Whether what it shows can grow.
    pub fn grows(self) -> bool {
        !self.is_read_only || self.is_fed
    }

    /// Changes whenever the capture or a client has changed: at most once per animation frame, in a flood two to ten times a
    /// second. Tracked.
    pub fn revision(self) -> u64 {
        self.revision.get()
    }

    /// Reads the lab. Tracked: runs again when anything in it has changed.
    pub fn with_lab<T>(self, read: impl FnOnce(&Lab) -> T) -> T {
        self.revision.track();
        self.lab.with_value(read)
    }

    /// Reads the capture. Tracked like [`Store::with_lab`].
    pub fn with_capture<T>(self, read: impl FnOnce(&Capture) -> T) -> T {
        self.with_lab(|lab| read(lab.capture()))
    }

    /// Reads the lab as it is at this moment. Not tracked.
    pub fn peek<T>(self, read: impl FnOnce(&Lab) -> T) -> T {
        self.lab.with_value(read)
    }

    /// One record, if it is still there. Not tracked: records never change.
    pub fn record(self, id: RecordId) -> Option<Record> {
        self.peek(|lab| lab.capture().get(id).cloned())
    }

    /// The record that the inspector shows. Tracked.
    pub fn selected(self) -> Option<RecordId> {
        self.selected.get()
    }

    /// The same at this moment. Not tracked.
    pub fn peek_selected(self) -> Option<RecordId> {
        self.selected.get_untracked()
    }

    /// For what is done later: `None` once the store has gone with its page. Not tracked.
    pub fn try_selected(self) -> Option<Option<RecordId>> {
        self.selected.try_get_untracked()
    }

    /// Opens a record in the inspector, which comes into sight for it.
    pub fn open(self, id: RecordId) {
        self.open_behind(id);
        self.opens.update(|opens| *opens += 1);
    }

    /// Changes whenever somebody opens a record, also the same one again. Tracked.
    pub fn opens(self) -> u32 {
        self.opens.get()
    }

    /// Opens a record in the inspector, wherever the reader is.
    pub fn open_behind(self, id: RecordId) {
        self.selected.set(Some(id));
        self.opened.update(|opened| {
            opened.insert(id);
        });
    }

    pub fn close_inspector(self) {
        self.selected.set(None);
    }

    /// The records that have been opened since the bench was set up. Tracked.
    pub fn with_opened<T>(self, read: impl FnOnce(&BTreeSet<RecordId>) -> T) -> T {
        self.opened.with(read)
    }

    /// The same at this moment. Not tracked.
    pub fn peek_opened<T>(self, read: impl FnOnce(&BTreeSet<RecordId>) -> T) -> T {
        self.opened.with_untracked(read)
    }

    /// What the forms of the client in that slot hold at the start: Connect, Subscribe, Publish … as
    /// far as the exercise prepares them. Tracked: changes when the bench is set up anew.
    pub fn prepared(self, slot: ClientSlot) -> Vec<Act> {
        self.prepared.with(|all| all.get(usize::from(slot.0)).cloned().unwrap_or_default())
    }

    /// Where the next connection goes. Tracked.
    pub fn target(self) -> Target {
        self.target.get()
    }

    /// Chooses where the next connection goes, and remembers it.
    pub fn set_target(self, target: Target) {
        remembered_broker::remember(&target);
        self.lab.update_value(|lab| lab.set_target(target.clone()));
        self.target.set(target);
        self.announce();
    }

    /// How clients without a choice of their own connect: the subprotocol they ask for, and a User Name for
    /// their forms.
    pub fn set_access(self, subprotocol: String, user_name: String) {
        self.lab.update_value(|lab| lab.set_subprotocol(subprotocol));
        self.user_name.set(user_name);
        self.announce();
    }

    /// The User Name that is remembered of the broker, or nothing. Tracked.
    pub fn user_name(self) -> String {
        self.user_name.get()
    }

    /// Clears the bench and puts fresh clients on it: a role and the prepared forms of each.
    pub fn set_up(self, clients: Vec<(&str, Vec<Act>)>) {
        let (roles, prepared): (Vec<_>, Vec<_>) = clients.into_iter().unzip();
        let now = self.now();
        self.lab.update_value(|lab| lab.set_up(roles, now));
        self.selected.set(None);
        self.opened.update(BTreeSet::clear);
        self.prepared.set(prepared);
        self.pump();
    }

    /// Puts records of an earlier bench, which began then (in microseconds since 1970), behind those that are
    /// there; the clock goes on as if nothing had been in between.
    pub fn put_back(self, records: Vec<Record>, began: u64) {
        let last = records.last().map_or(0, |record| record.at.as_micros());
        let since = ((js_sys::Date::now() * 1000.0) as u64).saturating_sub(began);
        let ahead = last.max(since).saturating_sub(self.now().as_micros());
        self.skipped.update_value(|skipped| *skipped += Duration::from_micros(ahead));
        let now = self.now();
        self.lab.update_value(|lab| lab.put_back(records, began, now));
        self.pump();
    }

    /// Puts one more client on the bench, with prepared forms.
    pub fn add_client(
        self,
        role: &str,
        prepared: impl FnOnce(ClientSlot) -> Vec<Act>,
    ) -> Option<ClientSlot> {
        let slot = self.lab.try_update_value(|lab| lab.add_client(role)).flatten()?;
        let index = usize::from(slot.0);
        self.prepared.update(|all| {
            all.resize(all.len().max(index + 1), Vec::new());
            all[index] = prepared(slot);
        });
        self.pump();
        Some(slot)
    }

    /// Takes a client from the bench.
    pub fn remove_client(self, slot: ClientSlot) {
        let now = self.now();
        self.lab.update_value(|lab| lab.remove_client(slot, now));
        self.pump();
    }

    /// Gives a client another part on the bench.
    pub fn rename_client(self, slot: ClientSlot, role: &str) {
        self.lab.update_value(|lab| lab.rename_client(slot, role));
        self.announce();
    }

    /// Does one thing on the bench. An error says which rule forbids it; nothing was sent then.
    pub fn act(self, act: Act) -> Result<(), ActError> {
        self.act_at_once([act])
    }

    /// Does several things in one moment, so that no answer comes in between; the first error ends it.
    pub fn act_at_once(self, acts: impl IntoIterator<Item = Act>) -> Result<(), ActError> {
        let now = self.now();
        let mut acts = acts.into_iter();
        let result = self.lab.try_update_value(|lab| acts.try_for_each(|act| lab.act(act, now)));
        self.pump();
        result.unwrap_or(Ok(()))
    }

    /// Changes the policy of the broker in the tab, or gives it an operator's command.
    pub fn operate(self, input: broker::Input) {
        let now = self.now();
        self.lab.update_value(|lab| lab.operate_in_tab(input, now));
        self.pump();
    }

    /// How long bytes travel between the clients and the broker in the tab.
    pub fn set_latency(self, latency: Duration) {
        self.lab.update_value(|lab| lab.set_in_tab_latency(latency));
        self.announce();
    }

    /// Puts the clock forward, with everything that falls due meanwhile.
    pub fn skip(self, by: Duration) -> Result<(), OutsideTime> {
        let now = self.now();
        let skipped = self.lab.try_update_value(|lab| lab.skip(by, now)).transpose()?;
        if skipped.is_some() {
            self.skipped.update_value(|all| *all += by);
            self.skips.update_value(|all| {
                if all.len() == SKIPS {
                    all.remove(0);
                }
                all.push((now, by));
            });
            // What is due next comes sooner now.
            self.timer.set_value(None);
            self.pump();
        }
        Ok(())
    }

    /// The latest times that the clock was put forward: when, and by how much. Not tracked.
    pub fn skips(self) -> Vec<(Instant, Duration)> {
        self.skips.get_value()
    }

    fn link_event(self, connection: ConnectionId, event: LinkEvent) {
        let now = self.now();
        if matches!(event, LinkEvent::Closed { .. }) {
            self.links.update_value(|links| links.remove(connection));
            self.lab.update_value(|lab| lab.link_event(connection, event, now));
            self.probe_failures();
        } else {
            self.lab.update_value(|lab| lab.link_event(connection, event, now));
        }
        self.pump();
    }

    /// Carries out what the lab wants of its links, and wakes it when its next timeout is due.
    fn pump(self) {
        while let Some(command) = self.lab.try_update_value(Lab::next_command).flatten() {
            let tell = move |connection, event| self.link_event(connection, event);
            let done = self.links.try_update_value(|links| links.carry_out(command, tell));
            if let Some(Err((connection, reason))) = done {
                self.link_event(connection, LinkEvent::Closed { code: None, reason });
            }
        }
        self.set_timer();
        self.announce();
    }

    fn announce(self) {
        self.revision.announce_after(move || {
            let (now, next) = (self.now(), self.peek(|lab| lab.capture().next_id()));
            let (at, told) = self.told.get_value();
            let new = next.0.saturating_sub(told.0);
            let wait = pace::wait(new, now.since(at), self.revision.drawing());
            if wait.is_zero() {
                self.told.set_value((now, next));
            }
            wait
        });
    }

    fn set_timer(self) {
        let due = self.peek(Lab::next_timeout);
        if self.timer.with_value(|timer| timer.as_ref().map(|(at, _)| *at)) == due {
            return;
        }
        let timer = due.map(|at| {
            // A browser's timer may fire a little early: one millisecond more spares a second round.
            let wait = at.since(self.now()).as_millis() + 1;
            let wait = u32::try_from(wait).unwrap_or(u32::MAX).min(LONGEST_TIMEOUT);
            let wake = move || {
                self.timer.set_value(None);
                let now = self.now();
                self.lab.update_value(|lab| lab.advance(now));
                self.pump();
            };
            (at, Timeout::new(wait, wake))
        });
        self.timer.set_value(timer);
    }

    /// A WebSocket that never opened tells nothing; whether a web server answers there narrows the cause.
    fn probe_failures(self) {
        let failed =
            self.peek(|lab| {
                lab.clients()
                    .iter()
                    .filter(|client| client.link_state() == LinkState::Closed)
                    .filter_map(|client| match client.problem() {
                        Some(Problem::ConnectFailed {
                            address, answers_http: None, close, ..
                        }) if !close.was_open => Some((client.slot(), address.clone())),
                        _ => None,
                    })
                    .collect::<Vec<_>>()
            });
        for (slot, address) in failed {
            spawn_local(async move {
                let answers = answers_http(&address).await;
                self.lab.update_value(|lab| lab.note_answers_http(slot, &address, answers));
                self.announce();
            });
        }
    }
}

/// The bench around, or that of the app.
pub fn use_store() -> Store {
    on_demand::use_or_make(Store::of_app)
}

fn in_tab() -> RwSignal<Target> {
    RwSignal::new(Target::InTab)
}

fn new_lab(target: Target) -> Lab {
    let is_secure = window().location().protocol().is_ok_and(|protocol| protocol == "https:");
    let mut lab = Lab::new(target, is_secure, seed());
    lab.set_began((js_sys::Date::now() * 1000.0) as u64);
    lab
}

/// Time skips that are remembered.
const SKIPS: usize = 64;
/// The longest time a browser's timer can wait.
const LONGEST_TIMEOUT: u32 = i32::MAX as u32;
