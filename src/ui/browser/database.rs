//! What is too large for the few megabytes of a storage: an IndexedDB of texts and bytes.
//!
//! This is all of IndexedDB that the page needs: to list, read and change, each in one transaction. Every
//! tab shares it; every item has a key of its own, so that no tab overwrites what another one wrote.

use std::future::Future;

use js_sys::{Array, Promise, Uint8Array};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{IdbDatabase, IdbObjectStore, IdbRequest, IdbTransaction, IdbTransactionMode};

use super::storage::NotKept;

/// What there is, one object store each; their names never change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// What is said about each capture, and its packets.
    Captures,
    CaptureBytes,
    /// The same of benches, whose packets come in pieces.
    Benches,
    BenchBytes,
}

impl Part {
    const ALL: [Part; 4] = [Part::Captures, Part::CaptureBytes, Part::Benches, Part::BenchBytes];

    fn name(self) -> &'static str {
        match self {
            Part::Captures => "captures",
            Part::CaptureBytes => "capture-bytes",
            Part::Benches => "benches",
            Part::BenchBytes => "bench-bytes",
        }
    }
}

/// One change; those of one call are made together or not at all.
pub enum Change {
    PutText(Part, String, String),
    PutBytes(Part, String, Vec<u8>),
    Remove(Part, String),
}

/// Open as long as it is held.
pub struct Database(IdbDatabase);

impl Drop for Database {
    fn drop(&mut self) {
        self.0.close();
    }
}

impl Database {
    pub async fn open() -> Result<Database, NotKept> {
        let factory = web_sys::window().and_then(|window| window.indexed_db().ok().flatten());
        let factory = factory.ok_or(NotKept::Forbidden)?;
        let request = factory.open_with_u32(NAME, VERSION).map_err(why)?;
        let result = request.clone();
        let create = Closure::once_into_js(move || {
            if let Ok(database) = result.result().map(JsCast::unchecked_into::<IdbDatabase>) {
                for part in Part::ALL {
                    let _ = database.create_object_store(part.name());
                }
            }
        });
        request.set_onupgradeneeded(Some(create.unchecked_ref()));
        Ok(Database(answer(&request).await?.unchecked_into()))
    }

    /// Every key with its text, in the order of the keys.
    pub async fn texts(&self, part: Part) -> Result<Vec<(String, String)>, NotKept> {
        let store = self.read(part)?;
        let keys = answer(&store.get_all_keys().map_err(why)?);
        let texts = answer(&store.get_all().map_err(why)?);
        let (keys, texts) = (keys.await?, texts.await?);
        let (keys, texts) = (Array::from(&keys), Array::from(&texts));
        let pairs = keys.iter().zip(texts.iter());
        Ok(pairs.filter_map(|(key, text)| Some((key.as_string()?, text.as_string()?))).collect())
    }

    pub async fn bytes(&self, part: Part, key: &str) -> Option<Vec<u8>> {
        let request = self.read(part).ok()?.get(&JsValue::from_str(key)).ok()?;
        let found = answer(&request).await.ok()?.dyn_into::<Uint8Array>().ok()?;
        Some(found.to_vec())
    }

    pub async fn change(&self, changes: Vec<Change>) -> Result<(), NotKept> {
        let names: Array = Part::ALL.iter().map(|part| JsValue::from_str(part.name())).collect();
        let mode = IdbTransactionMode::Readwrite;
        let transaction =
            self.0.transaction_with_str_sequence_and_mode(&names, mode).map_err(why)?;
        for change in changes {
            let store = |part: Part| transaction.object_store(part.name()).map_err(why);
            match change {
                Change::PutText(part, key, text) => {
                    let (key, text) = (JsValue::from_str(&key), JsValue::from_str(&text));
                    store(part)?.put_with_key(&text, &key).map_err(why)?;
                }
                Change::PutBytes(part, key, bytes) => {
                    let bytes = Uint8Array::from(bytes.as_slice());
                    store(part)?.put_with_key(&bytes, &JsValue::from_str(&key)).map_err(why)?;
                }
                Change::Remove(part, key) => {
                    drop(store(part)?.delete(&JsValue::from_str(&key)).map_err(why)?);
                }
            }
        }
        end(&transaction).await
    }

    fn read(&self, part: Part) -> Result<IdbObjectStore, NotKept> {
        let transaction = self.0.transaction_with_str(part.name()).map_err(why)?;
        transaction.object_store(part.name()).map_err(why)
    }
}

const NAME: &str = "mqtt5-playground";
const VERSION: u32 = 1;

/// What a request brings. Listens at once: of two requests, the second may be answered while the first is
/// waited for.
fn answer(request: &IdbRequest) -> impl Future<Output = Result<JsValue, NotKept>> + use<> {
    let promise = Promise::new(&mut |yes, no| {
        request.set_onsuccess(Some(&yes));
        request.set_onerror(Some(&no));
    });
    let request = request.clone();
    async move {
        match JsFuture::from(promise).await {
            Ok(_) => request.result().map_err(why),
            Err(_) => {
                let error = request.error().ok().flatten();
                Err(error.map_or(NotKept::Forbidden, |error| why(error.into())))
            }
        }
    }
}

/// Waits until a transaction is written, or has failed.
async fn end(transaction: &IdbTransaction) -> Result<(), NotKept> {
    let promise = Promise::new(&mut |yes, no| {
        transaction.set_oncomplete(Some(&yes));
        transaction.set_onabort(Some(&no));
    });
    let failed = |_| transaction.error().map_or(NotKept::Forbidden, |error| why(error.into()));
    JsFuture::from(promise).await.map(drop).map_err(failed)
}

/// A browser without room says so by the name of its error.
fn why(error: JsValue) -> NotKept {
    let name = error.dyn_into::<web_sys::DomException>().map(|error| error.name());
    match name.is_ok_and(|name| name == "QuotaExceededError") {
        true => NotKept::Full,
        false => NotKept::Forbidden,
    }
}
