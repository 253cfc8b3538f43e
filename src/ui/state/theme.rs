//! Light or dark: the system's choice until the learner makes one.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::ui::browser::storage::{self, Key};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Choice {
    Light,
    Dark,
}

/// Copied freely; made once, by the app.
#[derive(Clone, Copy)]
pub struct Theme(RwSignal<Option<Choice>>);

impl Theme {
    /// Reads the learner's choice and keeps `<html>` in step with it.
    pub fn begin() -> Theme {
        let theme = Theme(RwSignal::new(storage::load(Key::Theme)));
        Effect::new(move || {
            let Some(root) = document().document_element() else { return };
            let _ = match theme.0.get() {
                None => root.remove_attribute("data-theme"),
                Some(Choice::Light) => root.set_attribute("data-theme", "light"),
                Some(Choice::Dark) => root.set_attribute("data-theme", "dark"),
            };
        });
        theme
    }

    /// To the one that is not seen now. Back at the system's own choice, nothing is remembered.
    pub fn toggle(self) {
        let system = match system_is_dark() {
            true => Choice::Dark,
            false => Choice::Light,
        };
        let next = match self.0.get_untracked().unwrap_or(system) {
            Choice::Light => Choice::Dark,
            Choice::Dark => Choice::Light,
        };
        match next == system {
            true => {
                self.0.set(None);
                storage::remove(Key::Theme);
            }
            false => {
                self.0.set(Some(next));
                storage::save(Key::Theme, &next);
            }
        }
    }
}

fn system_is_dark() -> bool {
    let query = window().match_media("(prefers-color-scheme: dark)");
    query.ok().flatten().is_some_and(|query| query.matches())
}
