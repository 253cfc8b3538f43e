//! What stands on the free bench now, and where it came from.

use std::time::Duration;

use gloo_timers::future::TimeoutFuture;
use leptos::prelude::*;
use leptos::task::spawn_local;
use web_sys::{ScrollIntoViewOptions, ScrollLogicalPosition};

use crate::capture::ClientSlot;
use crate::client::AcknowledgeByHand;
use crate::lab::{Act, Action, BenchClient, Route};
use crate::ui::bench::model::{
    BuiltIn, ClientSetUp, Kept, SetUp, SetUpError, to_keep, to_use, worth_keeping,
};
use crate::ui::browser::storage::{self, Key, NotKept};
use crate::ui::client_panel::model::LONGEST_NAME;
use crate::ui::client_panel::view::{Panels, fresh_client_id};
use crate::ui::forms::FormKind;
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
}

impl BenchSession {
    /// With what the link holds, or the first set-up.
    pub fn begin(store: Store) -> BenchSession {
        let session = BenchSession {
            store,
            panels: Panels::provide(),
            kept: RwSignal::new(stored()),
            name: RwSignal::new(String::new()),
            error: RwSignal::new(None),
        };
        session.forget_secrets();
        storage::on_change(Key::Benches, move || session.kept.set(stored()));
        session.load(&BuiltIn::PublishSubscribe.set_up());
        session.follow_link();
        let handle = window_event_listener(leptos::ev::hashchange, move |_| session.follow_link());
        on_cleanup(move || handle.remove());
        session
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

    /// Loads what the address holds behind `#bench=`.
    fn follow_link(self) {
        let hash = window().location().hash().unwrap_or_default();
        let Some(text) = hash.strip_prefix(FRAGMENT) else { return };
        match SetUp::from_text(text) {
            Ok(set_up) => {
                self.error.set(None);
                self.load(&set_up);
            }
            Err(error) => self.error.set(Some(error)),
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

    /// What stands on the bench, with what its forms hold.
    pub fn set_up(self) -> SetUp {
        let client = |client: &BenchClient| {
            let forms = self.panels.get(client.slot()).map_or_else(Vec::new, |forms| forms.acts());
            let forms = forms.into_iter().map(|act| to_keep(act.action));
            let settings = settings_of(client);
            let acts = forms.chain(settings).filter(worth_keeping).collect();
            ClientSetUp { role: client.role().to_owned(), acts }
        };
        self.store.peek(|lab| SetUp { clients: lab.clients().iter().map(client).collect() })
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
        let (set_up, left_out) = self.set_up().without_secrets();
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
            Ok(set_up) => {
                self.error.set(None);
                self.name.set(kept.name.clone());
                self.load(&set_up);
            }
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
    settings.extend(automations.map(|automation| Action::Automate(automation.behaviour())));
    let held = client.held_by_person();
    if held != AcknowledgeByHand::NONE {
        settings.push(Action::AcknowledgeByHand(held));
    }
    settings
}

const FRAGMENT: &str = "#bench=";
const PATIENCE: Duration = Duration::from_secs(5);
const LOOK_AGAIN: Duration = Duration::from_millis(20);
