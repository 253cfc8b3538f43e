//! The language the page speaks now, for every component below.

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::bundles;
use crate::language::{Language, Strings};
use crate::ui::browser::storage::{self, Key};
use crate::words::{self, Bundle};

/// Copied freely; reading it in a view follows the learner's choice.
#[derive(Clone, Copy)]
pub struct Locale {
    /// Set only after the texts of that language are loaded.
    language: RwSignal<Language>,
    /// Chosen last; another one than that of the page while its words are on their way.
    wanted: StoredValue<Language>,
    /// Chosen, but its words did not arrive.
    failed: RwSignal<Option<Language>>,
}

impl Locale {
    /// Makes the language available to all components below.
    pub fn provide(language: Language) -> Locale {
        let locale = Locale {
            language: RwSignal::new(language),
            wanted: StoredValue::new(language),
            failed: RwSignal::new(None),
        };
        provide_context(locale);
        locale
    }

    /// Tracked.
    pub fn language(self) -> Language {
        self.language.get()
    }

    /// `None` once the page is gone.
    pub fn try_language(self) -> Option<Language> {
        self.language.try_get_untracked()
    }

    pub fn language_untracked(self) -> Language {
        self.language.get_untracked()
    }

    /// The interface strings of the language. Tracked.
    pub fn strings(self) -> &'static Strings {
        self.language.get().strings()
    }

    /// The language whose words did not arrive. Tracked.
    pub fn failed(self) -> Option<Language> {
        self.failed.get()
    }

    /// Speaks that language as soon as it has all words in it that it has in the present one.
    pub fn set(self, language: Language) {
        self.wanted.set_value(language);
        self.failed.set(None);
        if self.missing(language).is_empty() {
            return self.speak(language);
        }
        spawn_local(async move {
            loop {
                // More may have arrived in the present language meanwhile.
                let missing = self.missing(language);
                if self.wanted.get_value() != language {
                    return;
                }
                if missing.is_empty() {
                    return self.speak(language);
                }
                if !bundles::fetch(&missing, language).await {
                    return self.failed.set(Some(language));
                }
            }
        });
    }

    /// Keeps the present language.
    pub fn stay(self) {
        self.set(self.language.get_untracked());
    }

    fn speak(self, language: Language) {
        if self.language.get_untracked() != language {
            self.language.set(language);
        }
    }

    fn missing(self, language: Language) -> Vec<Bundle> {
        let present = self.language.get_untracked();
        let is_missing = |bundle: &Bundle| {
            words::is_there(*bundle, present) && !words::is_there(*bundle, language)
        };
        words::all().filter(is_missing).collect()
    }
}

pub fn use_locale() -> Locale {
    expect_context()
}

/// The address decides, then what the learner chose before, then the browser. Before the
/// program, a script of `cargo xtask dist` guesses the same, for the first picture and the words.
pub fn initial(from_query: Option<&str>) -> Language {
    from_query
        .and_then(Language::from_tag)
        .or_else(|| storage::load(Key::Language))
        .or_else(|| {
            let wanted = window().navigator().languages();
            wanted.iter().find_map(|tag| Language::from_tag(&tag.as_string()?))
        })
        .unwrap_or_default()
}
