//! Which part each place shows, and in which order the parts are fetched ahead. The sheets and words of
//! the first picture are named in `parts.json` beside this file.

use leptos::prelude::*;

use super::entries::{course_nav, keys_dialog};
use crate::course::bundle_of;
use crate::language::Language;
use crate::ui::broker_choice::view::entry::broker_form;
use crate::ui::broker_view::view::entry::broker_panel;
use crate::ui::components::Meanwhile;
use crate::ui::erased::erased;
use crate::ui::findings::view::entry::findings;
use crate::ui::inspector::view::entry::inspector;
use crate::ui::ladder::view::entry::ladder;
use crate::ui::lesson::view::entry::on_mosquitto;
use crate::ui::loading::part::Part;
use crate::ui::navigation::address::{Page, Place};
use crate::ui::other_clients::entry::other_clients_dialog;
use crate::ui::pages::Reading;
use crate::ui::pages::entries::{
    around_page, bench_page, captures_page, chapter_page, composer_page, examine_page,
    exercise_page, live_wire, measure_page, picture, recall, reference_page, traffic_page,
};
use crate::words::{self, Bundle};

/// What a place shows that is not there from the beginning.
pub struct Shown {
    pub part: &'static Part,
    /// Called only while the part is there.
    pub view: Box<dyn Fn() -> AnyView + Send + Sync>,
    /// The words that it needs beside the interface and the glossary.
    pub words: Option<Bundle>,
    /// What its words alone show, before the part is to be seen.
    pub meanwhile: Option<Meanwhile>,
}

/// What a place shows; nothing for the home page, which is the first program.
pub fn of(place: &Place, language: Language) -> Option<Shown> {
    let shown = |part, view, words| Some(Shown { part, view, words, meanwhile: None });
    match place.clone() {
        Place::Home => None,
        Place::Exercise(id) => {
            let words = bundle_of(&id, language);
            let read = id.clone();
            let meanwhile: Option<Meanwhile> = words.map(|_| {
                Box::new(move |arriving| view! { <Reading id=read.clone() arriving/> }.into_any())
                    as _
            });
            let view = erased(move || exercise_page::view(id.clone()));
            Some(Shown { part: exercise_page::part(), view, words, meanwhile })
        }
        Place::Chapter(id) => {
            let words = words::of_chapter(&id);
            shown(chapter_page::part(), erased(move || chapter_page::view(id.clone())), words)
        }
        Place::Page(Page::Bench) => shown(bench_page::part(), erased(bench_page::view), None),
        Place::Page(Page::Composer) => {
            shown(composer_page::part(), erased(composer_page::view), None)
        }
        Place::Page(Page::Reference) => {
            shown(reference_page::part(), erased(reference_page::view), None)
        }
        Place::Page(Page::Captures) => {
            shown(captures_page::part(), erased(captures_page::view), None)
        }
        Place::Page(Page::Examine) => shown(examine_page::part(), erased(examine_page::view), None),
        Place::Page(Page::Measure) => shown(measure_page::part(), erased(measure_page::view), None),
        Place::Page(Page::Traffic) => shown(traffic_page::part(), erased(traffic_page::view), None),
        Place::Page(page) => {
            let words = match page {
                Page::Mosquitto => Bundle::Mosquitto,
                _ => Bundle::Around,
            };
            shown(around_page::part(), erased(move || around_page::view(page)), Some(words))
        }
    }
}

/// What is fetched ahead, in this order. What the place shows is at the front.
pub fn ahead(place: &Place, language: Language) -> Vec<&'static Part> {
    let shown = of(place, language).map(|shown| shown.part);
    let picture = matches!(place, Place::Exercise(_)).then(picture::part);
    let others = [
        live_wire::part(),
        inspector::part(),
        course_nav::part(),
        broker_form::part(),
        exercise_page::part(),
        picture::part(),
        ladder::part(),
        broker_panel::part(),
        chapter_page::part(),
        around_page::part(),
        bench_page::part(),
        on_mosquitto::part(),
        recall::part(),
        composer_page::part(),
        other_clients_dialog::part(),
        reference_page::part(),
        captures_page::part(),
        examine_page::part(),
        measure_page::part(),
        traffic_page::part(),
        findings::part(),
        keys_dialog::part(),
    ];
    shown.into_iter().chain(picture).chain(others).collect()
}
