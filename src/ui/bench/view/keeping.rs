//! The benches that the browser keeps: that of this tab as it grows, and one whose tab has crashed.

use std::cell::RefCell;
use std::time::Duration;

use gloo_timers::future::TimeoutFuture;
use js_sys::Promise;
use leptos::leptos_dom::helpers::request_idle_callback_with_handle;
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;

use crate::capture::Record;
use crate::ui::bench::journal::{self, Journal, KeptBench, MOST_BENCHES, Piece};
use crate::ui::bench::model::Left;
use crate::ui::browser::database::{Change, Database, Part};
use crate::ui::browser::locks;
use crate::ui::browser::storage::{self, Key, NotKept};
use crate::ui::state::store::Store;

/// Copied freely; lives as long as the page of the bench.
#[derive(Clone, Copy)]
pub struct Keeping {
    store: Store,
    journal: StoredValue<Journal>,
    /// Under which the bench of this tab is kept; `None` while that is not known, or not possible.
    id: StoredValue<Option<String>>,
    is_writing: StoredValue<bool>,
    /// What is to be written as soon as that is possible.
    wanted: StoredValue<Option<Left>>,
    /// A bench whose tab has crashed.
    left_behind: RwSignal<Option<(String, KeptBench)>>,
}

thread_local! {
    /// The bench whose lock this tab holds.
    static HELD: RefCell<Option<String>> = const { RefCell::new(None) };
}

impl Keeping {
    pub fn begin(store: Store) -> Keeping {
        let keeping = Keeping {
            store,
            journal: StoredValue::new(Journal::default()),
            id: StoredValue::new(None),
            is_writing: StoredValue::new(false),
            wanted: StoredValue::new(None),
            left_behind: RwSignal::new(None),
        };
        spawn_local(async move {
            // Where nothing can be kept, the storage of the tab still has the latest packets.
            let _ = keeping.settle().await;
        });
        let on_hide = window_event_listener_untyped("pagehide", move |_| keeping.mark(false));
        let on_show = window_event_listener_untyped("pageshow", move |_| keeping.mark(true));
        on_cleanup(move || {
            keeping.mark(false);
            on_hide.remove();
            on_show.remove();
        });
        keeping
    }

    /// Finds a name for the bench of this tab, and what other tabs have left.
    async fn settle(self) -> Result<(), NotKept> {
        let database = Database::open().await?;
        let kept = storage::load_in_tab::<String>(Key::BenchId);
        let id = hold(kept).await;
        storage::save_in_tab(Key::BenchId, &id);
        let found = database.texts(Part::Benches).await?;
        let mut benches: Vec<(String, KeptBench)> = found
            .into_iter()
            .filter_map(|(id, text)| Some((id, KeptBench::from_text(&text)?)))
            .collect();
        benches.sort_by_key(|(_, bench)| bench.at);
        let own = benches.iter().position(|(other, _)| *other == id).map(|at| benches.remove(at));
        if let Some((_, bench)) = own {
            let _ = self.journal.try_set_value(Journal::after(&bench.pieces));
        }
        // The page may be gone.
        if self.id.try_set_value(Some(id.clone())).is_some() {
            return Ok(());
        }
        let held = locks::held().await;
        if let Some(held) = &held {
            benches.retain(|(other, _)| !held.contains(&lock(other)));
            self.find_left_behind(&id, held, &benches);
        }
        self.mark(true);
        self.write_wanted();
        let too_many = (benches.len() + 1).saturating_sub(MOST_BENCHES);
        let gone = benches.iter().take(too_many).flat_map(|(id, bench)| removal(id, bench));
        // Without locks it is not known which of them still lives.
        match held {
            Some(_) => database.change(gone.collect()).await,
            None => Ok(()),
        }
    }

    /// The latest bench whose tab has ended without being closed. It is offered once.
    fn find_left_behind(self, own: &str, held: &[String], benches: &[(String, KeptBench)]) {
        let open: Vec<String> = storage::load(Key::OpenBenches).unwrap_or_default();
        let has_crashed = |id: &String| id != own && !held.contains(&lock(id));
        let (crashed, alive): (Vec<_>, Vec<_>) = open.into_iter().partition(has_crashed);
        if crashed.is_empty() {
            return;
        }
        storage::save(Key::OpenBenches, &alive);
        let offered =
            |(id, bench): &&(String, KeptBench)| crashed.contains(id) && bench.packets() > 0;
        let _ = self.left_behind.try_set(benches.iter().rev().find(offered).cloned());
    }

    /// Notes whether this tab has its bench open: what is still noted when nobody holds the lock has crashed.
    fn mark(self, is_open: bool) {
        let Some(own) = self.id.try_get_value().flatten() else { return };
        let mut open: Vec<String> = storage::load(Key::OpenBenches).unwrap_or_default();
        open.retain(|id| *id != own);
        if is_open {
            open.push(own);
        }
        storage::save(Key::OpenBenches, &open);
    }

    /// Keeps what has been recorded since the last time, in pieces, while the page is at rest. `left` has
    /// no records.
    pub fn write(self, left: Left) {
        self.wanted.set_value(Some(left));
        self.write_wanted();
    }

