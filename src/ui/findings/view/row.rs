//! One finding.

use leptos::prelude::*;

use super::key;
use crate::analysis::findings::Finding;
use crate::course::exercise_title;
use crate::language::Language;
use crate::ui::components::{Evidence, Icon, SpecRef};
use crate::ui::erased::erased;
use crate::ui::findings::words::{about, exercise, icon, sentence, severity};
use crate::ui::format::capped;
use crate::ui::loading::locale::use_locale;
use crate::ui::navigation::address::Place;
use crate::ui::state::store::{Store, use_store};

/// Characters of a Client Identifier.
const NAME: usize = 40;

#[component]
pub fn Row(finding: Memo<Option<Finding>>) -> impl IntoView {
    let (store, locale) = (use_store(), use_locale());
    let severity = Memo::new(move |_| finding.with(|it| it.as_ref().map(Finding::severity)));
    let kind = finding.with_untracked(|it| it.as_ref().map(|it| it.kind.key()));
    let words = move || {
        let language = locale.language();
        finding.get().map(|finding| words(store, &finding, language))
    };
    // The chips stay where they are, and so does the focus, while only the number grows.
    let records = Memo::new(move |_| finding.with(|it| it.as_ref().map(|it| it.records.clone())));
    let links = move || {
        let language = locale.language();
        finding.with_untracked(|it| it.clone()).map(|finding| links(&finding, language))
    };
    view! {
        <li class="finding" data-kind=kind data-severity=erased(move || severity.get().map(key))>
            <div class="finding__words">{erased(words)}</div>
            <div class="finding__packets">
                <For
                    each=move || records.get().unwrap_or_default()
                    key=|id| *id
                    children=|id| view! { <Evidence id/> }
                />
                {erased(links)}
            </div>
        </li>
    }
}

fn words(store: Store, finding: &Finding, language: Language) -> impl IntoView + use<> {
    let strings = language.strings();
    let level = finding.severity();
    let letter = finding.client.letter().to_string();
    let (client_id, about) = store.peek(|lab| {
        let client_id = lab.capture().client_id(finding.client);
        (client_id.map(|client_id| capped(client_id, NAME)), about(finding, client_id))
    });
    let times = (finding.count > 1).then(|| {
        let times = strings.find_times(finding.count);
        view! { <span class="finding__times">{times}</span> " " }
    });
    view! {
        <span class="finding__severity">
            <Icon name=icon(level) small=true/>
            {severity(level, strings)}
        </span>
        " "
        <span class="finding__client">
            <span class="client-letter" data-client=letter.clone()>{letter.clone()}</span>
            {client_id.map(|client_id| view! { " " <span class="finding__name">{client_id}</span> })}
        </span>
        " "
        {times}
        <p class="finding__sentence">
            {sentence(finding, language)}
            {about
                .into_iter()
                .map(|about| view! { " " <code class="finding__about">{about}</code> })
                .collect_view()}
        </p>
    }
}

/// Where to read more.
fn links(finding: &Finding, language: Language) -> impl IntoView + use<> {
    let strings = language.strings();
    let version = finding.version;
    let rule = finding.kind.rule(version).map(|rule| view! { <SpecRef section=rule version/> });
    let exercise = exercise(finding.kind).and_then(|id| {
        let title = exercise_title(id, language)?;
        let href = Place::Exercise(id.to_owned()).href(language);
        Some(view! {
            <a class="finding__exercise" href=href>
                <Icon name="learn" small=true/>
                {strings.find_explained_in(title)}
            </a>
        })
    });
    view! {
        {rule}
        {exercise}
    }
}
