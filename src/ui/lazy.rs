//! Parts of the page that arrive when they are needed.
//!
//! [`parts!`] marks views as parts. `cargo xtask dist` (feature `split`) puts the code that only such a
//! part uses into files of its own; any other build keeps everything in one program, where a part is
//! there at once. [`Lazy`](LazyProps) shows a part, what it waits for, or why it did not come.

use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::bundles;
use super::components::Icon;
use super::late_style;
use super::live::live;
use super::locale::use_locale;
use crate::words::Bundle;

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
        if !self.is_there() && late_style::fetch().await && (self.load)().await {
            self.is_there.store(true, Ordering::Relaxed);
        }
        self.is_there()
    }

    /// Starts the download without awaiting it; may be called before mounting.
    pub fn begin(&'static self) {
        wasm_bindgen_futures::spawn_local(async { _ = self.fetch().await });
    }
}

/// Marks functions as parts: each keeps its name and becomes a module with `part()`, and `view(…)` for
/// use in [`Lazy`](LazyProps). Before each stands the file that holds its code; what several files need
/// goes into one more for each combination, so there are few.
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
                Ok($body)
            }

            /// Only to be called while the part is there, as `Lazy` does.
            pub fn view($($arg: $type),*) -> AnyView {
                #[cfg(feature = "split")]
                return $crate::ui::lazy::now($name($($arg),*));
                #[cfg(not(feature = "split"))]
                return $body;
            }

            pub fn part() -> &'static $crate::ui::lazy::Part {
                static PART: $crate::ui::lazy::Part = $crate::ui::lazy::Part::new(|| {
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
pub fn now<E>(view: impl Future<Output = Result<AnyView, E>>) -> AnyView {
    use std::task::{Context, Poll, Waker};
    let mut context = Context::from_waker(Waker::noop());
    match std::pin::pin!(view).poll(&mut context) {
        Poll::Ready(Ok(view)) => view,
        Poll::Ready(Err(_)) | Poll::Pending => ().into_any(),
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    There,
    Fetching,
    Failed,
}

/// Shows `view` as soon as its part is there.
#[component]
pub fn Lazy(
    part: &'static Part,
    view: Box<dyn Fn() -> AnyView + Send + Sync>,
    /// The words that it needs beside the interface and the glossary.
    #[prop(default = None)]
    words: Option<Bundle>,
    /// Whether the part is a whole page.
    #[prop(default = false)]
    page: bool,
) -> AnyView {
    let locale = use_locale();
    let bundles: Vec<_> = [Bundle::Glossary].into_iter().chain(words).collect();
    let language = locale.language_untracked();
    if part.is_there() && bundles::are_there(&bundles, language) {
        return view();
    }
    let bundles = StoredValue::new(bundles);
    let state = RwSignal::new(State::Fetching);
    let fetch = move || {
        state.set(State::Fetching);
        // Together with the words.
        part.begin();
        spawn_local(async move {
            let bundles = bundles.try_get_value().unwrap_or_default();
            let is_there = loop {
                let language = locale.language_untracked();
                if !bundles::fetch(&bundles, language).await || !part.fetch().await {
                    break false;
                }
                // Another language may have been chosen meanwhile.
                if locale.language_untracked() == language {
                    break true;
                }
            };
            // It may no longer be wanted.
            let _ = state.try_set(if is_there { State::There } else { State::Failed });
        });
    };
    fetch();
    let within_page = move |words: AnyView| match page {
        true => view! { <main id="main" class="page page--words">{words}</main> }.into_any(),
        false => words,
    };
    let shown = move || match state.get() {
        State::There => view(),
        State::Fetching => within_page(
            view! {
                <div class="empty">
                    <p class="waiting" role="status">
                        <Icon name="waiting" small=true/>
                        {live(move || locale.strings().lazy_waiting())}
                    </p>
                </div>
            }
            .into_any(),
        ),
        State::Failed => within_page(
            view! {
            <div class="empty" role="alert">
                <Icon name="warning"/>
                <p class="empty__title">{live(move || locale.strings().lazy_failed())}</p>
                <p class="empty__how">{live(move || locale.strings().lazy_failed_how())}</p>
                <button type="button" class="button button--primary" on:click=move |_| fetch()>
                    {live(move || locale.strings().lazy_again())}
                </button>
            </div>
            }
            .into_any(),
        ),
    };
    live(shown).into_any()
}
