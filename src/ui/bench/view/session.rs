//! What stands on the free bench now, and where it came from.

use std::time::Duration;

use gloo_timers::future::TimeoutFuture;
use leptos::prelude::*;
use leptos::task::spawn_local;
use web_sys::{ScrollIntoViewOptions, ScrollLogicalPosition};

use super::keeping::Keeping;
use crate::broker::Input;
use crate::capture::{ClientSlot, Record};
use crate::client::AcknowledgeByHand;
use crate::lab::{Act, Action, BenchClient, Lab, LinkState, Route};
use crate::ui::bench::around::{Around, faults_of};
use crate::ui::bench::model::{
    BuiltIn, COMPOSER, ClientSetUp, Kept, Left, SetUp, SetUpError, to_keep, to_use, worth_keeping,
};
use crate::ui::browser::storage::{self, Key, NotKept};
use crate::ui::client_panel::model::LONGEST_NAME;
use crate::ui::client_panel::view::{Panels, fresh_client_id};
use crate::ui::forms::FormKind;
use crate::ui::navigation::address;
use crate::ui::state::store::Store;

/// Copied freely; lives as long as the page.
#[derive(Clone, Copy)]
pub struct BenchSession {
    store: Store,
    panels: Panels,
    kept: RwSignal<Vec<Kept>>,
    /// The name of what was loaded or kept last.
    name: RwSignal<String>,
    /// What is wrong with the link that led here.
    error: RwSignal<Option<SetUpError>>,
    /// What waits for the learner's word.
    offer: RwSignal<Option<Offer>>,
    /// How many packets have come back, and how many have not, with a bench that had been left.
    returned: RwSignal<Option<(usize, usize)>>,
    /// The link that was followed last.
    link: StoredValue<String>,
    /// What was left last: the text and the revision.
    left: StoredValue<(String, u64)>,
    keeping: Keeping,
    /// Whether records are being read that belong on the bench before anything else happens there.
    is_returning: RwSignal<bool>,
}

/// A set-up that would cost something, or change more than the clients.
#[derive(Clone, Debug, PartialEq)]
pub struct Offer {
    pub name: String,
    set_up: SetUp,
    /// Clients with a connection, and records: they go.
    pub connections: usize,
    pub records: usize,
    /// What it brings beside the clients.
    pub brings: Option<Around>,
    /// The clients with faults on their lines.
    pub faulty: Vec<ClientSlot>,
}

impl BenchSession {
    /// With what the link holds, what was left in this tab, or the first set-up.
    pub fn begin(store: Store) -> BenchSession {
        let session = BenchSession {
            store,
            panels: Panels::provide(),
            kept: RwSignal::new(stored()),
            name: RwSignal::new(String::new()),
            error: RwSignal::new(None),
            offer: RwSignal::new(None),
            returned: RwSignal::new(None),
            link: StoredValue::new(String::new()),
            left: StoredValue::new((String::new(), 0)),
            keeping: Keeping::begin(store),
            is_returning: RwSignal::new(false),
        };
        session.forget_secrets();
        storage::on_change(Key::Benches, move || session.kept.set(stored()));
        let is_back = storage::load_in_tab(Key::Bench).is_some_and(|left| session.put_back(&left));
        if !is_back {
            session.load(&BuiltIn::PublishSubscribe.set_up());
        }
        session.follow_link();
        let handle = window_event_listener(leptos::ev::hashchange, move |_| session.follow_link());
        on_cleanup(move || handle.remove());
        session.leave_often();
        session
    }

    /// Keeps the bench for when the page is reloaded, or comes back after a crash.
    fn leave_often(self) {
        let handle = window_event_listener_untyped("pagehide", move |_| self.leave());
        on_cleanup(move || handle.remove());
        let turn = StoredValue::new(0_u32);
        let tick = move || {
            turn.update_value(|turn| *turn = turn.wrapping_add(1));
            // A long capture takes a while to write out.
            let is_long = self.store.peek(|lab| lab.capture().len() > LONG);
            if !is_long || turn.get_value().is_multiple_of(5) {
                self.leave();
            }
        };
        if let Ok(interval) = set_interval_with_handle(tick, LEAVES_EVERY) {
            on_cleanup(move || interval.clear());
        }
    }

