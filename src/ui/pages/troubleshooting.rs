//! From a symptom to what the capture shows, and to the exercise that lets one practice it.

use leptos::prelude::*;

use crate::course::around::{TROUBLES, trouble_prose};
use crate::course::exercise_title;
use crate::ui::components::Icon;
use crate::ui::erased::erased;
use crate::ui::loading::locale::use_locale;
use crate::ui::navigation::address::Place;

#[component]
pub fn TroubleshootingPage() -> impl IntoView {
    let locale = use_locale();
    let troubles = move || {
        let language = locale.language();
        let strings = language.strings();
        let section = |trouble: &'static crate::course::around::Trouble| {
            let words = trouble_prose(trouble.id, language);
            let links = trouble.exercises.iter().filter_map(|id| {
                let title = exercise_title(id, language)?;
                let href = Place::Exercise((*id).to_owned()).href(language);
                Some(view! {
                    <a class="button button--small" href=href>
                        {strings.troubleshooting_practice(title)}
                        <Icon name="next" small=true/>
                    </a>
                })
            });
            view! {
                <section class="around__section" id=trouble.id>
                    <h2 inner_html=words.map_or(trouble.id, |w| w.symptom)></h2>
                    <div class="prose table-scroll" inner_html=words.map_or("", |w| w.look)></div>
                    <div class="button-row">{links.collect_view()}</div>
                </section>
            }
        };
        TROUBLES.iter().map(section).collect_view()
    };
    view! {
        <main id="main" class="page page--words around">
            <header class="around__head">
                <h1 class="lesson__title">{erased(move || locale.strings().page_troubleshooting())}</h1>
                <p class="around__lead">{erased(move || locale.strings().troubleshooting_lead())}</p>
            </header>
            {erased(troubles)}
        </main>
    }
}
