//! What a page has found during this visit, each by a number: one is shown, or two beside each other.

use std::cell::RefCell;
use std::sync::Arc;
use std::thread::LocalKey;

use leptos::prelude::*;

use crate::language::Strings;
use crate::ui::components::Icon;
use crate::ui::erased::erased;
use crate::ui::loading::locale::use_locale;

pub type Numbered<T> = (u32, Arc<T>);

/// Where they stay when the page is left: made with `thread_local!`.
pub type Kept<T> = LocalKey<RefCell<Vec<Numbered<T>>>>;

/// Copied freely; lives as long as the page.
pub struct Results<T: Send + Sync + 'static> {
    all: RwSignal<Vec<Numbered<T>>>,
    shown: RwSignal<Option<u32>>,
    compared: RwSignal<Option<(u32, u32)>>,
    kept: &'static Kept<T>,
}

impl<T: Send + Sync + 'static> Clone for Results<T> {
    fn clone(&self) -> Results<T> {
        *self
    }
}

impl<T: Send + Sync + 'static> Copy for Results<T> {}

impl<T: Send + Sync + 'static> Results<T> {
    /// With those that were there when the page was left.
    pub fn begin(kept: &'static Kept<T>) -> Results<T> {
        let all = kept.with_borrow(Clone::clone);
        let shown = all.last().map(|(id, _)| *id);
        Results {
            all: RwSignal::new(all),
            shown: RwSignal::new(shown),
            compared: RwSignal::new(None),
            kept,
        }
    }

    /// Adds one and shows it; of more than `most` the oldest go.
    pub fn add(self, result: T, most: usize) {
        let Some(mut all) = self.all.try_get_untracked() else { return };
        let id = all.iter().map(|(id, _)| id + 1).max().unwrap_or(0);
        all.push((id, Arc::new(result)));
        let surplus = all.len().saturating_sub(most);
        all.drain(..surplus);
        self.put(all);
        self.show(id);
    }

    /// Puts another one in the place of one that is still there.
    pub fn replace(self, id: u32, result: T) {
        let mut all = self.all.get_untracked();
        if let Some((_, before)) = all.iter_mut().find(|(other, _)| *other == id) {
            *before = Arc::new(result);
            self.put(all);
        }
    }

    pub fn remove(self, id: u32) {
        let mut all = self.all.get_untracked();
        all.retain(|(other, _)| *other != id);
        let last = all.last().map(|(id, _)| *id);
        self.put(all);
        if self.compared.get_untracked().is_some_and(|(left, right)| left == id || right == id) {
            self.compared.set(None);
        }
        if self.shown.get_untracked() == Some(id) {
            self.shown.set(last);
        }
    }

    fn put(self, all: Vec<Numbered<T>>) {
        self.kept.with_borrow_mut(|kept| kept.clone_from(&all));
        self.all.set(all);
    }

    /// Tracked, as all that follow.
    pub fn all(self) -> Vec<Numbered<T>> {
        self.all.get()
    }

    pub fn count(self) -> usize {
        self.all.with(Vec::len)
    }

    pub fn get(self, id: u32) -> Option<Arc<T>> {
        self.all.with(|all| all.iter().find(|(other, _)| *other == id).map(|(_, one)| one.clone()))
    }

    pub fn shown(self) -> Option<u32> {
        self.shown.get()
    }

    pub fn compared(self) -> Option<(u32, u32)> {
        self.compared.get()
    }

    fn is_in_sight(self, id: u32) -> bool {
        match self.compared() {
            Some((left, right)) => left == id || right == id,
            None => self.shown() == Some(id),
        }
    }

    pub fn show(self, id: u32) {
        self.compared.set(None);
        self.shown.set(Some(id));
    }

    pub fn compare(self, left: u32, right: u32) {
        self.compared.set(Some((left, right)));
    }

    /// The one that is shown, beside the latest of the others; or no two any more.
    fn compare_shown(self) {
        if self.compared.get_untracked().is_some() {
            return self.compared.set(None);
        }
        let ids: Vec<u32> = self.all.with_untracked(|all| all.iter().map(|(id, _)| *id).collect());
        let shown = self.shown.get_untracked().or(ids.last().copied());
        let other = ids.iter().rev().copied().find(|id| Some(*id) != shown);
        if let (Some(right), Some(left)) = (shown, other) {
            self.compare(left.min(right), left.max(right));
        }
    }
}

/// Those there are, to choose from, and a button that lays two beside each other.
#[component]
pub fn Shelf<T: Send + Sync + 'static>(
    results: Results<T>,
    icon: &'static str,
    /// The name of one, and what it says in short.
    words: fn(&T, &'static Strings) -> (String, String),
    label: Signal<String>,
    /// What removes one.
    remove: Signal<String>,
    compare: Signal<String>,
) -> impl IntoView {
    let locale = use_locale();
    let items = move || {
        let strings = locale.strings();
        let item = |(id, result): Numbered<T>| {
            let (name, summary) = words(&result, strings);
            view! {
                <li class="captures__item">
                    <button
                        class="captures__choose"
                        aria-pressed=erased(move || results.is_in_sight(id).to_string())
                        on:click=move |_| results.show(id)
                    >
                        <Icon name=icon/>
                        <span class="captures__name">{name}</span>
                        <span class="captures__summary">{summary}</span>
                    </button>
                    <button
                        class="button button--quiet button--icon button--small"
                        aria-label=remove
                        title=remove
                        on:click=move |_| results.remove(id)
                    >
                        <Icon name="close"/>
                    </button>
                </li>
            }
        };
        results.all().into_iter().map(item).collect_view()
    };
    view! {
        <Show when=erased(move || results.count() > 0)>
            <div class="captures__shelf">
                <ul class="captures__items" aria-label=label>
                    {erased(items)}
                </ul>
                <button
                    class="button"
                    aria-pressed=erased(move || results.compared().is_some().to_string())
                    disabled=erased(move || results.count() < 2)
                    on:click=move |_| results.compare_shown()
                >
                    <Icon name="swap"/>
                    {compare}
                </button>
            </div>
        </Show>
    }
}
