//! The latest messages to choose from, and one of them as strands from its sender by the Server to a receiver.

mod choices;
mod legend;
mod receivers;
mod scene;
mod strands;
mod words;

use leptos::html::Div;
use leptos::prelude::*;

use crate::language::Strings;
use crate::ui::components::{Evidence, Icon};
use crate::ui::erased::erased;
use crate::ui::lesson::view::LessonSession;
use crate::ui::loading::locale::use_locale;
use crate::ui::pictures::marks::view::{Frame, use_marks};
use crate::ui::pictures::view::sight;
use choices::choices;
use legend::legend;
use receivers::receivers;
use scene::Scene;

#[component]
pub fn MetadataPicture(session: LessonSession) -> impl IntoView {
    let locale = use_locale();
    let scene = Scene::new(session);
    let chips = NodeRef::<Div>::new();
    sight::follow(chips, move || scene.latest.get());
    let page = NodeRef::<Div>::new();
    sight::follow(page, move || scene.latest.get());
    let marks = use_marks(page, move || (scene.shown.track(), scene.receiver.get()));
    let drawing = move || {
        let strings = locale.strings();
        let journey = scene.shown.get()?;
        Some(strands::draw(&journey, scene.nth(&journey), scene.store, strings))
    };
    let body = move || match scene.all.with(|all| all.journeys.is_empty()) {
        true => view! {
            <div class="empty">
                <Icon name="publish"/>
                <p class="empty__how">{locale.strings().metadata_empty()}</p>
            </div>
        }
        .into_any(),
        false => view! {
            <div
                class="metadata-view__packets"
                role="group"
                node_ref=chips
                aria-label=erased(move || locale.strings().metadata_packets())
            >
                {erased(move || choices(scene, locale.strings()))}
            </div>
            <Frame marks class="metadata-view picture__scroll">
                {erased(move || sum(scene, locale.strings()))}
                {erased(move || receivers(scene, locale.strings()))}
                {erased(drawing)}
                {erased(move || legend(locale.strings()))}
            </Frame>
        }
        .into_any(),
    };
    view! {
        <section
            class="card picture"
            data-picture="metadata"
            aria-label=erased(move || locale.strings().metadata_title())
        >
            <header class="card__head">
                <h3 class="card__title">{erased(move || locale.strings().metadata_title())}</h3>
            </header>
            {erased(body)}
        </section>
    }
}

/// How much longer a message is with its metadata inside than beside. Tracked.
fn sum(scene: Scene, strings: &Strings) -> Option<impl IntoView + use<>> {
    let found = scene.all.with(|all| all.comparison)?;
    let bytes = found.more.unsigned_abs();
    let words = match found.more {
        0 => strings.metadata_as_long().to_owned(),
        1.. => strings.metadata_longer(bytes),
        _ => strings.metadata_shorter(bytes),
    };
    Some(view! {
        <p class="metadata-view__sum">
            {words} " " <Evidence id=found.inside/> " " <Evidence id=found.beside/>
        </p>
    })
}
