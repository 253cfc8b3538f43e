//! Where captures beside the live one stand, and what the browser keeps of them for the next visit.
//!
//! Every tab has the same shelf. A capture that the browser kept is read when it is looked at.

use std::sync::Arc;

use gloo_timers::future::TimeoutFuture;
use js_sys::{Promise, Uint8Array};
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::{JsFuture, future_to_promise};

use super::fold::unfold;
use crate::capture::Capture;
use crate::formats::{LoadError, Loaded, MAX_FILE, NotRead, read_file};
use crate::language::Strings;
use crate::ui::browser::database::{Change, Database, Part};
use crate::ui::browser::storage::{self, Key, NotKept};
use crate::ui::captures::kept::{self, KeptCapture};
use crate::ui::captures::model::{Source, Summary};
use crate::ui::format::quoted;
use crate::ui::state::on_demand;

/// A capture on the shelf.
#[derive(Clone)]
pub struct Item {
    /// Never used again for another one.
    pub id: u32,
    pub source: Source,
    /// The name that the user gave it.
    pub given: Option<String>,
    /// `None` until what the browser keeps has been read.
    pub capture: Option<Arc<Capture>>,
    pub summary: Summary,
    /// What of its file is not in the capture.
    pub not_read: NotRead,
    pub kept: Option<InBrowser>,
}

/// Where and how the browser keeps a capture.
#[derive(Clone)]
pub struct InBrowser {
    key: String,
    pub bytes: usize,
    /// Secrets that are not kept.
    pub hidden: usize,
}

impl Item {
    pub fn name(&self, strings: &Strings) -> String {
        self.given.as_deref().map_or_else(|| self.source.name(strings), quoted)
    }

    /// What the browser keeps beside the packets.
    fn text(&self, kept: &InBrowser) -> String {
        let Item { source, given, summary, not_read, .. } = self.clone();
        let InBrowser { bytes, hidden, .. } = *kept;
        KeptCapture { source, name: given, summary, not_read, bytes, hidden }.to_text()
    }
}

/// What stands before a capture in an address.
pub const LINK: &str = "#capture=";

/// How many bytes of a file are taken over at once.
const PIECE: usize = 8 << 20;

/// Copied freely. There is one, made when a view first asks for it.
#[derive(Clone, Copy)]
pub struct CaptureShelf {
    items: RwSignal<Vec<Item>>,
    /// The one that is looked at.
    shown: RwSignal<Option<u32>>,
    /// The two that are compared, while they are.
    compared: RwSignal<Option<(u32, u32)>>,
    /// What could not be opened last: its name and why.
    failure: RwSignal<Option<(Source, LoadError)>>,
    /// The file that is being read, and how much of it has been, in percent.
    reading: RwSignal<Option<(String, u32)>>,
    counts: StoredValue<Counts>,
    /// The part of the address that was opened last.
    link: StoredValue<String>,
    /// Settled when what the browser keeps is on the shelf.
    restored: StoredValue<Option<Promise>, LocalStorage>,
    /// Why the latest capture is not kept.
    not_kept: RwSignal<Option<NotKept>>,
}

#[derive(Default)]
struct Counts {
    items: u32,
    runs: u32,
}

impl CaptureShelf {
    fn new() -> CaptureShelf {
        CaptureShelf {
            items: RwSignal::new(Vec::new()),
            shown: RwSignal::new(None),
            compared: RwSignal::new(None),
            failure: RwSignal::new(None),
            reading: RwSignal::new(None),
            counts: StoredValue::new(Counts::default()),
            link: StoredValue::new(String::new()),
            restored: StoredValue::new_local(None),
            not_kept: RwSignal::new(None),
        }
    }

    /// Puts what the browser keeps on the shelf, now and whenever another tab changes it.
    pub fn begin(self) {
        spawn_local(async move {
            self.restored().await;
            let last = self.items.with_untracked(|items| items.last().map(|item| item.id));
            if let (None, Some(last)) = (self.shown.get_untracked(), last) {
                self.show(last);
            }
        });
        storage::on_change(Key::Shelf, move || spawn_local(self.restore()));
    }

    async fn restored(self) {
        let promise = self.restored.get_value().unwrap_or_else(|| {
            let promise = future_to_promise(async move {
                self.restore().await;
                Ok(JsValue::UNDEFINED)
            });
            self.restored.set_value(Some(promise.clone()));
            promise
        });
        // It cannot fail.
        let _ = JsFuture::from(promise).await;
    }