    fn leave(self) {
        let (set_up, _) = self.as_it_stands(|action| action).without_secrets();
        let (text, revision) = (set_up.to_text(), untrack(|| self.store.revision()));
        let is_left = self.left.with_value(|left| left.0 == text && left.1 == revision);
        if is_left || self.is_returning.get_untracked() {
            return;
        }
        let mut left = Left {
            slots: self.slots().iter().map(|slot| slot.0).collect(),
            name: self.name.get_untracked(),
            link: self.link.get_value(),
            began: self.store.peek(|lab| lab.capture().began()).unwrap_or_default(),
            text: text.clone(),
            ..Left::default()
        };
        self.keeping.write(left.clone());
        self.store.peek(|lab| left.pack(lab.capture()));
        storage::save_in_tab(Key::Bench, &left);
        self.left.set_value((text, revision));
    }

    /// Whether it could be put back. What the tab itself did not have room for is read from what the
    /// browser keeps.
    fn put_back(self, left: &Left) -> bool {
        if !self.place(left) {
            return false;
        }
        let records = left.unpack();
        if records.len() >= left.all {
            self.put_back_records(records, left);
            return true;
        }
        self.is_returning.set(true);
        let left = left.clone();
        spawn_local(async move {
            let mut all = self.keeping.older(&left).await;
            all.extend(records);
            // The page may be gone.
            if self.is_returning.try_set(false).is_none() {
                self.put_back_records(all, &left);
            }
        });
        true
    }

    /// Brings back the bench of a tab that has crashed, in place of what is there.
    pub fn bring_back(self) {
        self.is_returning.set(true);
        spawn_local(async move {
            let found = self.keeping.bring_back().await;
            if self.is_returning.try_set(false).is_some() {
                return;
            }
            self.keeping.forget_left_behind();
            if let Some((bench, records)) = found
                && self.place(&bench.left)
            {
                self.put_back_records(records, &Left { all: bench.packets(), ..bench.left });
            }
        });
    }

    /// Puts its clients on the bench, each in its place.
    fn place(self, left: &Left) -> bool {
        let Ok(set_up) = SetUp::from_any_text(&left.text) else { return false };
        if set_up.clients.len() != left.slots.len() {
            return false;
        }
        // Everybody gets the place that the records know.
        let places = left.slots.iter().max().map_or(0, |last| usize::from(*last) + 1);
        let mut clients = vec![ClientSetUp::default(); places];
        for (slot, client) in left.slots.iter().zip(set_up.clients) {
            clients[usize::from(*slot)] = client;
        }
        let set_up = SetUp { clients, ..set_up };
        self.load(&set_up);
        let slots = (0..places).filter_map(|slot| u16::try_from(slot).ok());
        for empty in slots.filter(|slot| !left.slots.contains(slot)) {
            self.store.remove_client(ClientSlot(empty));
        }
        self.name.set(left.name.clone());
        self.link.set_value(left.link.clone());
        // An address that names the broker wins.
        let broker = window().location().search().unwrap_or_default();
        let is_named = address::value(&broker, address::BROKER).is_some();
        self.surround(&set_up, !is_named);
        true
    }

    fn put_back_records(self, records: Vec<Record>, left: &Left) {
        if !records.is_empty() {
            let back = records.len();
            self.store.put_back(records, left.began);
            self.returned.set(Some((back, left.all.saturating_sub(back))));
        }
    }

    /// Tracked.
    pub fn is_returning(self) -> bool {
        self.is_returning.get()
    }

    pub fn keeping(self) -> Keeping {
        self.keeping
    }

    /// An earlier version of the page kept secrets too.
    fn forget_secrets(self) {
        let is_clean = self.kept.with_untracked(|kept| {
            storage::load(Key::Benches).is_none_or(|stored: Vec<Kept>| stored == *kept)
        });
        if !is_clean {
            self.kept.with_untracked(|kept| storage::save(Key::Benches, kept));
        }
    }

    /// Loads what the address holds behind `#bench=`, unless that has been done.
    fn follow_link(self) {
        let hash = window().location().hash().unwrap_or_default();
        let is_followed = self.link.with_value(|link| *link == hash);
        let Some(text) = hash.strip_prefix(FRAGMENT).filter(|_| !is_followed) else { return };
        self.link.set_value(hash.clone());
        match SetUp::from_text(text) {
            Ok(set_up) => {
                self.error.set(None);
                self.offer(set_up, String::new());
            }
            Err(error) => self.error.set(Some(error)),
        }
    }

    /// Loads a set-up, or asks first where that would cost something or reach further.
    pub fn offer(self, set_up: SetUp, name: String) {
        let here = self.around();
        let (connections, records) = self.store.peek(|lab| {
            let is_open = |client: &&BenchClient| client.link_state() != LinkState::Closed;
            (lab.clients().iter().filter(is_open).count(), lab.capture().len())
        });
        let brings = set_up.around.clone().filter(|around| around.differs_from(&here));
        let faulty: Vec<_> = (0..)
            .map(ClientSlot)
            .zip(&set_up.clients)
            .filter_map(|(slot, client)| (!client.faults.is_empty()).then_some(slot))
            .collect();
        let offer = Offer { name, set_up, connections, records, brings, faulty };
        match (connections, records) {
            (0, 0) if !offer.reaches_further() => self.accept(offer, true),
            _ => self.offer.set(Some(offer)),
        }
    }

