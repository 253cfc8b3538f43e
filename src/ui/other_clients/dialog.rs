//! The same task for other clients.

use leptos::html;
use leptos::prelude::*;

use crate::other_clients::{Task, Tool};
use crate::ui::browser::storage::{self, Key};
use crate::ui::components::{CopyButton, Icon};
use crate::ui::erased::erased;
use crate::ui::loading::locale::use_locale;
use crate::ui::state::store::use_store;

/// Open while there is a task; closing forgets it.
#[component]
pub fn OtherClientsDialog(shown: RwSignal<Option<Task>>) -> impl IntoView {
    let store = use_store();
    let locale = use_locale();
    let dialog = NodeRef::<html::Dialog>::new();
    let remembered = storage::load::<String>(Key::Tool).and_then(|key| Tool::from_key(&key));
    let tool = RwSignal::new(remembered.unwrap_or_default());
    let choose = move |option: Tool| {
        tool.set(option);
        storage::save(Key::Tool, &option.key());
    };
    Effect::new(move || {
        if let Some(dialog) = dialog.get()
            && !dialog.open()
        {
            let _ = dialog.show_modal();
        }
    });
    let code = Memo::new(move |_| {
        let (target, language) = (store.target(), locale.language());
        shown.with(|task| {
            let task = task.as_ref()?;
            Some(tool.get().write(task, &target, language))
        })
    });
    let tabs = Tool::ALL.map(|option| {
        view! {
            <button
                type="button"
                class="segmented__option"
                aria-pressed=erased(move || (tool.get() == option).to_string())
                data-tool=option.key()
                on:click=move |_| choose(option)
            >
                {option.name()}
            </button>
        }
    });
    let close = move |_| {
        if let Some(dialog) = dialog.get_untracked() {
            dialog.close();
        }
    };
    view! {
        <dialog
            class="dialog elsewhere"
            node_ref=dialog
            aria-label=erased(move || locale.strings().other_clients_title())
            on:close=move |_| shown.set(None)
        >
            <h2 class="dialog__title">{erased(move || locale.strings().other_clients_title())}</h2>
            <p class="field__hint">{erased(move || locale.strings().other_clients_lead())}</p>
            <div class="elsewhere__bar">
                <div
                    class="segmented segmented--small"
                    role="group"
                    aria-label=erased(move || locale.strings().other_clients_tool())
                >
                    {tabs.collect_view()}
                </div>
                <CopyButton
                    label=Signal::derive(move || locale.strings().other_clients_copy())
                    text=Callback::new(move |()| code.get_untracked().unwrap_or_default())
                />
            </div>
            <pre class="elsewhere__code" tabindex="0"><code>{erased(move || code.get())}</code></pre>
            <div class="button-row">
                <button type="button" class="button" on:click=close>
                    <Icon name="close"/>
                    {erased(move || locale.strings().close())}
                </button>
            </div>
        </dialog>
    }
}