    /// Takes over what the browser keeps. One that cannot be asked has nothing.
    async fn restore(self) {
        let Ok(database) = Database::open().await else { return };
        let Ok(found) = database.texts(Part::Captures).await else { return };
        self.items.update(|items| {
            for item in &mut *items {
                item.kept.take_if(|kept| !found.iter().any(|(key, _)| *key == kept.key));
            }
            // What is in memory stays until the page goes.
            items.retain(|item| item.kept.is_some() || item.capture.is_some());
            for (key, text) in found {
                let Some(read) = KeptCapture::from_text(&text) else { continue };
                let KeptCapture { source, name: given, summary, not_read, bytes, hidden } = read;
                let known = items
                    .iter_mut()
                    .find(|item| item.kept.as_ref().is_some_and(|kept| kept.key == key));
                if let Some(known) = known {
                    known.given = given;
                    continue;
                }
                if let Source::Bench(number) = source {
                    self.counts.update_value(|counts| counts.runs = counts.runs.max(number));
                }
                let (id, kept) = (self.next_id(), Some(InBrowser { key, bytes, hidden }));
                let capture = None;
                items.push(Item { id, source, given, capture, summary, not_read, kept });
            }
            // In the order in which they came; what is only here came last.
            items.sort_by(|one, other| match (&one.kept, &other.kept) {
                (Some(one), Some(other)) => one.key.cmp(&other.key),
                (one, other) => other.is_some().cmp(&one.is_some()),
            });
        });
    }

    /// Opens what the address holds behind its `#`, unless it is open already.
    pub fn open_link(self) {
        let Ok(fragment) = window().location().hash() else { return };
        let is_open = self.link.with_value(|link| *link == fragment);
        if is_open || !fragment.starts_with(LINK) {
            return;
        }
        self.link.set_value(fragment.clone());
        spawn_local(async move {
            let read = unfold(&fragment[LINK.len()..]).await;
            self.restored().await;
            let known = read.as_ref().ok().and_then(|capture| self.kept_from_link(capture));
            match known {
                Some(id) => self.show(id),
                None => self.take(
                    Source::Link,
                    read.map(|capture| Loaded { not_read: NotRead::of(&capture), capture }),
                ),
            }
        });
    }

    /// The capture of the same link, if it is kept since an earlier visit.
    fn kept_from_link(self, capture: &Capture) -> Option<u32> {
        let (summary, bytes) = (Summary::of(capture), kept::pack(capture).0.len());
        self.items.with_untracked(|items| {
            let mut kept = items.iter().filter(|item| item.source == Source::Link);
            let is_same = |item: &&Item| {
                item.summary == summary && item.kept.as_ref().is_some_and(|it| it.bytes == bytes)
            };
            kept.find(is_same).map(|item| item.id)
        })
    }

    /// Opens files, one after the other.
    pub fn open_files(self, files: Vec<web_sys::File>) {
        if files.is_empty() {
            return;
        }
        spawn_local(async move {
            for file in files {
                let bytes = match file.size() > MAX_FILE as f64 {
                    true => Err(LoadError::TooLarge { most: MAX_FILE }),
                    // A file that cannot be read holds nothing.
                    false => Ok(self.bytes_of(&file).await.unwrap_or_default()),
                };
                self.reading.set(None);
                self.take(Source::File(file.name()), bytes.and_then(|bytes| read_file(&bytes)));
            }
        });
    }

    /// Takes a file over piece by piece, so that a large one is not in memory twice, and tells how far it
    /// is.
    async fn bytes_of(self, file: &web_sys::File) -> Result<Vec<u8>, JsValue> {
        let size = file.size();
        let mut bytes = Vec::with_capacity(size as usize);
        while (bytes.len() as f64) < size {
            let at = bytes.len();
            if at > 0 {
                let percent = (100.0 * at as f64 / size) as u32;
                self.reading.set(Some((file.name(), percent)));
            }
            let piece = file.slice_with_f64_and_f64(at as f64, (at + PIECE) as f64)?;
            let piece = Uint8Array::new(&JsFuture::from(piece.array_buffer()).await?);
            bytes.resize(at + piece.length() as usize, 0);
            piece.copy_to(&mut bytes[at..]);
            if bytes.len() == at {
                break;
            }
        }
        Ok(bytes)
    }

    /// The file that is being read, and how much of it has been, in percent. Tracked.
    pub fn reading(self) -> Option<(String, u32)> {
        self.reading.get()
    }

    fn take(self, source: Source, read: Result<Loaded, LoadError>) {
        match read {
            Ok(loaded) => {
                self.put(source, loaded.capture, loaded.not_read);
                self.failure.set(None);
            }
            Err(error) => self.failure.set(Some((source, error))),
        }
    }

