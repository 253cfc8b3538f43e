//! Shows a part of the page that arrives later.

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::icon::Icon;
use crate::language::Language;
use crate::ui::browser::painted;
use crate::ui::erased::erased;
use crate::ui::loading::bundles;
use crate::ui::loading::locale::{Locale, use_locale};
use crate::ui::loading::part::Part;
use crate::ui::loading::styles;
use crate::ui::navigation::kept_page::use_behind;
use crate::words::Bundle;

/// How far a part of the page has come.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Nobody has asked for it here.
    Away,
    Fetching,
    There,
    Failed,
}

/// A part of the page that is waited for, with the words that it needs.
#[derive(Clone, Copy)]
pub struct Arriving {
    part: &'static Part,
    words: Option<Bundle>,
    locale: Locale,
    state: RwSignal<State>,
    /// Whether its words are to be read before it comes, and so come before it.
    reads_first: bool,
    /// Whether its words are there and the stylesheets that they need.
    is_readable: RwSignal<bool>,
}

/// Draws the words of a part that is not to be seen yet, around a view that says that it is on its way, or did not come.
pub type Meanwhile = Box<dyn Fn(AnyView) -> AnyView + Send + Sync>;

impl Arriving {
    /// `words` are those beside the interface and the glossary.
    pub fn new(part: &'static Part, words: Option<Bundle>) -> Arriving {
        let locale = use_locale();
        let is_there =
            part.is_there() && bundles::are_there(&bundles_of(words), locale.language_untracked());
        let state = if is_there { State::There } else { State::Away };
        let is_readable = RwSignal::new(is_there);
        let state = RwSignal::new(state);
        Arriving { part, words, locale, state, reads_first: false, is_readable }
    }

    /// Its words are to be seen before it is: they are not to share the line with it, nor wait until it is drawn.
    fn reading_first(self) -> Arriving {
        self.state.set(State::Away);
        Arriving { reads_first: true, ..self }
    }

    /// Tracked.
    pub fn state(self) -> State {
        self.state.get()
    }

    pub fn is_there(self) -> bool {
        self.state.get_untracked() == State::There
    }

    /// Fetches what is missing, unless that is under way.
    pub fn fetch(self) {
        if matches!(self.state.get_untracked(), State::Fetching | State::There) {
            return;
        }
        self.state.set(State::Fetching);
        spawn_local(async move {
            if self.reads_first {
                self.make_readable().await;
                painted().await;
            }
            // Together with its words, or after those that are read.
            self.part.begin();
            let is_there = self.has_come().await;
            // It may no longer be wanted.
            let _ = self.state.try_set(if is_there { State::There } else { State::Failed });
        });
    }

    /// Its own words are enough for that: they are not to wait for the glossary, which is much larger.
    async fn make_readable(self) {
        let Some(words) = self.words else { return };
        let is_there = self
            .for_the_language_in_use(async |language| {
                bundles::fetch(&[words], language).await && styles::fetch().await
            })
            .await;
        if is_there {
            let _ = self.is_readable.try_set(true);
        }
    }

    async fn has_come(self) -> bool {
        let words = bundles_of(self.words);
        self.for_the_language_in_use(async |language| {
            bundles::fetch(&words, language).await && self.part.fetch().await
        })
        .await
    }

    /// Fetches again when another language has been chosen meanwhile. False for what did not come, and when the page is gone.
    async fn for_the_language_in_use(self, fetch: impl AsyncFn(Language) -> bool) -> bool {
        loop {
            let Some(language) = self.locale.try_language() else { return false };
            if !fetch(language).await {
                return false;
            }
            if self.locale.try_language() == Some(language) {
                return true;
            }
        }
    }
}

fn bundles_of(words: Option<Bundle>) -> Vec<Bundle> {
    [Bundle::Glossary].into_iter().chain(words).collect()
}

/// How much of the page a part is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    Part,
    Page,
    /// A page that stays behind others.
    KeptPage,
}

