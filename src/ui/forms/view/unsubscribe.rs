//! UNSUBSCRIBE: one or more Topic Filters.

use leptos::prelude::*;

use super::told;

use super::PairsEditor;
use super::context::use_form;
use super::controls::TextField;
use super::lens::Lens;
use crate::mqtt::PropertyId;
use crate::ui::components::Icon;
use crate::ui::components::controls::Disclosure;
use crate::ui::erased::erased;
use crate::ui::forms::unsubscribe::UnsubscribeDraft;
use crate::ui::forms::{Field, Part, RowKey};
use crate::ui::loading::locale::use_locale;

#[component]
pub fn UnsubscribeForm(draft: RwSignal<UnsubscribeDraft>) -> impl IntoView {
    let locale = use_locale();
    let form = use_form();
    let keys = Memo::new(move |_| draft.with(|d| d.topic_filters.keys()));
    let pairs = Lens::of(draft, |d| &d.properties.user, |d| &mut d.properties.user);
    let pair_count = move || pairs.with(|pairs| pairs.len());
    view! {
        <For each=move || keys.get() key=|key| *key let:key>
            <FilterRow draft key/>
        </For>
        <button
            type="button"
            class="button button--quiet button--small pairs__add"
            on:click=move |_| draft.update(|draft| draft.add())
        >
            <Icon name="plus" small=true/>
            {erased(move || locale.strings().form_filter_add())}
        </button>
        <Disclosure
            title=PropertyId::UserProperty.name()
            told=told(pair_count)
            has_problem=Signal::derive(move || {
                form.has_problem(|field| matches!(field, Field::UserProperty(..)))
            })
            open={untrack(pair_count) > 0}
        >
            <PairsEditor part=Part::Unsubscribe pairs/>
        </Disclosure>
    }
}

#[component]
fn FilterRow(draft: RwSignal<UnsubscribeDraft>, key: RowKey) -> impl IntoView {
    let locale = use_locale();
    let filter = Lens::new(
        move || draft.with(|d| d.topic_filters.get(key).cloned().unwrap_or_default()),
        move |filter| {
            draft.update(|d| {
                if let Some(row) = d.topic_filters.get_mut(key) {
                    *row = filter;
                }
            });
        },
    );
    let row = Memo::new(move |_| draft.with(|d| d.topic_filters.position(key).unwrap_or(0)));
    let is_only = move || draft.with(|d| d.topic_filters.len() < 2);
    view! {
        <TextField field=Signal::derive(move || Field::TopicFilter(row.get())) text=filter>
            <Show when=erased(move || !is_only())>
                <button
                    type="button"
                    class="button button--quiet button--icon"
                    aria-label=erased(move || locale.strings().form_filter_remove(row.get() + 1))
                    title=erased(move || locale.strings().form_filter_remove(row.get() + 1))
                    on:click=move |_| draft.update(|d| d.topic_filters.remove(key))
                >
                    <Icon name="remove"/>
                </button>
            </Show>
        </TextField>
    }
}
