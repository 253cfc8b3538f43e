//! What the capture says about a step, with the packets that say so.

use leptos::prelude::*;

use super::session::LessonSession;
use crate::course::{StepProse, Unmet};
use crate::ui::components::{Evidence, Icon};
use crate::ui::erased::erased;
use crate::ui::lesson::model;
use crate::ui::loading::locale::use_locale;

#[component]
pub fn VerdictView(
    session: LessonSession,
    index: usize,
    words: Signal<Option<&'static StepProse>>,
) -> impl IntoView {
    let locale = use_locale();
    let body = move || {
        let verdict = session.verdict(index)?;
        let strings = locale.strings();
        let state = model::state(&verdict);
        let word = model::state_word(&verdict, strings);
        let told = verdict.as_ref().err().map(Unmet::finding);
        let text = told.map(|found| session.worded(index, found, locale.language()));
        let records = match &verdict {
            Ok(records) => records.clone(),
            Err(Unmet::Contradicted { by, .. }) => vec![*by],
            Err(Unmet::NotYet(_)) => Vec::new(),
        };
        let done = verdict.is_ok().then(|| words.get()).flatten().map_or("", |words| words.done);
        Some(view! {
            <div class="verdict" data-state=state role="status">
                <Icon name=state/>
                <div>
                    <p>
                        <span class="verdict__word">{word}</span>
                        " "
                        {text}
                        " "
                        {records.into_iter().map(|id| view! { <Evidence id/> }).collect_view()}
                    </p>
                    <div inner_html=session.fill(done, Some(index))></div>
                </div>
            </div>
        })
    };
    view! { {erased(body)} }
}