/// Shows `view` as soon as its part is there, or, where words are read `meanwhile`, as soon as it is drawn behind them.
#[component]
pub fn Lazy(
    part: &'static Part,
    view: Box<dyn Fn() -> AnyView + Send + Sync>,
    /// The words that it needs beside the interface and the glossary.
    #[prop(default = None)]
    words: Option<Bundle>,
    #[prop(default = Extent::Part)] extent: Extent,
    /// Shown as soon as its words are there, until the view is to be seen.
    #[prop(default = None)]
    meanwhile: Option<Meanwhile>,
) -> AnyView {
    let arriving = Arriving::new(part, words);
    if let Some(meanwhile) = meanwhile {
        let arriving = arriving.reading_first();
        arriving.fetch();
        return view! { <ReadFirst arriving view extent meanwhile/> }.into_any();
    }
    if arriving.is_there() {
        // In an owner of its own: what it provides is for nobody beside it.
        return view.into_any();
    }
    arriving.fetch();
    view! { <Arrived arriving view extent/> }.into_any()
}

/// Shows `view` once its part is there, and until then what it waits for, or why it did not come.
#[component]
pub fn Arrived(
    arriving: Arriving,
    view: Box<dyn Fn() -> AnyView + Send + Sync>,
    #[prop(default = Extent::Part)] extent: Extent,
) -> impl IntoView {
    let is_there = Memo::new(move |_| arriving.state() == State::There);
    let shown = move || match is_there.get() {
        true => view(),
        false => waited_for(arriving, extent),
    };
    erased(shown).into_any()
}

/// Whether a page is still drawn behind the words that are read meanwhile; in its context. Copied freely.
#[derive(Clone, Copy)]
pub struct DrawnBehind(RwSignal<bool>);

impl DrawnBehind {
    /// Tracked.
    pub fn is_so(self) -> bool {
        self.0.get()
    }

    /// Shows the page in place of the words.
    pub fn end(self) {
        let _ = self.0.try_set(false);
    }
}

/// The same for a part whose words are read meanwhile. The view is drawn behind them, and they stay until it ends
/// that by [`DrawnBehind`].
#[component]
fn ReadFirst(
    arriving: Arriving,
    view: Box<dyn Fn() -> AnyView + Send + Sync>,
    extent: Extent,
    meanwhile: Meanwhile,
) -> impl IntoView {
    let is_there = Memo::new(move |_| arriving.state() == State::There);
    let is_readable = Memo::new(move |_| arriving.is_readable.get());
    let behind = DrawnBehind(RwSignal::new(true));
    let page = move || {
        is_there.get().then(|| {
            provide_context(behind);
            view()
        })
    };
    let words = move || match (behind.is_so(), is_readable.get()) {
        (false, _) => None,
        (true, true) => Some(meanwhile(view! { <WaitedFor arriving/> }.into_any())),
        (true, false) => Some(waited_for(arriving, extent)),
    };
    // What both have, as an id, is found in the page first.
    view! {
        {erased(page)}
        {erased(words)}
    }
}

/// What stands in the place of a part that is not there.
fn waited_for(arriving: Arriving, extent: Extent) -> AnyView {
    let waited_for = view! { <WaitedFor arriving/> }.into_any();
    match extent {
        Extent::Part => waited_for,
        Extent::Page => {
            view! { <main id="main" class="page page--words">{waited_for}</main> }.into_any()
        }
        Extent::KeptPage => {
            let behind = use_behind();
            view! {
                <main
                    id=erased(move || behind.main_id())
                    hidden=erased(move || behind.is_covered())
                    class="page page--words"
                >
                    {waited_for}
                </main>
            }
            .into_any()
        }
    }
}

/// Says that a part is on its way, or that it did not come.
#[component]
fn WaitedFor(arriving: Arriving) -> impl IntoView {
    let locale = use_locale();
    erased(move || match arriving.state() {
        State::Failed => view! {
            <div class="empty" role="alert">
                <Icon name="warning"/>
                <p class="empty__title">{erased(move || locale.strings().lazy_failed())}</p>
                <p class="empty__how">{erased(move || locale.strings().lazy_failed_how())}</p>
                <button
                    type="button"
                    class="button button--primary"
                    on:click=move |_| arriving.fetch()
                >
                    {erased(move || locale.strings().lazy_again())}
                </button>
            </div>
        }
        .into_any(),
        State::Away | State::Fetching | State::There => view! {
            <div class="empty">
                <p class="waiting" role="status">
                    <Icon name="waiting" small=true/>
                    {erased(move || locale.strings().lazy_waiting())}
                </p>
            </div>
        }
        .into_any(),
    })
}
