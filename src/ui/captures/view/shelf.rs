//! Where captures beside the live one stand, as long as the page is open.

use std::sync::Arc;

use js_sys::Uint8Array;
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;

use super::fold::unfold;
use crate::capture::Capture;
use crate::formats::{LoadError, Loaded, MAX_FILE, NotRead, read_file};
use crate::ui::captures::model::{Source, Summary};

/// A capture on the shelf.
#[derive(Clone)]
pub struct Item {
    /// Never used again for another one.
    pub id: u32,
    pub source: Source,
    pub capture: Arc<Capture>,
    pub summary: Summary,
    /// What of its file is not in the capture.
    pub not_read: NotRead,
}

/// What stands before a capture in an address.
pub const LINK: &str = "#capture=";

/// How many bytes of a file are taken over at once.
const PIECE: usize = 8 << 20;

/// Copied freely; made once, by the app.
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
    /// Files that were dropped on another page: the page of captures opens them.
    dropped: RwSignal<Vec<web_sys::File>, LocalStorage>,
}

#[derive(Default)]
struct Counts {
    items: u32,
    runs: u32,
}

impl CaptureShelf {
    pub fn provide() -> CaptureShelf {
        let shelf = CaptureShelf {
            items: RwSignal::new(Vec::new()),
            shown: RwSignal::new(None),
            compared: RwSignal::new(None),
            failure: RwSignal::new(None),
            reading: RwSignal::new(None),
            counts: StoredValue::new(Counts::default()),
            link: StoredValue::new(String::new()),
            dropped: RwSignal::new_local(Vec::new()),
        };
        provide_context(shelf);
        shelf
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
            self.take(
                Source::Link,
                read.map(|capture| Loaded { not_read: NotRead::of(&capture), capture }),
            );
        });
    }

    /// Leaves files to the page of captures, which has the code that reads them.
    pub fn hand_over(self, files: Vec<web_sys::File>) {
        self.dropped.set(files);
    }

    /// Opens what was handed over. Tracked.
    pub fn open_dropped(self) {
        let files = self.dropped.get();
        if !files.is_empty() {
            self.dropped.set(Vec::new());
            self.open_files(files);
        }
    }

    /// Opens files, one after the other.
    pub fn open_files(self, files: Vec<web_sys::File>) {
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
        let number = self.counts.try_update_value(|counts| {
            counts.runs += 1;
            counts.runs
        });
        self.put(Source::Bench(number.unwrap_or_default()), capture, NotRead::default());
    }

    /// Puts it on the shelf and shows it; the second one invites to compare.
    fn put(self, source: Source, capture: Capture, not_read: NotRead) {
        let id = self.counts.try_update_value(|counts| {
            counts.items += 1;
            counts.items
        });
        let id = id.unwrap_or_default();
        let summary = Summary::of(&capture);
        let item = Item { id, source, capture: Arc::new(capture), summary, not_read };
        self.items.update(|items| items.push(item));
        self.show(id);
    }

    pub fn remove(self, id: u32) {
        self.items.update(|items| items.retain(|item| item.id != id));
        let last = self.items.with_untracked(|items| items.last().map(|item| item.id));
        if self.shown.get_untracked() == Some(id) {
            self.shown.set(last);
        }
        let compared = self.compared.get_untracked();
        if compared.is_some_and(|(left, right)| left == id || right == id) {
            self.compared.set(None);
        }
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
    }

    /// Tracked.
    pub fn compared(self) -> Option<(u32, u32)> {
        self.compared.get()
    }

    pub fn compare(self, left: u32, right: u32) {
        self.compared.set(Some((left, right)));
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

pub fn use_capture_shelf() -> CaptureShelf {
    expect_context()
}
