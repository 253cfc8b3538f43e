//! What helps with a step.

use leptos::prelude::*;

use super::session::LessonSession;
use crate::course::StepProse;
use crate::ui::components::Icon;
use crate::ui::erased::erased;
use crate::ui::loading::locale::use_locale;

/// Hints one after the other, those about the present finding first.
#[component]
pub fn Hints(
    session: LessonSession,
    index: usize,
    words: Signal<Option<&'static StepProse>>,
) -> impl IntoView {
    let locale = use_locale();
    let shown = RwSignal::new(0_usize);
    Effect::new(move || {
        session.starts();
        shown.set(0);
    });
    let hints = Memo::new(move |_| {
        let verdict = session.verdict(index);
        let finding =
            verdict.as_ref().and_then(|it| it.as_ref().err()).map(|it| it.finding().key());
        words.get().map(|words| words.hints_for(finding)).unwrap_or_default()
    });
    let count = move || hints.with(Vec::len);
    let visible = move || {
        let hints = hints.get().into_iter().take(shown.get());
        let hint = |hint| {
            let hint = session.fill(hint, None);
            view! { <div class="hint"><Icon name="hint"/><div inner_html=hint></div></div> }
        };
        hints.map(hint).collect_view()
    };
    let label = move || {
        let strings = locale.strings();
        match shown.get() {
            0 => strings.step_hint().to_owned(),
            shown => strings.step_next_hint(shown + 1, count()),
        }
    };
    view! {
        <div class="hints">
            {erased(visible)}
            <Show when=erased(move || shown.get() < count())>
                <button
                    class="button button--quiet button--small"
                    on:click=move |_| shown.update(|count| *count += 1)
                >
                    <Icon name="hint" small=true/>
                    {erased(label)}
                </button>
            </Show>
        </div>
    }
}