    /// Tracked.
    pub fn offered(self) -> Option<Offer> {
        self.offer.get()
    }

    pub fn accept(self, offer: Offer, with_around: bool) {
        self.offer.set(None);
        self.error.set(None);
        self.returned.set(None);
        self.name.set(offer.name);
        self.load(&offer.set_up);
        if with_around {
            self.surround(&offer.set_up, true);
        }
    }

    pub fn decline(self) {
        self.offer.set(None);
    }

    /// How many packets have come back, and how many have not. Tracked.
    pub fn returned(self) -> RwSignal<Option<(usize, usize)>> {
        self.returned
    }

    /// What there is around the clients now. Not tracked.
    pub fn around(self) -> Around {
        self.store.peek(|lab| Around {
            target: lab.target().clone(),
            policy: Box::new(lab.in_tab().broker().policy().clone()),
            latency: lab.in_tab().latency(),
        })
    }

    /// Lets the clients find what the set-up brings, without asking.
    fn surround(self, set_up: &SetUp, with_target: bool) {
        if let Some(around) = &set_up.around {
            if with_target && untrack(|| self.store.target()) != around.target {
                self.store.set_target(around.target.clone());
            }
            if around.target.is_in_tab() {
                self.store.operate(Input::SetPolicy(around.policy.clone()));
                self.store.set_latency(around.latency);
            }
        }
        for (client, set_up) in (0..).map(ClientSlot).zip(&set_up.clients) {
            for fault in &set_up.faults {
                // There are none on a connection elsewhere.
                let _ = self.store.act(Act { client, action: Action::Fault(*fault) });
            }
        }
    }

    /// Puts fresh clients on the bench.
    pub fn load(self, set_up: &SetUp) {
        let ready = |(slot, client): (ClientSlot, &ClientSetUp)| {
            let id = fresh_client_id();
            let acts = client.acts_at(slot).into_iter();
            let acts = acts.map(|act| Act { action: to_use(act.action, &id), ..act });
            acts.collect::<Vec<_>>()
        };
        let acts: Vec<_> = (0..).map(ClientSlot).zip(&set_up.clients).map(ready).collect();
        let roles = set_up.clients.iter().map(|client| client.role.as_str());
        self.store.set_up(roles.zip(acts.clone()).collect());
        for act in acts.into_iter().flatten().filter(|act| act.action.is_setting()) {
            // Settings are always allowed.
            let _ = self.store.act(act);
        }
    }

    /// What stands on the bench, with what its forms hold and what is around it.
    pub fn set_up(self) -> SetUp {
        self.as_it_stands(to_keep)
    }

    fn as_it_stands(self, to_keep: fn(Action) -> Action) -> SetUp {
        let around = Some(self.around());
        self.store.peek(|lab| {
            let client = |client: &BenchClient| {
                let slot = client.slot();
                let forms = self.panels.get(slot).map_or_else(Vec::new, |forms| forms.acts());
                let forms = forms.into_iter().map(|act| to_keep(act.action));
                let acts = forms.chain(settings_of(client)).filter(worth_keeping).collect();
                let faults = lab.in_tab().line(slot).map_or_else(Vec::new, faults_of);
                ClientSetUp { role: client.role().to_owned(), acts, faults }
            };
            SetUp { clients: own(lab).map(client).collect(), around }
        })
    }

    /// The places of the clients.
    fn slots(self) -> Vec<ClientSlot> {
        self.store.peek(|lab| own(lab).map(BenchClient::slot).collect())
    }

    /// The whole address of what stands on the bench, and how many secrets are left out of it; how many
    /// letters it has where it is too long.
    pub fn link(self, with_secrets: bool) -> Result<(String, usize), usize> {
        let (set_up, left_out) = match with_secrets {
            true => (self.set_up(), 0),
            false => self.set_up().without_secrets(),
        };
        let text = set_up.to_text();
        if text.len() > crate::ui::bench::model::MOST_LETTERS {
            return Err(text.len());
        }
        let address = window().location().href().unwrap_or_default();
        let page = address.split('#').next().unwrap_or_default();
        Ok((format!("{page}{FRAGMENT}{text}"), left_out))
    }

    /// Tracked.
    pub fn kept(self) -> Vec<Kept> {
        self.kept.get()
    }

