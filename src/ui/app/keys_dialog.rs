//! The keys of the page, on `?`.

use leptos::html::Dialog;
use leptos::prelude::*;

use crate::ui::components::Icon;
use crate::ui::erased::erased;
use crate::ui::loading::locale::use_locale;
use crate::ui::navigation::address::Page;

/// Shown while `open`.
#[component]
pub fn KeysDialog(open: RwSignal<bool>) -> impl IntoView {
    let locale = use_locale();
    let dialog = NodeRef::<Dialog>::new();
    Effect::new(move || {
        if let Some(dialog) = dialog.get() {
            match open.get() {
                true if !dialog.open() => drop(dialog.show_modal()),
                false if dialog.open() => dialog.close(),
                _ => {}
            }
        }
    });
    let rows = move || {
        let strings = locale.strings();
        let pages =
            Page::ALL.iter().map(|page| (format!("g {}", page.letter()), page.name(strings)));
        let keys = [
            ("?", strings.keys_this()),
            ("/", strings.keys_filter()),
            ("j  k", strings.keys_packets()),
            ("Enter", strings.keys_open()),
            ("← ↑ ↓ →", strings.keys_marks()),
            ("Esc", strings.keys_close()),
            ("e", strings.keys_enlarge()),
            ("f", strings.keys_follow()),
            ("g l", strings.keys_learn()),
            ("g b", strings.keys_bench()),
            ("g w", strings.keys_wire()),
            ("g h", strings.keys_home()),
            ("g i", strings.keys_inside()),
            ("Ctrl Enter", strings.keys_send()),
        ];
        let keys = keys.map(|(keys, words)| (keys.to_owned(), words)).into_iter().chain(pages);
        keys.map(|(keys, words)| {
            let keys = keys
                .split(' ')
                .filter(|key| !key.is_empty())
                .map(|key| view! { <kbd class="kbd">{key.to_owned()}</kbd> " " })
                .collect_view();
            view! { <tr><td>{keys}</td><td>{words}</td></tr> }
        })
        .collect_view()
    };
    view! {
        <dialog class="dialog" node_ref=dialog on:close=move |_| open.set(false)>
            <h2 class="dialog__title">{erased(move || locale.strings().app_keys())}</h2>
            <table class="table"><tbody>{erased(rows)}</tbody></table>
            <div class="button-row">
                <button class="button" on:click=move |_| open.set(false)>
                    <Icon name="close"/>
                    {erased(move || locale.strings().close())}
                </button>
            </div>
        </dialog>
    }
}
