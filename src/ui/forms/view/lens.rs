//! A value inside a draft, read and written where it is.

use leptos::prelude::*;

/// Copied freely. Reading is tracked and only tells when this value has changed.
pub struct Lens<T: Send + Sync + 'static> {
    value: Memo<T>,
    write: Callback<T>,
}

impl<T: Send + Sync> Clone for Lens<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: Send + Sync> Copy for Lens<T> {}

impl<T: Clone + PartialEq + Send + Sync + 'static> Lens<T> {
    /// The part of `draft` that `part` reads and `part_mut` writes.
    pub fn of<D: Send + Sync + 'static>(
        draft: RwSignal<D>,
        part: fn(&D) -> &T,
        part_mut: fn(&mut D) -> &mut T,
    ) -> Lens<T> {
        Lens::new(
            move || draft.with(|draft| part(draft).clone()),
            move |value| draft.update(|draft| *part_mut(draft) = value),
        )
    }

    pub fn new(
        read: impl Fn() -> T + Send + Sync + 'static,
        write: impl Fn(T) + Send + Sync + 'static,
    ) -> Lens<T> {
        Lens { value: Memo::new(move |_| read()), write: Callback::new(write) }
    }

    /// A part of this part.
    pub fn part<U: Clone + PartialEq + Send + Sync + 'static>(
        self,
        part: fn(&T) -> &U,
        part_mut: fn(&mut T) -> &mut U,
    ) -> Lens<U> {
        Lens::new(
            move || self.with(|value| part(value).clone()),
            move |value| self.update(|whole| *part_mut(whole) = value),
        )
    }

    /// Tracked.
    pub fn get(self) -> T {
        self.value.get()
    }

    /// Tracked.
    pub fn with<U>(self, read: impl FnOnce(&T) -> U) -> U {
        self.value.with(read)
    }

    /// Not tracked: the value as it is now.
    pub fn peek<U>(self, read: impl FnOnce(&T) -> U) -> U {
        self.value.with_untracked(read)
    }

    pub fn set(self, value: T) {
        self.write.run(value);
    }

    pub fn update(self, change: impl FnOnce(&mut T)) {
        let mut value = self.value.get_untracked();
        change(&mut value);
        self.write.run(value);
    }
}