    /// Keeps what stands on the bench under this name, without its secrets, and tells how many those were;
    /// what had the name before is replaced.
    pub fn keep(self, name: &str) -> Result<usize, NotKept> {
        let name: String = name.trim().chars().take(LONGEST_NAME).collect();
        let (set_up, left_out) = self.set_up().without_around().without_secrets();
        let text = set_up.to_text();
        self.change_kept(|kept| {
            kept.retain(|other| other.name != name);
            kept.push(Kept { name: name.clone(), text });
        })?;
        self.name.set(name);
        Ok(left_out)
    }

    pub fn delete(self, name: &str) -> Result<(), NotKept> {
        self.change_kept(|kept| kept.retain(|other| other.name != name))
    }

    /// Begins with what is kept: another tab may have written since.
    fn change_kept(self, change: impl FnOnce(&mut Vec<Kept>)) -> Result<(), NotKept> {
        let mut kept = stored();
        change(&mut kept);
        storage::try_save(Key::Benches, &kept)?;
        self.kept.set(kept);
        Ok(())
    }

    pub fn load_kept(self, kept: &Kept) {
        match SetUp::from_text(&kept.text) {
            Ok(set_up) => self.offer(set_up, kept.name.clone()),
            Err(error) => self.error.set(Some(error)),
        }
    }

    /// Tracked.
    pub fn name(self) -> RwSignal<String> {
        self.name
    }

    pub fn error(self) -> RwSignal<Option<SetUpError>> {
        self.error
    }

    pub fn add_client(self) {
        let added = self.store.add_client("client", |_| Vec::new());
        // It stands behind all others, most often out of sight.
        request_animation_frame(move || {
            let Some(slot) = added else { return };
            let panel = format!(".client-panel[data-client='{}']", slot.letter());
            if let Ok(Some(panel)) = document().query_selector(&panel) {
                let options = ScrollIntoViewOptions::new();
                options.set_block(ScrollLogicalPosition::Nearest);
                panel.scroll_into_view_with_scroll_into_view_options(&options);
            }
        });
    }

    /// Sends the CONNECT of every client without a connection, and then the SUBSCRIBE of those whose
    /// form names a Topic Filter.
    pub fn start_all(self) {
        let slots: Vec<_> =
            self.store.peek(|lab| lab.clients().iter().map(BenchClient::slot).collect());
        for slot in slots {
            let Some(forms) = self.panels.get(slot) else { continue };
            spawn_local(async move { self.start(slot, forms).await });
        }
    }

    async fn start(self, slot: ClientSlot, forms: crate::ui::client_panel::view::PanelForms) {
        let is_connected =
            move || self.store.peek(|lab| lab.client(slot).is_some_and(BenchClient::is_connected));
        // What is refused says why in the panel of the client.
        if !is_connected() {
            let Ok(connect) = forms.to_act(FormKind::Connect) else { return };
            let _ = self.store.act(connect);
        }
        for _ in 0..PATIENCE.as_millis() / LOOK_AGAIN.as_millis() {
            if is_connected() {
                if let Ok(subscribe) = forms.to_act(FormKind::Subscribe) {
                    let _ = self.store.act(subscribe);
                }
                return;
            }
            TimeoutFuture::new(LOOK_AGAIN.as_millis() as u32).await;
        }
    }
}

impl Offer {
    /// Whether it brings more than clients.
    pub fn reaches_further(&self) -> bool {
        self.brings.is_some() || !self.faulty.is_empty()
    }
}

/// The clients that are the bench's own.
fn own(lab: &Lab) -> impl Iterator<Item = &BenchClient> {
    lab.clients().iter().filter(|client| client.role() != COMPOSER)
}

fn stored() -> Vec<Kept> {
    let kept: Vec<Kept> = storage::load(Key::Benches).unwrap_or_default();
    kept.into_iter().map(Kept::without_secrets).collect()
}

fn settings_of(client: &BenchClient) -> Vec<Action> {
    let mut settings = Vec::new();
    if *client.route() != Route::default() {
        settings.push(Action::SetRoute(client.route().clone()));
    }
    let automations = client.automations().iter();
    settings.extend(automations.map(|automation| Action::Automate(automation.behaviour().clone())));
    let held = client.held_by_person();
    if held != AcknowledgeByHand::NONE {
        settings.push(Action::AcknowledgeByHand(held));
    }
    settings
}

/// What a crash may cost.
const LEAVES_EVERY: Duration = Duration::from_secs(2);
/// Records.
const LONG: usize = 1000;
const FRAGMENT: &str = "#bench=";
const PATIENCE: Duration = Duration::from_secs(5);
const LOOK_AGAIN: Duration = Duration::from_millis(20);
