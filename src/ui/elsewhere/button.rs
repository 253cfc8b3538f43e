//! The button that asks for the same in another client.

use std::time::Duration;

use leptos::prelude::*;

use crate::elsewhere::Task;
use crate::ui::components::Icon;
use crate::ui::lazy::Lazy;
use crate::ui::live::live;
use crate::ui::locale::use_locale;
use crate::ui::parts::elsewhere_dialog;

/// How long it says that there is nothing to do.
const TELLS_FOR: Duration = Duration::from_secs(6);

#[component]
pub fn ElsewhereButton(
    /// What is to be done, made when the button is pressed; `None` while there is nothing that could be.
    task: Callback<(), Option<Task>>,
    /// Whether it is one of many small ones.
    #[prop(optional)]
    small: bool,
) -> impl IntoView {
    let locale = use_locale();
    let shown = RwSignal::new(None::<Task>);
    let failed = RwSignal::new(false);
    let press = move |_| {
        let task = untrack(|| task.run(()));
        failed.set(task.is_none());
        if task.is_none() {
            set_timeout(move || _ = failed.try_set(false), TELLS_FOR);
        }
        shown.set(task);
    };
    let label = move || locale.strings().elsewhere_title();
    let told = move || failed.get().then(|| locale.strings().elsewhere_nothing());
    view! {
        <button
            type="button"
            class="button button--quiet button--icon elsewhere-button"
            class:button--small=small
            aria-label=live(label)
            title=live(move || told().unwrap_or_else(label))
            on:click=press
        >
            <Icon name="elsewhere"/>
        </button>
        <span class="elsewhere-button__told" role="status">
            {live(move || told().map(|words| view! { <span class="toast">{words}</span> }))}
        </span>
        {live(move || {
            shown
                .with(Option::is_some)
                .then(|| {
                    let view = live(move || elsewhere_dialog::view(shown));
                    view! { <Lazy part=elsewhere_dialog::part() view/> }
                })
        })}
    }
}
