//! The language and the title of the document.

use leptos::prelude::*;

use crate::course::{chapter_title, exercise_title};
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
        let strings = language.strings();
        let title = match place.get() {
            Place::Home => None,
            Place::Chapter(id) => chapter_title(&id, language).map(|words| words.title),
            Place::Exercise(id) => exercise_title(&id, language),
            Place::Page(page) => Some(page.name(strings)),
        };
        document().set_title(&match title {
            Some(title) => format!("{title} – {}", strings.app_name()),
            None => strings.app_name().to_owned(),
        });
    });
}
