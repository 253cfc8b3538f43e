//! The language and the title of the document.

use leptos::prelude::*;

use crate::course::{chapter_title, exercise_title};
use crate::language::Language;
use crate::ui::browser::storage::{self, Key};
use crate::ui::loading::locale::Locale;
use crate::ui::navigation::address::Place;

/// Keeps both as the page is, and remembers the language.
pub fn follow(place: Memo<Place>, locale: Locale) {
    Effect::new(move || {
        let language = locale.language();
        storage::save(Key::Language, &language);
        if let Some(root) = document().document_element() {
            let _ = root.set_attribute("lang", language.tag());
        }
        let app = language.strings().app_name();
        document().set_title(&match of(&place.get(), language) {
            Some(title) => format!("{title} – {app}"),
            None => app.to_owned(),
        });
    });
}

/// What a place is called, if it has a name of its own.
pub fn of(place: &Place, language: Language) -> Option<&'static str> {
    match place {
        Place::Home => None,
        Place::Chapter(id) => chapter_title(id, language).map(|words| words.title),
        Place::Exercise(id) => exercise_title(id, language),
        Place::Page(page) => Some(page.name(language.strings())),
    }
}
