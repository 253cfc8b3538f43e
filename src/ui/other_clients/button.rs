//! The button that asks for the same in another client.

use std::time::Duration;

use leptos::html;
use leptos::prelude::*;

use super::entry::other_clients_dialog;
use crate::other_clients::Task;
use crate::ui::components::Icon;
use crate::ui::components::Lazy;
use crate::ui::erased::erased;
use crate::ui::loading::locale::use_locale;

/// How long it says that there is nothing to do.
const TELLS_FOR: Duration = Duration::from_secs(6);

#[component]
pub fn OtherClientsButton(
    /// What is to be done, made when the button is pressed; `None` while there is nothing that could be.
    task: Callback<(), Option<Task>>,
    /// Whether it is one of many small ones.
    #[prop(optional)]
    small: bool,
) -> impl IntoView {
    let locale = use_locale();
    let shown = RwSignal::new(None::<Task>);
    let failed = RwSignal::new(false);
    let button = NodeRef::<html::Button>::new();
    let press = move |_| {
        // Whatever was shown comes back to it.
        if let Some(button) = button.get_untracked() {
            let _ = button.focus();
        }
        let task = untrack(|| task.run(()));
        failed.set(task.is_none());
        if task.is_none() {
            set_timeout(move || _ = failed.try_set(false), TELLS_FOR);
        }
        shown.set(task);
    };
    let label = move || locale.strings().other_clients_title();
    let told = move || failed.get().then(|| locale.strings().other_clients_nothing());
    view! {
        <span class="elsewhere-button">
            <button
                node_ref=button
                type="button"
                class="button button--quiet button--icon"
                class:button--small=small
                aria-label=erased(label)
                title=erased(move || told().unwrap_or_else(label))
                // A field that loses the focus may have something to tell, and the button would move away under the
                // pointer before it is released.
                on:mousedown=|event| event.prevent_default()
                on:click=press
            >
                <Icon name="elsewhere"/>
            </button>
            <span class="elsewhere-button__told" role="status">
                {erased(move || told().map(|words| view! { <span class="toast">{words}</span> }))}
            </span>
        </span>
        {erased(move || {
            shown
                .with(Option::is_some)
                .then(|| {
                    let view = erased(move || other_clients_dialog::view(shown));
                    view! { <Lazy part=other_clients_dialog::part() view/> }
                })
        })}
    }
}
