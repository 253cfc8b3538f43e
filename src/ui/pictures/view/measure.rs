//! How much room a picture has across.

use leptos::html::Div;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::ResizeObserver;

/// The width of the element in pixels, as it changes; a guess until it is there.
pub fn use_width(root: NodeRef<Div>) -> Signal<f64> {
    let width = RwSignal::new(GUESS);
    let measure = move || {
        let now = root.try_get_untracked().flatten().map(|root| f64::from(root.client_width()));
        // A picture that is not displayed keeps its size.
        let now = now.filter(|now| *now > 0.0);
        if let (Some(now), Some(before)) = (now, width.try_get_untracked())
            && now != before
        {
            width.set(now);
        }
    };
    let on_resize = Closure::<dyn FnMut()>::new(measure);
    let observer = ResizeObserver::new(on_resize.as_ref().unchecked_ref()).ok();
    let kept = StoredValue::new_local((on_resize, observer));
    on_cleanup(move || {
        kept.with_value(|(_, observer)| {
            if let Some(observer) = observer {
                observer.disconnect();
            }
        });
        kept.dispose();
    });
    Effect::new(move || {
        if let Some(root) = root.get() {
            kept.with_value(|(_, observer)| {
                if let Some(observer) = observer {
                    observer.observe(&root);
                }
            });
            measure();
        }
    });
    width.into()
}

/// Most places are about as wide.
const GUESS: f64 = 600.0;