    fn write_wanted(self) {
        let Some(id) = self.id.try_get_value().flatten() else { return };
        if self.is_writing.get_value() {
            return;
        }
        self.is_writing.set_value(true);
        spawn_local(async move {
            while let Some(left) = self.wanted.try_update_value(Option::take).flatten() {
                if self.write_all(&id, left).await.is_err() {
                    // The storage of the tab has the latest packets.
                    let _ = self.id.try_set_value(None);
                    break;
                }
            }
            let _ = self.is_writing.try_set_value(false);
        });
    }

    async fn write_all(self, id: &str, left: Left) -> Result<(), NotKept> {
        let database = Database::open().await?;
        loop {
            rest().await;
            let written = self.journal.try_update_value(|journal| {
                let written = self.store.peek(|lab| journal.write(lab.capture()));
                (written, journal.pieces().to_vec())
            });
            let Some((written, pieces)) = written else { return Ok(()) };
            if pieces.is_empty() && written.gone.is_empty() {
                return Ok(());
            }
            let at = js_sys::Date::now() as u64;
            let kept = KeptBench { left: left.clone(), pieces, at };
            let mut changes = vec![Change::PutText(Part::Benches, id.to_owned(), kept.to_text())];
            let put = written.piece.map(|(number, bytes)| {
                Change::PutBytes(Part::BenchBytes, piece_key(id, number), bytes)
            });
            let gone = written.gone.into_iter();
            let gone = gone.map(|number| Change::Remove(Part::BenchBytes, piece_key(id, number)));
            changes.extend(put.into_iter().chain(gone));
            database.change(changes).await?;
            if written.is_complete {
                return Ok(());
            }
        }
    }

    /// The records of the bench of this tab before that id, as they were kept before the page was reloaded.
    pub async fn older(self, left: &Left) -> Vec<Record> {
        let Some(id) = storage::load_in_tab::<String>(Key::BenchId) else { return Vec::new() };
        let Ok(database) = Database::open().await else { return Vec::new() };
        let found = database.texts(Part::Benches).await.unwrap_or_default();
        let text = found.into_iter().find(|(other, _)| *other == id).map(|(_, text)| text);
        match text.and_then(|text| KeptBench::from_text(&text)) {
            // Not one that was there before.
            Some(bench) if bench.left.began == left.began => {
                read(&database, &id, &bench.pieces, left.first).await
            }
            _ => Vec::new(),
        }
    }

    /// The bench that may be brought back. Tracked.
    pub fn left_behind(self) -> Option<KeptBench> {
        self.left_behind.with(|found| found.as_ref().map(|(_, bench)| bench.clone()))
    }

    pub fn forget_left_behind(self) {
        self.left_behind.set(None);
    }

    /// With its records.
    pub async fn bring_back(self) -> Option<(KeptBench, Vec<Record>)> {
        let (id, bench) = self.left_behind.try_get_untracked().flatten()?;
        let database = Database::open().await.ok()?;
        let records = read(&database, &id, &bench.pieces, u64::MAX).await;
        Some((bench, records))
    }
}

/// Deletes every kept bench that no tab has open.
pub fn delete_others() {
    spawn_local(async move {
        let (Ok(database), Some(held)) = (Database::open().await, locks::held().await) else {
            return;
        };
        let found = database.texts(Part::Benches).await.unwrap_or_default();
        let gone = found
            .iter()
            .filter(|(id, _)| !held.contains(&lock(id)))
            .flat_map(|(id, text)| removal(id, &KeptBench::from_text(text).unwrap_or_default()));
        // What cannot be deleted goes with the bound.
        let _ = database.change(gone.collect()).await;
    });
}

async fn read(database: &Database, id: &str, pieces: &[Piece], until: u64) -> Vec<Record> {
    let mut records = Vec::new();
    for piece in pieces.iter().filter(|piece| piece.first < until) {
        let bytes = database.bytes(Part::BenchBytes, &piece_key(id, piece.number)).await;
        records.extend(journal::unpack(piece, &bytes.unwrap_or_default(), until));
    }
    records
}

/// The name that the tab had before, unless another tab has it: a browser copies it with the tab.
async fn hold(kept: Option<String>) -> String {
    if let Some(id) = kept {
        let is_held_here = HELD.with_borrow(|held| held.as_ref() == Some(&id));
        if is_held_here || locks::take(&lock(&id)).await != Some(false) {
            HELD.set(Some(id.clone()));
            return id;
        }
    }
    let id = uuid::Uuid::new_v4().simple().to_string();
    locks::take(&lock(&id)).await;
    HELD.set(Some(id.clone()));
    id
}

fn lock(id: &str) -> String {
    format!("mqtt5-playground.bench.{id}")
}

fn piece_key(id: &str, number: u32) -> String {
    format!("{id}/{number:06}")
}

fn removal(id: &str, bench: &KeptBench) -> Vec<Change> {
    let pieces = bench.pieces.iter();
    let pieces = pieces.map(|piece| Change::Remove(Part::BenchBytes, piece_key(id, piece.number)));
    pieces.chain([Change::Remove(Part::Benches, id.to_owned())]).collect()
}

/// Until the browser has nothing more urgent to do; where it cannot tell, a moment.
async fn rest() {
    let mut can_tell = false;
    let promise = Promise::new(&mut |rested, _| {
        let rested = move || drop(rested.call0(&JsValue::NULL));
        can_tell = request_idle_callback_with_handle(rested).is_ok();
    });
    match can_tell {
        true => drop(JsFuture::from(promise).await),
        false => TimeoutFuture::new(MOMENT.as_millis() as u32).await,
    }
}

const MOMENT: Duration = Duration::from_millis(50);
