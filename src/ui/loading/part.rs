//! Parts of the page that arrive when they are needed.
//!
//! [`parts!`] marks views as parts. `cargo xtask dist` (feature `split`) puts the code that only such a
//! part uses into files of its own; any other build keeps everything in one program, where a part is
//! there at once. [`Lazy`](crate::ui::components::Lazy) shows a part, what it waits for, or why it did not come.

use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};

use super::styles;

pub type Loading = Pin<Box<dyn Future<Output = bool>>>;

/// A part of the page. Made by [`parts!`].
pub struct Part {
    is_there: AtomicBool,
    load: fn() -> Loading,
}

impl Part {
    pub const fn new(load: fn() -> Loading) -> Part {
        Part { is_there: AtomicBool::new(cfg!(not(feature = "split"))), load }
    }

    pub fn is_there(&self) -> bool {
        self.is_there.load(Ordering::Relaxed)
    }

    /// Fetches it unless it is there, and says whether it is there now.
    pub async fn fetch(&'static self) -> bool {
        if !self.is_there() {
            // Both come at the same time.
            let styles = styles::fetch();
            let has_come = (self.load)().await;
            if styles.await && has_come {
                self.is_there.store(true, Ordering::Relaxed);
            }
        }
        self.is_there()
    }

    /// Starts the download without awaiting it; may be called before mounting.
    pub fn begin(&'static self) {
        wasm_bindgen_futures::spawn_local(async { _ = self.fetch().await });
    }
}

/// Marks functions as parts: each keeps its name and becomes a module with `part()`, and `view(…)` for
/// use in [`Lazy`](crate::ui::components::Lazy). Before each stands the file that holds its code; what several files need
/// goes into one more for each combination, so there are few; `xtask/src/split.rs` joins those of an exercise.
macro_rules! parts {
    ($($(#[$doc:meta])* $file:ident: fn $name:ident($($arg:ident: $type:ty),*) $body:block)*) => {$(
        $(#[$doc])*
        pub mod $name {
            use super::*;

            #[cfg(feature = "split")]
            #[leptos::wasm_split::wasm_split(
                $file, wasm_split_path = ::leptos::wasm_split, preload(load), fallible
            )]
            fn $name($($arg: $type),*) -> Result<AnyView, leptos::wasm_split::SplitLoaderError> {
                Ok(show($($arg),*))
            }

            fn show($($arg: $type),*) -> AnyView {
                // Whatever has arrived can be worked with, and take the focus away with what it removes.
                $crate::ui::browser::focus_keeper::keep_focus();
                $body
            }

            /// Only to be called while the part is there, as `Lazy` does.
            pub fn view($($arg: $type),*) -> AnyView {
                #[cfg(feature = "split")]
                return $crate::ui::loading::part::now($name($($arg),*));
                #[cfg(not(feature = "split"))]
                return show($($arg),*);
            }

            pub fn part() -> &'static $crate::ui::loading::part::Part {
                static PART: $crate::ui::loading::part::Part = $crate::ui::loading::part::Part::new(|| {
                    #[cfg(feature = "split")]
                    return Box::pin(async { load().await.is_ok() });
                    #[cfg(not(feature = "split"))]
                    return Box::pin(std::future::ready(true));
                });
                &PART
            }
        }
    )*};
}
pub(crate) use parts;

/// What a part that is there shows: its future is ready when it is first asked.
#[cfg(feature = "split")]
pub fn now<E>(
    view: impl Future<Output = Result<leptos::prelude::AnyView, E>>,
) -> leptos::prelude::AnyView {
    use std::task::{Context, Poll, Waker};

    use leptos::prelude::IntoAny;

    let mut context = Context::from_waker(Waker::noop());
    match std::pin::pin!(view).poll(&mut context) {
        Poll::Ready(Ok(view)) => view,
        Poll::Ready(Err(_)) | Poll::Pending => ().into_any(),
    }
}
