//! Fetches what will be wanted while the page is at rest.

use std::time::Duration;

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::bundles;
use super::locale::Locale;
use super::part::Part;
use crate::words::{self, Bundle};

/// Whether what is fetched ahead of its use is there; provided by the app.
#[derive(Clone, Copy)]
pub struct Prefetch(RwSignal<bool>);

impl Prefetch {
    /// Fetches one part after the other once the page has come to rest, and then the words of the
    /// chapters, so that clicks find them there. What does not arrive is fetched again when it is wanted.
    ///
    /// What the place itself shows comes first: its words, then its part, which is the first of `parts`. Beside the glossary, without
    /// which no part can be shown, nothing else takes its share of the line before that is there.
    pub fn begin(locale: Locale, words: Option<Bundle>, parts: Vec<&'static Part>) -> Prefetch {
        let prefetch = Prefetch(RwSignal::new(false));
        provide_context(prefetch);
        let fetch = async move {
            let fetch = async |bundle| {
                // The page may be gone.
                if let Some(language) = locale.try_language() {
                    bundles::fetch(&[bundle], language).await;
                }
            };
            for bundle in words.into_iter().chain([Bundle::Glossary]) {
                fetch(bundle).await;
            }
            for part in parts {
                part.fetch().await;
            }
            let _ = prefetch.0.try_set(true);
            for bundle in words::all() {
                fetch(bundle).await;
            }
        };
        set_timeout(|| spawn_local(fetch), Duration::from_secs(1));
        prefetch
    }

    /// True once the content should be rendered: its chunk is loaded, or the user opened it.
    pub fn or(
        self,
        part: &'static Part,
        is_opened: impl Fn() -> bool + Send + Sync + 'static,
    ) -> impl Fn() -> bool + Clone + Send + Sync + 'static {
        let is_there = part.is_there();
        let is_drawn = Memo::new(move |before| {
            before == Some(&true) || is_there || self.0.get() || is_opened()
        });
        move || is_drawn.get()
    }
}

pub fn use_prefetch() -> Prefetch {
    expect_context()
}
