//! The language the page speaks now, for every component below.

use leptos::prelude::*;

use crate::language::{Language, Strings};

/// Copied freely; reading it in a view follows the learner's choice.
#[derive(Clone, Copy)]
pub struct Locale(RwSignal<Language>);

impl Locale {
    /// Makes the language available to all components below.
    pub fn provide(language: Language) -> Locale {
        let locale = Locale(RwSignal::new(language));
        provide_context(locale);
        locale
    }

    /// Tracked.
    pub fn language(self) -> Language {
        self.0.get()
    }

    /// The interface strings of the language. Tracked.
    pub fn strings(self) -> &'static Strings {
        self.0.get().strings()
    }

    pub fn set(self, language: Language) {
        self.0.set(language);
    }
}

pub fn use_locale() -> Locale {
    expect_context()
}
