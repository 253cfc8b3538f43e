//! Which tabs are alive: each holds a lock, and the browser lets go of it when the tab ends, however it
//! does.

use js_sys::{Array, Function, Object, Promise, Reflect};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

// `web-sys` counts these among what may still change, and leaves them out.
#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = ["navigator", "locks"], js_name = request, catch)]
    fn request(name: &str, options: &JsValue, then: &Function) -> Result<Promise, JsValue>;
    #[wasm_bindgen(js_namespace = ["navigator", "locks"], js_name = query, catch)]
    fn query() -> Result<Promise, JsValue>;
}

/// Takes the lock for as long as the page lives; `false` if somebody else holds it. `None` where the
/// browser has no locks.
pub async fn take(name: &str) -> Option<bool> {
    let options = Object::new();
    Reflect::set(&options, &"ifAvailable".into(), &JsValue::TRUE).ok()?;
    let mut asked = None;
    let taken = Promise::new(&mut |tell, _| {
        let then = Closure::once_into_js(move |lock: JsValue| {
            let _ = tell.call1(&JsValue::NULL, &JsValue::from_bool(!lock.is_null()));
            match lock.is_null() {
                true => JsValue::UNDEFINED,
                // Held until this promise is settled, which it never is.
                false => Promise::new(&mut |_, _| {}).into(),
            }
        });
        asked = request(name, &options, then.unchecked_ref()).ok();
    });
    // It is settled only when the lock is let go of.
    let _: Promise = asked?;
    JsFuture::from(taken).await.ok()?.as_bool()
}

/// The names of all locks that some tab holds; `None` where the browser has no locks.
pub async fn held() -> Option<Vec<String>> {
    let found = JsFuture::from(query().ok()?).await.ok()?;
    let held = Reflect::get(&found, &"held".into()).ok()?.dyn_into::<Array>().ok()?;
    let name = |lock: JsValue| Reflect::get(&lock, &"name".into()).ok()?.as_string();
    Some(held.iter().filter_map(name).collect())
}