    /// Keeps a capture of the bench as a run of its own.
    pub fn keep(self, capture: Capture) {
        spawn_local(async move {
            // The number of the run follows those that are kept.
            self.restored().await;
            let number = self.counts.try_update_value(|counts| {
                counts.runs += 1;
                counts.runs
            });
            self.keep_as(Source::Bench(number.unwrap_or_default()), capture);
        });
    }

    pub fn keep_as(self, source: Source, capture: Capture) -> u32 {
        self.put(source, capture, NotRead::default())
    }

    fn next_id(self) -> u32 {
        let next = self.counts.try_update_value(|counts| {
            counts.items += 1;
            counts.items
        });
        next.unwrap_or_default()
    }

    /// Puts it on the shelf and shows it; the second one invites to compare. The browser keeps it.
    fn put(self, source: Source, capture: Capture, not_read: NotRead) -> u32 {
        let (id, summary) = (self.next_id(), Summary::of(&capture));
        let capture = Some(Arc::new(capture));
        let item = Item { id, source, given: None, capture, summary, not_read, kept: None };
        self.items.update(|items| items.push(item));
        self.show(id);
        spawn_local(async move {
            // It is seen before it is written.
            TimeoutFuture::new(0).await;
            self.restored().await;
            let written = self.write(id).await;
            self.not_kept.set(written.err());
        });
        id
    }

    /// Lets the browser keep a capture; the oldest ones go where there are too many.
    async fn write(self, id: u32) -> Result<(), NotKept> {
        let item = self.items.with_untracked(|items| items.iter().find(|i| i.id == id).cloned());
        let Some((item, capture)) = item.and_then(|item| Some((item.clone(), item.capture?)))
        else {
            return Ok(());
        };
        // It would drive out every other one, and still take more than there may be.
        if capture.byte_len() > kept::MOST_BYTES {
            return Err(NotKept::Full);
        }
        let database = Database::open().await?;
        let (packets, hidden) = kept::pack(&capture);
        let now = js_sys::Date::now() as u64;
        let key = format!("{now:015}-{}", &uuid::Uuid::new_v4().simple().to_string()[..8]);
        let kept = InBrowser { key, bytes: packets.len(), hidden };
        let before = database.texts(Part::Captures).await?;
        let sizes: Vec<usize> = before
            .iter()
            .map(|(_, text)| KeptCapture::from_text(text).map_or(0, |kept| kept.bytes))
            .collect();
        let go = kept::superfluous(&sizes, packets.len());
        let gone: Vec<String> = before.into_iter().take(go).map(|(key, _)| key).collect();
        let mut changes: Vec<_> = gone.iter().flat_map(|key| removal(key)).collect();
        changes.push(Change::PutBytes(Part::CaptureBytes, kept.key.clone(), packets));
        changes.push(Change::PutText(Part::Captures, kept.key.clone(), item.text(&kept)));
        database.change(changes).await?;
        let is_there = self.items.with_untracked(|items| items.iter().any(|item| item.id == id));
        if !is_there {
            // It was removed meanwhile.
            return database.change(removal(&kept.key).into()).await;
        }
        self.items.update(|items| {
            for item in &mut *items {
                item.kept.take_if(|kept| gone.contains(&kept.key));
                if item.id == id {
                    item.kept = Some(kept.clone());
                }
            }
            items.retain(|item| item.kept.is_some() || item.capture.is_some());
        });
        tell_other_tabs();
        Ok(())
    }

    /// Reads what the browser keeps, unless that has been done.
    fn load(self, id: u32) {
        let item = self.items.with_untracked(|items| items.iter().find(|i| i.id == id).cloned());
        let Some(item) = item.filter(|item| item.capture.is_none()) else { return };
        let Some(InBrowser { key, .. }) = item.kept.clone() else { return };
        spawn_local(async move {
            let bytes = match Database::open().await {
                Ok(database) => database.bytes(Part::CaptureBytes, &key).await,
                Err(_) => None,
            };
            match bytes.and_then(|bytes| kept::unpack(&bytes)) {
                Some(capture) => self.items.update(|items| {
                    if let Some(item) = items.iter_mut().find(|item| item.id == id) {
                        item.capture = Some(Arc::new(capture));
                    }
                }),
                None => {
                    self.failure.set(Some((item.source, LoadError::Empty)));
                    self.remove(id);
                }
            }
        });
    }

    /// Gives it another name; without one it has that of where it comes from.
    pub fn rename(self, id: u32, name: &str) {
        let name: String = name.trim().chars().take(LONGEST_NAME).collect();
        self.items.update(|items| {
            if let Some(item) = items.iter_mut().find(|item| item.id == id) {
                item.given = (!name.is_empty()).then_some(name);
            }
        });
        let item = self.items.with_untracked(|items| items.iter().find(|i| i.id == id).cloned());
        let kept = item.and_then(|item| Some((item.kept.clone()?, item)));
        if let Some((kept, item)) = kept {
            let text = item.text(&kept);
            self.change(vec![Change::PutText(Part::Captures, kept.key, text)]);
        }
    }

    pub fn remove(self, id: u32) {
        let kept = self.items.with_untracked(|items| {
            items.iter().find(|item| item.id == id).and_then(|item| item.kept.clone())
        });
        if let Some(kept) = kept {
            self.change(removal(&kept.key).into());
        }
        self.items.update(|items| items.retain(|item| item.id != id));
        self.show_what_is_left(|gone| gone == id);
    }

    /// Removes everything that the browser keeps.
    pub fn remove_kept(self) {
        let kept: Vec<(u32, String)> = self.items.with_untracked(|items| {
            let kept = items.iter().filter_map(|item| Some((item.id, item.kept.clone()?.key)));
            kept.collect()
        });
        self.change(kept.iter().flat_map(|(_, key)| removal(key)).collect());
        self.items.update(|items| items.retain(|item| item.kept.is_none()));
        self.show_what_is_left(|gone| kept.iter().any(|(id, _)| *id == gone));
    }

    fn show_what_is_left(self, is_gone: impl Fn(u32) -> bool) {
        let compared = self.compared.get_untracked();
        if compared.is_some_and(|(left, right)| is_gone(left) || is_gone(right)) {
            self.compared.set(None);
        }
        if self.shown.get_untracked().is_some_and(is_gone) {
            let last = self.items.with_untracked(|items| items.last().map(|item| item.id));
            self.shown.set(last);
            last.into_iter().for_each(|id| self.load(id));
        }
    }

    fn change(self, changes: Vec<Change>) {
        spawn_local(async move {
            let changed = match Database::open().await {
                Ok(database) => database.change(changes).await,
                Err(why) => Err(why),
            };
            self.not_kept.set(changed.err());
            tell_other_tabs();
        });
    }

    /// How many captures the browser keeps, and what they take. Tracked.
    pub fn in_browser(self) -> (usize, usize) {
        self.items.with(|items| {
            let kept = || items.iter().filter_map(|item| item.kept.as_ref());
            (kept().count(), kept().map(|kept| kept.bytes).sum())
        })
    }

    /// Why the latest change is not kept. Tracked.
    pub fn not_kept(self) -> Option<NotKept> {
        self.not_kept.get()
    }

    pub fn forget_not_kept(self) {
        self.not_kept.set(None);
    }

    /// Tracked.
    pub fn items(self) -> Vec<Item> {
        self.items.get()
    }

    /// Tracked.
    pub fn count(self) -> usize {
        self.items.with(Vec::len)
    }

    /// Tracked.
    pub fn item(self, id: u32) -> Option<Item> {
        self.items.with(|items| items.iter().find(|item| item.id == id).cloned())
    }

    /// Tracked.
    pub fn shown(self) -> Option<u32> {
        self.shown.get()
    }

    pub fn show(self, id: u32) {
        self.compared.set(None);
        self.shown.set(Some(id));
        self.load(id);
    }

    /// Tracked.
    pub fn compared(self) -> Option<(u32, u32)> {
        self.compared.get()
    }

    pub fn compare(self, left: u32, right: u32) {
        self.compared.set(Some((left, right)));
        self.load(left);
        self.load(right);
    }

    /// Compares the one that is looked at with the one before it, or the next.
    pub fn compare_shown(self) {
        let ids: Vec<u32> =
            self.items.with_untracked(|items| items.iter().map(|item| item.id).collect());
        let shown = self.shown.get_untracked();
        let at = ids.iter().position(|id| Some(*id) == shown).unwrap_or_default().max(1);
        if let (Some(left), Some(right)) = (ids.get(at - 1), ids.get(at)) {
            self.compare(*left, *right);
        }
    }

    /// Tracked.
    pub fn failure(self) -> Option<(Source, LoadError)> {
        self.failure.get()
    }

    pub fn forget_failure(self) {
        self.failure.set(None);
    }
}

/// What takes a capture out of the browser.
fn removal(key: &str) -> [Change; 2] {
    [Part::Captures, Part::CaptureBytes].map(|part| Change::Remove(part, key.to_owned()))
}

/// They look again when this changes.
fn tell_other_tabs() {
    storage::save(Key::Shelf, &js_sys::Date::now());
}

/// Letters.
const LONGEST_NAME: usize = 60;

pub fn use_capture_shelf() -> CaptureShelf {
    on_demand::use_or_make(CaptureShelf::new)
}
